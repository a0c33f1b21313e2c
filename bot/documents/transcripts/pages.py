"""The text of a PDF as words with places, put together to lines."""

import io
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.documents.transcripts.reading import Limits, RefusedError
from bot.documents.transcripts.table import Line

SAME_LINE = 3.0
"""Words whose tops differ by no more points than this stand on one line."""

GAP = 7.0
"""A wider space than this many points separates cells, a narrower one words."""

SHORTEST_RULE = 0.4
"""A horizontal stroke of at least this part of the text's width rules a table."""

_WORD_OPTIONS = {"x_tolerance": 1.5, "y_tolerance": 2, "extra_attrs": ["fontname"]}


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box, in points from the page's upper left corner."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    font: str = ""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of words on a page; `number` counts all lines of the document from 1."""

    number: int
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def top(self) -> float:
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        return max(word.bottom for word in self.words)

    def cells(self) -> tuple[tuple[Word, ...], ...]:
        """The words in groups, cut at wide spaces."""
        groups: list[list[Word]] = []
        for word in self.words:
            if groups and word.x0 - groups[-1][-1].x1 <= GAP:
                groups[-1].append(word)
            else:
                groups.append([word])
        return tuple(tuple(group) for group in groups)


@dataclass(frozen=True, slots=True)
class Page:
    """One page's lines, the heights of its horizontal rules, and its ruled tables as grids."""

    lines: tuple[TextLine, ...]
    rules: tuple[float, ...] = ()
    tables: tuple[tuple[Line, ...], ...] = field(default=())


def read_pages(content: bytes, limits: Limits) -> tuple[Page, ...]:
    """The pages of a PDF. RefusedError where it is locked, damaged, too long or holds no text."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    # pdfminer reports each oddity of a file as a warning; none is of use to anybody here.
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        with pdfplumber.open(io.BytesIO(content)) as document:
            pages = _pages(document, limits)
    except (RefusedError, MemoryError):
        raise
    except (PdfminerException, PDFPasswordIncorrect, PDFEncryptionError) as error:
        causes = (error, *error.args)
        locked = any(isinstance(c, (PDFPasswordIncorrect, PDFEncryptionError)) for c in causes)
        raise RefusedError("password" if locked else "damaged") from error
    except Exception as error:
        # A damaged file can break any assumption of the parser: TypeError, KeyError, struct.error.
        raise RefusedError("damaged") from error
    if not pages:
        raise RefusedError("damaged")
    if not any(page.lines for page in pages):
        raise RefusedError("scanned")
    return tuple(pages)


def _pages(document: Any, limits: Limits) -> list[Page]:
    if len(document.pages) > limits.pages:
        raise RefusedError("too_many_pages", pages=limits.pages)
    pages: list[Page] = []
    for page in document.pages:
        pages.append(_page(page, sum(len(done.lines) for done in pages)))
        page.close()
    return pages


def lines_of(words: Iterable[Word], first_number: int = 1) -> tuple[TextLine, ...]:
    """Words put together to lines, from top to bottom and left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.top, word.x0)):
        if lines and abs(word.top - lines[-1][0].top) <= SAME_LINE:
            lines[-1].append(word)
        else:
            lines.append([word])
    return tuple(
        TextLine(number, tuple(sorted(line, key=lambda word: word.x0)))
        for number, line in enumerate(lines, start=first_number)
    )


def _page(page: Any, lines_before: int) -> Page:
    upright = page.filter(lambda item: item.get("upright", True))
    words = [
        Word(raw["text"], raw["x0"], raw["x1"], raw["top"], raw["bottom"], raw["fontname"])
        for raw in upright.extract_words(**_WORD_OPTIONS)
    ]
    lines = lines_of(words, lines_before + 1)
    return Page(lines, _rules(page, words), tuple(_tables(upright, lines)))


def _rules(page: Any, words: Sequence[Word]) -> tuple[float, ...]:
    if not words:
        return ()
    width = max(word.x1 for word in words) - min(word.x0 for word in words)
    reach: dict[int, float] = {}
    for edge in page.edges:
        if edge["orientation"] == "h":
            height = round(edge["top"])
            reach[height] = reach.get(height, 0) + edge["x1"] - edge["x0"]
    return tuple(
        float(top) for top, length in sorted(reach.items()) if length >= width * SHORTEST_RULE
    )


def _tables(page: Any, lines: Sequence[TextLine]) -> Iterable[tuple[Line, ...]]:
    for table in page.find_tables():
        rows = table.extract(x_tolerance=1.5, y_tolerance=2)
        yield tuple(
            Line(_number_at(lines, row.bbox[1]), tuple(cells))
            for row, cells in zip(table.rows, rows, strict=True)
        )


def _number_at(lines: Sequence[TextLine], top: float) -> int:
    below = (line.number for line in lines if line.bottom > top)
    return next(below, lines[-1].number if lines else 1)
