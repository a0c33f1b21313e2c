"""The durable rim in one piece: what comes in, the turns, what goes out, and their sweeps."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot

from bot.handlers.errands import Errands, Runner
from bot.handlers.errors import EndError
from bot.handlers.inbox import Inbox
from bot.handlers.inline import InlineQueries
from bot.handlers.pace import Pace
from bot.handlers.replies import Replies
from bot.handlers.turns import Mind, Turns
from bot.store.engine import Records
from bot.store.errands import tidy_errands
from bot.store.inbox import tidy_inbox, waiting_count
from bot.store.outbox import tidy_outbox, unsent_count

DUE_EVERY = 1.0
"""Seconds between two looks at what has become due, such as a reminder."""

FORGOTTEN_EVERY = 30.0
"""Seconds between two looks at updates that another process received and did not finish."""

TIDY_EVERY = 3600.0
KEEP = timedelta(days=3)
"""How long the number of a done update is known; Telegram repeats none after 24 hours."""

PATIENCE = 15.0
"""Seconds that turns and messages under way are given at the end of the process."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rim:
    """The rim at work; `inbox` is the queue to hand to python-telegram-bot's Updater."""

    records: Records
    inbox: Inbox
    turns: Turns
    replies: Replies
    errands: Errands
    clock: Callable[[], datetime]

    async def idle(self) -> bool:
        """Whether every update has been answered and every answer that is due was sent."""
        if not (self.turns.lanes.idle and self.replies.lanes.idle):
            return False
        return await asyncio.to_thread(self._nothing_stored)

    def _nothing_stored(self) -> bool:
        with self.records.reading() as session:
            return (
                self.errands.idle(session)
                and not waiting_count(session)
                and not unsent_count(session, self.clock())
            )

    async def settled(self) -> None:
        """Return once nothing is left to do."""
        while not await self.idle():
            await self.turns.lanes.until_idle()
            await self.replies.lanes.until_idle()
            await asyncio.sleep(0.01)


@asynccontextmanager
async def rim(
    records: Records,
    mind: Mind,
    bot: Bot,
    end: Callable[[EndError], None],
    pace: Pace | None = None,
    *,
    runners: Mapping[str, Runner] | None = None,
) -> AsyncIterator[Rim]:
    """The rim, with what an earlier process left behind taken up; closed in the right order.

    The block should fill `inbox` only while it lasts: at its end turns that have begun are
    finished, then answers under way; the rest waits in the store for the next start.
    """
    replies = Replies(records, bot, mind.clock, end, pace or Pace())
    errands = Errands(records, runners or {}, mind.clock)
    turns = Turns(records, mind, bot, replies.lanes.wake, errands.wake)
    errands.told = turns.lanes.wake
    queries = InlineQueries(bot, mind.look_up, mind.clock) if mind.look_up else None
    inbox = Inbox(records, turns.lanes.wake, mind.clock, queries.take if queries else None)
    whole = Rim(records, inbox, turns, replies, errands, mind.clock)
    await replies.sweep()
    await turns.recover()
    sweeps = [
        asyncio.create_task(_again(DUE_EVERY, replies.sweep)),
        asyncio.create_task(_again(DUE_EVERY, errands.sweep)),
        asyncio.create_task(_again(FORGOTTEN_EVERY, lambda: _sweep_forgotten(whole))),
        asyncio.create_task(_again(TIDY_EVERY, lambda: asyncio.to_thread(_tidy, whole))),
    ]
    try:
        yield whole
    finally:
        for sweep in sweeps:
            sweep.cancel()
        await asyncio.gather(*sweeps, return_exceptions=True)
        await errands.close(PATIENCE)
        if queries is not None:
            await queries.close()
        await turns.close(PATIENCE)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                # What the last turns answered goes out too, if Telegram lets it.
                await replies.lanes.until_idle()
        await replies.lanes.close(PATIENCE)


async def _sweep_forgotten(whole: Rim) -> None:
    await whole.turns.sweep(whole.clock() - timedelta(seconds=FORGOTTEN_EVERY))


def _tidy(whole: Rim) -> None:
    before = whole.clock() - KEEP
    with whole.records.writing() as session:
        tidy_inbox(session, before)
        tidy_outbox(session, before)
        tidy_errands(session, before)


async def _again(seconds: float, work: Callable[[], object]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()  # type: ignore[misc]
        except SQLAlchemyError as error:
            logger.warning("a sweep waits for the records: %s", type(error).__name__)
