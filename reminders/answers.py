"""What a physician's answer to a reminder changes in the records; in the turn's own transaction.

`board` is a board's id or a duty's (`us-tx`, `ABIM`, `dea`, `mate`). Where a function names a
board the physician does not hold, nothing changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlmodel import Session

from bot.model import (
    AnswerReminder,
    Change,
    ChangeProfile,
    ChangeReminderWishes,
    KeepCertification,
    KeepLicense,
    Physician,
    RemoveCertification,
    RemoveLicense,
    SetFact,
)
from bot.rules.person import Rulebook
from bot.store import reminders as store
from bot.store.physicians import physician_of
from bot.store.reminder_tables import DeadlineRow, ReminderWishRow
from reminders.deadlines import deadlines_of
from reminders.decision import is_closed, log_of, refresh
from reminders.hours import Preferences, local_day, moment
from reminders.planner import minute_of, wishes_of
from reminders.stages import Deadline, Log, offers_other_days, snooze_end
from reminders.state import Reminders, Running, usual

WOKEN = "wake@"
"""Key of the row that wakes the delivery on a day the physician asked for."""
HOLDING = (
    KeepLicense,
    RemoveLicense,
    KeepCertification,
    RemoveCertification,
    ChangeProfile,
    SetFact,
)
"""Changes that may move a deadline."""


@dataclass(frozen=True, slots=True)
class Answering:
    """One physician at one instant, inside the transaction of the turn that answers."""

    session: Session
    physician: Physician
    rules: Rulebook
    now: datetime

    @property
    def preferences(self) -> Preferences:
        """The physician's wishes; those of a newcomer follow from the first license."""
        row = store.wishes(self.session, self.physician.id)
        return wishes_of(row) if row else usual(self.physician)

    @property
    def today(self) -> date:
        """The physician's local day."""
        return local_day(self.now, self.preferences)


@dataclass(frozen=True, slots=True)
class Snoozed:
    """The day a snoozed message comes back, and whether to ask "choose other dates?" now."""

    until: date
    offer_other_days: bool


def change_wishes(
    at: Answering,
    *,
    zone: str | None = None,
    quiet: tuple[time, time] | None = None,
    hour: time | None = None,
    days: Sequence[int] | None = None,
    usual_days: bool = False,
    weekends: bool | None = None,
    stopped: bool | None = None,
) -> Preferences:
    """Change what is given, leave the rest; `usual_days` goes back from own days to the table."""
    row = wish_row(at)
    if zone is not None:
        row.zone, row.zone_said = zone, True
    if quiet is not None:
        row.quiet_from, row.quiet_until = (minute_of(end) for end in quiet)
    if hour is not None:
        row.minute = minute_of(hour)
    if days is not None:
        row.days = ",".join(str(day) for day in sorted(set(days), reverse=True))
    if usual_days:
        row.days = None
    if weekends is not None:
        row.weekends = weekends
    if stopped is not None:
        row.stopped = stopped
    at.session.flush()
    return wishes_of(row)


def snooze(at: Answering, board: str, until: date) -> Snoozed | None:
    """Keep quiet about a board until a day, at most until D-7; None where it is too late for it."""
    found = _found(at, board)
    if found is None:
        return None
    deadline, row = found
    end = snooze_end(deadline, until, at.today)
    if end is None:
        return None
    row.snoozed_until, row.answered_on = end, at.today
    row.snoozes += 1
    _wake(at, deadline, moment(end, at.preferences))
    return Snoozed(end, offers_other_days(Log(snoozes=row.snoozes)))


def plan_a_day(at: Answering, board: str, on: date, hour: time) -> datetime | None:
    """Remind on that day at that hour besides the stages; the aware local time it comes at.

    None where that time is over or nothing is due. An hour in the quiet hours moves to their end.
    """
    found = _found(at, board)
    comes = moment(on, at.preferences, hour)
    if found is None or comes <= at.now:
        return None
    deadline, row = found
    row.planned_on, row.planned_minute, row.answered_on = on, minute_of(hour), at.today
    row.snoozes = 0
    _wake(at, deadline, comes)
    return comes


def acknowledge(at: Answering, board: str) -> None:
    """The physician answered: this ends the stage, not the series."""
    found = _found(at, board)
    if found is not None:
        found[1].answered_on = at.today
        found[1].snoozes = 0


def renewed(at: Answering, board: str) -> Deadline | None:
    """Nothing more is said of the running cycle; the cycle closed, None where there is none.

    The next one begins by itself as soon as the new last day is on the license (or the DEA
    registration). A DEA renewal closes the MATE training with it, as it cannot be filed without.
    """
    closed = None
    for one in _with_training(board):
        found = _found(at, one)
        if found is not None:
            deadline, row = found
            row.closed_day, row.answered_on, row.snoozes = deadline.last_day, at.today, 0
            closed = closed or deadline
    return closed


def reopen(at: Answering, board: str) -> None:
    """Take back "renewed" or "stop"; what was sent stays sent."""
    for row in store.cycles(at.session, at.physician.id):
        if row.board in _with_training(board):
            row.closed_day, row.stopped, row.fresh = None, False, True


def stop(at: Answering, board: str | None) -> None:
    """No more reminders for a board, in any cycle; without a board, for nothing at all."""
    if board is None:
        wish_row(at).stopped = True
        return
    found = _found(at, board)
    if found is not None:
        found[1].stopped = True


