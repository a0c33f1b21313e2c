"""The tables of what is asked of the outside world, of files kept, and of news that waits."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.store.tables import NEVER_AGAIN, Number, _one_of, _owner, _Record

ERRAND_STATES = ("waiting", "done", "failed", "dropped")
NEWS_STATES = ("waiting", "sent")


class ErrandRow(_Record, table=True):
    """One errand. Of a `key` only one waits at a time; a newer one takes its place and raises
    `revision`, so that a run of the older one settles nothing.

    `leased_until` belongs to the worker that runs it now; `told` counts what it has told so far.
    """

    __tablename__ = "errand"
    __table_args__ = (
        _one_of("state", ERRAND_STATES),
        sa.Index(
            "ix_errand_waiting_key",
            "key",
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index(
            "ix_errand_due",
            "due_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    chat_id: int | None = Field(default=None, sa_type=sa.BigInteger, index=True)
    dialog: str
    name: str
    key: str | None = None
    created_at: datetime
    due_at: datetime
    leased_until: datetime | None = None
    state: str = "waiting"
    attempts: int = 0
    revision: int = 0
    told: int = 0
    outlives: bool = False
    settled_at: datetime | None = Field(default=None, index=True)
    content: bytes | None = None


class KeptFileRow(_Record, table=True):
    """A file that belongs to something of a chat: `purpose` and `subject` say to what.

    `proof` of a credit (its number), `evidence` of a complaint (its number, or `draft`).
    """

    __tablename__ = "kept_file"
    __table_args__ = (sa.Index("ix_kept_file_subject", "purpose", "subject"), NEVER_AGAIN)

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    chat_id: int | None = Field(default=None, sa_type=sa.BigInteger, index=True)
    purpose: str
    subject: str
    kept_at: datetime = Field(index=True)
    sha256: str
    size: int
    mime: str
    name: bytes
    content: bytes


class NewsRow(_Record, table=True):
    """An unprompted message that waits for a day on which the physician may be written to."""

    __tablename__ = "news"
    __table_args__ = (
        _one_of("state", NEWS_STATES),
        sa.Index(
            "ix_news_waiting",
            "look_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    physician_id: int = _owner()
    key: str = Field(unique=True)
    since: datetime
    look_at: datetime
    state: str = "waiting"
    payload: bytes | None = None
