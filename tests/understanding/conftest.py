"""One lexicon for all tests, and the fixed today of the examples: Monday, November 23, 2026."""

from datetime import date

import pytest

from bot.understanding import Lexicon, load_lexicon


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return load_lexicon()


@pytest.fixture(scope="session")
def today() -> date:
    return date(2026, 11, 23)
