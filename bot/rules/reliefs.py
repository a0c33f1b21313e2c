"""Who is let off, or has done something else instead: what equivalents and exemptions change."""

from dataclasses import dataclass, field
from typing import NamedTuple

from bot.rules.calendar import months_between, window_start
from bot.rules.conditions import OF_THE_LICENSE, Case, Truth
from bot.rules.ledger import quarters_of
from bot.rules.plan import Plan, PlanEffect, PlanRelief
from bot.rules.schema import Effect

Why = tuple[tuple[str, ...], str]
"""The facts relied on, and the board's words."""


class Pending(NamedTuple):
    """A relief not yet sure: the fact that would settle it, and the quarters that would do then."""

    missing: str
    enough: int


@dataclass(slots=True)
class Reliefs:
    """By the rules' places: what is waived or met otherwise and why, the needs in quarters where
    they are lower, and the reliefs that are not yet sure.
    """

    waived: dict[int, Why] = field(default_factory=dict)
    satisfied: dict[int, Why] = field(default_factory=dict)
    needs: dict[int, int] = field(default_factory=dict)
    relies: dict[int, tuple[str, ...]] = field(default_factory=dict)
    pending: dict[int, list[Pending]] = field(default_factory=dict)

    def settled_by(self, place: int, have: int) -> str | None:
        """The fact with which `have` quarters could be enough for the rule after all."""
        return next((p.missing for p in self.pending.get(place, ()) if have >= p.enough), None)


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
            if truth.missing and _is_asked(relief, truth.missing, case):
                _wait(found, relief.effects, truth.missing, plan, case)
            continue
        if relief.relief.board_decides:
            waiver = f"waiver:{case.board.board_id}"
            said = case.facts.get(waiver)
            if said is None:
                _wait(found, relief.effects, waiver, plan, case)
            if said is not True:
                continue
            truth = Truth(True, None, (*truth.relies, waiver))
        for effect in relief.effects:
            _apply(found, effect, plan, case, (truth.relies, relief.relief.note))
    return found


def _is_asked(relief: PlanRelief, missing: str, case: Case) -> bool:
    if relief.relief.ask or missing in OF_THE_LICENSE:
        return True
    return relief.ask_of is not None and relief.ask_of(case).value is True


def _wait(
    found: Reliefs, effects: tuple[PlanEffect, ...], missing: str, plan: Plan, case: Case
) -> None:
    for planned in effects:
        for place in planned.rules:
            least = _least(planned.effect, place, plan, case)
            found.pending.setdefault(place, []).append(Pending(missing, least))


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
            if need is None or plan.rules[place].sort in ("minimum", "maximum"):
                continue
            so_far = found.needs.get(place, need)
            reduced = _reduced(effect, so_far if effect.work else need, case)
            if reduced is None:
                least = _least(effect, place, plan, case)
                found.pending.setdefault(place, []).append(Pending("issued", least))
            elif reduced < so_far:
                found.needs[place] = reduced
                found.relies[place] = (*found.relies.get(place, ()), *why[0])


def _least(effect: Effect, place: int, plan: Plan, case: Case) -> int:
    """The fewest quarters that could be due under the effect."""
    need = plan.rules[place].need
    if effect.kind != "reduces" or need is None:
        return 0
    if plan.rules[place].sort == "minimum":
        whole = plan.rules[0].need or 0
        return share_of(need, _least(effect, 0, plan, case), whole)
    known = _reduced(effect, need, case)
    if known is not None:
        return known
    return min((quarters_of(step.hours) for step in effect.steps), default=0)


def share_of(minimum: int, reduced: int, whole: int) -> int:
    """What is left of a minimum within a total that shrinks from `whole` to `reduced`."""
    return minimum if reduced >= whole else -(-minimum * reduced // whole)


def _reduced(effect: Effect, need: int, case: Case) -> int | None:
    """The lower need in quarters; None where the time licensed is not known."""
    if effect.work is not None:
        done = case.facts.get(effect.work.fact)
        freed = 0.0
        if isinstance(done, int) and not isinstance(done, bool):
            freed = max(0, done) / effect.work.each
        return max(0, need - quarters_of(min(freed, effect.work.most)))
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
