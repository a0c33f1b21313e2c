"""Getting a file that a physician has sent from Telegram's servers."""

import asyncio

from telegram import Bot
from telegram.error import BadRequest

MOST_BYTES = 20_000_000
"""Telegram gives bots files of up to 20 MB."""

SECONDS = 60.0


class TooLargeError(Exception):
    """The file is larger than Telegram gives to bots."""


class GoneError(Exception):
    """Telegram does not have the file any more."""


async def fetched(bot: Bot, file_id: str, size: int | None) -> bytes:
    """The content of a file.

    Raises `TooLargeError`, `GoneError`, and TelegramError or TimeoutError where trying again later
    may help.
    """
    if size is not None and size > MOST_BYTES:
        raise TooLargeError
    try:
        async with asyncio.timeout(SECONDS):
            known = await bot.get_file(file_id)
            if known.file_size is not None and known.file_size > MOST_BYTES:
                raise TooLargeError
            content = bytes(await known.download_as_bytearray())
    except BadRequest as error:
        if "too big" in error.message.lower():
            raise TooLargeError from error
        raise GoneError from error
    if len(content) > MOST_BYTES:
        raise TooLargeError
    return content
