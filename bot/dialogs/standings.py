"""Where the physician stands: all standings of one person, in the order they are told."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from bot.dialogs.context import Context
from bot.model import RuleStanding, Standing, State
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


def open_rules(context: Context) -> tuple[RuleStanding, ...]:
    """Topic rules of licenses and federal law that are not met, the largest need first."""
    if not context.physician.licenses:
        return ()
    found = [
        rule
        for one in everything(context)
        for rule in in_state(one, State.NOT_MET)
        if rule.topics and rule.left
    ]
    return tuple(sorted(found, key=lambda rule: -(rule.left or Decimal(0))))


def gaps(rules: Sequence[RuleStanding]) -> Mapping[str, Decimal]:
    """Topics that serve open rules with the credits still missing, the largest need for each."""
    missing: dict[str, Decimal] = {}
    for rule in rules:
        for topic in rule.topics:
            missing[topic] = max(missing.get(topic, Decimal(0)), rule.left or Decimal(0))
    return missing


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
