"""Reminders as rows, on both databases: planned in bulk, claimed by one worker, sent once."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.model import License, Physician, Profile
from bot.rules.person import load_rulebook
from bot.store import reminder_bulk, reminders
from bot.store.physicians import keep_physician, physician_of
from bot.store.reminder_tables import DeadlineRow, ReminderRow, ReminderWishRow
from data import HERE
from reminders.answers import Answering, snooze
from reminders.forecast import forecast
from reminders.planner import plan_day
from reminders.scheduler import refine
from tests.reminders.simulation import People, delivery

MORNING = datetime(2026, 12, 30, 15, tzinfo=UTC)
DAY = MORNING.date()
TEXAS = License("us-tx", "MD", expires=date(2027, 2, 28), first_cycle=False)
MINUTES = {"America/Chicago": 9 * 60}


@pytest.fixture(scope="module")
def rules():
    return load_rulebook(HERE)


@pytest.fixture
def held(records):
    """Put a physician with these licenses into a chat."""

    def put(chat_id, *licenses, **profile):
        with records.writing() as session:
            person = Physician(0, Profile(**profile), licenses=licenses)
            keep_physician(session, chat_id, person, MORNING)
            return physician_of(session, chat_id)

    return put


def rows(records, *columns):
    with records.reading() as session:
        return [tuple(row) for row in session.execute(sa.select(*columns).order_by(columns[0]))]


def test_a_license_gets_its_deadline_and_its_stage(records, rules, held):
    maria = held(1, TEXAS)
    planned = plan_day(records, rules.boards, DAY)
    assert (planned.deadlines, planned.wishes, planned.reminders) == (1, 1, 1)
    kept = DeadlineRow.board, DeadlineRow.last_day, DeadlineRow.halfway, DeadlineRow.license_id
    assert rows(records, *kept) == [
        ("us-tx", date(2027, 2, 28), date(2026, 2, 28), maria.licenses[0].id)
    ]
    assert rows(records, ReminderRow.stage, ReminderRow.due_at) == [("D-60", MORNING)]
    wishes = ReminderWishRow.zone, ReminderWishRow.minute, ReminderWishRow.stopped
    assert rows(records, *wishes) == [("America/Chicago", 540, False)]


def test_planning_again_finds_nothing_to_do(records, rules, held):
    held(1, TEXAS)
    plan_day(records, rules.boards, DAY)
    for only_fresh in (False, True):
        again = plan_day(records, rules.boards, DAY, only_fresh=only_fresh)
        assert (again.deadlines, again.wishes, again.reminders) == (0, 0, 0)


def test_a_new_end_date_moves_the_deadline(records, rules, held):
    maria = held(1, TEXAS)
    plan_day(records, rules.boards, DAY)
    with records.writing() as session:
        session.execute(sa.text("UPDATE license SET expires = '2027-05-31'"))
    assert plan_day(records, rules.boards, DAY, only_fresh=True).deadlines == 1
    assert rows(records, DeadlineRow.last_day) == [(date(2027, 5, 31),)]
    assert rows(records, ReminderRow.stage, ReminderRow.physician_id) == [
        ("D-180", maria.id),
        ("D-60", maria.id),
    ]


def test_a_removed_license_takes_its_deadline_along(records, rules, held):
    held(1, TEXAS)
    plan_day(records, rules.boards, DAY)
    held(1)
    assert rows(records, DeadlineRow.board) == []


def test_own_days_are_planned_apart(records, rules, held):
    held(1, TEXAS)
    plan_day(records, rules.boards, date(2026, 1, 1))
    with records.writing() as session:
        session.execute(sa.update(ReminderWishRow).values(days="61,10"))
    assert plan_day(records, rules.boards, DAY).reminders == 1
    assert rows(records, ReminderRow.stage) == [("D-61",)]


def test_the_whole_record_is_looked_at_once(records, rules, held):
    held(1, TEXAS, dea_expires=date(2027, 5, 31))
    plan_day(records, rules.boards, DAY)
    assert refine(records, rules, MORNING, 10) == 1
    assert refine(records, rules, MORNING, 10) == 0
    assert rows(records, DeadlineRow.board) == [("dea",), ("mate",), ("us-tx",)]


def test_a_row_is_claimed_by_one_worker(records, rules, held):
    for chat in range(1, 7):
        held(chat, TEXAS)
    plan_day(records, rules.boards, DAY)
    with records.writing() as session:
        first = reminders.claim(session, MORNING, 4, MINUTES)
    with records.writing() as session:
        second = reminders.claim(session, MORNING, 4, MINUTES)
        assert reminders.claim(session, MORNING, 4, MINUTES) == ()
    assert len(first) == 4
    assert len(second) == 2
    assert not {one.id for one in first} & {one.id for one in second}


def test_who_is_asleep_is_not_claimed(records, rules, held):
    held(1, TEXAS)
    plan_day(records, rules.boards, DAY)
    with records.writing() as session:
        for minute in (0, 7 * 60 + 59, 20 * 60):
            assert reminders.claim(session, MORNING, 4, {"America/Chicago": minute}) == ()
        assert len(reminders.claim(session, MORNING, 4, {"America/Chicago": 8 * 60})) == 1


def test_the_pace_of_a_second_is_shared(records):
    with records.writing() as session:
        assert reminders.take_pace(session, MORNING, 20, 25) == 20
        assert reminders.take_pace(session, MORNING, 20, 25) == 5
        assert reminders.take_pace(session, MORNING, 20, 25) == 0
        assert reminders.take_pace(session, MORNING + timedelta(seconds=1), 20, 25) == 20
        # A clock set back starts a second of its own, it does not stop the worker.
        assert reminders.take_pace(session, MORNING - timedelta(hours=1), 20, 25) == 20


def test_what_a_dead_worker_left_is_settled(records, rules, held):
    held(1, TEXAS)
    plan_day(records, rules.boards, DAY)
    with records.writing() as session:
        reminders.claim(session, MORNING, 1, MINUTES)
        assert reminders.give_back(session, MORNING + timedelta(minutes=4)) == (0, 0)
        assert reminders.give_back(session, MORNING + timedelta(minutes=6)) == (1, 0)
        (claim,) = reminders.claim(session, MORNING, 1, MINUTES)
        key = ("us-tx", date(2027, 2, 28), "D-60")
        assert reminders.mark_sending(session, [key], claim, MORNING, DAY) == (claim.id,)
        assert reminders.mark_sending(session, [key], claim, MORNING, DAY) is None
        assert reminders.give_back(session, MORNING + timedelta(minutes=6)) == (0, 1)
    assert rows(records, ReminderRow.state) == [("unknown",)]


def test_a_reminder_goes_all_the_way(records, rules, held):
    maria = held(1, TEXAS)
    plan_day(records, rules.boards, DAY)
    people = People(lambda: MORNING)
    worker = delivery(records, rules, people, lambda: MORNING)
    assert asyncio.run(worker.tick()) == 1
    assert asyncio.run(worker.tick()) == 0
    with records.writing() as session:
        assert [one.stage for one in reminders.told(session, maria.id)] == ["D-60"]
        at = Answering(session, maria, rules, MORNING)
        assert snooze(at, "us-tx", date(2027, 1, 6)).until == date(2027, 1, 6)
        counted = reminders.counts(session, MORNING - timedelta(days=1), MORNING + timedelta(1))
        assert (counted["sent"], counted["late"]) == (1, 0)
    assert rows(records, ReminderRow.stage) == [("D-60",), ("wake@2027-01-06",)]


def test_the_load_is_counted_by_day(records, rules, held):
    held(1, TEXAS, replace(TEXAS, board="us-oh"))
    plan_day(records, rules.boards, DAY)
    loads = forecast(records, date(2027, 2, 26), 3)
    assert [load.due for load in loads] == [0, 2, 0]
    with records.reading() as session:
        assert reminder_bulk.halves_by_day(session, date(2026, 2, 28), date(2026, 2, 28)) == {
            date(2026, 2, 28): 2
        }


def test_reminders_of_old_cycles_are_forgotten(records, rules, held):
    held(1, TEXAS)
    plan_day(records, rules.boards, DAY)
    with records.writing() as session:
        assert reminders.tidy(session, date(2027, 2, 28)) == 0
        assert reminders.tidy(session, date(2027, 3, 1)) == 1
