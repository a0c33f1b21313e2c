"""The one unprompted message of a physician's day: which deadlines share it, and when it comes.

Pure. At most one a day; deadlines within a week of each other share it, worst first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from reminders.hours import Preferences, another_hour, moment
from reminders.stages import (
    UNANSWERED,
    WEEK,
    Deadline,
    Due,
    Log,
    Phase,
    Stage,
    calendar,
    due,
)

PULLED_UNTIL = -7
"""A stage up to D-7 may come some days early to share a message; a last call may not."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One deadline with what was sent and answered; `phase` is worked out only when it matters."""

    deadline: Deadline
    log: Log
    phase: Callable[[date], Phase]


@dataclass(frozen=True, slots=True)
class Part:
    """One deadline's share of a message."""

    deadline: Deadline
    stage: Stage
    phase: Phase
    asked_for: date | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One reminder: its parts, worst first, and the aware local time it goes out at.

    `waits` for that time even if the physician could have it earlier in the day: an hour that they
    chose, or another one because they did not answer.
    """

    at: datetime
    parts: tuple[Part, ...]
    waits: bool = False

    @property
    def sound(self) -> bool:
        """Whether the phone may sound: it may if any part may."""
        return any(part.stage.sound for part in self.parts)

    @property
    def worst(self) -> Part:
        """The part that the message is headed by."""
        return self.parts[0]


def message_of_day(
    holdings: Sequence[Holding], preferences: Preferences, today: date, *, heard_today: bool = False
) -> Message | None:
    """What this physician gets today, if anything.

    `heard_today`: something unprompted went out on this local day already, of whatever kind;
    then everything waits for tomorrow.
    """
    if heard_today or preferences.stopped:
        return None
    found = [part for one in holdings if (part := _part(one, preferences, today)) is not None]
    if not found:
        return None
    ranked = sorted(found, key=lambda part: _badness(part, today))
    parts = [ranked[0]]
    drawn = (_drawn_along(one, ranked[0], preferences, today) for one in holdings)
    for part in (*ranked[1:], *(part for part in drawn if part is not None)):
        known = {one.deadline.key for one in parts}
        if part.deadline.key not in known and all(_near(part, one) for one in parts):
            parts.append(part)
    parts.sort(key=lambda part: _badness(part, today))
    hour = _hour(parts, holdings, preferences)
    return Message(moment(today, preferences, hour), tuple(parts), waits=hour is not None)


def _part(holding: Holding, preferences: Preferences, today: date) -> Part | None:
    if not _could_be_due(holding, preferences, today):
        return None
    phase = holding.phase(today)
    found = due(holding.deadline, holding.log, phase, preferences, today)
    if found is None:
        return None
    return Part(holding.deadline, found.stage, phase, found.asked_for)


def _could_be_due(holding: Holding, preferences: Preferences, today: date) -> bool:
    # A standing costs far more than a look at the calendar, so it is asked for last.
    return any(
        due(holding.deadline, holding.log, phase, preferences, today) is not None
        for phase in (Phase.CREDITS_OPEN, Phase.RENEWAL_OPEN)
    )


def _drawn_along(
    holding: Holding, leader: Part, preferences: Preferences, today: date
) -> Part | None:
    """The leader's stage of another deadline, if that would come by itself within the week."""
    offset = leader.stage.offset
    if offset is not None and offset > PULLED_UNTIL:
        return None
    if abs((holding.deadline.last_day - leader.deadline.last_day).days) > WEEK:
        return None
    coming = [
        day
        for day, stage in calendar(holding.deadline, preferences)
        if stage.name == leader.stage.name and today < day <= today + timedelta(days=WEEK)
    ]
    if not coming:
        return None
    phase = holding.phase(today)
    found = _due_early(holding, phase, preferences, coming[0], today)
    if found is None or found.stage.name != leader.stage.name:
        return None
    return Part(holding.deadline, found.stage, phase)


def _due_early(
    holding: Holding, phase: Phase, preferences: Preferences, day: date, today: date
) -> Due | None:
    until = holding.log.snoozed_until
    if until is not None and today < until:
        return None
    found = due(holding.deadline, holding.log, phase, preferences, day)
    if found is None or found.asked_for is not None:
        return None
    heard = holding.log.heard_on or (holding.log.last.on if holding.log.last else None)
    return None if heard is not None and (today - heard).days < WEEK else found


def _badness(part: Part, today: date) -> tuple[bool, bool, date, str]:
    """Worst first: overdue, then credits open, then the nearer deadline."""
    return (
        part.deadline.last_day >= today,
        part.phase is not Phase.CREDITS_OPEN,
        part.deadline.last_day,
        part.deadline.board,
    )


def _near(one: Part, other: Part) -> bool:
    return abs((one.deadline.last_day - other.deadline.last_day).days) <= WEEK


def _hour(
    parts: Sequence[Part], holdings: Sequence[Holding], preferences: Preferences
) -> time | None:
    """The local hour that this message has to come at, if any."""
    logs = {one.deadline.key: one.log for one in holdings}
    chosen = [
        log.planned_hour
        for part in parts
        if (log := logs[part.deadline.key]).planned_hour and part.asked_for == log.planned_on
    ]
    if chosen:
        return min(chosen)
    silent = any(
        (log := logs[part.deadline.key]).last is not None
        and log.last.stage == UNANSWERED
        and log.unanswered
        for part in parts
    )
    return another_hour(preferences) if silent else None
