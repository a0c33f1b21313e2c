"""The updates that wait for a bot: given by offset and forgotten by offset, as Telegram does."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.markup import Json

FIRST_UPDATE = 730_000_001
MOST = 100
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(slots=True)
class Webhook:
    """Where updates are posted to, and how the last posts went."""

    url: str
    secret: str | None = None
    max_connections: int = 40
    last_error_date: int | None = None
    last_error: str | None = None


@dataclass(slots=True)
class UpdateQueue:
    """Updates in order; `allowed` is remembered from the last call that named kinds."""

    allowed: frozenset[str] | None = None
    webhook: Webhook | None = None
    pending: list[Json] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    poll: int = 0
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(FIRST_UPDATE))

    def put(self, kind: str, body: Json) -> None:
        """A new update, unless the bot asked not to get its kind."""
        wanted = kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT
        if wanted:
            self.pending.append({"update_id": next(self._ids), kind: body})
            self.arrived.set()

    def allow(self, kinds: Any) -> None:
        """The kinds the bot wants from now on; None leaves it as it was, empty is the default."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def confirm(self, offset: int, repeats: Callable[[], bool] = bool) -> None:
        """Forgets what lies before a positive offset, or all but the last few for a negative."""
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset > 0:
            self.pending = [
                update for update in self.pending if update["update_id"] >= offset or repeats()
            ]

    def begin_poll(self) -> int:
        """The number of a new poll; an older poll that still waits is over."""
        self.poll += 1
        self.arrived.set()
        return self.poll

    async def wait(self, poll: int, seconds: float) -> bool:
        """Waits for an update; False if a newer poll has taken over."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not self.pending and self.poll == poll:
            self.arrived.clear()
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                break
            try:
                async with asyncio.timeout(left):
                    await self.arrived.wait()
            except TimeoutError:
                break
        return self.poll == poll
