"""Reminders."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder_pace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("second", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_pace")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "physician_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("board", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("stage", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("claimed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("settled_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'claimed', 'sending', 'sent', 'unknown', "
            "'cancelled', 'failed', 'blocked')",
            name=op.f("ck_reminder_state"),
        ),
        sa.ForeignKeyConstraint(
            ["physician_id"],
            ["physician.id"],
            name=op.f("fk_reminder_physician_id_physician"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "physician_id",
            "board",
            "last_day",
            "stage",
            name=op.f("uq_reminder_physician_id_board_last_day_stage"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reminder_open",
            ["claimed_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('claimed', 'sending')"),
            postgresql_where=sa.text("state IN ('claimed', 'sending')"),
        )
        batch_op.create_index(
            "ix_reminder_planned",
            ["last_day", "due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        )
        batch_op.create_index(batch_op.f("ix_reminder_settled_at"), ["settled_at"], unique=False)

    op.create_table(
        "reminder_wish",
        sa.Column(
            "physician_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("zone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("zone_said", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("days", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("weekends", sa.Boolean(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("heard_on", sa.Date(), nullable=True),
        sa.Column("refined", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["physician_id"],
            ["physician.id"],
            name=op.f("fk_reminder_wish_physician_id_physician"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("physician_id", name=op.f("pk_reminder_wish")),
    )
    with op.batch_alter_table("reminder_wish", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reminder_wish_unrefined",
            ["physician_id"],
            unique=False,
            sqlite_where=sa.text("NOT refined"),
            postgresql_where=sa.text("NOT refined"),
        )

    op.create_table(
        "deadline",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "physician_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "license_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("board", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("holder", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("halfway", sa.Date(), nullable=True),
        sa.Column("seen", sa.Date(), nullable=True),
        sa.Column("rolls", sa.Boolean(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("closed_day", sa.Date(), nullable=True),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("snoozes", sa.Integer(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("planned_minute", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["license_id"],
            ["license.id"],
            name=op.f("fk_deadline_license_id_license"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["physician_id"],
            ["physician.id"],
            name=op.f("fk_deadline_physician_id_physician"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
        sa.UniqueConstraint(
            "physician_id", "board", "holder", name=op.f("uq_deadline_physician_id_board_holder")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deadline_fresh",
            ["id"],
            unique=False,
            sqlite_where=sa.text("fresh"),
            postgresql_where=sa.text("fresh"),
        )
        batch_op.create_index(batch_op.f("ix_deadline_last_day"), ["last_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_deadline_license_id"), ["license_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deadline_license_id"))
        batch_op.drop_index(batch_op.f("ix_deadline_last_day"))
        batch_op.drop_index(
            "ix_deadline_fresh", sqlite_where=sa.text("fresh"), postgresql_where=sa.text("fresh")
        )

    op.drop_table("deadline")
    with op.batch_alter_table("reminder_wish", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_reminder_wish_unrefined",
            sqlite_where=sa.text("NOT refined"),
            postgresql_where=sa.text("NOT refined"),
        )

    op.drop_table("reminder_wish")
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_settled_at"))
        batch_op.drop_index(
            "ix_reminder_planned",
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        )
        batch_op.drop_index(
            "ix_reminder_open",
            sqlite_where=sa.text("state IN ('claimed', 'sending')"),
            postgresql_where=sa.text("state IN ('claimed', 'sending')"),
        )

    op.drop_table("reminder")
    op.drop_table("reminder_pace")
