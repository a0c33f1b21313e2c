"""Which credit is meant, and whether it is the one that has just arrived."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from rapidfuzz import fuzz

from bot.dialogs.knowledge import folded
from bot.dialogs.missing_words import Told
from bot.model import Credit, Watch

SAME_TITLE = 88
"""The likeness in percent from which two titles are one course's."""

SAME_WORD = 85
SHORT = 4
"""A word of fewer letters must be there exactly."""

NEAR = timedelta(days=3)
FAR = timedelta(days=45)
"""How far the days of one completion may lie apart: where it was said, and where it was guessed."""


def arrival(watch: Watch, arrived: Sequence[Credit]) -> tuple[Credit, bool] | None:
    """The arrived credit that may be the one waited for, and whether that is sure."""
    for credit in arrived:
        if watch.activity_id and credit.activity_id == watch.activity_id and _near(watch, credit):
            return credit, True
    for credit in arrived:
        alike = fuzz.token_sort_ratio(folded(watch.title), folded(credit.title)) >= SAME_TITLE
        if alike and _near(watch, credit):
            return credit, watch.completed_on is not None and not watch.about
    for credit in arrived:
        if _near(watch, credit) and _all_words(watch.title, credit):
            return credit, False
    return None


def reported(told: Told, credits: Iterable[Credit]) -> tuple[Credit, ...]:  # noqa: A002
    """Credits from the hub that may be the one asked about, the newest first."""
    if not told.words:
        return ()
    found = [
        credit
        for credit in credits
        if credit.hub_id and _within(told, credit) and _all_words(told.words, credit)
    ]
    return tuple(sorted(found, key=lambda one: one.completed_on, reverse=True))


def _near(watch: Watch, credit: Credit) -> bool:
    if watch.completed_on is None:
        # It was not there when it was first asked about, so what comes later may be it.
        return watch.since is None or credit.completed_on <= watch.since + NEAR
    apart = abs(credit.completed_on - watch.completed_on)
    return apart <= (FAR if watch.about else NEAR)


def _within(told: Told, credit: Credit) -> bool:
    if told.first is None or told.last is None:
        return True
    return told.first - NEAR <= credit.completed_on <= told.last + NEAR


def _all_words(words: str, credit: Credit) -> bool:
    """Whether every word is in the title or the provider's name, misspellings allowed."""
    there = folded(f"{credit.title} {credit.provider or ''}").split()
    return all(_has(word, there) for word in folded(words).split())


def _has(word: str, there: Sequence[str]) -> bool:
    if len(word) < SHORT:
        return word in there
    return any(fuzz.ratio(word, one) >= SAME_WORD for one in there)
