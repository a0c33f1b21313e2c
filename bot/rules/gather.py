"""Which credits serve a rule in its window, and why the others do not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import compress

from bot.model import Counted, LeftOut
from bot.rules.allocation import Contest, Lot, Pattern, allocate
from bot.rules.ledger import Ledger, Mask, chosen, credits_of, quarters_of, union
from bot.rules.plan import PlanRule

Window = tuple[int, int]
"""First and last day as ordinals, both included; the last may lie before the first: empty."""


@dataclass(slots=True)
class Gathered:
    """What serves a rule: quarters, records, and those that would need the physician's word.

    `parts`: the credits of each year (or other part) of a rule that asks for hours in each, and
    the quarters that may count of them; `over` is what lies beyond these.
    """

    have: int = 0
    maybe: int = 0
    taken: Mask = 0
    doubtful: Mask = 0
    counted: list[Counted] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    parts: tuple[tuple[Mask, int], ...] = ()
    over: list[LeftOut] = field(default_factory=list)


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
    whole.parts = tuple((whole.taken & ledger.within(*block), most) for block in blocks)
    _count_parts(whole, [ledger.counts(part) for part, _ in whole.parts])
    return whole


def _count_parts(found: Gathered, counted: Sequence[Sequence[Counted]]) -> None:
    """Counts no more of each part than may count of it."""
    found.have, found.counted = 0, []
    found.over = []
    for records, (_, most) in zip(counted, found.parts, strict=True):
        kept, over = cut(records, most)
        found.have += quarters_of(sum(each.amount for each in kept))
        found.counted += kept
        found.over += over


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


def set_apart(
    course: Gathered, wanted: int, counting: Sequence[Gathered], ledger: Ledger, *, skip: int = 0
) -> None:
    """Takes the courses that a rule apart from the total uses up out of what counts for it.

    Courses outside the cycle serve first, then the shortest ones, `skip` of them left out.
    """
    shared = course.taken & union_of(found.taken for found in counting)
    parts = ledger.courses(course.taken)
    parts.sort(key=lambda part: ledger.sum(part & shared))
    used = shared & union_of(parts[skip : skip + wanted])
    for found in counting:
        if found.taken & used:
            found.left_out += ledger.left_out(found.taken & used, "excluded_topic")
            found.taken &= ~used
            if found.parts:
                found.parts = tuple((mask & ~used, most) for mask, most in found.parts)
                _count_parts(found, [ledger.counts(part) for part, _ in found.parts])
            else:
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


@dataclass(slots=True)
class _Claim:
    """What one rule, or one of its parts, wants of which credits, and what it got."""

    place: int
    mask: Mask
    need: int
    got: list[Counted] = field(default_factory=list)


def settle(arena: Field, ledger: Ledger) -> None:
    """Shares contested hours out so that as little as possible is missing, and says what lost."""
    claims = [
        _Claim(place, mask, most)
        for place, need in sorted(arena.needs.items())
        for mask, most in arena.gathered[place].parts or ((arena.gathered[place].taken, need),)
    ]
    lots: dict[tuple[frozenset[int], frozenset[int]], list[int]] = {}
    wanted = union_of(claim.mask for claim in claims)
    for credit in compress(range(len(ledger.days)), chosen(wanted)):
        serves = frozenset(n for n, claim in enumerate(claims) if claim.mask >> credit & 1)
        caps = frozenset(cap for cap in arena.caps if arena.gathered[cap].taken >> credit & 1)
        lots.setdefault((serves, caps), []).append(credit)
    shares = allocate(
        [Lot(sum(ledger.quarters[c] for c in held), *key) for key, held in lots.items()],
        _contest(arena, claims),
    )
    for (serves, caps), share in zip(lots, shares, strict=True):
        for credit, served in _handed_out(lots[serves, caps], share, ledger):
            for number in serves:
                got = served.get(number, 0)
                _record(arena, ledger, (claims[number], credit), got, capped=bool(caps))
    for place in arena.needs:
        found = arena.gathered[place]
        got_by_part = [claim.got for claim in claims if claim.place == place]
        if found.parts:
            _count_parts(found, got_by_part)
        else:
            (found.counted,) = got_by_part
            found.have = quarters_of(sum(each.amount for each in found.counted))


def _contest(arena: Field, claims: Sequence[_Claim]) -> Contest:
    """The same rivalry between the claims that there is between their rules."""
    numbers: dict[int, list[int]] = {}
    for number, claim in enumerate(claims):
        numbers.setdefault(claim.place, []).append(number)
    apart = {
        frozenset((one, other))
        for first, second in map(sorted, arena.apart)
        for one in numbers.get(first, ())
        for other in numbers.get(second, ())
    }
    capped = frozenset(n for n, claim in enumerate(claims) if claim.place in arena.capped)
    needs = {number: claim.need for number, claim in enumerate(claims)}
    return Contest(needs, frozenset(apart), arena.caps, capped)


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
    arena: Field, ledger: Ledger, entry: tuple[_Claim, int], got: int, *, capped: bool
) -> None:
    claim, credit = entry
    record = ledger.counted[credit].credit
    if got:
        claim.got.append(Counted(record, credits_of(got)))
    if got < ledger.quarters[credit]:
        reason = "cap_reached" if capped and claim.place in arena.capped else "excluded_topic"
        lost = credits_of(ledger.quarters[credit] - got)
        arena.gathered[claim.place].left_out.append(LeftOut(record, lost, reason))
