import pytest
import sqlalchemy as sa

from bot.store.engine import open_engine
from bot.store.schema import differences, migrate
from bot.store.tables import RECORDS


@pytest.fixture
def engine(url):
    engine = open_engine(url)
    yield engine
    engine.dispose()


def test_migrated_database_agrees_with_the_tables(engine):
    with engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) == {
            *RECORDS.tables,
            "alembic_version",
        }
        assert differences(connection) == []


def test_a_missing_column_is_a_difference(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE physician DROP COLUMN language")
    with engine.connect() as connection:
        assert [entry[0] for entry in differences(connection)] == ["add_column"]


def test_migrating_again_changes_nothing(url, engine):
    migrate(url)
    with engine.connect() as connection:
        assert differences(connection) == []


def test_every_migration_can_be_undone(url, engine):
    from alembic import command

    from bot.store.schema import configured

    with engine.begin() as connection:
        command.downgrade(configured(connection), "base")
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
    migrate(url)
    with engine.connect() as connection:
        assert differences(connection) == []


def test_sqlite_is_durable_and_keeps_its_foreign_keys(tmp_path):
    url = f"sqlite:///{tmp_path}/new/folder/records.sqlite"
    migrate(url)
    engine = open_engine(url)
    with engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }
