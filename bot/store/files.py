"""Files kept for a physician, sealed: proofs of credits, evidence of complaints.

A file belongs to a chat and to something of that chat (`purpose`, `subject`); nothing is given to
another chat whatever number is asked for.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from bot.store.errand_tables import KeptFileRow
from bot.store.sealed import vault_of
from bot.store.tables import ComplaintRow

PROOF = "proof"
"""The purpose of a file that shows a credit was earned; its subject is the credit's number."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be kept, its true type checked by the caller."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What is known of a kept file without opening it; `size` in bytes, `sha256` in hex."""

    id: int
    purpose: str
    subject: str
    name: str
    mime: str
    size: int
    sha256: str
    kept_at: datetime


def keep_file(
    session: Session,
    chat_id: int,
    about: tuple[str, str],
    file: NewFile,
    now: datetime,
) -> KeptFile:
    """Store a file about something (purpose and subject); the same content of it is stored once."""
    purpose, subject = about
    sha256 = hashlib.sha256(file.content).hexdigest()
    known = session.exec(
        select(KeptFileRow).where(
            KeptFileRow.chat_id == chat_id,
            KeptFileRow.purpose == purpose,
            KeptFileRow.subject == subject,
            KeptFileRow.sha256 == sha256,
        )
    ).first()
    if known is None:
        vault = vault_of(session)
        known = KeptFileRow(
            chat_id=chat_id,
            purpose=purpose,
            subject=subject,
            kept_at=now,
            sha256=sha256,
            size=len(file.content),
            mime=file.mime,
            name=vault.seal(file.name),
            content=vault.seal(b64encode(file.content).decode()),
        )
        session.add(known)
        session.flush()
    return _kept(session, known)


def files_about(session: Session, chat_id: int, purpose: str, subject: str) -> tuple[KeptFile, ...]:
    """The files of a chat that belong to something, the oldest first."""
    rows = session.exec(
        select(KeptFileRow)
        .where(
            KeptFileRow.chat_id == chat_id,
            KeptFileRow.purpose == purpose,
            KeptFileRow.subject == subject,
        )
        .order_by(col(KeptFileRow.id))
    )
    return tuple(_kept(session, row) for row in rows)


def content_of(session: Session, file_id: int, chat_id: int | None) -> bytes | None:
    """What is in a kept file; None where it is gone or belongs to another chat.

    With `chat_id` None the caller is entitled to every file: the sender of complaints.
    """
    row = session.get(KeptFileRow, file_id)
    if row is None or chat_id not in (None, row.chat_id):
        return None
    return b64decode(vault_of(session).unseal(row.content))


def files_for(session: Session, chat_id: int, purpose: str) -> tuple[KeptFile, ...]:
    """All files of a chat with this purpose, the oldest first."""
    rows = session.exec(
        select(KeptFileRow)
        .options(defer(col(KeptFileRow.content)))  # type: ignore[arg-type]
        .where(KeptFileRow.chat_id == chat_id, KeptFileRow.purpose == purpose)
        .order_by(col(KeptFileRow.id))
    )
    return tuple(_kept(session, row) for row in rows)


def drop_file(session: Session, chat_id: int, file_id: int, purpose: str | None = None) -> None:
    """Remove a file of this chat, if it has this purpose; one of another chat stays, and so does
    evidence that was sent.
    """
    its = col(KeptFileRow.purpose) == purpose if purpose else sa.true()
    mine = sa.and_(col(KeptFileRow.id) == file_id, col(KeptFileRow.chat_id) == chat_id, its)
    session.execute(sa.delete(KeptFileRow).where(mine, ~_is_sent()))


def evidence_of(session: Session, number: str) -> tuple[KeptFile, ...]:
    """The evidence of a complaint that was sent, the oldest first, for whoever sends or reads it.

    It may be untied from its chat by now.
    """
    rows = session.exec(
        select(KeptFileRow)
        .where(KeptFileRow.purpose == "evidence", KeptFileRow.subject == number)
        .order_by(col(KeptFileRow.id))
    )
    return tuple(_kept(session, row) for row in rows)


def adopt_files(session: Session, chat_id: int, files: Sequence[int], number: str) -> None:
    """Files of this chat are evidence of its complaint from now on."""
    session.execute(
        sa.update(KeptFileRow)
        .where(
            col(KeptFileRow.chat_id) == chat_id,
            col(KeptFileRow.purpose) == "evidence",
            col(KeptFileRow.id).in_(files),
        )
        .values(subject=number)
    )


def forget_evidence(session: Session, number: str) -> None:
    """What is kept of a complaint besides its words goes: evidence, and copies made of it."""
    session.execute(
        sa.delete(KeptFileRow).where(
            col(KeptFileRow.purpose).in_(("evidence", "copy")), col(KeptFileRow.subject) == number
        )
    )


def tidy_evidence(session: Session, before: datetime) -> None:
    """Forget evidence of drafts, and copies of complaints, that were kept long ago."""
    ours = col(KeptFileRow.purpose).in_(("evidence", "copy"))
    old = col(KeptFileRow.kept_at) < before
    session.execute(sa.delete(KeptFileRow).where(ours, old, ~_is_sent()))


def erase_files(session: Session, chat_id: int) -> None:
    """The files of a chat go; evidence of a complaint that was sent stays with its readers."""
    mine = col(KeptFileRow.chat_id) == chat_id
    session.execute(sa.delete(KeptFileRow).where(mine, ~_is_sent()))
    session.execute(sa.update(KeptFileRow).where(mine).values(chat_id=None))


def _is_sent() -> sa.ColumnElement[bool]:
    sent = sa.select(col(ComplaintRow.number))
    return sa.and_(col(KeptFileRow.purpose) == "evidence", col(KeptFileRow.subject).in_(sent))


def move_files(session: Session, chat_id: int, purpose: str, before: str, after: str) -> None:
    """Files of a draft belong from now on to what became of it."""
    session.execute(
        sa.update(KeptFileRow)
        .where(
            col(KeptFileRow.chat_id) == chat_id,
            col(KeptFileRow.purpose) == purpose,
            col(KeptFileRow.subject) == before,
        )
        .values(subject=after)
    )


def _kept(session: Session, row: KeptFileRow) -> KeptFile:
    assert row.id is not None
    return KeptFile(
        id=row.id,
        purpose=row.purpose,
        subject=row.subject,
        name=vault_of(session).unseal(row.name),
        mime=row.mime,
        size=row.size,
        sha256=row.sha256,
        kept_at=row.kept_at,
    )
