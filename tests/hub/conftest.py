"""A hub on loopback and a client that loses no time waiting."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.hub.client import HubClient, Patience
from sandbox.hub import CLIENT_ID, HubSandbox, hub_sandbox

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
QUICK = Patience(connect=2, read=2, whole=10, first_pause=0.5, longest_pause=30)


@dataclass
class Clock:
    """A clock that moves only when told."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@dataclass
class Pauses:
    """The pauses that a client would have made, in seconds."""

    made: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.made.append(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
async def hub(clock: Clock) -> AsyncIterator[HubSandbox]:
    async with hub_sandbox(now=clock) as running:
        yield running


@pytest.fixture
async def client(hub: HubSandbox, pauses: Pauses) -> AsyncIterator[HubClient]:
    async with HubClient(
        hub.url, client_id=CLIENT_ID, patience=QUICK, pause=pauses, jitter=lambda: 0.0
    ) as ready:
        yield ready
