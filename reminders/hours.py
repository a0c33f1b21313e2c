"""A physician's own hours: the zone, the quiet hours, the hour and the days they chose.

Pure: the zone's rules come from `zoneinfo`, the clock is handed in.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from data import HERE

EVENING = time(17)
NOON = time(12)
FALLBACK_ZONE = "America/New_York"


@dataclass(frozen=True, slots=True)
class Preferences:
    """When this physician wants to hear from the bot.

    `quiet` is from and until, local; equal times mean no quiet hours. `days` are the physician's
    own days before a deadline in place of the table's ("60 and 10"); None keeps the table.
    `stopped` ends everything unprompted.
    """

    zone: str = FALLBACK_ZONE
    quiet: tuple[time, time] = (time(20), time(8))
    hour: time = time(9)
    days: tuple[int, ...] | None = None
    weekends: bool = True
    stopped: bool = False


@cache
def zones() -> Mapping[str, tuple[str, ...]]:
    """Zone names by USPS code; the first is where most of the state's people live."""
    listed = json.loads((HERE / "zones.json").read_text(encoding="utf-8"))["zones"]
    return {code: tuple(names) for code, names in listed.items()}


def zones_of(board: str) -> tuple[str, ...]:
    """The zones of a board's state, as `us-tx`; several mean that the physician is asked."""
    _, _, rest = board.partition("-")
    return zones().get(rest[:2].upper(), ())


def inferred_zone(boards: tuple[str, ...]) -> str:
    """The zone of the first license's state; Eastern time where there is no license."""
    return next((zones_of(board)[0] for board in boards if zones_of(board)), FALLBACK_ZONE)


def is_quiet(at: time, quiet: tuple[time, time]) -> bool:
    """Whether nothing unprompted may arrive at this local time; the end is free again."""
    start, end = quiet
    if start <= end:
        return start <= at < end
    return at >= start or at < end


def is_quiet_at(now: datetime, preferences: Preferences) -> bool:
    """Whether this instant lies in the physician's quiet hours."""
    local = now.astimezone(ZoneInfo(preferences.zone))
    return is_quiet(local.time().replace(tzinfo=None), preferences.quiet)


def local_day(now: datetime, preferences: Preferences) -> date:
    """The physician's calendar day at this instant."""
    return now.astimezone(ZoneInfo(preferences.zone)).date()


def moment(day: date, preferences: Preferences, hour: time | None = None) -> datetime:
    """When something due on this local day goes out: an aware local time outside quiet hours.

    A wish inside the quiet hours moves to their end on the same day. A local time that a clock
    change leaves out becomes the instant that follows it; of one that comes twice, the first.
    """
    zone = ZoneInfo(preferences.zone)
    wish = hour or preferences.hour
    if is_quiet(wish, preferences.quiet):
        wish = preferences.quiet[1]
    at = _existing(datetime.combine(day, wish, zone))
    if is_quiet(at.time(), preferences.quiet):
        at = _existing(datetime.combine(day, preferences.quiet[1], zone))
    return at


def next_free(now: datetime, preferences: Preferences) -> datetime:
    """The first instant from `now` on, in UTC, that is not in the quiet hours."""
    if not is_quiet_at(now, preferences):
        return now.astimezone(UTC)
    zone = ZoneInfo(preferences.zone)
    local = now.astimezone(zone)
    for days in range(3):
        end = _existing(
            datetime.combine(local.date() + timedelta(days=days), preferences.quiet[1], zone)
        )
        if end > local and not is_quiet(end.time(), preferences.quiet):
            return end.astimezone(UTC)
    msg = f"quiet hours {preferences.quiet} leave no free time"
    raise ValueError(msg)


def another_hour(preferences: Preferences) -> time:
    """A time of day unlike the usual one, for a physician who did not answer."""
    usual = preferences.hour
    wishes = (EVENING, NOON, preferences.quiet[1])
    free = (wish for wish in wishes if not is_quiet(wish, preferences.quiet) and wish != usual)
    return next(free, usual)


def _existing(at: datetime) -> datetime:
    # Through UTC and back, a time that the spring change leaves out becomes the one after it.
    return at.astimezone(UTC).astimezone(at.tzinfo)
