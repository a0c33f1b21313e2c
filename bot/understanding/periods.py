"""Words of the calendar read as periods: "feb 6", "10/1/27", "next week", "end of march".

A date without a year looks the way its reader says: a search forward, a completed course back.
What stands before a period ("before", "since", "until") is read in `dates`.
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from dateutil.relativedelta import relativedelta

from bot.understanding.calendar_words import (
    COUNTS,
    DAYS,
    HOLIDAYS,
    LEADS,
    MONTHS,
    PARTS,
    SEASONS,
    SHY_DAYS,
    SHY_MONTHS,
    UNITS,
    WEEKS,
)

Direction = Literal["future", "past"]

_OLDEST, _NEWEST = 1950, 2099
_YEAR_PIVOT = 70
_YEARS_BACK, _YEARS_AHEAD = 6, 12
"""How far from today the year of "oct 5 26" may lie; "oct 5 14" is an amount after a day."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end`, both included, read from words `first` up to and without `last`.

    `is_end` says that the words name the end of something longer ("year end", "end of march").
    `is_open` says that they name a stretch up to or from today ("next 2 weeks", "past year").
    """

    start: date
    end: date
    first: int
    last: int
    is_end: bool = False
    is_open: bool = False


def month_end(day: date) -> date:
    """The last day of the month in which `day` lies."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def read_period(folds: Sequence[str], i: int, today: date, direction: Direction) -> Period | None:
    """The longest period that begins at word `i`, or None."""
    found = [
        period
        for read in (_figures, _month, _end_of, _relative, _weekday, _holiday, _year)
        if (period := read(folds, i, today, direction)) is not None
    ]
    return max(found, key=lambda p: p.last) if found else None


def _at(folds: Sequence[str], i: int) -> str:
    return folds[i] if 0 <= i < len(folds) else ""


def _whole_year(text: str) -> int | None:
    if re.fullmatch(r"\d{4}", text) and _OLDEST <= int(text) <= _NEWEST:
        return int(text)
    if re.fullmatch(r"\d{2}", text):
        return 2000 + int(text) if int(text) < _YEAR_PIVOT else 1900 + int(text)
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _turned(month: int, day: int, today: date, direction: Direction) -> date | None:
    """The next (or the last) such day; February 29 waits for its year."""
    step = 1 if direction == "future" else -1
    for year in range(today.year - step, today.year + 9 * step, step):
        found = _day(year, month, day)
        if found and (found >= today if step == 1 else found <= today):
            return found
    return None


def _turned_month(month: int, today: date, direction: Direction) -> date:
    year = today.year
    if direction == "future" and month < today.month:
        year += 1
    if direction == "past" and month > today.month:
        year -= 1
    return date(year, month, 1)


def _figures(folds: Sequence[str], i: int, today: date, direction: Direction) -> Period | None:
    text = _at(folds, i)
    if match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text):
        found = _day(int(match[1]), int(match[2]), int(match[3]))
        return Period(found, found, i, i + 1) if found else None
    if match := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2}|\d{4})", text):
        year = _whole_year(match[3])
        found = _day(year, int(match[1]), int(match[2])) if year else None
        return Period(found, found, i, i + 1) if found else None
    if match := re.fullmatch(r"(\d{1,2})/(\d{4})", text):
        found = _day(int(match[2]), int(match[1]), 1)
        return Period(found, month_end(found), i, i + 1) if found else None
    if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})", text):
        found = _turned(int(match[1]), int(match[2]), today, direction)
        if found is None and _day(2000, int(match[1]), 1) and int(match[2]) < _YEAR_PIVOT:
            first = date(2000 + int(match[2]), int(match[1]), 1)
            return Period(first, month_end(first), i, i + 1)
        return Period(found, found, i, i + 1) if found else None
    return None


def _ordinal(folds: Sequence[str], i: int) -> tuple[int, int] | None:
    """A day of the month at word `i`, and the word after it."""
    text = _at(folds, i)
    if not re.fullmatch(r"\d{1,2}", text) or not 1 <= int(text) <= 31:  # noqa: PLR2004
        return None
    after = i + 1
    if _at(folds, after) in {"st", "nd", "rd", "th"}:
        after += 1
    return int(text), after


def _year_after(folds: Sequence[str], i: int) -> tuple[int | None, int]:
    """A year at word `i` (four figures), and the word after it."""
    text = _at(folds, i)
    if re.fullmatch(r"(19|20)\d{2}", text):
        return int(text), i + 1
    return None, i


