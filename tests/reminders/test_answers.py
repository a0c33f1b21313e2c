"""Answers to reminders, through the records: what comes afterwards, and what does not."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.model import License, Physician, Profile
from bot.store.physicians import physician_by_id
from reminders import answers
from reminders.answers import Answering
from reminders.state import coming
from tests.reminders.simulation import People, delivery, live_through, settle_in

TEXAS = License("us-tx", "MD", expires=date(2027, 2, 28), first_cycle=False)
OHIO = License("us-oh", "MD", expires=date(2027, 10, 1), first_cycle=False)


class Story:
    """Dr. Rivera, her reminders, and the answers she gives."""

    def __init__(self, records, rules, clock, physician):
        self.records, self.rules, self.clock = records, rules, clock
        self.people = People(clock)
        self.workers = [delivery(records, rules, self.people, clock)]
        self.physician = settle_in(records, 1, physician, clock())

    def until(self, day):
        live_through(self.records, self.rules, self.clock, day, self.workers)

    def answers(self, work, *arguments, **named):
        self.clock.now = self.clock.now.replace(hour=18)
        with self.records.writing() as session:
            physician = physician_by_id(session, self.physician.id)
            at = Answering(session, physician, self.rules, self.clock())
            return work(at, *arguments, **named)

    @property
    def heard(self):
        return [(at.date(), html.rsplit(" ", 1)[0]) for at, _, html in self.people.received]


def upcoming(at):
    state = answers.read_reminders(at.session, at.physician, at.rules, at.now)
    return coming(state, at.physician, at.rules)


@pytest.fixture
def rivera(records, rules, clock):
    clock.now = datetime(2026, 12, 26, tzinfo=UTC)
    return Story(records, rules, clock, Physician(0, licenses=(TEXAS, OHIO)))


@pytest.mark.behaviour(50)
def test_a_snooze_comes_back_when_it_said(rivera):
    rivera.until(date(2026, 12, 31))
    assert rivera.heard == [
        (date(2026, 12, 26), "us-tx D-90"),
        (date(2026, 12, 27), "us-oh halfway"),
    ]
    snoozed = rivera.answers(answers.snooze, "us-tx", date(2027, 1, 6))
    assert snoozed.until == date(2027, 1, 6)
    assert not snoozed.offer_other_days
    before = len(rivera.heard)
    rivera.until(date(2027, 1, 20))
    texas = [one for one in rivera.heard[before:] if one[1].startswith("us-tx")]
    assert texas == [(date(2027, 1, 6), "us-tx D-60"), (date(2027, 1, 14), "us-tx D-45")]


def test_two_snoozes_in_a_row_ask_for_other_days(rivera):
    rivera.until(date(2026, 12, 31))
    rivera.answers(answers.snooze, "us-tx", date(2027, 1, 6))
    rivera.until(date(2027, 1, 7))
    assert rivera.answers(answers.snooze, "us-tx", date(2027, 1, 9)).offer_other_days
    rivera.answers(answers.acknowledge, "us-tx")
    assert not rivera.answers(answers.snooze, "us-tx", date(2027, 1, 9)).offer_other_days


def test_a_snooze_in_the_last_week_is_refused(rivera):
    rivera.until(date(2027, 2, 22))
    assert rivera.answers(answers.snooze, "us-tx", date(2027, 2, 25)) is None


@pytest.mark.behaviour(50)
def test_a_planned_day_and_hour_are_kept(rivera):
    rivera.until(date(2027, 1, 3))
    comes = rivera.answers(answers.plan_a_day, "us-tx", date(2027, 1, 9), time(18, 30))
    assert comes.isoformat() == "2027-01-09T18:30:00-06:00"
    rivera.until(date(2027, 1, 12))
    at, _, html = rivera.people.received[-1]
    assert at == comes
    assert html.startswith("us-tx")


def test_a_day_gone_by_cannot_be_planned(rivera):
    rivera.until(date(2027, 1, 3))
    assert rivera.answers(answers.plan_a_day, "us-tx", date(2027, 1, 2), time(9)) is None


@pytest.mark.behaviour(51)
def test_renewed_is_silence_until_the_next_cycle(rivera):
    rivera.until(date(2027, 1, 3))
    assert rivera.answers(answers.renewed, "us-tx").last_day == date(2027, 2, 28)
    before = len(rivera.heard)
    rivera.until(date(2027, 3, 20))
    assert [one for one in rivera.heard[before:] if "us-tx" in one[1]] == []
    renewed = replace(TEXAS, expires=date(2029, 2, 28))
    settle_in(rivera.records, 1, Physician(0, licenses=(renewed,)), rivera.clock())
    rivera.clock.now = datetime(2028, 2, 20, tzinfo=UTC)
    rivera.until(date(2028, 3, 5))
    assert rivera.heard[-1] == (date(2028, 2, 29), "us-tx halfway")


def test_renewed_can_be_taken_back(rivera):
    rivera.until(date(2027, 1, 3))
    rivera.answers(answers.renewed, "us-tx")
    rivera.answers(answers.reopen, "us-tx")
    rivera.until(date(2027, 1, 16))
    assert rivera.heard[-1] == (date(2027, 1, 14), "us-tx D-45")


@pytest.mark.behaviour(52)
def test_stop_for_one_and_for_all(rivera):
    rivera.until(date(2026, 12, 31))
    rivera.answers(answers.stop, "us-tx")
    before = len(rivera.heard)
    rivera.until(date(2027, 4, 10))
    assert {html.split()[0] for _, html in rivera.heard[before:]} == {"us-oh"}
    rivera.answers(answers.stop, None)
    before = len(rivera.heard)
    rivera.until(date(2027, 10, 10))
    assert rivera.heard[before:] == []


@pytest.mark.behaviour(52)
def test_the_next_three_dates_are_the_ones_that_come(rivera):
    rivera.until(date(2027, 1, 3))
    ahead = rivera.answers(upcoming)
    assert [message.at.date() for message in ahead] == [
        date(2027, 1, 14),
        date(2027, 1, 29),
        date(2027, 2, 14),
    ]
    before = len(rivera.heard)
    rivera.until(date(2027, 2, 16))
    assert [day for day, _ in rivera.heard[before:]] == [m.at.date() for m in ahead]


def test_looking_ahead_changes_nothing(rivera):
    rivera.until(date(2027, 1, 3))
    first = rivera.answers(upcoming)
    assert rivera.answers(upcoming) == first


def test_wishes_are_kept_and_left_alone(rivera):
    rivera.until(date(2026, 12, 29))
    rivera.answers(answers.change_wishes, zone="America/Denver", hour=time(10), days=(60, 10))
    preferences = rivera.answers(answers.change_wishes, weekends=False)
    assert preferences.zone == "America/Denver"
    assert preferences.hour == time(10)
    assert preferences.days == (60, 10)
    assert not preferences.weekends
    rivera.until(date(2027, 1, 5))
    at, _, html = rivera.people.received[-1]
    # A week after the message of December 26 is a Saturday.
    assert (at, html) == (datetime(2027, 1, 4, 17, tzinfo=UTC), "us-tx D-60 2027-02-28")
    assert rivera.answers(answers.change_wishes, usual_days=True).days is None


def test_renewing_the_dea_ends_the_training_too(records, rules, clock):
    person = Physician(0, Profile(dea_expires=clock().date() + timedelta(days=100)))
    story = Story(records, rules, clock, person)
    story.until(date(2026, 11, 25))
    assert story.heard
    story.answers(answers.renewed, "dea")
    before = len(story.heard)
    story.until(date(2027, 4, 1))
    assert story.heard[before:] == []


def test_nothing_happens_for_a_board_that_is_not_held(rivera):
    rivera.until(date(2026, 12, 28))
    assert rivera.answers(answers.snooze, "us-ny", date(2027, 1, 6)) is None
    assert rivera.answers(answers.renewed, "us-ny") is None
    assert rivera.answers(answers.stop, "us-ny") is None
