"""The tables of reminders: wishes, deadlines, and one row for each thing that may be sent once.

Dates and boards are plain, because reminders are planned by them in bulk; there is nothing of
names, numbers or credits here.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.store.tables import NEVER_AGAIN, Number, _one_of, _Record

REMINDER_STATES = (
    "planned", "claimed", "sending", "sent", "unknown", "cancelled", "failed", "blocked",
)  # fmt: skip
"""`sending` is stored before Telegram is called. Whoever finds it after a crash makes it
`unknown`: perhaps it went out, so it never goes out again.
"""


class ReminderWishRow(_Record, table=True):
    """When a physician wants to hear from the bot; minutes count from local midnight.

    `days` are own days as `60,10`; `heard_on` is the last local day with anything unprompted.
    `refined` is False until the deadlines have been worked out from the whole record.
    """

    __tablename__ = "reminder_wish"
    __table_args__ = (
        sa.Index(
            "ix_reminder_wish_unrefined",
            "physician_id",
            sqlite_where=sa.text("NOT refined"),
            postgresql_where=sa.text("NOT refined"),
        ),
    )

    physician_id: int = Field(
        sa_column_args=(sa.ForeignKey("physician.id", ondelete="CASCADE"),),
        sa_type=Number,
        primary_key=True,
    )
    zone: str
    zone_said: bool = False
    quiet_from: int = 20 * 60
    quiet_until: int = 8 * 60
    minute: int = 9 * 60
    days: str | None = None
    weekends: bool = True
    stopped: bool = False
    heard_on: date | None = None
    refined: bool = False


class DeadlineRow(_Record, table=True):
    """The present cycle of one holder (a license, a certificate, a federal duty).

    `seen` is the license's end date it was worked out from; `rolls` says that the day follows
    from a rule and moves on by itself; `fresh` that the planner has not looked at it yet.
    `closed_day` is the last day of the cycle that the physician called renewed.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        sa.UniqueConstraint("physician_id", "board", "holder"),
        sa.Index(
            "ix_deadline_fresh",
            "id",
            sqlite_where=sa.text("fresh"),
            postgresql_where=sa.text("fresh"),
        ),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    physician_id: int = Field(
        sa_column_args=(sa.ForeignKey("physician.id", ondelete="CASCADE"),), sa_type=Number
    )
    license_id: int | None = Field(
        default=None,
        sa_column_args=(sa.ForeignKey("license.id", ondelete="CASCADE"),),
        sa_type=Number,
        index=True,
    )
    board: str
    holder: str
    last_day: date | None = Field(default=None, index=True)
    halfway: date | None = None
    seen: date | None = None
    rolls: bool = False
    fresh: bool = True
    stopped: bool = False
    closed_day: date | None = None
    snoozed_until: date | None = None
    snoozes: int = 0
    answered_on: date | None = None
    planned_on: date | None = None
    planned_minute: int | None = None


class ReminderRow(_Record, table=True):
    """One stage of one cycle; the unique key is what makes it impossible to send it twice.

    `day` is the physician's local day on which it was sent, or may have been.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        _one_of("state", REMINDER_STATES),
        sa.UniqueConstraint("physician_id", "board", "last_day", "stage"),
        sa.Index(
            "ix_reminder_planned",
            "last_day",
            "due_at",
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        ),
        sa.Index(
            "ix_reminder_open",
            "claimed_at",
            sqlite_where=sa.text("state IN ('claimed', 'sending')"),
            postgresql_where=sa.text("state IN ('claimed', 'sending')"),
        ),
        NEVER_AGAIN,
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    physician_id: int = Field(
        sa_column_args=(sa.ForeignKey("physician.id", ondelete="CASCADE"),), sa_type=Number
    )
    board: str
    last_day: date
    stage: str
    due_at: datetime
    state: str = "planned"
    claimed_at: datetime | None = None
    settled_at: datetime | None = Field(default=None, index=True)
    day: date | None = None
    attempts: int = 0
    reason: str | None = None
    message_id: int | None = Field(default=None, sa_type=sa.BigInteger)


class ReminderPaceRow(_Record, table=True):
    """One row: how many reminders all workers together took in the present second.

    It is compared with the clock for equality only, so that a clock set back stops nothing.
    """

    __tablename__ = "reminder_pace"

    id: int = Field(default=1, primary_key=True)
    second: int = Field(sa_type=sa.BigInteger)
    taken: int
