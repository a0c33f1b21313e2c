"""News: unprompted messages that wait for a day on which the physician may be written to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.model import News, Outgoing
from bot.store.errand_tables import NewsRow
from bot.store.once import insert_once
from bot.store.sealed import outgoing_from_json, outgoing_to_json, vault_of


@dataclass(frozen=True, slots=True)
class WaitingNews:
    """A message that waits; `since` is when it became news."""

    id: int
    key: str
    since: datetime
    outgoing: Outgoing


def put_news(session: Session, physician_id: int, news: News, now: datetime) -> bool:
    """Store news for a physician; False where its key was there before."""
    values = {
        "physician_id": physician_id,
        "key": news.key,
        "since": now,
        "look_at": now,
        "state": "waiting",
        "payload": vault_of(session).seal(outgoing_to_json(news.outgoing)),
    }
    return insert_once(session, NewsRow, values, unique="key")


def physicians_with_news(session: Session, now: datetime, limit: int) -> tuple[int, ...]:
    """Physicians whose news may be due by now, the longest waiting first."""
    return tuple(
        session.exec(
            select(NewsRow.physician_id)
            .where(NewsRow.state == "waiting", NewsRow.look_at <= now)
            .group_by(col(NewsRow.physician_id))
            .order_by(sa.func.min(NewsRow.look_at))
            .limit(limit)
        )
    )


def news_of(session: Session, physician_id: int) -> tuple[WaitingNews, ...]:
    """All that waits for a physician, the oldest first."""
    rows = session.exec(
        select(NewsRow)
        .where(NewsRow.physician_id == physician_id, NewsRow.state == "waiting")
        .order_by(col(NewsRow.id))
    )
    vault = vault_of(session)
    return tuple(
        WaitingNews(row.id, row.key, row.since, outgoing_from_json(vault.unseal(row.payload)))
        for row in rows
        if row.id is not None and row.payload is not None
    )


def put_off_news(session: Session, physician_id: int, look_at: datetime) -> None:
    """Look at a physician's news again at that time, not before."""
    session.execute(
        sa.update(NewsRow)
        .where(col(NewsRow.physician_id) == physician_id, col(NewsRow.state) == "waiting")
        .values(look_at=look_at)
    )


def mark_told(session: Session, ids: Sequence[int]) -> None:
    """These went to the outbox; only their keys stay."""
    session.execute(
        sa.update(NewsRow).where(col(NewsRow.id).in_(ids)).values(state="sent", payload=None)
    )
