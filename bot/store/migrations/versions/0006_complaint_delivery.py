"""What becomes of a complaint: delivery, status, retention, additions, and who opened it."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
NEW_COLUMNS = (
    ("status", TEXT),
    ("changed_at", INSTANT),
    ("told_at", INSTANT),
    ("retain_until", sa.Date),
    ("route", TEXT),
    ("hub_id", sa.LargeBinary),
    ("message_id", TEXT),
    ("attempted_at", INSTANT),
    ("delivered_at", INSTANT),
    ("withdrawal_sent_at", INSTANT),
    ("closed_at", INSTANT),
    ("late_at", INSTANT),
    ("trouble", TEXT),
    ("evidence_upto", sa.BigInteger),
    ("note", sa.LargeBinary),
    ("fair", TEXT),
)
COMPLAINT = "complaint"
NEEDED = ("status", "changed_at", "told_at", "retain_until", "evidence_upto")
STATUSES = "'waiting', 'held', 'sent', 'in_review', 'closed', 'withdrawn'"


def _number(name: str) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=False)


def _columns() -> None:
    for name, kind in NEW_COLUMNS:
        op.add_column("complaint", sa.Column(name, kind(), nullable=True))
    # What was sent before there was any delivery lies with the people who run the bot.
    kept = "date(filed_at, '+1096 days')"
    if op.get_bind().dialect.name == "postgresql":
        kept = "(filed_at + interval '1096 days')::date"
    op.execute(
        "UPDATE complaint SET status = 'held', route = 'operator', changed_at = filed_at,"  # noqa: S608
        f" told_at = filed_at, evidence_upto = 0, retain_until = {kept}"
    )
    types = dict(NEW_COLUMNS)
    with op.batch_alter_table("complaint") as table:
        for name in NEEDED:
            table.alter_column(name, existing_type=types[name](), nullable=False)
        table.create_check_constraint(op.f("ck_complaint_status"), f"status IN ({STATUSES})")
    op.create_index(op.f("ix_complaint_retain_until"), "complaint", ["retain_until"])


def upgrade() -> None:
    _columns()
    op.create_table(
        "complaint_addition",
        _number("id"),
        sa.Column("number", TEXT(), nullable=False),
        sa.Column("added_at", INSTANT(), nullable=False),
        sa.Column("delivered_at", INSTANT(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"],
            [f"{COMPLAINT}.number"],
            name=op.f("fk_complaint_addition_number_complaint"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_addition")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_complaint_addition_number"), "complaint_addition", ["number"])
    op.create_table(
        "complaint_access",
        _number("id"),
        sa.Column("number", TEXT(), nullable=False),
        sa.Column("at", INSTANT(), nullable=False),
        sa.Column("act", TEXT(), nullable=False),
        sa.Column("who", TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_access")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_complaint_access_number"), "complaint_access", ["number"])
    op.create_index(op.f("ix_complaint_access_at"), "complaint_access", ["at"])


def downgrade() -> None:
    op.drop_table("complaint_access")
    op.drop_table("complaint_addition")
    op.drop_index(op.f("ix_complaint_retain_until"), "complaint")
    with op.batch_alter_table("complaint") as table:
        table.drop_constraint(op.f("ck_complaint_status"), type_="check")
        for name, _ in NEW_COLUMNS:
            table.drop_column(name)
