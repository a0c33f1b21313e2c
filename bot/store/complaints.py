"""Complaints that were sent: what they say, how far they have got, and who opened them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.model import (
    AddToComplaint,
    Complaint,
    ComplaintStatus,
    FileComplaint,
    RateComplaint,
    WithdrawComplaint,
)
from bot.store.complaint_tables import AccessRow, AdditionRow
from bot.store.files import adopt_files, forget_evidence
from bot.store.sealed import vault_of
from bot.store.tables import ComplaintRow

KEPT_OPEN = timedelta(days=3 * 365 + 1)
"""How long a complaint that nobody closed is kept: the accreditor's twelve months to take it up,
and two years in which an inquiry and what follows from it may run.
"""

KEPT_OVER = timedelta(days=2 * 365)
"""How long it is kept after it was closed or withdrawn, should somebody come back to it."""


class TakenNumberError(Exception):
    """Two complaints drew the same number; the turn is undone, and the next try draws another."""


@dataclass(frozen=True, slots=True)
class Addition:
    """What was added to a complaint later; `files` are numbers of kept files."""

    id: int
    added_at: datetime
    text: str
    files: tuple[int, ...]
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Filed:
    """A complaint as its readers and its sender see it; the columns of `ComplaintRow`, opened."""

    number: str
    chat_id: int | None
    filed_at: datetime
    answers: Mapping[str, Any]
    status: ComplaintStatus
    changed_at: datetime
    told_at: datetime
    retain_until: date
    route: str | None
    hub_id: str | None
    message_id: str | None
    attempted_at: datetime | None
    delivered_at: datetime | None
    withdrawal_sent_at: datetime | None
    closed_at: datetime | None
    late_at: datetime | None
    trouble: str | None
    evidence_upto: int
    note: str | None
    fair: str | None
    additions: tuple[Addition, ...]

    @property
    def open(self) -> bool:
        return self.status not in ("closed", "withdrawn")


@dataclass(frozen=True, slots=True)
class Access:
    """One opening of a complaint by an operator."""

    number: str
    at: datetime
    act: str
    who: str


# ── what the physician does ─────────────────────────────────────────────────────────────────


def file_complaint(session: Session, chat_id: int, change: FileComplaint) -> None:
    """Store a complaint under its number, with its evidence; the same one is stored once.

    Raises `TakenNumberError` where the number belongs to another complaint.
    """
    known = session.get(ComplaintRow, change.number)
    if known is not None:
        if (known.chat_id, known.filed_at) != (chat_id, change.filed_at):
            raise TakenNumberError(change.number)
        return
    at = change.filed_at
    session.add(
        ComplaintRow(
            number=change.number,
            chat_id=chat_id,
            filed_at=at,
            changed_at=at,
            told_at=at,
            retain_until=(at + KEPT_OPEN).date(),
            content=vault_of(session).seal(dict(change.answers)),
        )
    )
    session.flush()
    kept = [piece["kept"] for piece in change.answers.get("evidence") or ()]
    adopt_files(session, chat_id, kept, change.number)


def add_to_complaint(session: Session, chat_id: int, change: AddToComplaint) -> None:
    """Store what was added; to a complaint of somebody else, or one that is over, nothing is."""
    row = _own(session, chat_id, change.number)
    if row is None or row.closed_at is not None:
        return
    content = {"text": change.text, "files": list(change.files)}
    session.add(
        AdditionRow(
            number=change.number,
            added_at=change.added_at,
            content=vault_of(session).seal(content),
        )
    )
    adopt_files(session, chat_id, change.files, change.number)


def withdraw_complaint(session: Session, chat_id: int, change: WithdrawComplaint) -> None:
    row = _own(session, chat_id, change.number)
    if row is None or row.closed_at is not None:
        return
    _end(row, "withdrawn", change.withdrawn_at)


def rate_complaint(session: Session, chat_id: int, change: RateComplaint) -> None:
    row = _own(session, chat_id, change.number)
    if row is not None:
        row.fair = change.fair


def complaints_of(session: Session, chat_id: int) -> tuple[Complaint, ...]:
    """The complaints of a chat, the newest first."""
    rows = session.exec(
        select(ComplaintRow)
        .where(ComplaintRow.chat_id == chat_id)
        .order_by(col(ComplaintRow.filed_at).desc(), col(ComplaintRow.number))
    )
    vault = vault_of(session)
    return tuple(
        Complaint(
            number=row.number,
            filed_at=row.filed_at,
            status=cast("ComplaintStatus", row.status),
            changed_at=row.changed_at,
            answers=vault.unseal(row.content),
            route=row.route,
            message=vault.unseal(row.note) if row.note else None,
            late=row.late_at is not None and row.delivered_at is None,
            fair=row.fair,
        )
        for row in rows
    )


def part_from(session: Session, chat_id: int) -> None:
    """Untie the complaints of a chat from it; what was sent stays with its readers."""
    session.execute(
        sa.update(ComplaintRow).where(col(ComplaintRow.chat_id) == chat_id).values(chat_id=None)
    )


def _own(session: Session, chat_id: int, number: str) -> ComplaintRow | None:
    row = session.get(ComplaintRow, number, with_for_update=True)
    return row if row is not None and row.chat_id == chat_id else None


def _end(row: ComplaintRow, status: str, at: datetime) -> None:
    row.status, row.changed_at, row.told_at, row.closed_at = status, at, at, at
    row.retain_until = (at + KEPT_OVER).date()


# ── what becomes of it ──────────────────────────────────────────────────────────────────────


def filed(session: Session, number: str | None = None) -> tuple[Filed, ...]:
    """The complaints, or the one with this number, the oldest first."""
    wanted = select(ComplaintRow).order_by(col(ComplaintRow.filed_at), col(ComplaintRow.number))
    if number is not None:
        wanted = wanted.where(ComplaintRow.number == number)
    return tuple(_filed(session, row) for row in session.exec(wanted).all())


def note_attempt(session: Session, number: str, route: str, message_id: str, at: datetime) -> None:
    """Delivery begins: the way it takes, and the Message-ID it will always have."""
    row = _row(session, number)
    row.route = row.route or route
    row.attempted_at = row.attempted_at or at
    row.message_id = row.message_id or message_id


def change_route(session: Session, number: str, route: str) -> None:
    """Its recipient takes no complaints, so it takes another way."""
    _row(session, number).route = route


def note_trouble(session: Session, number: str, trouble: str, late_at: datetime | None) -> None:
    """A delivery failed; `late_at` is now, once it takes too long."""
    row = _row(session, number)
    row.trouble, row.late_at = trouble, row.late_at or late_at


def note_delivered(session: Session, number: str, hub_id: str | None, at: datetime) -> None:
    """It has arrived; a complaint that was withdrawn meanwhile stays withdrawn."""
    row = _row(session, number)
    row.delivered_at, row.trouble = row.delivered_at or at, None
    if hub_id is not None:
        row.hub_id = vault_of(session).seal(hub_id)
    if row.status == "waiting":
        row.status, row.changed_at, row.told_at = "sent", at, at


def note_held(session: Session, number: str, at: datetime) -> None:
    """It stays with the people who run the bot."""
    row = _row(session, number)
    row.route = "operator"
    if row.status == "waiting":
        row.status, row.changed_at = "held", at


def note_evidence(session: Session, number: str, file_id: int) -> None:
    """The files up to this number have arrived."""
    row = _row(session, number)
    row.evidence_upto = max(row.evidence_upto, file_id)


def note_addition(session: Session, addition_id: int, at: datetime) -> None:
    row = session.get(AdditionRow, addition_id)
    if row is not None:
        row.delivered_at = row.delivered_at or at


def note_withdrawal(session: Session, number: str, at: datetime) -> None:
    """The recipient knows that it was withdrawn."""
    row = _row(session, number)
    row.withdrawal_sent_at, row.trouble = row.withdrawal_sent_at or at, None


def note_status(
    session: Session, number: str, status: ComplaintStatus, note: str | None, at: datetime
) -> bool:
    """What the recipient, or whoever closes it, says of it; False where that is known already."""
    row = _row(session, number)
    vault = vault_of(session)
    known = vault.unseal(row.note) if row.note else None
    if row.closed_at is not None or (row.status, known) == (status, note):
        return False
    row.note = vault.seal(note) if note else None
    if status in ("closed", "withdrawn"):
        _end(row, status, at)
    else:
        row.status, row.changed_at, row.told_at = status, at, at
    return True


def note_told(session: Session, number: str, at: datetime) -> None:
    """The physician was told that it is still open."""
    _row(session, number).told_at = at


def _row(session: Session, number: str) -> ComplaintRow:
    row = session.get(ComplaintRow, number, with_for_update=True)
    assert row is not None, number
    return row


def _filed(session: Session, row: ComplaintRow) -> Filed:
    vault = vault_of(session)
    added = session.exec(
        select(AdditionRow).where(AdditionRow.number == row.number).order_by(col(AdditionRow.id))
    )
    return Filed(
        number=row.number,
        chat_id=row.chat_id,
        filed_at=row.filed_at,
        answers=vault.unseal(row.content),
        status=cast("ComplaintStatus", row.status),
        changed_at=row.changed_at,
        told_at=row.told_at,
        retain_until=row.retain_until,
        route=row.route,
        hub_id=vault.unseal(row.hub_id) if row.hub_id else None,
        message_id=row.message_id,
        attempted_at=row.attempted_at,
        delivered_at=row.delivered_at,
        withdrawal_sent_at=row.withdrawal_sent_at,
        closed_at=row.closed_at,
        late_at=row.late_at,
        trouble=row.trouble,
        evidence_upto=row.evidence_upto,
        note=vault.unseal(row.note) if row.note else None,
        fair=row.fair,
        additions=tuple(_addition(session, one) for one in added),
    )


def _addition(session: Session, row: AdditionRow) -> Addition:
    assert row.id is not None
    content = vault_of(session).unseal(row.content)
    files = tuple(content["files"])
    return Addition(row.id, row.added_at, content["text"], files, row.delivered_at)


# ── for the operator ────────────────────────────────────────────────────────────────────────


def note_access(session: Session, number: str, act: str, who: str, at: datetime) -> None:
    """Somebody opens a complaint."""
    session.add(AccessRow(number=number, at=at, act=act, who=who))


def accesses(session: Session, number: str | None = None) -> tuple[Access, ...]:
    """Who opened which complaint, the earliest first."""
    wanted = select(AccessRow).order_by(col(AccessRow.id))
    if number is not None:
        wanted = wanted.where(AccessRow.number == number)
    return tuple(Access(row.number, row.at, row.act, row.who) for row in session.exec(wanted))


def erase_overdue(session: Session, today: date) -> tuple[str, ...]:
    """Erase the complaints whose time of keeping is over, evidence included; their numbers."""
    numbers = tuple(
        session.exec(select(ComplaintRow.number).where(col(ComplaintRow.retain_until) < today))
    )
    for number in numbers:
        forget_evidence(session, number)
    session.execute(sa.delete(ComplaintRow).where(col(ComplaintRow.number).in_(numbers)))
    return numbers


def tidy_accesses(session: Session, before: datetime) -> None:
    """Forget who opened complaints that were erased long ago."""
    session.execute(sa.delete(AccessRow).where(col(AccessRow.at) < before))
