"""The catalog's tables: activities and what they are looked up by.

An activity has a `number`, small and dense, under which the index and the filters know it, and
its `id`, which the world knows. The FTS5 index is made by hand: SQLModel cannot express it.
"""

from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlmodel import Field, SQLModel

CATALOG = sa.MetaData()
"""Apart from the records' tables: the catalog is a file of its own and has no migrations."""

LAYOUT = 1
"""Changes with the tables. A file of another layout is emptied, and the next sync fills it."""

ALWAYS = date(9999, 12, 31)
"""The last day of what has no known end."""


class _Row(SQLModel):
    metadata: ClassVar[sa.MetaData] = CATALOG


class ActivityRow(_Row, table=True):
    __tablename__ = "activity"
    __table_args__ = (
        sa.Index("ix_activity_last_day", "last_day", "first_day", "number"),
        sa.Index("ix_activity_place", "state", "place", "number"),
        sa.Index("ix_activity_fee", "free", "number"),
    )

    number: int = Field(primary_key=True)
    id: str = Field(unique=True)
    title: str
    provider: str
    activity_type: str | None
    format: str | None
    start_date: date | None
    end_date: date | None
    first_day: date | None
    last_day: date
    """Between them it can be taken, see `rows.window`."""
    city: str | None
    place: str | None
    """The city as it is compared."""
    state: str | None
    fee_usd: str | None
    free: bool
    open_to_all: bool | None
    words: str
    """The title as it is compared."""
    credits: str
    topics: str
    specialties: str
    url: str | None
    source_as_of: str | None
    summary: str | None


class TagRow(_Row, table=True):
    """A topic or specialty of an activity."""

    __tablename__ = "tag"
    __table_args__ = (sa.Index("ix_tag_number", "number"), {"sqlite_with_rowid": False})

    kind: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    number: int = Field(primary_key=True)


class OfferRow(_Row, table=True):
    """A credit that an activity gives; the amount in hundredths, -1 where it is not said."""

    __tablename__ = "offer"
    __table_args__ = (sa.Index("ix_offer_number", "number"), {"sqlite_with_rowid": False})

    type: str = Field(primary_key=True)
    board: str = Field(primary_key=True)
    hundredths: int = Field(primary_key=True)
    number: int = Field(primary_key=True)


class WordRow(_Row, table=True):
    """A word of the index and the number of activities that have it."""

    __tablename__ = "word"

    number: int = Field(primary_key=True)
    word: str = Field(unique=True)
    count: int


class SpellingRow(_Row, table=True):
    """The keys under which a word's misspellings find it."""

    __tablename__ = "spelling"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: int = Field(primary_key=True)
    word: int = Field(primary_key=True)


class SyncRow(_Row, table=True):
    """How far the hub has been read; `version` grows with every change of the catalog."""

    __tablename__ = "sync"

    only: int = Field(default=1, primary_key=True)
    version: int
    cursor: str | None
    etag: str | None
    synced_at: datetime | None


INDEX = """
CREATE VIRTUAL TABLE IF NOT EXISTS said USING fts5(
    title, provider, place, subjects, summary,
    tokenize = 'porter unicode61 remove_diacritics 2', detail = column, columnsize = 0
)
"""
"""The activities' words by number. It keeps its own text, so that deleting a row needs nothing
else; word positions and lengths are left out, as neither phrases nor bm25 are used."""

SPELLED = ("title", "provider", "place", "subjects")
"""The index's columns whose words a typo is matched against; a summary is found by its exact
words only, because prose would fill the vocabulary."""


def create_tables(connection: Connection) -> None:
    """Make what is missing, inside the connection's transaction."""
    layout = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if layout == LAYOUT:
        return
    connection.exec_driver_sql("DROP TABLE IF EXISTS said")
    CATALOG.drop_all(connection)
    CATALOG.create_all(connection)
    connection.exec_driver_sql(INDEX)
    connection.execute(sa.insert(table(SyncRow)).values(only=1, version=0))
    connection.exec_driver_sql(f"PRAGMA user_version = {LAYOUT:d}")


def table(row: type[SQLModel]) -> sa.Table:
    """The SQLAlchemy table behind a model."""
    found: Any = row.__table__  # type: ignore[attr-defined]
    assert isinstance(found, sa.Table)
    return found
