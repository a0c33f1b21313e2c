"""A transcript for spreadsheets: CSV and XLSX that are read back as the same credits.

Texts that a spreadsheet would take for a formula are kept texts: with an apostrophe before them in
CSV (OWASP), with the cell's own mark in XLSX.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.documents import wording
from bot.documents.period import Period, credits_in
from bot.documents.transcripts.credit_names import MOC, type_name
from bot.model import Credit, Physician, Standing

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

HEADERS = (
    "Completion Date",
    "Activity Title",
    "Provider",
    "Credits Earned",
    "Credit Type",
    "Certifying Board",
    "Origin",
    "Proof",
    "Topic IDs",
    "Format",
    "ACCME Activity ID",
)
WIDTHS = (16, 60, 36, 14, 30, 16, 14, 8, 30, 22, 18)
STANDING_HEADERS = (
    "Held",
    "Cycle",
    "Rule",
    "State",
    "Have",
    "Need",
    "Left",
    "Unit",
    "Figures as of",
)
STANDING_WIDTHS = (44, 30, 50, 16, 10, 10, 10, 12, 14)


def transcript_csv(physician: Physician, period: Period, proofs: Collection[int] = ()) -> bytes:
    """The credits of a period, in UTF-8 with the mark that spreadsheets look for."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    for credit in credits_in(period, physician.credits):
        cells = _cells(credit, proofs)
        writer.writerow([_guarded(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def transcript_xlsx(
    physician: Physician,
    standings: Sequence[Standing],
    period: Period,
    generated_on: date,
    proofs: Collection[int] = (),
) -> bytes:
    """The credits of a period on one sheet, where each license stands on another."""
    from openpyxl import Workbook

    book = Workbook(write_only=False)
    first = book.active
    if first is not None:
        book.remove(first)
    rows = [_cells(credit, proofs) for credit in credits_in(period, physician.credits)]
    _fill(book.create_sheet("Credits"), HEADERS, rows, WIDTHS)
    _fill(book.create_sheet("Standing"), STANDING_HEADERS, _standings(standings), STANDING_WIDTHS)
    book.properties.title = "Continuing Medical Education Transcript"
    book.properties.creator = physician.profile.name or ""
    # Without a time of its own, openpyxl would write the clock's into the file.
    book.properties.created = datetime(generated_on.year, generated_on.month, generated_on.day)  # noqa: DTZ001
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cells(credit: Credit, proofs: Collection[int]) -> list[str | date | float]:
    return [
        credit.completed_on,
        _clean(credit.title),
        _clean(credit.provider or ""),
        float(credit.amount),
        type_name(credit.type) if credit.type != MOC else "MOC points",
        credit.board or "",
        wording.ORIGINS[credit.origin],
        "yes" if credit.id in proofs else "",
        "; ".join(credit.topics),
        credit.format or "",
        credit.activity_id or "",
    ]


def _standings(standings: Sequence[Standing]) -> Iterator[list[str | date | float]]:
    for standing in standings:
        for rule in standing.rules:
            yield [
                wording.holder(standing),
                wording.cycle(standing),
                _clean(rule.title),
                wording.state(rule),
                float(rule.have),
                "" if rule.need is None else float(rule.need),
                "" if rule.left is None else float(rule.left),
                rule.unit,
                standing.as_of or "",
            ]


def _fill(
    sheet: "Worksheet",
    headers: Sequence[str],
    rows: Iterable[Sequence[str | date | float]],
    widths: Sequence[int],
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet.append(list(headers))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="F3F6F9")
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            cell.value = value
            cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))
            if isinstance(value, str):
                cell.data_type = "s"
                cell.quotePrefix = bool(_FORMULA.match(value))
            elif isinstance(value, date):
                cell.number_format = "yyyy-mm-dd"
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


_FORMULA = re.compile(r"\s*[=+@-]|[\t\r]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def _clean(text: str) -> str:
    """Without the control characters that a workbook cannot hold."""
    return _CONTROL.sub("", text)


def _guarded(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text
