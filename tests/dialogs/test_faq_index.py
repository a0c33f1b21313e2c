"""General questions asked in other words: `faq_asked.txt` holds the entry meant and the words."""

from pathlib import Path

import pytest

import data
from bot.dialogs.faq_index import build_index, is_clear
from bot.dialogs.knowledge import Knowledge

ASKED = [
    tuple(line.split(" | ", 1))
    for line in (Path(__file__).parent / "faq_asked.txt").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="module")
def knowledge():
    return Knowledge(data.HERE)


@pytest.fixture(scope="module")
def index(knowledge):
    return build_index(knowledge.faq, knowledge.lexicon)


def test_a_wrong_answer_is_rarer_than_a_choice(index, knowledge):
    answered, offered, wrong = 0, 0, []
    for wanted, text in ASKED:
        ranked = index.nearest(text)
        names = [knowledge.faq[place]["id"] for place, _ in ranked[:3]]
        if is_clear(ranked):
            answered += names[0] == wanted
            wrong += [text] * (names[0] != wanted)
        else:
            offered += wanted in names
    meant = sum(wanted != "none" for wanted, _ in ASKED)
    assert meant > 70
    assert answered >= 0.65 * meant
    assert answered + offered >= 0.9 * meant
    assert len(wrong) <= 2, wrong


def test_every_entry_is_found_by_its_own_question(index, knowledge):
    for place, entry in enumerate(knowledge.faq):
        assert place in [found for found, _ in index.nearest(entry["question"])[:2]], entry["id"]


@pytest.mark.parametrize("text", ["", "?", "the of and", "zxcv qwer"])
def test_words_that_say_nothing_find_nothing(text, index):
    assert not is_clear(index.nearest(text))


def test_a_rare_word_weighs_more_than_a_common_one(index):
    assert index.weights["anonymously"] > index.weights["cme"]
