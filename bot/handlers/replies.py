"""From the outbox to Telegram: in order within a chat, at Telegram's pace, through every outage."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session
from telegram import Bot
from telegram.error import RetryAfter, TelegramError

from bot.handlers.calls import Outcome, cause, outcome_of, send
from bot.handlers.errors import WRONG_TOKEN, EndError, new_reference, where
from bot.handlers.lanes import Lanes
from bot.handlers.pace import Pace
from bot.store import outbox
from bot.store.engine import Records, is_busy
from bot.store.outbox import Letter
from bot.store.physicians import mark_blocked

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
"""Seconds between two attempts to send while the network or Telegram is down."""

TOO_LATE = timedelta(days=1)
"""An answer that could not be sent for so long helps nobody any more."""

AFTERTHOUGHT = 0.1
"""Seconds added to what Telegram tells to wait, as its clock and ours tick apart."""

SLOTS = 16
"""Messages on their way at the same time."""

logger = logging.getLogger(__name__)


class Replies:
    """The senders of all chats. `end` is told of what no waiting can heal."""

    def __init__(
        self,
        records: Records,
        bot: Bot,
        clock: Callable[[], datetime],
        end: Callable[[EndError], None],
        pace: Pace,
    ) -> None:
        self._records = records
        self._bot = bot
        self._clock = clock
        self._end = end
        self._pace = pace
        self._slots = asyncio.Semaphore(SLOTS)
        self.lanes = Lanes(self._work)

    async def sweep(self) -> None:
        """Wake the chats that something is due for: left by a crash, or put in by reminders."""
        for chat_id in await asyncio.to_thread(self._due):
            self.lanes.wake(chat_id)

    def _due(self) -> tuple[int, ...]:
        with self._records.reading() as session:
            return outbox.chats_due(session, self._clock())

    async def _work(self, chat_id: int) -> None:
        while not self.lanes.closing.is_set():
            letter = await asyncio.to_thread(self._next, chat_id)
            if letter is None:
                return
            await self._deliver(letter)

    def _next(self, chat_id: int) -> Letter | None:
        with self._records.reading() as session:
            return outbox.next_letter(session, chat_id, self._clock())

    async def _deliver(self, letter: Letter) -> None:
        """Send one message, whatever it takes; it is settled in the outbox when this returns.

        Returns early only at the end of the process, and then leaves the message where it is.
        """
        if letter.begun and not letter.repeat:
            # An earlier process died between sending it and noting so: better not twice.
            await self._settle(letter, "unknown", "the process ended while it was sent")
            return
        # An ordinary answer is not marked before it is sent. If the process dies in between, it
        # is sent a second time, because an answer that comes twice does less harm than a
        # physician left without one; and sending stays one write to the disk.
        attempt = 0
        while not self.lanes.closing.is_set():
            await self._permit(letter)
            if not letter.repeat:
                await self._store(lambda session: outbox.begin_sending(session, letter.id))
            try:
                async with self._slots:
                    message_id = await send(self._bot, letter.chat_id, letter.outgoing)
            except TelegramError as error:
                wait = await self._failed(letter, error, attempt)
                if wait is None:
                    return
                await self.lanes.pause(wait)
                attempt += 1
            except Exception as error:  # noqa: BLE001 - one broken message must not stop the rest
                reference = new_reference()
                logger.error("reference=%s not sent: %s", reference, where(error))  # noqa: TRY400
                await self._settle(letter, "failed", reference)
                return
            else:
                await self._sent(letter, message_id)
                return

    async def _permit(self, letter: Letter) -> None:
        # The end of a press's waiting is not a message; Telegram does not count it.
        if letter.outgoing.kind != "notice":
            wait = self._pace.wait(letter.chat_id, time.monotonic())
            if wait:
                await self.lanes.pause(wait)

    async def _failed(self, letter: Letter, error: TelegramError, attempt: int) -> float | None:
        """What an error means: the seconds until the next attempt, or None where it is settled."""
        kind = type(error).__name__
        match outcome_of(error):
            case Outcome.UNWANTED:
                await self._store(lambda session: self._unwanted(session, letter))
                return None
            case Outcome.ENDED:
                self._end(EndError(WRONG_TOKEN))
                return LONGEST_PAUSE
            case Outcome.HOPELESS:
                logger.error("reference=%s refused: %s", new_reference(), cause(error))
                await self._settle(letter, "failed", kind)
                return None
            case Outcome.UNKNOWN if not letter.repeat:
                await self._settle(letter, "unknown", kind)
                return None
        if self._clock() - letter.due_at > TOO_LATE:
            await self._settle(letter, "failed", kind)
            return None
        await self._store(lambda session: outbox.note_attempt(session, letter.id, kind))
        if isinstance(error, RetryAfter):
            return _seconds(error) + AFTERTHOUGHT
        logger.warning("a message is sent later: %s", kind)
        return min(FIRST_PAUSE * 2.0 ** min(attempt, 10), LONGEST_PAUSE)

    def _unwanted(self, session: Session, letter: Letter) -> None:
        now = self._clock()
        mark_blocked(session, letter.chat_id, now)
        outbox.drop_all(session, letter.chat_id, "blocked", now)

    async def _sent(self, letter: Letter, message_id: int | None) -> None:
        await self._store(
            lambda session: outbox.mark_sent(session, letter, self._clock(), message_id)
        )

    async def _settle(self, letter: Letter, state: str, error: str) -> None:
        await self._store(
            lambda session: outbox.give_up(session, letter.id, state, error, self._clock())
        )

    async def _store(self, change: Callable[[Session], None]) -> None:
        """Make a change, however long the database is busy: what was sent must be noted."""
        pause = FIRST_PAUSE
        while True:
            try:
                await asyncio.to_thread(self._written, change)
            except Exception as error:
                if not is_busy(error):
                    raise
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                return

    def _written(self, change: Callable[[Session], None]) -> None:
        with self._records.writing() as session:
            change(session)


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else wait
