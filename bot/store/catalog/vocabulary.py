"""The catalog's own words, and which of them a typed word may stand for."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import log2

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from bot.store.catalog.view import View
from bot.store.catalog.words import EMPTY, sound_keys, spelling_keys

ALTERNATIVES = 3
"""At most so many words may stand for one that is not known."""

RARE, RARER = 5, 50
"""A word of so few activities, so much rarer than one a slip away, may be a slip of theirs."""

TOGETHER = 0.95
"""How close a word is to two that were typed for it."""

SHORTEST_PART = 4
"""Shorter halves of a word are found in too many words."""

LIKE_SOUND = 0.75
"""From this Jaro-Winkler similarity on, words that sound alike are taken for each other."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word of the catalog that a typed word may stand for; `closeness` is 1 for the same."""

    word: str
    closeness: float


def spellings(view: View, typed: str) -> tuple[Spelling, ...]:
    """The words of the catalog that `typed` may stand for, closest first; empty for none."""
    [(count,)] = view.rows("SELECT coalesce(sum(count), 0) FROM word WHERE word = ?", (typed,))
    if count > RARE or (count and len(typed) < 5):  # noqa: PLR2004, short words have too many neighbours
        return (Spelling(typed, 1.0),)
    near = _near(view, typed)
    if count:
        common = [word for word, slips, often in near if slips == 1 and often > RARER * count]
        return (Spelling(typed, 1.0), *(_spelling(typed, word) for word in common[:1]))
    longer = _longer(view, typed)
    if not near:
        return tuple(longer)
    fewest = min(slips for _, slips, _ in near)
    ranked = sorted(near, key=lambda one: _cost(typed, *one))
    kept = [word for word, slips, _ in ranked if slips <= fewest + (fewest > 1)][:ALTERNATIVES]
    found = {word: _spelling(typed, word) for word in kept}
    return tuple(found.values()) + tuple(one for one in longer if one.word not in found)


def compounds(view: View, words: Sequence[str]) -> dict[str, tuple[Spelling, ...]]:
    """For words that only together are one of the catalog's: "tele health" is "telehealth"."""
    pairs = {one + other: (one, other) for one, other in pairwise(words)}
    rows = view.rows(
        "SELECT word FROM word WHERE word IN (SELECT value FROM json_each(?))",
        (json.dumps(list(pairs)),),
    )
    found: dict[str, tuple[Spelling, ...]] = {}
    for (word,) in rows:
        for part in pairs[word]:
            found[part] = (*found.get(part, ()), Spelling(word, TOGETHER))
    return found


def parts(view: View, typed: str) -> tuple[str, ...]:
    """The two words of the catalog that were typed without a blank; empty where there are none."""
    halves = [
        (typed[:place], typed[place:])
        for place in range(SHORTEST_PART, len(typed) - SHORTEST_PART + 1)
    ]
    rows = view.rows(
        "SELECT word, count FROM word WHERE word IN (SELECT value FROM json_each(?))",
        (json.dumps([half for pair in halves for half in pair]),),
    )
    counts: dict[str, int] = dict(rows)
    known = [pair for pair in halves if pair[0] in counts and pair[1] in counts]
    return max(known, key=lambda pair: min(counts[half] for half in pair), default=())


def _near(view: View, typed: str) -> list[tuple[str, int, int]]:
    """Words few slips away or sounding alike: word, slips, number of activities."""
    # Most people slip once, and the words one slip away are few and quickly found.
    counts = _sharing(view, spelling_keys(typed, 1))
    allowed = slips_allowed(typed)
    found = _slips(typed, counts, min(1, allowed))
    if not found and allowed > 1:
        counts = _sharing(view, spelling_keys(typed, 2))
        found = _slips(typed, counts, allowed)
        for word, count in _sharing(view, sound_keys(typed)).items():
            if word not in found and JaroWinkler.similarity(typed, word) >= LIKE_SOUND:
                found[word] = allowed
                counts[word] = count
    return [(word, slips, counts[word]) for word, slips in found.items()]


