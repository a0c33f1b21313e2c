"""The catalog: every activity that can be taken or was taken, found by words, filters and gaps.

A local SQLite file that one process writes and any number read. Query words are matched with the
catalog's own vocabulary (`vocabulary`), looked up in its FTS5 index (`view`), relaxed until
something is found (`matching`), compared one by one and put in order (`ranking`).
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from bot.model import Activity, Found, Hit, Search
from bot.store.catalog import similarity, writing
from bot.store.catalog.filters import open_on
from bot.store.catalog.matching import matches
from bot.store.catalog.ranking import ranked
from bot.store.catalog.rows import READ, activity_of
from bot.store.catalog.tables import LAYOUT, create_tables
from bot.store.catalog.view import Shelf, View

BUSY_MS = 10_000
COMMON, COMMON_WORDS, COMMON_IN_TITLES = 400, 400, 150
"""Words that one activity in so many says, and at most so many of them, are looked up before
they are asked for, the commonest in titles too: a rarer one is quickly found."""

CACHE_KIB = 16_384


class Catalog:
    """An open catalog; all its methods may be called from several threads at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._shelf = Shelf()

    def search(self, search: Search) -> Found:
        """One page of what fits, in the search's order; what was let go is named in it."""
        with self._view() as view:
            found = matches(view, search)
            page, total = ranked(view, search, found)
            activities = _activities(view, [one.number for one in page])
            hits = tuple(Hit(activities[one.number], one.score) for one in page)
            return Found(hits, total, found.relaxed if total else ())

    def warm(self, today: date) -> None:
        """Look up beforehand what most searches ask for, so that no search waits for it.

        Worth its second (at 200,000 activities) when the process starts and after a sync.
        """
        with self._view() as view:
            open_on(view, Search(today))
            open_on(view, Search(today, history=True))
            common = view.rows(
                "SELECT word FROM word WHERE count > ? ORDER BY count DESC LIMIT ?",
                (view.size // COMMON, COMMON_WORDS),
            )
            for place, (word,) in enumerate(common):
                view.saying(word)
                if place < COMMON_IN_TITLES:
                    view.saying(word, "title")

    def similar(
        self, title: str, provider: str | None, completed_on: date | None, limit: int = 5
    ) -> tuple[Hit, ...]:
        """Activities, past ones too, that a credit with this title may have come from."""
        with self._view() as view:
            close = similarity.similar(view, title, provider, completed_on, limit)
            activities = _activities(view, [number for number, _ in close])
            return tuple(Hit(activities[number], score) for number, score in close)

    def get(self, activity_id: str) -> Activity | None:
        """The activity with this id, whether it is over or not."""
        return next(iter(self.many([activity_id])), None)

    def many(self, ids: Iterable[str]) -> tuple[Activity, ...]:
        """The activities with these ids in the order asked for; unknown ids are passed over."""
        wanted = list(ids)
        with self._view() as view:
            rows = view.rows(
                f"SELECT {READ} FROM activity WHERE id IN (SELECT value FROM json_each(?))",  # noqa: S608, names of our own columns
                (json.dumps(wanted),),
            )
        found = {activity.id: activity for activity in map(activity_of, rows)}
        return tuple(found[one] for one in wanted if one in found)

    def size(self) -> int:
        """The number of activities, past ones among them."""
        return int(self._one("SELECT count(*) FROM activity"))

    def sync_state(self) -> tuple[str | None, str | None]:
        """The hub's cursor and ETag up to which the catalog is filled."""
        with self._view() as view:
            [(cursor, etag)] = view.rows("SELECT cursor, etag FROM sync")
        return cursor, etag

    def apply_page(
        self,
        activities: Iterable[Activity],
        withdrawn: Sequence[str],
        cursor: str | None,
        etag: str | None,
    ) -> None:
        """Take in a page of changes and remember how far it reaches: all of it or nothing.

        Activities are added or replaced by id. The iterable is read page by page, so that a file
        of any size can be taken in at once.
        """
        with self._writing() as sql:
            writing.withdraw(sql, withdrawn)
            writing.put(sql, activities)
            sql.execute(
                "UPDATE sync SET version = version + 1, cursor = ?, etag = ?", (cursor, etag)
            )

    def add(self, activities: Iterable[Activity]) -> int:
        """Add or replace activities that do not come from the hub; how many they were."""
        with self._writing() as sql:
            count = writing.put(sql, activities)
            sql.execute("UPDATE sync SET version = version + 1")
            return count

    def synced_at(self) -> datetime | None:
        """When the hub was last read to its end."""
        stored = self._one("SELECT synced_at FROM sync")
        return datetime.fromisoformat(stored) if stored else None

    def mark_synced(self, instant: datetime) -> None:
        """Remember the instant, which must be aware, at which the hub was read to its end."""
        if instant.tzinfo is None:
            raise ValueError("an aware instant is needed")
        with self._writing() as sql:
            sql.execute("UPDATE sync SET synced_at = ?", (instant.astimezone(UTC).isoformat(),))

    def check(self) -> None:
        """Raise `sqlite3.DatabaseError` where the file is damaged or the index out of step."""
        with self._writing() as sql:
            sql.execute("INSERT INTO said (said, rank) VALUES ('integrity-check', 1)")
            [(answer,)] = sql.execute("PRAGMA quick_check(1)").fetchall()
            [(apart,)] = sql.execute(
                "SELECT (SELECT count(*) FROM activity) - (SELECT count(*) FROM said)"
            ).fetchall()
        if answer != "ok" or apart:
            raise sqlite3.DatabaseError(f"the catalog is damaged: {answer}, {apart} rows apart")

    def close(self) -> None:
        self._engine.dispose()

    def _one(self, statement: str) -> Any:
        with self._view() as view:
            [(value,)] = view.rows(statement)
        return value

    @contextmanager
    def _view(self) -> Iterator[View]:
        """One state of the catalog to look at, whatever is written meanwhile."""
        pooled = self._engine.raw_connection()
        try:
            sql = pooled.driver_connection
            assert isinstance(sql, sqlite3.Connection)
            sql.execute("BEGIN")
            [(version, size)] = sql.execute(
                "SELECT version, (SELECT coalesce(max(number), 0) + 1 FROM activity) FROM sync"
            ).fetchall()
            yield View(sql, self._shelf, version, size)
        finally:
            # Giving the connection back ends its transaction.
            pooled.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end of the block, undone by an exception."""
        with self._engine.begin() as connection:
            sql = connection.connection.driver_connection
            assert isinstance(sql, sqlite3.Connection)
            yield sql


def _activities(view: View, numbers: Sequence[int]) -> dict[int, Activity]:
    rows = view.rows(
        f"SELECT {READ} FROM activity WHERE number IN (SELECT value FROM json_each(?))",  # noqa: S608, names of our own columns
        (json.dumps(numbers),),
    )
    return {row[0]: activity_of(row) for row in rows}


def open_catalog(path: Path | str) -> Catalog:
    """The catalog in a file, made with its folder where there is none."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(f"sqlite:///{path}", pool_size=10, max_overflow=20)

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: it would begin them too late.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {BUSY_MS}",
            "journal_mode = WAL",
            # What a power cut takes away the next sync brings back.
            "synchronous = NORMAL",
            f"cache_size = -{CACHE_KIB}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    pooled = engine.raw_connection()
    try:
        [layout] = pooled.cursor().execute("PRAGMA user_version").fetchone()
    finally:
        pooled.close()
    if layout != LAYOUT:
        # Only now: a catalog that another process is filling can be opened all the same.
        with engine.begin() as connection:
            create_tables(connection)
    return Catalog(engine)
