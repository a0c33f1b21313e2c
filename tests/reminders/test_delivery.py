"""Reminders through the store: planned, decided at sending, sent once."""

import asyncio
import sqlite3
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.model import AddCredit, Credit, License, Physician, Profile
from bot.store import reminders as store
from bot.store.changes import carry_out
from bot.store.physicians import blocked_since, mark_blocked
from bot.store.reminder_tables import ReminderRow
from reminders.deadlines import credits_open_of, deadlines_of
from reminders.delivery import PER_SECOND
from reminders.hours import Preferences, inferred_zone
from reminders.plan import plan
from reminders.planner import day_to_plan, plan_day
from tests.reminders.simulation import (
    KilledError,
    People,
    delivery,
    invented,
    live_through,
    next_due,
    read,
    settle_in,
    wish,
)

TEXAS = License("us-tx", "MD", expires=date(2027, 2, 28), first_cycle=False)
RIVERA = Physician(0, Profile(name="Elena Rivera"), licenses=(TEXAS,))
CHAT = 1001


@pytest.fixture
def people(clock):
    return People(clock)


@pytest.fixture
def worker(records, rules, people, clock):
    return delivery(records, rules, people, clock)


def states(records):
    with records.reading() as session:
        rows = session.execute(
            sa.select(ReminderRow.stage, ReminderRow.state).order_by(ReminderRow.id)
        )
        return [tuple(row) for row in rows]


def at_nine(records, rules, clock, day):
    """The morning of a day in Texas, with the day planned."""
    plan_day(records, rules.boards, day)
    clock.now = datetime(day.year, day.month, day.day, 15, tzinfo=UTC)


def tick(worker):
    return asyncio.run(worker.tick())


# ── one reminder ────────────────────────────────────────────────────────────────────────────


def test_a_stage_is_planned_for_nine_local_and_sent_then(records, rules, clock, people, worker):
    settle_in(records, CHAT, RIVERA, clock())
    plan_day(records, rules.boards, date(2026, 12, 30))
    assert next_due(records, clock()) == datetime(2026, 12, 30, 15, tzinfo=UTC)
    clock.now = datetime(2026, 12, 30, 14, 59, tzinfo=UTC)
    assert tick(worker) == 0
    clock.go(minutes=1)
    assert tick(worker) == 1
    assert people.received == [(clock(), CHAT, "us-tx D-60 2027-02-28")]


@pytest.mark.behaviour(53)
def test_whatever_is_planned_again_is_sent_once(records, rules, clock, people, worker):
    settle_in(records, CHAT, RIVERA, clock())
    for _ in range(3):
        at_nine(records, rules, clock, date(2026, 12, 30))
        tick(worker)
        clock.go(days=-1, hours=3)
    assert len(people.received) == 1


@pytest.mark.behaviour(51)
def test_the_state_is_worked_out_again_at_sending(records, rules, clock, people, worker):
    settle_in(records, CHAT, RIVERA, clock())
    at_nine(records, rules, clock, date(2026, 12, 30))
    renewed = RIVERA.licenses[0].__class__("us-tx", "MD", expires=date(2029, 2, 28))
    settle_in(records, CHAT, Physician(0, licenses=(renewed,)), clock())
    assert tick(worker) == 0
    assert states(records) == [("D-60", "cancelled")]


def test_a_license_removed_while_its_reminder_is_in_flight(records, rules, clock, people, worker):
    settle_in(records, CHAT, RIVERA, clock())
    at_nine(records, rules, clock, date(2026, 12, 30))
    settle_in(records, CHAT, Physician(0), clock())
    assert tick(worker) == 0
    assert people.received == []


def test_a_deadline_changed_by_the_hub_moves_the_stages(records, rules, clock, people, worker):
    settle_in(records, CHAT, RIVERA, clock())
    at_nine(records, rules, clock, date(2026, 12, 30))
    later = License("us-tx", "MD", expires=date(2027, 5, 31), first_cycle=False)
    settle_in(records, CHAT, Physician(0, licenses=(later,)), clock())
    tick(worker)
    assert [html for *_, html in people.received] == ["us-tx D-180 2027-05-31"]


