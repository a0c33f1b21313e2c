"""Opening the records: one engine for both databases, with the settings that make them safe."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlmodel import Session

from bot.store.vault import Vault

BUSY_MS = 5000
"""How long a writer waits for another one before "database is locked"."""


@dataclass(frozen=True, slots=True)
class Records:
    """The records' database and the key to its sealed columns."""

    engine: Engine
    vault: Vault

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the records and changes nothing."""
        with Session(self.engine, info={"vault": self.vault}) as session:
            yield session
            session.rollback()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed at the end of the block, undone by an exception.

        On SQLite the write lock is taken at the start, so that what was read stays true until
        the commit, and a second writer waits instead of failing in the middle.
        """
        writer = self.engine.execution_options(writing=True)
        with Session(writer, info={"vault": self.vault}) as session, session.begin():
            yield session

    def close(self) -> None:
        self.engine.dispose()


def open_engine(url: str, *, foreign_keys: bool = True) -> Engine:
    """An engine for `sqlite:///…` or `postgresql://…` (psycopg 3); makes SQLite's folder."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, pool_pre_ping=True, pool_size=10, hide_parameters=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(parsed, pool_size=10, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: it would begin them too late.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {BUSY_MS}",
            "journal_mode = WAL",
            # FULL: a committed update survives a power cut, as Telegram will not send it again.
            "synchronous = FULL",
            f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
            # Erased rows are overwritten, so that /delete leaves nothing in the file.
            "secure_delete = ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def open_records(url: str, vault: Vault) -> Records:
    """The records at an SQLAlchemy URL; the schema is `bot.store.schema.migrate`'s work."""
    return Records(open_engine(url), vault)


def lock_chat(session: Session, chat_id: int) -> None:
    """Until the transaction ends no other process works on this chat.

    On SQLite the transaction's own write lock does it; PostgreSQL needs an advisory lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(chat_id)))


SQLITE_PASSING = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
)
"""SQLite's codes for what another process, or more room on the disk, may heal."""


def is_busy(error: Exception) -> bool:
    """Whether trying again later may help: locked, out of connections, or the server is away."""
    if isinstance(error, sa.exc.TimeoutError | sa.exc.InterfaceError):
        return True
    if not isinstance(error, sa.exc.OperationalError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        # SQLite calls a wrong query an operational error too; that one will never heal.
        return error.orig.sqlite_errorcode & 0xFF in SQLITE_PASSING
    return True
