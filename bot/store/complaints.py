"""Complaints that were sent, and who opened them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.model import FileComplaint
from bot.store.sealed import vault_of
from bot.store.tables import ComplaintRow


@dataclass(frozen=True, slots=True)
class Filed:
    """A complaint as its reader sees it; `answers` are by field of the complaint form."""

    number: str
    filed_at: datetime
    answers: Mapping[str, Any]


def file_complaint(session: Session, chat_id: int, change: FileComplaint) -> None:
    """Store a complaint under its number; the same number is stored once."""
    if session.get(ComplaintRow, change.number) is None:
        content = vault_of(session).seal(dict(change.answers))
        session.add(
            ComplaintRow(
                number=change.number, chat_id=chat_id, filed_at=change.filed_at, content=content
            )
        )


def filed(session: Session, number: str | None = None) -> tuple[Filed, ...]:
    """The complaints, or the one with this number, the oldest first."""
    wanted = select(ComplaintRow).order_by(col(ComplaintRow.filed_at), col(ComplaintRow.number))
    if number is not None:
        wanted = wanted.where(ComplaintRow.number == number)
    vault = vault_of(session)
    return tuple(
        Filed(row.number, row.filed_at, vault.unseal(row.content)) for row in session.exec(wanted)
    )


def part_from(session: Session, chat_id: int) -> None:
    """Untie the complaints of a chat from it; what was sent stays with its readers."""
    session.execute(
        sa.update(ComplaintRow).where(col(ComplaintRow.chat_id) == chat_id).values(chat_id=None)
    )
