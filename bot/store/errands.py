"""Errands: what is to be asked of the outside world, stored with the turn that wants it.

An errand that a worker has claimed is leased for a while; if the worker dies, another one runs it
again. So runners must bear being run twice. What comes of an errand goes into the chat's inbox in
the same transaction that settles the errand, and so is told exactly once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.model import RunErrand
from bot.store import inbox
from bot.store.errand_tables import ErrandRow
from bot.store.sealed import vault_of

FIRST_NUMBER = -(2**62)
TOLD_BITS = 20
"""Results share the inbox with Telegram's updates: their numbers are negative, so that none can
be one of Telegram's, and grow with the errand and with what it has told.
"""


@dataclass(frozen=True, slots=True)
class Errand:
    """An errand that is due, as its runner sees it.

    `attempts` counts runs that failed or asked to be run again; `revision` tells a newer errand
    under the same key from this one.
    """

    id: int
    chat_id: int | None
    dialog: str
    name: str
    values: Mapping[str, Any]
    created_at: datetime
    attempts: int
    revision: int


def put_errand(session: Session, chat_id: int | None, wanted: RunErrand, now: datetime) -> None:
    """Store an errand; one that waits under the same key is replaced."""
    content = vault_of(session).seal(dict(wanted.values))
    due = wanted.due_at or now
    row = _waiting(session, wanted.key) if wanted.key else None
    if row is None:
        session.add(
            ErrandRow(
                chat_id=chat_id,
                dialog=wanted.dialog,
                name=wanted.name,
                key=wanted.key,
                created_at=now,
                due_at=due,
                outlives=wanted.outlives,
                content=content,
            )
        )
    else:
        row.chat_id, row.dialog, row.name = chat_id, wanted.dialog, wanted.name
        row.created_at, row.due_at, row.content = now, due, content
        row.attempts, row.leased_until = 0, None
        row.revision += 1
    session.flush()


def drop_errand(session: Session, key: str, now: datetime) -> None:
    """The errand that waits under a key is not run any more."""
    session.execute(
        sa.update(ErrandRow)
        .where(col(ErrandRow.key) == key, col(ErrandRow.state) == "waiting")
        .values(state="dropped", settled_at=now, content=None)
    )


def waiting_errand(session: Session, key: str) -> Errand | None:
    """The errand that waits under a key."""
    row = _waiting(session, key)
    return _errand(session, row) if row else None


def waiting_keys(session: Session, name: str) -> frozenset[str]:
    """The keys under which errands of a name wait."""
    wanted = select(ErrandRow.key).where(ErrandRow.name == name, ErrandRow.state == "waiting")
    return frozenset(key for key in session.exec(wanted) if key)


def claim_errands(
    session: Session, now: datetime, lease: timedelta, limit: int
) -> tuple[Errand, ...]:
    """Errands that are due and that nobody runs, leased to the caller, the longest due first."""
    free = sa.or_(col(ErrandRow.leased_until).is_(None), col(ErrandRow.leased_until) < now)
    rows = session.exec(
        select(ErrandRow)
        .where(ErrandRow.state == "waiting", ErrandRow.due_at <= now, free)
        .order_by(col(ErrandRow.due_at), col(ErrandRow.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.leased_until = now + lease
    session.flush()
    return tuple(_errand(session, row) for row in rows)


def settle_errand(
    session: Session,
    errand: Errand,
    now: datetime,
    *,
    result: Mapping[str, Any] | None = None,
    failed: bool = False,
) -> bool:
    """It is over, and what came of it goes to its chat; False where it was replaced meanwhile."""
    row = _mine(session, errand)
    if row is None:
        return False
    row.state, row.settled_at = "failed" if failed else "done", now
    row.leased_until, row.content = None, None
    _tell(session, row, result, now)
    session.flush()
    return True


def run_again(
    session: Session,
    errand: Errand,
    due_at: datetime,
    now: datetime,
    *,
    values: Mapping[str, Any] | None = None,
    result: Mapping[str, Any] | None = None,
) -> bool:
    """It is run again later, perhaps with other values; what is known so far goes to its chat."""
    row = _mine(session, errand)
    if row is None:
        return False
    row.due_at, row.leased_until = due_at, None
    row.attempts += 1
    if values is not None:
        row.content = vault_of(session).seal(dict(values))
    _tell(session, row, result, now)
    session.flush()
    return True


def erase_errands(session: Session, chat_id: int) -> None:
    """What a chat has waiting goes; what somebody else waits for stays, untied from the chat."""
    mine = col(ErrandRow.chat_id) == chat_id
    session.execute(sa.delete(ErrandRow).where(mine, col(ErrandRow.outlives).is_(False)))
    session.execute(sa.update(ErrandRow).where(mine).values(chat_id=None))


def due_count(session: Session, now: datetime) -> int:
    """How many errands are due, those under way included."""
    return session.exec(
        select(sa.func.count())
        .select_from(ErrandRow)
        .where(ErrandRow.state == "waiting", ErrandRow.due_at <= now)
    ).one()


def begun_since(session: Session, chat_id: int, name: str, since: datetime) -> int:
    """How many errands of a name a chat has sent out since an instant, whatever came of them."""
    return session.exec(
        select(sa.func.count())
        .select_from(ErrandRow)
        .where(ErrandRow.chat_id == chat_id, ErrandRow.name == name, ErrandRow.created_at > since)
    ).one()


def tidy_errands(session: Session, before: datetime) -> int:
    """Forget what was settled long ago."""
    gone = session.execute(
        sa.delete(ErrandRow)
        .where(col(ErrandRow.state) != "waiting", col(ErrandRow.settled_at) < before)
        .returning(col(ErrandRow.id))
    )
    return len(gone.all())


def _waiting(session: Session, key: str | None) -> ErrandRow | None:
    wanted = select(ErrandRow).where(ErrandRow.key == key, ErrandRow.state == "waiting")
    return session.exec(wanted.with_for_update()).first()


def _mine(session: Session, errand: Errand) -> ErrandRow | None:
    """The row, if it is still the errand that was run."""
    wanted = select(ErrandRow).where(ErrandRow.id == errand.id).with_for_update()
    row = session.exec(wanted).first()
    current = row and row.state == "waiting" and row.revision == errand.revision
    return row if current else None


def _tell(
    session: Session, row: ErrandRow, result: Mapping[str, Any] | None, now: datetime
) -> None:
    if result is None or row.chat_id is None:
        return
    assert row.id is not None
    number = FIRST_NUMBER + (row.id << TOLD_BITS) + row.told
    row.told += 1
    payload = {"errand": row.name, "dialog": row.dialog, "result": dict(result)}
    inbox.receive(session, number, row.chat_id, payload, now)


def _errand(session: Session, row: ErrandRow) -> Errand:
    assert row.id is not None
    return Errand(
        id=row.id,
        chat_id=row.chat_id,
        dialog=row.dialog,
        name=row.name,
        values=vault_of(session).unseal(row.content) if row.content else {},
        created_at=row.created_at,
        attempts=row.attempts,
        revision=row.revision,
    )