def changed(at: Answering) -> None:
    """The record has changed (a license, a certificate, the DEA date): so may the deadlines."""
    wish_row(at)
    refresh(at.session, at.physician, deadlines_of(at.physician, at.rules)(at.today))


def read_reminders(
    session: Session, physician: Physician, rules: Rulebook, now: datetime
) -> Reminders:
    """What the chat may know of a physician's reminders; only reads."""
    if not physician.id:
        return Reminders(today=local_day(now, Preferences()))
    row = store.wishes(session, physician.id)
    preferences = wishes_of(row) if row else usual(physician)
    today = local_day(now, preferences)
    rows = {(one.board, one.holder): one for one in store.cycles(session, physician.id)}
    told = store.told(session, physician.id)
    running = tuple(
        Running(deadline, log_of(deadline, rows.get(deadline.key), told), is_closed(deadline, rows))
        for deadline in deadlines_of(physician, rules)(today)
    )
    since = physician.blocked_at
    missed = store.missed_while_blocked(session, physician.id, since) if since else ()
    return Reminders(
        today=today,
        preferences=preferences,
        zone_said=bool(row and row.zone_said),
        running=running,
        heard_on=row.heard_on if row else None,
        missed=len({one.day for one in missed}),
    )


def carry_out(
    session: Session, chat_id: int, changes: Sequence[Change], rules: Rulebook, now: datetime
) -> None:
    """Those of a turn's changes that concern reminders, in the turn's own transaction."""
    physician = physician_of(session, chat_id)
    if not physician.id:
        return
    at = Answering(session, physician, rules, now)
    newcomer = not store.cycles(session, physician.id)
    for change in changes:
        match change:
            case ChangeReminderWishes(wanted):
                _change_wishes(at, wanted)
            case AnswerReminder():
                _answer(at, change)
            case _:
                continue
    if any(isinstance(change, HOLDING) for change in changes):
        changed(at)
        row = wish_row(at)
        if not row.zone_said:
            row.zone = usual(physician).zone
        if newcomer and store.cycles(session, physician.id):
            # Who has just told of a first license needs no message about it on the same day.
            row.heard_on = at.today
    session.flush()


def _change_wishes(at: Answering, wanted: Mapping[str, Any]) -> None:
    named = dict(wanted)
    usual_days = "days" in named and named["days"] is None
    if usual_days:
        del named["days"]
    before = at.preferences
    after = change_wishes(at, usual_days=usual_days, **named)
    # What was planned under other wishes is looked at again under these.
    for row in store.cycles(at.session, at.physician.id):
        row.fresh = True
    for claim in store.waiting(at.session, at.physician.id, at.now):
        if not claim.stage.startswith(WOKEN):
            due_at = moment(local_day(claim.due_at, before), after).astimezone(UTC)
            store.postpone(at.session, (claim.id,), due_at, "other wishes")


def _answer(at: Answering, change: AnswerReminder) -> None:
    """Heeded only for the cycle that it names; an answer to an earlier one changes nothing."""
    if change.answer in ("renewed", "reopened", "resumed"):
        _close(at, change)
        return
    found = _found(at, change.board)
    if found is None or found[0].last_day != change.last_day:
        return
    match change.answer:
        case "heard":
            acknowledge(at, change.board)
        case "snoozed" if change.day is not None:
            snooze(at, change.board, change.day)
        case "planned" if change.day is not None and change.hour is not None:
            plan_a_day(at, change.board, change.day, change.hour)
        case "stopped":
            stop(at, change.board)
        case _:
            return


def _close(at: Answering, change: AnswerReminder) -> None:
    """The license may have its new end date in this very turn: the closed day is the change's."""
    refresh(at.session, at.physician, deadlines_of(at.physician, at.rules)(at.today))
    for row in store.cycles(at.session, at.physician.id):
        if row.board not in _with_training(change.board):
            continue
        if change.answer == "renewed":
            row.closed_day, row.answered_on, row.snoozes = change.last_day, at.today, 0
        elif change.answer == "reopened":
            row.closed_day, row.fresh = None, True
        elif row.board == change.board:
            row.stopped, row.fresh = False, True


def _with_training(board: str) -> tuple[str, ...]:
    return ("dea", "mate") if board == "dea" else (board,)


def _found(at: Answering, board: str) -> tuple[Deadline, DeadlineRow] | None:
    """The deadline of a board with its row; the one that is due first where there are several."""
    deadlines = deadlines_of(at.physician, at.rules)(at.today)
    refresh(at.session, at.physician, deadlines)
    rows = {(row.board, row.holder): row for row in store.cycles(at.session, at.physician.id)}
    mine = sorted((one for one in deadlines if one.board == board), key=lambda one: one.last_day)
    return (mine[0], rows[mine[0].key]) if mine else None


def _wake(at: Answering, deadline: Deadline, comes: datetime) -> None:
    stage = f"{WOKEN}{comes.date().isoformat()}"
    wake = store.Wake(
        at.physician.id, deadline.board, deadline.last_day, stage, comes.astimezone(UTC)
    )
    store.wake_again(at.session, wake)


def wish_row(at: Answering) -> ReminderWishRow:
    """The row of the physician's wishes, made with the usual ones if there was none."""
    row = store.wishes(at.session, at.physician.id)
    if row is None:
        row = ReminderWishRow(physician_id=at.physician.id, zone=usual(at.physician).zone)
        at.session.add(row)
        at.session.flush()
    return row
