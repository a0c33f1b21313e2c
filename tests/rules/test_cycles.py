"""When a license ends and which days its cycle holds: leap days, month ends, even and odd years."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Cycle, License, Profile
from bot.rules.calendar import add_months, months_between, window_start
from bot.rules.cycles import cycle_of, deadline

TODAY = date(2026, 11, 23)


def cycle(rules, board, today=TODAY, facts=None, **held):
    kind = held.pop("type", rules.boards[board].license_types[0])
    license_ = License(board, kind, **held)
    return cycle_of(license_, Profile(facts=facts or {}), rules.boards[board], today)


def due(rules, board, today=TODAY, facts=None, **held):
    kind = held.pop("type", rules.boards[board].license_types[0])
    license_ = License(board, kind, **held)
    return deadline(license_, Profile(facts=facts or {}), rules.boards[board], today)


def test_the_date_on_the_license_decides(rules):
    assert cycle(rules, "us-tx", expires=date(2027, 2, 28)) == Cycle(
        date(2025, 3, 1), date(2027, 2, 28)
    )


def test_a_cycle_that_ends_on_a_leap_day(rules):
    assert cycle(rules, "us-tx", expires=date(2028, 2, 29)) == Cycle(
        date(2026, 3, 1), date(2028, 2, 29)
    )


def test_born_on_a_leap_day_the_license_ends_on_the_last_of_february(rules):
    facts = {"birth_month": 2, "birth_day": 29, "birth_year_parity": "odd"}
    assert due(rules, "us-id", facts=facts).day == date(2027, 2, 28)
    even = {**facts, "birth_year_parity": "even"}
    assert due(rules, "us-id", facts=even).day == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("board", "facts", "expected"),
    [
        ("us-ar", {"birth_month": 4}, date(2027, 4, 30)),
        ("us-ar", {"birth_month": 2}, date(2027, 2, 28)),
        ("us-la", {"birth_month": 4}, date(2027, 4, 1)),
        ("us-tn-md", {"birth_month": 6, "birth_year_parity": "even"}, date(2028, 6, 30)),
        ("us-tn-md", {"birth_month": 6, "birth_year_parity": "odd"}, date(2027, 6, 30)),
        ("us-va", {"birth_month": 6}, date(2028, 6, 30)),
        ("us-wv-md", {"last_name_initial": "a"}, date(2028, 6, 30)),
        ("us-wv-md", {"last_name_initial": "M"}, date(2027, 6, 30)),
        ("us-co", {}, date(2027, 4, 30)),
        ("us-oh", {}, None),
        ("us-il", {}, date(2029, 7, 31)),
        ("us-ak", {}, date(2026, 12, 31)),
    ],
)
def test_the_board_s_rule_gives_the_next_end(rules, board, facts, expected):
    assert due(rules, board, facts=facts).day == expected


@pytest.mark.parametrize(
    ("board", "facts", "missing"),
    [
        ("us-ar", {}, "birth_month"),
        ("us-id", {"birth_month": 5}, "birth_day"),
        ("us-id", {"birth_month": 5, "birth_day": 3}, "birth_year_parity"),
        ("us-md", {}, "last_name_initial"),
        ("us-fl-md", {}, "expires"),
        ("us-ga", {"birth_month": 5}, "expires"),
        ("us-ca-do", {}, "issued"),
        ("us-tx", {}, "expires"),
    ],
)
def test_what_is_missing_is_named(rules, board, facts, missing):
    assert cycle(rules, board, facts=facts) == Cycle(None, None, missing)


def test_an_end_on_this_very_day_is_not_over(rules):
    assert due(rules, "us-co", today=date(2027, 4, 30)).day == date(2027, 4, 30)
    assert due(rules, "us-co", today=date(2027, 5, 1)).day == date(2029, 4, 30)


def test_md_and_do_end_on_different_days_where_the_board_says_so(rules):
    assert due(rules, "us-hi", type="MD").day == date(2028, 1, 31)
    assert due(rules, "us-hi", type="DO").day == date(2028, 6, 30)


def test_the_anniversary_of_the_issue_runs_to_the_month_s_end(rules):
    assert due(rules, "us-ca-do", issued=date(2020, 2, 3)).day == date(2028, 2, 29)


def test_a_cme_period_of_its_own_does_not_follow_the_license(rules):
    held = {"expires": date(2027, 3, 1), "issued": date(2010, 6, 15)}
    assert due(rules, "us-ky", **held).day == date(2027, 3, 1)
    assert cycle(rules, "us-ky", **held) == Cycle(date(2024, 1, 1), date(2026, 12, 31))


def test_a_period_counted_from_the_first_license(rules):
    held = {"expires": date(2027, 5, 31), "issued": date(2010, 5, 10)}
    assert cycle(rules, "us-mn", **held) == Cycle(date(2025, 6, 1), date(2028, 5, 31))


def test_a_period_that_may_end_at_a_later_renewal_is_marked(rules):
    found = cycle(rules, "us-wa-md", expires=date(2027, 5, 10))
    assert found == Cycle(date(2023, 5, 11), date(2027, 5, 10), "cme_due:us-wa-md")


def test_what_the_physician_says_of_the_next_cme_date_decides(rules):
    facts = {"cme_due:us-wa-md": "2029-05-10"}
    found = cycle(rules, "us-wa-md", facts=facts, expires=date(2027, 5, 10))
    assert found == Cycle(date(2025, 5, 11), date(2029, 5, 10))


def test_a_window_that_changes_with_the_law(rules):
    one_year = cycle(rules, "us-nv-do", today=date(2026, 12, 1))
    assert one_year == Cycle(date(2026, 1, 1), date(2026, 12, 31))
    two_years = cycle(rules, "us-nv-do", today=date(2027, 1, 1))
    assert two_years == Cycle(date(2027, 1, 1), date(2028, 12, 31))


def test_after_its_end_the_old_cycle_is_still_the_one_that_is_judged(rules):
    found = cycle(rules, "us-ga", expires=date(2026, 10, 31))
    assert found == Cycle(date(2024, 11, 1), date(2026, 10, 31))


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)), st.integers(1, 60))
def test_a_window_of_some_months_holds_exactly_these(last, months):
    first = window_start(last, months)
    assert first <= last
    assert months_between(first, last) in (months, months - 1)
    assert add_months(last, -months) < first


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)), st.integers(1, 40))
def test_windows_follow_each_other_without_a_gap(last, months):
    later = add_months(last, months)
    if add_months(later, -months) == last:
        assert (window_start(later, months) - last).days == 1


def test_a_month_s_last_day_stays_one():
    assert add_months(date(2026, 2, 28), 24) == date(2028, 2, 29)
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2026, 8, 30), 6) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("board", "day"), [("us-ky", (2027, 3, 1)), ("us-mo", (2027, 1, 31)), ("us-ms", (2027, 6, 30))]
)
def test_a_yearly_license_ends_by_its_own_date_beside_the_cme_calendar(rules, board, day):
    due = deadline(License(board, "MD"), Profile(), rules.boards[board], date(2026, 11, 23))
    assert due == (date(*day), None)


@pytest.mark.parametrize("board", ["us-ga", "us-ia", "us-ma", "us-nd", "us-az-md", "us-wa-md"])
def test_only_what_settles_the_end_date_is_asked_for(rules, board):
    due = deadline(License(board, "MD"), Profile(), rules.boards[board], date(2026, 11, 23))
    assert due == (None, "expires")
