"""The words as data: weights fresh, examples not memorized, everything reachable."""

import json
from pathlib import Path

import pytest

import data
from bot.understanding import training
from bot.understanding.words import phrase

HERE = Path(__file__).parent
WORDS = data.HERE / "words"


def test_the_weights_were_learned_from_the_phrases_as_they_are():
    learned = json.loads((WORDS / "weights.json").read_text("utf-8"))
    assert learned["digest"] == training.digest(WORDS / "phrases"), (
        "run: python -m bot.understanding.training"
    )


def test_no_example_of_more_than_four_words_stands_among_the_phrases():
    taught = {" ".join(phrase(text)) for _, text in training.sentences(WORDS / "phrases")}
    lines = (HERE / "utterances_dev.jsonl").read_text("utf-8").splitlines()
    texts = [" ".join(phrase(json.loads(line)["text"])) for line in lines]
    assert len(taught) > 10_000
    assert not [text for text in texts if len(text.split()) > 4 and text in taught]


def test_every_topic_of_the_field_can_be_said_by_its_own_name(lexicon):
    values = {value for group in lexicon.topics.by_first.values() for _, value in group}
    for topic in values:
        folds = list(phrase(topic.replace("-", " ")))
        assert topic in {find.value for find in lexicon.topics.finds(folds)}, topic


@pytest.mark.parametrize("name", ["credit_status", "requirement", "out_of_scope", "help"])
def test_every_intent_has_phrases(name):
    counted = [intent for intent, _ in training.phrases(WORDS / "phrases")]
    assert counted.count(name) > 50


@pytest.mark.parametrize(
    ("typo", "word"),
    [
        ("managment", "management"),
        ("perscribing", "prescribing"),
        ("requirment", "requirement"),
        ("certificat", "certificate"),
        ("trafiking", "trafficking"),
        ("course", "course"),
        ("pizza", "pizza"),
        ("xyz", "xyz"),
    ],
)
def test_misspelt_words_of_the_field_are_put_right(typo, word, lexicon):
    assert lexicon.spelling.corrected(typo) == word
