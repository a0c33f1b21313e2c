"""Reminders of one physician as rows: what may be sent, what was, and what they answered.

Nothing here commits. A row goes planned -> claimed -> sending -> sent, and `sending` is stored
before Telegram is called: what a crash leaves in it becomes `unknown` and is never sent again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.store.once import INSERTS
from bot.store.reminder_tables import (
    DeadlineRow,
    ReminderPaceRow,
    ReminderRow,
    ReminderWishRow,
)
from bot.store.tables import PhysicianRow

D: Any = sa.inspect(DeadlineRow).local_table.c
R: Any = sa.inspect(ReminderRow).local_table.c
W: Any = sa.inspect(ReminderWishRow).local_table.c

TOLD = ("sending", "sent", "unknown")
"""States of what reached the physician, or may have."""

LEASE = timedelta(minutes=5)
"""So long a worker may keep what it took; then it is taken for dead."""


@dataclass(frozen=True, slots=True)
class Wake:
    """A reason to look at a physician at an instant: a stage come due, a snooze over."""

    physician_id: int
    board: str
    last_day: date
    stage: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that this worker, and no other, is to decide on."""

    id: int
    physician_id: int
    board: str
    last_day: date
    stage: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One stage that was sent, or may have been, and the local day of it."""

    board: str
    last_day: date
    stage: str
    day: date


@dataclass(frozen=True, slots=True)
class Cycle:
    """A deadline as it is to be stored."""

    board: str
    holder: str
    last_day: date
    halfway: date | None
    license_id: int | None = None
    seen: date | None = None


# ── planned -> claimed ──────────────────────────────────────────────────────────────────────


def wake(session: Session, wakes: Sequence[Wake]) -> int:
    """Plan these; what exists already under the same key stays as it is. The number of new rows."""
    if not wakes:
        return 0
    insert = INSERTS[session.get_bind().dialect.name]
    rows = [
        {
            "physician_id": one.physician_id,
            "board": one.board,
            "last_day": one.last_day,
            "stage": one.stage,
            "due_at": one.due_at,
            "state": "planned",
            "attempts": 0,
        }
        for one in wakes
    ]
    before = session.execute(sa.select(sa.func.max(R.id))).scalar() or 0
    session.execute(insert(ReminderRow).on_conflict_do_nothing(), rows)
    added = sa.select(sa.func.count()).where(R.id > before)
    return session.execute(added).scalar() or 0


def wake_again(session: Session, one: Wake) -> None:
    """Plan this even if it was planned and cancelled before, as the physician asked for it."""
    if not wake(session, [one]):
        session.execute(
            sa.update(ReminderRow)
            .where(
                R.physician_id == one.physician_id,
                R.board == one.board,
                R.last_day == one.last_day,
                R.stage == one.stage,
                R.state.not_in(TOLD),
            )
            .values(state="planned", due_at=one.due_at, claimed_at=None, settled_at=None)
        )


def take_pace(session: Session, now: datetime, wanted: int, per_second: int) -> int:
    """How many of `wanted` this worker may take in the present second, all workers together."""
    row = session.get(ReminderPaceRow, 1, with_for_update=True)
    second = int(now.timestamp())
    if row is None:
        row = ReminderPaceRow(id=1, second=second, taken=0)
        session.add(row)
    if row.second != second:
        row.second, row.taken = second, 0
    given = max(0, min(wanted, per_second - row.taken))
    row.taken += given
    session.flush()
    return given


def claim(
    session: Session, now: datetime, limit: int, minutes: Mapping[str, int]
) -> tuple[Claim, ...]:
    """Take up to `limit` rows that are due, the earliest deadline first.

    `minutes` is the local minute of the day in each zone, for leaving out who is asleep.
    """
    if limit <= 0 or not minutes:
        return ()
    minute = sa.case(minutes, value=W.zone, else_=0)
    asleep = sa.case(
        (W.quiet_from <= W.quiet_until, minute.between(W.quiet_from, W.quiet_until - 1)),
        else_=sa.or_(minute >= W.quiet_from, minute < W.quiet_until),
    )
    found = (
        sa.select(R.id)
        .join(ReminderWishRow, W.physician_id == R.physician_id)
        .where(R.state == "planned", R.due_at <= now, ~asleep)
        .order_by(R.last_day, R.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=ReminderRow)
    )
    ids = list(session.execute(found).scalars())
    session.execute(
        sa.update(ReminderRow).where(R.id.in_(ids)).values(state="claimed", claimed_at=now)
    )
    rows = session.exec(
        select(ReminderRow).where(R.id.in_(ids)).order_by(R.last_day, R.due_at, R.id)
    )
    return tuple(_claim(row) for row in rows)


def due_besides(session: Session, physician_id: int, now: datetime) -> tuple[Claim, ...]:
    """What else is due for this physician; it is decided together with what was claimed."""
    rows = session.exec(
        select(ReminderRow).where(
            R.physician_id == physician_id,
            R.state.in_(("planned", "claimed")),
            R.due_at <= now,
        )
    )
    return tuple(_claim(row) for row in rows)


def waiting(session: Session, physician_id: int, now: datetime) -> tuple[Claim, ...]:
    """What is planned for this physician and not due yet."""
    rows = session.exec(
        select(ReminderRow).where(
            R.physician_id == physician_id, R.state == "planned", R.due_at > now
        )
    )
    return tuple(_claim(row) for row in rows)


def _claim(row: ReminderRow) -> Claim:
    assert row.id is not None
    return Claim(row.id, row.physician_id, row.board, row.last_day, row.stage, row.due_at)


def zones_in_use(session: Session) -> tuple[str, ...]:
    """The zones that somebody lives in."""
    return tuple(session.execute(sa.select(W.zone).distinct()).scalars())


def give_back(session: Session, now: datetime) -> tuple[int, int]:
    """Settle what dead workers left: (claimed rows planned again, sending rows now unknown)."""
    stale = sa.and_(R.claimed_at.is_not(None), R.claimed_at < now - LEASE)
    again = session.execute(
        sa.update(ReminderRow)
        .where(R.state == "claimed", stale)
        .values(state="planned", claimed_at=None)
    )
    lost = session.execute(
        sa.update(ReminderRow)
        .where(R.state == "sending", stale)
        .values(state="unknown", settled_at=now, reason="the process ended while it was sent")
    )
    return _count(again), _count(lost)


# ── claimed -> sending ──────────────────────────────────────────────────────────────────────


def mark_sending(
    session: Session, keys: Sequence[tuple[str, date, str]], claim_: Claim, now: datetime, day: date
) -> tuple[int, ...] | None:
    """Store that these (board, last day, stage) are being sent; their ids.

    None, and nothing may be sent, where one of them was sent before.
    """
    mine = [
        sa.and_(
            R.physician_id == claim_.physician_id,
            R.board == board,
            R.last_day == last_day,
            R.stage == stage,
        )
        for board, last_day, stage in keys
    ]
    told_before = sa.select(R.id).where(sa.or_(*mine), R.state.in_(TOLD)).limit(1)
    if session.execute(told_before).first() is not None:
        return None
    due_at = claim_.due_at
    wake(session, [Wake(claim_.physician_id, *key, due_at) for key in keys])
    changed = session.execute(
        sa.update(ReminderRow)
        .where(sa.or_(*mine))
        .values(state="sending", claimed_at=now, day=day, reason=None, settled_at=None)
        .returning(R.id)
    )
    return tuple(changed.scalars())


def postpone(session: Session, ids: Iterable[int], due_at: datetime, reason: str) -> None:
    """Look again at this instant."""
    session.execute(
        sa.update(ReminderRow)
        .where(R.id.in_(list(ids)), R.state.not_in(TOLD))
        .values(state="planned", claimed_at=None, due_at=due_at, reason=reason)
    )


def cancel(session: Session, ids: Iterable[int], now: datetime, reason: str) -> None:
    """Nothing is to be said at this stage any more."""
    session.execute(
        sa.update(ReminderRow)
        .where(R.id.in_(list(ids)), R.state.not_in(TOLD))
        .values(state="cancelled", settled_at=now, reason=reason)
    )


# ── sending -> settled ──────────────────────────────────────────────────────────────────────


def settle(
    session: Session,
    ids: Iterable[int],
    state: str,
    now: datetime,
    *,
    reason: str | None = None,
    message_id: int | None = None,
) -> None:
    """It was `sent`, or is `unknown`, `failed` or `blocked` for ever."""
    session.execute(
        sa.update(ReminderRow)
        .where(R.id.in_(list(ids)), R.state == "sending")
        .values(state=state, settled_at=now, reason=reason, message_id=message_id)
    )


def not_sent(
    session: Session,
    physician_id: int,
    ids: Iterable[int],
    due_at: datetime,
    reason: str,
    *,
    give_up: int,
) -> None:
    """It surely did not go out, and waits; nobody heard anything on that day.

    After `give_up` attempts it has failed.
    """
    tried = R.attempts + 1
    session.execute(
        sa.update(ReminderRow)
        .where(R.id.in_(list(ids)), R.state == "sending")
        .values(
            state=sa.case((tried >= give_up, "failed"), else_="planned"),
            claimed_at=None,
            day=None,
            due_at=due_at,
            reason=reason,
            attempts=tried,
        )
    )
    last = sa.select(sa.func.max(R.day)).where(R.physician_id == physician_id, R.state.in_(TOLD))
    session.execute(
        sa.update(ReminderWishRow)
        .where(W.physician_id == physician_id)
        .values(heard_on=last.scalar_subquery())
    )


def drop_blocked(session: Session, physician_id: int, ids: Iterable[int], now: datetime) -> None:
    """The physician blocked the bot: what is due now is lost; the rest is looked at in its time."""
    settle(session, ids, "blocked", now, reason="blocked by the physician")
    session.execute(
        sa.update(ReminderRow)
        .where(
            R.physician_id == physician_id,
            R.state.in_(("planned", "claimed")),
            R.due_at <= now,
        )
        .values(state="blocked", settled_at=now, reason="blocked by the physician")
    )


def missed_while_blocked(session: Session, physician_id: int, since: datetime) -> tuple[Told, ...]:
    """What would have been told since then, for the next `/start`; the nearest deadline first."""
    rows = session.exec(
        select(ReminderRow)
        .where(
            R.physician_id == physician_id,
            R.state == "blocked",
            R.settled_at >= since,
        )
        .order_by(R.last_day, R.due_at)
    )
    return tuple(Told(row.board, row.last_day, row.stage, row.due_at.date()) for row in rows)


# ── what a physician was told and answered ──────────────────────────────────────────────────


def told(session: Session, physician_id: int) -> tuple[Told, ...]:
    """Everything sent, or perhaps sent, to this physician; the oldest first."""
    rows = session.execute(
        sa.select(R.board, R.last_day, R.stage, R.day)
        .where(R.physician_id == physician_id, R.state.in_(TOLD), R.day.is_not(None))
        .order_by(R.day, R.id)
    )
    return tuple(Told(*row) for row in rows)


def wishes(session: Session, physician_id: int, *, locked: bool = False) -> ReminderWishRow | None:
    """The physician's wishes; `locked` keeps other workers away from this physician."""
    return session.get(ReminderWishRow, physician_id, with_for_update=locked)


