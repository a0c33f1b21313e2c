"""What a credit added, changed or taken away does to the standings, rule by rule."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from bot.dialogs import standing_words, standings
from bot.dialogs.context import Context
from bot.model import Credit, RuleStanding, State

SHOWN = 5
"""Rules named; more are in the standing itself."""


def with_credits(context: Context, credits: Iterable[Credit]) -> Context:  # noqa: A002 - the domain's word
    """The context as it will be when exactly these credits are on record."""
    return replace(context, physician=replace(context.physician, credits=tuple(credits)))


def effects(before: Context, after: Context) -> list[dict[str, Any]]:
    """A line for each rule that moved, those whose state changed first; at most `SHOWN`."""
    was = {
        (one.board, one.type, rule.id): rule
        for one in standings.everything(before)
        for rule in one.rules
    }
    lines = []
    for one in standings.everything(after):
        for rule in one.rules:
            old = was.get((one.board, one.type, rule.id))
            if rule.is_cap or rule.state is State.DOES_NOT_APPLY or old is None:
                continue
            if not _moved(old, rule):
                continue
            lines.append(
                {
                    "name": standing_words.name(one, after),
                    "title": rule.title.rstrip("."),
                    "have": rule.have,
                    "need": rule.need,
                    "unit": "h" if rule.unit == "credits" else rule.unit,
                    "state": rule.state.value,
                    "turned": old.state != rule.state,
                }
            )
    return sorted(lines, key=lambda line: not line["turned"])[:SHOWN]


def _moved(old: RuleStanding, new: RuleStanding) -> bool:
    """Whether a person would want to hear of it: what was met and stays so is no news."""
    if State.MET in (old.state, new.state):
        return old.state is not new.state
    return old.have != new.have


def sums(credits: Sequence[Credit]) -> dict[str, Any]:  # noqa: A002 - the domain's word
    """How many credits and points there are; the two are never added up."""
    points = [credit for credit in credits if credit.type == "moc"]
    return {
        "count": len(credits),
        "hours": sum(credit.amount for credit in credits if credit.type != "moc"),
        "points": sum(credit.amount for credit in points),
    }
