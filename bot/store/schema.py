"""Bringing a records database to the newest schema, and comparing it with the tables."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection

from bot.store import (  # noqa: F401 - belong to RECORDS too
    complaint_tables,
    errand_tables,
    hub_tables,
    reminder_tables,
)
from bot.store.engine import open_engine
from bot.store.tables import RECORDS

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str, revision: str = "head") -> None:
    """Move the database to a revision, the newest by default, in one transaction.

    Several processes may do so at once: the later ones wait and then find nothing to do.
    """
    # Off while tables are rebuilt: SQLite would delete the children of a table that is replaced.
    engine = open_engine(url, foreign_keys=False).execution_options(writing=True)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
            command.upgrade(configured(connection), revision)
            if connection.dialect.name == "sqlite":
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if orphans:
                    raise RuntimeError(f"the migration would orphan {len(orphans)} rows")
    finally:
        engine.dispose()


MIGRATION_LOCK = 73_211_501
"""Any number, as long as every process takes the same."""


def configured(connection: Connection) -> Config:
    """Alembic's settings for an open connection; there is no file to keep in step."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def differences(connection: Connection) -> list[Any]:
    """What the database lacks or has too much, against the tables; empty when they agree."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, RECORDS))
