"""Credits written in one cell or sentence: `7 AMA PRA Category 1 Credits™  7 ABO Points`."""

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.documents.transcripts.amounts import AmountReason, amount_of
from bot.documents.transcripts.credit_names import MOC, CreditName, credit_named, parts_of

_CATEGORY = re.compile(
    r"\b(categor(?:y|ies)|cat\.?|part|type|aoa)\s*[-–]?\s*([12]|i{1,2}\b)(\s*-?\s*[ab]\b)?",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"(?<![\w.,/§-])(\d+\s+\d/\d|\d+/\d+|\d*[.,]\d+|\d+)\s*(?=[A-Za-z(])", re.IGNORECASE
)
_FIGURE_LAST = re.compile(r"(.*[A-Za-z§¤™)][ab]?)\s*[:=–-]?\s*(\d+/\d+|\d*[.,]\d+|\d+)")
_HELD = {"1": "§", "2": "¤"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount with the words behind it; `name` is None where the words name no type."""

    amount: Decimal | AmountReason
    name: CreditName | None
    words: str


def entries_in(text: str) -> tuple[Entry, ...]:
    """The amounts of a cell in their order; a board's split of its total is not repeated.

    `7 ABO Points 7 Lifelong Learning` is seven points: the second line says of what kind.
    """
    flat = _CATEGORY.sub(_hold, " ".join(text.split()))
    found = list(_FIGURE.finditer(flat))
    if not found and (match := _FIGURE_LAST.fullmatch(flat)):
        words = _release(match[1])
        return (Entry(amount_of(match[2]), credit_named(words), words),)
    if not found:
        return ()
    ends = [match.start() for match in found[1:]] + [len(flat)]
    entries: list[Entry] = []
    board: str | None = None
    for match, end in zip(found, ends, strict=True):
        words = _release(flat[match.end() : end]).strip(" ;,|")
        name = credit_named(words)
        if board and _is_part(words, name, board):
            continue
        if name and name.board:
            board = name.board
        entries.append(Entry(amount_of(_release(match[1])), name, words))
    return tuple(entries)


def _is_part(words: str, name: CreditName | None, board: str) -> bool:
    if name and (name.board or (name.type != MOC and "categor" in words.casefold())):
        return False
    return name is None or name.type in (MOC, "ama-pra-2") or words.casefold() in parts_of(board)


def _hold(match: re.Match[str]) -> str:
    """A category's figure is no amount: it is put aside while amounts are looked for."""
    figure = {"i": "1", "ii": "2"}.get(match[2].casefold(), match[2])
    return f"{match[1]} {_HELD[figure]}{(match[3] or '').strip(' -')}"


def _release(text: str) -> str:
    for figure, sign in _HELD.items():
        text = text.replace(sign, figure)
    return text