def _slips(typed: str, words: Mapping[str, int], allowed: int) -> dict[str, int]:
    """Other words at most so many slips away, with their slips."""
    near = process.extract(
        typed, words.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=None
    )
    return {word: int(slips) for word, slips, _ in near if word != typed}


def _sharing(view: View, keys: Collection[int]) -> dict[str, int]:
    """The words under any of the keys, each with the number of activities that have it."""
    if not keys:
        return {}
    marks = ",".join("?" * len(keys))
    rows = view.rows(
        "SELECT word, count FROM word WHERE number IN "  # noqa: S608, question marks only
        f"(SELECT word FROM spelling WHERE key IN ({marks}))",
        tuple(keys),
    )
    return dict(rows)


def slips_allowed(typed: str) -> int:
    """How many letters may be wrong in a word: none in two, one in four, two in eight."""
    return (0, 0, 0, 1, 1, 2, 2, 2, 2)[len(typed)] if len(typed) < 9 else 3  # noqa: PLR2004, the table's length


def _longer(view: View, typed: str) -> list[Spelling]:
    """The commonest words that begin as typed: "presc" is on the way to "prescribing"."""
    if len(typed) < 3:  # noqa: PLR2004, two letters begin everything
        return []
    rows = view.rows(
        "SELECT word FROM word WHERE word > ? AND word < ? ORDER BY count DESC, word LIMIT 3",
        (typed, typed + "\U0010ffff"),
    )
    return [Spelling(word, max(0.7, len(typed) / len(word))) for (word,) in rows]


def _cost(typed: str, word: str, slips: int, count: int) -> tuple[float, str]:
    """People slip less in the first letter, and mean the common word rather than the rare one."""
    first = 0.3 if typed[0] != word[0] else 0.0
    return slips + first - 0.05 * log2(count + 1) - JaroWinkler.similarity(typed, word), word


def _spelling(typed: str, word: str) -> Spelling:
    return Spelling(word, OSA.normalized_similarity(typed, word))


# ── keeping it in step ──────────────────────────────────────────────────────────────────────


def words_of(texts: Iterable[str]) -> set[str]:
    """The words of an activity's indexed texts that a typo may stand for."""
    return set(chain.from_iterable(text.split() for text in texts)) - EMPTY


def recount(sql: sqlite3.Connection, changes: Counter[str]) -> None:
    """Add to the words' counts; words that no activity has any more are forgotten."""
    changed = [(word, by) for word, by in changes.items() if by]
    known: set[str] = set()
    for start in range(0, len(changed), 500):
        some = [word for word, _ in changed[start : start + 500]]
        marks = ",".join("?" * len(some))
        known.update(
            word
            for (word,) in sql.execute(f"SELECT word FROM word WHERE word IN ({marks})", some)  # noqa: S608, question marks only
        )
    sql.executemany(
        "UPDATE word SET count = count + ? WHERE word = ?",
        [(by, word) for word, by in changed if word in known],
    )
    _learn(sql, [(word, by) for word, by in changed if word not in known])
    _forget(sql, [word for word, by in changed if by < 0])


def _learn(sql: sqlite3.Connection, new: list[tuple[str, int]]) -> None:
    [(last,)] = sql.execute("SELECT coalesce(max(number), 0) FROM word")
    numbered = [(last + place, word, count) for place, (word, count) in enumerate(new, 1)]
    sql.executemany("INSERT INTO word (number, word, count) VALUES (?, ?, ?)", numbered)
    keys = sorted((key, number) for number, word, _ in numbered for key in _keys(word))
    sql.executemany("INSERT INTO spelling (key, word) VALUES (?, ?)", keys)


def _keys(word: str) -> frozenset[int]:
    return spelling_keys(word, 2) | sound_keys(word)


def _forget(sql: sqlite3.Connection, words: list[str]) -> None:
    for word in words:
        row = sql.execute(
            "SELECT number FROM word WHERE word = ? AND count <= 0", (word,)
        ).fetchone()
        if row:
            keys = [(key, row[0]) for key in _keys(word)]
            sql.executemany("DELETE FROM spelling WHERE key = ? AND word = ?", keys)
            sql.execute("DELETE FROM word WHERE number = ?", row)
