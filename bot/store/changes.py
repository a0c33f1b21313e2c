"""Carrying out the changes that a turn decided on; every one is idempotent or numbered."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.model import (
    AddCredit,
    AddToComplaint,
    Certification,
    Change,
    ChangeHubLink,
    ChangeProfile,
    ConfirmTopics,
    Credit,
    DropErrand,
    DropFile,
    EndHubLink,
    EndWatch,
    ErasePhysician,
    FileComplaint,
    KeepCertification,
    KeepLicense,
    KeepWatch,
    License,
    Profile,
    RateComplaint,
    RemoveCertification,
    RemoveCredit,
    RemoveLicense,
    RemoveProof,
    RunErrand,
    SaveActivity,
    SetFact,
    WithdrawComplaint,
)
from bot.store.complaints import (
    add_to_complaint,
    file_complaint,
    part_from,
    rate_complaint,
    withdraw_complaint,
)
from bot.store.errands import drop_errand, erase_errands, put_errand
from bot.store.files import PROOF, drop_file, erase_files, files_about
from bot.store.hub_links import change_hub_link, end_hub_link
from bot.store.physicians import credit_row, license_row, made_row, row_of
from bot.store.sealed import (
    credit_from_json,
    credit_to_json,
    profile_from_json,
    profile_to_json,
    vault_of,
)
from bot.store.tables import (
    CertificationRow,
    ConversationRow,
    CreditRow,
    InboxRow,
    LicenseRow,
    OutboxRow,
    PhysicianRow,
    SavedActivityRow,
)
from bot.store.watches import end_watch, keep_watch


def carry_out(session: Session, chat_id: int, change: Change, now: datetime) -> None:
    """Make one change to what is stored of the physician of a chat.

    The physician is made at the first change. A row of somebody else is never touched: an id that
    is not this physician's own changes nothing.
    """
    if isinstance(change, ErasePhysician):
        if (owner := row_of(session, chat_id)) is not None:
            end_hub_link(session, owner, "link", now)
        erase(session, chat_id)
        return
    row = made_row(session, chat_id, now)
    assert row.id is not None
    match change:
        case SetFact(name, value):
            profile = _profile(session, row)
            facts = {key: fact for key, fact in profile.facts.items() if key != name}
            if value is not None:
                facts[name] = value
            _keep_profile(session, row, replace(profile, facts=facts))
        case ChangeProfile(changes):
            _keep_profile(session, row, replace(_profile(session, row), **changes))
        case KeepLicense(held):
            _keep_license(session, row.id, held)
        case RemoveLicense(license_id):
            _remove(session, LicenseRow, license_id, row.id)
        case KeepCertification(held):
            _keep_certification(session, row.id, held)
        case RemoveCertification(certification_id):
            _remove(session, CertificationRow, certification_id, row.id)
        case AddCredit(credit):
            _add_credit(session, row.id, credit)
        case RemoveCredit(credit_id):
            _remove(session, CreditRow, credit_id, row.id)
            for proof in files_about(session, chat_id, PROOF, str(credit_id)):
                drop_file(session, chat_id, proof.id)
        case RemoveProof(file_id):
            drop_file(session, chat_id, file_id, PROOF)
        case ConfirmTopics():
            _confirm_topics(session, row.id, change)
        case SaveActivity(activity_id, saved):
            _save(session, row.id, activity_id, now if saved else None)
        case _:
            _carry_out_beyond(session, chat_id, row, change, now)
    session.flush()


def _carry_out_beyond(
    session: Session, chat_id: int, row: PhysicianRow, change: Change, now: datetime
) -> None:
    """A change that reaches beyond the chat: to those who read complaints, to the hub."""
    assert row.id is not None
    match change:
        case FileComplaint():
            file_complaint(session, chat_id, change)
        case AddToComplaint():
            add_to_complaint(session, chat_id, change)
        case WithdrawComplaint():
            withdraw_complaint(session, chat_id, change)
        case RateComplaint():
            rate_complaint(session, chat_id, change)
        case DropFile(file_id):
            drop_file(session, chat_id, file_id)
        case RunErrand():
            put_errand(session, chat_id, change, now)
        case DropErrand(key):
            drop_errand(session, key, now)
        case ChangeHubLink(changes):
            change_hub_link(session, row.id, changes)
        case EndHubLink(what):
            end_hub_link(session, row, what, now)
        case KeepWatch(watch):
            keep_watch(session, row, watch, now)
        case EndWatch(watch_id):
            end_watch(session, row, watch_id, now)


def erase(session: Session, chat_id: int) -> None:
    """Remove every row of a chat: person, holdings, conversation, what came in and went out.

    Only updates that still wait for their turn stay until they had it; they came from somebody
    who by then is a stranger.
    """
    row = row_of(session, chat_id)
    if row is not None:
        # The rows that hang on the physician go with it, by the foreign keys.
        session.execute(sa.delete(PhysicianRow).where(col(PhysicianRow.id) == row.id))
        session.expire_all()
    part_from(session, chat_id)
    erase_errands(session, chat_id)
    erase_files(session, chat_id)
    for table in (ConversationRow, OutboxRow):
        session.execute(sa.delete(table).where(col(table.chat_id) == chat_id))
    session.execute(
        sa.delete(InboxRow).where(
            col(InboxRow.chat_id) == chat_id, col(InboxRow.state) != "waiting"
        )
    )


def _profile(session: Session, row: PhysicianRow) -> Profile:
    return profile_from_json(vault_of(session).unseal(row.profile))


def _keep_profile(session: Session, row: PhysicianRow, profile: Profile) -> None:
    row.profile = vault_of(session).seal(profile_to_json(profile))


def _own(session: Session, table: type[Any], row_id: int | None, physician_id: int) -> Any:
    """The row, if it is this physician's."""
    row = session.get(table, row_id) if row_id is not None else None
    return row if row is not None and row.physician_id == physician_id else None


