"""Looking for activities in the chat: pages, filters, what is let go, saving, wishes in words."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.dialogs.activity_words import days, entries, shortened
from bot.dialogs.context import Context
from bot.model import Activity, CreditOffer
from bot.texts import plain
from tests.talking import Chat

NUMBERED = re.compile(r"^(\d+)\. (.*)$", re.MULTILINE)


@pytest.fixture
def reyes(sources, rivera):
    """Florida DO: three topic rules open."""
    return Chat(sources, rivera.now, person="demo-florida")


def numbers(chat):
    return [int(number) for number, _ in NUMBERED.findall(chat.text)]


# ── a page ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.behaviour(44)
def test_each_result_says_who_how_what_how_much_and_what_it_closes(rivera):
    rivera.says("free ethics online, 2 hrs")
    assert rivera.first_line == "2 free online activities: medical ethics, 2\u00a0h or more."
    _, first = NUMBERED.findall(rivera.text)[0]
    assert first == (
        "ACP Ethics Manual, 7th Edition, American College of… · on demand · 10\u00a0h Cat 1 · free"
        " · closes 2 of 2\u00a0h"
    )
    rivera.says("what closes the most")
    assert rivera.first_line == "33 activities for your open rule on medical ethics."


@pytest.mark.behaviour(44)
def test_five_a_page_turned_in_place_with_the_total_and_the_page(rivera):
    rivera.says("opioid courses")
    assert rivera.first_line == "50 activities: opioid prescribing."
    assert numbers(rivera) == [1, 2, 3, 4, 5]
    rivera.presses("Next")
    assert numbers(rivera) == [6, 7, 8, 9, 10]
    assert [shown.kind for shown in rivera.shown] == ["edit"]
    assert "Page 2 of 10" in rivera.text


@pytest.mark.behaviour(46)
def test_the_order_is_stated(rivera):
    assert "closest match first" in rivera.says("opioid courses")
    assert "what closes most of your open rules first" in rivera.says("what closes the most")


@pytest.mark.behaviour(44)
def test_filters_by_button_can_be_set_and_taken_away(rivera):
    rivera.says("opioid courses")
    assert {"Only free", "Only online", "1 h or more"} <= set(rivera.labels)
    rivera.presses("Only free")
    assert rivera.first_line == "29 free activities: opioid prescribing."
    rivera.presses("1 h or more")
    assert "1\u00a0h or more" in rivera.first_line
    rivera.presses("Any price")
    assert "free" not in rivera.first_line
    assert {"Only free", "Any amount"} <= set(rivera.labels)


@pytest.mark.behaviour(29)
def test_pages_picks_and_filters_in_words(rivera):
    rivera.says("opioid courses")
    third = NUMBERED.findall(rivera.says("next"))[2][1]
    assert numbers(rivera) == [6, 7, 8, 9, 10]
    assert rivera.says("the third one").startswith(third[:30])
    rivera.presses("Back to the list")
    assert numbers(rivera) == [6, 7, 8, 9, 10]
    rivera.says("only free ones")
    assert rivera.first_line.startswith("29 free activities")
    assert numbers(rivera) == [1, 2, 3, 4, 5]
    assert rivera.says("any price").startswith("50 activities")


def test_beyond_the_last_page_and_number_there_is_a_plain_word(rivera):
    rivera.says("free ethics online, 2 hrs")
    assert rivera.says("next page").startswith("That was the last page")
    assert rivera.says("the fourth one").startswith("There is no such number on that page")


def test_turning_by_button_is_known_to_the_next_words(rivera):
    rivera.says("mate act course")
    rivera.presses("Next")
    assert rivera.says("next page").startswith("That was the last page of 2")
    rivera.says("previous page")
    assert numbers(rivera) == [1, 2, 3, 4, 5]


@pytest.mark.behaviour(12)
@pytest.mark.parametrize(
    "text", ["opioid courses", "what closes the most", "courses in december", "free online", "cme"]
)
def test_a_page_fits_a_phones_screen(rivera, reyes, text):
    for chat in (rivera, reyes):
        chat.says(text)
        assert len(plain(chat.shown[-1].html)) <= 700


# ── what is let go ──────────────────────────────────────────────────────────────────────────


@pytest.mark.behaviour(45)
@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("any free stuff on burnout", "Nothing fits all of that. Without “free”: 3 activities"),
        ("suicide prevention 6 hours", "Nothing fits all of that. Without the amount: 11"),
        ("in person ethics course", "Nothing fits all of that. Without the format: 26 activities"),
        ("mayo clinic opioid course", "Nothing fits all of that. Without the provider: 50"),
        ("podcast about gout", "Nothing about “gout”. Without those words: 4 podcast activities"),
        ("opioid course with acupuncture", "50 activities: opioid prescribing; none says “acu"),
        ("course on underwater basket weaving", "I found no activity for that (“underwater basket"),
    ],
)
def test_the_message_says_what_was_let_go(stranger, text, head):
    assert stranger.says(text).startswith(head)


def test_past_activities_come_only_when_asked_for(stranger):
    stranger.says("scope of pain core curriculum course")
    assert "is over" not in stranger.text
    stranger.says("find opioid courses including past ones")
    assert "past and present" in stranger.first_line


# ── what closes the most ────────────────────────────────────────────────────────────────────


def test_what_closes_most_counts_each_rule_once(reyes):
    reyes.says("which courses close the most of my open rules")
    assert "for your open rules" in reyes.first_line
    first = NUMBERED.findall(reyes.text)[0][1]
    assert "closes 2 of 2\u00a0h" in first or "of your open rules" in first


def test_without_licenses_it_says_that_it_cannot_know(stranger):
    assert stranger.says("what closes the most of my rules").startswith(
        "I don't know your licenses yet"
    )


def test_a_state_that_is_named_narrows_to_its_rules(rivera):
    assert rivera.says("courses for texas").startswith(
        "33 activities for your open rule on medical ethics in Texas"
    )
    assert rivera.says("courses for california").startswith(
        "No topic rule of yours in California that I know is open"
    )
    assert "topics that Nevada asks for" in rivera.says("courses for nevada")


# ── one activity ────────────────────────────────────────────────────────────────────────────


def test_a_card_can_be_saved_opened_complained_about_and_left(rivera):
    rivera.says("free ethics online, 2 hrs")
    card = rivera.presses("1")
    assert "Closes 2 of 2\u00a0h: Texas, Medical ethics" in card
    assert "Offered until Thursday, January 13, 2028." in card
    assert rivera.labels == ["Open", "Save", "Problem with this activity", "Back to the list"]
    rivera.presses("Save")
    assert rivera.notices == ["Saved. Your list: /saved"]
    assert "Saved – remove" in rivera.labels
    assert rivera.says("my saved courses").startswith("Your list: 1 activity")
    rivera.presses("1")
    assert rivera.labels[-1] == "My saved activities"
    rivera.presses("Saved – remove")
    assert rivera.says("/saved").startswith("Your list is empty")


def test_a_problem_with_an_activity_starts_a_complaint_about_it(rivera):
    rivera.says("free ethics online, 2 hrs")
    rivera.presses("1")
    rivera.presses("Problem with this activity")
    assert rivera.conversation.dialog.name == "complaint"


def test_without_a_known_end_the_card_asks_to_check(stranger):
    stranger.says("Pain Management and Opioids CME NEJM")
    assert "check that it is still offered" in stranger.says("the first one")


def test_a_saved_list_turns_its_pages_and_counts_what_is_gone(rivera, sources):
    found = [f"{n:09d}" for n in range(7)]
    rivera.physician = replace(rivera.physician, saved=tuple(found))
    assert "5 activities are no longer in the catalog" in rivera.says("/saved")
    assert "Page 2 of 2" in rivera.presses("Next")


# ── words ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "length", "shown"),
    [
        ("Pain, Opioids and More", 40, "Pain, Opioids and More"),
        ("Pain, Opioids and More", 15, "Pain, Opioids…"),
        ("Pain, Opioids and More", 14, "Pain, Opioids…"),
        ("Pain, Opioids and More", 8, "Pain…"),
        ("Electroencephalography", 10, "Electroen…"),
        ("Ethics – A Case", 9, "Ethics…"),
    ],
)
def test_titles_are_cut_between_words(text, length, shown):
    assert shortened(text, length) == shown


def test_days_of_a_meeting():
    assert days(date(2027, 3, 4), date(2027, 3, 4)) == "Mar 4, 2027"
    assert days(date(2027, 3, 4), date(2027, 3, 6)) == "Mar 4 to 6, 2027"
    assert days(date(2027, 3, 30), date(2027, 4, 2)) == "Mar 30 to Apr 2, 2027"
    assert days(date(2026, 12, 30), date(2027, 1, 2)) == "Dec 30, 2026 to Jan 2, 2027"


def test_long_names_leave_room_for_five(sources, rivera):
    long = Activity(
        "1",
        "A very long title " * 20,
        "A provider of a very long name " * 5,
        credits=(CreditOffer("ama-pra-1", Decimal("1.5")),),
        fee_usd=Decimal(1200),
    )
    context = Context(
        sources.knowledge,
        sources.catalog,
        rivera.physician,
        rivera.conversation,
        rivera.now,
        rivera.now.date(),
    )
    shown = entries([long] * 5, (), context)
    assert all(len(one["title"]) <= 60 for one in shown)
    assert shown[0]["facts"] == ["1.5\u00a0h Cat 1", "$1,200"]


@pytest.mark.parametrize(
    "text",
    [
        "ACP Ethics Case Study: Raising Money from Patients",
        "Striking A Balance: Podcast Series",
        "Non-Accidental Trauma",
    ],
)
def test_a_title_alone_finds_its_activity(stranger, text):
    stranger.says(text)
    assert NUMBERED.findall(stranger.text)[0][1].startswith((text[:25], "CO*RE REMS Striking"))


def test_nonsense_is_not_taken_for_a_title(stranger):
    assert "I did not understand that" in stranger.says("asdf qwer zxcv")
    assert stranger.says("blah blah").startswith("I")


@pytest.mark.parametrize(
    "text", ["<" * 4000, "👍" * 900, "?!… —", "find courses about " + "x" * 3900]
)
def test_a_flood_is_not_said_back_and_nothing_is_found_for_signs(stranger, text):
    stranger.says(text)
    assert len(stranger.first_line) <= 200
    assert not NUMBERED.findall(stranger.text)
