"""Where the physician stands: all standings of one person, sorted as they are told."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from bot.dialogs.context import Context
from bot.model import RuleStanding, Standing, State
from bot.rules import certification_standing, federal_standing, standing


def of_licenses(context: Context) -> tuple[Standing, ...]:
    """One standing a license, the nearest last day first."""
    knowledge = context.knowledge
    physician = context.physician
    found = [
        standing(
            held,
            physician.profile,
            physician.credits,
            knowledge.boards[held.board],
            knowledge.topics,
            context.today,
        )
        for held in physician.licenses
    ]
    return tuple(sorted(found, key=lambda one: one.cycle.last_day or date.max))


def of_certifications(context: Context) -> tuple[Standing, ...]:
    knowledge = context.knowledge
    physician = context.physician
    return tuple(
        certification_standing(
            held,
            physician.profile,
            physician.credits,
            knowledge.certifying[held.board],
            context.today,
        )
        for held in physician.certifications
        if held.board in knowledge.certifying
    )


def federal(context: Context) -> tuple[Standing, ...]:
    physician = context.physician
    return federal_standing(
        physician.profile, physician.credits, context.knowledge.federal, context.today
    )


def everything(context: Context) -> tuple[Standing, ...]:
    """Licenses first, then certifications, then what federal law asks."""
    return (*of_licenses(context), *of_certifications(context), *federal(context))


def gaps(context: Context) -> Mapping[str, Decimal]:
    """Open topics with the credits still missing, the largest need of any license for each."""
    missing: dict[str, Decimal] = {}
    if not context.physician.licenses:
        return missing
    for one in (*of_licenses(context), *federal(context)):
        for rule in one.rules:
            if rule.state is State.NOT_MET and rule.left:
                for topic in rule.topics:
                    missing[topic] = max(missing.get(topic, Decimal(0)), rule.left)
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
