"""Months and years on the calendar: month ends, leap days, even and odd years."""

from calendar import monthrange
from datetime import date, timedelta

YEAR = 12
ONE_DAY = timedelta(days=1)


def month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def on(year: int, month: int, day: int) -> date:
    """That day, or the month's last where it has no such day (February 29)."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def add_months(day: date, months: int) -> date:
    """The same day of a later (or earlier) month; a month's last day stays a month's last day."""
    index = day.year * YEAR + day.month - 1 + months
    year, month = divmod(index, YEAR)
    if day == month_end(day.year, day.month):
        return month_end(year, month + 1)
    return on(year, month + 1, day.day)


def window_start(last_day: date, months: int) -> date:
    """The first day of the `months` that end with `last_day`."""
    return add_months(last_day, -months) + ONE_DAY


def months_between(start: date, end: date) -> int:
    """Whole months from one day to another, both ends of a period included; never negative."""
    after = end + ONE_DAY
    months = (after.year - start.year) * YEAR + after.month - start.month
    return max(0, months - (after.day < start.day))


def has_parity(year: int, parity: str | None) -> bool:
    return parity is None or (year % 2 == 0) == (parity == "even")
