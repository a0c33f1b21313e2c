"""Words that all documents share: states, origins, types, amounts and days."""

from datetime import date
from decimal import Decimal

from bot.documents.transcripts.credit_names import MOC, type_name
from bot.model import Credit, Origin, RuleStanding, Standing, State

STATES: dict[State, str] = {
    State.MET: "Met",
    State.NOT_MET: "Not met",
    State.NOT_YET_KNOWN: "Not yet known",
    State.DOES_NOT_APPLY: "Does not apply",
}
SIGNS: dict[State, str] = {
    State.MET: "✓",
    State.NOT_MET: "✗",
    State.NOT_YET_KNOWN: "?",
    State.DOES_NOT_APPLY: "–",
}
"""A state is never said by color alone."""

ORIGINS: dict[Origin, str] = {
    "hub": "Reported",
    "transcript": "From a file",
    "typed": "Self-entered",
}
"""Only what a provider reported to the hub is called verified; the rest rests on the physician."""


def amount(value: Decimal) -> str:
    """A figure without idle zeros: 2, 1.5, 0.25."""
    return f"{value.normalize():f}"


def day(value: date) -> str:
    """`Feb 28, 2027`."""
    return f"{value:%b} {value.day}, {value.year}"


def credit_type(credit: Credit) -> str:
    """`AMA PRA Category 1 Credit`, `ABIM MOC points`."""
    if credit.type == MOC:
        return f"{credit.board} MOC points" if credit.board else "MOC points"
    return type_name(credit.type)


CAP_SIGN, CAP_STATE = "·", "Limit"
"""A limit on what counts asks for nothing, so it is never called met."""


def sign(rule: RuleStanding) -> str:
    return CAP_SIGN if rule.is_cap else SIGNS[rule.state]


def state(rule: RuleStanding) -> str:
    return CAP_STATE if rule.is_cap else STATES[rule.state]


def figures(rule: RuleStanding) -> str:
    """`12 of 24`, with the unit where it is not credits; nothing where there is no figure.

    A rule that is met with less than its figure is a cap or was waived: "6 of 24" would look like
    a gap, so only what counted is said.
    """
    unit = "" if rule.unit == "credits" else f" {rule.unit}"
    if not rule.have and not rule.need:
        return ""
    if rule.need is None:
        return amount(rule.have) + unit
    if rule.is_cap:
        return f"{amount(rule.have)} (max {amount(rule.need)}){unit}"
    if rule.state is State.MET and rule.have < rule.need:
        return f"{amount(rule.have)}{unit} counted"
    return f"{amount(rule.have)} of {amount(rule.need)}{unit}"


def holder(standing: Standing) -> str:
    """`Texas Medical Board (MD license)`."""
    if standing.holder == "license":
        return f"{standing.board_name} ({standing.type} license)"
    return standing.board_name


def cycle(standing: Standing) -> str:
    """`Mar 1, 2025 – Feb 28, 2027`; says so where a day is not known."""
    first, last = standing.cycle.first_day, standing.cycle.last_day
    if last is None:
        return "deadline not yet known"
    return f"{day(first)} – {day(last)}" if first else f"until {day(last)}"
