"""Reminders through the Bot API: one call, and what its answer means for the reminder."""

import asyncio
import time
from datetime import timedelta

from telegram import Bot
from telegram.error import RetryAfter, TelegramError

from bot.handlers import calls
from bot.handlers.pace import Pace
from bot.model import Outgoing
from reminders.delivery import Outcome, Post, Posted

MEANINGS = {
    calls.Outcome.LATER: Outcome.NOT_SENT,
    calls.Outcome.ENDED: Outcome.NOT_SENT,
    calls.Outcome.UNKNOWN: Outcome.UNKNOWN,
    calls.Outcome.UNWANTED: Outcome.BLOCKED,
    calls.Outcome.HOPELESS: Outcome.REFUSED,
}


def telegram_post(bot: Bot, pace: Pace) -> Post:
    """A way to send through a bot that shares the pace of all other messages of the process."""

    async def post(chat_id: int, outgoing: Outgoing) -> Posted:
        await asyncio.sleep(pace.wait(chat_id, time.monotonic()))
        try:
            message_id = await calls.send(bot, chat_id, outgoing)
        except TelegramError as error:
            return _posted(error)
        return Posted(Outcome.SENT, message_id)

    return post


def _posted(error: TelegramError) -> Posted:
    reason = type(error).__name__
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
        return Posted(Outcome.NOT_SENT, wait=seconds, reason=reason)
    return Posted(MEANINGS[calls.outcome_of(error)], reason=reason)
