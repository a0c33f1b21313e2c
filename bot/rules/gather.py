"""Which credits serve a rule in its window, and why the others do not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import compress

from bot.model import Counted, LeftOut
from bot.rules.allocation import Contest, Lot, Pattern, allocate
from bot.rules.ledger import Ledger, Mask, chosen, credits_of, union
from bot.rules.plan import PlanRule

Window = tuple[int, int]
"""First and last day as ordinals, both included; the last may lie before the first: empty."""


@dataclass(slots=True)
class Gathered:
    """What serves a rule: quarters, records, and those that would need the physician's word."""

    have: int = 0
    maybe: int = 0
    taken: Mask = 0
    doubtful: Mask = 0
    counted: list[Counted] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def gather(rule: PlanRule, ledger: Ledger, window: Window, *, confirmed: bool = False) -> Gathered:
    """All credits of the window that serve the rule, and the reasons of the rest.

    `confirmed`: the physician said that courses on the rule's neighboring topics fit it.
    """
    accepted = rule.accepted(ledger)
    inside = ledger.within(*window)
    doubt = guessed = 0
    if rule.sort == "topic":
        sure = union(ledger.topics, rule.topics)
        doubt = union(ledger.topics, rule.may_serve) & ~sure
        if confirmed:
            sure, doubt = sure | doubt, 0
        guessed = union(ledger.inferred, rule.topics) & ~sure & ~doubt
        relevant = sure | doubt | guessed
    else:
        sure = relevant = accepted if rule.sort == "maximum" else ledger.everything
    wrong = relevant & ~accepted
    excluded = relevant & accepted & rule.excluded(ledger)
    doubles = relevant & accepted & ledger.duplicates & ~excluded
    free = inside & accepted & ~excluded & ~doubles
    taken = sure & free
    maybe = doubt & free
    left_out = ledger.left_out(relevant & ~inside, "outside_period")
    left_out += ledger.left_out(wrong & inside, "wrong_type")
    left_out += ledger.left_out(excluded & inside, "excluded_topic")
    left_out += ledger.left_out(doubles & inside, "duplicate")
    left_out += ledger.left_out((doubt | guessed) & free, "topic_not_confirmed")
    return Gathered(
        ledger.sum(taken),
        ledger.sum(maybe),
        taken,
        maybe,
        ledger.counts(taken),
        left_out,
    )


def gather_blocks(
    rule: PlanRule, ledger: Ledger, blocks: Sequence[Window], most: int, *, confirmed: bool = False
) -> Gathered:
    """The same over several windows, each of which counts for at most `most` quarters."""
    whole = gather(rule, ledger, (blocks[0][0], blocks[-1][1]), confirmed=confirmed)
    have = 0
    counted: list[Counted] = []
    left_out = list(whole.left_out)
    for block in blocks:
        taken = whole.taken & ledger.within(*block)
        kept, over = cut(ledger.counts(taken), most)
        have += min(ledger.sum(taken), most)
        counted += kept
        left_out += over
    return Gathered(have, whole.maybe, 0, 0, counted, left_out)


def cut(counted: Sequence[Counted], most: int) -> tuple[list[Counted], list[LeftOut]]:
    """As much as `most` quarters, the earliest first, and what is over the cap."""
    kept: list[Counted] = []
    over: list[LeftOut] = []
    room = credits_of(most)
    for each in counted:
        amount = min(room, each.amount)
        room -= amount
        if amount:
            kept.append(each if amount == each.amount else Counted(each.credit, amount))
        if amount < each.amount:
            over.append(LeftOut(each.credit, each.amount - amount, "cap_reached"))
    return kept, over


