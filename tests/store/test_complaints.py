"""A complaint that was sent is stored once, sealed, and outlives the chat."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.model import (
    AddToComplaint,
    DropFile,
    ErasePhysician,
    FileComplaint,
    RateComplaint,
    WithdrawComplaint,
)
from bot.store.changes import carry_out
from bot.store.complaints import (
    KEPT_OVER,
    TakenNumberError,
    complaints_of,
    erase_overdue,
    filed,
)
from bot.store.engine import open_records
from bot.store.files import NewFile, evidence_of, keep_file
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


def test_a_number_drawn_twice_loses_neither_complaint(stored):
    with stored.writing() as session:
        carry_out(session, 7, SENT, NOON)
    other = FileComplaint(SENT.number, {"what": "Another story."}, NOON)
    with pytest.raises(TakenNumberError), stored.writing() as session:
        carry_out(session, 8, other, NOON)
    with stored.reading() as session:
        assert [one.answers for one in filed(session)] == [SENT.answers]


def test_nobody_touches_a_complaint_of_somebody_else(stored):
    later = NOON + timedelta(days=1)
    with stored.writing() as session:
        carry_out(session, 7, SENT, NOON)
        carry_out(session, 8, WithdrawComplaint(SENT.number, later), later)
        carry_out(session, 8, AddToComplaint(SENT.number, "More", (), later), later)
        carry_out(session, 8, RateComplaint(SENT.number, "no"), later)
    with stored.reading() as session:
        [one] = filed(session)
        assert complaints_of(session, 8) == ()
    assert (one.status, one.additions, one.fair) == ("waiting", (), None)


def test_evidence_goes_with_its_complaint_and_with_nothing_else(stored):
    picture = NewFile("shot.png", "image/png", b"png")
    with stored.writing() as session:
        mine = keep_file(session, 7, ("evidence", "draft"), picture, NOON)
        others = keep_file(session, 8, ("evidence", "draft"), picture, NOON)
        pieces = [{"kept": mine.id}, {"kept": others.id}]
        carry_out(session, 7, FileComplaint("C-7K3F-97", {"evidence": pieces}, NOON), NOON)
        carry_out(session, 7, DropFile(mine.id), NOON)
    with stored.reading() as session:
        assert [file.id for file in evidence_of(session, "C-7K3F-97")] == [mine.id]


def test_what_is_over_is_erased_in_time_with_all_that_belongs_to_it(stored):
    with stored.writing() as session:
        mine = keep_file(session, 7, ("evidence", "draft"), NewFile("a", "b", b"c"), NOON)
        pieces = [{"kept": mine.id}]
        carry_out(session, 7, FileComplaint("C-7K3F-97", {"evidence": pieces}, NOON), NOON)
        carry_out(session, 7, AddToComplaint("C-7K3F-97", "More", (), NOON), NOON)
        carry_out(session, 7, WithdrawComplaint("C-7K3F-97", NOON), NOON)
        carry_out(session, 7, SENT, NOON)
    end = (NOON + KEPT_OVER).date()
    with stored.writing() as session:
        assert erase_overdue(session, end) == ()
        assert erase_overdue(session, end + timedelta(days=1)) == ("C-7K3F-97",)
    with stored.reading() as session:
        assert [one.number for one in filed(session)] == [SENT.number]
        assert evidence_of(session, "C-7K3F-97") == ()
