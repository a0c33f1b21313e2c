"""Running errands: what a turn wanted of the outside world, done after it, until it is done.

A runner is handed an errand and says how it ended: `Done`, or `Again` later. A runner that raises
is run again with growing pauses, and after `GIVE_UP` attempts its dialog hears of the failure. Each
run has a time limit, after which another run may begin; so runners bear being run twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bot.handlers.errors import new_reference, where
from bot.store.engine import Records, is_busy
from bot.store.errands import Errand, claim_errands, due_count, run_again, settle_errand

AT_ONCE = 6
"""Errands side by side."""

RUN_SECONDS = 90.0
"""A run that takes longer is given up and counts as failed."""

LEASE = timedelta(seconds=180)
"""How long nobody else takes a claimed errand; longer than a run can take."""

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP = 12
"""Runs that may fail before the errand has failed: about six hours."""

BUSY_PAUSE = 0.5
"""Seconds until storing is tried again while the database is locked or away."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """It is done. `result` (JSON values) goes to the dialog as its own turn; None tells nobody.

    `store` is carried out in the same transaction.
    """

    result: Mapping[str, Any] | None = None
    store: Callable[[Session], None] | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """It has to be run again after a while, perhaps with other values; `result` as in `Done`."""

    after: timedelta
    values: Mapping[str, Any] | None = None
    result: Mapping[str, Any] | None = None
    store: Callable[[Session], None] | None = None


Outcome = Done | Again
Runner = Callable[[Errand], Awaitable[Outcome]]


class Errands:
    """The worker that runs what is due; any number of processes may have one."""

    def __init__(
        self,
        records: Records,
        runners: Mapping[str, Runner],
        clock: Callable[[], datetime],
    ) -> None:
        self._records = records
        self._runners = runners
        self._clock = clock
        self.told: Callable[[int], None] = lambda _chat_id: None
        """Called with a chat that has something in its inbox now."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    async def sweep(self) -> None:
        """Begin what is due, as far as there is room."""
        room = AT_ONCE - len(self._tasks)
        if self._closing or room <= 0:
            return
        for errand in await asyncio.to_thread(self._claim, room):
            self._begin(self._run(errand))

    def wake(self) -> None:
        """A turn has just wanted something: do not wait for the next sweep."""
        if not self._closing:
            self._begin(self.sweep())

    def idle(self, session: Session) -> bool:
        """Whether nothing runs and nothing is due."""
        return not self._tasks and not due_count(session, self._clock())

    async def close(self, patience: float) -> None:
        """Begin nothing new; what runs may end, and is otherwise run again after a restart."""
        self._closing = True
        if self._tasks:
            _, late = await asyncio.wait(tuple(self._tasks), timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # What is stored stays stored: its lease runs out, and it is run again.
            logger.error("an errand ended early: %s", where(error))

    def _claim(self, room: int) -> tuple[Errand, ...]:
        with self._records.writing() as session:
            return claim_errands(session, self._clock(), LEASE, room)

    async def _run(self, errand: Errand) -> None:
        try:
            async with asyncio.timeout(RUN_SECONDS):
                outcome = await self._runners[errand.name](errand)
        except Exception as error:  # noqa: BLE001 - whatever is broken, the errand waits
            outcome = self._failed(errand, error)
        while True:
            try:
                await asyncio.to_thread(self._settle, errand, outcome)
            except SQLAlchemyError as error:
                if not is_busy(error):
                    raise
                await asyncio.sleep(BUSY_PAUSE)
            else:
                break
        if outcome.result is not None and errand.chat_id is not None:
            self.told(errand.chat_id)

    def _failed(self, errand: Errand, error: Exception) -> Outcome:
        reference = new_reference()
        logger.error("errand=%s failed reference=%s %s", errand.name, reference, where(error))
        if errand.attempts + 1 >= GIVE_UP:
            return Done({"failed": reference})
        return Again(min(FIRST_PAUSE * 2 ** min(errand.attempts, 10), LONGEST_PAUSE))

    def _settle(self, errand: Errand, outcome: Outcome) -> None:
        now = self._clock()
        with self._records.writing() as session:
            match outcome:
                case Done():
                    failed = outcome.result is not None and "failed" in outcome.result
                    mine = settle_errand(session, errand, now, result=outcome.result, failed=failed)
                case Again():
                    mine = run_again(
                        session,
                        errand,
                        now + outcome.after,
                        now,
                        values=outcome.values,
                        result=outcome.result,
                    )
            if mine and outcome.store is not None:
                outcome.store(session)
