"""The whole product over real HTTP: a Telegram, a hub, the bot, and people who talk."""

import pytest

from sandbox.demo import demo
from tests.sandbox.conftest import browser, browser_page  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
def _spans_of_time(monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def running(tmp_path):
    """The demo as `make run` starts it, without its terminal."""
    async with demo(tmp_path) as whole:
        yield whole


@pytest.fixture
def rivera(running):
    """Dr. Rivera, Texas and California."""
    return running.people[1001]
