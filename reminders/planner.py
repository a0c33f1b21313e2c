"""Planning a day for everybody: which stage of which deadline wakes the delivery, and when.

What is planned is a call to look again, not a promise to send: the delivery works out the state,
the caps and the digest at sending, from the same pure functions as `remind --plan`. Planning may
therefore be repeated, interrupted or done by two workers at once; the unique key of a reminder
makes the second one find nothing to do.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.rules.calendar import window_start
from bot.rules.schema import Board
from bot.store import reminder_bulk as bulk
from bot.store import reminders as store
from bot.store.engine import Records
from bot.store.reminder_bulk import Hours, Term, Window
from bot.store.reminder_tables import DeadlineRow, ReminderWishRow
from reminders.hours import FALLBACK_ZONE, Preferences, moment, zones_of
from reminders.stages import LAPSE_DAYS, STAGES, Deadline, Phase, present

AHEAD = timedelta(hours=12)
"""The day that begins within these hours somewhere in the US is planned; Guam is the first."""
MINUTES = 60
FARTHEST = timedelta(days=730)
"""No own day lies further before a deadline."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What one run did: rows of deadlines and wishes brought up to date, and reminders planned."""

    deadlines: int
    wishes: int
    reminders: int


def plan_day(
    records: Records, boards: Mapping[str, Board], day: date, *, only_fresh: bool = False
) -> Planned:
    """Plan everything that is due on a day for everybody; may be repeated at will.

    `only_fresh` looks only at deadlines that changed since the last run.
    """
    with records.reading() as session:
        ends = bulk.ends_without_cycle(session)
    deadlines = bulk.keep_terms(records, tuple(terms(boards, ends)))
    zones = {board: found[0] for board in boards if (found := zones_of(board))}
    wishes = bulk.keep_wishes(records, zones, FALLBACK_ZONE)
    with records.reading() as session:
        hours = bulk.hours_in_use(session)
    starts = {one: morning(one, day) for one in hours}
    planned = bulk.plan_stages(records, windows(day), starts, only_fresh=only_fresh)
    return Planned(deadlines, wishes, planned + _plan_own_days(records, day, starts))


def day_to_plan(now: datetime) -> date:
    """The newest day that has begun, or soon begins, in some zone."""
    return (now.astimezone(UTC) + AHEAD).date()


def terms(boards: Mapping[str, Board], ends: Sequence[tuple[str, date]]) -> Iterator[Term]:
    """The cycle behind an end date, where it follows from the date alone.

    For other boards (a CME period of its own, counted from the first license) the end of the
    license stands in until the whole record has been looked at.
    """
    for board_id, expires in ends:
        board = boards.get(board_id)
        months = board.cycle.credit_window_months if board else None
        first_day = window_start(expires, months) if months else None
        yield Term(board_id, expires, expires, Deadline(board_id, expires, first_day).halfway)


def windows(day: date) -> tuple[Window, ...]:
    """For each stage the last days of the cycles in which it is the present one on this day."""
    dated = [stage for stage in STAGES if stage.offset is not None]
    found = []
    for place, stage in enumerate(dated):
        offset = stage.offset or 0
        until = dated[place + 1].offset if place + 1 < len(dated) else offset + LAPSE_DAYS + 1
        # On `day`, D + offset has come and the next stage's day has not.
        newest = day - timedelta(days=offset)
        oldest = day - timedelta(days=(until or 0) - 1)
        found.append(Window(stage.name, oldest, newest))
    first = dated[0]
    before = day - timedelta(days=(first.offset or 0) - 1)
    found.append(Window(STAGES[0].name, before, date.max.replace(year=9998), halfway_by=day))
    return tuple(found)


def morning(hours: Hours, day: date) -> datetime:
    """When the day's reminders begin for people with these hours, in UTC."""
    return moment(day, preferences_of(hours)).astimezone(UTC)


def preferences_of(hours: Hours) -> Preferences:
    """Hours as they are stored, as preferences."""
    return Preferences(
        zone=hours.zone,
        quiet=(clock(hours.quiet_from), clock(hours.quiet_until)),
        hour=clock(hours.minute),
    )


def clock(minute: int) -> time:
    """The time of day so many minutes after midnight."""
    return time(minute // MINUTES, minute % MINUTES)


def minute_of(at: time) -> int:
    """Minutes after midnight."""
    return at.hour * MINUTES + at.minute


def wishes_of(row: ReminderWishRow) -> Preferences:
    """A physician's wishes as they are stored, as preferences."""
    days = tuple(int(day) for day in row.days.split(",")) if row.days else None
    return Preferences(
        zone=row.zone,
        quiet=(clock(row.quiet_from), clock(row.quiet_until)),
        hour=clock(row.minute),
        days=days,
        weekends=row.weekends,
        stopped=row.stopped,
    )


def _plan_own_days(records: Records, day: date, starts: Mapping[Hours, datetime]) -> int:
    """Whoever chose days of their own, one by one: few do."""
    with records.reading() as session:
        found = [
            store.Wake(row.physician_id, row.board, last_day, stage, due_at)
            for wish, row in bulk.with_own_days(
                session, day - timedelta(days=LAPSE_DAYS + 14), day + FARTHEST
            )
            if (last_day := row.last_day) is not None
            and (stage := _own_stage(wish, row, day)) is not None
            and (due_at := starts.get(_hours_of(wish))) is not None
        ]
    return _in_slices(records, found, store.wake)


def _own_stage(wish: ReminderWishRow, row: DeadlineRow, day: date) -> str | None:
    assert row.last_day is not None
    first_day = None
    if row.halfway is not None:
        # Only the half of the cycle is stored, and it is all that the calendar needs of it.
        first_day = row.halfway - (row.last_day - row.halfway)
    deadline = Deadline(row.board, row.last_day, first_day, row.holder)
    stage = present(deadline, Phase.CREDITS_OPEN, wishes_of(wish), day)
    return stage.name if stage else None


def _hours_of(wish: ReminderWishRow) -> Hours:
    return Hours(wish.zone, wish.quiet_from, wish.quiet_until, wish.minute)


def _in_slices(
    records: Records,
    found: Sequence[store.Wake],
    write: Callable[..., int],
) -> int:
    written = 0
    for start in range(0, len(found), bulk.SLICE):
        with records.writing() as session:
            written += write(session, found[start : start + bulk.SLICE])
    return written
