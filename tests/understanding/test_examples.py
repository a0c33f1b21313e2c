"""The examples of the field, labelled by its rules (`docs/understanding.md`)."""

import json
from pathlib import Path

from bot.understanding.measure import measure

HERE = Path(__file__).parent


def labelled(name):
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


def test_our_own_utterances_are_read_as_labelled(lexicon, today):
    result = measure(labelled("utterances_own.jsonl"), today, lexicon)
    report = "\n".join(result.mistakes)
    assert result.utterances > 1900
    assert result.accuracy >= 0.98, report
    assert result.f1 >= 0.98, report
    assert result.invented == (), report


def test_the_labelled_examples_are_read_as_labelled(lexicon, today):
    result = measure(labelled("utterances_dev.jsonl"), today, lexicon)
    report = "\n".join(result.mistakes)
    assert result.utterances == 120
    assert result.accuracy >= 0.97, report
    assert result.f1 >= 0.95, report
    assert result.invented == (), report
