"""A fact that a rule waits for: how it is asked, kept, said again and taken back.

A fact is named as the rules name it, `direct_patient_care` or `waiver:us-tx`; one that stands on a
license or certificate itself carries its board behind an @: `issued@us-tx`, `since@ABIM`.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.dialogs import holdings, standings
from bot.dialogs.context import Context
from bot.model import (
    Change,
    ChangeProfile,
    Fact,
    KeepCertification,
    KeepLicense,
    RuleStanding,
    SetFact,
    Standing,
)
from bot.rules.facts import FactWord, as_date, profile_of
from bot.texts import MONTHS, plain_day

ON_LICENSE = ("issued", "expires", "first_cycle")
ON_CERTIFICATE = ("since",)
ON_PROFILE = {"specialty": "specialty", "dea_expires": "dea_expires"}
"""Facts that have a place of their own in the profile."""

LONGEST = 40
"""Bytes of a fact's name that fit a button; a longer one is written as a number."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One fact as it is asked: its full name, the words that ask for it, and whom it is about."""

    name: str
    word: FactWord
    question: str
    about: str
    why: str


def missing(found: Iterable[Standing], context: Context) -> list[str]:
    """Facts that would settle rules, the one that settles most of them first."""
    counted: dict[str, int] = {}
    for one in found:
        for rule in one.rules:
            if (name := missing_of(rule, one, context)) is not None:
                counted[name] = counted.get(name, 0) + 1
        if one.cycle.missing_fact:
            name = _named(one.cycle.missing_fact, one)
            counted[name] = counted.get(name, 0) + 1
    return sorted(counted, key=lambda name: -counted[name])


def missing_of(rule: RuleStanding, one: Standing, context: Context) -> str | None:
    """The fact that a rule waits for, if anybody but the board can give it."""
    fact = rule.missing_fact
    if fact is None or fact == standings.UNPUBLISHED or context.knowledge.fact(fact) is None:
        return None
    return _named(fact, one)


def _named(fact: str, one: Standing) -> str:
    on_holding = (*ON_LICENSE, *ON_CERTIFICATE)
    return f"{fact}@{one.board}" if fact in on_holding else fact


# ── asking ──────────────────────────────────────────────────────────────────────────────────


def asking(name: str, context: Context) -> Asking | None:
    """How to ask for a fact; None for a name that no rule knows."""
    fact, _, board = name.partition("@")
    word = context.knowledge.fact(fact)
    if word is None or word.id == standings.UNPUBLISHED:
        return None
    rule, own = _rule_of(fact, context)
    return Asking(name, word, own or word.question, _about(fact, board, rule, context), word.why)


def _about(fact: str, board: str, rule: str, context: Context) -> str:
    if rule:
        return rule
    board = board or fact.partition(":")[2]
    held = holdings.held_license(board, context)
    if held is not None:
        return holdings.license_name(held, context)
    return board if board in context.knowledge.certifying_boards else ""


def _rule_of(fact: str, context: Context) -> tuple[str, str]:
    """The title of the rule that a fact such as `done:tx-ethics` is about, and its own question."""
    kind, _, key = fact.partition(":")
    if not key:
        return "", ""
    rules = context.knowledge.rules
    for board in (*(rules.boards[held] for held in _boards(context)), rules.federal):
        for topic in board.topics:
            if topic.id == key:
                narrow = topic.of_which.question if topic.of_which else None
                return topic.title, (topic.confirm or narrow or "") if kind == "confirmed" else ""
        for place, category in enumerate(board.category_rules, 1):
            if key == f"{board.board_id}:category-{place}":
                return category.note.rstrip("."), category.confirm or ""
    certifying, _, rule_id = key.partition(":")
    entry = context.knowledge.certifying_boards.get(certifying)
    for demand in entry.requirements if entry else ():
        if demand.id == rule_id:
            title = demand.kind.replace("_", " ").capitalize()
            return f"{certifying}, {title.lower()}", demand.confirm or ""
    return "", ""


def _boards(context: Context) -> Sequence[str]:
    return [held.board for held in context.physician.licenses]


# ── what is known ───────────────────────────────────────────────────────────────────────────


