"""How well a lexicon reads labelled utterances: intents, slots and invented jurisdictions.

An utterance is labelled as in `tests/understanding/utterances_*.jsonl`: `text`, `intent`,
`slots`, and `also` with further intents that are acceptable.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.understanding.lexicon import Lexicon
from bot.understanding.parts import questions

_SPANS = frozenset({"provider", "city"})


@dataclass(frozen=True, slots=True)
class Measure:
    """Counts over labelled utterances, and the texts that were read otherwise than labelled."""

    utterances: int
    right_intents: int
    right_slots: int
    extra_slots: int
    missed_slots: int
    invented: tuple[str, ...]
    mistakes: tuple[str, ...]

    @property
    def accuracy(self) -> float:
        """The share of utterances whose intent is right or acceptable."""
        return self.right_intents / self.utterances

    @property
    def f1(self) -> float:
        """Micro F1 over (slot, value) pairs; an item of a list is a pair of its own."""
        wrong = self.extra_slots + self.missed_slots
        return 2 * self.right_slots / (2 * self.right_slots + wrong)


def measure(labelled: Iterable[Mapping[str, Any]], today: date, lexicon: Lexicon) -> Measure:
    """Read every utterance by itself and compare its first question with its labels."""
    count = intents = right = extra = missed = 0
    invented: list[str] = []
    mistakes: list[str] = []
    for example in labelled:
        question = questions(example["text"], today, lexicon, None)[0]
        count += 1
        is_right = question.intent in {example["intent"], *example.get("also", ())}
        intents += is_right
        gold, got = pairs(example["slots"]), pairs(question.slots)
        right += len(gold & got)
        extra += len(got - gold)
        missed += len(gold - got)
        if any(name == "jurisdictions" for name, _ in got - gold):
            invented.append(example["text"])
        if not is_right or gold != got:
            mistakes.append(
                f"{example['text']!r}: {example['intent']} -> {question.intent}"
                f" {question.confidence}, missed {sorted(gold - got)}, extra {sorted(got - gold)}"
            )
    return Measure(count, intents, right, extra, missed, tuple(invented), tuple(mistakes))


def pairs(slots: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Slots as comparable pairs: numbers by value, spans without regard to case."""
    found: set[tuple[str, str]] = set()
    for name, value in slots.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, float):
                found.add((name, f"{item:g}"))
            else:
                found.add((name, str(item).lower() if name in _SPANS else str(item)))
    return found