def _month(folds: Sequence[str], i: int, today: date, direction: Direction) -> Period | None:
    text = _at(folds, i)
    if text in {"week", "wk"} and _at(folds, i + 1) == "of":
        inner = read_period(folds, i + 2, today, direction)
        if inner and inner.start == inner.end:
            monday = inner.start - timedelta(days=inner.start.weekday())
            return Period(monday, monday + timedelta(days=6), i, inner.last)
    part = None
    begin = i
    if text in WEEKS and _at(folds, i + 1) == "week" and _at(folds, i + 2) == "of":
        part = WEEKS[text]
        i += 3
        text = _at(folds, i)
    elif text in PARTS:
        part = PARTS[text]
        i += 2 if _at(folds, i + 1) == "of" else 1
        text = _at(folds, i)
    which = ""
    if part is None and text in {"next", "last", "this", "coming"} and _at(folds, i + 1) in MONTHS:
        which, i = text, i + 1
        text = _at(folds, i)
    if text in MONTHS:
        return _from_month_name(
            folds, begin, i, part=part, which=which, today=today, direction=direction
        )
    day = _ordinal(folds, i)
    if day and part is None and begin == i:
        after = day[1] + 1 if _at(folds, day[1]) == "of" else day[1]
        if _at(folds, after) in MONTHS and (_at(folds, after) not in SHY_MONTHS or after > i + 1):
            month = MONTHS[_at(folds, after)]
            year, last = _year_after(folds, after + 1)
            found = _day(year, month, day[0]) if year else _turned(month, day[0], today, direction)
            return Period(found, found, begin, last) if found else None
    return None


def _days_of(
    folds: Sequence[str], i: int, month: int, today: date, direction: Direction
) -> Period | None:
    """The days of "dec 7-11", with a year if one follows."""
    match = re.fullmatch(r"(\d{1,2})-(\d{1,2})", _at(folds, i + 1))
    if not match or int(match[1]) > int(match[2]):
        return None
    year, last = _year_after(folds, i + 2)
    start = (
        _day(year, month, int(match[1]))
        if year
        else _turned(month, int(match[1]), today, direction)
    )
    end = _day(start.year, month, int(match[2])) if start else None
    return Period(start, end, i, last) if start and end else None


def _from_month_name(
    folds: Sequence[str],
    begin: int,
    i: int,
    *,
    part: tuple[int, int] | None,
    which: str,
    today: date,
    direction: Direction,
) -> Period | None:
    month = MONTHS[folds[i]]
    if stretch := _days_of(folds, i, month, today, direction):
        return replace(stretch, first=begin)
    day = _ordinal(folds, i + 1)
    if day and not which and part is None:
        year, last = _year_after(folds, day[1])
        if year is None and re.fullmatch(r"\d{2}", _at(folds, day[1])):
            short = _whole_year(_at(folds, day[1]))
            if short and -_YEARS_BACK <= short - today.year <= _YEARS_AHEAD:
                year, last = short, day[1] + 1
        found = _day(year, month, day[0]) if year else _turned(month, day[0], today, direction)
        return Period(found, found, begin, last) if found else None
    year, last = _year_after(folds, i + 1)
    shy = folds[i] in SHY_MONTHS and year is None and part is None and not which
    ends = all(fold in {"?", "!", "please", "pls", "plz"} for fold in folds[i + 1 :])
    if shy and not _is_led(folds, i) and not ends:
        return None
    if shy and folds[i] == "may" and _at(folds, i + 1) in {"i", "we", "be", "not", "have", "my"}:
        return None
    if year:
        first = date(year, month, 1)
    elif which == "last":
        first = _turned_month(month, today.replace(day=1) - timedelta(days=1), "past")
    elif which:
        first = _turned_month(month, today, "future")
    else:
        first = _turned_month(month, today, direction)
    final = month_end(first)
    if part:
        final_day = min(part[1], final.day)
        return Period(first.replace(day=part[0]), first.replace(day=final_day), begin, last)
    return Period(first, final, begin, last)


def _is_led(folds: Sequence[str], i: int) -> bool:
    """Whether a word that leads to a date, or a name (in angle brackets), stands before."""
    before = _at(folds, i - 1)
    return before in LEADS or before.startswith("<")


