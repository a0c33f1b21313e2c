"""The rulebook as it is shipped, loaded once."""

import pytest

from bot.rules.person import Rulebook, load_rulebook
from data import HERE


@pytest.fixture(scope="session")
def rules() -> Rulebook:
    return load_rulebook(HERE)
