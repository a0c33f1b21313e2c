"""What a transcript would add: rows that are new, that are there already, and that may be."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from rapidfuzz import fuzz, utils

from bot.documents.transcripts.reading import Row
from bot.model import Credit

SURE = 88
"""Titles at least this alike (0 to 100) are one title."""

MAYBE = 65
"""Titles at least this alike may be one, cut off or reworded."""

NEAR = timedelta(days=3)
"""Providers date a completion by the last session, the evaluation or the claim."""

Doubt = Literal["other_date", "other_amount", "other_title", "other_type", "twice_in_file"]


@dataclass(frozen=True, slots=True)
class Present:
    """A row and the credit that it is."""

    row: Row
    credit: Credit


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A row that may be a credit already there, and in what the two differ.

    `credit` is None for `twice_in_file`: the file itself states the row before.
    """

    row: Row
    credit: Credit | None
    differs: Doubt


@dataclass(frozen=True, slots=True)
class Preview:
    """All rows of a reading, each in one of three lists, in the file's order."""

    new: tuple[Row, ...] = ()
    present: tuple[Present, ...] = ()
    doubtful: tuple[Doubtful, ...] = ()


def match(rows: Sequence[Row], credits: Sequence[Credit]) -> Preview:  # noqa: A002 - the domain's word
    """Compare rows with the credits of a record, by title, day, amount, type and board.

    Each credit is taken by one row at most: the second of two equal rows is doubted, not lost.
    Points of a board and the credits of the same completion are two things, never doubles.
    """
    free = list(credits)
    new: list[Row] = []
    present: list[Present] = []
    doubtful: list[Doubtful] = []
    undecided: list[Row] = []
    begun: list[Credit] = []
    for row in rows:
        same = next((credit for credit in free if _is_same(row, credit)), None)
        if same is None:
            undecided.append(row)
        else:
            free.remove(same)
            present.append(Present(row, same))
    for row in undecided:
        doubts = ((credit, _doubt(row, credit)) for credit in free)
        credit, differs = next(((c, d) for c, d in doubts if d), (None, None))
        if credit and differs:
            free.remove(credit)
            doubtful.append(Doubtful(row, credit, differs))
        elif any(_is_same(row, taken.credit) for taken in present) or any(
            _is_same(row, earlier) for earlier in begun
        ):
            doubtful.append(Doubtful(row, None, "twice_in_file"))
        else:
            new.append(row)
            begun.append(row.as_credit())
    return Preview(tuple(new), tuple(present), tuple(doubtful))


def _is_same(row: Row, credit: Credit) -> bool:
    return (
        (row.type, row.board) == (credit.type, credit.board)
        and (row.completed_on, row.amount) == (credit.completed_on, credit.amount)
        and _likeness(row, credit) >= SURE
    )


def _doubt(row: Row, credit: Credit) -> Doubt | None:
    """The one thing that tells a row from a credit; None where more than one does."""
    if abs(row.completed_on - credit.completed_on) > NEAR:
        return None
    same_type = (row.type, row.board) == (credit.type, credit.board)
    may_be_type = "type" in row.assumed or ("board" in row.assumed and credit.type == row.type)
    same_day = row.completed_on == credit.completed_on
    same_amount = row.amount == credit.amount
    likeness = _likeness(row, credit)
    if not same_type:
        is_same = may_be_type and same_day and same_amount and likeness >= SURE
        return "other_type" if is_same else None
    if same_day and likeness >= SURE and not same_amount:
        return "other_amount"
    if same_amount and likeness >= SURE:
        return "other_date"
    return "other_title" if same_day and same_amount and likeness >= MAYBE else None


def _likeness(row: Row, credit: Credit) -> float:
    """How alike two titles are; sessions of one series differ by a figure and are two things."""
    if row.activity_id and credit.activity_id:
        return 100 if row.activity_id == credit.activity_id else 0
    ours, theirs = (utils.default_process(title) for title in (row.title, credit.title))
    if _figures(ours) != _figures(theirs):
        return 0
    whole = max(fuzz.ratio(ours, theirs), fuzz.token_sort_ratio(ours, theirs))
    # Words of one title inside the other raise a question, never a certainty.
    return max(whole, min(fuzz.token_set_ratio(ours, theirs), SURE - 1))


def _figures(title: str) -> list[str]:
    return re.findall(r"\d+|\b[ivx]+\b", title)
