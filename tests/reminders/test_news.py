"""News: one unprompted message a day, never at night, and a reminder goes first."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.model import License, News, Outgoing, Physician
from bot.store import outbox
from bot.store.news import put_news
from bot.store.physicians import mark_blocked
from reminders.news import tell_news
from tests.reminders.simulation import settle_in

OHIO = License("us-oh", "MD", expires=date(2028, 10, 1), first_cycle=False)
MORNING = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""Ten o'clock in Ohio."""


def news(number, text="Your credit arrived."):
    return News(f"credit:{number}", Outgoing("message", text))


@pytest.fixture
def rivera(records):
    return settle_in(records, 1, Physician(0, licenses=(OHIO,)), MORNING)


def waiting(records, now):
    with records.reading() as session:
        letter = outbox.next_letter(session, 1, now)
    return letter and letter.outgoing.html


def put(records, physician, *items):
    with records.writing() as session:
        return [put_news(session, physician.id, item, MORNING) for item in items]


@pytest.mark.behaviour(48)
def test_news_of_a_day_share_one_message_and_later_ones_wait(records, rules, rivera):
    assert put(records, rivera, news(1, "First."), news(2, "Second."), news(1)) == [
        True,
        True,
        False,
    ]
    assert tell_news(records, rules, MORNING) == 1
    assert waiting(records, MORNING) == "First.\n\nSecond."
    put(records, rivera, news(3, "Third."))
    assert tell_news(records, rules, MORNING + timedelta(hours=2)) == 0
    assert tell_news(records, rules, MORNING + timedelta(days=1)) == 1


@pytest.mark.behaviour(49)
def test_no_news_at_night(records, rules, rivera):
    put(records, rivera, news(1))
    night = MORNING.replace(day=25, hour=3)
    assert tell_news(records, rules, night) == 0
    assert tell_news(records, rules, night.replace(hour=12)) == 0
    assert tell_news(records, rules, night.replace(hour=13)) == 1


@pytest.mark.behaviour(54)
def test_whoever_blocked_the_bot_gets_no_news_until_they_are_back(records, rules, rivera):
    put(records, rivera, news(1))
    with records.writing() as session:
        mark_blocked(session, 1, MORNING)
    assert tell_news(records, rules, MORNING) == 0
    with records.writing() as session:
        mark_blocked(session, 1, None)
    assert tell_news(records, rules, MORNING + timedelta(days=1)) == 1


@pytest.mark.behaviour(48)
def test_a_reminder_due_today_goes_first(records, rules, rivera):
    ninety = datetime(2028, 7, 3, 15, 0, tzinfo=UTC)
    put(records, rivera, news(1))
    assert tell_news(records, rules, ninety) == 0
    assert waiting(records, ninety) is None
