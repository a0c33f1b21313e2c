"""Words, typos and all, find the right activities among the real ones."""

from datetime import date

import pytest

from bot.model import Search

TODAY = date(2026, 11, 23)


def titles(catalog, words, limit=10, **more):
    found = catalog.search(Search(TODAY, words=words, limit=limit, **more))
    return [hit.activity.title for hit in found.hits]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("opiod", "opioid"),
        ("etics", "ethics"),
        ("pallative", "palliative"),
        ("palliativ care", "palliative"),
        ("human traficking", "human trafficking"),
        ("sucide prevention", "suicide prevention"),
        ("medical erors", "medical errors"),
        ("alzhiemer", "alzheimer"),
        ("humantrafficking", "trafficking"),
        ("xthics", "ethics"),
    ],
)
def test_a_misspelt_word_finds_what_was_meant(real, typed, meant):
    assert meant in titles(real, typed)[0].lower()


def test_the_request_around_the_words_does_not_count(real):
    plain = titles(real, "ethics")
    assert titles(real, "find me a free ethics course online, please") == plain
    assert titles(real, "I need ethics credits") == plain


def test_every_typed_title_is_its_own_first_hit(real):
    for title in titles(real, "", limit=240):
        assert [first.lower() for first in titles(real, title, limit=1)] == [title.lower()]


def test_accents_case_and_punctuation_do_not_matter(real):
    assert titles(real, "ÉTHICS!") == titles(real, "ethics")


def test_a_word_begun_is_a_word_found(real):
    assert any("Prescribing" in title for title in titles(real, "presc", limit=3))
