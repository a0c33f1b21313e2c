"""Which credits serve a rule in its window, and why the others do not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from bot.model import Counted, Credit, LeftOut
from bot.rules.allocation import Contest, Lot, Pattern, allocate
from bot.rules.ledger import Group, Ledger, credits_of
from bot.rules.plan import MAYBE, NO, REASONS, YES, PlanRule

Window = tuple[int, int]
"""First and last day as ordinals, both included; the last may lie before the first: empty."""

Take = tuple[Group, int, int]
"""The credits of a group from one place to another."""


@dataclass(slots=True)
class Gathered:
    """What serves a rule: quarters, records, and those that would need the physician's word."""

    have: int = 0
    maybe: int = 0
    courses: int = 0
    maybe_courses: int = 0
    takes: list[Take] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def gather(rule: PlanRule, ledger: Ledger, window: Window, *, confirmed: bool = False) -> Gathered:
    """All credits of the window that serve the rule, and the reasons of the rest."""
    found = Gathered()
    first, last = window
    for group in ledger.groups:
        role = rule.role(group.kind)
        if role == NO:
            continue
        if role == MAYBE and confirmed:
            role = YES
        start, end = group.span(first, last)
        if role == YES:
            if start < end:
                found.have += group.sums[end] - group.sums[start]
                found.courses += end - start
                found.takes.append((group, start, end))
                found.counted += group.counted[start:end]
        elif start < end:
            if role == MAYBE:
                found.maybe += group.sums[end] - group.sums[start]
                found.maybe_courses += end - start
            found.left_out += group.left_out(start, end, REASONS[role])
        if start > 0 or end < len(group.days):
            found.left_out += group.outside[: min(start, len(group.days))]
            found.left_out += group.outside[max(start, end) :]
    return found


def gather_blocks(
    rule: PlanRule, ledger: Ledger, blocks: Sequence[Window], most: int, *, confirmed: bool = False
) -> Gathered:
    """The same over several windows, each of which counts for at most `most` quarters."""
    whole = gather(rule, ledger, (blocks[0][0], blocks[-1][1]), confirmed=confirmed)
    have = 0
    counted: list[Counted] = []
    left_out = list(whole.left_out)
    for block in blocks:
        part = gather(rule, ledger, block, confirmed=confirmed)
        kept, over = cut(part.counted, most)
        have += min(part.have, most)
        counted += kept
        left_out += over
    return Gathered(have, whole.maybe, whole.courses, 0, [], counted, left_out)


def cut(counted: Sequence[Counted], most: int) -> tuple[list[Counted], list[LeftOut]]:
    """As much as `most` quarters, the earliest first, and what is over the cap."""
    kept: list[Counted] = []
    over: list[LeftOut] = []
    room = credits_of(most)
    for each in sorted(counted, key=lambda item: item.credit.completed_on):
        amount = min(room, each.amount)
        room -= amount
        if amount:
            kept.append(each if amount == each.amount else Counted(each.credit, amount))
        if amount < each.amount:
            over.append(LeftOut(each.credit, each.amount - amount, "cap_reached"))
    return kept, over


@dataclass(frozen=True, slots=True)
class Field:
    """The active rules by place, with what each needs and has gathered, and what keeps them apart.

    `caps`: place of a cap -> its limit in quarters. `capped`: rules whose hours fall under caps.
    """

    rules: Sequence[PlanRule]
    needs: Mapping[int, int]
    gathered: Mapping[int, Gathered]
    apart: frozenset[frozenset[int]]
    caps: Mapping[int, int]
    capped: frozenset[int]


def is_contested(arena: Field, counting: Gathered) -> bool:
    """Whether some hour is wanted by two rules that may not share it, or a cap is exceeded."""
    for cap, limit in arena.caps.items():
        rule = arena.rules[cap]
        under = (take for take in counting.takes if rule.role(take[0].kind) == YES)
        if sum(group.sums[end] - group.sums[start] for group, start, end in under) > limit:
            return True
    for pair in arena.apart:
        if all(place in arena.needs for place in pair):
            one, other = (arena.gathered[place].takes for place in pair)
            spans = {group: (start, end) for group, start, end in one}
            for group, start, end in other:
                mine = spans.get(group)
                if mine and max(mine[0], start) < min(mine[1], end):
                    return True
    return False


def settle(arena: Field) -> None:
    """Shares contested hours out so that as little as possible is missing, and says what lost."""
    wanted: dict[tuple[Group, int], set[int]] = {}
    for place in arena.needs:
        for group, start, end in arena.gathered[place].takes:
            for index in range(start, end):
                wanted.setdefault((group, index), set()).add(place)
    lots: dict[tuple[frozenset[int], frozenset[int]], list[tuple[Group, int]]] = {}
    for (group, index), places in wanted.items():
        caps = (cap for cap in arena.caps if arena.rules[cap].role(group.kind) == YES)
        lots.setdefault((frozenset(places), frozenset(caps)), []).append((group, index))
    keys = list(lots)
    shares = allocate(
        [Lot(sum(g.quarters(i) for g, i in lots[key]), *key) for key in keys],
        Contest(arena.needs, arena.apart, arena.caps, arena.capped),
    )
    for place in arena.needs:
        found = arena.gathered[place]
        found.have, found.counted = 0, []
    for key, share in zip(keys, shares, strict=True):
        _hand_out(sorted(lots[key], key=_when), share, arena, bool(key[1]))


def _when(entry: tuple[Group, int]) -> tuple[int, str]:
    group, index = entry
    return group.days[index], group.counted[index].credit.title


def _hand_out(
    entries: Iterable[tuple[Group, int]],
    share: Mapping[Pattern, Fraction],
    arena: Field,
    under_cap: bool,
) -> None:
    waiting = [(pattern, int(amount)) for pattern, amount in sorted(share.items(), key=_by_rules)]
    for group, index in entries:
        room = group.quarters(index)
        credit = group.counted[index].credit
        served: dict[int, int] = {}
        while room and waiting:
            pattern, amount = waiting.pop(0)
            used = min(room, amount)
            room -= used
            if amount > used:
                waiting.insert(0, (pattern, amount - used))
            for place in pattern:
                served[place] = served.get(place, 0) + used
        _record(arena, (group, index), credit, served, under_cap=under_cap)


def _by_rules(item: tuple[Pattern, Fraction]) -> list[int]:
    return sorted(item[0])


def _record(
    arena: Field,
    entry: tuple[Group, int],
    credit: Credit,
    served: Mapping[int, int],
    *,
    under_cap: bool,
) -> None:
    group, index = entry
    whole = group.quarters(index)
    for place in arena.needs:
        found = arena.gathered[place]
        if not any(g is group and start <= index < end for g, start, end in found.takes):
            continue
        got = served.get(place, 0)
        found.have += got
        if got:
            found.counted.append(Counted(credit, credits_of(got)))
        if got < whole:
            reason = "cap_reached" if under_cap and place in arena.capped else "excluded_topic"
            found.left_out.append(LeftOut(credit, credits_of(whole - got), reason))
