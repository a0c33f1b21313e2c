"""Everything that is stored of a chat, opened, for the person it is about."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from bot.store.physicians import row_of
from bot.store.sealed import vault_of
from bot.store.tables import RECORDS

LEFT_OUT = frozenset({"errand", "note"})
"""Tables of the machinery: what is under way, which may hold keys of other services."""

CONTENT = {"kept_file": "content"}
"""Columns that go out as files of their own."""

EXPORT = "export"
"""The purpose of a file that holds an export itself."""


def everything_of(session: Session, chat_id: int) -> dict[str, list[dict[str, Any]]]:
    """Table name -> rows of this chat, with sealed columns opened and days as ISO text."""
    person = row_of(session, chat_id)
    found: dict[str, list[dict[str, Any]]] = {}
    for table in RECORDS.sorted_tables:
        if table.name in LEFT_OUT or table.name.endswith("_token"):
            continue
        owner = _owner(table, chat_id, person.id if person else None)
        if owner is None:
            continue
        columns = [column for column in table.columns if column.name != CONTENT.get(table.name)]
        rows = session.execute(sa.select(*columns).where(owner)).mappings()
        listed = [_opened(session, row) for row in rows if row.get("purpose") != EXPORT]
        if listed:
            found[table.name] = listed
    return found


def _owner(table: sa.Table, chat_id: int, physician_id: int | None) -> Any:
    if "chat_id" in table.columns:
        return table.columns["chat_id"] == chat_id
    if "physician_id" in table.columns and physician_id is not None:
        return table.columns["physician_id"] == physician_id
    return None


def _opened(session: Session, row: Any) -> dict[str, Any]:
    return {name: _value(session, value) for name, value in row.items() if value is not None}


def _value(session: Session, value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return vault_of(session).unseal(bytes(value))
    return value.isoformat() if isinstance(value, date | datetime) else value
