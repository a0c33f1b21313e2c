"""The tables of the records: who the physicians are, what they hold, what came in, what goes out.

Columns that could tell something of a person are `bytes` sealed by the vault; what the bot must
find or sort by without the key stays plain. Nothing outside `bot.store` sees these classes.
"""

from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, because a later migration can only drop what it can name."""

RECORDS = sa.MetaData(naming_convention=NAMES)

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""Chat and update ids need more than 32 bits; SQLite numbers rows by itself only in INTEGER."""

INBOX_STATES = ("waiting", "done", "failed")
NEVER_AGAIN = {"sqlite_autoincrement": True}
"""An id once given is never given again, so that an old button cannot mean another row."""

COMPLAINT_STATUSES = ("waiting", "held", "sent", "in_review", "closed", "withdrawn")
OUTBOX_STATES = ("waiting", "sending", "sent", "unknown", "failed", "dropped")


def _one_of(column: str, states: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{state}'" for state in states)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def _owner() -> Any:
    """The physician a row belongs to; the row goes when the physician goes."""
    return Field(
        sa_column_args=(sa.ForeignKey("physician.id", ondelete="CASCADE"),),
        sa_type=Number,
        index=True,
    )


class _Record(SQLModel):
    metadata: ClassVar[sa.MetaData] = RECORDS


class PhysicianRow(_Record, table=True):
    """One person in one private chat. `profile` seals name, specialty and all facts."""

    __tablename__ = "physician"
    __table_args__ = NEVER_AGAIN

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    chat_id: int = Field(sa_type=sa.BigInteger, unique=True)
    created_at: datetime
    language: str | None = None
    blocked_at: datetime | None = None
    hub_id: str | None = Field(default=None, index=True)
    synced_at: datetime | None = None
    profile: bytes


class LicenseRow(_Record, table=True):
    """Board, type and dates are plain, because reminders are planned by them; the number is not."""

    __tablename__ = "license"
    __table_args__ = NEVER_AGAIN

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    physician_id: int = _owner()
    board: str
    type: str
    expires: date | None = Field(default=None, index=True)
    issued: date | None = None
    first_cycle: bool | None = None
    number: bytes | None = None


class CertificationRow(_Record, table=True):
    """One certifying board's certificate."""

    __tablename__ = "certification"
    __table_args__ = NEVER_AGAIN

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    physician_id: int = _owner()
    board: str
    since: date | None = None
    expires: date | None = Field(default=None, index=True)


class CreditRow(_Record, table=True):
    """One credit; all of its content is sealed, only the hub's own number of it is plain."""

    __tablename__ = "credit"
    __table_args__ = (sa.UniqueConstraint("physician_id", "hub_id"), NEVER_AGAIN)

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    physician_id: int = _owner()
    hub_id: str | None = None
    content: bytes


class SavedActivityRow(_Record, table=True):
    """An activity on the physician's list."""

    __tablename__ = "saved_activity"

    physician_id: int = Field(
        sa_column_args=(sa.ForeignKey("physician.id", ondelete="CASCADE"),),
        sa_type=Number,
        primary_key=True,
    )
    activity_id: str = Field(primary_key=True)
    saved_at: datetime


class ComplaintRow(_Record, table=True):
    """A complaint that was sent: sealed answers under the number on the receipt.

    It is in the hands of those who read complaints, so it outlives the physician's own rows; then
    `chat_id` is null. `attempted_at` is when its delivery was first tried, `late_at` when it was
    noticed to take long, `told_at` when the physician was last told something, `evidence_upto` the
    highest number of a file that has arrived. `trouble` names the last failure without a word of
    the complaint.
    """

    __tablename__ = "complaint"
    __table_args__ = (_one_of("status", COMPLAINT_STATUSES),)

    number: str = Field(primary_key=True)
    chat_id: int | None = Field(default=None, sa_type=sa.BigInteger, index=True)
    filed_at: datetime
    content: bytes
    status: str = "waiting"
    changed_at: datetime
    told_at: datetime
    retain_until: date = Field(index=True)
    route: str | None = None
    hub_id: bytes | None = None
    message_id: str | None = None
    attempted_at: datetime | None = None
    delivered_at: datetime | None = None
    withdrawal_sent_at: datetime | None = None
    closed_at: datetime | None = None
    late_at: datetime | None = None
    trouble: str | None = None
    evidence_upto: int = Field(default=0, sa_type=sa.BigInteger)
    note: bytes | None = None
    fair: str | None = None


class ConversationRow(_Record, table=True):
    """What one chat remembers between two messages, sealed."""

    __tablename__ = "conversation"

    chat_id: int = Field(sa_type=sa.BigInteger, primary_key=True)
    changed_at: datetime
    state: bytes


class InboxRow(_Record, table=True):
    """One update of Telegram. `restarts` counts how often a restart found it begun, not ended.

    The payload goes as soon as the turn is done; the bare row stays for some days, so that the
    same update delivered again is known.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        _one_of("state", INBOX_STATES),
        sa.Index(
            "ix_inbox_waiting",
            "chat_id",
            "update_id",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )

    update_id: int = Field(sa_type=sa.BigInteger, primary_key=True)
    chat_id: int = Field(sa_type=sa.BigInteger, index=True)
    received_at: datetime = Field(index=True)
    state: str = "waiting"
    restarts: int = 0
    reference: str | None = None
    payload: bytes | None = None


class OutboxRow(_Record, table=True):
    """One message to send. `key` makes it unique for ever, as a reminder's or a receipt's.

    `repeat` says what to do when nobody can know whether Telegram got it: send it again, or not.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        _one_of("state", OUTBOX_STATES),
        sa.Index(
            "ix_outbox_unsent",
            "chat_id",
            "id",
            sqlite_where=sa.text("state IN ('waiting', 'sending')"),
            postgresql_where=sa.text("state IN ('waiting', 'sending')"),
        ),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    chat_id: int = Field(sa_type=sa.BigInteger, index=True)
    update_id: int | None = Field(default=None, sa_type=sa.BigInteger)
    position: int = 0
    key: str | None = Field(default=None, unique=True)
    kind: str
    due_at: datetime = Field(index=True)
    repeat: bool = True
    state: str = "waiting"
    attempts: int = 0
    error: str | None = None
    message_id: int | None = Field(default=None, sa_type=sa.BigInteger)
    settled_at: datetime | None = Field(default=None, index=True)
    payload: bytes | None = None


class NoteRow(_Record, table=True):
    """A named value of the process itself: a heartbeat, the webhook's path; sealed."""

    __tablename__ = "note"

    name: str = Field(primary_key=True)
    changed_at: datetime
    value: bytes
