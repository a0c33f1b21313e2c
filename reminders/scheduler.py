"""The few jobs that keep reminders going, driven by APScheduler in UTC.

There is no job for a physician and none that remembers anything: all state is in the store, so
that a restart, a second worker or a clock set back can neither skip nor repeat a reminder.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from telegram import Bot

from bot.handlers.pace import Pace
from bot.rules.person import Rulebook
from bot.store import reminders as store
from bot.store.engine import Records
from bot.store.physicians import physician_by_id
from bot.texts import Texts
from reminders.deadlines import deadlines_of
from reminders.decision import refresh
from reminders.delivery import Delivery, Freshen
from reminders.news import tell_news
from reminders.planner import day_to_plan, plan_day
from reminders.telegram import telegram_post
from reminders.words import Lookup, Words

DELIVER_SECONDS = 1
PLAN_SECONDS = 900
NEWS_SECONDS = 15
REFINE_SECONDS = 10
REFINED_AT_ONCE = 500
TIDY_HOURS = 24
KEPT = timedelta(days=400)
"""How long after its last day the reminders of a cycle are kept."""

logger = logging.getLogger(__name__)


class Jobs:
    """What the scheduler calls; each may be called again at any time, by any worker."""

    def __init__(
        self,
        records: Records,
        rules: Rulebook,
        delivery: Delivery,
        clock: Callable[[], datetime],
    ) -> None:
        self._records = records
        self._rules = rules
        self._delivery = delivery
        self._clock = clock
        self._planned: date | None = None

    async def plan(self) -> None:
        """The whole of a new day once, then only what has changed."""
        now = self._clock()
        day, today = day_to_plan(now), now.astimezone(UTC).date()
        if self._planned is None or self._planned < today:
            # After an outage, or a night's sleep of the machine, today may not have been planned.
            await self._plan(today, only_fresh=False)
        await self._plan(day, only_fresh=self._planned == day)
        self._planned = day

    async def _plan(self, day: date, *, only_fresh: bool) -> None:
        planned = await asyncio.to_thread(
            plan_day, self._records, self._rules.boards, day, only_fresh=only_fresh
        )
        if planned.reminders:
            logger.info("reminders planned for %s: %d", day, planned.reminders)

    async def deliver(self) -> None:
        """What is due in this second."""
        await self._delivery.tick()

    async def tell(self) -> None:
        """News that may be told now."""
        await asyncio.to_thread(tell_news, self._records, self._rules, self._clock())

    async def refine(self) -> None:
        """Deadlines that only the whole record tells: certificates, the DEA, CME periods."""
        await asyncio.to_thread(refine, self._records, self._rules, self._clock(), REFINED_AT_ONCE)

    async def tidy(self) -> None:
        """Forget the reminders of cycles long over."""
        await asyncio.to_thread(self._tidy)

    def _tidy(self) -> None:
        with self._records.writing() as session:
            store.tidy(session, self._clock().date() - KEPT)


def refine(records: Records, rules: Rulebook, now: datetime, limit: int) -> int:
    """Work out the deadlines of so many physicians from their whole record; how many there were."""
    with records.reading() as session:
        ids = store.unrefined(session, limit)
    for physician_id in ids:
        with records.writing() as session:
            physician = physician_by_id(session, physician_id)
            if physician.id:
                refresh(session, physician, deadlines_of(physician, rules)(now.date()))
            store.mark_refined(session, (physician_id,))
    return len(ids)


@asynccontextmanager
async def scheduled(jobs: Jobs) -> AsyncIterator[AsyncIOScheduler]:
    """The jobs at work for as long as the block lasts; what is under way is finished first."""
    # A sweep that comes late must still come, and only once however often it was missed.
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True}
    )
    idle = asyncio.Event()
    idle.set()
    running = 0

    def alone(work: Callable[[], object]) -> Callable[[], object]:
        async def job() -> None:
            nonlocal running
            running += 1
            idle.clear()
            try:
                await work()  # type: ignore[misc]
            finally:
                running -= 1
                if not running:
                    idle.set()

        return job

    soon = datetime.now(tz=UTC)
    for name, work, seconds in (
        ("plan", jobs.plan, PLAN_SECONDS),
        ("deliver", jobs.deliver, DELIVER_SECONDS),
        ("news", jobs.tell, NEWS_SECONDS),
        ("refine", jobs.refine, REFINE_SECONDS),
        ("tidy", jobs.tidy, TIDY_HOURS * 3600),
    ):
        scheduler.add_job(alone(work), "interval", seconds=seconds, id=name, next_run_time=soon)
    scheduler.add_listener(_failed, EVENT_JOB_ERROR)
    scheduler.start()
    try:
        yield scheduler
    finally:
        # `shutdown` would cancel coroutines in the middle of sending.
        scheduler.pause()
        # What was started in this very moment gets the time to say that it runs.
        await asyncio.sleep(0)
        await idle.wait()
        scheduler.shutdown(wait=False)


@asynccontextmanager
async def reminding(  # noqa: PLR0917 - the parts that the composition root puts together
    records: Records,
    rules: Rulebook,
    texts: Texts,
    bot: Bot,
    pace: Pace,
    clock: Callable[[], datetime],
    *,
    catalog: Lookup | None = None,
    freshen: Freshen | None = None,
) -> AsyncIterator[Jobs]:
    """Reminders for as long as the block lasts; `pace` is shared with all other messages.

    `catalog` names activities; `freshen` brings a linked physician's record up to date before a
    reminder is decided.
    """
    words = Words(rules, texts, catalog)
    delivery = Delivery(records, rules, words, telegram_post(bot, pace), clock, freshen)
    jobs = Jobs(records, rules, delivery, clock)
    async with scheduled(jobs):
        yield jobs


def _failed(event: JobExecutionEvent) -> None:
    logger.error("the job %s failed", event.job_id, exc_info=event.exception)
