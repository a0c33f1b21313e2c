"""Scores of intents: a linear model whose weights and hand-set cues are data.

A message's canonical words (see `reading`) become features: words, neighbouring pairs, classes of
words and kinds of slots. Each feature adds its weights of `data/words/weights.json`, learned by
`bot.understanding.training` from `data/words/phrases/`; each cue of `data/words/intents.toml`
that matches adds its own. The sum says which intent, and its parts say why.
"""

import json
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from bot.understanding.words import listed

INTENTS = (
    "credit_status",
    "requirement",
    "activity_search",
    "deadline",
    "reminder_settings",
    "complaint",
    "faq",
    "add_credit",
    "transcript",
    "plan",
    "add_license",
    "link_account",
    "privacy",
    "help",
    "out_of_scope",
)
_KEEPS_S = listed(
    "this is was has does always us plus status previous yes as his its news less unless miss"
    " process access business class pass address across bias ethics campus bonus gas bus thus"
    " virus diagnosis thanks dos abs illinois kansas texas arkansas massachusetts princess"
    " discuss focus various obvious serious press guess stress loss boss progress express"
)
_SHORTEST_PLURAL = 4
_LENGTHS = (2, 4, 7, 12)
_UNITS = 100
_STEM = 4


@dataclass(frozen=True)
class Cue:
    """A pattern over the canonical words that speaks for (or against) an intent."""

    pattern: re.Pattern[str]
    intent: str
    weight: float


@dataclass(frozen=True)
class Scorer:
    """The learned weights, the cues, and the words that the phrases are made of.

    A feature's row is intent, weight, intent, weight, ...: an index of `INTENTS` and hundredths.
    """

    weights: Mapping[str, Sequence[int]]
    bias: tuple[float, ...]
    temperature: float
    classes: Mapping[str, str]
    cues: tuple[Cue, ...]
    words: frozenset[str]
    kin: Mapping[str, tuple[str, ...]]

    def scores(self, canonical: Sequence[str]) -> dict[str, float]:
        """A score for each intent; only their differences mean something."""
        totals = list(self.bias) or [0.0] * len(INTENTS)
        for feature in features(canonical, self.classes, self.kin):
            row = self.weights.get(feature, ())
            for at in range(0, len(row), 2):
                totals[row[at]] += row[at + 1] / _UNITS
        for intent, weight in self.cued(canonical):
            totals[INTENTS.index(intent)] += weight
        return dict(zip(INTENTS, totals, strict=True))

    def cued(self, canonical: Sequence[str]) -> list[tuple[str, float]]:
        """The hand-set cues that match, as (intent, weight)."""
        text = " ".join(canonical)
        return [(cue.intent, cue.weight) for cue in self.cues if cue.pattern.search(text)]

    def shares(
        self, canonical: Sequence[str], hints: Mapping[str, float] | None = None
    ) -> list[tuple[str, float]]:
        """Intents with their probabilities, the likeliest first; `hints` add points to some."""
        scores = self.scores(canonical)
        for intent, points in (hints or {}).items():
            scores[intent] += points
        top = max(scores.values())
        odds = {i: math.exp((s - top) / self.temperature) for i, s in scores.items()}
        total = sum(odds.values())
        return sorted(((i, o / total) for i, o in odds.items()), key=lambda pair: -pair[1])

    def reasons(self, canonical: Sequence[str], intent: str, most: int = 3) -> list[str]:
        """The single words that spoke most for an intent."""
        index = INTENTS.index(intent)
        weighed = {
            word: sum(
                self._weight(name, index)
                for name in (
                    f"w:{word}",
                    f"c:{self.classes.get(word, '')}",
                    *self.kin.get(word, ()),
                )
            )
            for word in canonical
        }
        best = sorted(weighed.items(), key=lambda pair: -pair[1])
        return [word for word, weight in best[:most] if weight > 0]

    def _weight(self, feature: str, index: int) -> int:
        row = self.weights.get(feature, ())
        return next((row[at + 1] for at in range(0, len(row), 2) if row[at] == index), 0)


@lru_cache(maxsize=16384)
def singular(word: str) -> str:
    """The word without a plural's or a verb's final s."""
    if len(word) < _SHORTEST_PLURAL or word in _KEEPS_S or not word.endswith("s"):
        return word
    if word.endswith("ss"):
        return word
    return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]  # noqa: PLR2004


def features(
    canonical: Sequence[str], classes: Mapping[str, str], kin: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """What the model looks at, each once."""
    forms = [classes.get(word, word) for word in canonical]
    found: dict[str, None] = {}
    for word, form in zip(canonical, forms, strict=True):
        found[f"w:{word}"] = None
        if form is not word:
            found[f"c:{form}"] = None
        if len(word) > _STEM and word[0] != "<":
            found[f"p:{word[:_STEM]}"] = None
        found.update(dict.fromkeys(kin.get(word, ())))
    framed = ["^", *forms, "$"]
    for left, right in pairwise(framed):
        found[f"b:{left} {right}"] = None
    for left, right in zip(framed, framed[2:], strict=False):
        found[f"s:{left} {right}"] = None
    if canonical:
        found[f"f:{forms[0]}"] = None
    found[f"n:{sum(len(canonical) > size for size in _LENGTHS)}"] = None
    return list(found)


def load_scorer(words: Path) -> Scorer:
    """The scorer from `weights.json`, `intents.toml` and `classes.toml` in a folder."""
    with (words / "intents.toml").open("rb") as file:
        cues = tomllib.load(file).get("cue", [])
    path = words / "weights.json"
    learned = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return Scorer(
        weights=learned.get("weights", {}),
        bias=tuple(learned.get("bias", ())),
        temperature=learned.get("temperature", 1.0),
        classes=load_classes(words),
        cues=tuple(
            Cue(re.compile(pattern), cue["intent"], cue["weight"])
            for cue in cues
            for pattern in cue["patterns"]
        ),
        words=frozenset(learned.get("words", ())),
        kin=load_kin(words),
    )


def load_kin(words: Path) -> dict[str, tuple[str, ...]]:
    """Each word's narrow and wide group of words that mean much the same, as features.

    A word that no phrase teaches still speaks through its kin: "hole" through "gap".
    """
    found: dict[str, tuple[str, ...]] = {}
    wide = 0
    for narrow, line in enumerate((words / "kin.txt").read_text("utf-8").splitlines()):
        if line.startswith("#"):
            continue
        wide += not line
        groups = (f"k:{narrow}", f"K:{wide}")
        found.update(dict.fromkeys(line.split(), groups))
    return found


def load_classes(words: Path) -> dict[str, str]:
    """Each word's class: words that say the same to the model."""
    with (words / "classes.toml").open("rb") as file:
        groups = tomllib.load(file)["classes"]
    return {
        singular(word): name.upper() for name, members in groups.items() for word in members.split()
    }
