"""Telegram's HTML: from source to text and entities, refused as Telegram refuses it, and back.

A reading of TDLib's `parse_html`: its tags and attributes only, its four named characters and
numeric ones, its texts of complaint with their byte offsets. Lengths and offsets of entities
are in UTF-16 code units, as everywhere in the Bot API.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlsplit

from sandbox.telegram.refusals import bad_request

Json = dict[str, Any]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
CHARACTER = re.compile(rb"&(?:#[xX]([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?")
NAME_END = re.compile(rb"[\s>]")
ATTRIBUTE_END = re.compile(rb"[\s=>/\"']")
UNQUOTED = re.compile(rb"[a-zA-Z0-9.-]*")
AUTOMATIC = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w+)?)"
    r"|(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)\]}])"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
)
BEYOND_UNICODE = 0x10FFFF
KINDS = frozenset(TAGS.values()) | {
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number",
    "expandable_blockquote", "text_mention", "date_time",
}  # fmt: skip


def units(text: str) -> int:
    """The length of a text as Telegram counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    at: int
    begins: int


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Text and entities of an HTML source; Refusal with Telegram's words where it is broken."""
    try:
        text, entities = _trimmed(*_parse(source.encode()))
    except _Unreadable as complaint:
        raise bad_request(f"can't parse entities: {complaint}") from None
    return text, with_automatic(text, entities)


class _Unreadable(Exception):  # noqa: N818
    pass


def _parse(source: bytes) -> tuple[str, list[Json]]:
    text, length = "", 0
    entities: list[Json] = []
    opened: list[_Open] = []
    at = 0
    while at < len(source):
        special = _next_special(source, at)
        if special > at:
            piece = source[at:special].decode()
            text, length, at = text + piece, length + units(piece), special
            continue
        if source[at : at + 1] == b"&":
            character, at = _character(source, at)
            text, length = text + character, length + units(character)
        elif source[at + 1 : at + 2] == b"/":
            entity, at = _end_tag(source, at, opened, length)
            if entity["length"] and not _swallowed(entity, entities):
                entities.append(_linked(entity, text))
        else:
            tag, argument, after = _start_tag(source, at)
            opened.append(_Open(tag, argument, length, at))
            at = after
    if opened:
        raise _Unreadable(f'Can\'t find end tag corresponding to start tag "{opened[-1].tag}"')
    kept = [one for one in entities if one["type"] != "text_link" or one["url"]]
    return text, sorted(kept, key=lambda one: (one["offset"], -one["length"]))


def _next_special(source: bytes, at: int) -> int:
    places = [place for place in (source.find(b"<", at), source.find(b"&", at)) if place >= 0]
    return min(places, default=len(source))


def _character(source: bytes, at: int) -> tuple[str, int]:
    found = CHARACTER.match(source, at)
    if found is None:
        return "&", at + 1
    hexadecimal, decimal, name = found.groups()
    if name is not None:
        character = NAMED.get(name.decode())
        return (character, found.end()) if character else ("&", at + 1)
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if not 0 < code <= BEYOND_UNICODE:
        return "&", at + 1
    try:
        chr(code).encode()
    except UnicodeEncodeError:
        raise _Unreadable(
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        ) from None
    return chr(code), found.end()


