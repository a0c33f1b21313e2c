"""When a license ends, and the period in which its credits count.

The end date on the license decides wherever it is known; else the board's rule is applied to what
is known of the person. What is missing is named, never guessed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from bot.model import Cycle, Fact, License, Profile
from bot.rules.calendar import (
    ONE_DAY,
    YEAR,
    add_months,
    has_parity,
    month_end,
    months_between,
    on,
    window_start,
)
from bot.rules.facts import as_date
from bot.rules.schema import Board, Renewal

UNCLEAR_DAYS = 92
"""A license issued this shortly before a common end date may have skipped that renewal."""


class Due(NamedTuple):
    """The license's last day, or the fact that is missing to say it."""

    day: date | None
    missing_fact: str | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """One possible cycle with the days on which credits count for it, all included."""

    first_day: date | None
    last_day: date
    credits_from: date | None
    credits_until: date


@dataclass(frozen=True, slots=True)
class Periods:
    """The cycles that fit what is known, the earliest first; several where a fact is missing."""

    possible: tuple[Period, ...]
    missing_fact: str | None = None


def deadline(license: License, profile: Profile, board: Board, today: date) -> Due:  # noqa: A002
    """The last day of the license as it stands: its end date, else the next one by the rule."""
    if license.expires is not None:
        return Due(license.expires)
    cycle = board.cycle
    renewal = cycle.license_ends
    if renewal is None and cycle.ends_with != "calendar":
        renewal = renewal_of(license, board)
    if renewal is None or cycle.license_renewal_months is None:
        return Due(None, "expires")
    return _next(renewal, cycle.license_renewal_months, license, profile, today)


def cycle_of(license: License, profile: Profile, board: Board, today: date) -> Cycle:  # noqa: A002
    """The period whose credits are judged now.

    Where only the end of the license is known and the CME period may end at a later renewal, the
    earliest possible period is given together with the missing fact.
    """
    periods = periods_of(license, profile, board, today)
    if not periods.possible:
        return Cycle(None, None, periods.missing_fact)
    first = periods.possible[0]
    return Cycle(first.first_day, first.last_day, periods.missing_fact)


def periods_of(license: License, profile: Profile, board: Board, today: date) -> Periods:  # noqa: A002
    """All periods that fit what is known."""
    rule = board.cycle
    said = as_date(profile.facts.get(f"cme_due:{board.board_id}"))
    if said is not None:
        return Periods((_period(said, board),))
    if rule.ends_with == "calendar":
        reference = min(today, license.expires) if license.expires else today
        renewal = renewal_of(license, board)
        due = _next(renewal, rule.length_months or YEAR, license, profile, reference)
    else:
        due = deadline(license, profile, board, today)
    if rule.ends_with == "first_license":
        return _counted_from_first(license, profile, board, today, due)
    if due.day is None:
        return Periods((), due.missing_fact)
    if rule.ends_with == "some_renewal":
        return _some_renewal(due.day, board, f"cme_due:{board.board_id}")
    return Periods((_period(due.day, board),))


def renewal_of(license: License, board: Board) -> Renewal:  # noqa: A002
    by_type = board.cycle.renewal_by_license_type
    return by_type[license.type] if by_type else board.cycle.renewal


def is_first(license: License, period: Period, board: Board) -> bool | None:  # noqa: A002
    """Whether this is the license's first cycle; None where the dates do not say."""
    if license.first_cycle is not None or license.issued is None:
        return license.first_cycle
    start = window_start(period.last_day, _term(board))
    if license.issued >= start - ONE_DAY:
        return True
    return False if (start - license.issued).days > UNCLEAR_DAYS else None


