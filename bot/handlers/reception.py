"""Receiving from Telegram, by polling or by webhook, and noticing when nothing comes at all."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot
from telegram.error import InvalidToken
from telegram.ext import ExtBot, Updater
from telegram.request import HTTPXRequest

from bot.handlers.errors import SILENCE, WRONG_TOKEN, EndError, polling_errors
from bot.handlers.inbox import Inbox
from bot.handlers.updates import ALLOWED
from bot.store.engine import Records
from bot.store.notes import keep_note

POLL_SECONDS = timedelta(seconds=30)
"""How long one getUpdates waits at Telegram."""

SILENT_FOR = timedelta(minutes=5)
"""Polling that has returned nothing for so long, not even nothing new, is taken for dead."""

HEARTBEAT = "heartbeat"
BEAT_EVERY = 30.0
"""Seconds between two beats written to the records."""

SENDING_SECONDS = 20.0
"""Longer than the library's five: a chart goes up from a slow machine too."""

logger = logging.getLogger(__name__)


class Pulse:
    """When Telegram was last heard."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.heard_at = clock()

    def beat(self) -> None:
        self.heard_at = self._clock()

    def silent(self) -> bool:
        return self._clock() - self.heard_at > SILENT_FOR


class PollingRequest(HTTPXRequest):
    """The line that getUpdates goes over; every answer on it is a sign of life."""

    def __init__(self, pulse: Pulse) -> None:
        super().__init__(connection_pool_size=2, read_timeout=10, connect_timeout=10)
        self._pulse = pulse

    async def do_request(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        answer = await super().do_request(*args, **options)
        self._pulse.beat()
        return answer


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram sends updates to (`url`, https), and where this process listens.

    `path` cannot be guessed and `secret` comes with every call, so that nobody else's is taken.
    """

    url: str
    host: str
    port: int
    path: str
    secret: str


def made_bot(token: str, api_url: str, pulse: Pulse) -> Bot:
    """The bot at a Bot API server, not yet initialized; `api_url` is the server's root."""
    return ExtBot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=HTTPXRequest(
            connection_pool_size=32,
            read_timeout=SENDING_SECONDS,
            write_timeout=SENDING_SECONDS,
            connect_timeout=10,
            pool_timeout=10,
        ),
        get_updates_request=PollingRequest(pulse),
    )


@asynccontextmanager
async def initialized(bot: Bot) -> AsyncIterator[Bot]:
    """The bot after its getMe, tried until Telegram answers; EndError for a wrong token."""
    pause = 1.0
    while True:
        try:
            await bot.initialize()
            break
        except InvalidToken as error:
            await bot.shutdown()
            raise EndError(WRONG_TOKEN) from error
        except Exception as error:  # noqa: BLE001 - whatever keeps Telegram away may pass
            logger.warning("Telegram cannot be reached yet: %s", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 30.0)
    try:
        yield bot
    finally:
        await bot.shutdown()


@asynccontextmanager
async def reception(
    bot: Bot, inbox: Inbox, webhook: Webhook | None, end: Callable[[EndError], None]
) -> AsyncIterator[None]:
    """While the block lasts updates flow into the inbox; what came while the bot was down too."""
    updater = Updater(bot, inbox)
    # Never `updater.shutdown()`: it would close the bot before the last answers are sent.
    await updater.initialize()
    if webhook is None:
        await updater.start_polling(
            poll_interval=0.0,
            timeout=POLL_SECONDS,
            bootstrap_retries=-1,
            allowed_updates=ALLOWED,
            error_callback=polling_errors(end),
        )
    else:
        await updater.start_webhook(
            listen=webhook.host,
            port=webhook.port,
            url_path=webhook.path,
            webhook_url=f"{webhook.url}/{webhook.path}",
            secret_token=webhook.secret,
            bootstrap_retries=-1,
            allowed_updates=ALLOWED,
        )
    try:
        yield
    finally:
        await updater.stop()


async def watch(
    records: Records,
    pulse: Pulse,
    clock: Callable[[], datetime],
    end: Callable[[EndError], None],
    every: float = BEAT_EVERY,
) -> None:
    """Write down when Telegram was last heard; end the process when it has gone silent."""
    while not pulse.silent():
        await asyncio.sleep(every)
        try:
            await asyncio.to_thread(_keep_beat, records, pulse, clock())
        except SQLAlchemyError as error:
            logger.warning("the heartbeat waits for the records: %s", type(error).__name__)
    end(EndError(SILENCE))


def _keep_beat(records: Records, pulse: Pulse, now: datetime) -> None:
    with records.writing() as session:
        keep_note(session, HEARTBEAT, pulse.heard_at.isoformat(), now)
