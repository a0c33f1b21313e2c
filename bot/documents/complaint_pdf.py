"""A complaint as a PDF: for the physician to keep, and for whoever reads it."""

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from bot.documents.transcript_pdf import GREY, INK, LINE, WIDE, WIDE_BOLD, register_fonts

MARGIN = 56
LABEL_WIDTH = 128


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the PDF shows: `lines` are label and words, `notes` stand below in small print.

    `files` are name, size in bytes and hash of the evidence; `added` what was added later, by day.
    """

    number: str
    filed_at: datetime
    lines: Sequence[tuple[str, str]]
    files: Sequence[tuple[str, int, str]]
    added: Sequence[tuple[datetime, str]]
    notes: Sequence[str]


def complaint_pdf(sheet: Sheet) -> bytes:
    """The PDF; the same sheet always gives the same bytes, so that a mail can be sent again."""
    from reportlab.lib.pagesizes import LETTER
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

    register_fonts()
    body = ParagraphStyle(
        "body", fontName=WIDE, fontSize=9.5, leading=14, spaceAfter=4, textColor=INK
    )
    label = ParagraphStyle("label", parent=body, fontName=WIDE_BOLD)
    small = ParagraphStyle("small", parent=body, fontSize=8, leading=11, textColor=GREY)
    head = ParagraphStyle("head", parent=body, fontName=WIDE_BOLD, fontSize=17, leading=22)

    def told(words: str, style: Any = body) -> list[Any]:
        return [Paragraph(escape(part), style) for part in words.split("\n") if part.strip()]

    width = LETTER[0] - 2 * MARGIN
    rows = [row for name, words in _all_lines(sheet) for row in _rows(name, words)]
    ends = [place for place in range(len(rows)) if place + 1 == len(rows) or rows[place + 1][0]]
    table = Table(
        [[told(name, label), told(piece) or ""] for name, piece in rows],
        colWidths=[LABEL_WIDTH, width - LABEL_WIDTH],
    )
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *(("LINEBELOW", (0, row), (-1, row), 0.4, LINE) for row in ends),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
                *(("BOTTOMPADDING", (0, row), (-1, row), 6) for row in ends),
            ]
        )
    )
    written = io.BytesIO()
    document = SimpleDocTemplate(
        written,
        pagesize=LETTER,
        leftMargin=MARGIN - 6,
        rightMargin=MARGIN - 6,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=f"Complaint {sheet.number}",
        author="",
        invariant=1,
    )

    def foot(canvas: Any, _document: Any) -> None:
        canvas.setFont(WIDE, 8)
        canvas.setFillColor(GREY)
        canvas.drawString(MARGIN, MARGIN / 2, f"Complaint {sheet.number}")
        canvas.drawRightString(LETTER[0] - MARGIN, MARGIN / 2, f"Page {canvas.getPageNumber()}")

    filed = f"{sheet.filed_at:%B} {sheet.filed_at.day}, {sheet.filed_at:%Y, %H:%M} UTC"
    story: list[Any] = [
        Paragraph(f"Complaint {escape(sheet.number)}", head),
        Paragraph(f"Confirmed by its author {filed}", small),
        Spacer(1, 10),
        table,
        Spacer(1, 10),
        *(Paragraph(escape(note), small) for note in sheet.notes),
    ]
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return written.getvalue()


def _all_lines(sheet: Sheet) -> list[tuple[str, str]]:
    lines = list(sheet.lines)
    for number, (name, size, sha256) in enumerate(sheet.files, 1):
        lines.append((f"File {number}", f"{name}, {size:,} bytes\nSHA-256 {sha256}"))
    for at, words in sheet.added:
        lines.append((f"Added {at:%B} {at.day}, {at:%Y}", words))
    return lines


_TALL = 500
"""Characters in one row of the table; a row cannot run over the end of a page."""


def _rows(name: str, words: str) -> list[tuple[str, str]]:
    """A line in rows of at most `_TALL` characters, cut between paragraphs or words."""
    pieces: list[str] = []
    for paragraph in words.split("\n"):
        if paragraph.strip():
            pieces += textwrap.wrap(paragraph, _TALL, break_on_hyphens=False)
    return [(name if place == 0 else "", piece) for place, piece in enumerate(pieces or [""])]
