"""The Bot API's methods that change a chat: sending, editing, deleting, answering a press."""

import io
from typing import Any

from PIL import Image, UnidentifiedImageError

from sandbox.telegram.keyboard import checked_markup
from sandbox.telegram.markup import Json, checked_entities, parse_html, plain, units
from sandbox.telegram.parameters import Parameters, Upload
from sandbox.telegram.refusals import NOT_MODIFIED, QUERY_TOO_OLD, Refusal, bad_request
from sandbox.telegram.world import Bot, Chat, Event, Message, StoredFile, World

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
NOTICE_UNITS = 200
PHOTO_BYTES = 10 * 1024 * 1024
PHOTO_SIDES = 10_000
PHOTO_RATIO = 20
DOWNLOAD_BYTES = 20 * 1024 * 1024
DELETABLE_SECONDS = 48 * 3600
DELETED_AT_ONCE = 100
ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note",
    "upload_video_note",
})  # fmt: skip


# ── sending ─────────────────────────────────────────────────────────────────────────────────


def send_message(world: World, bot: Bot, given: Parameters) -> Json:
    if not given.text("text"):
        raise bad_request("message text is empty")
    text, entities = _formatted(given, "text", "entities")
    if not text:
        raise bad_request("text must be non-empty")
    if units(text) > TEXT_UNITS:
        raise bad_request("message is too long")
    return _send(world, bot, given, {"text": text} | _if_any("entities", entities))


def send_photo(world: World, bot: Bot, given: Parameters) -> Json:
    caption = _caption(given)
    stored = _file_of(world, given, "photo", _kept_photo)
    return _send(world, bot, given, {"photo": photo_sizes(stored)} | caption)


def send_document(world: World, bot: Bot, given: Parameters) -> Json:
    caption = _caption(given)
    stored = _file_of(world, given, "document", _kept_document)
    return _send(world, bot, given, {"document": described_file(stored)} | caption)


def send_chat_action(world: World, bot: Bot, given: Parameters) -> bool:
    chat = world.reachable(bot, given.values.get("chat_id"))
    if given.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.tell(Event("typing", chat.id, text=given.text("action")))
    return True


def _send(world: World, bot: Bot, given: Parameters, content: Json) -> Json:
    chat = world.reachable(bot, given.values.get("chat_id"))
    markup = checked_markup(given.structure("reply_markup"))
    content |= _replying_to(chat, given)
    world.flood.admit(chat.id, world.monotonic())
    if markup and "inline_keyboard" in markup:
        content["reply_markup"] = markup
    if given.flag("protect_content"):
        content["has_protected_content"] = True
    return world.post(bot, chat, content, bot.user, from_bot=True).raw


