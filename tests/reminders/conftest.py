"""Records with physicians in them, a clock to turn, and somebody who receives reminders."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from bot.rules.person import load_rulebook
from bot.store.engine import open_records
from bot.store.schema import migrate
from bot.store.vault import Vault
from data import HERE

KEY = Fernet.generate_key().decode()


@pytest.fixture(scope="session")
def rules():
    return load_rulebook(HERE)


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "records.sqlite"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def url(empty_file, tmp_path):
    shutil.copy(empty_file, tmp_path / "records.sqlite")
    return f"sqlite:///{tmp_path / 'records.sqlite'}"


@pytest.fixture
def records(url):
    records = open_records(url, Vault([KEY]))

    @sa.event.listens_for(records.engine, "connect")
    def _hurry(connection, _):
        # No power cut is part of these tests, and months of commits are.
        connection.execute("PRAGMA synchronous = OFF").close()

    yield records
    records.close()


class Clock:
    """A clock that goes only when told."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now

    def go(self, **by):
        self.now += timedelta(**by)


@pytest.fixture
def clock():
    return Clock(datetime(2026, 11, 23, 15, tzinfo=UTC))
