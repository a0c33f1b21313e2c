"""When a reminder may arrive: zones, quiet hours, clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.hours import (
    Preferences,
    another_hour,
    inferred_zone,
    is_quiet,
    is_quiet_at,
    local_day,
    moment,
    next_free,
    zones,
    zones_of,
)

CHICAGO = Preferences(zone="America/Chicago")
ALL_ZONES = sorted({name for names in zones().values() for name in names})


def test_every_jurisdiction_has_a_zone_that_exists():
    assert len(zones()) == 56
    assert all(ZoneInfo(name) for name in ALL_ZONES)


def test_the_zone_comes_from_the_first_license():
    assert inferred_zone(("us-ca-md", "us-ny")) == "America/Los_Angeles"
    assert inferred_zone(()) == "America/New_York"


def test_a_state_in_two_zones_is_a_question():
    assert zones_of("us-tx") == ("America/Chicago", "America/Denver")
    assert zones_of("us-oh") == ("America/New_York",)


def test_nine_in_the_morning_is_free_in_every_zone_of_a_state():
    day = date(2027, 1, 12)
    for names in zones().values():
        at = moment(day, Preferences(zone=names[0]))
        assert not any(is_quiet_at(at, Preferences(zone=name)) for name in names)


@pytest.mark.behaviour(49)
@pytest.mark.parametrize(
    ("at", "quiet"),
    [("19:59", False), ("20:00", True), ("00:00", True), ("07:59", True), ("08:00", False)],
)
def test_the_usual_quiet_hours_cross_midnight(at, quiet):
    assert is_quiet(time.fromisoformat(at), (time(20), time(8))) is quiet


def test_quiet_hours_in_the_middle_of_a_day():
    night_shift = Preferences(quiet=(time(8), time(16)))
    assert moment(date(2027, 1, 12), night_shift).time() == time(16)


def test_equal_times_mean_no_quiet_hours():
    assert not is_quiet(time(3), (time(0), time(0)))


@pytest.mark.behaviour(49)
@pytest.mark.parametrize(
    ("now", "free"),
    [
        ("2027-01-12T21:30", "2027-01-13T08:00"),
        ("2027-01-13T06:00", "2027-01-13T08:00"),
        ("2027-01-13T12:00", "2027-01-13T12:00"),
        ("2027-03-13T22:00", "2027-03-14T08:00"),
        ("2027-11-06T22:00", "2027-11-07T08:00"),
    ],
    ids=["evening", "early", "noon", "night of the spring change", "night of the autumn change"],
)
def test_what_falls_into_the_night_waits_for_the_morning(now, free):
    zone = ZoneInfo("America/Chicago")
    local = datetime.fromisoformat(now).replace(tzinfo=zone)
    expected = datetime.fromisoformat(free).replace(tzinfo=zone)
    assert next_free(local.astimezone(UTC), CHICAGO) == expected


@pytest.mark.behaviour(49)
@pytest.mark.parametrize(
    ("day", "offset"),
    [
        (date(2027, 3, 13), -6),
        (date(2027, 3, 14), -5),
        (date(2027, 11, 6), -5),
        (date(2027, 11, 7), -6),
    ],
)
def test_nine_stays_nine_across_both_clock_changes(day, offset):
    at = moment(day, CHICAGO)
    assert at.time() == time(9)
    assert at.utcoffset() == timedelta(hours=offset)


def test_an_hour_that_the_spring_change_leaves_out_becomes_the_next_one():
    early = Preferences(zone="America/Chicago", quiet=(time(0), time(0)), hour=time(2, 30))
    assert moment(date(2027, 3, 14), early).time() == time(3, 30)


def test_another_hour_is_another_one_and_not_quiet():
    assert another_hour(Preferences()) == time(17)
    assert another_hour(Preferences(hour=time(17))) == time(12)
    assert another_hour(Preferences(quiet=(time(11), time(8)))) == time(8)


@given(
    day=st.dates(date(2026, 1, 1), date(2030, 12, 31)),
    zone=st.sampled_from(ALL_ZONES),
    start=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    hours=st.integers(0, 22),
    hour=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
)
def test_no_moment_is_quiet(day, zone, start, hours, hour):
    end = (datetime.combine(day, start) + timedelta(hours=hours)).time()
    preferences = Preferences(zone=zone, quiet=(start, end), hour=hour)
    at = moment(day, preferences)
    assert at.date() == day == local_day(at, preferences)
    assert not is_quiet_at(at, preferences)


@given(minute=st.integers(0, 4 * 366 * 24 * 60), zone=st.sampled_from(ALL_ZONES))
def test_the_wait_for_the_morning_is_at_most_a_night(minute, zone):
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    preferences = Preferences(zone=zone)
    free = next_free(now, preferences)
    assert not is_quiet_at(free, preferences)
    assert timedelta(0) <= free - now <= timedelta(hours=13)
