"""What Telegram delivers, as the bot's own `Incoming`; nothing of Telegram goes further in."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus, ChatType

from bot.model import Incoming, IncomingFile, Kind

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member", "inline_query")
"""Sent with every start: Telegram remembers the list of whoever asked last."""

CONTENT: Sequence[tuple[Kind, Callable[[Message], Any]]] = (
    (Kind.TEXT, lambda message: message.text),
    (Kind.FILE, lambda message: message.document),
    (Kind.PHOTO, lambda message: message.photo),
    (Kind.VOICE, lambda message: message.voice or message.audio or message.video_note),
    (Kind.STICKER, lambda message: message.sticker),
    (Kind.LOCATION, lambda message: message.location or message.venue),
    (Kind.CONTACT, lambda message: message.contact),
)
"""What a message is made of: the first that it has."""

MEMBERSHIPS = {ChatMemberStatus.BANNED: Kind.BLOCKED, ChatMemberStatus.MEMBER: Kind.UNBLOCKED}


def chat_of(update: Update) -> int | None:
    """The chat that an update belongs to; None for one that the bot does not handle at all.

    Channels, business and guest chats are left alone: nothing personal may be answered there. So
    are texts sent through inline mode: they are a bot's words, not the physician's.
    """
    if update.callback_query:
        message = update.callback_query.message
        return message.chat.id if message else None
    if update.my_chat_member:
        chat = update.my_chat_member.chat
        known = update.my_chat_member.new_chat_member.status in MEMBERSHIPS
        return chat.id if chat.type == ChatType.PRIVATE and known else None
    message = update.message or update.edited_message
    if message is None or (message.via_bot and message.text):
        return None
    return message.chat.id


def result_of(number: int, chat_id: int, payload: Mapping[str, Any], at: datetime) -> Incoming:
    """What came of an errand, which stands in the inbox like an update."""
    return Incoming(
        update_id=number,
        chat_id=chat_id,
        kind=Kind.RESULT,
        received_at=at,
        text=payload["errand"],
        data=payload["dialog"],
        result=payload["result"],
    )


def incoming_of(update: Update, received_at: datetime) -> Incoming | None:
    """The update in the bot's own words; None exactly where `chat_of` is None."""
    if chat_of(update) is None:
        return None
    if update.callback_query:
        return _press(update.update_id, update.callback_query, received_at)
    if update.my_chat_member:
        return _membership(update.update_id, update.my_chat_member, received_at)
    message = update.message or update.edited_message
    assert message is not None
    return _message(update, message, received_at)


def _press(update_id: int, query: CallbackQuery, received_at: datetime) -> Incoming:
    message = query.message
    assert message is not None
    return Incoming(
        update_id=update_id,
        chat_id=message.chat.id,
        kind=Kind.PRESS if message.chat.type == ChatType.PRIVATE else Kind.GROUP,
        received_at=received_at,
        data=query.data or "",
        press_id=query.id,
        message_id=message.message_id,
        language=query.from_user.language_code,
        name=query.from_user.first_name,
    )


def _membership(update_id: int, change: ChatMemberUpdated, received_at: datetime) -> Incoming:
    return Incoming(
        update_id=update_id,
        chat_id=change.chat.id,
        kind=MEMBERSHIPS[ChatMemberStatus(change.new_chat_member.status)],
        received_at=received_at,
        language=change.from_user.language_code,
        name=change.from_user.first_name,
    )


def _message(update: Update, message: Message, received_at: datetime) -> Incoming:
    author = message.from_user
    private = message.chat.type == ChatType.PRIVATE
    kind = _kind(message) if update.message else Kind.EDITED
    return Incoming(
        update_id=update.update_id,
        chat_id=message.chat.id,
        kind=kind if private else Kind.GROUP,
        received_at=received_at,
        text=message.text or message.caption or "",
        message_id=message.message_id,
        language=author.language_code if author else None,
        name=author.first_name if author else None,
        file=_file(message) if private else None,
    )


def _kind(message: Message) -> Kind:
    return next((kind for kind, content in CONTENT if content(message)), Kind.OTHER)


def _file(message: Message) -> IncomingFile | None:
    if message.document:
        kept = message.document
        return IncomingFile(
            kept.file_id, kept.file_unique_id, kept.file_name, kept.mime_type, kept.file_size
        )
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return IncomingFile(
            largest.file_id, largest.file_unique_id, None, "image/jpeg", largest.file_size
        )
    return None
