"""A catalog of the real activities that come with the project, made once and only read."""

import shutil
from datetime import date

import pytest

from bot.documents.activities import read_activities
from bot.model import Activity
from bot.store.catalog import open_catalog
from data import HERE

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def real_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("catalog") / "catalog.sqlite"
    catalog = open_catalog(path)
    read = list(read_activities(HERE / "activities.jsonl"))
    catalog.apply_page([one for one in read if isinstance(one, Activity)], (), None, None)
    catalog.close()
    return path


@pytest.fixture(scope="session")
def real(real_file):
    catalog = open_catalog(real_file)
    yield catalog
    catalog.close()


@pytest.fixture
def own(real_file, tmp_path):
    """A copy of the real catalog that a test may change."""
    path = tmp_path / "catalog.sqlite"
    shutil.copy(real_file, path)
    catalog = open_catalog(path)
    yield catalog
    catalog.close()


@pytest.fixture
def empty(tmp_path):
    catalog = open_catalog(tmp_path / "new" / "catalog.sqlite")
    yield catalog
    catalog.close()
