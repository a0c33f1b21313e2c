"""Which of the FAQ's entries a question means, though it is asked in other words.

A question and every way to ask an entry are sets of words; rare words weigh more than common
ones, a word of the same kin counts half. An entry is near as far as both sets are covered.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.understanding import Lexicon
from bot.understanding.scoring import singular
from bot.understanding.words import cut, listed

CLEAR = 0.66
"""The nearness from which an entry is taken as the one meant."""

APART = 0.07
"""By how much it must be nearer than the next one; closer ones are offered side by side."""

POSSIBLE = 0.25
"""The nearness from which an entry is worth offering as a guess."""

_KIN = 0.5
_ENTRY_SHARE = 0.3
_LEAST_WEIGHT = 0.3
_UNHEARD = 1.3
"""The weight of a word that no entry holds: it asks for something else."""
_EMPTY = listed(
    "a an the i my me you your we our it its is are am was be been do does did doing to of in on"
    " for from at by with and or as if that this these those there have has had get got please can"
    " could would should will so just one any some about into up u s im ive"
)


@dataclass(frozen=True)
class FaqIndex:
    """The entries' ways to ask as sets of words, with the weight of each word."""

    ways: tuple[tuple[frozenset[str], int], ...]
    vocabularies: tuple[frozenset[str], ...]
    weights: Mapping[str, float]
    lexicon: Lexicon

    def nearest(self, text: str, most: int = 5) -> list[tuple[int, float]]:
        """Places of entries with their nearness, 0 to 1, the nearest first."""
        asked = words_of(text, self.lexicon)
        if not asked:
            return []
        best: dict[int, float] = {}
        for way, place in self.ways:
            if asked & way or self._kin(asked) & self._kin(way):
                best[place] = max(best.get(place, 0.0), self._likeness(asked, way))
        ranked = [
            (
                place,
                (1 - _ENTRY_SHARE) * score
                + _ENTRY_SHARE * self._covered(asked, self.vocabularies[place]),
            )
            for place, score in best.items()
        ]
        ranked.sort(key=lambda pair: (-pair[1], pair[0]))
        return [(place, score) for place, score in ranked[:most] if score >= POSSIBLE]

    def _likeness(self, one: frozenset[str], other: frozenset[str]) -> float:
        forth, back = self._covered(one, other), self._covered(other, one)
        return 2 * forth * back / (forth + back) if forth + back else 0.0

    def _covered(self, words: frozenset[str], by: frozenset[str]) -> float:
        """The share of the words' weight that the other set holds, kin at half."""
        kin = self._kin(by)
        total = held = 0.0
        for word in words:
            weight = self.weights.get(word, _UNHEARD)
            total += weight
            if word in by:
                held += weight
            elif self._groups(word) & kin:
                held += _KIN * weight
        return held / total if total else 0.0

    def _kin(self, words: Iterable[str]) -> set[str]:
        return {group for word in words for group in self._groups(word)}

    def _groups(self, word: str) -> set[str]:
        groups = set(self.lexicon.scorer.kin.get(word, ())[:1])
        if word in self.lexicon.scorer.classes:
            groups.add(self.lexicon.scorer.classes[word])
        return groups


def is_clear(ranked: Sequence[tuple[int, float]]) -> bool:
    """Whether the nearest entry is answered at once: a wrong answer is worse than a choice."""
    if not ranked or ranked[0][1] < CLEAR:
        return False
    return len(ranked) == 1 or ranked[0][1] - ranked[1][1] >= APART


def build_index(entries: Sequence[Mapping[str, Any]], lexicon: Lexicon) -> FaqIndex:
    """The index of the entries of `faq.json`."""
    ways = tuple(
        (words_of(text, lexicon), place)
        for place, entry in enumerate(entries)
        for text in (entry["question"], *entry["variants"])
    )
    vocabularies = tuple(
        frozenset().union(*(way for way, at in ways if at == place))
        for place in range(len(entries))
    )
    seen = Counter(word for vocabulary in vocabularies for word in vocabulary)
    most = math.log(1 + len(entries))
    weights = {
        word: max(_LEAST_WEIGHT, math.log(1 + len(entries) / count) / most)
        for word, count in seen.items()
    }
    return FaqIndex(ways, vocabularies, weights, lexicon)


def words_of(text: str, lexicon: Lexicon) -> frozenset[str]:
    """The words of a question that say something, put right and without a plural's s."""
    spelling = lexicon.spelling
    found: set[str] = set()
    for word in cut(text):
        fixed = spelling.corrected(word.fold)
        for part in spelling.shorts.get(fixed, (fixed,)):
            if part[0].isalnum() and part not in _EMPTY:
                found.add(singular(part))
    return frozenset(found)
