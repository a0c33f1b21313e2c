"""A complaint that was sent is stored once, sealed, and outlives the chat."""

from datetime import UTC, datetime

import pytest

from bot.model import ErasePhysician, FileComplaint
from bot.store.changes import carry_out
from bot.store.complaints import filed
from bot.store.engine import open_records
from bot.store.schema import migrate
from bot.store.vault import Vault

KEY = "3V8p3wJzK3bDkq0mZl1oYz0n9sF0V5m1x0b8m2yK9cA="
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SENT = FileComplaint("C-7K3F-92", {"what": "The speaker showed one product."}, NOON)


@pytest.fixture
def stored(tmp_path):
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    migrate(url)
    opened = open_records(url, Vault([KEY]))
    yield opened
    opened.close()


def test_a_complaint_is_stored_once_and_read_back(stored):
    for _ in range(2):
        with stored.writing() as session:
            carry_out(session, 7, SENT, NOON)
    with stored.reading() as session:
        [one] = filed(session)
    assert (one.number, one.filed_at, one.answers) == (SENT.number, NOON, SENT.answers)


def test_its_words_are_sealed(stored, tmp_path):
    with stored.writing() as session:
        carry_out(session, 7, SENT, NOON)
    stored.close()
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"one product" not in written


def test_what_was_sent_stays_with_its_readers(stored):
    with stored.writing() as session:
        carry_out(session, 7, SENT, NOON)
        carry_out(session, 7, ErasePhysician(), NOON)
    with stored.reading() as session:
        assert [one.number for one in filed(session, "C-7K3F-92")] == ["C-7K3F-92"]
