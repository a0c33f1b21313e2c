"""Links to hub accounts, and credits that are waited for."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime


def _number(name: str) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=False)


def _physician(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_physician_id_physician")
    return sa.ForeignKeyConstraint(
        ["physician_id"], ["physician.id"], name=name, ondelete="CASCADE"
    )


def upgrade() -> None:
    op.create_table(
        "hub_link",
        _number("physician_id"),
        sa.Column("account", TEXT(), nullable=False),
        sa.Column("since", INSTANT(), nullable=False),
        sa.Column("renewing_until", INSTANT(), nullable=True),
        sa.Column("failing_since", INSTANT(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _physician("hub_link"),
        sa.PrimaryKeyConstraint("physician_id", name=op.f("pk_hub_link")),
    )
    op.create_index(op.f("ix_hub_link_account"), "hub_link", ["account"])
    op.create_table(
        "watch",
        _number("id"),
        _number("physician_id"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _physician("watch"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_watch_physician_id"), "watch", ["physician_id"])


def downgrade() -> None:
    for table in ("watch", "hub_link"):
        op.drop_table(table)
