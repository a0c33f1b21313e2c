"""The examples of the field, labelled by its rules (`docs/understanding.md`)."""

import json
from pathlib import Path

from bot.understanding.measure import measure

HERE = Path(__file__).parent


def test_the_labelled_examples_are_read_as_labelled(lexicon, today):
    lines = (HERE / "utterances_dev.jsonl").read_text("utf-8").splitlines()
    result = measure([json.loads(line) for line in lines], today, lexicon)
    report = "\n".join(result.mistakes)
    assert result.utterances == 120
    assert result.accuracy >= 0.96, report
    assert result.f1 >= 0.95, report
    assert result.invented == (), report
