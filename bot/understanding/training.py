"""Learns the weights of intents from the phrases in `data/words/phrases/`.

Run as `python -m bot.understanding.training` after changing phrases, classes or gazetteers. A
phrase is a line; `(a|b|)` are alternatives, `{state}`, `{topic}`, ... stand for a name of that
kind. The learning is plain: logistic regression by averaged stochastic gradient descent, the same
weights for the same phrases.
"""

import hashlib
import json
import random
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import data
from bot.understanding.lexicon import Lexicon, load_lexicon
from bot.understanding.reading import read
from bot.understanding.scoring import INTENTS, features
from bot.understanding.words import phrase

_SEED = 20261123
_MOST = 90
_RAMBLING = 3
_TEMPERATURE = 1.5  # fits confidence best on phrases left out of the learning
_EPOCHS = 10
_PASSES = 3
_RATE = 1.0
_DECAY = 1e-3
_DROPOUT = 0.5
_LEAST_SEEN = 2
_LEAST_WEIGHT = 0.15
_CHOICE = re.compile(r"\(([^()]*)\)")
_NAME = re.compile(r"\{(\w+)\}")


def phrases(folder: Path) -> Iterator[tuple[str, str]]:
    """All phrases as (intent, line)."""
    for intent in INTENTS:
        for line in (folder / f"{intent}.txt").read_text("utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                yield intent, line.strip()


def general_questions(root: Path) -> Iterator[tuple[str, str]]:
    """The questions of `faq.json` and their variants as (intent, text)."""
    with (root / "words" / "faq_intents.toml").open("rb") as file:
        table = tomllib.load(file)
    intents = {name: intent for intent, names in table.items() for name in names}
    for entry in json.loads((root / "faq.json").read_text("utf-8"))["faq"]:
        intent = intents.get(entry["id"], "faq")
        if intent != "skip":
            yield from ((intent, text) for text in (entry["question"], *entry["variants"]))


def expanded(line: str, chance: random.Random, names: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Sentences of a phrase in which each alternative comes at least once."""
    parts = _CHOICE.split(line)
    choices = [part.split("|") for part in parts]
    for options in choices:
        chance.shuffle(options)
    most = max(len(options) for options in choices)
    count = max(most, 1 + line.count("|") + 2 * line.count("{"))
    for turn in range(min(_MOST, count)):
        if turn and turn % most == 0:
            for options in choices:
                chance.shuffle(options)
        text = "".join(options[turn % len(options)] for options in choices)
        text = _NAME.sub(lambda m: chance.choice(names[m[1]]), text)
        yield " ".join(text.split())


def sentences(folder: Path) -> list[tuple[str, str]]:
    """The training sentences, the same ones each time."""
    with (folder.parent / "fillings.toml").open("rb") as file:
        names = tomllib.load(file)
    found: dict[tuple[str, str], None] = {}
    for intent, line in phrases(folder):
        # A line's own chance: one more line leaves the sentences of all others as they were.
        chance = random.Random(f"{_SEED} {line}")  # noqa: S311 - examples, not secrets
        found.update(dict.fromkeys((intent, text) for text in expanded(line, chance, names)))
    found.update(dict.fromkeys(general_questions(folder.parent.parent)))
    with (folder.parent / "rambles.toml").open("rb") as file:
        rambles = tomllib.load(file)
    for intent, text in list(found):
        chance = random.Random(f"{_SEED} {text}")  # noqa: S311 - examples, not secrets
        if chance.randrange(_RAMBLING):
            continue
        lead = chance.choice(["", *rambles["before"]]) if intent != "help" else ""
        tail = chance.choice(["", *rambles["after"]])
        found[(intent, f"{lead} {text} {tail}".strip())] = None
    return list(found)


def digest(folder: Path) -> str:
    """A fingerprint of phrases and classes, so that stale weights are noticed."""
    lines = "\n".join(f"{intent}\t{line}" for intent, line in phrases(folder))
    for name in ("classes.toml", "rambles.toml", "fillings.toml", "faq_intents.toml", "kin.txt"):
        lines += (folder.parent / name).read_text("utf-8")
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def learn(
    examples: Sequence[tuple[str, tuple[str, ...]]],
    classes: Mapping[str, str],
    kin: Mapping[str, tuple[str, ...]],
) -> tuple[dict[str, list[float]], list[float]]:
    """Weights of features and the bias of each intent, from (intent, canonical words).

    The mean of several passes in different orders, so that no phrase hangs on the order.
    """
    rows = [(INTENTS.index(intent), features(words, classes, kin)) for intent, words in examples]
    seen = Counter(feature for _, found in rows for feature in found)
    index = {f: i for i, f in enumerate(sorted(f for f, n in seen.items() if n >= _LEAST_SEEN))}
    frequency = Counter(y for y, _ in rows)
    balance = {y: (len(rows) / (len(INTENTS) * n)) ** 0.5 for y, n in frequency.items()}
    active = [np.array([index[f] for f in found if f in index], dtype=int) for _, found in rows]
    weights = np.zeros((len(index), len(INTENTS)))
    bias = np.zeros(len(INTENTS))
    for seed in range(_PASSES):
        one, other = _learned(rows, active, balance, len(index), seed)
        weights += one / _PASSES
        bias += other / _PASSES
    return {name: weights[i].tolist() for name, i in index.items()}, bias.tolist()


def _learned(
    rows: Sequence[tuple[int, list[str]]],
    active: Sequence[Any],
    balance: Mapping[int, float],
    size: int,
    seed: int,
) -> tuple[Any, Any]:
    """One pass of stochastic gradient descent: weights and bias as arrays."""
    weights = np.zeros((size, len(INTENTS)))
    bias = np.zeros(len(INTENTS))
    order = np.arange(len(rows))
    chance = np.random.default_rng(_SEED + seed)
    step, total = 0, _EPOCHS * len(rows)
    for _ in range(_EPOCHS):
        chance.shuffle(order)
        for at in order.tolist():
            step += 1
            rate = _RATE * (1 - step / (total + 1))
            y = rows[at][0]
            found = active[at][chance.random(len(active[at])) >= _DROPOUT]
            scores = weights[found].sum(axis=0) + bias
            odds = np.exp(scores - scores.max())
            slope = -odds / odds.sum()
            slope[y] += 1
            slope *= rate * balance[y] / (len(found) + 1) ** 0.5
            weights[found] *= 1 - rate * _DECAY
            weights[found] += slope
            bias += 0.1 * slope
    return weights, bias


def main() -> None:
    """Learn and write `data/words/weights.json`."""
    words = data.HERE / "words"
    folder = words / "phrases"
    vocabulary = vocabulary_of(folder)
    lexicon = load_lexicon(vocabulary=vocabulary)
    examples = [(intent, read(text, lexicon).canonical) for intent, text in sentences(folder)]
    weights, bias = learn(examples, lexicon.scorer.classes, lexicon.scorer.kin)
    table = {
        "digest": digest(folder),
        "temperature": _TEMPERATURE,
        "bias": [round(b, 2) for b in bias],
        "words": vocabulary,
        "weights": {
            name: [
                part
                for k, w in enumerate(row)
                if abs(w) >= _LEAST_WEIGHT
                for part in (k, round(w * 100))
            ]
            for name, row in sorted(weights.items())
            if max(map(abs, row)) >= _LEAST_WEIGHT
        },
    }
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    (words / "weights.json").write_text(text.replace('],"', '],\n"') + "\n", "utf-8")
    right = accuracy(examples, load_lexicon())
    sys.stdout.write(f"{len(examples)} sentences, {len(weights)} features, fit {right:.3f}\n")


def vocabulary_of(folder: Path) -> list[str]:
    """The words of all phrases, for the spelling."""
    found: set[str] = set()
    for _, line in phrases(folder):
        found.update(w for w in phrase(_NAME.sub(" ", line).replace("|", " ")) if w.isalpha())
    return sorted(found)


def accuracy(examples: Sequence[tuple[str, tuple[str, ...]]], lexicon: Lexicon) -> float:
    """The share of examples whose likeliest intent is the right one."""
    right = sum(lexicon.scorer.shares(words)[0][0] == intent for intent, words in examples)
    return right / len(examples)


if __name__ == "__main__":
    main()