def _replying_to(chat: Chat, given: Parameters) -> Json:
    wanted = given.structure("reply_parameters") or {}
    number = wanted.get("message_id") or given.integer("reply_to_message_id")
    if not number:
        return {}
    if number in chat.messages:
        answered = chat.messages[number].raw
        return {"reply_to_message": {k: v for k, v in answered.items() if k != "reply_to_message"}}
    if wanted.get("allow_sending_without_reply") or given.flag("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def _formatted(given: Parameters, name: str, beside: str) -> tuple[str, list[Json]]:
    source, mode = given.text(name), given.text("parse_mode").lower()
    if mode == "html":
        return parse_html(source)
    if mode:
        raise bad_request("unsupported parse_mode")
    if entities := given.structure(beside):
        return source, checked_entities(source, entities)
    return plain(source)


def _caption(given: Parameters) -> Json:
    caption, entities = _formatted(given, "caption", "caption_entities")
    if units(caption) > CAPTION_UNITS:
        raise bad_request("message caption is too long")
    return _if_any("caption", caption) | _if_any("caption_entities", entities)


def _if_any(name: str, value: Any) -> Json:
    return {name: value} if value else {}


# ── files ───────────────────────────────────────────────────────────────────────────────────


def _file_of(world: World, given: Parameters, kind: str, keep: Any) -> StoredFile:
    if upload := given.upload(kind):
        if not upload.content:
            raise bad_request("file must be non-empty")
        kept: StoredFile = keep(world, upload)
        return kept
    named = given.text(kind)
    if not named:
        raise bad_request(f"there is no {kind} in the request")
    if named.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    if named not in world.files:
        raise bad_request("wrong remote file identifier specified: Wrong string length")
    return world.files[named]


def _kept_photo(world: World, upload: Upload) -> StoredFile:
    size = len(upload.content)
    if size > PHOTO_BYTES:
        raise bad_request(
            f"file of size {size} bytes is too big for a photo; "
            f"the maximum size is {PHOTO_BYTES} bytes"
        )
    width, height = picture_sides(upload.content)
    if width + height > PHOTO_SIDES or max(width, height) > PHOTO_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return world.keep_file(
        "photo", f"{upload.name.rsplit('.', 1)[0]}.jpg", "image/jpeg", upload.content
    )


def _kept_document(world: World, upload: Upload) -> StoredFile:
    return world.keep_file("document", upload.name, upload.mime, upload.content)


def picture_sides(content: bytes) -> tuple[int, int]:
    """Width and height in pixels; Refusal for what is no picture."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.size
    except UnidentifiedImageError:
        raise bad_request("IMAGE_PROCESS_FAILED") from None


def photo_sizes(stored: StoredFile) -> list[Json]:
    """The `PhotoSize` list of a stored picture; this stand-in keeps one size."""
    width, height = picture_sides(stored.content)
    return [
        {
            "file_id": stored.file_id,
            "file_unique_id": stored.unique_id,
            "width": width,
            "height": height,
            "file_size": stored.size,
        }
    ]


def described_file(stored: StoredFile) -> Json:
    """The `Document` of a stored file."""
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.unique_id,
        "mime_type": stored.mime,
        "file_size": stored.size,
    } | _if_any("file_name", stored.name)


def get_file(world: World, bot: Bot, given: Parameters) -> Json:  # noqa: ARG001
    if not (file_id := given.text("file_id")):
        raise bad_request("file_id not specified")
    stored = world.files.get(file_id)
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if stored.size > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.unique_id,
        "file_size": stored.size,
        "file_path": stored.path,
    }


# ── editing and deleting ────────────────────────────────────────────────────────────────────


def edit_message_text(world: World, bot: Bot, given: Parameters) -> Json:
    chat, message = _editable(world, bot, given)
    if not given.text("text"):
        raise bad_request("message text is empty")
    text, entities = _formatted(given, "text", "entities")
    if not text:
        raise bad_request("text must be non-empty")
    if units(text) > TEXT_UNITS:
        raise bad_request("MESSAGE_TOO_LONG")
    if "text" not in message.raw:
        raise bad_request("there is no text in the message to edit")
    changed = {"text": text, "entities": entities or None}
    return _edit(world, (chat, message), given, changed)


def edit_message_caption(world: World, bot: Bot, given: Parameters) -> Json:
    chat, message = _editable(world, bot, given)
    if not {"photo", "document"} & set(message.raw):
        raise bad_request("there is no caption in the message to edit")
    no_caption: Json = {"caption": None, "caption_entities": None}
    return _edit(world, (chat, message), given, no_caption | _caption(given))


def edit_message_reply_markup(world: World, bot: Bot, given: Parameters) -> Json:
    chat, message = _editable(world, bot, given)
    return _edit(world, (chat, message), given, {})


def _editable(world: World, bot: Bot, given: Parameters) -> tuple[Chat, Message]:
    chat = world.reachable(bot, given.values.get("chat_id"))
    number = given.integer("message_id")
    if not number:
        raise bad_request("message identifier is not specified")
    if number not in chat.messages:
        raise bad_request("message to edit not found")
    message = chat.messages[number]
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return chat, message


def _edit(world: World, place: tuple[Chat, Message], given: Parameters, changes: Json) -> Json:
    chat, message = place
    before = {key: value for key, value in message.raw.items() if key != "edit_date"}
    changes = changes | {"reply_markup": checked_markup(given.structure("reply_markup"))}
    after = {key: value for key, value in (before | changes).items() if value is not None}
    if after == before:
        raise bad_request(NOT_MODIFIED)
    world.change(chat, message, after)
    return message.raw


def delete_message(world: World, bot: Bot, given: Parameters) -> bool:
    chat = world.reachable(bot, given.values.get("chat_id"))
    number = given.integer("message_id")
    if number not in chat.messages:
        raise bad_request("message to delete not found")
    if chat.messages[number].raw["date"] < world.now().timestamp() - DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    _delete(world, chat, number)
    return True


def delete_messages(world: World, bot: Bot, given: Parameters) -> bool:
    chat = world.reachable(bot, given.values.get("chat_id"))
    numbers = given.structure("message_ids") or []
    if not numbers:
        raise bad_request("message identifiers are not specified")
    if len(numbers) > DELETED_AT_ONCE:
        raise bad_request("too many message identifiers specified")
    for number in numbers:
        if number in chat.messages:
            _delete(world, chat, number)
    return True


def _delete(world: World, chat: Chat, number: int) -> None:
    del chat.messages[number]
    world.tell(Event("deleted", chat.id, number))


# ── presses ─────────────────────────────────────────────────────────────────────────────────


def answer_callback_query(world: World, bot: Bot, given: Parameters) -> bool:
    press = bot.presses.get(given.text("callback_query_id"))
    expired = press is not None and world.monotonic() - press.at > world.press_lifetime
    if press is None or press.answered or expired:
        raise bad_request(QUERY_TOO_OLD)
    text = given.text("text")
    if units(text) > NOTICE_UNITS:
        raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
    press.answered = True
    world.tell(Event("notice", press.chat_id, text=text, alert=given.flag("show_alert")))
    return True
