"""Standings written down: as JSON for scripts, and as lines for a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.model import Counted, Cycle, LeftOut, RuleStanding, Standing, State

REASONS = (
    *("outside_period", "cap_reached", "wrong_type", "duplicate"),
    *("topic_not_confirmed", "excluded_topic", "used_by_carryover"),
)
"""Why a credit does not count for a rule."""

Groups = Mapping[str, Sequence[Standing]]
"""`licenses`, `certifications` and `federal`, each with its standings."""


def to_json(groups: Groups) -> dict[str, Any]:
    """The format of `cmebot standing --json`; amounts are numbers in steps of 0.25."""
    return {name: [_standing(one) for one in found] for name, found in groups.items()}


def as_lines(groups: Groups) -> str:
    """One line a rule, for people at a terminal."""
    return "\n".join(_lines(one for found in groups.values() for one in found))


def _standing(one: Standing) -> dict[str, Any]:
    return {
        "board": one.board,
        "type": one.type,
        "cycle": _cycle(one.cycle),
        "rules": [_rule(rule) for rule in one.rules],
    }


def _cycle(cycle: Cycle) -> dict[str, str | None]:
    return {
        "first_day": cycle.first_day.isoformat() if cycle.first_day else None,
        "last_day": cycle.last_day.isoformat() if cycle.last_day else None,
    }


def _rule(rule: RuleStanding) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "state": rule.state.value,
        "have": _number(rule.have),
        "need": _number(rule.need),
        "left": _number(rule.left),
        "missing_fact": rule.missing_fact,
        "counted": [_credit(item) for item in rule.counted],
        "left_out": [{**_credit(item), "reason": item.reason} for item in rule.left_out],
    }


def _credit(item: Counted | LeftOut) -> dict[str, Any]:
    return {
        "title": item.credit.title,
        "completed_on": item.credit.completed_on.isoformat(),
        "type": item.credit.type,
        "amount": _number(item.amount),
    }


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `to_json`, as kept in `docs/standing.schema.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "standing.schema.json",
        "title": "Where a physician stands",
        **_object({name: _list("standing") for name in ("licenses", "certifications", "federal")}),
        "$defs": {
            "day": {"type": ["string", "null"], "format": "date"},
            "amount": {"type": "number", "minimum": 0, "multipleOf": 0.25},
            "amount_or_null": {"type": ["number", "null"], "minimum": 0, "multipleOf": 0.25},
            "standing": _object(
                {
                    "board": {"type": "string"},
                    "type": {"enum": ["MD", "DO", None]},
                    "cycle": _object({"first_day": _ref("day"), "last_day": _ref("day")}),
                    "rules": _list("rule"),
                }
            ),
            "rule": _object(
                {
                    "id": {"type": "string"},
                    "title": {"type": "string"},
                    "state": {"enum": [state.value for state in State]},
                    "have": _ref("amount"),
                    "need": {**_ref("amount_or_null"), "description": "null: no figure is known"},
                    "left": _ref("amount_or_null"),
                    "missing_fact": {
                        "type": ["string", "null"],
                        "description": "the one fact that would settle a rule not yet known",
                    },
                    "counted": _list("counted"),
                    "left_out": _list("left_out"),
                }
            ),
            "counted": _object(_CREDIT),
            "left_out": _object({**_CREDIT, "reason": {"enum": list(REASONS)}}),
        },
    }


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _list(name: str) -> dict[str, Any]:
    return {"type": "array", "items": _ref(name)}


_CREDIT = {
    "title": {"type": "string"},
    "completed_on": {"type": "string", "format": "date"},
    "type": {"type": "string", "description": "an id of data/credit_types.json"},
    "amount": _ref("amount"),
}


def _lines(found: Iterable[Standing]) -> Iterable[str]:
    for one in found:
        until = f" to {one.cycle.last_day}" if one.cycle.last_day else ""
        yield f"{one.board_name}{until}"
        for rule in one.rules:
            need = "" if rule.need is None else f" of {_number(rule.need)}"
            asks = f" ({rule.missing_fact}?)" if rule.missing_fact else ""
            state = rule.state.value.replace("_", " ")
            yield f"  {state:14} {rule.title}: {_number(rule.have)}{need}{asks}"
