"""Updates of Telegram as they came in: stored before they are acknowledged, done once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.store.once import insert_once
from bot.store.sealed import vault_of
from bot.store.tables import InboxRow

ERASED = 0
"""The chat of a bare row whose person was erased; no chat of Telegram has this number."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that has not been answered; `payload` as the Bot API gave it."""

    update_id: int
    chat_id: int
    received_at: datetime
    restarts: int
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Leftover:
    """Where an update belongs that nobody finished, and how many restarts it has seen."""

    chat_id: int
    restarts: int


def receive(
    session: Session, update_id: int, chat_id: int, payload: Mapping[str, Any], now: datetime
) -> bool:
    """Store an update; False where it had been delivered before."""
    values = {
        "update_id": update_id,
        "chat_id": chat_id,
        "received_at": now,
        "state": "waiting",
        "restarts": 0,
        "payload": vault_of(session).seal(payload),
    }
    return insert_once(session, InboxRow, values, unique="update_id")


def next_of(session: Session, chat_id: int) -> Waiting | None:
    """The chat's oldest update that waits for its turn."""
    row = session.exec(
        select(InboxRow)
        .where(InboxRow.chat_id == chat_id, InboxRow.state == "waiting")
        .order_by(col(InboxRow.update_id))
        .limit(1)
    ).first()
    if row is None:
        return None
    payload = vault_of(session).unseal(row.payload) if row.payload else {}
    return Waiting(row.update_id, row.chat_id, row.received_at, row.restarts, payload)


def next_number(session: Session, chat_id: int) -> int | None:
    """The number of the chat's oldest update that waits for its turn."""
    return session.exec(
        select(sa.func.min(InboxRow.update_id)).where(
            InboxRow.chat_id == chat_id, InboxRow.state == "waiting"
        )
    ).one()


def settle(session: Session, update_id: int, reference: str | None = None) -> None:
    """The update has had its turn, or with a reference failed; its content is let go."""
    session.execute(
        sa.update(InboxRow)
        .where(col(InboxRow.update_id) == update_id)
        .values(state="failed" if reference else "done", reference=reference, payload=None)
    )


def settle_erased(session: Session, update_id: int) -> None:
    """Of an erased chat only its last update's number stays, to know it if it comes again."""
    session.execute(
        sa.update(InboxRow)
        .where(col(InboxRow.update_id) == update_id)
        .values(state="done", chat_id=ERASED, payload=None)
    )


def begin_again(session: Session, update_id: int) -> None:
    """Count one more attempt at an update that an earlier process did not finish."""
    session.execute(
        sa.update(InboxRow)
        .where(col(InboxRow.update_id) == update_id)
        .values(restarts=InboxRow.restarts + 1)
    )


def chats_waiting(session: Session, before: datetime | None = None) -> tuple[int, ...]:
    """Chats with an update that waits, the longest waiting first; `before`: only older ones."""
    query = select(InboxRow.chat_id).where(InboxRow.state == "waiting")
    if before is not None:
        query = query.where(InboxRow.received_at < before)
    oldest = sa.func.min(InboxRow.received_at)
    return tuple(session.exec(query.group_by(col(InboxRow.chat_id)).order_by(oldest)))


def leftovers(session: Session) -> Mapping[int, Leftover]:
    """All updates that wait, by their number: what an earlier process has left behind."""
    rows = session.exec(
        select(InboxRow.update_id, InboxRow.chat_id, InboxRow.restarts)
        .where(InboxRow.state == "waiting")
        .order_by(col(InboxRow.update_id))
    )
    return {number: Leftover(chat_id, restarts) for number, chat_id, restarts in rows}


def waiting_count(session: Session) -> int:
    return session.exec(
        select(sa.func.count()).select_from(InboxRow).where(InboxRow.state == "waiting")
    ).one()


def tidy_inbox(session: Session, before: datetime) -> int:
    """Drop what was settled long ago; Telegram repeats nothing older than 24 hours."""
    gone = session.execute(
        sa.delete(InboxRow)
        .where(col(InboxRow.state) != "waiting", col(InboxRow.received_at) < before)
        .returning(col(InboxRow.update_id))
    )
    return len(gone.all())
