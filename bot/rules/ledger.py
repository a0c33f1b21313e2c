"""A person's credits, read once: in quarters, as bit masks by type and topic, doubles found.

One completion may arrive several times: from the hub and typed in, as CME and as another type.
Such records are one completion: it has the topics and types of all of them, counts with the
largest amount (the hub's where they agree), and the other records are left out as `duplicate`.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import combinations, compress
from typing import NamedTuple

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

_NUMBERS = re.compile(r"\d+")

_AMOUNTS = [Decimal(quarters) / QUARTERS for quarters in range(4001)]


def credits_of(quarters: int) -> Decimal:
    """Quarters as an exact number of credits."""
    known = 0 <= quarters < len(_AMOUNTS)
    return _AMOUNTS[quarters] if known else Decimal(quarters) / QUARTERS


def quarters_of(amount: Decimal | float) -> int:
    """An amount in quarters; what is less than a quarter is dropped."""
    return int(amount * QUARTERS)


Mask = int
"""A set of credits: bit `n` stands for the ledger's credit `n`."""


class Ledger:
    """All credits in order of date, and as masks what they have in common.

    `counted`, `quarters` and `days` run in parallel; `types`, `formats`, `topics` and `inferred`
    map a word to the credits that have it; `hours` are those that can be license hours,
    `duplicates` those left out as doubles.
    """

    __slots__ = (
        *("_left_out", "counted", "days", "duplicates", "everything", "formats", "hours"),
        *("inferred", "quarters", "topics", "types"),
    )

    def __init__(self, entries: list["Entry"]) -> None:
        entries.sort(key=_order)
        if len(set(map(_order, entries))) < len(entries):
            entries.sort(key=_full_order)
        self.days = [entry.day for entry in entries]
        self.quarters = [entry.quarters for entry in entries]
        self.counted = [Counted(entry.credit, credits_of(entry.quarters)) for entry in entries]
        self.types: dict[str, Mask] = {}
        self.formats: dict[str, Mask] = {}
        self.topics: dict[str, Mask] = {}
        self.inferred: dict[str, Mask] = {}
        self.duplicates = 0
        self.everything = (1 << len(entries)) - 1
        self._left_out: dict[tuple[int, str], LeftOut] = {}
        bit = 1
        for entry in entries:
            for word in entry.types:
                self.types[word] = self.types.get(word, 0) | bit
            for word in entry.topics:
                self.topics[word] = self.topics.get(word, 0) | bit
            for word in entry.inferred:
                self.inferred[word] = self.inferred.get(word, 0) | bit
            form = entry.credit.format
            if form:
                self.formats[form] = self.formats.get(form, 0) | bit
            if entry.duplicate:
                self.duplicates |= bit
            bit <<= 1
        self.hours = union(self.types, LICENSE_TYPES)

    def within(self, first: int, last: int) -> Mask:
        """The credits of these days (ordinals, both included)."""
        start, end = bisect_left(self.days, first), bisect_right(self.days, last)
        return (1 << end) - (1 << start) if start < end else 0

    def sum(self, mask: Mask) -> int:
        """Their quarters."""
        return sum(compress(self.quarters, chosen(mask))) if mask else 0

    def counts(self, mask: Mask) -> list[Counted]:
        """Each with its full amount, by date."""
        return list(compress(self.counted, chosen(mask))) if mask else []

    def courses(self, mask: Mask) -> list[Mask]:
        """The credits by course: the parts of one day under one title belong together."""
        found: dict[tuple[int, str], Mask] = {}
        for place in compress(range(len(self.days)), chosen(mask)):
            key = (self.days[place], self.counted[place].credit.title)
            found[key] = found.get(key, 0) | 1 << place
        return list(found.values())

    def left_out(self, mask: Mask, reason: str) -> list[LeftOut]:
        """Each with its full amount and the reason, by date."""
        if not mask:
            return []
        known = self._left_out
        found = []
        for place in compress(range(len(self.days)), chosen(mask)):
            key = (place, reason)
            item = known.get(key)
            if item is None:
                counted = self.counted[place]
                item = known[key] = LeftOut(counted.credit, counted.amount, reason)
            found.append(item)
        return found


_BITS = bytes(code == ord("1") for code in range(256))


def chosen(mask: Mask) -> bytes:
    """One byte for each credit, 1 where it is in the mask."""
    return bin(mask)[:1:-1].encode().translate(_BITS)


def union(masks: Mapping[str, Mask], words: Iterable[str]) -> Mask:
    """The credits that have any of the words."""
    found = 0
    for word in words:
        found |= masks.get(word, 0)
    return found


class Entry(NamedTuple):
    """One credit as it counts: with the types and topics of its whole completion."""

    day: int
    quarters: int
    types: tuple[str, ...]
    topics: tuple[str, ...]
    inferred: tuple[str, ...]
    duplicate: bool
    credit: Credit


def _order(entry: Entry) -> tuple[int, str, int]:
    return entry.day, entry.credit.title, entry.quarters


def _full_order(entry: Entry) -> tuple[object, ...]:
    """Breaks the ties that the order leaves, so that it never depends on where a record stood."""
    credit = entry.credit
    given = (credit.activity_id, credit.hub_id, credit.format, credit.provider, credit.board)
    which = tuple(word or "" for word in given)
    said = (credit.topics, credit.inferred)
    merged = (entry.topics, entry.inferred, entry.duplicate)
    return (*_order(entry), credit.type, credit.origin, *merged, *said, which)


def read_credits(credits: Iterable[Credit] | Ledger) -> Ledger:  # noqa: A002
    """Orders the credits and finds the doubles; a ledger is returned as it is."""
    if isinstance(credits, Ledger):
        return credits
    by_day: dict[date, list[Credit]] = {}
    for credit in credits:
        by_day.setdefault(credit.completed_on, []).append(credit)
    entries: list[Entry] = []
    for same_day in by_day.values():
        if len(same_day) == 1:
            entries.append(_entry(same_day[0]))
        else:
            entries += _merged(same_day)
    return Ledger(entries)


def _entry(credit: Credit) -> Entry:
    return Entry(
        credit.completed_on.toordinal(),
        quarters_of(credit.amount),
        (credit.type,),
        credit.topics,
        credit.inferred,
        False,
        credit,
    )


def _merged(same_day: Sequence[Credit]) -> list[Entry]:
    """The credits of one day, doubles marked."""
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
    entries: list[Entry] = []
    for members in components.values():
        entries += _completion(members) if len(members) > 1 else [_entry(members[0])]
    return entries


def _same_completion(one: Credit, other: Credit) -> bool:
    """Whether two records of one day tell of one completion.

    Records of the same origin and type are parts of one credit, not doubles, unless the hub gave
    each its own id and the same amount. Titles with other numbers are of other parts of a series.
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
    first, second = _sorted_words(one.title), _sorted_words(other.title)
    if first == second:
        return True
    if fuzz.ratio(first, second, score_cutoff=SAME_TITLE) == 0:
        return False
    numbers, others = _NUMBERS.findall(first), _NUMBERS.findall(second)
    return not (numbers and others) or sorted(numbers) == sorted(others)


@lru_cache(maxsize=20_000)
def _sorted_words(title: str) -> str:
    return " ".join(sorted(title.casefold().split()))


def _completion(members: Sequence[Credit]) -> list[Entry]:
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
        _entry(credit)._replace(
            types=types, topics=topics, inferred=inferred, duplicate=name != fullest
        )
        for name, account in accounts.items()
        for credit in account
    ]
