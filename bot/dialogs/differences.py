"""What a change does to where somebody stands: rule by rule, before and after."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bot.dialogs import standings
from bot.dialogs.context import Context
from bot.dialogs.standing_words import amount, line, shortened, verdict
from bot.model import RuleStanding, Standing, State

_UNSETTLED = (State.NOT_MET, State.NOT_YET_KNOWN)


def differences(before: Context, after: Context) -> list[dict[str, Any]]:
    """One entry for each standing that is not as it was, the nearest deadline first."""
    earlier = {one.board: one for one in standings.everything(before)}
    changed = [
        _difference(earlier.get(one.board), one, after) for one in standings.everything(after)
    ]
    return [entry for entry in changed if entry["changed"]]


def _difference(before: Standing | None, after: Standing, context: Context) -> dict[str, Any]:
    rules = {rule.id: rule for rule in before.rules} if before else {}
    pairs = [(rules.get(rule.id), rule) for rule in after.rules]
    due = [new for old, new in pairs if _now(State.NOT_MET, old, new)]
    entry = {
        "name": verdict(after, context)["name"],
        "verdict": verdict(after, context),
        "was": verdict(before, context) if before else None,
        "due": [{"title": shortened(rule.title), "left": _left(rule)} for rule in due],
        "topics": _topic_hours(due),
        "met": _titles(State.MET, pairs),
        "not_due": _titles(State.DOES_NOT_APPLY, pairs),
        "asks": [
            line(new, after, context)
            for old, new in pairs
            if _now(State.NOT_YET_KNOWN, old, new) and new.missing_fact != standings.UNPUBLISHED
        ],
        "moved": [_moved(old, new) for old, new in pairs if old and _has_moved(old, new)],
    }
    return {
        **entry,
        "changed": before is None
        or any(entry[part] for part in ("due", "met", "not_due", "asks", "moved")),
    }


def _now(state: State, old: RuleStanding | None, new: RuleStanding) -> bool:
    """Whether a rule came into this state; a waiting rule that waits for something else did."""
    if new.state is not state or new.is_cap:
        return False
    if old is None or old.state is not state:
        return True
    return state is State.NOT_YET_KNOWN and old.missing_fact != new.missing_fact


def _titles(state: State, pairs: Sequence[tuple[RuleStanding | None, RuleStanding]]) -> list[str]:
    return [
        shortened(new.title)
        for old, new in pairs
        if new.state is state and old and old.state in _UNSETTLED
    ]


def _left(rule: RuleStanding) -> str:
    return amount(rule.left, rule.unit) if rule.left else ""


def _topic_hours(due: Sequence[RuleStanding]) -> str:
    """How many hours of those that are short anyway now must be on a topic."""
    inside = [rule for rule in due if rule.topics and rule.inside and rule.unit == "credits"]
    hours = sum((rule.left or Decimal(0) for rule in inside), Decimal(0))
    return f"{hours.normalize():f}" if hours else ""


def _has_moved(old: RuleStanding, new: RuleStanding) -> bool:
    """Whether a rule that stays open has other figures now."""
    same_state = old.state is new.state and new.state in _UNSETTLED
    return same_state and (old.left, old.need) != (new.left, new.need)


def _moved(old: RuleStanding, new: RuleStanding) -> dict[str, str]:
    return {"title": shortened(new.title), "was": _left(old), "left": _left(new)}
