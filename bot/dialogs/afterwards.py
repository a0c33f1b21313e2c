"""The physician as they will be once changes are stored, so that an answer can show its effect."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.dialogs.context import Context
from bot.model import (
    AddCredit,
    Change,
    ChangeProfile,
    ConfirmTopics,
    Credit,
    KeepCertification,
    KeepLicense,
    Physician,
    RemoveCertification,
    RemoveCredit,
    RemoveLicense,
    SetFact,
)


def after(changes: Iterable[Change], context: Context) -> Context:
    """The same turn as if these changes had been stored already; nothing is stored by it."""
    person = context.physician
    for change in changes:
        person = _changed(person, change)
    return replace(context, physician=person)


def _changed(person: Physician, change: Change) -> Physician:
    match change:
        case SetFact(name, value):
            facts = {key: fact for key, fact in person.profile.facts.items() if key != name}
            if value is not None:
                facts[name] = value
            return replace(person, profile=replace(person.profile, facts=facts))
        case ChangeProfile(changes):
            return replace(person, profile=replace(person.profile, **changes))
        case KeepLicense(held):
            return replace(person, licenses=_kept(person.licenses, held))
        case RemoveLicense(license_id):
            return replace(person, licenses=_without(person.licenses, license_id))
        case KeepCertification(held):
            return replace(person, certifications=_kept(person.certifications, held))
        case RemoveCertification(certification_id):
            return replace(person, certifications=_without(person.certifications, certification_id))
        case AddCredit(credit):
            return replace(person, credits=(*person.credits, credit))
        case RemoveCredit(credit_id):
            return replace(person, credits=_without(person.credits, credit_id))
        case ConfirmTopics():
            return replace(
                person, credits=tuple(_confirmed(credit, change) for credit in person.credits)
            )
        case _:
            return person


def _kept(rows: tuple[Any, ...], row: Any) -> tuple[Any, ...]:
    """A row with an id takes its old place; one for the same board does too."""
    if any(one.board == row.board for one in rows):
        return tuple(row if one.board == row.board else one for one in rows)
    return (*rows, row)


def _without(rows: tuple[Any, ...], row_id: int) -> tuple[Any, ...]:
    return tuple(one for one in rows if one.id != row_id)


def _confirmed(credit: Credit, change: ConfirmTopics) -> Credit:
    if credit.id != change.credit_id:
        return credit
    added = change.topics if change.yes else ()
    return replace(
        credit,
        topics=tuple(dict.fromkeys((*credit.topics, *added))),
        inferred=tuple(topic for topic in credit.inferred if topic not in change.topics),
    )
