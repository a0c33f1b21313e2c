"""Errands, kept files and news."""

from typing import Any

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
WAITING: Any = {
    "sqlite_where": sa.text("state = 'waiting'"),
    "postgresql_where": sa.text("state = 'waiting'"),
}


def _number(name: str) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=False)


def _errand() -> None:
    op.create_table(
        "errand",
        _number("id"),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("dialog", TEXT(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("key", TEXT(), nullable=True),
        sa.Column("created_at", INSTANT(), nullable=False),
        sa.Column("due_at", INSTANT(), nullable=False),
        sa.Column("leased_until", INSTANT(), nullable=True),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("outlives", sa.Boolean(), nullable=False),
        sa.Column("settled_at", INSTANT(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'failed', 'dropped')", name=op.f("ck_errand_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_errand_chat_id"), "errand", ["chat_id"])
    op.create_index(op.f("ix_errand_settled_at"), "errand", ["settled_at"])
    op.create_index("ix_errand_waiting_key", "errand", ["key"], unique=True, **WAITING)
    op.create_index("ix_errand_due", "errand", ["due_at"], **WAITING)


def _kept_file() -> None:
    op.create_table(
        "kept_file",
        _number("id"),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("purpose", TEXT(), nullable=False),
        sa.Column("subject", TEXT(), nullable=False),
        sa.Column("kept_at", INSTANT(), nullable=False),
        sa.Column("sha256", TEXT(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mime", TEXT(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_file")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_kept_file_chat_id"), "kept_file", ["chat_id"])
    op.create_index(op.f("ix_kept_file_kept_at"), "kept_file", ["kept_at"])
    op.create_index("ix_kept_file_subject", "kept_file", ["purpose", "subject"])


def _news() -> None:
    op.create_table(
        "news",
        _number("id"),
        _number("physician_id"),
        sa.Column("key", TEXT(), nullable=False),
        sa.Column("since", INSTANT(), nullable=False),
        sa.Column("look_at", INSTANT(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sent')", name=op.f("ck_news_state")),
        sa.ForeignKeyConstraint(
            ["physician_id"],
            ["physician.id"],
            name=op.f("fk_news_physician_id_physician"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
        sa.UniqueConstraint("key", name=op.f("uq_news_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_news_physician_id"), "news", ["physician_id"])
    op.create_index("ix_news_waiting", "news", ["look_at"], **WAITING)


def upgrade() -> None:
    _errand()
    _kept_file()
    _news()


def downgrade() -> None:
    for table in ("news", "kept_file", "errand"):
        op.drop_table(table)