def cycles(session: Session, physician_id: int) -> tuple[DeadlineRow, ...]:
    """The deadlines on file for a physician with what was answered to them."""
    return tuple(session.exec(select(DeadlineRow).where(D.physician_id == physician_id)))


def keep_cycles(session: Session, physician_id: int, found: Sequence[Cycle]) -> None:
    """Bring a physician's deadlines on file up to date; those not found any more go.

    A new last day forgets the snooze and the planned day of the cycle before.
    """
    known = {(row.board, row.holder): row for row in cycles(session, physician_id)}
    for one in found:
        row = known.pop((one.board, one.holder), None)
        if row is None:
            row = DeadlineRow(physician_id=physician_id, board=one.board, holder=one.holder)
            session.add(row)
        if row.last_day != one.last_day:
            row.snoozed_until = row.planned_on = row.planned_minute = None
            row.snoozes = 0
            row.fresh = True
        row.last_day, row.halfway = one.last_day, one.halfway
        row.license_id, row.seen = one.license_id, one.seen
    for row in known.values():
        session.delete(row)
    session.flush()


def unrefined(session: Session, limit: int) -> tuple[int, ...]:
    """Physicians whose deadlines were not yet worked out from their whole record."""
    found = sa.select(W.physician_id).where(~W.refined).order_by(W.physician_id).limit(limit)
    return tuple(session.execute(found).scalars())


