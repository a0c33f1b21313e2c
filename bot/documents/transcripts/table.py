"""A grid of cells read as credits: any spreadsheet, PARS learner files, ruled tables of a PDF."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from bot.documents.transcripts import headers
from bot.documents.transcripts.amounts import amount_of
from bot.documents.transcripts.credit_names import MOC, CreditName, board_named, credit_named
from bot.documents.transcripts.days import day_of, is_day_first
from bot.documents.transcripts.entries import entries_in
from bot.documents.transcripts.headers import Header
from bot.documents.transcripts.reading import (
    FileKind,
    Limits,
    Reading,
    RefusedError,
    Row,
    RowReason,
    Unread,
)

HEADER_WITHIN = 40
"""A header further down than this many filled lines is not looked for."""

TEXT_KEPT = 200
"""How many characters of an unread line are quoted back."""

CATEGORY_1 = CreditName("ama-pra-1")


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that a spreadsheet would calculate; it is quoted, never calculated."""

    text: str


Cell = str | int | float | Decimal | date | datetime | time | timedelta | Formula | None


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a grid and where it stands in the file."""

    number: int
    cells: tuple[Cell, ...]


def find_header(lines: Sequence[Line]) -> tuple[int, Header] | None:
    """The first line that heads a title, a date and an amount, with its place in `lines`."""
    return next(
        (
            (place, header)
            for place, header in enumerate(map(_header, lines[:HEADER_WITHIN]))
            if not header.missing
        ),
        None,
    )


def read_table(lines: Sequence[Line], limits: Limits, kind: FileKind = "table") -> Reading:
    """The credits of a table. RefusedError where no line heads the columns that a credit needs."""
    found = find_header(lines)
    if found is None:
        raise RefusedError("no_columns", **_nearest(lines))
    place, header = found
    if _is_pars(header):
        kind = "pars_learners"
    date_column = header.columns["completed_on"].index
    below = [line for line in lines[place + 1 :] if _is_entry(line, lines[place], date_column)]
    if len(below) > limits.rows:
        raise RefusedError("too_many_rows", rows=limits.rows)
    day_first = is_day_first(_at(line, date_column) for line in below)
    results = [
        result
        for line in below
        for result in _credits_of(line, header, limits, day_first=day_first)
    ]
    return Reading(
        kind=kind,
        rows=tuple(result for result in results if isinstance(result, Row)),
        unread=tuple(result for result in results if isinstance(result, Unread)),
        mapping=header.mapping(),
    )


# ── the header ──────────────────────────────────────────────────────────────────────────────


def _header(line: Line) -> Header:
    return headers.header_of(line.cells)


def _nearest(lines: Sequence[Line]) -> dict[str, list[str]]:
    """For the sentence of refusal: what the most header-like line has, and what it lacks."""
    tried = [(_header(line), line) for line in lines[:HEADER_WITHIN]]
    if not tried:
        return {"missing": ["title", "completed_on", "amount"], "headers": []}
    header, line = min(tried, key=lambda item: len(item[0].missing))
    seen = [str(cell)[:40] for cell in line.cells if isinstance(cell, str) and cell.strip()]
    return {"missing": list(header.missing), "headers": seen[:12]}


def _is_pars(header: Header) -> bool:
    own = {"activity_id", "first_name", "last_name"}
    return own <= header.columns.keys() and "title" not in header.columns


def _is_entry(line: Line, header: Line, date_column: int) -> bool:
    """Whether a line can hold a credit: not a heading, a repeated header, a sum or a footer."""
    filled = [cell for cell in line.cells if cell not in (None, "")]
    if len(filled) < 2 or line.cells == header.cells:  # noqa: PLR2004 - a heading, a footer
        return False
    is_sum = re.match(
        r"(grand |sub-?)?totals?\b|sum\b|average\b|avg\b", str(filled[0]).strip().casefold()
    )
    return not is_sum or day_of(_at(line, date_column)) is not None


# ── one line ────────────────────────────────────────────────────────────────────────────────


def _credits_of(
    line: Line, header: Header, limits: Limits, *, day_first: bool
) -> Iterator[Row | Unread]:
    cells = {role: _at(line, column.index) for role, column in header.columns.items()}
    typed = [_at(line, column.index) for column in header.typed]
    if reason := _refusal(cells, typed):
        yield _unread(line, reason)
        return
    if not (title := _title(cells)):
        yield _unread(line, "title_missing")
        return
    stated = cells["completed_on"]
    day = day_of(stated, day_first=day_first) if stated not in (None, "") else None
    if day is None:
        yield _unread(line, "date_missing" if stated in (None, "") else "date_unreadable")
        return
    if limits.latest and day > limits.latest:
        yield _unread(line, "date_in_future")
        return
    for name, amount, assumed in _amounts(line, header, cells):
        if name is None or not isinstance(amount, Decimal):
            yield _unread(line, "type_unknown" if isinstance(amount, Decimal) else amount)
            continue
        yield Row(
            title=title,
            provider=_text(cells.get("provider")) or None,
            completed_on=day,
            type=name.type,
            board=name.board,
            amount=amount,
            line=line.number,
            activity_id=_digits(cells.get("activity_id")),
            learner=_learner(cells),
            format=_text(cells.get("format")) or None,
            topics=tuple(re.findall(r"[a-z0-9-]+", _text(cells.get("topics")))),
            assumed=assumed,
        )


Found = tuple[CreditName | None, Decimal | RowReason, tuple[str, ...]]


def _amounts(line: Line, header: Header, cells: dict[str, Cell]) -> list[Found]:
    """Every amount a line states, each with its type and what of it the file does not say."""
    found: list[Found] = [
        (column.credit, amount, _without_board(column.credit))
        for column in header.typed
        if column.credit and (amount := _amount(_at(line, column.index))) not in _NOTHING
    ]
    stated = _stated_type(cells)
    if not any(name and name.type != MOC for name, _, _ in found):
        found += _general(header, cells, stated)
    found += _points(cells, stated, already=any(n and n.type == MOC for n, _, _ in found))
    return found or [(None, "amount_missing", ())]


_NOTHING: tuple[Decimal | RowReason, ...] = (Decimal(0), "amount_missing")


def _general(header: Header, cells: dict[str, Cell], stated: CreditName | RowReason) -> list[Found]:
    """The amount of the column that is headed by no type."""
    cell = cells.get("amount")
    if "amount" not in header.columns and (minutes := cells.get("minutes")) not in (None, ""):
        cell = f"{_text(minutes)} min"
    written = entries_in(_text(cell)) if isinstance(cell, str) else ()
    if any(entry.name for entry in written):
        return [(entry.name, entry.amount, _without_board(entry.name)) for entry in written]
    amount = _amount(cell)
    if amount in _NOTHING:
        return []
    if _is_pars(header):
        return [(CATEGORY_1, amount, ())]
    if stated == "type_unknown":
        return [(None, amount, ())]
    if isinstance(stated, str):
        return [(CATEGORY_1, amount, ("type",))]
    if stated.type == MOC and stated.board is None and "type" not in cells:
        return [(CATEGORY_1, amount, ("type",))]
    return [(stated, amount, _without_board(stated))]


def _points(
    cells: dict[str, Cell], stated: CreditName | RowReason, *, already: bool
) -> list[Found]:
    """Points of a board, in a column of their own beside the credits."""
    if already:
        return []
    total = _amount(cells.get("points"))
    if total in _NOTHING:
        total = _amount(cells.get("part_points"))
    if total in _NOTHING:
        return []
    written = _text(cells.get("board"))
    board = board_named(written) or (None if isinstance(stated, str) else stated.board)
    if written and board is None:
        return [(CreditName(MOC), "board_unknown", ())]
    name = CreditName(MOC, board)
    return [(name, total, _without_board(name))]


def _stated_type(cells: dict[str, Cell]) -> CreditName | RowReason:
    """What the columns for type and board say; `type_unknown` where they say nothing known."""
    written, board = _text(cells.get("type")), board_named(_text(cells.get("board")))
    name = credit_named(written) if written else None
    if re.fullmatch(r"[12]|i{1,2}", written, re.IGNORECASE):
        name = CreditName("ama-pra-1" if written in ("1", "i", "I") else "ama-pra-2")
    if name and name.type == MOC and not name.board:
        return CreditName(MOC, board)
    if name:
        return name
    return "type_unknown" if written and not _is_vague(written) else "amount_missing"


def _is_vague(written: str) -> bool:
    """Words that stand in a column for types and name none: CME, Live, Online course."""
    return (
        re.fullmatch(
            r"(?:cme|ce|credits?|hours?|live|online|enduring.*|.*\bcourse)", written, re.IGNORECASE
        )
        is not None
    )


def _without_board(name: CreditName | None) -> tuple[str, ...]:
    return ("board",) if name and name.type == MOC and name.board is None else ()


def _refusal(cells: dict[str, Cell], typed: Sequence[Cell]) -> RowReason | None:
    if any(_is_formula(cells.get(role)) for role in ("title", "provider", "type", "board")):
        return "formula"
    figures = [*typed, *(cells.get(role) for role in ("amount", "points", "completed_on"))]
    if any(isinstance(cell, Formula) for cell in (*cells.values(), *typed)):
        return "formula"
    if any(_text(cell).startswith("=") for cell in figures):
        return "formula"
    if _text(cells.get("action")).casefold() in ("delete", "d", "remove"):
        return "withdrawn"
    status = _text(cells.get("status")).casefold()
    return "not_completed" if status in headers.words("status")["open"] else None


# ── cells ───────────────────────────────────────────────────────────────────────────────────


def _at(line: Line, index: int) -> Cell:
    return line.cells[index] if index < len(line.cells) else None


def _is_formula(cell: Cell) -> bool:
    """What a spreadsheet would take for a formula when the text is pasted into it (OWASP)."""
    return (
        isinstance(cell, str)
        and re.match(r"\s*[=@]|\s*[+-]\s*[^\s\d]|\s*[+-].*[|!]|[\t\r]", cell) is not None
    )


def _text(cell: Cell) -> str:
    """The cell in one line; a quote that guards a text against being a formula is dropped."""
    if cell is None or isinstance(cell, Formula):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return re.sub(r"^'(?=[=+@\t\r-])", "", " ".join(str(cell).split()))


def _amount(cell: Cell) -> Decimal | RowReason:
    if isinstance(cell, time):
        return amount_of(f"{cell.hour}:{cell.minute:02}")
    if isinstance(cell, timedelta):
        return amount_of(f"{int(cell.total_seconds() // 60)} min")
    if isinstance(cell, date):
        return "amount_unreadable"
    return amount_of(_text(cell))


def _title(cells: dict[str, Cell]) -> str:
    if title := _text(cells.get("title")):
        return title
    if activity_id := _digits(cells.get("activity_id")):
        return f"ACCME activity {activity_id}"
    return "" if "title" in cells else _text(cells.get("learner"))


def _digits(cell: Cell) -> str | None:
    return "".join(re.findall(r"\d", _text(cell))) or None


def _learner(cells: dict[str, Cell]) -> str | None:
    if name := " ".join(filter(None, (_text(cells.get(r)) for r in ("first_name", "last_name")))):
        return name
    return (_text(cells.get("learner")) or None) if "title" in cells else None


def _unread(line: Line, reason: RowReason) -> Unread:
    cells = (cell.text if isinstance(cell, Formula) else _text(cell) for cell in line.cells)
    return Unread(" | ".join(filter(None, cells))[:TEXT_KEPT], line.number, reason)