def set_apart(course: Gathered, wanted: int, counting: Sequence[Gathered], ledger: Ledger) -> None:
    """Takes the courses that a rule apart from the total uses up out of what counts for it.

    Courses outside the cycle serve first, then the shortest ones.
    """
    shared = course.taken & union_of(found.taken for found in counting)
    parts = ledger.courses(course.taken)
    parts.sort(key=lambda part: ledger.sum(part & shared))
    used = shared & union_of(parts[:wanted])
    for found in counting:
        if found.taken & used:
            found.left_out += ledger.left_out(found.taken & used, "excluded_topic")
            found.taken &= ~used
            found.have = ledger.sum(found.taken)
            found.counted = ledger.counts(found.taken)


@dataclass(frozen=True, slots=True)
class Field:
    """The rules that want hours, by place, with what each needs and has gathered.

    `apart`: pairs that may not share an hour. `caps`: place of a cap -> its limit in quarters;
    `capped`: rules whose hours fall under the caps.
    """

    rules: Sequence[PlanRule]
    needs: Mapping[int, int]
    gathered: Mapping[int, Gathered]
    apart: frozenset[frozenset[int]]
    caps: Mapping[int, int]
    capped: frozenset[int]


def is_contested(arena: Field, ledger: Ledger, total: Mask) -> bool:
    """Whether some hour is wanted by two rules that may not share it, or a cap is exceeded."""
    if any(
        ledger.sum(arena.gathered[cap].taken & total) > limit for cap, limit in arena.caps.items()
    ):
        return True
    return any(
        one in arena.needs
        and other in arena.needs
        and arena.gathered[one].taken & arena.gathered[other].taken
        for one, other in arena.apart
    )


def settle(arena: Field, ledger: Ledger) -> None:
    """Shares contested hours out so that as little as possible is missing, and says what lost."""
    wanted = union_of(arena.gathered[place].taken for place in arena.needs)
    lots: dict[tuple[frozenset[int], frozenset[int]], list[int]] = {}
    for credit in compress(range(len(ledger.days)), chosen(wanted)):
        serves = frozenset(p for p in arena.needs if arena.gathered[p].taken >> credit & 1)
        caps = frozenset(cap for cap in arena.caps if arena.gathered[cap].taken >> credit & 1)
        lots.setdefault((serves, caps), []).append(credit)
    shares = allocate(
        [Lot(sum(ledger.quarters[c] for c in held), *key) for key, held in lots.items()],
        Contest(arena.needs, arena.apart, arena.caps, arena.capped),
    )
    for place in arena.needs:
        arena.gathered[place].have, arena.gathered[place].counted = 0, []
    for (serves, caps), share in zip(lots, shares, strict=True):
        for credit, served in _handed_out(lots[serves, caps], share, ledger):
            for place in serves:
                _record(arena, ledger, (place, credit), served.get(place, 0), capped=bool(caps))


def union_of(masks: Iterable[Mask]) -> Mask:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _handed_out(
    held: Sequence[int], share: Mapping[Pattern, Fraction], ledger: Ledger
) -> Iterator[tuple[int, dict[int, int]]]:
    """Each credit of a lot, the earliest first, with the quarters it gives to each rule."""
    waiting = [(sorted(pattern), int(amount)) for pattern, amount in share.items()]
    waiting.sort(reverse=True)
    for credit in held:
        room = ledger.quarters[credit]
        served: dict[int, int] = {}
        while room and waiting:
            pattern, amount = waiting.pop()
            used = min(room, amount)
            room -= used
            if amount > used:
                waiting.append((pattern, amount - used))
            for place in pattern:
                served[place] = served.get(place, 0) + used
        yield credit, served


def _record(
    arena: Field, ledger: Ledger, entry: tuple[int, int], got: int, *, capped: bool
) -> None:
    place, credit = entry
    found = arena.gathered[place]
    record = ledger.counted[credit].credit
    found.have += got
    if got:
        found.counted.append(Counted(record, credits_of(got)))
    if got < ledger.quarters[credit]:
        reason = "cap_reached" if capped and place in arena.capped else "excluded_topic"
        lost = credits_of(ledger.quarters[credit] - got)
        found.left_out.append(LeftOut(record, lost, reason))
