"""Which activities a search finds: words and filters, let go step by step until some are left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from math import log

from bot.model import Search
from bot.store.catalog.bits import Bits, as_bytes, at_least, numbers_in
from bot.store.catalog.filters import Filter, filters_of, open_on
from bot.store.catalog.rows import hundredths
from bot.store.catalog.view import View, all_of, any_of
from bot.store.catalog.vocabulary import Spelling, compounds, parts, spellings
from bot.store.catalog.words import WEAK, query_words

ENOUGH = 10
"""Fewer are filled up with the closest of those that lack a word."""

CANDIDATES = 200
"""At most so many are compared one by one."""

FILLERS = 30
"""Of those that lack a word so many."""

TITLED = 4
"""Of so many words it is looked up who says them in the title, where there are too many."""

COMBINATIONS = 60
"""At most so many choices of words are tried for the best candidates."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A word of the query: what it may stand for, who says each of these, and its weight.

    The weight grows with rarity; a word that every activity says weighs nothing.
    """

    typed: str
    spellings: tuple[Spelling, ...]
    sayers: tuple[bytes, ...]
    bits: Bits
    weight: float


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found: all of it, the part to be compared, and what may fill it up.

    `relaxed` names what was let go: filters, "words" where none was asked of it any more, or
    "some words" where no activity says all. `fillers` have fewer words than `bits`.
    """

    bits: Bits = 0
    candidates: tuple[int, ...] = ()
    fillers: tuple[int, ...] = ()
    sought: tuple[Sought, ...] = ()
    relaxed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One step of relaxing: what must hold, from how many words down to how many."""

    within: Bits
    most: int
    least: int
    let_go: tuple[str, ...] = ()


def matches(view: View, search: Search) -> Matches:
    """What the search finds after letting go of as little as possible.

    In turn: fewer words, at least half of them; one filter; several filters; all words but one;
    the words altogether; everything but the words.
    """
    sought = sought_words(view, search.words)
    levels = at_least([word.bits for word in sought])
    for attempt in _attempts(view, search, len(sought)):
        if not attempt.most:
            if attempt.within:
                return _without_words(view, search, attempt, lost=bool(sought))
            continue
        for k in range(attempt.most, attempt.least - 1, -1):
            if levels[k] & attempt.within:
                return _with_words(view, attempt, sought, levels, k)
    return Matches(sought=sought)


def sought_words(view: View, text: str) -> tuple[Sought, ...]:
    """The words of a query with all that the catalog says them for."""
    meant: dict[str, tuple[Spelling, ...]] = {}
    for word in query_words(text):
        found = spellings(view, word)
        halves = () if found else parts(view, word)
        meant |= {half: spellings(view, half) for half in halves} or {word: found}
    for word, together in compounds(view, tuple(meant)).items():
        meant[word] += together
    telling = [word for word, found in meant.items() if not (found and found[0].word in WEAK)]
    return tuple(_sought(view, word, meant[word]) for word in telling or meant)


def _sought(view: View, typed: str, meant: tuple[Spelling, ...]) -> Sought:
    # A word that is not in the vocabulary may still be in a summary.
    meant = meant or (Spelling(typed, 1.0),)
    sayers = [view.saying(one.word) for one in meant]
    bits = any_of(sayers)
    weight = log((view.size + 1) / (bits.bit_count() + 1)) + 0.1
    return Sought(typed, meant, tuple(as_bytes(one) for one in sayers), bits, weight)


# ── letting go ──────────────────────────────────────────────────────────────────────────────


def _attempts(view: View, search: Search, words: int) -> Iterator[_Attempt]:
    filters = filters_of(view, search)
    can_be_taken = open_on(view, search)
    half = (words + 1) // 2
    relaxings = [
        (all_of([one.bits for one in kept], can_be_taken), bool(kept), let_go)
        for kept, let_go in _relaxings(filters)
    ]
    for within, asked, let_go in relaxings:
        # With no word and no filter left, everything would be an answer to nothing.
        if words or asked or not filters:
            yield _Attempt(within, words, half, let_go)
    if half > 1:
        yield _Attempt(relaxings[0][0], half - 1, 1)
    if words and filters:
        for within, asked, let_go in relaxings:
            if asked:
                yield _Attempt(within, 0, 0, let_go)
    if half > 1:
        yield _Attempt(can_be_taken, half - 1, 1, tuple(one.name for one in filters))


def _relaxings(filters: Sequence[Filter]) -> Iterator[tuple[list[Filter], tuple[str, ...]]]:
    """The filters that stay and the names of those let go: none, each one, each two, the first
    three, four, ….
    """
    places = range(len(filters))
    choices: list[Sequence[int]] = [(), *combinations(places, 1), *combinations(places, 2)]
    choices += [places[:k] for k in range(3, len(filters) + 1)]
    for gone in choices:
        kept = [one for place, one in enumerate(filters) if place not in gone]
        yield kept, tuple(filters[place].name for place in gone)


# ── choosing whom to compare ────────────────────────────────────────────────────────────────


def _with_words(
    view: View,
    attempt: _Attempt,
    sought: tuple[Sought, ...],
    levels: Sequence[Bits],
    k: int,
) -> Matches:
    found = levels[k] & attempt.within
    candidates = _closest(view, found, sought, k, CANDIDATES)
    fillers: list[int] = []
    taken = found
    while len(candidates) < ENOUGH and len(fillers) < FILLERS and (k := k - 1) >= attempt.least:
        more = levels[k] & attempt.within & ~taken
        fillers += _closest(view, more, sought, k, FILLERS - len(fillers))
        taken |= more
    lost = () if found & levels[len(sought)] else ("some words",)
    return Matches(found, tuple(candidates), tuple(fillers), sought, lost + attempt.let_go)


def _closest(view: View, bits: Bits, sought: Sequence[Sought], k: int, room: int) -> list[int]:
    """Up to `room` of the activities, those first that say the k most telling words.

    For the best of all, not for fillers, it is worth looking who says them in the title.
    """
    if bits.bit_count() <= room:
        return list(numbers_in(bits))
    chosen: list[int] = []
    heaviest = sorted(
        combinations(sought, k), key=lambda words: -sum(word.weight for word in words)
    )
    for words in islice(heaviest, COMBINATIONS):
        some = all_of([word.bits for word in words], bits)
        bits &= ~some
        for part in _titled_first(view, some, words, room - len(chosen)) if room > FILLERS else ():
            chosen += islice(numbers_in(part), room - len(chosen))
            some &= ~part
        chosen += islice(numbers_in(some), room - len(chosen))
        if len(chosen) == room:
            return chosen
    return [*chosen, *islice(numbers_in(bits), room - len(chosen))]


def _titled_first(view: View, some: Bits, words: Sequence[Sought], room: int) -> Iterator[Bits]:
    """Parts of the set, those first that say more of the words, the telling ones, in the title."""
    narrowing = [some]
    for word in sorted(words, key=lambda word: -word.weight)[:TITLED]:
        if narrowing[-1].bit_count() <= room:
            break
        if titled := narrowing[-1] & _titled(view, word):
            narrowing.append(titled)
    return reversed(narrowing[1:])


def _titled(view: View, word: Sought) -> Bits:
    likeliest = word.spellings[:2]
    return any_of([view.saying(one.word, "title") for one in likeliest])


def _without_words(view: View, search: Search, attempt: _Attempt, *, lost: bool) -> Matches:
    found = attempt.within
    helping = [
        any_of([view.tagged("topic", topic) for topic in gap.topics])
        for gap in search.gaps
        if gap.left > 0
    ]
    if search.order == "gaps" and not search.topics:
        # Nothing else was asked for, so only what closes something is an answer.
        found = any_of(helping) & found or found
    candidates: list[int] = []
    rest = found
    for some in (*_preferred(view, search, helping, found), found):
        candidates += islice(numbers_in(rest & some), CANDIDATES - len(candidates))
        rest &= ~some
    relaxed = (("words",) if lost else ()) + attempt.let_go
    return Matches(found, tuple(candidates), (), (), relaxed)


def _preferred(view: View, search: Search, helping: list[Bits], found: Bits) -> list[Bits]:
    """Whom to compare first where not all can be: what serves most open rules, in full, free."""
    if found.bit_count() <= CANDIDATES:
        return []
    free = view.where("free = ?", True)
    if not helping:
        return [free]
    most = max(gap.left for gap in search.gaps)
    ample = view.offering("type != 'moc' AND hundredths >= ?", hundredths(most))
    levels = at_least(helping)[:0:-1]
    return [some for level in levels for some in (level & ample & free, level & ample, level)]
