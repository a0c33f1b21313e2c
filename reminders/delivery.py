"""Sending what is due, at Telegram's pace, never twice.

A reminder is stored as `sending` before Telegram is called. If the process dies then, or the
network breaks in the middle, nobody can know whether the physician has it: it becomes `unknown`
and is not sent again. Never twice beats always once; the next stage of the deadline follows as
planned, and `unknown` ones are counted. What was surely not sent (no connection, 429, 5xx) waits.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from bot.model import Outgoing
from bot.rules.person import Rulebook
from bot.store import reminders as store
from bot.store.engine import Records, is_busy
from bot.store.physicians import mark_blocked
from bot.store.reminders import Claim
from reminders.decision import Compose, Letter, decide
from reminders.forecast import PER_SECOND

RETRY = timedelta(minutes=1)
"""Until the next attempt where Telegram did not say how long to wait."""
SLOTS = 8
"""Reminders between being decided and being settled: no more can be in doubt after a crash."""
SETTLE_PAUSES = (0.1, 0.5, 2.0, 5.0)
"""Seconds between attempts to store what became of a reminder while the records are busy."""
GIVE_UP = 20
"""Attempts; after them a reminder has failed and the next stage follows."""

logger = logging.getLogger(__name__)


class Outcome(Enum):
    """What became of a call of Telegram."""

    SENT = auto()
    NOT_SENT = auto()
    BLOCKED = auto()
    REFUSED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Posted:
    """The outcome, the message's id where it was sent, and seconds to wait where told so."""

    outcome: Outcome
    message_id: int | None = None
    wait: float | None = None
    reason: str | None = None


Post = Callable[[int, Outgoing], Awaitable[Posted]]
"""Send to a chat, once, and say what became of it; never raises for what Telegram answers."""

Freshen = Callable[[int], Awaitable[None]]
"""Bring a physician's record (by physician id) up to date before a reminder is decided.

It bounds its own time. Where it fails, the reminder says how old the copy is.
"""


@dataclass(slots=True)
class Delivery:
    """One worker. Several may run on one store, in one process or in many."""

    records: Records
    rules: Rulebook
    compose: Compose
    post: Post
    clock: Callable[[], datetime]
    freshen: Freshen | None = None
    per_second: int = PER_SECOND
    held_until: datetime | None = None

    async def tick(self) -> int:
        """Send what is due in the present second; the number of reminders that went out."""
        now = self.clock()
        if self._held(now):
            return 0
        claims = await asyncio.to_thread(self._claim, now)
        slots = asyncio.Semaphore(SLOTS)

        async def one(claim: Claim) -> bool:
            async with slots:
                return await self._one(claim)

        return sum(await asyncio.gather(*(one(claim) for claim in claims)))

    def _held(self, now: datetime) -> bool:
        if self.held_until is None:
            return False
        wait = self.held_until - now
        # A clock set back must not stretch a wait of seconds to an hour.
        if timedelta(0) < wait <= timedelta(minutes=10):
            return True
        self.held_until = None
        return False

    def _claim(self, now: datetime) -> Sequence[Claim]:
        with self.records.reading() as session:
            # Most seconds have nothing to send, and a lock taken in vain keeps a chat waiting.
            if not store.anything_due(session, now):
                return ()
        with self.records.writing() as session:
            again, lost = store.give_back(session, now)
            zones = store.zones_in_use(session)
            minutes = {zone: _minute(now, zone) for zone in zones}
            claims = store.claim(session, now, self.per_second, minutes)
            given = store.take_pace(session, now, len(claims), self.per_second)
            store.postpone(session, (one.id for one in claims[given:]), now, "pace")
        if lost:
            logger.warning("reminders perhaps sent, not sent again: %d", lost)
        if again:
            logger.info("reminders taken over from a worker that died: %d", again)
        # A second row of the same physician is settled with the first one.
        return tuple({one.physician_id: one for one in reversed(claims[:given])}.values())

    async def _one(self, claim: Claim) -> bool:
        if self.freshen is not None:
            try:
                await self.freshen(claim.physician_id)
            except Exception as error:  # noqa: BLE001 - an old copy with its age beats silence
                logger.warning("a record was not brought up to date: %s", type(error).__name__)
        try:
            letter = await asyncio.to_thread(
                decide, self.records, claim, self.rules, self.compose, self.clock()
            )
        except Exception as error:
            if is_busy(error):
                # The claim runs out by itself, and any worker takes it up again.
                logger.warning("the records are busy: a reminder waits")
                return False
            logger.exception("a reminder could not be decided: %d", claim.id)
            await asyncio.to_thread(self._broken, claim)
            return False
        if letter is None:
            return False
        posted = await self.post(letter.chat_id, letter.outgoing)
        await self._settled(letter, posted)
        return posted.outcome is Outcome.SENT

    async def _settled(self, letter: Letter, posted: Posted) -> None:
        """What became of it is stored, however busy the records are; else it would be in doubt."""
        for pause in SETTLE_PAUSES:
            try:
                await asyncio.to_thread(self._settle, letter, posted)
            except Exception as error:
                if not is_busy(error):
                    raise
                await asyncio.sleep(pause)
            else:
                return
        await asyncio.to_thread(self._settle, letter, posted)

    def _broken(self, claim: Claim) -> None:
        with self.records.writing() as session:
            store.postpone(session, (claim.id,), self.clock() + timedelta(hours=1), "a defect")

    def _settle(self, letter: Letter, posted: Posted) -> None:
        now = self.clock()
        ids = letter.reminders
        with self.records.writing() as session:
            match posted.outcome:
                case Outcome.SENT:
                    store.settle(session, ids, "sent", now, message_id=posted.message_id)
                case Outcome.UNKNOWN:
                    store.settle(session, ids, "unknown", now, reason=posted.reason)
                case Outcome.REFUSED:
                    store.settle(session, ids, "failed", now, reason=posted.reason)
                case Outcome.BLOCKED:
                    mark_blocked(session, letter.chat_id, now)
                    store.drop_blocked(session, letter.physician_id, ids, now)
                case Outcome.NOT_SENT:
                    wait = RETRY if posted.wait is None else timedelta(seconds=posted.wait)
                    store.not_sent(
                        session,
                        letter.physician_id,
                        ids,
                        now + wait,
                        posted.reason or "not sent",
                        give_up=GIVE_UP,
                    )
                    if posted.wait is not None:
                        self.held_until = now + wait


def _minute(now: datetime, zone: str) -> int:
    local = now.astimezone(ZoneInfo(zone))
    return local.hour * 60 + local.minute
