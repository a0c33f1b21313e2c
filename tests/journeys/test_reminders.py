"""A reminder as it reaches a physician in the chat, and what can be done about it there."""

import re
from datetime import date, timedelta

import pytest

from sandbox.demo import demo


async def turned(running, chat=1001):
    """The clock on the next day with a reminder that sounds."""
    day = running.loud_day(chat)
    assert await running.turn_to(day) is None
    return day


@pytest.mark.behaviour(50)
async def test_a_reminder_arrives_and_is_answered_in_place(running, rivera):
    day = await turned(running)
    reminder = await rivera.hears("Dr. Rivera, Texas is due in 60 days")
    assert reminder.labels == [
        "I renewed", "Plan a day", "Snooze", "Find activities", "Stop for Texas",
    ]  # fmt: skip
    await rivera.presses("Snooze", reminder)
    await running.settled()
    await rivera.presses("In a week", rivera.messages[-1])
    await running.settled()
    answer = rivera.messages[-1]
    assert (answer.id, answer.edited) == (reminder.id, True)
    assert answer.text.startswith("Quiet about Texas until ")

    await running.turn_to(day + timedelta(days=6))
    assert len([one for one in rivera.messages if "Texas is due" in one.text]) == 0
    await running.turn_to(day + timedelta(days=7))
    await rivera.hears("Texas is due in 53 days")


async def test_renewed_by_words_ends_the_reminders_of_the_cycle(running, rivera):
    day = await turned(running)
    reminder = await rivera.hears("Texas is due in 60 days")
    last = date.fromisoformat(re.search(r"us-tx/(\d{8})", reminder.buttons[0][0].data)[1])
    await rivera.says(f"i renewed, next is {last.month}/{last.day}/{last.year + 2}")
    await rivera.hears("Noted: Texas renewed, next due")
    await running.turn_to(day + timedelta(days=30))
    assert not [one for one in rivera.messages[-2:] if "Texas is due" in one.text]
    await rivera.says("when is texas due")
    assert str(last.year + 2) in (await rivera.hears("Texas MD: due")).text


@pytest.mark.behaviour(53)
async def test_a_restart_repeats_nothing(tmp_path):
    async with demo(tmp_path) as first:
        day = await turned(first)
        await first.people[1001].hears("Texas is due in 60 days")
    async with demo(tmp_path) as second:
        await second.turn_to(day)
        await second.turn_to(day + timedelta(days=1))
        heard = [one.text for one in second.people[1001].messages if "Texas" in one.text]
        assert heard == []


@pytest.mark.behaviour(54)
async def test_who_comes_back_after_a_block_is_told_what_was_missed(running, rivera):
    await rivera.blocks()
    await running.settled()
    await turned(running)
    assert not [one for one in rivera.messages if one.from_bot]
    await rivera.unblocks()
    await running.settled()
    told = [one.text for one in rivera.messages if "could not reach you" in one.text]
    assert len(told) == 1
    assert "While you had me blocked, 1 reminder could not reach you." in told[0]
    assert "Texas is due" in told[0]
    await rivera.says("/start")
    await running.settled()
    assert len([one for one in rivera.messages if "could not reach you" in one.text]) == 1


async def test_the_calendar_file_is_offered_and_sent(running, rivera):
    await rivera.says("when is my CA due")
    answer = await rivera.hears("California MD: due")
    await rivera.presses("Calendar file", answer)
    await running.settled()
    sent = rivera.messages[-1]
    assert sent.attachment.name == "cme-deadlines.ics"
    assert sent.attachment.content.startswith(b"BEGIN:VCALENDAR")
    assert b"California" in sent.attachment.content
