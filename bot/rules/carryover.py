"""Hours beyond the need of the cycle before, where a board lets them count in the next."""

from collections.abc import Mapping

from bot.model import Counted, LeftOut
from bot.rules.calendar import ONE_DAY, window_start
from bot.rules.conditions import Case
from bot.rules.cycles import is_first
from bot.rules.gather import Gathered, gather
from bot.rules.ledger import Ledger, credits_of, quarters_of
from bot.rules.plan import Plan


def carry(
    plan: Plan,
    case: Case,
    ledger: Ledger,
    gathered: Mapping[int, Gathered],
    needs: Mapping[int, int | None],
) -> None:
    """Adds what is left over from the cycle before to the total and the rules named by the board.

    Only records that exceed the full need of that cycle are taken, its latest first; nothing is
    carried into a first cycle, nor where it is not known whether this is one.
    """
    period = case.period
    if period is None or period.credits_from is None or case.board.cycle.length_months is None:
        return
    if is_first(case.license, period, case.board) is not False:
        return
    last = period.credits_from - ONE_DAY
    first = window_start(last, case.board.cycle.length_months)
    for place in plan.carried:
        rule = plan.rules[place]
        need = needs.get(place)
        found = gathered[place]
        if not need or rule.need is None or found.have >= need:
            continue
        before = gather(rule, ledger, (first.toordinal(), last.toordinal()))
        surplus = before.have - _over_caps(plan, ledger, before) - rule.need
        carried = min(surplus, quarters_of(case.board.carryover.hours or 0), need - found.have)
        if carried <= 0:
            continue
        found.have += carried
        taken, used = _latest(before.counted, carried)
        found.counted += taken
        reached = {id(item.credit) for item in before.counted}
        found.left_out = [item for item in found.left_out if id(item.credit) not in reached]
        found.left_out += used


def _over_caps(plan: Plan, ledger: Ledger, before: Gathered) -> int:
    """At most this many quarters of the cycle before lay over its caps."""
    over = 0
    for cap in plan.caps:
        rule = plan.rules[cap]
        over += max(0, ledger.sum(before.taken & rule.accepted(ledger)) - (rule.need or 0))
    return over


def _latest(counted: list[Counted], quarters: int) -> tuple[list[Counted], list[LeftOut]]:
    """The latest records up to so many quarters; the rest was used up by its own cycle."""
    room = credits_of(quarters)
    taken: list[Counted] = []
    used: list[LeftOut] = []
    for item in sorted(counted, key=lambda each: each.credit.completed_on, reverse=True):
        amount = min(room, item.amount)
        room -= amount
        if amount:
            taken.append(Counted(item.credit, amount))
        if amount < item.amount:
            used.append(LeftOut(item.credit, item.amount - amount, "used_by_carryover"))
    return taken, used
