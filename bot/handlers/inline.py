"""Inline queries: answered at once or not at all, beside the inbox, for nothing is lost by one.

A client asks anew at every letter, so of one person only the newest question is worth answering.
Queries have a thread of their own and never keep a turn waiting.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.dialogs.start import INLINE
from bot.handlers.errors import where
from bot.handlers.splitting import TEXT_LIMIT, pieces
from bot.inline import Card, InlineAnswer

LookUp = Callable[[str, datetime], InlineAnswer]

CACHED_SECONDS = 300
"""The answers are the same for everybody, so Telegram may give them for so long by itself."""

PATIENCE = 5.0
"""Seconds after which nobody waits for an answer any more: by then more was typed."""

MOST_WAITING = 100
"""People whose query may wait; those beyond get no answer to this letter."""

TITLE, DESCRIPTION = 96, 160
"""Characters that a client's list has room for."""

logger = logging.getLogger(__name__)


class InlineQueries:
    """Answers inline queries; `take` never waits."""

    def __init__(self, bot: Bot, look_up: LookUp, clock: Callable[[], datetime]) -> None:
        self._bot = bot
        self._look_up = look_up
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, "inline")
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def take(self, query: InlineQuery) -> None:
        """Begin to answer; what the same person asked before is dropped."""
        asker = query.from_user.id
        if earlier := self._tasks.pop(asker, None):
            earlier.cancel()
        if len(self._tasks) < MOST_WAITING:
            self._tasks[asker] = asyncio.create_task(self._answer(query, asker))

    async def close(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _answer(self, query: InlineQuery, asker: int) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                found = await asyncio.get_running_loop().run_in_executor(
                    self._thread, self._look_up, query.query, self._clock()
                )
                await self._bot.answer_inline_query(
                    query.id,
                    [article(card) for card in found.cards],
                    cache_time=CACHED_SECONDS,
                    is_personal=False,
                    button=InlineQueryResultsButton(found.button, start_parameter=INLINE),
                )
        except (TelegramError, TimeoutError) as error:
            # Too old, too slow, out of reach: the next letter asks again.
            logger.info("an inline query got no answer: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - a defect here must not reach the polling
            logger.error("an inline query failed: %s", where(error))  # noqa: TRY400 - says no content
        finally:
            if self._tasks.get(asker) is asyncio.current_task():
                del self._tasks[asker]


def article(card: Card) -> InlineQueryResultArticle:
    """The card as Telegram takes it, its text cut to one message."""
    [html, *_] = pieces(card.html, first_limit=TEXT_LIMIT)
    markup = None
    if card.url is not None:
        markup = InlineKeyboardMarkup([[InlineKeyboardButton(card.url.label, url=card.url.url)]])
    return InlineQueryResultArticle(
        card.id,
        card.title[:TITLE],
        InputTextMessageContent(
            html, ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
        ),
        description=card.description[:DESCRIPTION] or None,
        reply_markup=markup,
    )