@pytest.mark.behaviour(49)
def test_what_comes_due_in_the_night_waits_for_the_morning(records, rules, clock, people, worker):
    settle_in(records, CHAT, RIVERA, clock())
    at_nine(records, rules, clock, date(2026, 12, 30))
    clock.now = datetime(2026, 12, 31, 3, tzinfo=UTC)  # nine in the evening
    assert tick(worker) == 0
    clock.now = datetime(2026, 12, 31, 13, 59, tzinfo=UTC)
    assert tick(worker) == 0
    clock.now = datetime(2026, 12, 31, 14, tzinfo=UTC)
    assert tick(worker) == 1


@pytest.mark.behaviour(48)
def test_one_message_a_day_whatever_is_due(records, rules, clock, people, worker):
    other = License("us-oh", "MD", expires=date(2027, 5, 29), first_cycle=False)
    settle_in(records, CHAT, Physician(0, licenses=(TEXAS, other)), clock())
    at_nine(records, rules, clock, date(2026, 12, 30))
    tick(worker)
    clock.go(seconds=1)
    tick(worker)
    assert [html for *_, html in people.received] == ["us-tx D-60 2027-02-28"]
    clock.now = next_due(records, clock())
    tick(worker)
    assert [at.date() for at, *_ in people.received] == [date(2026, 12, 30), date(2026, 12, 31)]
    assert people.received[1][2] == "us-oh D-180 2027-05-29"


def test_a_digest_marks_every_part_as_told(records, rules, clock, people, worker):
    other = License("us-ok-md", "MD", expires=date(2027, 3, 5), first_cycle=False)
    settle_in(records, CHAT, Physician(0, licenses=(TEXAS, other)), clock())
    at_nine(records, rules, clock, date(2026, 12, 30))
    tick(worker)
    (message,) = people.received
    assert [board for board, *_ in read(message[2])] == ["us-tx", "us-ok-md"]
    at_nine(records, rules, clock, date(2027, 1, 4))
    tick(worker)
    assert len(people.received) == 1


def test_own_days_are_planned_too(records, rules, clock, people, worker):
    maria = settle_in(records, CHAT, RIVERA, clock())
    wish(records, maria, days="60,10")
    live_through(records, rules, clock, date(2027, 3, 20), [worker])
    assert [(at.date(), html.split()[1]) for at, _, html in people.received] == [
        (date(2026, 12, 30), "D-60"),
        (date(2027, 2, 18), "D-10"),
    ]


def test_certificates_and_the_dea_are_planned_from_the_whole_record(
    records, rules, clock, people, worker
):
    person = Physician(0, Profile(dea_expires=date(2027, 2, 23)))
    settle_in(records, CHAT, person, clock())
    live_through(records, rules, clock, date(2026, 12, 3), [worker])
    assert [(at.date(), html) for at, _, html in people.received] == [
        (date(2026, 11, 24), "mate D-180 2027-02-23"),
        (date(2026, 11, 25), "dea D-90 2027-02-23"),
        (date(2026, 12, 1), "mate D-90 2027-02-23"),
    ]


# ── what goes wrong ─────────────────────────────────────────────────────────────────────────


def once(*troubles):
    left = list(troubles)
    return lambda _: left.pop(0) if left else None


@pytest.mark.behaviour(54)
def test_who_blocked_the_bot_hears_nothing_more(records, rules, clock, people, worker):
    maria = settle_in(records, CHAT, RIVERA, clock())
    people.blocked.add(CHAT)
    since = clock()
    live_through(records, rules, clock, date(2027, 1, 20), [worker])
    people.blocked.clear()
    live_through(records, rules, clock, date(2027, 2, 1), [worker])
    assert people.received == []
    with records.writing() as session:
        assert blocked_since(session, CHAT) is not None
        missed = store.missed_while_blocked(session, maria.id, since)
        assert [one.stage for one in missed] == ["D-180", "D-90", "D-60", "D-45", "D-30"]
        mark_blocked(session, CHAT, None)
    live_through(records, rules, clock, date(2027, 2, 16), [worker])
    assert [html.split()[1] for *_, html in people.received] == ["D-14"]


