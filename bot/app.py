"""The composition root: the only place that knows every part, and puts them together."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, MenuButtonCommands
from telegram.error import TelegramError

from bot.assistant import Sources, apology, respond
from bot.dialogs import listed_commands
from bot.dialogs.knowledge import Knowledge
from bot.documents.activities import read_activities
from bot.errands import complaint_tidying, runners
from bot.errands.outside import Outside
from bot.errands.record import end_readings, fresh, keep_scheduled
from bot.handlers.errors import EndError, set_up_logging, where
from bot.handlers.pace import Pace
from bot.handlers.reception import Pulse, Webhook, initialized, made_bot, reception, watch
from bot.handlers.rim import Rim, rim
from bot.handlers.turns import Mind, Rooms
from bot.hub.client import HubClient
from bot.hub.sync import sync_activities
from bot.inline import inline_answer
from bot.model import Activity
from bot.rules.person import Rulebook
from bot.settings import Settings, complaint_ways
from bot.store.catalog import Catalog, open_catalog
from bot.store.engine import Records, open_records
from bot.store.schema import migrate
from bot.store.vault import Vault
from bot.texts import Texts
from data import HERE as DATA
from reminders.answers import carry_out as answer_reminders
from reminders.answers import read_reminders
from reminders.scheduler import Jobs, reminding
from reminders.state import Reminders

SYNC_EVERY = 3600.0
SYNC_AGAIN = 5.0
"""Seconds until the next sync of activities, and until the next attempt after one that failed;
the latter doubles up to the former.
"""

FIRST_SYNC_PATIENCE = 15.0
"""Seconds that an empty catalog is waited for before the first message is taken."""

ABOUT_EVERY = 30.0
"""Seconds between two attempts to register the commands."""

logger = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(tz=UTC)


@dataclass(frozen=True, slots=True)
class Running:
    """The bot at work."""

    bot: Bot
    rim: Rim
    records: Records
    catalog: Catalog
    rules: Rulebook
    reminders: Jobs

    async def idle(self) -> bool:
        """Whether all that was received is answered and sent."""
        return await self.rim.idle()

    async def settled(self) -> None:
        """Return once all that was received is answered and sent."""
        await self.rim.settled()


@asynccontextmanager
async def running(
    settings: Settings,
    end: Callable[[EndError], None],
    clock: Callable[[], datetime] = utc_now,
) -> AsyncIterator[Running]:
    """The whole bot for as long as the block lasts; closed in the reverse order of its parts.

    `end` is told of what the process cannot go on after. Raises `EndError` where it cannot even
    begin. Neither a hub nor a Telegram that is down stops it from starting: both are waited for.
    """
    assert settings.token is not None
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(migrate, settings.database_url)
        vault = Vault(settings.secret_keys)
        records = open_records(settings.database_url, vault)
        stack.callback(records.close)
        catalog = await asyncio.to_thread(open_catalog, settings.catalog)
        stack.callback(catalog.close)
        hub = await stack.enter_async_context(_hub(settings))
        await stack.enter_async_context(_kept_in_step(hub, catalog, clock))

        knowledge = Knowledge(DATA, complaint_ways=complaint_ways(settings))
        sources = Sources(knowledge, catalog, Texts(DATA / "texts" / "en"))
        # Silence is measured by the real clock, whatever day it is for the bot.
        pulse = Pulse(utc_now)
        bot = made_bot(settings.token.get_secret_value(), settings.telegram_api_url, pulse)
        await stack.enter_async_context(initialized(bot))
        await stack.enter_async_context(_beside(lambda: _introduce(bot, sources.texts)))
        pulse.beat()
        outside = Outside(records, catalog, sources.knowledge, bot, hub, settings, clock)
        pace = Pace()
        if hub is not None:
            await stack.enter_async_context(_beside(partial(_keep_reading, outside)))
        stack.push_async_callback(end_readings)
        with records.writing() as session:
            complaint_tidying.begun(session, clock())
        whole = await stack.enter_async_context(
            rim(records, _mind(sources, clock), bot, end, pace, runners=runners(outside))
        )
        rules = sources.knowledge.rules

        async def freshen(physician_id: int) -> None:
            await fresh(outside, physician_id)

        jobs = await stack.enter_async_context(
            reminding(
                records, rules, sources.texts, bot, pace, clock, freshen=freshen, catalog=catalog
            )
        )
        webhook = webhook_of(settings, vault)
        await stack.enter_async_context(reception(bot, whole.inbox, webhook, end))
        if webhook is None:
            await stack.enter_async_context(_beside(lambda: watch(records, pulse, clock, end)))
        yield Running(bot, whole, records, catalog, rules, jobs)


def _mind(sources: Sources, clock: Callable[[], datetime]) -> Mind:
    return Mind(
        respond=lambda incoming, physician, conversation, now: respond(
            incoming, physician, conversation, sources, now
        ),
        apologize=lambda incoming, conversation, reference: apology(
            incoming, conversation, sources, reference
        ),
        clock=clock,
        rooms=rooms(sources.knowledge.rules),
        look_up=lambda text, now: inline_answer(
            text, sources.knowledge, sources.catalog, sources.texts, now
        ),
    )


def rooms(rules: Rulebook) -> Rooms:
    """What dialogs may ask for beside the physician, and who carries out the changes to it."""
    return Rooms(
        views={
            Reminders: lambda session, physician, now: read_reminders(
                session, physician, rules, now
            ),
        },
        carry=(
            lambda session, chat_id, changes, now: answer_reminders(
                session, chat_id, changes, rules, now
            ),
        ),
    )


def webhook_of(settings: Settings, vault: Vault) -> Webhook | None:
    """Where to be called, or None for polling.

    Path and secret follow from the secret key: the same for every process of one bot and after
    every restart, and not to be guessed.
    """
    if settings.webhook_url is None:
        return None
    host, _, port = settings.webhook_listen.rpartition(":")
    return Webhook(
        settings.webhook_url, host, int(port), vault.token("path"), vault.token("secret")
    )


@asynccontextmanager
async def _beside(work: Callable[[], Awaitable[None]]) -> AsyncIterator[asyncio.Task[None]]:
    """A task that runs beside the block and ends with it."""

    async def done() -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - told at once, not when the process ends
            logger.error("a task beside has died: %s", where(error))  # noqa: TRY400

    task = asyncio.create_task(done())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


# ── the catalog ─────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def _hub(settings: Settings) -> AsyncIterator[HubClient | None]:
    """The one client of the hub, None where no hub is set."""
    if settings.hub_url is None:
        yield None
        return
    async with HubClient(settings.hub_url, client_id=settings.hub_client_id) as client:
        yield client


@asynccontextmanager
async def _kept_in_step(
    client: HubClient | None, catalog: Catalog, clock: Callable[[], datetime]
) -> AsyncIterator[None]:
    """The catalog follows the hub; without a hub it has the activities that come with the bot."""
    if client is None:
        if not await asyncio.to_thread(catalog.size):
            await asyncio.to_thread(_fill, catalog)
        yield
        return
    attempted = asyncio.Event()
    async with _beside(partial(_follow, client, catalog, clock, attempted)):
        if not await asyncio.to_thread(catalog.size):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FIRST_SYNC_PATIENCE):
                    await attempted.wait()
        yield


def _fill(catalog: Catalog) -> None:
    read = read_activities(DATA / "activities.jsonl")
    catalog.add(one for one in read if isinstance(one, Activity))


async def _follow(
    client: HubClient, catalog: Catalog, clock: Callable[[], datetime], attempted: asyncio.Event
) -> None:
    failures = 0
    while True:
        try:
            failures = 0 if await _synced(client, catalog, clock) else failures + 1
        except SQLAlchemyError as error:
            logger.warning("the catalog cannot be written: %s", type(error).__name__)
            failures += 1
        attempted.set()
        again = SYNC_AGAIN * 2.0 ** min(failures - 1, 10)
        await asyncio.sleep(min(again, SYNC_EVERY) if failures else SYNC_EVERY)


async def _synced(client: HubClient, catalog: Catalog, clock: Callable[[], datetime]) -> bool:
    """Read the hub's activities once; whether they were read to the end."""
    begun = clock()
    report = await sync_activities(client, catalog)
    if report.progress.problems:
        logger.warning("%d of the hub's records cannot be read", len(report.progress.problems))
    if report.stopped is not None:
        logger.warning("the hub's activities are read later: %s", report.stopped)
        return False
    await asyncio.to_thread(catalog.mark_synced, begun)
    await asyncio.to_thread(catalog.warm, begun.date())
    return True


