"""Who the physician in a chat is, with all that they hold; and what is kept of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.model import Certification, Credit, License, LicenseType, Physician, Profile, Proof
from bot.store.complaints import complaints_of
from bot.store.files import PROOF, files_for
from bot.store.hub_links import hub_link_of
from bot.store.sealed import (
    credit_from_json,
    credit_to_json,
    profile_from_json,
    profile_to_json,
    vault_of,
)
from bot.store.tables import (
    CertificationRow,
    CreditRow,
    LicenseRow,
    PhysicianRow,
    SavedActivityRow,
)
from bot.store.watches import watches_of

STRANGER = Physician(id=0)
"""Somebody of whom nothing is stored."""

TYPES: dict[str, LicenseType] = {"MD": "MD", "DO": "DO"}


def row_of(session: Session, chat_id: int) -> PhysicianRow | None:
    """The chat's own row, for the other modules of the store."""
    return session.exec(select(PhysicianRow).where(PhysicianRow.chat_id == chat_id)).first()


def made_row(session: Session, chat_id: int, now: datetime) -> PhysicianRow:
    """The chat's own row, made if there was none."""
    row = row_of(session, chat_id)
    if row is None:
        empty = vault_of(session).seal(profile_to_json(Profile()))
        row = PhysicianRow(chat_id=chat_id, created_at=now, profile=empty)
        session.add(row)
        session.flush()
    return row


def made_row_id(session: Session, chat_id: int, now: datetime) -> int:
    """The physician's own id, made if nothing was stored of the chat."""
    row = made_row(session, chat_id, now)
    assert row.id is not None
    return row.id


def physician_of(session: Session, chat_id: int) -> Physician:
    """The physician of a chat; `STRANGER` where nothing is stored, and nothing is made."""
    row = row_of(session, chat_id)
    return STRANGER if row is None else _physician(session, row)


def physician_by_id(session: Session, physician_id: int) -> Physician:
    """The physician by their own id; `STRANGER` where they are gone."""
    row = session.get(PhysicianRow, physician_id)
    return STRANGER if row is None else _physician(session, row)


def chat_of(session: Session, physician_id: int) -> int | None:
    """Where to write to a physician; None where they are gone or have blocked the bot."""
    row = session.get(PhysicianRow, physician_id)
    return None if row is None or row.blocked_at else row.chat_id


def owner_chat(session: Session, physician_id: int) -> int | None:
    """The physician's chat, also where they have blocked the bot."""
    row = session.get(PhysicianRow, physician_id)
    return row.chat_id if row else None


def _physician(session: Session, row: PhysicianRow) -> Physician:
    assert row.id is not None
    hub = hub_link_of(session, row.id)
    return Physician(
        id=row.id,
        profile=profile_from_json(vault_of(session).unseal(row.profile)),
        licenses=_licenses(session, row.id),
        certifications=_certifications(session, row.id),
        credits=credits_of(session, row.id),
        linked=hub is not None,
        synced_at=row.synced_at,
        blocked_at=row.blocked_at,
        saved=_saved(session, row.id),
        hub=hub,
        watches=watches_of(session, row.id),
        proofs=_proofs(session, row.chat_id),
        complaints=complaints_of(session, row.chat_id),
    )


def _proofs(session: Session, chat_id: int) -> tuple[Proof, ...]:
    return tuple(
        Proof(kept.id, int(kept.subject), kept.name, kept.mime, kept.size, kept.kept_at)
        for kept in files_for(session, chat_id, PROOF)
    )


def _licenses(session: Session, physician_id: int) -> tuple[License, ...]:
    rows = session.exec(
        select(LicenseRow)
        .where(LicenseRow.physician_id == physician_id)
        .order_by(col(LicenseRow.expires).is_(None), col(LicenseRow.expires), col(LicenseRow.id))
    )
    vault = vault_of(session)
    return tuple(
        License(
            board=row.board,
            type=TYPES[row.type],
            expires=row.expires,
            issued=row.issued,
            first_cycle=row.first_cycle,
            number=vault.unseal(row.number) if row.number else None,
            id=row.id,
        )
        for row in rows
    )


def _certifications(session: Session, physician_id: int) -> tuple[Certification, ...]:
    rows = session.exec(
        select(CertificationRow)
        .where(CertificationRow.physician_id == physician_id)
        .order_by(col(CertificationRow.id))
    )
    return tuple(Certification(row.board, row.since, row.expires, row.id) for row in rows)


def credits_of(session: Session, physician_id: int) -> tuple[Credit, ...]:
    """All credits, the earliest completion first."""
    rows = session.exec(select(CreditRow).where(CreditRow.physician_id == physician_id))
    vault = vault_of(session)
    found = (credit_from_json(vault.unseal(row.content), row.id, row.hub_id) for row in rows)
    return tuple(sorted(found, key=lambda credit: (credit.completed_on, credit.id or 0)))


