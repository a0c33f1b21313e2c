"""Where the physician stands: all standings of one person, in the order they are told."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.dialogs.context import Context
from bot.model import Gap, RuleStanding, Standing, State
from bot.rules.person import standings


def of_licenses(context: Context) -> tuple[Standing, ...]:
    """One standing a license, the nearest last day first."""
    found = standings(context.physician, context.knowledge.rules, context.today).licenses
    return tuple(sorted(found, key=lambda one: one.cycle.last_day or date.max))


def of_certifications(context: Context) -> tuple[Standing, ...]:
    return standings(context.physician, context.knowledge.rules, context.today).certifications


def federal(context: Context) -> tuple[Standing, ...]:
    return standings(context.physician, context.knowledge.rules, context.today).federal


def everything(context: Context) -> tuple[Standing, ...]:
    """Licenses first, then certifications, then what federal law asks."""
    found = standings(context.physician, context.knowledge.rules, context.today)
    licenses = sorted(found.licenses, key=lambda one: one.cycle.last_day or date.max)
    return (*licenses, *found.certifications, *found.federal)


def open_rules(context: Context) -> tuple[tuple[Standing, RuleStanding], ...]:
    """Topic rules in hours that are not met, each with whose it is, the largest need first."""
    if not context.physician.licenses:
        return ()
    found = [
        (one, rule)
        for one in everything(context)
        for rule in in_state(one, State.NOT_MET)
        if rule.topics and rule.left and rule.unit == "credits" and not rule.is_cap
    ]
    return tuple(sorted(found, key=lambda pair: -(pair[1].left or Decimal(0))))


def gaps(rules: Sequence[tuple[Standing, RuleStanding]]) -> tuple[Gap, ...]:
    """Open rules as a search takes them."""
    return tuple(Gap(rule.topics, rule.left) for _, rule in rules if rule.left)


def in_state(one: Standing, *states: State) -> list[RuleStanding]:
    return [rule for rule in one.rules if rule.state in states]


def missing_facts(found: Sequence[Standing]) -> list[str]:
    """Facts that would settle rules, the one that settles most of them first."""
    counted: dict[str, int] = {}
    for one in found:
        for fact in [one.cycle.missing_fact, *(rule.missing_fact for rule in one.rules)]:
            if fact:
                counted[fact] = counted.get(fact, 0) + 1
    return sorted(counted, key=lambda fact: -counted[fact])
