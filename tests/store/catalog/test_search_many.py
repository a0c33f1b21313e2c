"""In a large catalog of invented activities the right one is found by misspelt words."""

import pytest

from benchmarks.invented import TODAY, activities
from benchmarks.search import sought
from bot.model import Search


@pytest.mark.parametrize(
    "size", [2_000, pytest.param(200_000, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])]
)
def test_with_every_second_word_misspelt_it_is_among_the_first_ten(empty, size):
    empty.apply_page(activities(size), (), None, None)
    empty.check()
    queries = sought(size, 300)
    assert len(queries) > 250
    found = 0
    for words, activity_id in queries:
        hits = empty.search(Search(TODAY, words=words, limit=10)).hits
        found += activity_id in {hit.activity.id for hit in hits}
    assert found / len(queries) >= 0.97
