"""What is to be sent: put in with the turn that caused it, taken out by the sender, in order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.model import Outgoing
from bot.store.files import content_of
from bot.store.once import insert_once
from bot.store.sealed import outgoing_from_json, outgoing_to_json, vault_of
from bot.store.tables import OutboxRow

UNSENT = ("waiting", "sending")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message that waits to be sent. `begun`: an earlier process may have sent it already."""

    id: int
    chat_id: int
    outgoing: Outgoing
    due_at: datetime
    attempts: int
    key: str | None
    repeat: bool
    begun: bool


def put(
    session: Session, chat_id: int, outgoing: Sequence[Outgoing], update_id: int, now: datetime
) -> None:
    """The answers of one turn, in their order."""
    vault = vault_of(session)
    session.add_all(
        [
            OutboxRow(
                chat_id=chat_id,
                update_id=update_id,
                position=position,
                kind=item.kind,
                due_at=now,
                payload=vault.seal(outgoing_to_json(item)),
            )
            for position, item in enumerate(outgoing)
        ]
    )
    session.flush()


def put_once(
    session: Session,
    chat_id: int,
    outgoing: Outgoing,
    key: str,
    due_at: datetime,
    *,
    repeat: bool = False,
) -> bool:
    """One message that must not exist twice, ever; False where its key was taken before.

    `repeat` False: after a crash in the middle of sending it is not sent again.
    """
    values = {
        "chat_id": chat_id,
        "position": 0,
        "key": key,
        "kind": outgoing.kind,
        "due_at": due_at,
        "repeat": repeat,
        "state": "waiting",
        "attempts": 0,
        "payload": vault_of(session).seal(outgoing_to_json(outgoing)),
    }
    return insert_once(session, OutboxRow, values, unique="key")


def chats_due(session: Session, now: datetime, limit: int = 1000) -> tuple[int, ...]:
    """Chats with something to send by now, the longest due first."""
    due = sa.func.min(OutboxRow.due_at)
    return tuple(
        session.exec(
            select(OutboxRow.chat_id)
            .where(col(OutboxRow.state).in_(UNSENT), OutboxRow.due_at <= now)
            .group_by(col(OutboxRow.chat_id))
            .order_by(due)
            .limit(limit)
        )
    )


def next_letter(session: Session, chat_id: int, now: datetime) -> Letter | None:
    """What goes to a chat next: the notices of presses first, then in the order put in."""
    row = session.exec(
        select(OutboxRow)
        .where(
            OutboxRow.chat_id == chat_id,
            col(OutboxRow.state).in_(UNSENT),
            OutboxRow.due_at <= now,
        )
        .order_by(sa.case((col(OutboxRow.kind) == "notice", 0), else_=1), col(OutboxRow.id))
        .limit(1)
    ).first()
    if row is None:
        return None
    assert row.id is not None
    assert row.payload is not None
    outgoing = outgoing_from_json(vault_of(session).unseal(row.payload))
    return Letter(
        id=row.id,
        chat_id=row.chat_id,
        outgoing=_with_kept_file(session, row.chat_id, outgoing),
        due_at=row.due_at,
        attempts=row.attempts,
        key=row.key,
        repeat=row.repeat,
        begun=row.state == "sending",
    )


def _with_kept_file(session: Session, chat_id: int, outgoing: Outgoing) -> Outgoing:
    """The message with the content of a file in the store; without the file where it is gone."""
    attachment = outgoing.attachment
    if attachment is None or attachment.kept is None:
        return outgoing
    content = content_of(session, attachment.kept, chat_id)
    if content is None:
        return replace(outgoing, attachment=None)
    return replace(outgoing, attachment=replace(attachment, content=content))


def begin_sending(session: Session, letter_id: int) -> None:
    """From here on nobody can be sure that it was not sent."""
    session.execute(
        sa.update(OutboxRow).where(col(OutboxRow.id) == letter_id).values(state="sending")
    )


def note_attempt(session: Session, letter_id: int, error: str) -> None:
    """It was surely not sent; it waits for the next attempt."""
    session.execute(
        sa.update(OutboxRow)
        .where(col(OutboxRow.id) == letter_id)
        .values(attempts=OutboxRow.attempts + 1, error=error, state="waiting")
    )


def mark_sent(session: Session, letter: Letter, now: datetime, message_id: int | None) -> None:
    """It is with Telegram. An ordinary answer is forgotten; a unique one stays known by its key."""
    if letter.key is None:
        session.execute(sa.delete(OutboxRow).where(col(OutboxRow.id) == letter.id))
    else:
        _settle(session, letter.id, "sent", now, message_id=message_id)


def give_up(session: Session, letter_id: int, state: str, error: str, now: datetime) -> None:
    """It goes no further: `failed` (refused), `dropped` (not wanted), `unknown` (perhaps was)."""
    _settle(session, letter_id, state, now, error=error)


def _settle(
    session: Session,
    letter_id: int,
    state: str,
    now: datetime,
    *,
    error: str | None = None,
    message_id: int | None = None,
) -> None:
    session.execute(
        sa.update(OutboxRow)
        .where(col(OutboxRow.id) == letter_id)
        .values(state=state, settled_at=now, error=error, message_id=message_id, payload=None)
    )


def drop_all(session: Session, chat_id: int, error: str, now: datetime) -> None:
    """Nothing that waits for this chat is wanted any more."""
    session.execute(
        sa.update(OutboxRow)
        .where(col(OutboxRow.chat_id) == chat_id, col(OutboxRow.state).in_(UNSENT))
        .values(state="dropped", settled_at=now, error=error, payload=None)
    )


def unsent_count(session: Session, now: datetime) -> int:
    """How many messages are due and not sent."""
    return session.exec(
        select(sa.func.count())
        .select_from(OutboxRow)
        .where(col(OutboxRow.state).in_(UNSENT), OutboxRow.due_at <= now)
    ).one()


def tidy_outbox(session: Session, before: datetime) -> int:
    """Drop what was settled long ago and has no key to remember."""
    gone = session.execute(
        sa.delete(OutboxRow)
        .where(col(OutboxRow.settled_at) < before, col(OutboxRow.key).is_(None))
        .returning(col(OutboxRow.id))
    )
    return len(gone.all())
