"""What all tests share: the facts, a catalog of the real activities, and somebody to talk."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.assistant import Sources
from bot.dialogs.knowledge import Knowledge
from bot.documents.activities import read_activities
from bot.model import Activity
from bot.store.catalog import open_catalog
from bot.texts import Texts
from data import HERE
from tests.talking import Chat

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def sources(tmp_path_factory):
    """The product's own facts and texts, and the 381 real activities."""
    catalog = open_catalog(tmp_path_factory.mktemp("catalog") / "catalog.sqlite")
    read = read_activities(Path(HERE) / "activities.jsonl")
    catalog.apply_page([one for one in read if isinstance(one, Activity)], (), None, None)
    yield Sources(Knowledge(HERE), catalog, Texts(HERE / "texts" / "en"))
    catalog.close()


@pytest.fixture
def stranger(sources):
    """Somebody of whom nothing is known."""
    return Chat(sources, NOON)


@pytest.fixture
def rivera(sources):
    """Dr. Rivera: Texas and California, half done (`demo-texas`)."""
    return Chat(sources, NOON, person="demo-texas")
