"""Deadlines from licenses, certificates and federal duties, by the boards' real rules."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.model import Certification, Credit, License, Physician, Profile
from bot.rules.person import load_rulebook
from data import HERE
from reminders.deadlines import credits_open_of, deadlines_of


@pytest.fixture(scope="module")
def rules():
    return load_rulebook(HERE)


def only(physician, rules, day):
    (found,) = deadlines_of(physician, rules)(day)
    return found


def holding(board, **dates):
    profile = dates.pop("profile", Profile())
    return Physician(1, profile, licenses=(License(board, "MD", id=7, **dates),))


def test_the_end_date_on_the_license_decides(rules):
    found = only(holding("us-tx", expires=date(2027, 2, 28)), rules, date(2026, 11, 23))
    assert (found.first_day, found.last_day) == (date(2025, 3, 1), date(2027, 2, 28))
    assert found.holder == "license:7"


def test_a_license_that_has_run_out_keeps_its_deadline(rules):
    found = only(holding("us-tx", expires=date(2026, 2, 28)), rules, date(2026, 11, 23))
    assert found.last_day == date(2026, 2, 28)


def test_a_birth_month_cycle_follows_from_the_birth_month(rules):
    # Arizona: two years, by the month of birth; the year comes from the license.
    boards = [b for b in rules.boards.values() if b.cycle.renewal.kind == "birth_month"]
    assert boards
    for board in boards:
        facts = {"birth_month": 2, "birth_year_parity": "even", "last_name_initial": "R"}
        person = holding(board.board_id, profile=Profile(facts=facts))
        for found in deadlines_of(person, rules)(date(2027, 12, 1)):
            assert found.last_day.month == 2
            assert found.last_day.day in {28, 29, board.cycle.renewal.day}


def test_a_cycle_found_by_rule_speaks_for_three_weeks_after_its_end(rules):
    # Georgia and others end on a fixed day; take any board that needs nothing but the calendar.
    person, board = next(
        (holding(board.board_id), board)
        for board in rules.boards.values()
        if board.cycle.ends_with == "license"
        and board.cycle.renewal.kind == "fixed_date"
        and list(deadlines_of(holding(board.board_id), rules)(date(2027, 1, 15)))
    )
    end = only(person, rules, date(2027, 1, 15)).last_day
    assert only(person, rules, end + timedelta(days=21)).last_day == end
    later = only(person, rules, end + timedelta(days=22)).last_day
    assert later > end, board.board_id


def test_without_a_date_and_a_rule_there_is_no_deadline(rules):
    assert deadlines_of(holding("us-tx"), rules)(date(2026, 11, 23)) == ()


def test_the_dea_and_its_training_share_a_day(rules):
    person = Physician(1, Profile(dea_expires=date(2027, 5, 31)))
    dea, mate = deadlines_of(person, rules)(date(2026, 11, 23))
    assert (dea.board, mate.board) == ("dea", "mate")
    assert dea.last_day == mate.last_day == date(2027, 5, 31)
    assert not dea.counts
    assert not mate.confirms


def carolina(expires, issued=date(2020, 6, 15)):
    """North Carolina renews every year, but counts credits in threes from the first birthday."""
    facts = {"birth_month": 6, "birth_day": 15}
    return holding("us-nc", issued=issued, expires=expires, profile=Profile(facts=facts))


def test_a_certificate_ends_with_its_boards_period(rules):
    held = Certification("ABIM", since=date(2018, 1, 1))
    person = Physician(1, certifications=(held,))
    found = only(person, rules, date(2026, 11, 23))
    assert (found.board, found.first_day, found.last_day) == (
        "ABIM",
        date(2023, 1, 1),
        date(2027, 12, 31),
    )
    assert only(person, rules, date(2028, 1, 15)).last_day == date(2027, 12, 31)
    assert only(person, rules, date(2028, 1, 22)).last_day == date(2032, 12, 31)


def test_a_renewal_inside_a_longer_cme_period_asks_for_no_credits(rules):
    found = only(carolina(date(2027, 6, 15)), rules, date(2027, 5, 1))
    assert (found.last_day, found.counts, found.confirms) == (date(2027, 6, 15), False, True)


def test_a_cme_period_that_ends_a_day_before_the_license_is_one_deadline(rules):
    found = only(carolina(date(2026, 6, 15)), rules, date(2026, 5, 1))
    assert (found.last_day, found.counts, found.confirms) == (date(2026, 6, 14), True, True)
    assert found.first_day == date(2023, 6, 15)


def test_a_cme_period_that_ends_well_before_the_license_comes_first(rules):
    kentucky = holding("us-ky", issued=date(2019, 1, 7), expires=date(2027, 2, 28))
    before = only(kentucky, rules, date(2026, 12, 1))
    assert (before.last_day, before.counts, before.confirms) == (date(2026, 12, 31), True, False)
    after = only(kentucky, rules, date(2027, 1, 1))
    assert (after.last_day, after.counts, after.confirms) == (date(2027, 2, 28), False, True)


# ── credits ─────────────────────────────────────────────────────────────────────────────────

IDAHO = License("us-id", "MD", expires=date(2027, 6, 30), first_cycle=False, id=1)


def idaho(*credits_):
    return Physician(1, Profile(), licenses=(IDAHO,), credits=credits_)


def done(on, amount="40"):
    return Credit("Update", on, Decimal(amount))


def is_open(person, rules, day):
    (deadline,) = deadlines_of(person, rules)(day)
    return credits_open_of(person, rules)(deadline, day)


@pytest.mark.behaviour(51)
def test_credits_close_the_gap_from_the_day_they_are_completed(rules):
    person = idaho(done(date(2026, 12, 1)))
    assert is_open(person, rules, date(2026, 11, 30))
    assert not is_open(person, rules, date(2026, 12, 1))


def test_the_next_cycle_is_judged_by_its_own_credits(rules):
    person = idaho(done(date(2026, 12, 1)))
    (deadline,) = deadlines_of(person, rules)(date(2026, 12, 5))
    following = type(deadline)(deadline.board, date(2029, 6, 30), date(2027, 7, 1), deadline.holder)
    assert credits_open_of(person, rules)(following, date(2029, 1, 1))
