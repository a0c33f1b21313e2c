"""Amounts of credits and numbers of days as typed."""

from decimal import Decimal

import pytest

from bot.understanding.amounts import read_amount, read_days


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2 hrs", "2"),
        ("1.5 credits", "1.5"),
        (".5 cr", "0.5"),
        ("2h", "2"),
        ("half an hour", "0.5"),
        ("an hour", "1"),
        ("one and a half hours", "1.5"),
        ("1 1/2 hours", "1.5"),
        ("twenty five credits", "25"),
        ("ten abim moc points", "10"),
        ("45 min", "0.75"),
        ("20", "20"),
        ("32.25", "32.25"),
    ],
)
def test_amounts_are_read_with_or_without_a_unit(text, amount):
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["$899", "30 days", "none", "", "90%"])
def test_money_days_and_shares_are_no_credits(text):
    assert read_amount(text) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [("60", 60), ("2 weeks", 14), ("a month", 30), ("90 days", 90), ("soon", None)],
)
def test_days_are_read_in_days_weeks_and_months(text, days):
    assert read_days(text) == days
