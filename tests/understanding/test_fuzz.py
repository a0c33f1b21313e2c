"""No text makes understanding fail: random, mutated and hostile messages."""

import json
import random
import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.understanding import ACTS, understand
from bot.understanding.scoring import INTENTS

HERE = Path(__file__).parent
TODAY = date(2026, 11, 23)
TEXTS = [
    json.loads(line)["text"]
    for line in (HERE / "utterances_dev.jsonl").read_text("utf-8").splitlines()
]
PIECES = [*(word for text in TEXTS for word in text.split()), *"\x00\ud800'\"*:()-^\n\t½²éß١🙂"]
HOSTILE = ['" OR 1=1 --', "NEAR(a b)", "{{ 7*7 }}", "<b>tx</b>", "%s%n", "\u202e", "9" * 400]


def check(question):
    assert question.intent in INTENTS
    assert 0 <= question.confidence <= 1
    assert question.act is None or question.act in ACTS
    json.dumps(dict(question.slots))
    assert set(question.slots) - {"pick"} <= set(question.evidence)


def mutated(chance):
    """An example with letters lost, doubled, swapped, or words mixed and nonsense put in."""
    text = list(chance.choice(TEXTS))
    for _ in range(chance.randrange(6)):
        at = chance.randrange(len(text) + 1)
        kind = chance.randrange(4)
        if kind == 0 and at < len(text):
            del text[at]
        elif kind == 1:
            text.insert(at, chance.choice(string.printable))
        elif kind == 2 and at + 1 < len(text):
            text[at], text[at + 1] = text[at + 1], text[at]
        else:
            text.insert(at, f" {chance.choice(PIECES)} ")
    return "".join(text)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES)).map(" ".join)))
def test_any_text_is_read_without_an_exception(text, lexicon):
    previous = understand("free ethics courses in texas", TODAY, lexicon)[0]
    for question in (
        *understand(text, TODAY, lexicon),
        *understand(text, TODAY, lexicon, previous),
    ):
        assert question.intent in INTENTS
        assert 0 <= question.confidence <= 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(text, lexicon):
    for question in understand(f"ethics {text} texas", TODAY, lexicon):
        check(question)


def test_a_thousand_mutated_examples(lexicon):
    chance = random.Random(7)
    for _ in range(1_000):
        for question in understand(mutated(chance), TODAY, lexicon):
            check(question)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_mutated_examples(lexicon):
    chance = random.Random(11)
    previous = None
    for _ in range(100_000):
        asked = understand(mutated(chance), TODAY, lexicon, previous)
        for question in asked:
            check(question)
        previous = asked[0] if chance.random() < 0.5 else None
