"""Credits that physicians wait for, sealed; each has an errand on the day it should be there."""

from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session, col, select

from bot.model import RunErrand, Watch
from bot.store.errands import drop_errand, put_errand
from bot.store.hub_tables import WatchRow
from bot.store.sealed import vault_of
from bot.store.tables import PhysicianRow

REPORTED_WITHIN = timedelta(days=30)
"""Providers are asked to report within this time; nothing makes them. What is overdue when it is
first asked about is given as long again.
"""

LOOKED_AT = time(15, tzinfo=UTC)
"""When the day after it is looked at: in the day of every US zone but the farthest."""


def watches_of(session: Session, physician_id: int) -> tuple[Watch, ...]:
    """All that is waited for, the oldest first."""
    rows = session.exec(
        select(WatchRow).where(WatchRow.physician_id == physician_id).order_by(col(WatchRow.id))
    )
    vault = vault_of(session)
    return tuple(_watch(row, vault.unseal(row.content)) for row in rows)


def keep_watch(session: Session, owner: PhysicianRow, watch: Watch, now: datetime) -> None:
    """Wait for a credit; the same one is not waited for twice."""
    assert owner.id is not None
    same = (watch.title, watch.provider, watch.activity_id, watch.completed_on)
    for held in watches_of(session, owner.id):
        if same == (held.title, held.provider, held.activity_id, held.completed_on):
            return
    content = {
        "title": watch.title,
        "provider": watch.provider,
        "activity_id": watch.activity_id,
        "completed_on": watch.completed_on and watch.completed_on.isoformat(),
        "about": watch.about,
        "since": now.date().isoformat(),
    }
    row = session.get(WatchRow, watch.id) if watch.id is not None else None
    if row is None or row.physician_id != owner.id:
        row = WatchRow(physician_id=owner.id, content=b"")
    row.content = vault_of(session).seal(content)
    session.add(row)
    session.flush()
    begun = watch.completed_on or now.date()
    if begun + REPORTED_WITHIN < now.date():
        begun = now.date()
    day = begun + REPORTED_WITHIN + timedelta(days=1)
    wanted = RunErrand(
        "watch_overdue",
        "missing_credit",
        {"watch": row.id},
        key=_key(row.id),
        due_at=datetime.combine(day, LOOKED_AT),
    )
    put_errand(session, owner.chat_id, wanted, now)


def end_watch(session: Session, owner: PhysicianRow, watch_id: int, now: datetime) -> None:
    """Wait no more; somebody else's is not touched."""
    row = session.get(WatchRow, watch_id)
    if row is not None and row.physician_id == owner.id:
        drop_errand(session, _key(watch_id), now)
        session.delete(row)
        session.flush()


def _key(watch_id: int | None) -> str:
    return f"watch:{watch_id}"


def _watch(row: WatchRow, content: dict[str, str | bool | None]) -> Watch:
    def day(name: str) -> date | None:
        return date.fromisoformat(str(content[name])) if content.get(name) else None

    return Watch(
        title=str(content["title"]),
        provider=(content["provider"] and str(content["provider"])) or None,
        activity_id=(content["activity_id"] and str(content["activity_id"])) or None,
        completed_on=day("completed_on"),
        about=bool(content["about"]),
        since=day("since"),
        id=row.id,
    )