def _end_of(folds: Sequence[str], i: int, today: date, direction: Direction) -> Period | None:
    """The end of something: "year end", "end of the month", "end of next march"."""
    words = [_at(folds, i + k) for k in range(4)]
    if words[0] in {"year", "years", "yr", "yrs", "month", "quarter"} and words[1] == "end":
        base = _relative(["this", words[0].rstrip("s")], 0, today, direction)
        return _last_day(base, i, i + 2)
    over = words[1:3] if words[0] == "the" else words[:2]
    if over[0] in {"year", "month", "quarter", "yr"} and over[1] in {
        "ends",
        "is",
        "closes",
        "runs",
    }:
        at = i + (2 if words[0] == "the" else 1)
        is_over = over[1] != "is" or _at(folds, at + 1) in {"over", "out", "up", "done"}
        if is_over and _at(folds, i - 1) in {"before", "b4"}:
            base = _relative(["this", over[0]], 0, today, direction)
            return _last_day(base, i, at + (2 if over[1] in {"is", "runs"} else 1))
    if words[0] == "eoy":
        return Period(date(today.year, 12, 31), date(today.year, 12, 31), i, i + 1, is_end=True)
    if words[0] != "end":
        return None
    after = i + 1
    while _at(folds, after) in {"of", "the", "o", "f"}:
        after += 1
    if _at(folds, after) in {"year", "month", "week", "quarter", "yr"}:
        base = _relative(["this", _at(folds, after)], 0, today, direction)
        return _last_day(base, i, after + 1)
    inner = read_period(folds, after, today, direction) if after > i + 1 else None
    return _last_day(inner, i, inner.last) if inner else None


def _last_day(base: Period | None, first: int, last: int) -> Period | None:
    return Period(base.end, base.end, first, last, is_end=True) if base else None


def _stretch(unit: str, shift: int, today: date) -> tuple[date, date] | None:
    """The current, the following or the last week, month, quarter, year or weekend."""
    if unit in {"week", "weekend", "wk"}:
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
        first = monday + timedelta(days=5) if unit == "weekend" else monday
        return first, monday + timedelta(days=6)
    if unit in {"month", "mo"}:
        first = today.replace(day=1) + relativedelta(months=shift)
        return first, month_end(first)
    if unit == "quarter":
        first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
        first += relativedelta(months=3 * shift)
        return first, month_end(first + relativedelta(months=2))
    if unit in {"year", "yr"}:
        return date(today.year + shift, 1, 1), date(today.year + shift, 12, 31)
    return None


def _relative(folds: Sequence[str], i: int, today: date, direction: Direction) -> Period | None:
    one = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1, "tmrw": 1, "now": 0}
    first, second, third = (_at(folds, i + k) for k in range(3))
    if first == "day" and (second, third) in {("before", "yesterday"), ("after", "tomorrow")}:
        day = today + timedelta(days=-2 if third == "yesterday" else 2)
        return Period(day, day, i, i + 3)
    if (first, second) == ("just", "now"):
        return Period(today, today, i, i + 2)
    if first in one and not (first == "now" and len(folds) > 1):
        day = today + timedelta(days=one[first])
        return Period(day, day, i, i + 1)
    if (first, second) in {("last", "night"), ("this", "morning"), ("this", "afternoon")}:
        day = today - timedelta(days=1 if first == "last" else 0)
        return Period(day, day, i, i + 2)
    shifts = {"this": 0, "next": 1, "last": -1, "past": -1, "coming": 0, "previous": -1}
    begin = i
    if first == "the" and second in shifts:
        i, first, second, third = i + 1, second, third, _at(folds, i + 3)
    if first in shifts:
        if first == "past" and (unit := UNITS.get(second)):
            return _counted(1, unit, today, forward=False, first=begin, last=i + 2)
        if stretch := _stretch(second, shifts[first], today):
            if direction == "future" and first in {"this", "coming"}:
                stretch = (max(stretch[0], today), stretch[1])
            return Period(*stretch, begin, i + 2, is_open=first == "past")
        if second in SEASONS:
            return _season(second, first, today, direction=direction, first=begin, last=i + 2)
        count, unit_at = _count(folds, i + 1)
        if count and _at(folds, unit_at) in UNITS and first in {"next", "last", "past", "coming"}:
            return _counted(
                count,
                _at(folds, unit_at),
                today,
                forward=first in {"next", "coming"},
                first=begin,
                last=unit_at + 1,
            )
    if first in SEASONS and _at(folds, i - 1) in LEADS | {"the"}:
        return _season(first, "", today, direction=direction, first=begin, last=i + 1)
    return _count_from_now(folds, i, today)


