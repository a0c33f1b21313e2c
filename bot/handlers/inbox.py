"""The queue that python-telegram-bot fills: what is put in is stored before `put` returns.

Telegram forgets an update as soon as the bot asks for the next one, or answers the webhook with
200; both happen after `put`. So whatever Telegram has forgotten is in the store.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from telegram import InlineQuery, Update

from bot.handlers.updates import chat_of
from bot.store import inbox
from bot.store.engine import Records

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 5.0
"""Seconds between two attempts to store an update while the database is locked or away."""

logger = logging.getLogger(__name__)


class Inbox(asyncio.Queue[object]):
    """An update queue without a queue: the store keeps the updates, and the chat is woken."""

    def __init__(
        self,
        records: Records,
        wake: Callable[[int], None],
        clock: Callable[[], datetime],
        inline: Callable[[InlineQuery], None] | None = None,
    ) -> None:
        super().__init__()
        self._inline = inline
        self._records = records
        self._wake = wake
        self._clock = clock

    async def put(self, item: object) -> None:
        """Store the update and wake its chat; an inline query is not kept, only answered.

        Returns only once it is stored, however long the database takes: an exception would end
        the polling, and returning without having stored would lose the update.
        """
        if not isinstance(item, Update):
            return
        if item.inline_query and self._inline:
            self._inline(item.inline_query)
        chat_id = chat_of(item)
        if chat_id is None:
            return
        pause = FIRST_PAUSE
        payload = item.to_dict()
        while True:
            try:
                await asyncio.to_thread(self._store, item.update_id, chat_id, payload)
                break
            except SQLAlchemyError as error:
                logger.warning(
                    "update=%s cannot be stored yet: %s", item.update_id, type(error).__name__
                )
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        self._wake(chat_id)

    def _store(self, update_id: int, chat_id: int, payload: dict[str, Any]) -> None:
        with self._records.writing() as session:
            inbox.receive(session, update_id, chat_id, payload, self._clock())
