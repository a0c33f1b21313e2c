"""Dates and spans of dates in a message, with the words that bind them: before, by, since, ...

The rules: "before X" ends the day before, "by X" includes it, "next week" is Monday to Sunday of
the following week, "before year end" includes the year's last day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.understanding.calendar_words import calendar_word
from bot.understanding.periods import Direction, Period, read_period
from bot.understanding.words import cut

_BEFORE = {"before", "b4"}
_UNTIL = {"by", "until", "til", "till", "through", "thru", "w/in"}
_AFTER = {"after", "past"}
_SINCE = {"since", "starting", "from", "beginning"}
_FILL = {"the", "my", "about", "around", "on", "in", "at", "this", "or", "mid"}
_TO_NOW = frozenset(
    (join, end)
    for join in ("to", "until", "till", "through", "thru")
    for end in ("now", "today", "present", "date")
)
_JOINS = {"to", "and", "until", "through", "thru", "til", "till", "or"}


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` to `end`, both included; None: open on that side.

    `first` and `last` bound the words it was read from; `is_bound` says that a word such as
    "before" or "since" stood with it.
    """

    start: date | None
    end: date | None
    first: int
    last: int
    is_bound: bool = False

    @property
    def day(self) -> date | None:
        """The one day the span is, or None."""
        return self.start if self.start == self.end else None


def read_spans(folds: Sequence[str], today: date, direction: Direction) -> tuple[Span, ...]:
    """All spans of dates in folded words, in order."""
    spans: list[Span] = []
    i = 0
    folds = [calendar_word(word) for word in folds]
    while i < len(folds):
        period = read_period(folds, i, today, direction)
        if period is None:
            i += 1
            continue
        span = _bound(folds, period, today, direction)
        spans.append(span)
        i = max(span.last, i + 1)
    return tuple(spans)


def _bound(folds: Sequence[str], period: Period, today: date, direction: Direction) -> Span:
    before = period.first - 1
    while before >= 0 and folds[before] in {"the", "my", "about", "around"}:
        before -= 1
    word = folds[before] if before >= 0 else ""
    joined = _joined(folds, period, word, today, direction)
    if joined:
        first = before if word in {"between", "from"} else period.first
        return Span(period.start, joined.end, first, joined.last, is_bound=True)
    if tuple(folds[period.last : period.last + 2]) in _TO_NOW:
        return Span(period.start, None, period.first, period.last + 2, is_bound=True)
    two = (folds[before - 1], word) if before >= 1 else ("", word)
    if word in _BEFORE or two in {("prior", "to"), ("earlier", "than"), ("sooner", "than")}:
        end = period.end if period.is_end else period.start - timedelta(days=1)
        return Span(None, end, before, period.last, is_bound=True)
    if two in {("no", "later"), ("later", "than")}:
        return Span(None, period.end, before - 1, period.last, is_bound=True)
    if word in _UNTIL:
        return Span(None, period.end, before, period.last, is_bound=True)
    if word in _SINCE and word != "from":
        return Span(period.start, None, before, period.last, is_bound=True)
    follows = folds[period.last : period.last + 2]
    forward = [*follows, "", ""][:2]
    if word == "from" and forward[0] in {"on", "onward", "onwards", "forward"}:
        return Span(period.start, None, before, period.last + 1, is_bound=True)
    if forward[0] in {"onward", "onwards"} or forward == ["and", "later"]:
        return Span(period.start, None, period.first, period.last + 1, is_bound=True)
    if word in _AFTER and not period.is_open:
        return Span(period.end + timedelta(days=1), None, before, period.last, is_bound=True)
    if period.is_open and direction == "past":
        return Span(period.start, None, period.first, period.last, is_bound=True)
    if period.is_open and folds[period.first] == "within":
        return Span(None, period.end, period.first, period.last, is_bound=True)
    return Span(period.start, period.end, period.first, period.last)


def _joined(
    folds: Sequence[str], period: Period, word: str, today: date, direction: Direction
) -> Period | None:
    """The second of two periods in "from X to Y", "between X and Y", "X through Y"."""
    join = folds[period.last] if period.last < len(folds) else ""
    if join not in _JOINS or (join in {"and", "or"} and word != "between"):
        return None
    second = read_period(folds, period.last + 1, today, direction)
    if second is None:
        return None
    if second.end < period.start and direction == "future":
        later = read_period(folds, period.last + 1, period.start, "future")
        return later if later and later.end >= period.start else None
    return second if second.end >= period.start else None


def read_date(text: str, today: date, direction: Direction = "future") -> date | None:
    """One date as a physician types it into a form; None if there is none.

    A longer period stands for its last day ("end of feb", "10/2027"), since licenses run to the
    end of a month; without a year it is the next such day (`future`) or the last one (`past`).
    """
    spans = read_spans([word.fold for word in cut(text)], today, direction)
    for span in spans:
        if span.is_bound and span.end is None:
            return span.start
        return span.end
    return None


def read_span(
    text: str, today: date, direction: Direction = "future"
) -> tuple[date | None, date | None] | None:
    """The first stretch of days in a text, each side None where open; None if there is none."""
    spans = read_spans([word.fold for word in cut(text)], today, direction)
    return (spans[0].start, spans[0].end) if spans else None
