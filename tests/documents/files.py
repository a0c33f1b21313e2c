"""Files as the world makes them: CME Passport's transcript, providers' sheets, certificates."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

PLAIN = ParagraphStyle("plain", fontName="Helvetica", fontSize=9, leading=11)
BOLD = ParagraphStyle("bold", parent=PLAIN, fontName="Helvetica-Bold")
TITLE = ParagraphStyle("title", parent=BOLD, fontSize=15, leading=20)


@dataclass(frozen=True)
class Look:
    """How a transcript is set: what real generators differ in."""

    widths: tuple[float, ...] = (1.2 * inch, 3.6 * inch, 2.6 * inch)
    valign: str = "TOP"
    grid: bool = False
    lines: bool = False
    title_style: ParagraphStyle = PLAIN
    repeat: int = 1


Entry = tuple[str, str, str, Sequence[str]]
"""Completion date, title, provider, the lines of Credits Earned."""

VAN_GOGH: tuple[Entry, ...] = (
    (
        "4/21/2022",
        "Testing out CME Passport",
        "Western Regional Medical Center",
        (
            "7 AMA PRA Category 1 Credits™",
            "7 ABO Points",
            "7 Improvement in Medical Practice",
            "7 Lifelong Learning",
        ),
    ),
    (
        "2/16/2022",
        "Testing 5013 via Excel",
        "AAA Test Organization",
        ("5 ABO Points", "5 Lifelong Learning"),
    ),
    (
        "12/2/2021",
        "Opioid Analgesics: Risk Evaluation and Mitigation Strategy Update for Ophthalmic Surgeons",
        "Western Regional Medical Center",
        ("1.5 AMA PRA Category 1 Credits™",),
    ),
)


def passport(entries: Sequence[Entry] = VAN_GOGH, look: Look = Look()) -> bytes:
    """CME Passport's transcript in the layout of ACCME's guide of 2024."""
    out = io.BytesIO()
    document = SimpleDocTemplate(out, pagesize=letter, margins=0.7 * inch, bottomMargin=inch)
    rows: list[list[Any]] = [
        [Paragraph(head, BOLD) for head in ("Completion Date", "Activity", "Credits Earned")]
    ]
    for day, title, provider, earned in entries:
        activity = [Paragraph(title, look.title_style), Paragraph(provider, PLAIN)]
        rows.append([Paragraph(day, PLAIN), activity, [Paragraph(line, PLAIN) for line in earned]])
    style = [("VALIGN", (0, 0), (-1, -1), look.valign)]
    style += [("GRID", (0, 0), (-1, -1), 0.5, "black")] * look.grid
    style += [("LINEBELOW", (0, 0), (-1, -1), 0.5, "grey")] * look.lines
    table = LongTable(rows, colWidths=look.widths, repeatRows=look.repeat, style=TableStyle(style))
    head = [
        Paragraph("Accredited Continuing Education Transcript", TITLE),
        Paragraph("Vincent Van Gogh", BOLD),
        Paragraph("Transcript Dates: 12/2/2021 - 4/21/2022", PLAIN),
        Spacer(1, 14),
    ]

    def foot(canvas: Canvas, _: object) -> None:
        canvas.setFont("Helvetica-Bold", 9)
        canvas.drawString(inch, 0.7 * inch, "OFFICIAL TRANSCRIPT")
        canvas.setFont("Helvetica", 8)
        canvas.drawString(inch, 0.5 * inch, "Published 4/21/2022")
        canvas.drawRightString(7.5 * inch, 0.5 * inch, f"{canvas.getPageNumber()} of 2")

    document.build([*head, table], onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def columned_pdf(lines: Sequence[Sequence[str]], lefts: Sequence[float]) -> bytes:
    """A list set with tabs: no strokes, each text starting at its column's left end."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=letter)
    for number, cells in enumerate(lines):
        for left, cell in zip(lefts, cells, strict=True):
            canvas.drawString(left, 740 - 14 * number, cell)
    canvas.save()
    return out.getvalue()


def ruled_pdf(rows: Sequence[Sequence[str]], widths: Sequence[float]) -> bytes:
    """A table with strokes around each cell; texts wrap inside."""
    out = io.BytesIO()
    cells = [[Paragraph(cell, PLAIN) for cell in row] for row in rows]
    table = LongTable(
        cells, colWidths=widths, style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")])
    )
    SimpleDocTemplate(out, pagesize=letter).build([Paragraph("My transcript", TITLE), table])
    return out.getvalue()


def text_pdf(text: str) -> bytes:
    """Lines of text, centered as on a certificate."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=letter)
    for number, line in enumerate(text.strip().splitlines()):
        canvas.drawCentredString(306, 700 - 20 * number, line.strip())
    canvas.save()
    return out.getvalue()


def picture_pdf() -> bytes:
    """A scanned page: a picture and no text."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    out, page = io.BytesIO(), io.BytesIO()
    Image.new("L", (60, 80), 200).save(page, "PNG")
    canvas = Canvas(out, pagesize=letter)
    canvas.drawImage(ImageReader(page), 0, 0, 612, 792)
    canvas.save()
    return out.getvalue()


def workbook(*sheets: Sequence[Sequence[Any]]) -> bytes:
    """A workbook of these sheets; texts that begin with `=` become formulas, as in real life."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


PARS_HEADER = (
    "Record Action",
    "ACCME Activity ID",
    "Completion Date",
    "First Name",
    "Last Name",
    "Date of Birth",
    "Licensing State",
    "Licensing ID or NPI",
    "Number of CME Credits",
    "Certifying Board",
    "Certifying Board ID",
    "Total Board Credits",
    "Credit Type",
    "Credits Awarded for Credit Type",
    "Additional Credit Type",
)


@dataclass(frozen=True)
class Csv:
    """A text file by its lines."""

    lines: tuple[str, ...] = field(default=())

    def __bytes__(self) -> bytes:
        return "\n".join(self.lines).encode()
