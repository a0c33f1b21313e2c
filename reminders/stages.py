"""The stages before and after a deadline, and which of them is due on a day. Pure.

The cadence rests on trials of reminders: ask for a reply, never more than one a week until the
last one, other content at each stage, stop as soon as it is done. Days count from D, the last
day of the cycle: before it negative, after it positive.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from functools import lru_cache

from reminders.hours import Preferences

WEEK = 7
LAG_DAYS = 30
"""Providers have this long to report credit to the hub (ACCME's expectation)."""
LAST_WEEK = (-7, 1)
"""From D-7 to D+1 messages may follow each other faster than once a week."""
LAPSE_DAYS = 7
"""How long the last stage of all may still go out late."""
MOST_OWN_DAYS = 11
MOST_OWN_DAYS_WHEN_MET = 6
SATURDAY = 5


class Phase(StrEnum):
    """Where a physician is in a cycle."""

    CREDITS_OPEN = "credits_open"
    RENEWAL_OPEN = "renewal_open"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Stage:
    """A point at which a reminder is due; `offset` in days from D, None for half-way."""

    name: str
    offset: int | None
    when_open: bool
    when_met: bool
    sound: bool

    def applies(self, phase: Phase) -> bool:
        """Whether someone in this phase hears anything at this stage."""
        return {
            Phase.CREDITS_OPEN: self.when_open,
            Phase.RENEWAL_OPEN: self.when_met,
            Phase.DONE: False,
        }[phase]


#            name      offset  open  met    sound
STAGES = (
    Stage("halfway", None, True, False, False),
    Stage("D-180", -180, True, False, False),
    Stage("D-90", -90, True, True, False),
    Stage("D-60", -60, True, False, True),
    Stage("D-45", -45, True, False, True),
    Stage("D-30", -30, True, True, True),
    Stage("D-14", -14, True, False, True),
    Stage("D-7", -7, True, True, True),
    Stage("D-1", -1, True, True, True),
    Stage("D+1", 1, True, True, True),
    Stage("D+14", 14, True, True, True),
)
UNANSWERED = "D-14"
"""Left unanswered, the message after this one comes at another time of day."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of one cycle of one license, certificate or federal duty.

    `board` is the board's id (`us-tx`, `ABIM`) or the duty's (`dea`, `mate`); `first_day` opens
    the cycle and may be unknown, then there is no half-way. `holder` tells two licenses of one
    board apart. `counts`: credits are due by this day (not for a DEA registration, nor for a
    yearly renewal inside a longer CME period). `confirms`: something is renewed on it (not the
    MATE training, which is done once).
    """

    board: str
    last_day: date
    first_day: date | None = None
    holder: str = ""
    counts: bool = True
    confirms: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """Whose deadline it is, cycle after cycle."""
        return (self.board, self.holder)

    @property
    def halfway(self) -> date | None:
        """The day by which half of the cycle is over."""
        if self.first_day is None:
            return None
        return self.first_day + (self.last_day - self.first_day) // 2

    @property
    def lag_date(self) -> date:
        """Finish by this day, or a provider may report the credit too late to show."""
        return self.last_day - timedelta(days=LAG_DAYS)

    def days_left(self, today: date) -> int:
        """Days until the last day; negative once it has passed."""
        return (self.last_day - today).days


@dataclass(frozen=True, slots=True)
class Sent:
    """A reminder that went out, or that may have gone out: never twice beats always once."""

    stage: str
    on: date


@dataclass(frozen=True, slots=True)
class Log:
    """What has been sent and answered in one cycle.

    `snoozed_until` is the day a snoozed message comes back; `snoozes` counts them in a row;
    `answered_on` is the last reply of any kind; `planned_on` a day the physician chose, with
    `planned_hour` local; `heard_on` the last message to this holder, of an earlier cycle too.
    """

    sent: tuple[Sent, ...] = ()
    snoozed_until: date | None = None
    snoozes: int = 0
    answered_on: date | None = None
    planned_on: date | None = None
    planned_hour: time | None = None
    stopped: bool = False
    heard_on: date | None = None

    @property
    def last(self) -> Sent | None:
        """The newest message of this cycle."""
        return max(self.sent, key=lambda one: one.on, default=None)

    @property
    def unanswered(self) -> bool:
        """Whether the newest message had no reply."""
        if self.last is None:
            return False
        return self.answered_on is None or self.answered_on < self.last.on


@dataclass(frozen=True, slots=True)
class Due:
    """A stage that is due; `asked_for` names the day the physician wanted it on.

    What the physician asked for (a snoozed message, a planned day) is no unprompted message: it
    is not bound to the gap of a week, and may tell a stage again.
    """

    stage: Stage
    asked_for: date | None = None


@lru_cache(maxsize=4096)
def calendar(deadline: Deadline, preferences: Preferences) -> tuple[tuple[date, Stage], ...]:
    """All stages of a cycle with their days, oldest first.

    Of two stages less than a week apart the one nearer to the deadline stays, save in the last
    week. Without weekends, a stage before the deadline moves to the Friday before, one after it
    to the Monday after.
    """
    dated = _table(deadline) if preferences.days is None else _own(deadline, preferences.days)
    if not preferences.weekends:
        dated = [(_workday(day, deadline), stage) for day, stage in dated]
    kept: list[tuple[date, Stage]] = []
    for day, stage in reversed(dated):
        if not kept or _far_enough(day, kept[-1][0], deadline):
            kept.append((day, stage))
    return tuple(reversed(kept))


def due(
    deadline: Deadline, log: Log, phase: Phase, preferences: Preferences, today: date
) -> Due | None:
    """The one stage of this cycle that is due today, late joiners and outages included.

    Of all stages missed only the present one comes. None: nothing to say today.
    """
    if phase is Phase.DONE or log.stopped or preferences.stopped:
        return None
    until = log.snoozed_until
    if until is not None and today < until:
        return None
    stage = present(deadline, phase, preferences, today)
    fresh = stage if stage and not _passed(stage, deadline, log, preferences) else None
    wanted = _wanted(log, today)
    if wanted is not None and _still_matters(deadline, today):
        again = fresh or _told_last(log, deadline, preferences) or stage
        return Due(again, wanted) if again else None
    heard = max((day for day in (log.heard_on, log.last and log.last.on) if day), default=None)
    resting = not preferences.weekends and today.weekday() >= SATURDAY
    if fresh is None or resting:
        return None
    if heard is not None and not _far_enough(heard, today, deadline):
        return None
    return Due(fresh)


def present(
    deadline: Deadline, phase: Phase, preferences: Preferences, today: date
) -> Stage | None:
    """The stage that this day belongs to: the newest one reached that still means something."""
    reached = [
        (day, stage)
        for day, stage in calendar(deadline, preferences)
        if day <= today and stage.applies(phase)
    ]
    if not reached:
        return None
    day, stage = reached[-1]
    after = stage.offset is not None and stage.offset > 0
    if after:
        return stage if today <= day + timedelta(days=_lapse(stage)) else None
    return stage if today <= deadline.last_day else None


def phase_of(deadline: Deadline, *, credits_open: bool) -> Phase:
    """The phase of a cycle whose renewal nobody has confirmed."""
    if deadline.counts and credits_open:
        return Phase.CREDITS_OPEN
    return Phase.RENEWAL_OPEN if deadline.confirms else Phase.DONE


def snooze_end(deadline: Deadline, until: date, today: date) -> date | None:
    """The day a snoozed message comes back: never beyond D-7; None when it is too late for one."""
    limit = deadline.last_day + timedelta(days=LAST_WEEK[0])
    end = min(until, limit)
    return end if end > today else None


def offers_other_days(log: Log) -> bool:
    """Whether it is time to ask "choose other dates?": two snoozes in a row."""
    return log.snoozes > 1


def _table(deadline: Deadline) -> list[tuple[date, Stage]]:
    dated = [
        (day, stage)
        for stage in STAGES
        if (day := _day(deadline, stage)) is not None
        and (deadline.first_day is None or day >= deadline.first_day)
    ]
    # In a short cycle half-way may fall behind a fixed stage: the order is that of the days.
    return sorted(dated, key=lambda one: one[0])


def _day(deadline: Deadline, stage: Stage) -> date | None:
    if stage.offset is None:
        return deadline.halfway
    return deadline.last_day + timedelta(days=stage.offset)


def _own(deadline: Deadline, days: Iterable[int]) -> list[tuple[date, Stage]]:
    nearest = sorted({day for day in days if day >= 0})[:MOST_OWN_DAYS]
    sound_from = max(-stage.offset for stage in STAGES if stage.sound and stage.offset is not None)
    return [
        (
            deadline.last_day - timedelta(days=count),
            Stage(
                name=f"D-{count}",
                offset=-count,
                when_open=True,
                when_met=place < MOST_OWN_DAYS_WHEN_MET,
                sound=count <= sound_from,
            ),
        )
        for place, count in reversed(list(enumerate(nearest)))
    ]


def _workday(day: date, deadline: Deadline) -> date:
    over = day.weekday() - SATURDAY
    if over < 0:
        return day
    if day > deadline.last_day:
        return day + timedelta(days=2 - over)
    return day - timedelta(days=1 + over)


def _far_enough(one: date, other: date, deadline: Deadline) -> bool:
    days = sorted((day - deadline.last_day).days for day in (one, other))
    both_in_last_week = LAST_WEEK[0] <= days[0] and days[1] <= LAST_WEEK[1]
    return days[0] != days[1] and (days[1] - days[0] >= WEEK or both_in_last_week)


def _passed(stage: Stage, deadline: Deadline, log: Log, preferences: Preferences) -> bool:
    """Whether this stage, or one after it, has been sent already."""
    names = [one.name for _, one in calendar(deadline, preferences)]
    later = set(names[names.index(stage.name) :])
    return any(sent.stage in later for sent in log.sent)


def _wanted(log: Log, today: date) -> date | None:
    """The day asked for by a snooze or a plan that has come and has not been served."""
    days = [day for day in (log.snoozed_until, log.planned_on) if day is not None and day <= today]
    unserved = [day for day in days if not any(sent.on >= day for sent in log.sent)]
    return max(unserved, default=None)


def _told_last(log: Log, deadline: Deadline, preferences: Preferences) -> Stage | None:
    by_name = {stage.name: stage for _, stage in calendar(deadline, preferences)}
    return by_name.get(log.last.stage) if log.last else None


def _still_matters(deadline: Deadline, today: date) -> bool:
    return today <= deadline.last_day + timedelta(days=STAGES[-1].offset or 0)


def _lapse(stage: Stage) -> int:
    # D+1 means something until D+14 comes; D+14 for a week more, then there is silence.
    following = [one.offset for one in STAGES if one.offset and one.offset > (stage.offset or 0)]
    return min(following) - (stage.offset or 0) - 1 if following else LAPSE_DAYS
