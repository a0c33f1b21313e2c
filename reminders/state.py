"""What a physician's reminders are right now, as one frozen value. Pure.

The records read it (`reminders.answers.read_reminders`), the chat shows it, and what it says of the
days to come is worked out by the same `plan` as `remind --plan` and the real delivery.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import islice

from bot.model import Physician
from bot.rules.calendar import add_months
from bot.rules.person import Rulebook
from reminders.deadlines import credits_open_of, deadlines_of
from reminders.hours import Preferences, inferred_zone, zones_of
from reminders.messages import Message
from reminders.plan import Past, plan
from reminders.stages import LAST_WEEK, Deadline, Log

AHEAD = timedelta(days=366)
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Running:
    """One deadline with what was sent and answered; `closed` where it was called renewed."""

    deadline: Deadline
    log: Log = field(default_factory=Log)
    closed: bool = False

    @property
    def snooze_limit(self) -> date:
        """The latest day a snooze may last to: D-7."""
        return self.deadline.last_day + timedelta(days=LAST_WEEK[0])


@dataclass(frozen=True, slots=True)
class Reminders:
    """All of it; `today` is the physician's local day.

    `zone_said` is False while the zone follows from the first license; `heard_on` is the last day
    with anything unprompted; `missed` counts the days on which a reminder could not reach them,
    because they had blocked the bot.
    """

    today: date | None = None
    preferences: Preferences = field(default_factory=Preferences)
    zone_said: bool = False
    running: tuple[Running, ...] = ()
    heard_on: date | None = None
    missed: int = 0

    def of(self, board: str, last_day: date | None = None) -> Running | None:
        """The running deadline of a board; of several the first due. None for another cycle."""
        found = [
            one
            for one in self.running
            if one.deadline.board == board and last_day in (None, one.deadline.last_day)
        ]
        return min(found, key=lambda one: one.deadline.last_day, default=None)

    def with_log(self, board: str, **changes: object) -> "Reminders":
        """The same with these fields of the board's log changed."""
        return replace(
            self,
            running=tuple(
                replace(one, log=replace(one.log, **changes))  # type: ignore[arg-type]
                if one.deadline.board == board
                else one
                for one in self.running
            ),
        )


def usual(physician: Physician) -> Preferences:
    """The wishes of somebody who said none: the usual ones, in the zone of the first license."""
    return Preferences(inferred_zone(_boards(physician)))


def unasked(physician: Physician, rules: Rulebook, today: date) -> Reminders:
    """The reminders of somebody who has neither wished nor answered anything."""
    running = tuple(Running(one) for one in deadlines_of(physician, rules)(today))
    return Reminders(today, usual(physician), running=running)


def name_of(deadline: Deadline, rules: Rulebook) -> str:
    """`Texas`, `California MD` where a state has two boards, `DEA registration`, `ABIM`."""
    board = rules.boards.get(deadline.board)
    if board is None:
        names = {"dea": "DEA registration", "mate": "MATE Act training"}
        return names.get(deadline.board, deadline.board)
    alone = len(board.license_types) > 1
    return board.jurisdiction_name + ("" if alone else f" {board.license_types[0]}")


def zone_choices(physician: Physician) -> tuple[str, ...]:
    """The zones that the first license's state lies in; several mean: ask."""
    found = (zones_of(board) for board in _boards(physician))
    return next((zones for zones in found if zones), ())


def _boards(physician: Physician) -> tuple[str, ...]:
    """The boards of the licenses, the one that was told first at the head."""
    earliest = sorted(physician.licenses, key=lambda held: held.id or 0)
    return tuple(held.board for held in earliest)


def coming(
    state: Reminders, physician: Physician, rules: Rulebook, most: int = SHOWN
) -> tuple[Message, ...]:
    """The next messages of the coming year if nothing changes."""
    if state.today is None:
        return ()
    today = state.today
    speaking = {one.deadline.key for one in state.running if not one.closed}
    logs = {(one.deadline.key, one.deadline.last_day): one.log for one in state.running}
    stopped = frozenset(one.deadline.key for one in state.running if one.log.stopped)
    heard = state.heard_on
    first = today + timedelta(days=1) if heard is not None and heard >= today else today
    live = deadlines_of(physician, rules)

    def on(day: date) -> Sequence[Deadline]:
        return [one for one in live(day) if one.key in speaking]

    planned = plan(
        on,
        credits_open_of(physician, rules),
        state.preferences,
        first,
        today + AHEAD,
        past=Past(logs, {}, stopped),
    )
    return tuple(islice(planned, most))


def next_last_day(deadline: Deadline, rules: Rulebook) -> date | None:
    """The last day after this one by the board's term; None where no rule tells it."""
    board = rules.boards.get(deadline.board)
    if board is not None:
        months = board.cycle.license_renewal_months
    else:
        months = rules.federal.cycle.length_months if deadline.board == "dea" else None
    return add_months(deadline.last_day, months) if months and deadline.confirms else None