def _season(
    name: str, which: str, today: date, *, direction: Direction, first: int, last: int
) -> Period:
    start = _turned_month(SEASONS[name] + 2, today, "past" if which == "last" else direction)
    if direction == "future" and which != "this" and start - relativedelta(months=2) <= today:
        start += relativedelta(years=1)
    begin = start - relativedelta(months=2)
    return Period(begin, month_end(start), first, last)


def _count(folds: Sequence[str], i: int) -> tuple[int, int]:
    """A number in figures or words at word `i` (0: none), and the word after it."""
    text = _at(folds, i)
    if re.fullmatch(r"\d{1,3}", text):
        return int(text), i + 1
    if text in {"a", "an"} and _at(folds, i + 1) in {"couple", "few"}:
        i, text = i + 1, _at(folds, i + 1)
    if text in {"couple", "few"} and _at(folds, i + 1) == "of":
        return COUNTS[text], i + 2
    return (COUNTS[text], i + 1) if text in COUNTS else (0, i)


def _counted(
    count: int, unit: str, today: date, *, forward: bool, first: int, last: int
) -> Period | None:
    try:
        step = relativedelta(**{UNITS[unit]: count})  # type: ignore[arg-type] # a unit's name
        other = today + step if forward else today - step
    except (ValueError, OverflowError):
        return None
    start, end = (today, other) if forward else (other, today)
    return Period(start, end, first, last, is_open=True)


def _count_from_now(folds: Sequence[str], i: int, today: date) -> Period | None:
    """So long from now or ago: "in 2 weeks", "3 days ago", "within 30 days"."""
    lead = _at(folds, i)
    at = i + 1 if lead in {"in", "within"} else i
    if _at(folds, at) == "the" and _at(folds, at + 1) == "next":
        at += 2
    elif _at(folds, at) == "about":
        at += 1
    count, unit_at = _count(folds, at)
    unit = UNITS.get(_at(folds, unit_at))
    if not count or unit is None:
        return None
    last = unit_at + 1
    if _at(folds, last) in {"ago", "back"}:
        sign = -1
        last += 1
    elif (_at(folds, last), _at(folds, last + 1)) in {("from", "now"), ("from", "today")}:
        sign = 1
        last += 2
    elif lead in {"in", "within"} and at > i:
        sign = 1
    else:
        return None
    period = _counted(count, _at(folds, unit_at), today, forward=sign > 0, first=i, last=last)
    if period is None or lead == "within" or at > i + 1:
        return period
    day = period.end if sign > 0 else period.start
    return Period(day, day, i, last)


def _weekday(folds: Sequence[str], i: int, today: date, direction: Direction) -> Period | None:
    which = _at(folds, i) if _at(folds, i) in {"next", "last", "this", "past", "coming"} else ""
    at = i + 1 if which else i
    name = _at(folds, at)
    if name not in DAYS:
        return None
    if name in SHY_DAYS and not which and _at(folds, i - 1) not in LEADS:
        return None
    monday = today - timedelta(days=today.weekday())
    if which == "next":
        day = monday + timedelta(weeks=1, days=DAYS[name])
    elif which in {"last", "past"} or (not which and direction == "past"):
        back = (today.weekday() - DAYS[name] - 1) % 7 + 1
        day = today - timedelta(days=back)
    else:
        day = today + timedelta(days=(DAYS[name] - today.weekday()) % 7)
    return Period(day, day, i, at + 1)


def _holiday(folds: Sequence[str], i: int, today: date, direction: Direction) -> Period | None:
    for size in (3, 2, 1):
        key = tuple(folds[i : i + size])
        if len(key) == size and key in HOLIDAYS:
            found = _turned(*HOLIDAYS[key], today, direction)
            return Period(found, found, i, i + size) if found else None
    if _at(folds, i) == "thanksgiving":
        for year in (today.year, today.year + (1 if direction == "future" else -1)):
            first = date(year, 11, 1)
            day = first + timedelta(days=(3 - first.weekday()) % 7 + 21)
            if day >= today if direction == "future" else day <= today:
                return Period(day, day, i, i + 1)
    return None


def _year(folds: Sequence[str], i: int, today: date, direction: Direction) -> Period | None:
    text = _at(folds, i)
    if re.fullmatch(r"20[0-4]\d", text):
        return Period(date(int(text), 1, 1), date(int(text), 12, 31), i, i + 1)
    match = re.fullmatch(r"q([1-4])", text + _at(folds, i + 1)) if text == "q" else None
    if match:
        month = 3 * int(match[1])
        last = _turned_month(month, today, direction)
        return Period(last - relativedelta(months=2), month_end(last), i, i + 2)
    return None
