"""PDF files: which of the known layouts it is, and its credits."""

from collections.abc import Sequence

from bot.documents.transcripts.certificate import read_certificate, read_text_lines
from bot.documents.transcripts.columns import borders_of, dates_from_top, records_of
from bot.documents.transcripts.headers import header_of
from bot.documents.transcripts.pages import Page, TextLine, read_pages
from bot.documents.transcripts.passport import is_passport, read_passport
from bot.documents.transcripts.reading import Limits, Reading, RefusedError
from bot.documents.transcripts.table import Line, find_header, read_table


def read_pdf(content: bytes, limits: Limits) -> Reading:
    """The credits of a PDF with text. Layouts are tried from the surest to the loosest."""
    pages = read_pages(content, limits)
    if passport := read_passport(pages, limits) if is_passport(pages) else None:
        return passport
    if grid := _ruled(pages) or _columned(pages):
        return read_table(grid, limits, "pdf_table")
    lines = [line for page in pages for line in page.lines]
    reading = read_certificate(lines, limits) or read_text_lines(lines, limits)
    if reading is None:
        raise RefusedError("no_credits")
    return reading


def _ruled(pages: Sequence[Page]) -> list[Line] | None:
    """The ruled tables of all pages as one grid, from the first that has a header of credits."""
    grid: list[Line] = []
    for table in (table for page in pages for table in page.tables):
        if not grid and find_header(table) is None:
            continue
        if not grid or len(table[0].cells) == len(grid[0].cells):
            grid += table
    return grid or None


def _columned(pages: Sequence[Page]) -> list[Line] | None:
    """Columns under a line of headers, told apart by the empty strips between them."""
    found = next(
        (
            (place, line)
            for page in pages
            for place, line in enumerate(page.lines)
            if not header_of(_texts(line)).missing
        ),
        None,
    )
    if found is None:
        return None
    head = found[1]
    heads, header = head.cells(), header_of(_texts(head))
    bodies = [_below(page, head.text) for page in pages]
    borders = borders_of(heads, [line for body in bodies for line in body])
    grid = [Line(head.number, tuple(_texts(head)))]
    date_column = header.columns["completed_on"].index
    from_top = dates_from_top(next(filter(None, bodies), []), borders, date_column)
    for page, body in zip(pages, bodies, strict=True):
        if not body:
            continue
        _, records = records_of(page, body, borders, date_column, from_top=from_top)
        grid += [
            Line(record.number, tuple(record.text(at) for at in range(len(record.columns))))
            for record in records
        ]
    return grid


def _texts(line: TextLine) -> list[str]:
    return [" ".join(word.text for word in group) for group in line.cells()]


def _below(page: Page, head: str) -> list[TextLine]:
    at = next((i for i, line in enumerate(page.lines) if line.text == head), -1)
    return list(page.lines[at + 1 :])
