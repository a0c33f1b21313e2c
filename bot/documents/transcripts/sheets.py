"""CSV and XLSX files as grids of cells. Formulas are carried as such; nothing is calculated."""

import csv
import io
import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import islice, zip_longest
from typing import Any
from zipfile import BadZipFile, ZipFile

from bot.documents.transcripts.reading import Limits, RefusedError
from bot.documents.transcripts.table import Cell, Formula, Line, find_header

DELIMITERS = (",", ";", "\t", "|")
MOST_PARTS = 2_000
"""A workbook of more parts than this is no spreadsheet of a person."""

MOST_CELLS = 50_000
"""More cells than this under merged ones are left as they are."""

_PLAIN = (str, int, float, date, datetime, time, timedelta)
_CONTROL = frozenset(range(32)) - {9, 10, 12, 13, 26, 27}


def csv_lines(content: bytes, limits: Limits) -> list[Line]:
    """The lines of a text file, cut by the delimiter under which it has a header of credits."""
    text = _decode(content)
    tried = []
    for delimiter in sorted(DELIMITERS, key=lambda sign: -text[:4000].count(sign)):
        lines = _cut(text, delimiter, limits)
        if find_header(lines):
            return lines
        tried.append(lines)
    return tried[0]


def xlsx_sheets(content: bytes, limits: Limits) -> list[list[Line]]:
    """The visible sheets of a workbook. Cells with a formula hold the value it had when saved."""
    check_archive(content, limits)
    written = _sheets(content, limits, values=False)
    formulas = any(
        isinstance(cell, Formula) for lines in written for line in lines for cell in line.cells
    )
    if not formulas:
        return written
    return [
        _saved(lines, {line.number: line for line in values})
        for lines, values in zip(written, _sheets(content, limits, values=True), strict=True)
    ]


def check_archive(content: bytes, limits: Limits) -> None:
    """Refuse a zip archive that is broken, locked or would unpack to far more than it seems."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise RefusedError("damaged") from error
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedError("password")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > limits.unpacked_bytes:
        raise RefusedError("bomb")
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise RefusedError("unsupported", found="zip")


# ── text ────────────────────────────────────────────────────────────────────────────────────


def _decode(content: bytes) -> str:
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return _printable(content.decode(encoding, errors="replace"))
    sample = content[:4000]
    if sample.count(0) > len(sample) // 4:
        little = sample[1::2].count(0) >= sample[::2].count(0)
        return _printable(content.decode("utf-16-le" if little else "utf-16-be", errors="replace"))
    try:
        return _printable(content.decode("utf-8"))
    except UnicodeDecodeError:
        return _printable(content.decode("cp1252", errors="replace"))


def _printable(text: str) -> str:
    """Text with more than a trace of control characters is some other kind of file."""
    sample = text[:4000]
    if sum(ord(character) in _CONTROL for character in sample) > len(sample) // 100:
        raise RefusedError("unsupported", found="binary")
    return text


def _cut(text: str, delimiter: str, limits: Limits) -> list[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines: list[Line] = []
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append(Line(start, tuple(cells[: limits.columns])))
            start = reader.line_num + 1
            _check_length(lines, limits)
    except csv.Error as error:
        raise RefusedError("damaged") from error
    return lines


def _check_length(lines: list[Line], limits: Limits) -> None:
    if len(lines) > limits.rows + 50:
        raise RefusedError("too_many_rows", rows=limits.rows)


# ── workbooks ───────────────────────────────────────────────────────────────────────────────


def _sheets(content: bytes, limits: Limits, *, values: bool) -> list[list[Line]]:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # openpyxl warns of styles and validations that it cannot keep; they are not read here.
        warnings.simplefilter("ignore")
        try:
            workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=values)
            try:
                read = [list(_lines(sheet, limits)) for sheet in _visible(workbook)]
            finally:
                workbook.close()
            merged = _merged(content, limits)
        except (RefusedError, MemoryError):
            raise
        except Exception as error:
            # openpyxl lets whatever its parsers raise pass: KeyError, TypeError, ParseError, ...
            raise RefusedError("damaged") from error
    return [_spread(lines, covered) for lines, covered in zip(read, merged, strict=True)]


_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]{1,3}\d+:[A-Z]{1,3}\d+)"')


def _merged(content: bytes, limits: Limits) -> list[dict[tuple[int, int], tuple[int, int]]]:
    """By sheet in the workbook's order: the cells that a merged cell covers, each with the cell
    that holds the value; row and column count from 1. Only what is merged downward matters.
    """
    from openpyxl import load_workbook
    from openpyxl.utils import range_boundaries

    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = load_workbook(io.BytesIO(content), read_only=True)
        try:
            # openpyxl keeps the place of a sheet to itself.
            names = [sheet._worksheet_path for sheet in _visible(workbook)]  # noqa: SLF001
        finally:
            workbook.close()
    with ZipFile(io.BytesIO(content)) as archive:
        for name in names:
            covered: dict[tuple[int, int], tuple[int, int]] = {}
            for match in islice(_MERGED.finditer(archive.read(name)), limits.rows):
                left, top, right, bottom = range_boundaries(match[1].decode())
                if left is None or top is None or right is None or bottom is None:
                    continue
                if (
                    right > limits.columns
                    or bottom - top > limits.rows
                    or len(covered) > MOST_CELLS
                ):
                    continue
                covered |= {
                    (row, column): (top, left)
                    for row in range(top + 1, bottom + 1)
                    for column in range(left, right + 1)
                }
            found.append(covered)
    return found


def _visible(workbook: Any) -> list[Any]:
    return [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]


def _spread(lines: list[Line], covered: Mapping[tuple[int, int], tuple[int, int]]) -> list[Line]:
    """Rows under a cell that was merged downward have its value too."""
    if not covered:
        return lines
    by_number = {line.number: line for line in lines}

    def value(line: Line, column: int, cell: Cell) -> Cell:
        origin = covered.get((line.number, column))
        if origin is None or cell not in (None, ""):
            return cell
        above = by_number.get(origin[0])
        return above.cells[origin[1] - 1] if above and origin[1] <= len(above.cells) else cell

    return [
        Line(
            line.number,
            tuple(value(line, column, cell) for column, cell in enumerate(line.cells, start=1)),
        )
        for line in lines
    ]


def _lines(sheet: Any, limits: Limits) -> Iterator[Line]:
    found: list[Line] = []
    last = limits.rows + 1_000
    for number, cells in enumerate(sheet.iter_rows(max_row=last, max_col=limits.columns), start=1):
        line = tuple(_cell(cell) for cell in cells)
        if any(cell not in (None, "") for cell in line):
            found.append(Line(number, line))
            _check_length(found, limits)
            yield found[-1]


def _cell(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type == "f" or not isinstance(value, (*_PLAIN, type(None))):
        return Formula(str(value)[:200])
    if (
        isinstance(value, str)
        and value.startswith(("=", "+", "-", "@"))
        and cell.style_array.quotePrefix
    ):
        # The workbook itself marks this text as no formula; a CSV would say so with a quote.
        return f"'{value}"
    return value


def _saved(lines: list[Line], values: Mapping[int, Line]) -> list[Line]:
    """Formulas replaced by the value last calculated, where the file holds one."""
    nothing = Line(0, ())
    return [
        Line(
            line.number,
            tuple(
                value if isinstance(cell, Formula) and value is not None else cell
                for cell, value in zip_longest(
                    line.cells, values.get(line.number, nothing).cells[: len(line.cells)]
                )
            ),
        )
        for line in lines
    ]
