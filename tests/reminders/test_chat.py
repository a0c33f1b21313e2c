"""Reminders in the chat: the page, every answer to a reminder, and free words."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.dialogs.reminder_words import read_days, read_hour, read_quiet, read_wish, read_zone
from bot.model import Certification, License, Physician, Profile
from bot.store import reminders as store
from bot.store.physicians import physician_of
from reminders.planner import plan_day, wishes_of
from reminders.stages import Deadline
from reminders.words import argument_of
from tests.reminders.chatting import CHAT, StoredChat
from tests.reminders.simulation import People, delivery, live_through

NOON = datetime(2026, 12, 28, 18, tzinfo=UTC)
TEXAS = License("us-tx", "MD", expires=date(2027, 2, 28), first_cycle=False)
OHIO = License("us-oh", "MD", expires=date(2027, 10, 1), first_cycle=False)
RIVERA = Physician(0, Profile(name="Elena Rivera"), licenses=(TEXAS, OHIO))


@pytest.fixture
def chat(sources, records):
    return StoredChat(sources, records, NOON, RIVERA)


def wishes(chat):
    with chat.records.reading() as session:
        return wishes_of(store.wishes(session, physician_of(session, CHAT).id))


def licenses(chat):
    with chat.records.reading() as session:
        return {held.board: held.expires for held in physician_of(session, CHAT).licenses}


def cycle(chat, board):
    with chat.records.reading() as session:
        rows = store.cycles(session, physician_of(session, CHAT).id)
        session.expunge_all()
        return next(row for row in rows if row.board == board)


def under_a_reminder(step, board="us-tx", last_day=date(2027, 2, 28)):
    """The data of a button under a reminder that was sent."""
    return f"reminders:{step}:0:{argument_of(Deadline(board, last_day))}"


# ── the page ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.behaviour(52)
@pytest.mark.parametrize("command", ["/reminders", "/settings", "what reminders do i get"])
def test_the_next_three_dates_with_their_weekday(chat, command):
    text = chat.says(command)
    assert chat.first_line == "Next reminder: Texas, Monday, December 28, 2026, 9 a.m."
    assert len(re.findall(r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \w+ \d+, \d{4}", text)) == 3
    assert len(text) <= 700


@pytest.mark.behaviour(9)
def test_a_toggle_is_edited_in_place(chat):
    chat.says("/reminders")
    chat.presses("Weekends: on")
    assert chat.shown[0].kind == "edit"
    assert "Weekends: off" in chat.labels
    assert not wishes(chat).weekends
    chat.presses("Weekends: off")
    assert wishes(chat).weekends


def test_hour_quiet_hours_zone_and_days_by_buttons(chat):
    chat.says("/reminders")
    chat.presses("Hour: 9 a.m.")
    chat.presses("5 p.m.")
    chat.presses("Quiet hours")
    chat.presses("9 p.m. to 7 a.m.")
    chat.presses("Days: usual")
    chat.presses("90, 30 and 7 days")
    chat.presses("Mountain time")
    found = wishes(chat)
    assert (found.hour, found.quiet) == (time(17), (time(21), time(7)))
    assert (found.days, found.zone) == ((90, 30, 7), "America/Denver")
    assert "90, 30 and 7 days before a deadline" in chat.text
    assert {one.kind for one in chat.shown} == {"edit"}


def test_the_zone_is_asked_where_a_state_has_two_and_only_once(chat):
    chat.says("/reminders")
    assert "which is yours?" in chat.text
    assert chat.labels[:2] == ["Central time", "Mountain time"]
    chat.presses("Central time")
    assert "which is yours?" not in chat.text
    assert "taken from" not in chat.text


def test_the_zone_of_a_state_with_one_is_inferred_and_shown(sources, records):
    chat = StoredChat(sources, records, NOON, Physician(0, licenses=(OHIO,)))
    chat.says("/reminders")
    assert "Your time: Eastern time, taken from your first license." in chat.text
    assert "which is yours?" not in chat.text


def test_a_stranger_is_told_how_to_begin(sources, records):
    chat = StoredChat(sources, records, NOON, Physician(0))
    assert "I know no license of yours yet" in chat.says("/reminders")
    assert "Add a license" in chat.labels


@pytest.mark.behaviour(52)
def test_stopping_one_license_takes_two_taps(chat):
    chat.presses_data(under_a_reminder("stop"))
    assert not cycle_stopped(chat)
    assert "Stop all reminders about Texas?" in chat.text
    chat.presses("Stop for Texas")
    assert cycle_stopped(chat)
    assert "No more reminders about Texas" in chat.text
    chat.presses("Remind me again")
    assert not cycle_stopped(chat)


def cycle_stopped(chat):
    try:
        return cycle(chat, "us-tx").stopped
    except StopIteration:
        return False


@pytest.mark.behaviour(52)
def test_stopping_all_takes_two_taps_and_can_begin_again(chat):
    chat.says("/reminders")
    chat.presses("Stop all reminders")
    assert chat.turns[-1].changes == ()
    chat.presses("Stop all reminders")
    assert wishes(chat).stopped
    assert "stopped them all" in chat.says("/reminders")
    chat.says("start again")
    assert not wishes(chat).stopped
    assert "Reminders are on again" in chat.text


# ── answers to a reminder ───────────────────────────────────────────────────────────────────


@pytest.mark.behaviour(50)
def test_renewed_asks_for_the_date_and_opens_the_next_cycle(chat):
    chat.presses_data(under_a_reminder("renewed"))
    assert cycle(chat, "us-tx").closed_day == date(2027, 2, 28)
    assert chat.labels[0] == "February 28, 2029"
    chat.presses("February 28, 2029")
    assert chat.first_line.startswith(
        "Noted: Texas renewed, next due Wednesday, February 28, 2029."
    )
    assert licenses(chat)["us-tx"] == date(2029, 2, 28)
    found = cycle(chat, "us-tx")
    assert (found.last_day, found.closed_day) == (date(2029, 2, 28), date(2027, 2, 28))
    chat.presses("Undo")
    assert licenses(chat)["us-tx"] == date(2027, 2, 28)
    assert cycle(chat, "us-tx").closed_day is None


def test_the_new_date_may_be_typed(chat):
    chat.presses_data(under_a_reminder("renewed"))
    chat.says("2/28/29")
    assert licenses(chat)["us-tx"] == date(2029, 2, 28)
    assert chat.conversation.dialog is None


def test_a_new_date_before_the_old_one_is_asked_again(chat):
    chat.presses_data(under_a_reminder("renewed"))
    assert "can't be the new last day" in chat.says("2/1/27")
    chat.presses("I don't know it yet")
    assert licenses(chat)["us-tx"] == date(2027, 2, 28)
    assert cycle(chat, "us-tx").closed_day == date(2027, 2, 28)


def test_a_double_tap_on_renewed_has_the_effect_of_one(chat):
    first = chat.presses_data(under_a_reminder("renewed"))
    assert chat.presses_data(under_a_reminder("renewed")) == first


def test_a_renewed_dea_registration_closes_the_training(sources, records):
    person = Physician(0, Profile(dea_expires=date(2027, 3, 10)))
    chat = StoredChat(sources, records, NOON, person)
    chat.presses_data(under_a_reminder("renewed", "dea", date(2027, 3, 10)))
    chat.presses("March 10, 2030")
    assert cycle(chat, "dea").last_day == date(2030, 3, 10)
    assert cycle(chat, "mate").closed_day == date(2027, 3, 10)


@pytest.mark.behaviour(50)
def test_a_day_and_an_hour_are_planned(chat):
    chat.presses_data(under_a_reminder("plan"))
    assert chat.labels[:3] == ["Tue, Dec 29", "Sat, Jan 2", "Sun, Jan 3"]
    chat.presses("Sat, Jan 2")
    chat.presses("7 p.m.")
    assert chat.first_line == "Saturday, January 2, 2027, 7 p.m.: I'll remind you of Texas then."
    found = cycle(chat, "us-tx")
    assert (found.planned_on, found.planned_minute) == (date(2027, 1, 2), 19 * 60)


def test_another_day_may_be_typed_with_its_hour(chat):
    chat.presses_data(under_a_reminder("plan"))
    chat.presses("Another day")
    assert "Saturday, January 9, 2027, 10 a.m." in chat.says("jan 9 at 10")


def test_an_hour_at_night_moves_to_the_end_of_the_quiet_hours_and_is_said(chat):
    chat.presses_data(under_a_reminder("plan"))
    chat.presses("Another day")
    text = chat.says("jan 9, 10 pm")
    assert "Saturday, January 9, 2027, 8 a.m." in text
    assert "quiet hours" in text


@pytest.mark.behaviour(50)
def test_snooze_says_when_it_comes_back_and_never_beyond_the_last_week(chat):
    chat.presses_data(under_a_reminder("snooze"))
    assert "At the latest it comes back Sunday, February 21, 2027" in chat.text
    chat.presses("In a week")
    assert "Quiet about Texas until Monday, January 4, 2027." in chat.text
    chat.presses_data(under_a_reminder("snooze"))
    chat.presses("A date")
    text = chat.says("february 27")
    assert "until Sunday, February 21, 2027" in text
    assert "as long as I wait" in text
    assert "twice in a row" in text
    assert "Choose other days" in chat.labels


def test_in_the_last_week_there_is_nothing_to_snooze_to(chat):
    chat.now = datetime(2027, 2, 23, 18, tzinfo=UTC)
    assert "can't snooze Texas any more" in chat.presses_data(under_a_reminder("snooze"))
    assert "Plan a day" in chat.labels


def test_find_shows_activities_and_counts_as_an_answer(chat):
    chat.presses_data(under_a_reminder("find"))
    assert "activities" in chat.text
    assert cycle(chat, "us-tx").answered_on == date(2026, 12, 28)


@pytest.mark.behaviour(10)
@pytest.mark.parametrize("step", ["renewed", "plan", "snooze", "find", "stop", "stopit", "snoozed"])
@pytest.mark.parametrize(
    ("board", "last_day", "said"),
    [
        ("us-tx", date(2025, 2, 28), "Texas is now due Sunday, February 28, 2027"),
        ("us-ny", date(2027, 2, 28), "I have no deadline for it any more"),
    ],
)
def test_a_button_of_an_earlier_cycle_changes_nothing_and_says_so(
    chat, step, board, last_day, said
):
    text = chat.presses_data(under_a_reminder(step, board, last_day))
    assert "out of date, so I changed nothing" in text
    assert said in text
    assert chat.turns[-1].changes == ()


def test_after_renewed_the_other_buttons_say_that_it_is_over(chat):
    chat.presses_data(under_a_reminder("renewed"))
    chat.presses("I don't know it yet")
    assert "You told me it is renewed" in chat.presses_data(under_a_reminder("snooze"))
    chat.presses("Not renewed after all")
    assert cycle(chat, "us-tx").closed_day is None


def test_broken_button_data_is_out_of_date_too(chat):
    for data in (
        "reminders:plan_at:0:us-tx/20270228/x/9",
        "reminders:zone:0:nowhere",
        "reminders:undo:0:us-tx",
        "reminders:hour:0:99",
        "reminders:renewed:0",
    ):
        chat.presses_data(data)
        assert "out of date" in chat.text
        assert chat.turns[-1].changes == ()


# ── free words ──────────────────────────────────────────────────────────────────────────────


def test_days_in_free_words(chat):
    assert "Noted: 60 days before a deadline." in chat.says("remind me 2 months before")
    chat.says("60 and 10")
    assert wishes(chat).days == (60, 10)
    chat.says("the usual days for reminders please")
    assert wishes(chat).days is None


def test_stop_in_free_words_asks_once(chat):
    chat.says("stop texas reminders")
    assert "Stop all reminders about Texas?" in chat.text
    chat.says("stop all reminders")
    assert chat.labels == ["Keep them", "Stop all reminders"]
    chat.presses_data("reminders:stopeverything:0")
    assert wishes(chat).stopped


def test_snooze_in_free_words(chat):
    text = chat.says("snooze till monday")
    assert "Quiet about Texas until Monday, January 4, 2027. It comes back then at 9 a.m." in text


def test_what_was_stopped_cannot_be_snoozed_and_is_shown(chat):
    chat.presses_data(under_a_reminder("stopit"))
    text = chat.says("snooze texas till friday")
    assert "No reminders: you stopped them." in text
    assert chat.turns[-1].changes == ()


def test_the_zone_stays_that_of_the_first_license_after_a_renewal(chat):
    chat.says("i renewed, next is 2/28/29")
    assert "which is yours?" in chat.says("/reminders")
    assert "Central time, taken from your first license" in chat.text


def test_renewed_in_free_words(chat):
    chat.says("i renewed, next is 2/28/29")
    assert "Texas renewed, next due Wednesday, February 28, 2029" in chat.text
    chat.says("i renewed ohio")
    assert "Noted: Ohio renewed." in chat.text
    assert licenses(chat)["us-tx"] == date(2029, 2, 28)


def test_a_question_about_renewing_renews_nothing(chat):
    chat.says("when do i have to have renewed texas?")
    assert chat.turns[-1].changes == ()


def test_weekends_zone_hour_in_free_words(chat):
    chat.says("no reminders on weekends")
    chat.says("my time zone is mountain")
    chat.says("remind me at 7 pm")
    found = wishes(chat)
    assert (found.weekends, found.zone, found.hour) == (False, "America/Denver", time(19))


def test_an_hour_in_the_quiet_hours_is_refused_kindly(chat):
    text = chat.says("remind me at 9 pm")
    assert "9 p.m. lies in your quiet hours (8 p.m. to 8 a.m.), so nothing was changed" in text
    assert "Quiet hours" in chat.labels


def test_a_license_not_held_is_said(chat):
    text = chat.says("stop florida reminders")
    assert "I know no license or certificate of yours for Florida" in text


@pytest.mark.parametrize(
    ("words", "hour"),
    [
        ("remind me at 7 pm", time(19)),
        ("at 10", time(10)),
        ("at 3", time(15)),
        ("19:30 please", time(19, 30)),
        ("in the morning", time(9)),
        ("90, 30 and 7 days before", None),
        ("2 months before", None),
    ],
)
def test_hours(words, hour):
    assert read_hour(words) == hour


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("my time zone is mountain", "America/Denver"),
        ("i'm in pacific time", "America/Los_Angeles"),
        ("PST", "America/Los_Angeles"),
        ("hawaii time", "Pacific/Honolulu"),
        ("texas reminders", None),
    ],
)
def test_zones(words, zone):
    assert read_zone(words) == zone


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("60 and 10", (60, 10)),
        ("90, 30 and 7 days before", (90, 30, 7)),
        ("two months and a week before", (60, 7)),
        ("at 7 pm", ()),
        ("2/28/29", ()),
    ],
)
def test_days(words, days):
    assert read_days(words) == days


def test_quiet_hours_and_wishes():
    assert read_quiet("quiet from 9pm to 7am") == (time(21), time(7))
    assert read_quiet("don't text me after 10 pm before 6") == (time(22), time(6))
    assert read_quiet("remind me from 9 to 5") is None
    wish = read_wish("snooze for 2 weeks", date(2026, 12, 28))
    assert (wish.snooze, wish.day) == (True, date(2027, 1, 11))


# ── what the rest of the record changes ─────────────────────────────────────────────────────


def test_whoever_adds_a_license_hears_nothing_of_it_on_the_same_day(sources, records):
    chat = StoredChat(sources, records, NOON, Physician(0))
    chat.says("texas md until 2/28/2027")
    assert licenses(chat)
    clock = lambda: chat.now  # noqa: E731
    people = People(clock)
    plan_day(records, sources.knowledge.rules.boards, NOON.date())
    import asyncio

    worker = delivery(records, sources.knowledge.rules, people, clock)
    asyncio.run(worker.tick())
    assert people.received == []
    chat.now = NOON + timedelta(days=1)
    plan_day(records, sources.knowledge.rules.boards, chat.now.date())
    asyncio.run(worker.tick())
    assert len(people.received) == 1
    assert wishes(chat).zone == "America/Chicago"


def test_a_changed_hour_moves_what_is_planned(chat, sources, clock):
    plan_day(chat.records, sources.knowledge.rules.boards, date(2026, 12, 29))
    chat.says("remind me at 5 pm")
    clock.now = datetime(2026, 12, 29, tzinfo=UTC)
    people = People(clock)
    worker = delivery(chat.records, sources.knowledge.rules, people, clock)
    live_through(chat.records, sources.knowledge.rules, clock, date(2026, 12, 31), [worker])
    assert [at.hour for at, *_ in people.received] == [23, 23]


@pytest.mark.behaviour(54)
def test_back_after_a_block_what_was_missed_is_told_once(chat, sources, clock):
    clock.now = NOON
    people = People(clock)
    people.blocked.add(CHAT)
    worker = delivery(chat.records, sources.knowledge.rules, people, clock)
    live_through(chat.records, sources.knowledge.rules, clock, date(2027, 1, 20), [worker])
    chat.now = clock.now
    text = chat.says("/start")
    assert "could not reach you" in text
    assert "Texas is due Sunday, February 28, 2027" in text
    chat.blocks(None)
    assert "could not reach you" not in chat.says("/start")


def test_certificates_are_renewed_too(sources, records):
    held = (Certification("ABIM", since=date(2016, 8, 1), expires=date(2027, 12, 31)),)
    chat = StoredChat(sources, records, NOON, Physician(0, certifications=held))
    chat.says("/reminders")
    chat.presses("One by one")
    chat.presses("ABIM")
    chat.presses("I renewed")
    assert "Type the one on your certificate" in chat.text
    chat.says("december 31, 2032")
    assert "ABIM renewed" in chat.text
