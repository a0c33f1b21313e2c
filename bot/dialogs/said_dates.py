"""Dates about oneself in free words: born in March, licensed since 2015, passed the boards."""

import re
from collections.abc import Mapping
from datetime import date

from bot.dialogs import holdings
from bot.dialogs.context import Context
from bot.dialogs.knowledge import folded
from bot.model import Fact, Question
from bot.understanding.calendar_words import MONTHS
from bot.understanding.dates import read_span

_BORN = re.compile(r"\b(?:born|birth ?month|birthday|birth date|birthdate)\b")
_ISSUED = re.compile(
    r"\b(?:issued|first licensed|licensed since|license since|originally licensed|have had my \w+"
    r" license since|got my (?:\w+ ){0,3}license)\b"
)
_PASSED = re.compile(
    r"\b(?:passed|certified (?:in|since)|recertified|recert|took (?:the )?\w+ (?:exam|boards?))\b"
)
_FIRST = re.compile(r"\b(not )?(?:my |the )?first (?:renewal|cycle|license period|time renewing)\b")
LAST_DAY = 31
_DAY = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\b")


def said_dates(question: Question, context: Context) -> Mapping[str, Fact]:
    """By full name (`issued@us-tx`), what a message dates; the first day of a month or a year."""
    words = folded(question.text)
    said: dict[str, Fact] = {}
    if _BORN.search(words):
        said |= _birth(words)
    first = _FIRST.search(words)
    boards = _held(question, context)
    if first and len(boards) == 1:
        said[f"first_cycle@{boards[0]}"] = not (first[1] or "not my" in words)
    board = question.slots.get("certifying_board")
    if not (_ISSUED.search(words) or (board and _PASSED.search(words))):
        return said
    day = _past(question.text, context)
    if day is None:
        return said
    if _ISSUED.search(words) and len(boards) == 1:
        said[f"issued@{boards[0]}"] = day
    if board and _PASSED.search(words):
        held = holdings.held_certification(board, context)
        if held is not None:
            said["certified_on" if held.since else f"since@{board}"] = day
    return said


def _held(question: Question, context: Context) -> list[str]:
    """The boards of the licenses that a message names; the only one held where it names none."""
    codes = question.slots.get("jurisdictions")
    boards = context.knowledge.boards
    return [
        held.board
        for held in context.physician.licenses
        if not codes or boards[held.board].jurisdiction in codes
    ]


def _birth(words: str) -> dict[str, Fact]:
    """The month, and the day where it is said; never the year."""
    month = next((MONTHS[word] for word in words.split() if word in MONTHS), None)
    if month is None:
        return {}
    day = _DAY.search(words)
    return {
        "birth_month": month,
        **({"birth_day": int(day[1])} if day and int(day[1]) <= LAST_DAY else {}),
    }


def _past(text: str, context: Context) -> date | None:
    found = read_span(text, context.today, "past")
    first = found[0] if found else None
    return first if first is not None and first <= context.today else None
