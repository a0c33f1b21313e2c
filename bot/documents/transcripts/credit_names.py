"""Credit types and certifying boards by the many names files give them."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

MOC = "moc"
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreditName:
    """A credit type's id and, for board points, the certifying board where it is named."""

    type: str
    board: str | None = None


def credit_named(text: str) -> CreditName | None:
    """The credit type a text names; None where it names none.

    A board beside "points" or alone means points of that board. Where a type of its own name (AMA
    PRA Category 1, AOA 1-A, ...) stands beside points of a board, the first is what the amount
    belongs to.
    """
    if _NOT_NAMED.search(text):
        return None
    words = _fold(text)
    board, board_at = _longest(words, _board_phrases())
    named, named_at = _longest(words, _type_phrases())
    points = bool(_POINTS & set(words))
    if board and (named in (None, MOC) or (points and board_at < named_at)):
        return CreditName(MOC, board)
    if named:
        return CreditName(named)
    return CreditName(MOC) if points else None


_NOT_NAMED = re.compile(
    r"\b(?:non|not)[\s-]*(?:cat|category|ama|aoa|accme|accredited|cme|certified)\b", re.IGNORECASE
)
"""`Non-Category 1`, `not accredited`: the name of a type is denied, not given."""


def board_named(text: str) -> str | None:
    """The certifying board a text names, by abbreviation, name or everyday name."""
    return _longest(_fold(text), _board_phrases())[0]


def parts_of(board: str) -> tuple[str, ...]:
    """The kinds of points a board splits its total into, folded; no points of their own."""
    return tuple(
        " ".join(_fold(name))
        for entry in _boards()
        if entry["id"] == board
        for name in entry.get("moc_credit_types", ())
    )


@cache
def type_name(credit_type: str) -> str:
    """`AMA PRA Category 1 Credit` from `ama-pra-1`; an unknown id stays as it is."""
    return next((entry["name"] for entry in _types() if entry["id"] == credit_type), credit_type)


# ── folding: one spelling for all ───────────────────────────────────────────────────────────

_POINTS = frozenset({"points", "moc", "cc", "moca", "mocpoints"})
_SAME = {
    "cat": "category",
    "catagory": "category",
    "categories": "category",
    "cat1": "category1",
    "cat2": "category2",
    "c1": "category1",
    "pt": "points",
    "pts": "points",
    "point": "points",
    "one": "1",
    "two": "2",
    "i": "1",
    "ii": "2",
}
_FILLER = frozenset(
    {"credit", "credits", "hour", "hours", "hrs", "hr", "cme", "s", "the", "of", "for", "and", "tm",
     "formal", "approved", "earned", "claimed", "awarded", "total"}
)  # fmt: skip


def _fold(text: str) -> Words:
    plain = re.sub(r"credit\(s\)|[™®©]|\(tm\)|\(r\)", " ", text.casefold())
    plain = re.sub(r"\b([12])\s*-?\s*([ab])\b", r"\1\2", plain)
    plain = re.sub(r"\b(i{1,2})\s*-\s*([ab])\b", lambda m: f"{len(m[1])}{m[2]}", plain)
    plain = re.sub(r"\bcat(?:egory)?\.?\s*-?([12])", r"category \1", plain)
    words = (_SAME.get(word, word) for word in re.findall(r"[a-z]+\d?|\d[ab]?", plain))
    return tuple(word for word in words if word not in _FILLER)


def _longest(words: Words, phrases: Mapping[Words, str]) -> tuple[str | None, int]:
    """What the longest phrase among the words stands for, and where it begins."""
    found = [
        (last - first, -first, phrases[words[first:last]])
        for first in range(len(words))
        for last in range(first + 1, len(words) + 1)
        if words[first:last] in phrases
    ]
    if not found:
        return None, -1
    _, first, meaning = max(found)
    return meaning, -first


def _read(name: str) -> Any:
    return json.loads(files("data").joinpath(name).read_text(encoding="utf-8"))


@cache
def _types() -> tuple[dict[str, Any], ...]:
    return tuple(_read("credit_types.json")["credit_types"])


@cache
def _boards() -> tuple[dict[str, Any], ...]:
    return tuple(_read("certifying_boards.json")["boards"])


@cache
def _more_names() -> dict[str, Any]:
    text = files("data").joinpath("words", "transcript_headers.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _type_phrases() -> dict[Words, str]:
    more = _more_names()["types"]
    phrases = {
        _fold(name): entry["id"]
        for entry in _types()
        for name in (entry["name"], *entry["aliases"], *more.get(entry["id"], ()))
    }
    # A figure alone is an amount, not "Category 1".
    return {words: kind for words, kind in phrases.items() if words and not words[0].isdigit()}


@cache
def _board_phrases() -> dict[Words, str]:
    dropped = set(_more_names()["not_boards"])
    phrases = {
        _fold(name): entry["id"]
        for entry in reversed(_boards())
        for name in (entry["abbr"], entry["id"], entry["name"], *entry["aliases"])
        if name.casefold() not in dropped
    }
    return {words: board for words, board in phrases.items() if words}
