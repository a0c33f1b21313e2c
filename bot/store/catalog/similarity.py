"""Which activities a credit typed in by hand may have come from."""

import json
from datetime import date

from rapidfuzz import fuzz

from bot.model import Search
from bot.store.catalog.matching import matches
from bot.store.catalog.view import View
from bot.store.catalog.words import normalised

TITLE, PROVIDER, DATE = 0.75, 0.15, 0.10
"""What each part of a credit weighs in the score; what the credit does not say counts half."""

LIKE = 65.0
"""Below this score two titles have little in common."""

UNSAID = 50.0


def similar(
    view: View, title: str, provider: str | None, completed_on: date | None, limit: int
) -> list[tuple[int, float]]:
    """Numbers and scores, 0 to 100, of the closest activities."""
    if not normalised(title):
        return []
    found = matches(view, Search(today=date.min, words=title, history=True))
    rows = view.rows(
        "SELECT number, words, provider, first_day, last_day, title, id FROM activity "
        "WHERE number IN (SELECT value FROM json_each(?))",
        (json.dumps([*found.candidates, *found.fillers]),),
    )
    scored = []
    for number, words, held_by, first_day, last_day, shown, activity_id in rows:
        score = (
            TITLE * fuzz.token_sort_ratio(normalised(title), words)
            + PROVIDER * _provider(provider, held_by)
            + DATE * _date(completed_on, first_day, last_day)
        )
        if score >= LIKE:
            scored.append((-round(score, 2), shown, activity_id, number))
    return [(number, -score) for score, _, _, number in sorted(scored)[:limit]]


def _provider(said: str | None, held_by: str) -> float:
    if not said:
        return UNSAID
    return fuzz.token_set_ratio(normalised(said), normalised(held_by))


def _date(completed_on: date | None, first_day: str | None, last_day: str) -> float:
    if completed_on is None or first_day is None:
        return UNSAID
    return 100.0 if first_day <= completed_on.isoformat() <= last_day else 0.0
