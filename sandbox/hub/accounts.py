"""The demo physicians' accounts: what the hub knows of each, as it says it."""

import json
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from typing import Any

from bot.documents.person import months_on, moved_on, read_person
from bot.hub.contract import (
    BoardCertification,
    Completion,
    CreditCertificate,
    CreditReceived,
    LearnerTranscript,
    Licensure,
    Member,
    Module,
    ModuleName,
    PersonalInfo,
    PersonName,
    ProfileAnswer,
    ProfileExtension,
    RowExtension,
    TranscriptAnswer,
    TranscriptRow,
)
from bot.hub.facts import CERTIFICATIONS
from bot.hub.ids import activity_id, provider_id
from bot.model import Credit, License, Physician


@dataclass(slots=True)
class Account:
    """One physician's record; `id` is the name used on the command line, `demo-texas`."""

    id: str
    physician: Physician
    reported: list[Credit] = field(default_factory=list)
    withdrawn: list[Credit] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.physician.profile.name or self.id

    def report(self, credit: Credit) -> Credit:
        """A provider reports a credit; it gets an activity id and a CreditID where it has none."""
        activity = credit.activity_id or activity_id(credit.title, credit.provider or "")
        number = len(self.reported) + len(self.withdrawn) + 1
        stored = replace(
            credit,
            origin="hub",
            activity_id=activity,
            hub_id=credit.hub_id or f"ccid:{activity}:r{number:04d}",
        )
        self.reported.append(stored)
        return stored

    def withdraw(self, hub_id: str) -> None:
        """The provider takes a credit back: what was an `add` row becomes a `delete` row."""
        for credit in [credit for credit in self.reported if credit.hub_id == hub_id]:
            self.reported.remove(credit)
            self.withdrawn.append(credit)

    def transcript(self, first: date | None = None, last: date | None = None) -> dict[str, Any]:
        """The answer of the transcript endpoint, for completions between two days."""
        rows = [
            *(_row(credit, "delete") for credit in self.withdrawn if _inside(credit, first, last)),
            *(_row(credit, "add") for credit in self.reported if _inside(credit, first, last)),
        ]
        record = LearnerTranscript(member=self._member(), rows=tuple(rows))
        return TranscriptAnswer(transcripts=(record,)).as_json()

    def profile(self) -> dict[str, Any]:
        """The answer of the profile endpoint."""
        known = self.physician.profile
        extension = ProfileExtension(degree=known.license_type, specialty=known.specialty)
        return ProfileAnswer(member=self._member(), extension=extension).as_json()

    def _member(self) -> Member:
        given, _, family = self.name.rpartition(" ")
        certifications = tuple(
            BoardCertification(board=held.board, since=held.since, expires=held.expires)
            for held in self.physician.certifications
        )
        info = PersonalInfo(
            licenses=tuple(_licensure(held) for held in self.physician.licenses),
            certifications=certifications,
        )
        return Member(name=PersonName(given=given or family, family=family), info=info)


def demo_accounts(today: date) -> dict[str, Account]:
    """All demo physicians, with their dates moved on so that they fit `today`."""
    people = json.loads(files("data").joinpath("demo", "physicians.json").read_text("utf-8"))
    accounts: dict[str, Account] = {}
    for person in people:
        physician = moved_on(read_person(person), months_on(today))
        reported = [credit for credit in physician.credits if credit.origin == "hub"]
        accounts[person["id"]] = Account(person["id"], physician, reported)
    return accounts


def _inside(credit: Credit, first: date | None, last: date | None) -> bool:
    return (first or date.min) <= credit.completed_on <= (last or date.max)


def _licensure(held: License) -> Licensure:
    return Licensure(
        state=held.board.split("-")[1].upper(),
        board=held.board,
        number=held.number,
        degree=held.type,
        issued=held.issued,
        expires=held.expires,
    )


def _row(credit: Credit, action: str) -> dict[str, Any]:
    board = credit.board if credit.type == "moc" else None
    received = CreditReceived(
        certification=board or CERTIFICATIONS[credit.type], unit="Point", amount=credit.amount
    )
    module = Module(
        name=ModuleName(value=credit.title, module_id=credit.activity_id or ""),
        status="Completed",
        completed=credit.completed_on,
        certificates=(CreditCertificate(credit_id=credit.hub_id or "", received=received),),
    )
    provider = credit.provider or "Unnamed provider"
    completion = Completion(
        provider_id=provider_id(provider), provider_name=provider, module=module
    )
    extension = RowExtension.model_validate({"LearnerRecordAction": action})
    return TranscriptRow(activity=completion, extension=extension).as_json()
