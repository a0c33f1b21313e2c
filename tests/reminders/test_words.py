"""What a reminder says: at every stage, of every board, short and without blame."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.model import License, Physician, Profile
from bot.texts import Texts, plain
from data import HERE
from reminders.hours import Preferences
from reminders.messages import Message, Part
from reminders.stages import STAGES, Deadline, Phase, calendar
from reminders.words import Words

LAST = date(2027, 2, 28)


@pytest.fixture(scope="module")
def words(rules):
    return Words(rules, Texts(HERE / "texts" / "en"))


def message(*parts):
    stage = parts[0].stage
    day = LAST + timedelta(days=stage.offset if stage.offset is not None else -365)
    return Message(datetime.combine(day, time(9), UTC), parts), day


def said(words, physician, *parts):
    whole, day = message(*parts)
    return words(physician, whole, day)


def part(board, stage, phase, **more):
    return Part(Deadline(board, LAST, date(2025, 3, 1), "license:1", **more), stage, phase)


def physician(board, kind="MD"):
    held = License(board, kind, expires=LAST, first_cycle=False, id=1)
    return Physician(1, Profile(name="Elena Rivera, MD"), licenses=(held,))


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_stage_of_every_board_is_short_and_asks(words, rules, stage):
    for board in rules.boards:
        for phase in (Phase.CREDITS_OPEN, Phase.RENEWAL_OPEN):
            if not stage.applies(phase):
                continue
            out = said(words, physician(board), part(board, stage, phase))
            text = plain(out.html)
            assert len(text) <= 400, text
            assert "Dr. Rivera" in text
            assert "compliant" not in text
            assert "None " not in text
            assert out.silent is (not stage.sound)
            assert all(len(key.label) <= 30 for row in out.keys for key in row)
            assert all(len(key.data.encode()) <= 64 for row in out.keys for key in row)


def test_no_stage_reads_like_the_one_before(words):
    person = physician("us-tx")
    steps = [
        plain(said(words, person, part("us-tx", stage, Phase.CREDITS_OPEN)).html).split("\n")[-1]
        for stage in STAGES[:-1]
    ]
    assert len(set(steps)) == len(steps)


@pytest.mark.behaviour(21)
def test_the_date_has_weekday_month_and_year(words):
    text = plain(said(words, physician("us-tx"), part("us-tx", STAGES[3], Phase.CREDITS_OPEN)).html)
    assert "Sunday, February 28, 2027" in text


def test_the_lag_date_is_thirty_days_before(words):
    text = plain(said(words, physician("us-tx"), part("us-tx", STAGES[4], Phase.CREDITS_OPEN)).html)
    assert "finish by Friday, January 29, 2027" in text


@pytest.mark.parametrize("name", ["D-1", "D+1", "D+14"])
def test_the_boards_own_late_rule_is_told_at_the_end(words, name):
    stage = next(stage for stage in STAGES if stage.name == name)
    text = plain(said(words, physician("us-tx"), part("us-tx", stage, Phase.CREDITS_OPEN)).html)
    assert "30 days without penalty, 75 dollars from day 31 to 90" in text


def test_credits_met_ask_for_the_renewal_only(words):
    out = said(words, physician("us-tx"), part("us-tx", STAGES[2], Phase.RENEWAL_OPEN))
    assert "Have you renewed?" in plain(out.html)


def test_a_digest_names_every_deadline_and_what_renewed_means(words):
    dea = Part(Deadline("dea", LAST, counts=False), STAGES[2], Phase.RENEWAL_OPEN)
    out = said(words, physician("us-tx"), part("us-tx", STAGES[2], Phase.CREDITS_OPEN), dea)
    assert "Also DEA registration: February 28, 2027." in plain(out.html)
    assert [row[0].label for row in out.keys[:2]] == ["Texas: renewed", "DEA registration: renewed"]


@pytest.mark.behaviour(50)
@pytest.mark.parametrize("phase", [Phase.CREDITS_OPEN, Phase.RENEWAL_OPEN])
def test_every_reminder_carries_every_answer(words, phase):
    for stage in STAGES:
        if not stage.applies(phase):
            continue
        out = said(words, physician("us-tx"), part("us-tx", stage, phase))
        labels = {key.label for row in out.keys for key in row}
        assert labels >= {
            "I renewed", "Plan a day", "Snooze", "Find activities", "Stop for Texas",
        }  # fmt: skip


def test_without_a_name_nobody_is_addressed(words):
    person = Physician(1, licenses=physician("us-tx").licenses)
    text = plain(said(words, person, part("us-tx", STAGES[3], Phase.CREDITS_OPEN)).html)
    assert text.startswith("Texas is due in 60 days")


def test_own_days_are_told_as_such(words):
    deadline = Deadline("us-tx", LAST, None, "license:1")
    ((_, stage),) = calendar(deadline, Preferences(days=(100,)))
    text = plain(said(words, physician("us-tx"), Part(deadline, stage, Phase.CREDITS_OPEN)).html)
    assert "You asked to be told now." in text


def test_at_d_90_activities_that_close_the_gap_are_named_and_a_calendar_offered(rules, sources):
    words = Words(rules, Texts(HERE / "texts" / "en"), sources.catalog)
    stage = next(one for one in STAGES if one.name == "D-90")
    out = said(words, physician("us-tx"), part("us-tx", stage, Phase.CREDITS_OPEN))
    text = plain(out.html)
    assert "Close most of it: " in text
    assert len(text) <= 400
    keys = [key for row in out.keys for key in row]
    assert ("Calendar file", "deadline:calendar:0") in [(key.label, key.data) for key in keys]


def test_at_d_30_the_way_to_the_board_is_there(words):
    stage = next(one for one in STAGES if one.name == "D-30")
    for phase in (Phase.CREDITS_OPEN, Phase.RENEWAL_OPEN):
        out = said(words, physician("us-tx"), part("us-tx", stage, phase))
        assert '<a href="https://www.tmb.texas.gov">the board</a>' in out.html


@pytest.mark.parametrize(
    ("age", "told"),
    [(timedelta(hours=20), None), (timedelta(days=3), "As the hub had it on December 27, 2026.")],
)
def test_an_old_copy_of_the_record_says_of_when_it_is(words, age, told):
    whole, day = message(part("us-tx", STAGES[3], Phase.CREDITS_OPEN))
    linked = replace(physician("us-tx"), linked=True, synced_at=whole.at - age)
    text = plain(words(linked, whole, day).html)
    assert ("As the hub had it" in text) is (told is not None)
    assert told is None or told in text


def test_a_linked_record_never_read_says_so(words):
    whole, day = message(part("us-tx", STAGES[3], Phase.CREDITS_OPEN))
    linked = replace(physician("us-tx"), linked=True)
    assert "I have not read the hub yet." in plain(words(linked, whole, day).html)