def number_of(license: License, period: Period, board: Board) -> int | None:  # noqa: A002
    """The cycle's number since the license was issued, from 1; None where that is not known."""
    if license.first_cycle:
        return 1
    if license.issued is None:
        return None
    months = months_between(license.issued, period.last_day)
    number = max(1, -(-months // _term(board)))
    return max(2, number) if license.first_cycle is False else number


def _term(board: Board) -> int:
    rule = board.cycle
    months = rule.license_renewal_months if rule.ends_with == "license" else rule.length_months
    return months or YEAR


def _period(last_day: date, board: Board) -> Period:
    rule = board.cycle
    months = rule.credit_window_months
    for change in rule.window_changes:
        if last_day >= change.cycles_ending_from:
            months = change.credit_window_months
    until = last_day
    if rule.credit_deadline is not None:
        until = on(last_day.year, rule.credit_deadline.month, rule.credit_deadline.day)
    if months is None:
        return Period(None, last_day, None, until)
    return Period(
        window_start(last_day, months), last_day, window_start(until, months), min(until, last_day)
    )


def _some_renewal(day: date, board: Board, missing: str) -> Periods:
    rule = board.cycle
    step = rule.license_renewal_months or YEAR
    count = (rule.length_months or step) // step
    days = (add_months(day, step * index) for index in range(count))
    return Periods(tuple(_period(each, board) for each in days), missing if count > 1 else None)


def _counted_from_first(
    license: License,  # noqa: A002
    profile: Profile,
    board: Board,
    today: date,
    due: Due,
) -> Periods:
    """Whole CME periods in a row, counted from the first license."""
    if license.issued is None:
        if due.day is None:
            return Periods((), "issued")
        return _some_renewal(due.day, board, "issued")
    months = board.cycle.length_months or YEAR
    start = license.issued
    if board.cycle.starts_at_birthday:
        birthday = _birthday(renewal_of(license, board), due, profile)
        if birthday is None:
            return Periods((), due.missing_fact or "birth_month")
        start = _first(license.issued, 1, birthday)
    elif board.cycle.renewal.month_end:
        start = month_end(start.year, start.month)
    reference = min(today, due.day) if due.day else today
    number = 1
    while _closed(start, months * number, board) < reference:
        number += 1
    return Periods((_period(_closed(start, months * number, board), board),))


def _closed(start: date, months: int, board: Board) -> date:
    last = add_months(start, months)
    return last - ONE_DAY if board.cycle.renewal.kind == "birth_date" else last


def _birthday(renewal: Renewal, due: Due, profile: Profile) -> Callable[[int], date] | None:
    """The day of a year on which the license turns, from its end date or the birth date."""
    if due.day is not None:
        month, day = due.day.month, due.day.day
        if renewal.kind == "birth_month":
            return lambda year: month_end(year, month)
        return lambda year: on(year, month, day)
    known, _ = _day_of_year(renewal, profile)
    return known


def _next(
    renewal: Renewal,
    months: int,
    license: License,  # noqa: A002
    profile: Profile,
    today: date,
) -> Due:
    """The first day on or after `today` on which the board's rule lets a license end."""
    if renewal.kind == "issue_anniversary":
        return _anniversary(renewal, months, license, today)
    years = months // YEAR
    tells_year = renewal.year_parity or renewal.anchor_year or renewal.by_last_name
    if years > 1 and not tells_year:
        return Due(None, "expires")
    known, missing = _day_of_year(renewal, profile)
    if known is None:
        return Due(None, missing)
    parity: Fact | None = renewal.year_parity
    if renewal.by_last_name:
        initial = str(profile.facts.get("last_name_initial", "")).upper()
        fitting = [row for row in renewal.by_last_name if row.first <= initial[:1] <= row.last]
        if not fitting:
            return Due(None, "last_name_initial")
        parity = fitting[0].year_parity
    if parity == "birth_year_parity":
        parity = profile.facts.get("birth_year_parity")
        if parity not in ("even", "odd"):
            return Due(None, "birth_year_parity")
    anchor = renewal.anchor_year

    def falls_in(year: int) -> bool:
        if anchor is not None:
            return (year - anchor) % years == 0
        return has_parity(year, str(parity) if parity else None)

    return Due(_first(today, years, known, falls_in))


def _first(
    from_day: date,
    years: int,
    day_of: Callable[[int], date],
    falls_in: Callable[[int], bool] = lambda _: True,
) -> date:
    """The first such day on or after `from_day` in a year that fits."""
    candidates = range(from_day.year, from_day.year + 2 * max(years, 1) + 1)
    return next(day_of(y) for y in candidates if falls_in(y) and day_of(y) >= from_day)


def _anniversary(renewal: Renewal, months: int, license: License, today: date) -> Due:  # noqa: A002
    if license.issued is None:
        return Due(None, "issued")
    number = 1
    while True:
        day = add_months(license.issued, months * number)
        day = month_end(day.year, day.month) if renewal.month_end else day
        if day >= today:
            return Due(day)
        number += 1


def _day_of_year(
    renewal: Renewal, profile: Profile
) -> tuple[Callable[[int], date] | None, str | None]:
    """Year -> day by the rule; or None and the missing fact."""
    if renewal.kind in ("fixed_date", "staggered") and renewal.month and renewal.day:
        month, day = renewal.month, renewal.day
        return (lambda year: on(year, month, day)), None
    if renewal.kind in ("birth_month", "birth_date"):
        said = _number(profile.facts.get("birth_month"), YEAR)
        if said is None:
            return None, "birth_month"
        if renewal.kind == "birth_month":
            first = renewal.day
            if first:
                return (lambda year: on(year, said, first)), None
            return (lambda year: month_end(year, said)), None
        born = _number(profile.facts.get("birth_day"), 31)
        if born is None:
            return None, "birth_day"
        return (lambda year: on(year, said, born)), None
    return None, "expires"


def _number(value: Fact | None, most: int) -> int | None:
    """A whole number from 1 to `most`; anything else was not understood and counts as unknown."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    number = int(value) if str(value).isdigit() else 0
    return number if 1 <= number <= most else None
