"""Inserting a row that may be there already, the same way on both databases."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, SQLModel

INSERTS: Mapping[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}


def insert_once(
    session: Session, table: type[SQLModel], values: Mapping[str, Any], unique: str
) -> bool:
    """Insert the row; False, and nothing is done, where `unique` has this value already."""
    insert = INSERTS[session.get_bind().dialect.name]
    stored = session.execute(
        insert(table)
        .values(**values)
        .on_conflict_do_nothing(index_elements=[unique])
        .returning(getattr(table, unique))
    )
    return stored.first() is not None
