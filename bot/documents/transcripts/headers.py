"""Which column of a table holds what, by its header."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rapidfuzz import fuzz, process

from bot.documents.transcripts.credit_names import CreditName, credit_named

FLOOR = 86
"""Below this likeness (0 to 100) a header is another word, not a misspelling."""

SHORTEST = 5
"""Shorter headers are compared exactly: one letter makes another word of them."""

IGNORED = "ignored"
AMOUNTS = ("amount", "minutes", "points", "part_points")
NAMES = ("title", "activity_id", "learner")
_STATED = re.compile(r"\d*[.,]?\d+ ")
"""`1.5 AMA PRA Category 1 Credits` is an amount, not the header of amounts."""

_NO_AMOUNT = frozenset({"id", "date", "number", "name", "expires", "required", "needed", "type"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place, its header as written, and its role in a credit.

    `credit` is set where the header itself names the type of the amounts below it.
    """

    index: int
    header: str
    role: str
    credit: CreditName | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of one table that matter, by role; `typed` are amounts headed by their type."""

    columns: Mapping[str, Column]
    typed: tuple[Column, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """What a table of credits must have and this one has not."""
        return tuple(
            name
            for name, found in (
                ("title", any(role in self.columns for role in NAMES)),
                ("completed_on", "completed_on" in self.columns),
                ("amount", bool(self.typed) or any(role in self.columns for role in AMOUNTS)),
            )
            if not found
        )

    def mapping(self) -> dict[str, str]:
        """Role -> header as written; amounts headed by a type as `amount:aoa-1a`."""
        named = {role: column.header for role, column in self.columns.items()}
        typed = {
            ":".join(
                filter(None, ("amount", column.credit.type, column.credit.board))
            ): column.header
            for column in self.typed
            if column.credit
        }
        return named | typed


def header_of(cells: Sequence[object]) -> Header:
    """The roles of a row of headers; the best candidate takes a role, the others are let go."""
    found = [
        (column, rank)
        for index, cell in enumerate(cells)
        if isinstance(cell, str) and cell.strip()
        for column, rank in (_column(index, " ".join(cell.split())),)
        if column.role != IGNORED
    ]
    columns: dict[str, Column] = {}
    for column, _ in sorted(found, key=lambda item: item[1]):
        if column.credit is None:
            columns.setdefault(column.role, column)
    return Header(columns, tuple(column for column, _ in found if column.credit))


def words(name: str) -> Any:
    """A table of `data/words/transcript_headers.toml`."""
    return _file()[name]


@cache
def _file() -> dict[str, Any]:
    text = files("data").joinpath("words", "transcript_headers.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _synonyms() -> dict[str, tuple[str, int]]:
    """Folded header -> role and rank within the role; the first list that has it keeps it."""
    found: dict[str, tuple[str, int]] = {}
    for role, names in words("columns").items():
        for rank, name in enumerate(names):
            found.setdefault(_fold(name), (role, rank))
    for name in words("ignored")["headers"]:
        found.setdefault(_fold(name), (IGNORED, 0))
    return found


def _column(index: int, header: str) -> tuple[Column, int]:
    synonyms = _synonyms()
    whole, short = _fold(header), _fold(re.sub(r"\(.*?\)|\[.*?\]", " ", header))
    if whole in synonyms:
        role, rank = synonyms[whole]
        return Column(index, header, role), rank
    short_role, short_rank = synonyms.get(short, ("", 0))
    named = None if _STATED.match(header) else credit_named(header)
    if named and short_role in ("", "amount", "points") and not _NO_AMOUNT & set(whole.split()):
        return Column(index, header, "amount", named), 0
    if short_role:
        return Column(index, header, short_role), short_rank
    if sides := [
        synonyms[side] for side in map(_fold, re.split(r"[/|]", header)) if side in synonyms
    ]:
        # "Conference/Meeting", "Provider / Sponsor": the side that is known names the column.
        role, rank = min(sides, key=lambda side: side[1])
        return Column(index, header, role), 100 + rank
    if len(short) >= SHORTEST:
        best = process.extractOne(
            short,
            [name for name in synonyms if len(name) >= SHORTEST],
            scorer=fuzz.token_sort_ratio,
            score_cutoff=FLOOR,
        )
        if best:
            role, rank = synonyms[best[0]]
            return Column(index, header, role), 1000 + rank
    return Column(index, header, IGNORED), 0


@cache
def _fold(text: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    plain = spaced.casefold().replace("#", " number ").replace("&", " and ")
    return " ".join(re.findall(r"[a-z0-9]+", plain))
