"""Rows of a page that stand in columns without any lines between them."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.documents.transcripts.days import day_of
from bot.documents.transcripts.pages import Page, TextLine, Word

ABOVE = 4.0
"""A cell may begin this many points above the date of its row and still belong to it."""

SAME = 1.5
"""Strokes are drawn up to this many points off the text's edge."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a columned page: its first line's number and the lines of each column."""

    number: int
    columns: tuple[tuple[TextLine, ...], ...]

    def text(self, column: int) -> str:
        return " ".join(line.text for line in self.columns[column])


def borders_of(heads: Sequence[tuple[Word, ...]], body: Sequence[TextLine]) -> tuple[float, ...]:
    """Where one column ends and the next begins: the emptiest strip between two headers."""
    starts = sorted(word.x0 for line in body for word in line.words)
    stops = sorted(word.x1 for line in body for word in line.words)
    borders = []
    for left, right in pairwise(heads):
        first, last = left[0].x0, right[0].x0
        places = [first + step for step in range(1, max(int(last - first) + 1, 2))]
        crossed = [bisect_left(starts, place) - bisect_right(stops, place) for place in places]
        best = min(crossed)
        free = [place for place, count in zip(places, crossed, strict=True) if count == best]
        borders.append(_widest_middle(free, right[0].x0))
    return tuple(borders)


def records_of(
    page: Page,
    body: Sequence[TextLine],
    borders: Sequence[float],
    date_column: int,
    *,
    from_top: bool,
) -> tuple[tuple[TextLine, ...], list[Record]]:
    """The rows of one page: first what stands above the first date (the rest of a row begun on the
    page before), then the rows, each with exactly one date. `from_top` says where dates stand.
    """
    dates = [line for line in body if _has_date(line, borders, date_column)]
    if not dates:
        return tuple(body), []
    tops = _ruled(page, body, dates) or ([] if from_top else _spaced(body, dates))
    tops = tops or [date.top - ABOVE for date in dates]
    rest = tuple(line for line in body if line.bottom <= tops[0] + ABOVE and line.top < tops[0])
    ends = [*tops[1:], float("inf")]
    return rest, [
        _record([line for line in body if top <= line.top < end], borders)
        for top, end in zip(tops, ends, strict=True)
    ]


def dates_from_top(body: Sequence[TextLine], borders: Sequence[float], date_column: int) -> bool:
    """Whether the first row of a table shows its date on its first line, not further down."""
    date = next((line for line in body if _has_date(line, borders, date_column)), None)
    return date is None or body[0].top >= date.top - ABOVE


def split(lines: Sequence[TextLine], borders: Sequence[float]) -> tuple[tuple[TextLine, ...], ...]:
    """The lines cut into columns; words lie in the column that holds their middle."""
    edges = [float("-inf"), *borders, float("inf")]
    return tuple(
        tuple(
            TextLine(line.number, words)
            for line in lines
            if (words := tuple(w for w in line.words if left <= (w.x0 + w.x1) / 2 < right))
        )
        for left, right in pairwise(edges)
    )


def _record(lines: Sequence[TextLine], borders: Sequence[float]) -> Record:
    return Record(lines[0].number, split(lines, borders))


def _has_date(line: TextLine, borders: Sequence[float], date_column: int) -> bool:
    words = split([line], borders)[date_column]
    return bool(words) and day_of(words[0].text) is not None


def _widest_middle(places: Sequence[float], wanted: float) -> float:
    """The middle of the widest run of neighboring places; of equals the one nearest to `wanted`."""
    runs: list[list[float]] = []
    for place in places:
        if runs and place - runs[-1][-1] <= 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    best = max(runs, key=lambda run: (len(run), -abs(run[-1] - wanted)))
    return best[len(best) // 2]


def _ruled(page: Page, body: Sequence[TextLine], dates: Sequence[TextLine]) -> list[float]:
    """The tops of the rows where strokes divide them: one date between two strokes."""
    inside = [rule for rule in page.rules if rule < body[-1].bottom]
    tops = []
    for date in dates:
        above = [rule for rule in inside if rule <= date.top + SAME]
        if not above:
            return []
        tops.append(above[-1] - SAME)
    return tops if len(set(tops)) == len(dates) else []


def _spaced(body: Sequence[TextLine], dates: Sequence[TextLine]) -> list[float]:
    """The tops of rows whose date stands at the middle or foot of its cell: the widest spaces
    between lines, taken one by one until each part holds one date, divide the rows.
    """
    if len(dates) == 1:
        return [body[0].top - SAME]
    gaps = sorted({round(b.top - a.bottom, 1) for a, b in pairwise(body)})
    for widest in reversed(gaps):
        parts: list[list[TextLine]] = [[body[0]]]
        for before, line in pairwise(body):
            if line.top - before.bottom >= widest - 0.05:
                parts.append([line])
            else:
                parts[-1].append(line)
        held = [sum(date in part for date in dates) for part in parts]
        if max(held) == 1:
            # Sums and footers may follow the last row.
            is_rows = held[: len(dates)] == [1] * len(dates)
            return [part[0].top - SAME for part in parts] if is_rows else []
    return []
