"""One PARS activity record, after MedBiquitous MEMS, whether it came as XML or as JSON.

Fields are looked for by name at any depth and in any case, because the XML files in use, the
specification and ACCME's draft of 2025 nest and spell them differently (`data/pars_fields.json`).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from bot.hub.facts import CREDIT_TYPES, FORMATS, certifying_boards, type_ids

Node = Mapping[str, "list[Node | str]"]
"""An element: its children by lower-case name, its own text under the empty name."""

FREE = frozenset({"no, it’s free", "no, it's free", "no"})
REMS_TOPICS: Mapping[str, tuple[str, ...]] = {
    "opioid analgesic": ("opioid-prescribing", "pain-management")
}
"""What a REMS programme is about; mycophenolate is no topic that a board asks for."""

_ID = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
"""A topic that is written as an id is taken as it is; of other words the known ones are."""

LONGEST_DAY = len("YYYY-MM-DD")


@dataclass(frozen=True, slots=True)
class Record:
    """A record and the line it begins in."""

    line: int
    node: Node


def fields_of(record: Record) -> dict[str, Any]:
    """The record's fields by the names of `ActivityFields`.

    Raises `ValueError` for a record that no physician should be offered, and for one without
    the parts that make it an activity.
    """
    node = record.node
    general, education = _first(node, "general"), _first(node, "healthcareeducation")
    more = _first(node, "xtensibleinfo")
    if _text(more, "activityrecordaction").casefold() == "delete":
        raise ValueError("activityRecordAction: the activity is withdrawn")
    if _text(more, "forpubliclist").casefold() == "false":
        raise ValueError("ForPublicList: the activity is not for the public list")
    entries = dict(_identifiers(general))
    place = _first(education, "activitylocation")
    return {
        "id": entries.get("accme activity id"),
        "title": _text(general, "title"),
        "provider": _provider(node, more),
        "activity_type": _activity_type(_text(education, "activityformat")),
        "format": FORMATS.get(frozenset(_texts(more, "deliverymethod"))),
        "start_date": _day(_text(education, "startdatetime")),
        "end_date": _day(_text(education, "enddatetime")),
        "city": _text(place, "city") or None,
        "state": _state(place),
        "credits": [*_credits(education, more), *_points(more)],
        "topics": list(dict.fromkeys(_topics(more))),
        "specialties": [_specialty(name) for name in _texts(education, "specialty")],
        "fee_usd": _fee(more),
        "open_to_all": _open_to_all(_text(more, "activityregistration")),
        "url": entries.get("url"),
        "summary": _text(general, "description") or None,
        "source_as_of": _text(more, "sourceasof") or None,
    }


def _provider(node: Node, more: Node) -> str:
    """The provider's name; PARS itself keeps only its number, and the name elsewhere."""
    named = _text(more, "providername") or _text(node, "reportingorganization")
    number = _text(more, "providerid")
    return named or (f"ACCME provider {number}" if number else "")


def _identifiers(general: Node) -> Iterator[tuple[str, str]]:
    for one in _all(general, "identifier"):
        if entry := _text(one, "entry"):
            yield _text(one, "catalog").casefold(), entry


def _activity_type(name: str) -> str | None:
    return type_ids().get(name.casefold(), "other") if name else None


def _day(text: str) -> str | None:
    # The time of day is no part of it: read with its zone it would shift the day.
    return text[:LONGEST_DAY] or None


def _state(place: Node) -> str | None:
    state, country = _text(place, "stateorprovince").upper(), _text(place, "country").upper()
    return state if state and country in ("", "USA", "US") else None


def _credits(education: Node, more: Node) -> Iterator[dict[str, Any]]:
    for one in (*_all(education, "credits"), *_all(more, "othercredits")):
        kind = CREDIT_TYPES.get(_text(one, "activitycertification").casefold())
        if kind:
            yield {"type": kind, "amount": _text(one, "numberofcredits") or None}


def _points(more: Node) -> Iterator[dict[str, Any]]:
    for one in _all(more, "mocregistration"):
        board = certifying_boards().get(_text(one, "boardname").casefold())
        if board:
            yield {"type": "moc", "amount": _text(one, "mocpoints") or None, "board": board}


def _topics(more: Node) -> Iterator[str]:
    known = topic_ids()
    for one in _all(more, "statecontent"):
        topic, domain = _text(one, "statecontenttopic"), _text(one, "statecontentdomain")
        if _ID.fullmatch(topic):
            yield topic
        elif topic.casefold() in known:
            yield known[topic.casefold()]
        elif domain.casefold() in known:
            yield known[domain.casefold()]
    yield from REMS_TOPICS.get(_text(more, "remstype").casefold(), ())


def _specialty(name: str) -> str:
    folded = name.casefold()
    return specialty_ids().get(folded, "-".join(folded.replace("&", "and").split()))


def _fee(more: Node) -> str | int | None:
    if _text(more, "feeforparticipation").casefold() in FREE:
        return 0
    return _text(more, "participationfeeusd") or None


def _open_to_all(registration: str) -> bool | None:
    return {"open to all": True, "limited": False}.get(registration.casefold())


# ── finding parts ───────────────────────────────────────────────────────────────────────────


def _all(node: Node, name: str) -> Iterator[Node]:
    """The elements of a name, at any depth, that have parts of their own."""
    for child, values in node.items():
        for value in values:
            if isinstance(value, str):
                continue
            if child == name:
                yield value
            else:
                yield from _all(value, name)


def _first(node: Node, name: str) -> Node:
    return next(_all(node, name), {})


def _texts(node: Node, name: str) -> Iterator[str]:
    """The texts of the elements of a name, at any depth, be they wrapped in `<string>` or not."""
    for child, values in node.items():
        for value in values:
            if child == name:
                text = value if isinstance(value, str) else _own_text(value)
                if text:
                    yield text
            elif not isinstance(value, str):
                yield from _texts(value, name)


def _own_text(node: Node) -> str:
    for name in ("", "string", "value"):
        for value in node.get(name, ()):
            text = value if isinstance(value, str) else _own_text(value)
            if text:
                return text
    return ""


def _text(node: Node, name: str) -> str:
    return next(_texts(node, name), "")


# ── names ───────────────────────────────────────────────────────────────────────────────────


def _facts(name: str) -> Any:
    return json.loads(files("data").joinpath(name).read_text(encoding="utf-8"))


@cache
def topic_ids() -> Mapping[str, str]:
    """Topics by id, name and synonym, folded; an id or a name goes before a synonym."""
    topics = _facts("topics.json")["topics"]
    synonyms = {word.casefold(): one["id"] for one in topics for word in one["synonyms"]}
    return synonyms | {
        key.casefold(): one["id"] for one in topics for key in (one["id"], one["name"])
    }


@cache
def specialty_ids() -> Mapping[str, str]:
    """Specialties by id, name and alias, folded; an id or a name goes before an alias."""
    specialties = _facts("specialties.json")["specialties"]
    aliases = {word.casefold(): one["id"] for one in specialties for word in one["aliases"]}
    return aliases | {
        key.casefold(): one["id"] for one in specialties for key in (one["id"], one["name"])
    }
