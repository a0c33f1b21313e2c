"""A chat without a network: says, presses, and what is seen, through the real assistant."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.assistant import Sources, Turn, respond
from bot.conversation import Conversation, from_json, to_json
from bot.documents.person import read_person
from bot.model import (
    AddCredit,
    ChangeProfile,
    Complaint,
    ConfirmTopics,
    ErasePhysician,
    FileComplaint,
    Incoming,
    IncomingFile,
    KeepCertification,
    KeepLicense,
    Kind,
    Outgoing,
    Physician,
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
from bot.texts import plain
from data import HERE


def physician(name: str) -> Physician:
    """A demo physician by id."""
    people = json.loads((HERE / "demo" / "physicians.json").read_text(encoding="utf-8"))
    return read_person(next(entry for entry in people if entry["id"] == name))


def changed(person: Physician, change: object) -> Physician:
    """The physician after a change, as the store would give them back."""
    match change:
        case SetFact(name, value):
            facts = {**person.profile.facts, name: value}
            kept = {key: fact for key, fact in facts.items() if fact is not None}
            return replace(person, profile=replace(person.profile, facts=kept))
        case ChangeProfile(changes):
            return replace(person, profile=replace(person.profile, **changes))
        case KeepLicense(held):
            return replace(person, licenses=_kept(person.licenses, held))
        case RemoveLicense(number):
            return replace(person, licenses=_without(person.licenses, number))
        case KeepCertification(held):
            return replace(person, certifications=_kept(person.certifications, held))
        case RemoveCertification(number):
            return replace(person, certifications=_without(person.certifications, number))
        case SaveActivity(number, kept):
            others = tuple(one for one in person.saved if one != number)
            return replace(person, saved=(number, *others) if kept else others)
        case AddCredit(credit):
            return replace(person, credits=_kept(person.credits, replace(credit, id=None)))
        case RemoveCredit(number):
            return replace(person, credits=_without(person.credits, number))
        case ConfirmTopics(number, topics, yes):
            credits_ = tuple(
                _settled(one, topics, yes=yes) if one.id == number else one
                for one in person.credits
            )
            return replace(person, credits=credits_)
        case RemoveProof(number):
            return replace(person, proofs=_without(person.proofs, number))
        case FileComplaint(number, answers, at):
            kept = Complaint(number, at, "waiting", at, answers)
            return replace(person, complaints=(kept, *person.complaints))
        case WithdrawComplaint(number, at):
            return replace(person, complaints=_moved(person, number, status="withdrawn"))
        case RateComplaint(number, fair):
            return replace(person, complaints=_moved(person, number, fair=fair))
        case ErasePhysician():
            return Physician(0)
        case _:
            return person


def _settled(credit, topics, *, yes):
    left = tuple(topic for topic in credit.inferred if topic not in topics)
    known = (*credit.topics, *topics) if yes else credit.topics
    return replace(credit, topics=tuple(dict.fromkeys(known)), inferred=left)


def _moved(person, number, **changes):
    return tuple(
        replace(one, **changes) if one.number == number else one for one in person.complaints
    )


def _kept(rows, row):
    if row.id is not None:
        return tuple(row if one.id == row.id else one for one in rows)
    return (*rows, replace(row, id=1 + max((one.id or 0 for one in rows), default=0)))


def _without(rows, number):
    return tuple(one for one in rows if one.id != number)


def numbered(person: Physician) -> Physician:
    """The physician with row numbers, as one read from the store has them."""
    licenses = tuple(replace(one, id=place) for place, one in enumerate(person.licenses, 1))
    held = tuple(replace(one, id=place) for place, one in enumerate(person.certifications, 1))
    credits_ = tuple(replace(one, id=place) for place, one in enumerate(person.credits, 1))
    return replace(person, licenses=licenses, certifications=held, credits=credits_)


@dataclass
class Chat:
    """One physician's chat; state goes through JSON at every turn, as it does in the store."""

    sources: Sources
    now: datetime
    person: str | None = None
    turns: list[Turn] = field(default_factory=list)
    conversation: Conversation = field(default_factory=Conversation)

    def __post_init__(self) -> None:
        self.physician = numbered(physician(self.person)) if self.person else Physician(0)

    def says(self, text: str, kind: Kind = Kind.TEXT) -> str:
        return self._turn(Incoming(len(self.turns) + 1, 1, kind, self.now, text=text))

    def sends(self, name: str | None, kind: Kind = Kind.FILE, size: int = 1000) -> str:
        """A file or, without a name, a picture; what is in it is told by `hears`."""
        file = IncomingFile("file-id", "unique", name, None, size)
        number = len(self.turns) + 1
        return self._turn(Incoming(number, 1, kind, self.now, file=file, message_id=number))

    def hears(self, result: dict[str, Any]) -> str:
        """What came of the errand that was sent out last."""
        wanted = self.errands[-1]
        told = json.loads(json.dumps(result))
        number = len(self.turns) + 1
        incoming = Incoming(
            number, 1, Kind.RESULT, self.now, text=wanted.name, data=wanted.dialog, result=told
        )
        return self._turn(incoming)

    @property
    def errands(self) -> list[RunErrand]:
        return [one for turn in self.turns for one in turn.changes if isinstance(one, RunErrand)]

    def presses(self, label: str) -> str:
        data = next(key.data for key in self.keys if label in key.label)
        return self.presses_data(data)

    def presses_data(self, data: str) -> str:
        place = len(self.turns) + 1
        incoming = Incoming(place, 1, Kind.PRESS, self.now, data=data, press_id="p", message_id=1)
        return self._turn(incoming)

    def _turn(self, incoming: Incoming) -> str:
        stored = json.loads(json.dumps(to_json(self.conversation)))
        turn = respond(incoming, self.physician, from_json(stored), self.sources, self.now)
        self.turns.append(turn)
        self.conversation = turn.conversation
        for change in turn.changes:
            self._changed(change)
        return self.text

    def hears_of(self, errand: RunErrand, **result) -> str:
        """What came of this errand."""
        place = -len(self.turns) - 1
        told = {"text": errand.name, "data": errand.dialog, "result": result}
        return self._turn(Incoming(place, 1, Kind.RESULT, self.now, **told))

    def sent_out(self, name: str) -> list[RunErrand]:
        """The errands of this name that the last turn has sent out."""
        changes = self.turns[-1].changes
        return [one for one in changes if isinstance(one, RunErrand) and one.name == name]

    def _changed(self, change: object) -> None:
        self.physician = changed(self.physician, change)

    @property
    def shown(self) -> list[Outgoing]:
        return [one for one in self.turns[-1].outgoing if one.kind != "notice"]

    @property
    def notices(self) -> list[str]:
        return [one.html for one in self.turns[-1].outgoing if one.kind == "notice"]

    @property
    def text(self) -> str:
        return "\n\n".join(plain(one.html) for one in self.shown)

    @property
    def html(self) -> str:
        return "\n\n".join(one.html for one in self.shown)

    @property
    def first_line(self) -> str:
        return self.text.split("\n", 1)[0]

    @property
    def keys(self):
        return [key for one in self.shown for row in one.keys for key in row]

    @property
    def labels(self) -> list[str]:
        return [key.label for key in self.keys]
