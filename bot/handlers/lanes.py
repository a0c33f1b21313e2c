"""One lane per chat: what belongs to a chat is done in order, chats go side by side."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.handlers.errors import where

logger = logging.getLogger(__name__)


class Lanes:
    """Runs `work(chat_id)` for each chat that was woken, never twice at once for the same chat.

    `work` takes what it finds until nothing is left. A chat that is woken meanwhile is looked at
    once more, so nothing that was stored before `wake` is overlooked.
    """

    def __init__(self, work: Callable[[int], Awaitable[None]]) -> None:
        self._work = work
        self._woken: set[int] = set()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._quiet = asyncio.Event()
        self._quiet.set()
        self.closing = asyncio.Event()

    @property
    def idle(self) -> bool:
        """Whether no lane is at work."""
        return not self._tasks

    def wake(self, chat_id: int) -> None:
        """There is something to do for this chat."""
        if self.closing.is_set():
            return
        self._woken.add(chat_id)
        if chat_id not in self._tasks:
            self._quiet.clear()
            self._tasks[chat_id] = asyncio.create_task(self._run(chat_id), name=f"lane {chat_id}")

    async def _run(self, chat_id: int) -> None:
        try:
            while chat_id in self._woken and not self.closing.is_set():
                self._woken.discard(chat_id)
                await self._work(chat_id)
        except Exception as error:  # noqa: BLE001 - the lane's own work must not end the process
            # What is stored stays stored: the next sweep wakes the lane again.
            logger.error("a lane ended early: %s", where(error))  # noqa: TRY400 - says no content
        finally:
            self._woken.discard(chat_id)
            del self._tasks[chat_id]
            if not self._tasks:
                self._quiet.set()

    async def until_idle(self) -> None:
        """Return once no lane is at work."""
        await self._quiet.wait()

    async def pause(self, seconds: float) -> None:
        """Wait, but no longer than until the end of the process."""
        try:
            async with asyncio.timeout(seconds):
                await self.closing.wait()
        except TimeoutError:
            pass

    async def close(self, patience: float) -> None:
        """Begin nothing new, and let what has begun end for at most `patience` seconds."""
        self.closing.set()
        tasks = list(self._tasks.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=patience)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
