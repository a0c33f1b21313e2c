"""In which order what was found is shown: a score made of parts that can be named."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from rapidfuzz import fuzz

from bot.model import Gap, Search
from bot.store.catalog.bits import bits_of, has, numbers_in
from bot.store.catalog.matching import ENOUGH, Matches, Sought
from bot.store.catalog.rows import UNKNOWN_AMOUNT
from bot.store.catalog.view import View
from bot.store.catalog.words import LONGEST_QUERY, normalised

WORDS = 68.0
"""Points for saying all the words of the query, the rare ones weighing more."""

TITLE = 20.0
"""Points for a title that is the query and nothing else."""

FIT = 12.0
"""Points for all else: topics asked for, a known end or a start on the days asked for, no fee."""

ELSEWHERE = 0.8
"""A word said outside the title counts for so much of one in the title."""


WHOLE = 85.0
"""From this likeness on, the whole query with its small words is taken for a title."""

FILLING = 0.55
"""What lacks a word fills up a short list only with so much of the best score."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """An activity's number and score; `closes` are the hours of open rules that it closes."""

    number: int
    score: float
    closes: Decimal
    title: str
    id: str

    def key(self, order: str) -> tuple[Any, ...]:
        """What it is sorted by; among equals by title, then id."""
        first = (-self.closes,) if order == "gaps" else ()
        return (*first, -self.score, self.title, self.id)


def ranked(view: View, search: Search, found: Matches) -> tuple[list[Ranked], int]:
    """The page of the search in order, and the number of all.

    The candidates come first, in order of their score; what was not compared follows by number.
    """
    compared = _scored(view, search, found.sought, found.candidates + found.fillers)
    fillers = frozenset(found.fillers)
    best = _sorted((one for one in compared if one.number not in fillers), search)
    if fillers and len(best) < ENOUGH:
        floor = FILLING * max((one.score for one in best), default=0.0)
        close = (one for one in compared if one.number in fillers and one.score >= floor)
        best = _sorted([*best, *_sorted(close, search)[: ENOUGH - len(best)]], search)
    total = max(len(best), found.bits.bit_count())
    page = best[search.offset : search.offset + search.limit]
    missing = min(search.limit, total - search.offset) - len(page)
    if missing <= 0 or total == len(best):
        return page, total
    rest = found.bits & ~bits_of(found.candidates, view.size)
    start = max(0, search.offset - len(best))
    numbers = tuple(islice(numbers_in(rest), start, start + missing))
    floor = min((one.score for one in best), default=100.0)
    tail = _scored(view, search, found.sought, numbers)
    by_number = sorted(tail, key=lambda one: one.number)
    return page + [_at_most(one, floor) for one in by_number], total


def _at_most(one: Ranked, floor: float) -> Ranked:
    return Ranked(one.number, min(one.score, floor), one.closes, one.title, one.id)


def _sorted(scored: Iterable[Ranked], search: Search) -> list[Ranked]:
    return sorted(scored, key=lambda one: one.key(search.order))


def _scored(
    view: View, search: Search, sought: Sequence[Sought], numbers: Sequence[int]
) -> list[Ranked]:
    rows = view.rows(
        "SELECT number, id, title, words, topics, start_date, end_date, fee_usd, free "
        "FROM activity WHERE number IN (SELECT value FROM json_each(?))",
        (json.dumps(numbers),),
    )
    closes = _closes(view, search, numbers) if search.gaps else {}
    typed = " ".join(word.typed for word in sought)
    meant = " ".join(word.spellings[0].word for word in sought)
    whole_query = normalised(search.words[:LONGEST_QUERY])
    corrected = {word.typed: word.spellings[0].word for word in sought}
    every_word = " ".join(corrected.get(word, word) for word in whole_query.split())
    evidence = _evidence(sought)
    scored = []
    first, last = _window(search)
    for number, activity_id, title, words, topics, start, end, fee, free in rows:
        dated = start is not None and first <= start <= last if first else end is not None
        score = FIT * _fit(search, topics, dated, fee, free)
        if sought:
            closeness = 100.0 if words == whole_query else fuzz.token_sort_ratio(meant, words)
            if meant != typed:
                closeness = max(closeness, fuzz.token_sort_ratio(typed, words))
            # Small words count where they make a title the very one, never against it.
            closeness = max(closeness, fuzz.token_sort_ratio(every_word, words, score_cutoff=WHOLE))
            score += WORDS * _said(evidence, number, f" {words}") + TITLE * closeness / 100
        else:
            score += WORDS + TITLE
        hours = closes.get(number, Decimal(0))
        scored.append(Ranked(number, round(score, 2), hours, title, activity_id))
    return scored


_Evidence = list[list[tuple[float, bytes, str]]]
"""For each word its spellings, closest first: their share of the whole, who says them, the stem."""


def _evidence(sought: Sequence[Sought]) -> _Evidence:
    whole = sum(word.weight for word in sought)
    return [
        sorted(
            (
                (word.weight / whole * spelling.closeness, sayers, " " + stem_of(spelling.word))
                for spelling, sayers in zip(word.spellings, word.sayers, strict=True)
            ),
            key=lambda one: -one[0],
        )
        for word in sought
    ]


def stem_of(word: str) -> str:
    """The part of a word that its other forms share, roughly as the index sees it."""
    return word[: max(4, len(word) - 2)]


def _said(evidence: _Evidence, number: int, title: str) -> float:
    """The share of the query that the activity says; a word outside the title counts less."""
    said = 0.0
    for spellings in evidence:
        best = 0.0
        for share, sayers, stem in spellings:
            if share <= best:
                break
            if has(sayers, number):
                best = max(best, share if stem in title else share * ELSEWHERE)
        said += best
    return said


def _window(search: Search) -> tuple[str, str]:
    """The days asked for, as they are stored; empty where none were."""
    if search.date_from is None and search.date_to is None:
        return "", ""
    first = search.date_from or search.today
    last = search.date_to or date.max
    return first.isoformat(), last.isoformat()


def _fit(search: Search, topics: str, dated: bool, fee: str | None, free: int) -> float:
    asked = 1.0
    if search.topics:
        held = json.loads(topics)
        asked = sum(topic in held for topic in search.topics) / len(search.topics)
    cost = 1.0 if free else 0.0 if fee else 0.5
    return 0.5 * asked + 0.25 * dated + 0.25 * cost


def _closes(view: View, search: Search, numbers: Sequence[int]) -> dict[int, Decimal]:
    """Hours of open rules that each activity closes: of each rule no more than it lacks."""
    listed = json.dumps(numbers)
    offered = dict(
        view.rows(
            "SELECT number, max(hundredths) FROM offer WHERE type != 'moc' "
            "AND number IN (SELECT value FROM json_each(?)) GROUP BY number",
            (listed,),
        )
    )
    topics: dict[int, set[str]] = {}
    for number, topic in view.rows(
        "SELECT number, value FROM tag WHERE kind = 'topic' "
        "AND number IN (SELECT value FROM json_each(?))",
        (listed,),
    ):
        topics.setdefault(number, set()).add(topic)
    return {
        number: _closed(search.gaps, held, offered.get(number, UNKNOWN_AMOUNT))
        for number, held in topics.items()
    }


def _closed(gaps: Sequence[Gap], topics: set[str], amount: int) -> Decimal:
    hours = Decimal(max(0, amount)) / 100
    return sum(
        (min(hours, gap.left) for gap in gaps if topics.intersection(gap.topics)), Decimal(0)
    )
