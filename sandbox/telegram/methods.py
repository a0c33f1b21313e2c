"""The Bot API's methods that this stand-in knows, with all parameters that the real ones take."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.telegram import about, delivery, inline, messages
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.world import Bot, World

Perform = Callable[[World, Bot, Parameters], Any | Awaitable[Any]]

TO_MESSAGE = "chat_id message_id inline_message_id business_connection_id reply_markup"
SENDING = (
    "chat_id message_thread_id business_connection_id direct_messages_topic_id "
    "disable_notification protect_content allow_paid_broadcast message_effect_id "
    "suggested_post_parameters reply_parameters reply_markup "
    "reply_to_message_id allow_sending_without_reply"
)
RECEIVING = "allowed_updates drop_pending_updates"
CAPTION = "caption parse_mode caption_entities show_caption_above_media"


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its name as documented, its parameters, and what it does."""

    name: str
    parameters: frozenset[str]
    perform: Perform


def _methods(*rows: tuple[str, Perform, str]) -> dict[str, Method]:
    return {
        name.lower(): Method(name, frozenset(parameters.split()), perform)
        for name, perform, parameters in rows
    }


METHODS = _methods(
    ("getMe", about.get_me, ""),
    ("getUpdates", delivery.get_updates, "offset limit timeout allowed_updates"),
    (
        "setWebhook",
        delivery.set_webhook,
        f"url certificate ip_address max_connections secret_token {RECEIVING}",
    ),
    ("deleteWebhook", delivery.delete_webhook, "drop_pending_updates"),
    ("getWebhookInfo", delivery.get_webhook_info, ""),
    (
        "sendMessage",
        messages.send_message,
        f"{SENDING} text parse_mode entities link_preview_options disable_web_page_preview",
    ),
    ("sendPhoto", messages.send_photo, f"{SENDING} {CAPTION} photo has_spoiler"),
    (
        "sendDocument",
        messages.send_document,
        f"{SENDING} {CAPTION} document thumbnail disable_content_type_detection",
    ),
    (
        "sendChatAction",
        messages.send_chat_action,
        "chat_id action message_thread_id business_connection_id",
    ),
    (
        "editMessageText",
        messages.edit_message_text,
        f"{TO_MESSAGE} text parse_mode entities link_preview_options disable_web_page_preview",
    ),
    ("editMessageCaption", messages.edit_message_caption, f"{TO_MESSAGE} {CAPTION}"),
    ("editMessageReplyMarkup", messages.edit_message_reply_markup, TO_MESSAGE),
    ("deleteMessage", messages.delete_message, "chat_id message_id"),
    ("deleteMessages", messages.delete_messages, "chat_id message_ids"),
    (
        "answerCallbackQuery",
        messages.answer_callback_query,
        "callback_query_id text show_alert url cache_time",
    ),
    (
        "answerInlineQuery",
        inline.answer_inline_query,
        "inline_query_id results cache_time is_personal next_offset button",
    ),
    ("getFile", messages.get_file, "file_id"),
    ("getChat", about.get_chat, "chat_id"),
    ("leaveChat", about.leave_chat, "chat_id"),
    ("setMyCommands", about.set_my_commands, "commands scope language_code"),
    ("getMyCommands", about.get_my_commands, "scope language_code"),
    ("deleteMyCommands", about.delete_my_commands, "scope language_code"),
    ("setMyName", about.set_my_name, "name language_code"),
    ("getMyName", about.get_my_name, "language_code"),
    ("setMyDescription", about.set_my_description, "description language_code"),
    ("getMyDescription", about.get_my_description, "language_code"),
    ("setMyShortDescription", about.set_my_short_description, "short_description language_code"),
    ("getMyShortDescription", about.get_my_short_description, "language_code"),
    ("setChatMenuButton", about.set_chat_menu_button, "chat_id menu_button"),
    ("getChatMenuButton", about.get_chat_menu_button, "chat_id"),
)
