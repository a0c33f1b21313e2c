"""The tables of links to hub accounts and of credits that are waited for."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from bot.store.tables import NEVER_AGAIN, Number, _owner, _Record


class HubLinkRow(_Record, table=True):
    """A chat's one link to a hub account.

    `content` seals the names, the tokens and what the hub said of the person. `account` is a keyed
    digest: the same for every chat that reads the same account, and nobody's name. A process that
    renews the tokens holds `renewing_until`, because a refresh token is good once.
    """

    __tablename__ = "hub_link"

    physician_id: int = Field(
        sa_column_args=(sa.ForeignKey("physician.id", ondelete="CASCADE"),),
        sa_type=Number,
        primary_key=True,
    )
    account: str = Field(index=True)
    since: datetime
    renewing_until: datetime | None = None
    failing_since: datetime | None = None
    content: bytes


class WatchRow(_Record, table=True):
    """A credit that a physician waits for; all of it is sealed."""

    __tablename__ = "watch"
    __table_args__ = NEVER_AGAIN

    id: int | None = Field(default=None, primary_key=True, sa_type=Number)
    physician_id: int = _owner()
    content: bytes
