"""Completion days as files write them, read the American way unless a column shows otherwise."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "sept", "september"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}
EARLIEST = date(1950, 1, 1)
_SERIAL_ZERO = date(1899, 12, 30)
_SERIALS = range(18_264, 73_051)  # 1950 to 2099 in Excel's days

_NUMERIC = r"\d{1,2}(?P<sign>[/.\-])\d{1,2}(?P=sign)(?:\d{4}|\d{2})"
_ISO = r"\d{4}(?P<mark>[/.\-])\d{1,2}(?P=mark)\d{1,2}"
_NAME = "|".join(sorted(MONTHS, key=len, reverse=True))
_NAMED = (
    rf"(?:{_NAME})\.?[\s\-]+\d{{1,2}}(?:st|nd|rd|th)?\s*[,\-]?\s*(?:\d{{4}})"
    rf"|\d{{1,2}}(?:{_NAME})(?:\d{{4}}|\d{{2}})"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?[\s\-]+(?:{_NAME})\.?,?[\s\-]+(?:\d{{4}}|\d{{2}})"
)
DAY = re.compile(rf"(?<![\d/.\-])(?:{_ISO}|{_NUMERIC}|{_NAMED})(?![\d/])", re.IGNORECASE)
"""A day somewhere in a text."""

_TIME = re.compile(
    r"[t\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?"
    r"\s*(?:z|[+-]\d\d:?\d\d|[a-z]{2,4})?$"
)
_PARTS = re.compile(r"\s*(\d{1,2})[/.\-](\d{1,2})[/.\-]")
_BETWEEN = re.compile(r"\s*(?:(?:-|–|—|to|through|thru|and|,|;)\s*)*")
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+")

_CLOSE_RANGE = re.compile(r"(\d/\d{2,4})[-–—](\d{1,2}/\d)")
"""`3/4/2026-3/5/2026`: two days without a space between them."""

_SHORT_RANGE = re.compile(
    rf"({_NAME})\.?\s+\d{{1,2}}\s*(?:-|–|—|to)\s*(?:({_NAME})\.?\s+)?(\d{{1,2}}),?\s+(\d{{4}})"
)


def day_of(value: object, *, day_first: bool = False) -> date | None:
    """The day a cell states; of a range its last day; None where it states none.

    `3/4/2025` is March 4 unless `day_first`; `21/4/2025` and `21.04.2025` can only be April 21.
    A time of day is dropped, not shifted: providers' files hold dates without time.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float):
        return _serial(value)
    text = " ".join(str(value).split())
    plain = _TIME.sub("", _WEEKDAY.sub("", text.casefold()))
    plain = _CLOSE_RANGE.sub(r"\1 - \2", plain)
    if re.fullmatch(r"\d{5}(?:\.0+)?", plain):
        return _serial(float(plain))
    if re.fullmatch(r"(?:19|20)\d{6}", plain):
        return _day(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
    found = [match.group() for match in DAY.finditer(plain)]
    if not found or not _BETWEEN.fullmatch(DAY.sub("", plain)):
        return _short_range(plain)
    return _one(found[-1], day_first=day_first)


def first_day_in(text: str) -> tuple[date, int, int] | None:
    """The first readable day inside a text, with where it starts and ends."""
    for match in DAY.finditer(text):
        day = _one(match.group().casefold(), day_first=False)
        if day:
            return day, match.start(), match.end()
    return None


def is_day_first(values: Iterable[object]) -> bool:
    """Whether a column can only be read with the day before the month."""
    firsts, seconds = [0], [0]
    for value in values:
        if isinstance(value, str) and (match := _PARTS.match(value)):
            firsts.append(int(match[1]))
            seconds.append(int(match[2]))
    return max(firsts) > 12 >= max(seconds)  # noqa: PLR2004 - twelve months


def _serial(value: float) -> date | None:
    return _SERIAL_ZERO + timedelta(days=int(value)) if int(value) in _SERIALS else None


def _short_range(text: str) -> date | None:
    """`April 19-21, 2022`: the last day."""
    match = _SHORT_RANGE.fullmatch(text)
    return _day(int(match[4]), MONTHS[match[2] or match[1]], int(match[3])) if match else None


def _one(text: str, *, day_first: bool) -> date | None:
    parts = re.findall(r"\d+|[a-z]+", text)
    names = [MONTHS[part] for part in parts if part in MONTHS]
    figures = [part for part in parts if part.isdigit()]
    if names:
        return _day(_year(figures[1]), names[0], int(figures[0]))
    if len(figures[0]) == 4:  # noqa: PLR2004 - a year of four digits
        return _day(int(figures[0]), int(figures[1]), int(figures[2]))
    month, day = int(figures[0]), int(figures[1])
    if month > 12 or day_first:  # noqa: PLR2004 - twelve months
        month, day = day, month
    return _day(_year(figures[2]), month, day)


def _year(text: str) -> int:
    """Two digits stand for 1970 to 2069."""
    year = int(text)
    if len(text) > 2:  # noqa: PLR2004
        return year
    return year + (1900 if year >= 70 else 2000)  # noqa: PLR2004


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if found >= EARLIEST else None