def known(name: str, context: Context) -> Fact | None:
    """What was said, or stands on the license, certificate or profile; None is unknown."""
    fact, _, board = name.partition("@")
    person = context.physician
    if fact in ON_LICENSE:
        held = holdings.held_license(board, context)
        value: Fact | None = getattr(held, fact) if held else None
        return value
    if fact in ON_CERTIFICATE:
        certificate = holdings.held_certification(board, context)
        return certificate.since if certificate else None
    if fact in ON_PROFILE:
        kept: Fact | None = getattr(person.profile, ON_PROFILE[fact])
        return kept
    return person.profile.facts.get(fact)


def spoken(name: str, value: Fact, context: Context) -> str:
    """A value in words: `yes`, `March 2, 2024`, `Internal medicine`, `4`."""
    word = context.knowledge.fact(name.partition("@")[0])
    if isinstance(value, bool):
        return "yes" if value else "no"
    if (day := as_date(value)) is not None:
        return plain_day(day)
    if word is not None and word.kind == "specialty":
        return context.knowledge.specialties.get(str(value), str(value)).lower()
    if word is not None and word.id == "birth_month" and isinstance(value, int):
        return MONTHS[value - 1]
    return str(value)


def relied_on(rule: RuleStanding, one: Standing, context: Context) -> list[str]:
    """The facts behind a rule's state that the physician can change, by full name."""
    names = []
    for fact in rule.relies_on:
        name = _named(fact, one)
        if known(name, context) is not None and asking(name, context) is not None:
            names.append(name)
        else:
            names += _sources(fact, context)
    return list(dict.fromkeys(names))


def _sources(fact: str, context: Context) -> list[str]:
    """The facts that were said and from which this one follows."""
    word = context.knowledge.facts.get(fact)
    said = profile_of(context.physician, context.knowledge.facts).facts
    return [
        rule.fact
        for rule in (word.implied_by if word else ())
        if said.get(rule.fact) == rule.is_ and known(rule.fact, context) is not None
    ]


# ── keeping, and the way back ───────────────────────────────────────────────────────────────


def changes(name: str, value: Fact | None, context: Context) -> tuple[Change, ...]:
    """What is stored when a fact is given, or forgotten with None."""
    fact, _, board = name.partition("@")
    day = as_date(value) if value is not None else None
    if fact in ON_LICENSE:
        held = holdings.held_license(board, context)
        if held is None:
            return ()
        match fact:
            case "issued":
                return (KeepLicense(replace(held, issued=day)),)
            case "expires":
                return (KeepLicense(replace(held, expires=day)),)
            case _:
                first = value if isinstance(value, bool) else None
                return (KeepLicense(replace(held, first_cycle=first)),)
    if fact in ON_CERTIFICATE:
        certificate = holdings.held_certification(board, context)
        return (KeepCertification(replace(certificate, since=day)),) if certificate else ()
    if fact == "dea_expires":
        return (ChangeProfile({"dea_expires": day}),)
    if fact in ON_PROFILE:
        return (ChangeProfile({ON_PROFILE[fact]: value}),)
    return (SetFact(fact, value),)


def written(value: Fact | None) -> str:
    """A value in a button: `1`, `0`, a date as ISO text, a number, a word; nothing for unknown."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.isoformat() if isinstance(value, date) else str(value)


def read_back(name: str, text: str, context: Context) -> Fact | None:
    """The value that `written` wrote, by the kind of its fact."""
    word = context.knowledge.fact(name.partition("@")[0])
    if not text or word is None:
        return None
    match word.kind:
        case "yes_no":
            return text == "1"
        case "date":
            return as_date(text)
        case "number":
            return int(text) if text.isdigit() else None
        case _:
            return text


def in_button(name: str) -> str:
    """A fact's name as a button carries it."""
    if len(name.encode()) <= LONGEST:
        return name
    return f"~{zlib.crc32(name.encode()):x}"


def from_button(text: str, context: Context) -> str:
    """The fact's name behind a button's words; the words themselves where it is not found."""
    if not text.startswith("~"):
        return text
    found = standings.everything(context)
    relied = (fact for one in found for rule in one.rules for fact in rule.relies_on)
    names = (*missing(found, context), *relied, *context.physician.profile.facts)
    return next((name for name in names if in_button(name) == text), text)