def _start_tag(source: bytes, begin: int) -> tuple[str, str, int]:
    name_end = NAME_END.search(source, begin + 1)
    if name_end is None:
        raise _Unreadable(f"Unclosed start tag at byte offset {begin}")
    tag = source[begin + 1 : name_end.start()].decode().lower()
    if tag not in TAGS:
        raise _Unreadable(f'Unsupported start tag "{tag}" at byte offset {begin}')
    argument = ""
    at = _skip(source, name_end.start())
    while source[at : at + 1] != b">":
        name, value, at = _attribute(source, at, tag, begin)
        match tag, name:
            case ("a", "href") | ("tg-emoji", "emoji-id"):
                argument = value or ""
            case ("code", "class") if value and value.startswith("language-"):
                argument = value.removeprefix("language-")
            case ("span", "class") if value and value.startswith("tg-"):
                argument = value.removeprefix("tg-")
            case ("blockquote", "expandable"):
                argument = "expandable"
        at = _skip(source, at)
    if tag == "span" and argument != "spoiler":
        raise _Unreadable(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
    if tag == "tg-emoji" and not argument.isdigit():
        raise _Unreadable("Invalid custom emoji identifier specified")
    return tag, argument, at + 1


def _skip(source: bytes, at: int) -> int:
    while source[at : at + 1].isspace():
        at += 1
    return at


def _attribute(source: bytes, at: int, tag: str, begin: int) -> tuple[str, str | None, int]:
    unclosed = _Unreadable(f'Unclosed start tag "{tag}" at byte offset {begin}')
    name_end = ATTRIBUTE_END.search(source, at)
    if name_end is None:
        raise unclosed
    name = source[at : name_end.start()].decode().lower()
    if not name:
        raise _Unreadable(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
    at = _skip(source, name_end.start())
    if source[at : at + 1] != b"=":
        if at >= len(source):
            raise unclosed
        return name, None, at
    at = _skip(source, at + 1)
    if at >= len(source):
        raise unclosed
    quote = source[at : at + 1]
    if quote not in {b'"', b"'"}:
        token = UNQUOTED.match(source, at)
        end = token.end() if token else at
        if not (source[end : end + 1].isspace() or source[end : end + 1] == b">"):
            raise _Unreadable(f"Unexpected end of name token at byte offset {at}")
        return name, source[at:end].decode().lower(), end
    end = source.find(quote, at + 1)
    if end < 0:
        raise _Unreadable(f"Unclosed start tag at byte offset {begin}")
    return name, _decoded(source[at + 1 : end]), end + 1


def _decoded(value: bytes) -> str:
    text, at = "", 0
    while at < len(value):
        following = value.find(b"&", at)
        following = len(value) if following < 0 else following
        text, at = text + value[at:following].decode(), following
        if at < len(value):
            character, at = _character(value, at)
            text += character
    return text


def _end_tag(source: bytes, begin: int, opened: list[_Open], length: int) -> tuple[Json, int]:
    if not opened:
        raise _Unreadable(f"Unexpected end tag at byte offset {begin}")
    name_end = NAME_END.search(source, begin + 2)
    end = _skip(source, name_end.start()) if name_end else len(source)
    if source[end : end + 1] != b">":
        raise _Unreadable(f"Unclosed end tag at byte offset {begin}")
    name = source[begin + 2 : name_end.start() if name_end else end].decode().lower()
    start = opened.pop()
    if name not in {"", start.tag}:
        raise _Unreadable(
            f'Unmatched end tag at byte offset {begin}, expected "</{start.tag}>", '
            f'found "</{name}>"'
        )
    entity: Json = {"type": TAGS[start.tag], "offset": start.at, "length": length - start.at}
    match start.tag:
        case "a":
            entity["url"] = start.argument
        case "tg-emoji":
            entity["custom_emoji_id"] = start.argument
        case "code" if start.argument:
            entity["language"] = start.argument
        case "blockquote" if start.argument:
            entity["type"] = "expandable_blockquote"
    return entity, end + 1


def _swallowed(entity: Json, entities: list[Json]) -> bool:
    """`<pre><code class="language-x">` is one entity in Telegram: a pre with a language."""
    if entity["type"] != "pre" or not entities:
        return False
    last = entities[-1]
    same = (last["offset"], last["length"]) == (entity["offset"], entity["length"])
    if last["type"] == "code" and same:
        last["type"] = "pre"
        return True
    return False


def _linked(entity: Json, text: str) -> Json:
    if entity["type"] != "text_link":
        return entity
    url = entity["url"] or cut(text, entity["offset"], entity["length"])
    return entity | {"url": link(url) or ""}


def link(url: str) -> str | None:
    """The address as Telegram keeps it, or None where it would not make it a link."""
    address = url.strip()
    if "://" not in address and not address.startswith(("mailto:", "tel:")):
        address = f"http://{address}"
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme in {"tg", "ton", "mailto", "tel"}:
        return address
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not ("." in host or host == "localhost"):
        return None
    return address if parts.path else parts._replace(path="/").geturl()


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    shortened = text.lstrip()
    shift, text = units(text) - units(shortened), shortened.rstrip()
    last = units(text)
    kept = []
    for entity in entities:
        begin = max(entity["offset"] - shift, 0)
        end = min(entity["offset"] - shift + entity["length"], last)
        if end > begin:
            cleaned = dict(entity, offset=begin, length=end - begin)
            if cleaned["type"] == "code":
                cleaned.pop("language", None)
            kept.append(cleaned)
    return text, kept


def plain(text: str) -> tuple[str, list[Json]]:
    """A text without parse mode, with the entities that Telegram finds in it by itself."""
    text = text.strip()
    return text, with_automatic(text, [])


def with_automatic(text: str, entities: list[Json]) -> list[Json]:
    """Adds the commands and addresses that Telegram finds where no code or link is."""
    taken = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in entities
        if entity["type"] in {"code", "pre", "text_link"}
    ]
    found: list[Json] = [
        {"type": one.lastgroup, "offset": units(text[: one.start()]), "length": units(one.group())}
        for one in AUTOMATIC.finditer(text)
    ]
    free = [
        one
        for one in found
        if all(
            one["offset"] + one["length"] <= begin or one["offset"] >= end for begin, end in taken
        )
    ]
    return sorted([*entities, *free], key=lambda one: (one["offset"], -one["length"]))


def checked_entities(text: str, entities: Sequence[Json]) -> list[Json]:
    """Entities given beside a text, refused where they do not fit it."""
    length = units(text)
    for entity in entities:
        if entity.get("type") not in KINDS:
            raise bad_request("can't parse MessageEntity: Unsupported type specified")
        offset, end = entity["offset"], entity["offset"] + entity["length"]
        if offset >= length:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {offset}")
        if end > length:
            raise bad_request(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text "
                f"at UTF-16 offset {end}"
            )
    return sorted(entities, key=lambda one: (one["offset"], -one["length"]))


def cut(text: str, offset: int, length: int) -> str:
    """A piece of the text, measured in UTF-16 code units."""
    return text.encode("utf-16-le")[offset * 2 : (offset + length) * 2].decode("utf-16-le")


OPENING = {
    "bold": "<b>", "italic": "<i>", "underline": "<u>", "strikethrough": "<s>",
    "spoiler": "<tg-spoiler>", "code": "<code>", "pre": "<pre>", "blockquote": "<blockquote>",
    "expandable_blockquote": "<blockquote expandable>",
}  # fmt: skip


def to_html(text: str, entities: Sequence[Json]) -> str:
    """The HTML source that a text and its entities would be written as; all else is escaped."""
    return "".join(_written(text, list(entities), 0, units(text)))


def _written(text: str, entities: list[Json], begin: int, end: int) -> Iterator[str]:
    at = begin
    while entities:
        entity = entities.pop(0)
        offset, stop = entity["offset"], min(entity["offset"] + entity["length"], end)
        inner = []
        while entities and entities[0]["offset"] < stop:
            inner.append(entities.pop(0))
        yield escape(cut(text, at, offset - at), quote=False)
        opening = OPENING.get(entity["type"], "")
        if entity["type"] == "text_link":
            opening = f'<a href="{escape(entity["url"])}">'
        yield opening
        yield from _written(text, inner, offset, stop)
        yield re.sub(r"[\s>].*", ">", opening.replace("<", "</"), flags=re.DOTALL)
        at = stop
    yield escape(cut(text, at, end - at), quote=False)
