"""Which stage of a cycle is due on a day."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.hours import Preferences
from reminders.stages import (
    Deadline,
    Log,
    Phase,
    Sent,
    calendar,
    due,
    offers_other_days,
    phase_of,
    snooze_end,
)

TEXAS = Deadline("us-tx", date(2027, 2, 28), date(2025, 3, 1))
OPEN, MET, DONE = Phase.CREDITS_OPEN, Phase.RENEWAL_OPEN, Phase.DONE
USUAL = Preferences()


def walk(deadline, phase, preferences=USUAL, *, start=None, end=None, log=None):
    """Every message of one deadline, a day at a time: (day, stage, days left)."""
    log = log or Log()
    day = start or deadline.last_day - timedelta(days=800)
    end = end or deadline.last_day + timedelta(days=400)
    found = []
    while day <= end:
        stage = due(deadline, log, phase(day) if callable(phase) else phase, preferences, day)
        if stage:
            found.append((day, stage.stage.name))
            log = Log(
                sent=(*log.sent, Sent(stage.stage.name, day)),
                snoozed_until=log.snoozed_until,
                snoozes=log.snoozes,
                planned_on=log.planned_on,
            )
        day += timedelta(days=1)
    return found


def test_a_physician_with_open_credits_hears_eleven_times():
    assert walk(TEXAS, OPEN) == [
        (date(2026, 2, 28), "halfway"),
        (date(2026, 9, 1), "D-180"),
        (date(2026, 11, 30), "D-90"),
        (date(2026, 12, 30), "D-60"),
        (date(2027, 1, 14), "D-45"),
        (date(2027, 1, 29), "D-30"),
        (date(2027, 2, 14), "D-14"),
        (date(2027, 2, 21), "D-7"),
        (date(2027, 2, 27), "D-1"),
        (date(2027, 3, 1), "D+1"),
        (date(2027, 3, 14), "D+14"),
    ]


def test_with_credits_met_only_the_renewal_is_asked_for_six_times():
    assert walk(TEXAS, MET) == [
        (date(2026, 11, 30), "D-90"),
        (date(2027, 1, 29), "D-30"),
        (date(2027, 2, 21), "D-7"),
        (date(2027, 2, 27), "D-1"),
        (date(2027, 3, 1), "D+1"),
        (date(2027, 3, 14), "D+14"),
    ]


def test_nothing_is_due_once_it_is_done():
    assert walk(TEXAS, DONE) == []


def test_credits_met_on_the_way_end_the_stages_that_speak_of_credits():
    def phase(day):
        return OPEN if day < date(2027, 1, 5) else MET

    assert [name for _, name in walk(TEXAS, phase)] == [
        "halfway", "D-180", "D-90", "D-60", "D-30", "D-7", "D-1", "D+1", "D+14",
    ]  # fmt: skip


def test_a_credit_withdrawn_by_the_hub_brings_the_stages_back():
    def phase(day):
        return MET if day < date(2027, 1, 20) else OPEN

    assert walk(TEXAS, phase)[:3] == [
        (date(2026, 11, 30), "D-90"),
        (date(2027, 1, 20), "D-45"),
        (date(2027, 1, 29), "D-30"),
    ]


def test_stages_from_sixty_days_on_sound():
    sounds = {stage.name: stage.sound for _, stage in calendar(TEXAS, USUAL)}
    assert [name for name, sound in sounds.items() if not sound] == ["halfway", "D-180", "D-90"]


def test_a_late_joiner_gets_the_present_stage_only():
    assert walk(TEXAS, OPEN, start=date(2027, 1, 20))[:3] == [
        (date(2027, 1, 20), "D-45"),
        (date(2027, 1, 29), "D-30"),
        (date(2027, 2, 14), "D-14"),
    ]


def test_who_joins_long_after_the_deadline_hears_nothing():
    assert walk(TEXAS, OPEN, start=date(2027, 3, 22)) == []


@pytest.mark.behaviour(53)
def test_after_an_outage_only_the_most_urgent_missed_stage_comes():
    before = Log(sent=(Sent("D-90", date(2026, 11, 30)),))
    after = walk(TEXAS, OPEN, start=date(2027, 2, 17), log=before)
    assert after[0] == (date(2027, 2, 17), "D-14")
    # A week is kept between the two, so that the next one is late too, and true to its days.
    assert after[1] == (date(2027, 2, 24), "D-7")


def test_a_yearly_cycle_does_not_tell_halfway_and_d_180_within_a_week():
    yearly = Deadline("us-xx", date(2027, 12, 31), date(2027, 1, 1))
    assert [name for _, name in walk(yearly, OPEN)][:2] == ["D-180", "D-90"]


def test_a_cycle_whose_start_is_unknown_has_no_halfway():
    assert walk(Deadline("us-tx", date(2027, 2, 28)), OPEN)[0] == (date(2026, 9, 1), "D-180")


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        pytest.param(date(2028, 2, 29), date(2028, 1, 30), id="leap day"),
        pytest.param(date(2027, 3, 31), date(2027, 3, 1), id="month end"),
        pytest.param(date(2027, 1, 1), date(2026, 12, 2), id="new year"),
    ],
)
def test_days_are_counted_on_the_calendar(last_day, expected):
    days = {stage.name: day for day, stage in calendar(Deadline("x", last_day), USUAL)}
    assert days["D-30"] == expected == Deadline("x", last_day).lag_date


def test_own_days_take_the_place_of_the_table():
    own = Preferences(days=(60, 10))
    assert walk(TEXAS, OPEN, own) == [
        (date(2026, 12, 30), "D-60"),
        (date(2027, 2, 18), "D-10"),
    ]


def test_own_days_keep_the_caps():
    own = Preferences(days=(*range(5, 400, 3), 6))
    told = walk(TEXAS, OPEN, own)
    assert len(told) <= 11
    assert len(walk(TEXAS, MET, own)) <= 6
    gaps = [b[0] - a[0] for a, b in pairwise(told)]
    assert all(gap.days >= 7 for gap in gaps[:-1])


def test_without_weekends_the_friday_before_or_the_monday_after():
    days = {s.name: day for day, s in calendar(TEXAS, Preferences(weekends=False))}
    assert days["D-1"] == date(2027, 2, 26)  # a Friday, for Saturday 27
    assert days["D+14"] == date(2027, 3, 15)  # a Monday, for Sunday 14
    assert all(day.weekday() < 5 for day in days.values())


# ── answers ─────────────────────────────────────────────────────────────────────────────────


def test_a_snoozed_message_comes_back_on_its_day():
    log = Log(sent=(Sent("D-60", date(2026, 12, 30)),), snoozed_until=date(2027, 1, 4), snoozes=1)
    after = walk(TEXAS, OPEN, start=date(2026, 12, 31), log=log)
    # The next stage keeps a week from the message that came back.
    assert after[:3] == [
        (date(2027, 1, 4), "D-60"),
        (date(2027, 1, 14), "D-45"),
        (date(2027, 1, 29), "D-30"),
    ]


def test_while_snoozed_nothing_comes():
    log = Log(sent=(Sent("D-60", date(2026, 12, 30)),), snoozed_until=date(2027, 2, 3), snoozes=1)
    assert walk(TEXAS, OPEN, start=date(2026, 12, 31), log=log)[0] == (date(2027, 2, 3), "D-30")


@pytest.mark.parametrize(
    ("today", "until", "end"),
    [
        (date(2026, 12, 30), date(2027, 1, 6), date(2027, 1, 6)),
        (date(2026, 12, 30), date(2027, 4, 1), date(2027, 2, 21)),
        (date(2027, 2, 21), date(2027, 2, 23), None),
        (date(2026, 12, 30), date(2026, 12, 1), None),
    ],
    ids=["a week", "never beyond D-7", "too late for a snooze", "a day gone by"],
)
def test_how_far_a_snooze_goes(today, until, end):
    assert snooze_end(TEXAS, until, today) == end


def test_two_snoozes_in_a_row_bring_other_dates_into_play():
    assert not offers_other_days(Log(snoozes=1))
    assert offers_other_days(Log(snoozes=2))


def test_a_planned_day_reminds_on_that_day_besides_the_stages():
    log = Log(sent=(Sent("D-60", date(2026, 12, 30)),), planned_on=date(2027, 1, 9))
    assert walk(TEXAS, OPEN, start=date(2026, 12, 31), log=log)[:2] == [
        (date(2027, 1, 9), "D-60"),
        (date(2027, 1, 16), "D-45"),
    ]


@pytest.mark.behaviour(51)
def test_a_closed_gap_cancels_the_planned_day_too():
    log = Log(planned_on=date(2027, 1, 9))
    assert due(TEXAS, log, DONE, USUAL, date(2027, 1, 9)) is None


def test_stopping_ends_the_series():
    assert due(TEXAS, Log(stopped=True), OPEN, USUAL, date(2027, 1, 14)) is None
    assert due(TEXAS, Log(), OPEN, Preferences(stopped=True), date(2027, 1, 14)) is None


def test_what_has_nothing_to_renew_is_done_with_its_credits():
    mate = Deadline("mate", date(2027, 5, 31), confirms=False)
    dea = Deadline("dea", date(2027, 5, 31), counts=False)
    assert phase_of(mate, credits_open=True) is OPEN
    assert phase_of(mate, credits_open=False) is DONE
    assert phase_of(dea, credits_open=True) is MET


# ── always ──────────────────────────────────────────────────────────────────────────────────


@st.composite
def deadlines(draw):
    last = draw(st.dates(date(2026, 1, 1), date(2032, 12, 31)))
    length = draw(st.sampled_from((None, 365, 730, 731, 1096, 1826)))
    return Deadline("us-xx", last, last - timedelta(days=length - 1) if length else None)


@given(
    deadline=deadlines(),
    switches=st.lists(st.integers(-400, 30), max_size=4),
    weekends=st.booleans(),
    start=st.integers(-800, 30),
    days=st.none() | st.lists(st.integers(0, 400), max_size=20).map(tuple),
)
def test_caps_and_gaps_hold_in_any_cycle(deadline, switches, weekends, start, days):
    def phase(day):
        before = sum(switch <= (day - deadline.last_day).days for switch in switches)
        return MET if before % 2 else OPEN

    preferences = Preferences(weekends=weekends, days=days)
    told = walk(
        deadline,
        phase,
        preferences,
        start=deadline.last_day + timedelta(days=start),
        end=deadline.last_day + timedelta(days=40),
    )
    assert len(told) <= 11
    assert len({name for _, name in told}) == len(told)
    for (one, _), (other, _) in pairwise(told):
        first, second = (one - deadline.last_day).days, (other - deadline.last_day).days
        assert second - first >= 7 or (first >= -7 and second <= 1)
