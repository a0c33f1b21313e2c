"""CME Passport's "Accredited Continuing Education Transcript".

Columns: Completion Date, Activity (title over one or more lines, the provider on the last), and
Credits Earned (Category 1 first, then points of boards, each followed by the kinds of points it
is made of). A row may hold points alone. No activity id, topic or format is on it. Layout after
ACCME's guide "Reviewing CME Credit Data: Getting Started in PARS" (2024), by way of an importer's
published test.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from bot.documents.transcripts.columns import Record, borders_of, dates_from_top, records_of, split
from bot.documents.transcripts.credit_names import MOC
from bot.documents.transcripts.days import day_of
from bot.documents.transcripts.entries import Entry, entries_in
from bot.documents.transcripts.pages import Page, TextLine, Word
from bot.documents.transcripts.provider_lines import title_and_provider
from bot.documents.transcripts.reading import Limits, Reading, Row, RowReason, Unread

TITLE = "accredited continuing education transcript"
DATE, ACTIVITY, CREDITS = 0, 1, 2
Heads = tuple[tuple[Word, ...], tuple[Word, ...], tuple[Word, ...]]
MAPPING = {
    "completed_on": "Completion Date",
    "title": "Activity",
    "provider": "Activity (last line)",
    "amount": "Credits Earned",
}

_FOOTER = re.compile(
    r"(?:official transcript|published \d{1,2}/\d{1,2}/\d{4}|(?:page )?\d+ of \d+|[\s|·-])+",
    re.IGNORECASE,
)
_COMPLETION = re.compile(r"completion\b", re.IGNORECASE)
_REST_OF_HEADER = re.compile(r"completion|date|earned|date earned", re.IGNORECASE)


def is_passport(pages: Sequence[Page]) -> bool:
    """Whether the title or the three columns of the transcript are on the first page."""
    lines = pages[0].lines
    return any(TITLE in line.text.casefold() for line in lines) or _head_of(lines) is not None


def read_passport(pages: Sequence[Page], limits: Limits) -> Reading | None:
    """Every credit of the transcript; None where its three columns are not found."""
    found = [head for page in pages if (head := _head_of(page.lines))]
    if not found:
        return None
    bodies, (_, heads) = _bodies(pages), found[0]
    borders = borders_of(heads, [line for body in bodies for line in body])
    from_top = dates_from_top(bodies[0], borders, DATE)
    records: list[Record] = []
    for page, body in zip(pages, bodies, strict=True):
        if not body:
            continue
        rest, begun = records_of(page, body, borders, DATE, from_top=from_top)
        if rest and records:
            records[-1] = _continued(records[-1], split(rest, borders))
        records += begun
    reach = max(
        (w.x1 for r in records for line in r.columns[ACTIVITY] for w in line.words), default=0
    )
    results = [result for record in records for result in _credits(record, reach, limits)]
    return Reading(
        kind="cme_passport",
        rows=tuple(result for result in results if isinstance(result, Row)),
        unread=tuple(result for result in results if isinstance(result, Unread)),
        mapping=MAPPING,
    )


def _head_of(lines: Sequence[TextLine]) -> tuple[int, Heads] | None:
    """Where on a page the header stands, and the words of its three columns."""
    for at, line in enumerate(lines):
        names = [word.text.casefold() for word in line.words]
        if "activity" not in names or "credits" not in names:
            continue
        middle, last = names.index("activity"), len(names) - 1 - names[::-1].index("credits")
        # In a narrow column "Completion Date" takes two lines, of which none, one or both stand
        # beside the other headers.
        around = [near for near in lines[max(at - 1, 0) : at + 2] if _COMPLETION.match(near.text)]
        if (
            middle < last
            and around
            and names[middle - 1 : middle] in ([], ["date"], ["completion"])
        ):
            dates = line.words[:middle] or around[0].words
            return at, (dates, line.words[middle:last], line.words[last:])
    return None


def _bodies(pages: Sequence[Page]) -> list[list[TextLine]]:
    """The lines of each page without what is printed above and below the rows."""
    first_head = _head_of(pages[0].lines)
    printed_above = {line.text for line in pages[0].lines[: first_head[0] + 1 if first_head else 0]}
    bodies = []
    for page in pages:
        head = _head_of(page.lines)
        bodies.append(
            [
                line
                for line in page.lines[head[0] + 1 if head else 0 :]
                if line.text not in printed_above
                and not _FOOTER.fullmatch(line.text)
                and not _REST_OF_HEADER.fullmatch(line.text)
            ]
        )
    return bodies


def _continued(record: Record, rest: tuple[tuple[TextLine, ...], ...]) -> Record:
    return Record(record.number, tuple(a + b for a, b in zip(record.columns, rest, strict=True)))


def _credits(record: Record, reach: float, limits: Limits) -> Iterator[Row | Unread]:
    title, provider = title_and_provider(record.columns[ACTIVITY], reach)
    day = day_of(record.columns[DATE][0].words[0].text)
    entries = entries_in(record.text(CREDITS))

    def unread(reason: RowReason) -> Unread:
        text = " | ".join(filter(None, (record.text(column) for column in (0, 1, 2))))
        return Unread(text[:200], record.number, reason)

    if not title:
        yield unread("title_missing")
    elif day is None:
        yield unread("date_unreadable")
    elif limits.latest and day > limits.latest:
        yield unread("date_in_future")
    elif not entries:
        yield unread("amount_missing")
    else:
        for entry in entries:
            if reason := _problem(entry):
                yield unread(reason)
            elif entry.name and isinstance(entry.amount, Decimal) and entry.amount:
                yield Row(
                    title=title,
                    provider=provider,
                    completed_on=day,
                    type=entry.name.type,
                    board=entry.name.board,
                    amount=entry.amount,
                    line=record.number,
                )


def _problem(entry: Entry) -> RowReason | None:
    if isinstance(entry.amount, str):
        return entry.amount
    if entry.name is None:
        return "type_unknown"
    return "board_unknown" if entry.name.type == MOC and not entry.name.board else None
