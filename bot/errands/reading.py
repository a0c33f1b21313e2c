"""Files from the chat: read as transcripts, or kept as proofs of credits."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import filetype
from pydantic import TypeAdapter
from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.documents.transcripts.reading import Limits, Reading, RefusedError
from bot.documents.transcripts.sealed import read_sealed
from bot.errands.fetching import GoneError, TooLargeError, fetched
from bot.errands.outside import Outside
from bot.handlers.errands import Done, Outcome
from bot.store.errands import Errand
from bot.store.files import PROOF, NewFile, keep_file

TYPING_AGAIN = 4.0
"""Seconds until "typing…" is said again; Telegram shows it for five."""

EAST = timedelta(days=1)
"""In the Pacific territories it may be tomorrow already."""

PROOF_TYPES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
"""What a proof may be, by its content, with the ending of its name."""


async def read_file(outside: Outside, errand: Errand) -> Outcome:
    """What a file holds, for the dialog to show; nothing of it is stored.

    The result has `file` as it was wanted and one of `reading`, `refused` with `values`, `problem`.
    """
    wanted = errand.values
    told: dict[str, Any] = {"file": dict(wanted)}
    async with typing(outside.bot, errand.chat_id):
        try:
            content = await fetched(outside.bot, wanted["file_id"], wanted.get("size"))
        except (TooLargeError, GoneError) as error:
            return Done({**told, "problem": _problem(error)})
        limits = Limits(latest=outside.clock().date() + EAST)
        try:
            reading = await asyncio.to_thread(read_sealed, content, wanted.get("name"), limits)
        except RefusedError as refused:
            return Done({**told, "refused": refused.reason, "values": refused.values})
    plain = TypeAdapter(Reading).dump_python(reading, mode="json", exclude_defaults=True)
    return Done({**told, "reading": plain})


async def keep_proof(outside: Outside, errand: Errand) -> Outcome:
    """Keep a file with the credit `credit_id`, if it truly is a PDF, JPEG or PNG."""
    wanted = errand.values
    told: dict[str, Any] = {"credit_id": wanted["credit_id"], "name": wanted.get("name")}
    chat_id = errand.chat_id
    assert chat_id is not None
    async with typing(outside.bot, chat_id):
        try:
            content = await fetched(outside.bot, wanted["file_id"], wanted.get("size"))
        except (TooLargeError, GoneError) as error:
            return Done({**told, "problem": _problem(error)})
    kind = filetype.guess(content[:8192])
    mime = kind.mime if kind else ""
    if mime not in PROOF_TYPES:
        return Done({**told, "problem": "type" if content else "empty"})
    name = _named(wanted.get("name"), PROOF_TYPES[mime])
    file = NewFile(name, mime, content)
    about = (PROOF, str(wanted["credit_id"]))
    return Done(
        {**told, "name": name},
        lambda session: _keep(session, chat_id, about, file, outside),
    )


def _keep(
    session: Any, chat_id: int, about: tuple[str, str], file: NewFile, outside: Outside
) -> None:
    keep_file(session, chat_id, about, file, outside.clock())


def _problem(error: Exception) -> str:
    return "too_large" if isinstance(error, TooLargeError) else "gone"


def _named(name: str | None, ending: str) -> str:
    """The file's own name with the ending that its content has."""
    stem = (name or "certificate").rsplit(".", 1)[0] or "certificate"
    return f"{stem[:60]}.{ending}"


@asynccontextmanager
async def typing(bot: Bot, chat_id: int | None) -> AsyncIterator[None]:
    """The chat shows that somebody is at it, for as long as the block lasts."""

    async def say_so() -> None:
        while chat_id is not None:
            with contextlib.suppress(TelegramError):
                await bot.send_chat_action(chat_id, ChatAction.TYPING)
            await asyncio.sleep(TYPING_AGAIN)

    saying = asyncio.create_task(say_so())
    try:
        yield
    finally:
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)


RUNNERS = {"read_file": read_file, "keep_proof": keep_proof}