def _saved(session: Session, physician_id: int) -> tuple[str, ...]:
    return tuple(
        session.exec(
            select(SavedActivityRow.activity_id)
            .where(SavedActivityRow.physician_id == physician_id)
            .order_by(col(SavedActivityRow.saved_at).desc(), col(SavedActivityRow.activity_id))
        )
    )


def keep_physician(session: Session, chat_id: int, physician: Physician, now: datetime) -> None:
    """Put a whole person into a chat, in place of what was there of profile and holdings."""
    row = made_row(session, chat_id, now)
    assert row.id is not None
    vault = vault_of(session)
    for table in (LicenseRow, CertificationRow, CreditRow):
        session.execute(sa.delete(table).where(col(table.physician_id) == row.id))
    row.profile = vault.seal(profile_to_json(physician.profile))
    row.synced_at = physician.synced_at
    session.add_all(
        [
            *(license_row(session, row.id, item) for item in physician.licenses),
            *(
                CertificationRow(
                    physician_id=row.id, board=held.board, since=held.since, expires=held.expires
                )
                for held in physician.certifications
            ),
            *(credit_row(session, row.id, credit) for credit in physician.credits),
        ]
    )
    session.flush()


def license_row(session: Session, physician_id: int, held: License) -> LicenseRow:
    """A new row for a license, its number sealed."""
    return LicenseRow(
        physician_id=physician_id,
        board=held.board,
        type=held.type,
        expires=held.expires,
        issued=held.issued,
        first_cycle=held.first_cycle,
        number=vault_of(session).seal(held.number) if held.number else None,
    )


def credit_row(session: Session, physician_id: int, credit: Credit) -> CreditRow:
    """A new row for a credit, its content sealed."""
    content = vault_of(session).seal(credit_to_json(credit))
    return CreditRow(physician_id=physician_id, hub_id=credit.hub_id, content=content)


def keep_hub_credits(
    session: Session,
    chat_id: int,
    credits: Sequence[Credit],  # noqa: A002 - the product's own word
    withdrawn: Sequence[str],
    now: datetime,
) -> tuple[Credit, ...]:
    """Bring the hub's credits of a physician up to date; those that were new come back.

    A corrected credit replaces what was there under its hub id, but topics that the physician
    confirmed stay confirmed. Credits typed in or read from a transcript are not touched.
    """
    row = made_row(session, chat_id, now)
    assert row.id is not None
    vault = vault_of(session)
    known = {
        kept.hub_id: kept
        for kept in session.exec(
            select(CreditRow).where(
                CreditRow.physician_id == row.id, col(CreditRow.hub_id).is_not(None)
            )
        )
    }
    new = []
    for credit in credits:
        kept = known.get(credit.hub_id)
        if kept is None:
            fresh = credit_row(session, row.id, credit)
            session.add(fresh)
            known[credit.hub_id] = fresh
            new.append(credit)
            continue
        before = credit_from_json(vault.unseal(kept.content), kept.id, kept.hub_id)
        topics = tuple(dict.fromkeys((*credit.topics, *before.topics)))
        # Guesses that the physician has refused are gone from the stored ones for good.
        guessed = before.inferred if credit.title == before.title else credit.inferred
        value = credit_to_json(
            replace(
                credit,
                topics=topics,
                inferred=tuple(topic for topic in guessed if topic not in topics),
                format=credit.format or before.format,
            )
        )
        kept.content = vault.seal(value)
    for hub_id in withdrawn:
        if hub_id in known:
            session.flush()
            session.delete(known.pop(hub_id))
    row.synced_at = now
    session.flush()
    return tuple(new)


def mark_blocked(session: Session, chat_id: int, now: datetime | None) -> None:
    """Remember since when the physician wants nothing of the bot; None: they are back."""
    session.execute(
        sa.update(PhysicianRow).where(col(PhysicianRow.chat_id) == chat_id).values(blocked_at=now)
    )


def blocked_since(session: Session, chat_id: int) -> datetime | None:
    row = row_of(session, chat_id)
    return row.blocked_at if row else None


def expiring(session: Session, first: date, last: date) -> tuple[tuple[int, int, date], ...]:
    """Licenses by their last day, both ends included: (physician id, license id, day)."""
    rows = session.exec(
        select(LicenseRow)
        .where(col(LicenseRow.expires).between(first, last))
        .order_by(col(LicenseRow.expires), col(LicenseRow.id))
    )
    return tuple((row.physician_id, row.id, row.expires) for row in rows if row.id and row.expires)


def note_language(session: Session, chat_id: int, language: str) -> None:
    """Remember the language of the physician's app, where something of them is stored at all."""
    session.execute(
        sa.update(PhysicianRow)
        .where(col(PhysicianRow.chat_id) == chat_id)
        .values(language=language)
    )


def language_of(session: Session, chat_id: int) -> str | None:
    row = row_of(session, chat_id)
    return row.language if row else None
