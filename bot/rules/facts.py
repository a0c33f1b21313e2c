"""The facts a rule may hang on: what to ask, why, and what is known of one person.

Most facts are asked once for all licenses. Some belong to one license or one rule and are kept
under a longer name: `waiver:us-tx`, `cme_due:us-wa-md`, `confirmed:tx-life-of-the-mother`,
`done:ca-md-pain-end-of-life`, `waived:ny-infection-control`, `have:ABP:part4`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from bot.model import Fact, Physician, Profile

Answer = Literal["yes_no", "date", "number", "specialty", "parity", "letter"]


@dataclass(frozen=True, slots=True)
class Implied:
    """Where another fact has this value, this fact has that one, if nothing else was said."""

    fact: str
    is_: Fact
    then: Fact


@dataclass(frozen=True, slots=True)
class FactWord:
    """One fact: the question that asks for it, why, its phrase ("if you ..."), how to answer.

    `not_from`: certificates of these boards (neither ABMS nor AOA) do not tell of the fact;
    `from_boards`: a certificate of one of these makes it true. `most`: the largest number.

    `about`: the `physician`, a `license`, a `rule`, or a `board` that has published no figure.
    """

    id: str
    question: str
    why: str
    phrase: str
    kind: Answer
    about: Literal["physician", "license", "rule", "board"]
    implied_by: tuple[Implied, ...] = ()
    not_from: tuple[str, ...] = ()
    from_boards: tuple[str, ...] = ()
    most: int | None = None


Facts = Mapping[str, FactWord]


def load_facts(path: Path) -> Facts:
    """Reads `data/facts.json`: fact id -> fact."""
    listed = json.loads(path.read_bytes())["facts"]
    return {item["id"]: _read(item) for item in listed}


def _read(item: Mapping[str, object]) -> FactWord:
    rest = dict(item)
    implied = rest.pop("implied_by", ())
    not_from = rest.pop("not_from", ())
    from_boards = rest.pop("from_boards", ())
    return FactWord(
        **rest,  # type: ignore[arg-type]
        implied_by=tuple(Implied(i["fact"], i["is"], i["then"]) for i in implied),  # type: ignore[attr-defined]
        not_from=tuple(not_from),  # type: ignore[arg-type]
        from_boards=tuple(from_boards),  # type: ignore[arg-type]
    )


def word_of(missing_fact: str, facts: Facts) -> FactWord:
    """The question for a missing fact, also for one of a single license or rule."""
    return facts[missing_fact.partition(":")[0]]


def profile_of(physician: Physician, facts: Facts) -> Profile:
    """The profile with what follows from the rest of the record and from what was said.

    A certificate's first day is an exam passed; a DEA date is a registration; prescribing opioids
    is prescribing controlled substances. What was said outright always wins.
    """
    profile = physician.profile
    known: dict[str, Fact] = {}
    others = facts["certified_on"].not_from
    since = [
        certificate.since
        for certificate in physician.certifications
        if certificate.since is not None and certificate.board.upper() not in others
    ]
    if since:
        known["certified_on"] = max(since)
    if profile.dea_expires is not None:
        known["dea"] = True
    held = {certificate.board.upper() for certificate in physician.certifications}
    known |= {word.id: True for word in facts.values() if not held.isdisjoint(word.from_boards)}
    known |= profile.facts
    for word in facts.values():
        for rule in word.implied_by:
            if word.id not in known and known.get(rule.fact) == rule.is_:
                known[word.id] = rule.then
    return Profile(
        profile.name, profile.license_type, profile.specialty, known, profile.dea_expires
    )


def as_date(value: Fact | None) -> date | None:
    """A date fact, also where it was kept as ISO text; None where it is not a date."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