@pytest.mark.behaviour(54)
def test_a_flood_answer_is_waited_out_by_everybody(records, rules, clock, people, worker):
    for chat in (1, 2):
        settle_in(records, chat, RIVERA, clock())
    worker.per_second = 1
    people.trouble = once("flood")
    at_nine(records, rules, clock, date(2026, 12, 30))
    assert tick(worker) == 0
    clock.go(seconds=2)
    assert tick(worker) == 0
    clock.go(seconds=2)
    assert tick(worker) == 1
    clock.go(seconds=1)
    assert tick(worker) == 1
    assert {chat for _, chat, _ in people.received} == {1, 2}


def test_without_a_connection_it_goes_out_later(records, rules, clock, people, worker):
    settle_in(records, CHAT, RIVERA, clock())
    people.trouble = once("no connection")
    at_nine(records, rules, clock, date(2026, 12, 30))
    assert tick(worker) == 0
    clock.go(minutes=1)
    assert tick(worker) == 1


@pytest.mark.behaviour(53)
@pytest.mark.parametrize("trouble", ["no answer", "killed before", "killed after"])
def test_what_may_have_arrived_is_not_sent_again(records, rules, clock, people, trouble):
    settle_in(records, CHAT, RIVERA, clock())
    people.trouble = once(trouble)
    worker = delivery(records, rules, people, clock)
    at_nine(records, rules, clock, date(2026, 12, 30))
    try:
        tick(worker)
    except KilledError:
        worker = delivery(records, rules, people, clock)
    arrived = len(people.received)
    live_through(records, rules, clock, date(2027, 1, 10), [worker])
    assert ("D-60", "unknown") in states(records)
    assert len(people.received) == arrived
    # The next stage comes as if nothing had happened.
    live_through(records, rules, clock, date(2027, 1, 16), [worker])
    assert people.received[-1][2] == "us-tx D-45 2027-02-28"


def test_a_row_taken_by_a_worker_that_died_is_taken_over(records, rules, clock, people, worker):
    settle_in(records, CHAT, RIVERA, clock())
    at_nine(records, rules, clock, date(2026, 12, 30))
    with records.writing() as session:
        assert len(store.claim(session, clock(), 5, {"America/Chicago": 9 * 60})) == 1
    assert tick(worker) == 0
    clock.go(minutes=6)
    assert tick(worker) == 1


def test_a_defect_in_one_reminder_does_not_stop_the_others(records, rules, clock, people, caplog):
    for chat in (1, 2):
        settle_in(records, chat, RIVERA, clock())

    worker = delivery(records, rules, people, clock)
    words = worker.compose

    def broken(physician, message, today):
        if physician.id == 1:
            raise RuntimeError("a defect")
        return words(physician, message, today)

    worker.compose = broken
    at_nine(records, rules, clock, date(2026, 12, 30))
    assert tick(worker) == 1
    assert "could not be decided" in caplog.text


def test_a_record_is_brought_up_to_date_before_the_decision(records, rules, clock, people):
    idaho = License("us-id", "MD", expires=date(2027, 2, 28), first_cycle=False)
    known = settle_in(records, CHAT, Physician(0, licenses=(idaho,)), clock())

    async def freshen(physician_id):
        assert physician_id == known.id
        with records.writing() as session:
            carry_out(session, CHAT, AddCredit(Credit("Update", date(2026, 12, 1), 40)), clock())

    worker = delivery(records, rules, people, clock, freshen=freshen)
    at_nine(records, rules, clock, date(2026, 12, 30))
    assert tick(worker) == 0


def test_a_hub_that_fails_delays_no_reminder(records, rules, clock, people):
    settle_in(records, CHAT, RIVERA, clock())

    async def freshen(_):
        raise TimeoutError

    worker = delivery(records, rules, people, clock, freshen=freshen)
    at_nine(records, rules, clock, date(2026, 12, 30))
    assert tick(worker) == 1


