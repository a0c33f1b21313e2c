"""Who is let off, or has done something else instead: what equivalents and exemptions change."""

from dataclasses import dataclass, field

from bot.rules.calendar import months_between, window_start
from bot.rules.conditions import OF_THE_LICENSE, Case, Truth
from bot.rules.ledger import quarters_of
from bot.rules.plan import Plan, PlanEffect
from bot.rules.schema import Effect

Why = tuple[tuple[str, ...], str]
"""The facts relied on, and the board's words."""


@dataclass(slots=True)
class Reliefs:
    """By the rules' places: what is waived or met otherwise and why, the needs in quarters where
    they are lower, and the fact that would settle a relief not yet sure.
    """

    waived: dict[int, Why] = field(default_factory=dict)
    satisfied: dict[int, Why] = field(default_factory=dict)
    needs: dict[int, int] = field(default_factory=dict)
    relies: dict[int, tuple[str, ...]] = field(default_factory=dict)
    pending: dict[int, str] = field(default_factory=dict)


def reliefs_of(plan: Plan, case: Case) -> Reliefs:
    """What the known facts change. A relief must be known to apply; one that hangs on the license
    itself, or on the board's word, is asked about where the rule is not met without it.
    """
    found = Reliefs()
    for relief in plan.reliefs:
        truth = relief.test(case)
        if truth.value is False:
            continue
        if truth.value is None:
            if truth.missing and (relief.relief.ask or truth.missing in OF_THE_LICENSE):
                _wait(found, relief.effects, truth.missing)
            continue
        if relief.relief.board_decides:
            waiver = f"waiver:{case.board.board_id}"
            said = case.facts.get(waiver)
            if said is None:
                _wait(found, relief.effects, waiver)
            if said is not True:
                continue
            truth = Truth(True, None, (*truth.relies, waiver))
        for effect in relief.effects:
            _apply(found, effect, plan, case, (truth.relies, relief.relief.note))
    return found


def _wait(found: Reliefs, effects: tuple[PlanEffect, ...], missing: str) -> None:
    for effect in effects:
        for place in effect.rules:
            found.pending.setdefault(place, missing)


def _apply(found: Reliefs, planned: PlanEffect, plan: Plan, case: Case, why: Why) -> None:
    effect = planned.effect
    if effect.kind == "waives":
        for place in planned.rules:
            found.waived.setdefault(place, why)
    elif effect.kind == "satisfies":
        for place in planned.rules:
            found.satisfied.setdefault(place, why)
    else:
        for place in planned.rules:
            need = plan.rules[place].need
            if need is None or plan.rules[place].sort == "minimum":
                continue
            reduced = _reduced(effect, need, case)
            if reduced is None:
                found.pending.setdefault(place, "issued")
            elif reduced < found.needs.get(place, need):
                found.needs[place] = reduced
                found.relies[place] = why[0]


def _reduced(effect: Effect, need: int, case: Case) -> int | None:
    """The lower need in quarters; None where the time licensed is not known."""
    if effect.steps or effect.in_proportion:
        issued, period = case.license.issued, case.period
        if issued is None or period is None:
            return None
        months = months_between(issued, period.last_day)
        for step in effect.steps:
            if months < step.under_months:
                return quarters_of(step.hours)
        if effect.in_proportion:
            whole = case.board.cycle.length_months or months
            start = window_start(period.last_day, whole)
            full = months_between(start, period.last_day)
            return need if months >= full else -(-need * months // full)
    return need if effect.hours is None else quarters_of(effect.hours)
