"""What is said about reminders in free words: an hour, a zone, days before a deadline, a wish."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.dialogs.knowledge import folded
from bot.understanding.dates import read_date

ZONES = {
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "arizona": "America/Phoenix",
    "pacific": "America/Los_Angeles",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "atlantic": "America/Puerto_Rico",
    "chamorro": "Pacific/Guam",
    "samoa": "Pacific/Pago_Pago",
}
"""The zones as people call them; the first ten cover every jurisdiction."""

_ZONE_WORDS = {
    **{name: zone for name, zone in ZONES.items() if name not in {"hawaii", "alaska", "arizona"}},
    **dict.fromkeys(("est", "edt", "et", "east coast", "new york time"), ZONES["eastern"]),
    **dict.fromkeys(("cst", "cdt", "ct", "chicago time"), ZONES["central"]),
    **dict.fromkeys(("mst", "mdt", "mt", "denver time"), ZONES["mountain"]),
    **dict.fromkeys(("pst", "pdt", "pt", "west coast", "california time"), ZONES["pacific"]),
    **dict.fromkeys(("arizona time", "phoenix time"), ZONES["arizona"]),
    **dict.fromkeys(("alaska time", "akst", "akdt"), ZONES["alaska"]),
    **dict.fromkeys(("hawaii time", "hst", "hawaiian"), ZONES["hawaii"]),
    **dict.fromkeys(("guam time", "chst"), ZONES["chamorro"]),
    **dict.fromkeys(("el paso time",), ZONES["mountain"]),
}

_PARTS = {"morning": time(9), "noon": time(12), "lunch": time(12), "afternoon": time(15)}
_LATE = {"evening": time(18), "night": time(21), "midnight": time(0)}
_CLOCK = re.compile(
    r"(?<![\d/:.-])(?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d))?\s*(?P<half>[ap]\.?\s?m\b\.?)?(?![\d/-])",
    re.IGNORECASE,
)
_AT = re.compile(r"(?:\bat|@|\baround|\bby)\s*$", re.IGNORECASE)
_SPAN = re.compile(
    r"(?P<count>\d{1,3}|a|one|two|three|four|six)\s*-?\s*(?P<unit>days?|weeks?|wks?|months?|mos?)\b",
    re.IGNORECASE,
)
_SERIES = re.compile(r"\d{1,3}(?:\s*(?:,|and|&|\+|or|then|days?|d\b|before|\s)\s*\d{1,3})+")
_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6}
_UNITS = {"d": 1, "w": 7, "m": 30}
LONGEST = 730
"""No own day lies further before a deadline than two years."""

_STOP = re.compile(
    r"\b(stop|quit|cancel|end|disable|mute|silence|unsubscribe|no more|turn(ed)? off|switch off"
    r"|opt out|don'?t (want|need|send|remind)|do not (want|need|send|remind)|enough)\b"
    r"|\breminders? off\b|\bleave me alone\b"
)
_RESUME = re.compile(
    r"\b(start (again|over|reminding|them|reminders|up)|resume|restart|reactivate|unmute|enable"
    r"|turn(ed)? (\w+ )?(back )?on|switch (\w+ )?(back )?on|back on|again please)\b"
    r"|\breminders? (back )?on\b|^(start|on) again$"
)
_SNOOZE = re.compile(r"\b(snooze|later|not now|postpone|hold off|wait (until|till)|pause)\b")
_USUAL = re.compile(r"\b(usual|default|normal|standard|regular) (days|schedule|times|stages)\b")
_QUIET = re.compile(r"\b(quiet|do not disturb|dnd|don'?t (text|message|write|disturb))\b")
_RENEWED = re.compile(
    r"\b(renewed|renewal is (done|in|filed|sent|complete)|just renewed|have renewed|did renew)\b"
)
_ASKS = re.compile(r"\?|\b(when|how|can|should|must|do i|does|not|n'?t|haven|if)\b")


@dataclass(frozen=True, slots=True)
class Wish:
    """What one message asks of the reminders; None or False where it does not say."""

    stop: bool = False
    resume: bool = False
    snooze: bool = False
    usual_days: bool = False
    weekends: bool | None = None
    zone: str | None = None
    quiet: tuple[time, time] | None = None
    hour: time | None = None
    days: tuple[int, ...] = ()
    day: date | None = None


def read_wish(text: str, today: date) -> Wish:
    """Everything that a message asks; a day only where it is not part of a number of days."""
    words = text.casefold().replace("’", "'")
    days = read_days(words)
    snoozed = bool(_SNOOZE.search(words))
    quiet = read_quiet(words)
    weekends = _weekends(words)
    day = None if (days and not snoozed) or weekends is not None else read_day(words, today)
    if snoozed and day is None and days:
        day = today + timedelta(days=days[0])
    return Wish(
        stop=bool(_STOP.search(words)) and weekends is None and not quiet,
        resume=bool(_RESUME.search(words)) and weekends is None,
        snooze=snoozed,
        usual_days=bool(_USUAL.search(words)),
        weekends=weekends,
        zone=read_zone(words),
        quiet=quiet,
        hour=None if quiet else read_hour(words),
        days=() if snoozed else days,
        day=day,
    )


def says_renewed(text: str) -> bool:
    """Whether a message tells that something was renewed, and does not ask about it."""
    words = text.casefold().replace("’", "'")
    return bool(_RENEWED.search(words)) and not _ASKS.search(words)


def read_zone(text: str) -> str | None:
    """The zone named in a message, as IANA calls it; "mountain", "pst", "east coast"."""
    words = f" {folded(text)} "
    found = [zone for name, zone in _ZONE_WORDS.items() if f" {name} " in words]
    if not found and ("zone" in words or "time" in words):
        found = [zone for name, zone in ZONES.items() if f" {name} " in words]
    return found[0] if found else None


def zone_name(zone: str) -> str:
    """`Central time`; another zone by its own name."""
    named = {known: name for name, known in ZONES.items()}
    alike = {
        "America/Detroit": "eastern",
        "America/Indiana/Indianapolis": "eastern",
        "America/Menominee": "central",
        "America/Boise": "mountain",
        "America/St_Thomas": "atlantic",
        "Pacific/Saipan": "chamorro",
        "America/Adak": "hawaii",
    }
    name = named.get(zone) or alike.get(zone)
    if name is None:
        return zone.rpartition("/")[2].replace("_", " ") + " time"
    return f"{name.capitalize()} time"


def read_hour(text: str) -> time | None:
    """A time of day: "7 pm", "at 10", "19:30", "in the morning"; a bare hour is by day."""
    words = text.casefold()
    for found in _CLOCK.finditer(words):
        told = found["half"] or found["minute"]
        if (told or _AT.search(words[: found.start()])) and (at := _clock(found)) is not None:
            return at
    said = set(folded(words).split())
    parts = {**_PARTS, **_LATE}
    return next((at for part, at in parts.items() if part in said or f"{part}s" in said), None)


def read_quiet(text: str) -> tuple[time, time] | None:
    """Quiet hours: "quiet from 9pm to 7am", "don't text me after 10 pm before 6"."""
    words = text.casefold()
    if not _QUIET.search(words):
        return None
    times = [
        at for found in _CLOCK.finditer(words) if (at := _clock(found, by_day=False)) is not None
    ]
    if len(times) < 2 or times[0] == times[1]:  # noqa: PLR2004 - from and until
        return None
    start, end = times[:2]
    if start.hour < 12 and "am" not in words.split("to")[0] and end <= start:  # noqa: PLR2004
        start = start.replace(hour=start.hour + 12)
    return start, end


def read_days(text: str) -> tuple[int, ...]:
    """Days before a deadline, farthest first: "2 months before", "90, 30 and 7", "60 and 10"."""
    words = text.casefold()
    found = [_days_of(one["count"], one["unit"]) for one in _SPAN.finditer(words)]
    if series := _SERIES.search(words):
        rest = words[series.end() :].lstrip()
        if not re.match(r"(am|pm|a\.m|p\.m|:|weeks?|months?|mos?\b)", rest):
            found += [int(count) for count in re.findall(r"\d+", series[0])]
    return tuple(sorted({count for count in found if 0 <= count <= LONGEST}, reverse=True))


def _days_of(count: str, unit: str) -> int:
    number = int(count) if count.isdigit() else _COUNTS[count.casefold()]
    return number * _UNITS[unit[0].casefold()]


def read_day(words: str, today: date) -> date | None:
    """The day ahead that a message names, whatever hour it names besides."""
    without = _CLOCK.sub(lambda one: " " if one["half"] else one[0], words)
    day = read_date(without, today)
    if day == today and not re.search(r"\d|\b(today|tonight|now)\b", without):
        # "Monday", said on a Monday, is the next one.
        return today + timedelta(days=7)
    return day


def _weekends(words: str) -> bool | None:
    if not re.search(r"\bweek-?\s?ends?\b|\bweekdays?\b|\b(saturday|sunday)s\b", words):
        return None
    no = re.search(r"\b(no|not|never|skip|avoid|without|except|stop|off|only)\b|n't\b", words)
    if re.search(r"\bweekdays?\b", words):
        return not re.search(r"\b(only|just)\b|^(on )?weekdays?$", words)
    return not no


def _clock(found: "re.Match[str]", *, by_day: bool = True) -> time | None:
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = (found["half"] or "")[:1].casefold()
    if half:
        if not 1 <= hour <= 12:  # noqa: PLR2004
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    elif by_day and 1 <= hour <= 6:  # noqa: PLR2004 - nobody is written to at four in the morning
        hour += 12
    return time(hour, minute) if hour < 24 else None  # noqa: PLR2004


def spoken_days(days: Sequence[int]) -> str:
    """`90, 30 and 7`."""
    words = [str(day) for day in sorted(days, reverse=True)]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