def test_busy_records_put_nothing_in_doubt(records, rules, clock, people, worker):
    settle_in(records, CHAT, RIVERA, clock())
    at_nine(records, rules, clock, date(2026, 12, 30))
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
    busy = sa.exc.OperationalError("BEGIN IMMEDIATE", {}, locked)
    times = iter([busy, busy])

    @sa.event.listens_for(records.engine, "begin")
    def _begin(connection):
        if people.received and (error := next(times, None)):
            raise error

    assert tick(worker) == 1
    assert states(records) == [("D-60", "sent")]


def test_the_pace_is_kept_by_all_workers_together(records, rules, clock, people):
    for chat in range(PER_SECOND + 10):
        settle_in(records, chat + 1, RIVERA, clock())
    workers = [delivery(records, rules, people, clock) for _ in range(2)]
    at_nine(records, rules, clock, date(2026, 12, 30))
    assert sum(tick(worker) for worker in workers) == PER_SECOND
    clock.go(seconds=1)
    assert sum(tick(worker) for worker in workers) == 10


def test_the_earliest_deadline_goes_first(records, rules, clock, people, worker):
    later = License("us-oh", "MD", expires=date(2027, 3, 30), first_cycle=False)
    settle_in(records, 1, Physician(0, licenses=(later,)), clock())
    settle_in(records, 2, RIVERA, clock())
    worker.per_second = 1
    plan_day(records, rules.boards, date(2027, 1, 29))
    clock.now = datetime(2027, 1, 29, 17, tzinfo=UTC)
    tick(worker)
    assert [chat for _, chat, _ in people.received] == [2]


def test_the_day_that_begins_first_is_planned_ahead():
    assert day_to_plan(datetime(2026, 12, 29, 11, 59, tzinfo=UTC)) == date(2026, 12, 29)
    assert day_to_plan(datetime(2026, 12, 29, 12, tzinfo=UTC)) == date(2026, 12, 30)


def test_a_credit_that_closes_the_gap_is_heeded_at_once(records, rules, clock, people, worker):
    idaho = License("us-id", "MD", expires=date(2027, 2, 28), first_cycle=False)
    settle_in(records, CHAT, Physician(0, licenses=(idaho,)), clock())
    at_nine(records, rules, clock, date(2026, 12, 30))
    enough = Credit("Update", date(2026, 12, 1), 40)
    with records.writing() as session:
        carry_out(session, CHAT, AddCredit(enough), clock())
    assert tick(worker) == 0


# ── two years ───────────────────────────────────────────────────────────────────────────────

START = datetime(2026, 11, 23, tzinfo=UTC)
TROUBLES = ("killed before", "killed after", "flood", "no connection", "no answer")


def crowd(records, count, seed):
    draw = Random(seed)
    people = {}
    for chat in range(1, count + 1):
        people[chat] = settle_in(records, chat, invented(draw, START.date()), START)
    return people


def preferences_of(physician):
    return Preferences(inferred_zone(tuple(held.board for held in physician.licenses)))


def test_what_is_sent_is_what_was_planned_in_advance(records, rules, clock, people, worker):
    """`remind --plan` and the real delivery agree, message by message."""
    clock.now = START
    end = START.date() + timedelta(days=300)
    known = crowd(records, 6, seed=7)
    live_through(records, rules, clock, end, [worker])
    for chat, physician in known.items():
        expected = [
            (
                message.at.date(),
                [(p.deadline.board, p.stage.name, p.deadline.last_day) for p in message.parts],
            )
            for message in plan(
                deadlines_of(physician, rules),
                credits_open_of(physician, rules),
                preferences_of(physician),
                START.date(),
                end - timedelta(days=2),
            )
        ]
        zone = preferences_of(physician).zone
        received = [
            (_local(at, zone), list(read(html)))
            for at, to, html in people.received
            if to == chat and _local(at, zone) <= end - timedelta(days=2)
        ]
        assert received == expected


def _local(at, zone):
    return at.astimezone(ZoneInfo(zone)).date()
