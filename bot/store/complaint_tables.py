"""The tables beside a complaint: what was added to it later, and who opened it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.store.tables import NEVER_AGAIN, ComplaintRow, Number, _Record


class AdditionRow(_Record, table=True):
    """What a physician added to a complaint, sealed: its words and the numbers of its files."""

    __tablename__ = "complaint_addition"
    __table_args__ = NEVER_AGAIN

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    number: str = Field(
        sa_column_args=(sa.ForeignKey(f"{ComplaintRow.__tablename__}.number", ondelete="CASCADE"),),
        index=True,
    )
    added_at: datetime
    delivered_at: datetime | None = None
    content: bytes


class AccessRow(_Record, table=True):
    """One opening of a complaint by an operator; it outlives the complaint."""

    __tablename__ = "complaint_access"
    __table_args__ = NEVER_AGAIN

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    number: str = Field(index=True)
    at: datetime = Field(index=True)
    act: str
    who: str
