"""A person's credits, read once: in quarters, grouped by what they can serve, doubles found.

One completion may arrive several times: from the hub and typed in, as CME and as another type.
Such records are one completion: it has the topics and types of all of them, counts with the
largest amount (the hub's where they agree), and the other records are left out as `duplicate`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, combinations

from rapidfuzz import fuzz

from bot.model import Counted, Credit, LeftOut

LICENSE_TYPES = frozenset(
    {
        *("ama-pra-1", "ama-pra-2", "aafp-prescribed", "aafp-elective", "acog-cognate", "rcpsc"),
        *("aoa-1a", "aoa-1b", "aoa-2a", "aoa-2b"),
    }
)
"""Types that can be license hours. Points for certification never are, nor is other professions'
credit; interprofessional credit only beside a profession's own."""

POINTS = "moc"
QUARTERS = 4
SAME_TITLE = 90
"""From this likeness in percent on, two titles of one day are taken for one activity."""

_AMOUNTS = [Decimal(quarters) / QUARTERS for quarters in range(4001)]


def credits_of(quarters: int) -> Decimal:
    """Quarters as an exact number of credits."""
    return _AMOUNTS[quarters] if 0 <= quarters <= 4000 else Decimal(quarters) / QUARTERS  # noqa: PLR2004


def quarters_of(amount: Decimal | float) -> int:
    """An amount in quarters; what is less than a quarter is dropped."""
    return int(amount * QUARTERS)


class Kind:
    """What a group of credits has in common; one object for each combination, kept for good."""

    __slots__ = ("board", "duplicate", "format", "inferred", "license", "topics", "types")

    def __init__(self, key: "Key") -> None:
        types, topics, inferred, self.format, self.board, self.duplicate = key
        self.types = frozenset(types)
        self.topics = frozenset(topics)
        self.inferred = frozenset(inferred) - self.topics
        self.license = not LICENSE_TYPES.isdisjoint(types)


Key = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str, str, bool]
_KINDS: dict[Key, Kind] = {}
_MOST_KINDS = 50_000


def _kind(key: Key) -> Kind:
    kind = _KINDS.get(key)
    if kind is None:
        if len(_KINDS) > _MOST_KINDS:
            _KINDS.clear()
        kind = _KINDS[key] = Kind(key)
    return kind


class Group:
    """Credits of one kind by date, with running sums in quarters."""

    __slots__ = ("_outside", "counted", "days", "kind", "sums")

    def __init__(self, kind: Kind, entries: list[tuple[int, str, int, Credit]]) -> None:
        self.kind = kind
        entries.sort(key=_order)
        self.days = [entry[0] for entry in entries]
        self.sums = [0, *accumulate(entry[2] for entry in entries)]
        self.counted = [Counted(credit, credits_of(amount)) for _, _, amount, credit in entries]
        self._outside: tuple[LeftOut, ...] | None = None

    @property
    def outside(self) -> tuple[LeftOut, ...]:
        if self._outside is None:
            self._outside = self.left_out(0, len(self.days), "outside_period")
        return self._outside

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The places of the credits of these days (ordinals, both included)."""
        return bisect_left(self.days, first), bisect_right(self.days, last)

    def quarters(self, place: int) -> int:
        return self.sums[place + 1] - self.sums[place]

    def left_out(self, start: int, end: int, reason: str) -> tuple[LeftOut, ...]:
        return tuple(LeftOut(each.credit, each.amount, reason) for each in self.counted[start:end])


def _order(entry: tuple[int, str, int, Credit]) -> tuple[int, str, int]:
    return entry[:3]


@dataclass(frozen=True, slots=True)
class Ledger:
    """All groups, in an order that does not depend on the credits' order."""

    groups: tuple[Group, ...]


def read_credits(credits: Iterable[Credit] | Ledger) -> Ledger:  # noqa: A002
    """Groups the credits; a ledger is returned as it is."""
    if isinstance(credits, Ledger):
        return credits
    by_day: dict[int, list[Credit]] = {}
    for credit in credits:
        by_day.setdefault(credit.completed_on.toordinal(), []).append(credit)
    grouped: dict[Key, list[tuple[int, str, int, Credit]]] = {}
    for day, same_day in by_day.items():
        alone = len(same_day) == 1
        keyed = ((_key(same_day[0]), same_day[0]),) if alone else _merged(same_day)
        for key, credit in keyed:
            entry = (day, credit.title, quarters_of(credit.amount), credit)
            if key in grouped:
                grouped[key].append(entry)
            else:
                grouped[key] = [entry]
    return Ledger(tuple(Group(_kind(key), grouped[key]) for key in sorted(grouped)))


def _key(credit: Credit) -> Key:
    return (
        (credit.type,),
        credit.topics,
        credit.inferred,
        credit.format or "",
        credit.board or "",
        False,
    )


def _merged(same_day: Sequence[Credit]) -> list[tuple[Key, Credit]]:
    """The credits of one day, each with its key; doubles marked."""
    parent = list(range(len(same_day)))

    def root(place: int) -> int:
        while parent[place] != place:
            place = parent[place]
        return place

    for one, other in combinations(range(len(same_day)), 2):
        if _same_completion(same_day[one], same_day[other]):
            parent[root(one)] = root(other)
    components: dict[int, list[Credit]] = {}
    for place, credit in enumerate(same_day):
        components.setdefault(root(place), []).append(credit)
    keyed: list[tuple[Key, Credit]] = []
    for members in components.values():
        keyed += _completion(members) if len(members) > 1 else [(_key(members[0]), members[0])]
    return keyed


def _same_completion(one: Credit, other: Credit) -> bool:
    """Whether two records of one day tell of one completion.

    Records of the same origin and type are parts of one credit, not doubles, unless the hub gave
    each its own id and the same amount.
    """
    if (one.type == POINTS) != (other.type == POINTS) or one.board != other.board:
        return False
    apart = one.origin != other.origin or one.type != other.type
    if one.activity_id and other.activity_id:
        if one.activity_id != other.activity_id:
            return False
        again = one.hub_id and other.hub_id and one.hub_id != other.hub_id
        return apart or bool(again and one.amount == other.amount)
    if not apart:
        return False
    first, second = one.title.casefold(), other.title.casefold()
    return first == second or fuzz.token_sort_ratio(first, second) >= SAME_TITLE


def _completion(members: Sequence[Credit]) -> list[tuple[Key, Credit]]:
    """The records of one completion: the fullest account counts, the others are doubles."""
    accounts: dict[tuple[str, str, str], list[Credit]] = {}
    for credit in members:
        accounts.setdefault((credit.origin, credit.type, credit.hub_id or ""), []).append(credit)
    fullest = max(
        accounts,
        key=lambda name: (sum(c.amount for c in accounts[name]), name[0] == "hub", name),
    )
    types = tuple(sorted({credit.type for credit in members}))
    topics = tuple(sorted({topic for credit in members for topic in credit.topics}))
    inferred = tuple(sorted({topic for credit in members for topic in credit.inferred}))
    return [
        (
            (types, topics, inferred, credit.format or "", credit.board or "", name != fullest),
            credit,
        )
        for name, account in accounts.items()
        for credit in account
    ]
