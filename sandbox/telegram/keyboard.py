"""What may stand under a message: inline buttons, checked as Telegram checks them."""

from typing import Any

from sandbox.telegram.markup import Json, link, units
from sandbox.telegram.refusals import Refusal, bad_request

DATA_BYTES = 64
COPY_UNITS = 256
BUTTONS = 100
ROW = 8
STYLES = frozenset({"danger", "success", "primary"})
ACTIONS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "copy_text",
    "callback_game", "pay",
)  # fmt: skip
OTHER_MARKUPS = ("keyboard", "remove_keyboard", "force_reply")


def checked_markup(markup: Any) -> Json | None:
    """The reply markup as stored with the message; an empty inline keyboard means none."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if any(name in markup for name in OTHER_MARKUPS):
        return dict(markup)
    if not markup:
        return None
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(
            "can't parse reply keyboard markup JSON object: "
            'Field "inline_keyboard" must be of type Array'
        )
    checked = [[_button(one) for one in row] for row in rows if row]
    if sum(map(len, checked)) > BUTTONS or any(len(row) > ROW for row in checked):
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": checked} if checked else None


def _button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise _unreadable("InlineKeyboardButton must be an Object")
    text = button.get("text")
    if text is None:
        raise _unreadable('Can\'t find field "text"')
    if not isinstance(text, str):
        raise _unreadable('Field "text" must be of type String')
    if not text.strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    given = [name for name in ACTIONS if button.get(name) not in (None, "")]
    if not given:
        raise _unreadable("Text buttons are unallowed in the inline keyboard")
    if len(given) > 1:
        raise _unreadable("Exactly one of the optional fields must be used")
    if "style" in button and button["style"] not in STYLES:
        raise _unreadable("Invalid button style specified")
    match given[0]:
        case "callback_data":
            if len(str(button["callback_data"]).encode()) > DATA_BYTES:
                raise bad_request("BUTTON_DATA_INVALID")
        case "url":
            address = str(button["url"])
            if "://" in address and not address.startswith(("http://", "https://", "tg://")):
                raise _wrong_url(address, "Unsupported URL protocol")
            if link(address) is None:
                raise _wrong_url(address, "Wrong HTTP URL")
        case "copy_text":
            copied = button["copy_text"]
            text = copied.get("text", "") if isinstance(copied, dict) else ""
            if not 1 <= units(text) <= COPY_UNITS:
                raise bad_request("BUTTON_COPY_TEXT_INVALID")
        case other:
            raise bad_request(f"this stand-in knows no {other} buttons")
    return {name: button[name] for name in ("text", given[0], "style") if name in button}


def _unreadable(why: str) -> Refusal:
    return bad_request(f"can't parse inline keyboard button: {why}")


def _wrong_url(address: str, why: str) -> Refusal:
    return bad_request(f"inline keyboard button URL '{address}' is invalid: {why}")
