"""Named values of the process itself, such as when Telegram was last heard."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.store.sealed import vault_of
from bot.store.tables import NoteRow


def note(session: Session, name: str) -> Any:
    """The JSON value kept under a name, or None."""
    row = session.get(NoteRow, name)
    return vault_of(session).unseal(row.value) if row else None


def noted_at(session: Session, name: str) -> datetime | None:
    """When the value under a name was last kept."""
    row = session.get(NoteRow, name)
    return row.changed_at if row else None


def keep_note(session: Session, name: str, value: Any, now: datetime) -> None:
    """Keep a JSON value under a name, in place of an earlier one."""
    session.merge(NoteRow(name=name, changed_at=now, value=vault_of(session).seal(value)))