def _remove(session: Session, table: type[Any], row_id: int, physician_id: int) -> None:
    row = _own(session, table, row_id, physician_id)
    if row is not None:
        session.delete(row)


def _keep_license(session: Session, physician_id: int, held: License) -> None:
    fresh = license_row(session, physician_id, held)
    if held.id is None:
        session.add(fresh)
        return
    row = _own(session, LicenseRow, held.id, physician_id)
    if row is not None:
        for name in ("board", "type", "expires", "issued", "first_cycle", "number"):
            setattr(row, name, getattr(fresh, name))


def _keep_certification(session: Session, physician_id: int, held: Certification) -> None:
    row = _own(session, CertificationRow, held.id, physician_id)
    if held.id is not None and row is None:
        return
    row = row or CertificationRow(physician_id=physician_id, board=held.board)
    row.board, row.since, row.expires = held.board, held.since, held.expires
    session.add(row)


def _add_credit(session: Session, physician_id: int, credit: Credit) -> None:
    """A credit that the hub has numbered is there once, whoever brings it."""
    if credit.id is not None:
        row = _own(session, CreditRow, credit.id, physician_id)
        if row is not None and row.hub_id is None:
            row.content = vault_of(session).seal(credit_to_json(credit))
        return
    if credit.hub_id is not None:
        known = sa.select(CreditRow).where(
            col(CreditRow.physician_id) == physician_id, col(CreditRow.hub_id) == credit.hub_id
        )
        if session.execute(known).first():
            return
    session.add(credit_row(session, physician_id, credit))


def _confirm_topics(session: Session, physician_id: int, change: ConfirmTopics) -> None:
    row = _own(session, CreditRow, change.credit_id, physician_id)
    if row is None:
        return
    vault = vault_of(session)
    credit = credit_from_json(vault.unseal(row.content), row.id, row.hub_id)
    added = change.topics if change.yes else ()
    settled = replace(
        credit,
        topics=tuple(dict.fromkeys((*credit.topics, *added))),
        inferred=tuple(topic for topic in credit.inferred if topic not in change.topics),
    )
    row.content = vault.seal(credit_to_json(settled))


def _save(session: Session, physician_id: int, activity_id: str, saved_at: datetime | None) -> None:
    row = session.get(SavedActivityRow, (physician_id, activity_id))
    if saved_at is None and row is not None:
        session.delete(row)
    elif saved_at is not None and row is None:
        session.add(
            SavedActivityRow(physician_id=physician_id, activity_id=activity_id, saved_at=saved_at)
        )
