"""Whatever is typed is words: no query syntax, no error, the same answer each time."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import Gap, Search
from bot.store.catalog.filters import FORMATS
from bot.store.catalog.words import normalised, query_words, quoted

TODAY = date(2026, 11, 23)


def total(catalog, words):
    return catalog.search(Search(TODAY, words=words)).total


@pytest.mark.parametrize(
    "typed",
    [
        'opioid" OR "ethics',
        "title:opioid",
        "{title provider} : opioid",
        "opioid*",
        "^opioid",
        "(opioid",
        "opioid)",
        '"opioid',
        "-opioid",
        "+opioid",
        "opioid'; DROP TABLE activity; --",
        "opioid\x00ethics",
        "NEAR(opioid)",
        "opioid AND",
        "NOT opioid",
        "opioid%",
        "?opioid?",
        "opioid\\",
    ],
)
def test_query_syntax_is_only_words(real, typed):
    plain = normalised(typed)
    assert total(real, typed) == total(real, plain) > 0
    assert real.size() == 381


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "???", "'\"", "the of and", "💊💉", "C++", "\x00", "a" * 100_000, "*" * 9_999],
)
def test_little_or_nothing_to_go_by_is_no_error(real, typed):
    found = real.search(Search(TODAY, words=typed))
    assert found.total >= len(found.hits)


def test_quotes_inside_are_doubled():
    assert quoted('say "x"') == '"say ""x"""'


def test_a_very_long_query_is_cut_to_its_longest_words():
    words = query_words(" ".join(f"{'word' * (n % 9 + 1)}{n}" for n in range(200)))
    assert len(words) == 12
    assert all(len(word) > 30 for word in words)


typed = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            ["opiod", "ethics", "AND", "NOT", '"', "*", "(", "title:", "é", "2026", "é́"]
        )
    ).map(" ".join),
)


searches = st.builds(
    Search,
    today=st.just(TODAY),
    words=typed,
    city=st.none() | typed,
    provider=st.none() | typed,
    topics=st.lists(typed, max_size=2).map(tuple),
    format=st.none() | st.sampled_from(sorted(FORMATS)) | typed,
    min_credits=st.none() | st.decimals(0, 500, places=2),
    offset=st.integers(0, 400),
    order=st.sampled_from(["match", "gaps"]),
    gaps=st.just((Gap(("ethics",), Decimal(2)),)),
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(search=searches)
def test_any_search_has_an_answer_that_holds(real, search):
    found = real.search(search)
    assert found == real.search(search)
    assert len(found.hits) == max(0, min(search.limit, found.total - search.offset))
    for hit in found.hits:
        assert 0 <= hit.score <= 100
        assert hit.activity.end_date is None or hit.activity.end_date >= TODAY


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_normalising_twice_is_normalising_once(text):
    assert normalised(normalised(text)) == normalised(text)