def mark_refined(session: Session, ids: Sequence[int], *, refined: bool = True) -> None:
    session.execute(
        sa.update(ReminderWishRow).where(W.physician_id.in_(ids)).values(refined=refined)
    )


# ── for the operator ────────────────────────────────────────────────────────────────────────


def counts(session: Session, since: datetime, until: datetime) -> Mapping[str, int]:
    """How many reminders ended in each state between two instants, and how many still wait."""
    settled = sa.and_(R.settled_at >= since, R.settled_at < until)
    waiting = sa.and_(R.state.in_(("planned", "claimed", "sending")), R.due_at < until)
    rows = session.execute(
        sa.select(R.state, sa.func.count()).where(sa.or_(settled, waiting)).group_by(R.state)
    )
    found = {state: count for state, count in rows}  # noqa: C416 - rows are not pairs to dict()
    # A reminder that had to be tried again did not come when it should have.
    late = sa.select(sa.func.count()).where(settled, R.state == "sent", R.attempts > 0)
    found["late"] = session.execute(late).scalar() or 0
    return found


def tidy(session: Session, before: date) -> int:
    """Forget reminders of cycles that ended before a day; their keys cannot come again."""
    return _count(session.execute(sa.delete(ReminderRow).where(R.last_day < before)))


def physician_ids(session: Session, chat_ids: Sequence[int]) -> Mapping[int, int]:
    """Physicians by chat."""
    rows = session.execute(
        sa.select(col(PhysicianRow.chat_id), col(PhysicianRow.id)).where(
            col(PhysicianRow.chat_id).in_(chat_ids)
        )
    )
    return {chat_id: physician_id for chat_id, physician_id in rows if physician_id}


def _count(result: Any) -> int:
    return max(0, int(result.rowcount))
