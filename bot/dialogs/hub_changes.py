"""What a reading of the hub changed, and which rules it helped or set back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.dialogs.context import Context
from bot.model import Credit, Physician, RuleStanding, Standing, State
from bot.rules.person import standings


@dataclass(frozen=True, slots=True)
class Moved:
    """A rule whose figure a credit moved: have before and now, in the rule's unit."""

    name: str
    rule: str
    before: Decimal
    now: Decimal
    need: Decimal | None
    unit: str
    met: bool
    was_met: bool


def credit_to_values(credit: Credit) -> dict[str, Any]:
    """A credit as JSON values, for what came of an errand."""
    return {
        "title": credit.title,
        "completed_on": credit.completed_on.isoformat(),
        "amount": str(credit.amount),
        "type": credit.type,
        "provider": credit.provider,
        "board": credit.board,
        "topics": list(credit.topics),
        "activity_id": credit.activity_id,
        "hub_id": credit.hub_id,
        "format": credit.format,
    }


def credit_of_values(values: Mapping[str, Any]) -> Credit:
    """The credit that `credit_to_values` wrote."""
    return Credit(
        **{
            **values,
            "completed_on": date.fromisoformat(values["completed_on"]),
            "amount": Decimal(values["amount"]),
            "topics": tuple(values["topics"]),
        }
    )


def helped(credit: Credit, context: Context) -> Moved | None:
    """The rule that a credit in the record helps most; None where it helps no open one."""
    before = replace(
        context.physician,
        credits=tuple(one for one in context.physician.credits if one != credit),
    )
    moved = [
        one
        for one in _moved(before, context.physician, context)
        if one.now > one.before and not one.was_met
    ]
    # A rule that is now met says more than one that came nearer, and a topic more than a total.
    return min(moved, key=lambda one: (not one.met, one.need or Decimal(0)), default=None)


def set_back(earlier: Credit, context: Context) -> Moved | None:
    """The rule that suffers most from what has become of a credit that was there before."""
    others = (one for one in context.physician.credits if one.hub_id != earlier.hub_id)
    before = replace(context.physician, credits=(*others, earlier))
    moved = [one for one in _moved(before, context.physician, context) if one.now < one.before]
    return min(moved, key=lambda one: (one.met, one.need or Decimal(0)), default=None)


def _moved(before: Physician, now: Physician, context: Context) -> Iterator[Moved]:
    for was, one in zip(_all(before, context), _all(now, context), strict=True):
        earlier = {rule.id: rule for rule in was.rules}
        for rule in one.rules:
            if rule.is_cap or rule.id not in earlier:
                continue
            yield _compared(one, earlier[rule.id], rule, context)


def _all(physician: Physician, context: Context) -> Sequence[Standing]:
    found = standings(physician, context.knowledge.rules, context.today)
    return (*found.licenses, *found.certifications)


def _compared(one: Standing, was: RuleStanding, rule: RuleStanding, context: Context) -> Moved:
    boards = context.knowledge.boards
    name = boards[one.board].jurisdiction_name if one.board in boards else one.board_name
    return Moved(
        name=name,
        rule=rule.title.rstrip("."),
        before=was.have,
        now=rule.have,
        need=rule.need,
        unit=rule.unit,
        met=rule.state is State.MET,
        was_met=was.state in (State.MET, State.DOES_NOT_APPLY),
    )