# ── linked records ──────────────────────────────────────────────────────────────────────────


async def _keep_reading(outside: Outside) -> None:
    """Every linked record has its next reading before it, whatever went wrong with the last."""
    while True:
        try:
            await asyncio.to_thread(keep_scheduled, outside)
        except SQLAlchemyError as error:
            logger.warning("readings are scheduled later: %s", type(error).__name__)
        await asyncio.sleep(SYNC_EVERY)


# ── telling Telegram what the bot can do ────────────────────────────────────────────────────


async def _introduce(bot: Bot, texts: Texts) -> None:
    """Register the commands and the button that opens them; nothing else waits for it."""
    while True:
        try:
            await bot.set_my_commands(listed_commands(texts))
            await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
            await bot.set_my_description(texts.label("start.about", {}))
        except TelegramError as error:
            logger.warning("the commands are registered later: %s", type(error).__name__)
            await asyncio.sleep(ABOUT_EVERY)
        else:
            return


# ── a process of its own ────────────────────────────────────────────────────────────────────


async def serve(
    settings: Settings, *, ready: Callable[[Running], Awaitable[None] | None] | None = None
) -> int:
    """Run until SIGTERM, SIGINT or something fatal; the exit code, 0 where it was told to end.

    `ready` is called once messages are taken.
    """
    set_up_logging(settings.log)
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[EndError | None] = loop.create_future()

    def end(error: EndError | None) -> None:
        if not ended.done():
            ended.set_result(error)

    begun = asyncio.Event()

    async def work() -> None:
        async with running(settings, end) as bot:
            begun.set()
            logger.info("ready")
            if ready is not None:
                told = ready(bot)
                if told is not None:
                    await told
            await asyncio.shield(ended)

    working = asyncio.create_task(work())

    def told_to_end() -> None:
        # While it still waits for Telegram there is nothing to finish.
        if ended.done() or not begun.is_set():
            working.cancel()
        end(None)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_end)
    try:
        await working
        error = ended.result()
    except EndError as fatal:
        error = fatal
    except asyncio.CancelledError:
        # Told to end before it had begun, or a second time while it was ending.
        error = None
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
    if error is not None:
        logger.critical("%s", error)
    return 1 if error is not None else 0
