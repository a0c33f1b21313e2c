"""One message, as calls of the Bot API; and what its refusals mean."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from enum import Enum, auto

from telegram import (
    Bot,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
)
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.handlers.errors import new_reference
from bot.handlers.splitting import TEXT_LIMIT, plain
from bot.model import Key, Outgoing

NOTICE_LIMIT = 200
"""Characters of the small notice over the chat."""

logger = logging.getLogger(__name__)


class Refused(Enum):
    """What a 400 means for the message that met it."""

    DONE = auto()
    AS_NEW = auto()
    LOST = auto()
    BARE = auto()


REFUSALS: Mapping[str, Refused] = {
    "message is not modified": Refused.DONE,
    "query is too old": Refused.DONE,
    "query id is invalid": Refused.DONE,
    "message to edit not found": Refused.AS_NEW,
    "message can't be edited": Refused.AS_NEW,
    "no text in the message to edit": Refused.AS_NEW,
    "message_id_invalid": Refused.AS_NEW,
    "chat not found": Refused.LOST,
    "peer_id_invalid": Refused.LOST,
}
"""By Telegram's own words (lower case); anything else is our mistake, and the bare words go out.
"""


class Outcome(Enum):
    """What became of an attempt that failed."""

    LATER = auto()
    UNKNOWN = auto()
    UNWANTED = auto()
    HOPELESS = auto()
    ENDED = auto()


NOT_CONNECTED = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})
"""httpx's errors from before anything was sent."""


def outcome_of(error: TelegramError) -> Outcome:
    """What to do after an error; `BadRequest` is asked for first, as it is a `NetworkError` too."""
    if isinstance(error, BadRequest):
        return Outcome.HOPELESS
    if isinstance(error, Forbidden):
        return Outcome.UNWANTED
    if isinstance(error, InvalidToken):
        return Outcome.ENDED
    if isinstance(error, RetryAfter):
        return Outcome.LATER
    if isinstance(error, NetworkError):
        cause = type(error.__cause__).__name__ if error.__cause__ else None
        # Without a cause in the network it is an answer: 5xx, and the message was not taken.
        return Outcome.LATER if cause is None or cause in NOT_CONNECTED else Outcome.UNKNOWN
    return Outcome.HOPELESS


async def send(bot: Bot, chat_id: int, outgoing: Outgoing) -> int | None:
    """Send one message; its id at Telegram, None where it has none.

    What Telegram refuses is sent in the nearest form that it takes. Raises TelegramError where
    that does not help either; `outcome_of` says what to do then.
    """
    try:
        return await KINDS[outgoing.kind](bot, chat_id, outgoing)
    except BadRequest as error:
        refused = _refusal(error)
        if refused is Refused.DONE:
            return outgoing.message_id
        if refused is Refused.LOST or outgoing.kind == "notice":
            raise
        if refused is Refused.AS_NEW and outgoing.kind == "edit":
            return await send(bot, chat_id, replace(outgoing, kind="message", message_id=None))
        return await _send_bare(bot, chat_id, outgoing, error)


def _refusal(error: BadRequest) -> Refused:
    said = error.message.lower()
    return next((meaning for words, meaning in REFUSALS.items() if words in said), Refused.BARE)


def cause(error: TelegramError) -> str:
    """Telegram's words without what follows the colon, which may quote the message."""
    return error.message.partition(":")[0]


async def _send_bare(bot: Bot, chat_id: int, outgoing: Outgoing, error: BadRequest) -> int:
    """Our markup or buttons were wrong: the physician at least gets the words."""
    logger.error("reference=%s defect in a message: %s", new_reference(), cause(error))
    sent = await bot.send_message(chat_id, plain(outgoing.html)[:TEXT_LIMIT] or "…")
    return sent.message_id


async def _notice(bot: Bot, _chat_id: int, outgoing: Outgoing) -> None:
    text = plain(outgoing.html)[:NOTICE_LIMIT] or None
    await bot.answer_callback_query(outgoing.press_id, text)


async def _edit(bot: Bot, chat_id: int, outgoing: Outgoing) -> int | None:
    edited = await bot.edit_message_text(
        outgoing.html,
        chat_id=chat_id,
        message_id=outgoing.message_id,
        parse_mode=ParseMode.HTML,
        reply_markup=_keyboard(outgoing),
        link_preview_options=LinkPreviewOptions(is_disabled=not outgoing.preview),
    )
    return edited.message_id if isinstance(edited, Message) else outgoing.message_id


async def _message(bot: Bot, chat_id: int, outgoing: Outgoing) -> int:
    if outgoing.attachment is not None:
        return await _file(bot, chat_id, outgoing)
    sent = await bot.send_message(
        chat_id,
        outgoing.html,
        parse_mode=ParseMode.HTML,
        reply_markup=_keyboard(outgoing),
        disable_notification=outgoing.silent,
        link_preview_options=LinkPreviewOptions(is_disabled=not outgoing.preview),
    )
    return sent.message_id


async def _file(bot: Bot, chat_id: int, outgoing: Outgoing) -> int:
    attachment = outgoing.attachment
    assert attachment is not None
    call = bot.send_photo if attachment.kind == "photo" else bot.send_document
    sent = await call(
        chat_id,
        InputFile(attachment.content, filename=attachment.name),
        caption=outgoing.html or None,
        parse_mode=ParseMode.HTML,
        reply_markup=_keyboard(outgoing),
        disable_notification=outgoing.silent,
    )
    return sent.message_id


KINDS: Mapping[str, Callable[[Bot, int, Outgoing], Awaitable[int | None]]] = {
    "notice": _notice,
    "edit": _edit,
    "message": _message,
}


def _keyboard(outgoing: Outgoing) -> InlineKeyboardMarkup | None:
    rows = [[_button(key) for key in row] for row in outgoing.keys if row]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(key: Key) -> InlineKeyboardButton:
    return InlineKeyboardButton(
        key.label,
        callback_data=key.data or None,
        url=key.url or None,
        copy_text=CopyTextButton(key.copy) if key.copy else None,
        style="danger" if key.danger else None,
    )
