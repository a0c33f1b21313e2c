"""Errands in the store: one at a time under a key, leased, and told exactly once."""

from datetime import timedelta

from bot.model import RunErrand
from bot.store import inbox
from bot.store.errands import (
    claim_errands,
    drop_errand,
    due_count,
    erase_errands,
    put_errand,
    run_again,
    settle_errand,
    tidy_errands,
)

LEASE = timedelta(minutes=3)


def claimed(records, now):
    with records.writing() as session:
        return claim_errands(session, now, LEASE, 10)


def test_an_errand_is_claimed_once_until_its_lease_ends(records, now):
    with records.writing() as session:
        put_errand(session, 7, RunErrand("ask", "complaint", {"what": "status"}), now)
    (errand,) = claimed(records, now)
    assert (errand.name, errand.values, errand.chat_id) == ("ask", {"what": "status"}, 7)
    assert claimed(records, now) == ()
    assert [one.id for one in claimed(records, now + LEASE + timedelta(seconds=1))] == [errand.id]


def test_a_result_is_in_the_inbox_with_the_settling(records, now):
    with records.writing() as session:
        put_errand(session, 7, RunErrand("ask", "complaint"), now)
        inbox.receive(session, 99, 7, {"message": {}}, now)
    (errand,) = claimed(records, now)
    with records.writing() as session:
        assert run_again(session, errand, now, now, result={"state": "pending"})
    (errand,) = claimed(records, now)
    assert errand.attempts == 1
    with records.writing() as session:
        assert settle_errand(session, errand, now, result={"state": "done"})
    with records.reading() as session:
        first = inbox.next_of(session, 7)
    assert first.payload == {"errand": "ask", "dialog": "complaint", "result": {"state": "pending"}}
    with records.writing() as session:
        inbox.settle(session, first.update_id)
        second = inbox.next_of(session, 7)
        assert second.payload["result"] == {"state": "done"}
        inbox.settle(session, second.update_id)
        assert inbox.next_of(session, 7).update_id == 99
        assert due_count(session, now) == 0


def test_a_newer_errand_takes_the_place_of_one_that_waits(records, now):
    with records.writing() as session:
        put_errand(session, 7, RunErrand("ask", "link", {"try": 1}, key="link:7"), now)
    (older,) = claimed(records, now)
    with records.writing() as session:
        put_errand(session, 7, RunErrand("ask", "link", {"try": 2}, key="link:7"), now)
        assert not settle_errand(session, older, now, result={"late": True})
        assert inbox.next_of(session, 7) is None
    (newer,) = claimed(records, now)
    assert newer.values == {"try": 2}


def test_a_dropped_errand_is_not_run(records, now):
    with records.writing() as session:
        put_errand(session, 7, RunErrand("ask", "link", key="link:7"), now)
        drop_errand(session, "link:7", now)
    assert claimed(records, now) == ()


def test_an_errand_waits_until_it_is_due(records, now):
    later = now + timedelta(hours=1)
    with records.writing() as session:
        put_errand(session, 7, RunErrand("ask", "link", due_at=later), now)
    assert claimed(records, now) == ()
    assert len(claimed(records, later)) == 1


def test_erasing_leaves_only_what_somebody_else_waits_for(records, now):
    with records.writing() as session:
        put_errand(session, 7, RunErrand("mine", "link"), now)
        put_errand(session, 7, RunErrand("theirs", "complaint", outlives=True), now)
        put_errand(session, 8, RunErrand("other", "link"), now)
        erase_errands(session, 7)
    kept = claimed(records, now)
    assert {(one.name, one.chat_id) for one in kept} == {("theirs", None), ("other", 8)}
    theirs = next(one for one in kept if one.name == "theirs")
    with records.writing() as session:
        assert settle_errand(session, theirs, now, result={"state": "sent"})
        assert inbox.chats_waiting(session) == ()
        assert tidy_errands(session, now + timedelta(days=1)) == 1
