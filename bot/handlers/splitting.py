"""Cutting what is too long for one message: between paragraphs, never inside a tag."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.model import Outgoing

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
"""Characters that Telegram takes, in UTF-16 units, after the tags and entities are read."""

TOKEN = re.compile(r"<(?P<close>/?)(?P<name>[a-z][a-z0-9-]*)[^<>]*>|&#?\w+;|[\s\S]")


@dataclass(frozen=True, slots=True)
class _Token:
    """A tag, or one visible character; `width` in UTF-16 units, 0 for a tag."""

    source: str
    width: int
    opens: str = ""
    closes: str = ""


@dataclass(frozen=True, slots=True)
class _Cut:
    """A place where a text may end: before token `at`, with these tags open."""

    at: int
    rank: int
    opened: tuple[_Token, ...]


def parts(outgoing: Outgoing) -> tuple[Outgoing, ...]:
    """The messages that carry it, in order; the buttons are under the last one.

    A picture's or file's caption may hold less, so the rest of its words follow as a message.
    """
    first_limit = CAPTION_LIMIT if outgoing.attachment else TEXT_LIMIT
    if outgoing.kind == "notice" or visible_length(outgoing.html) <= first_limit:
        return (outgoing,)
    first, *more = pieces(outgoing.html, first_limit)
    following = [
        Outgoing("message", piece, silent=True, preview=outgoing.preview) for piece in more
    ]
    following[-1] = replace(following[-1], keys=outgoing.keys)
    return (replace(outgoing, html=first, keys=()), *following)


def visible_length(source: str) -> int:
    """The length that Telegram counts: UTF-16 units without tags, entities as what they mean."""
    return sum(token.width for token in _tokens(source))


def pieces(source: str, first_limit: int, limit: int = TEXT_LIMIT) -> list[str]:
    """The HTML in pieces of at most `limit` visible units, the first of at most `first_limit`.

    Tags that are open at a cut are closed there and opened again in the next piece.
    """
    tokens = list(_tokens(source))
    made: list[str] = []
    begin = 0
    opened: tuple[_Token, ...] = ()
    room = first_limit
    while True:
        cut = _best_cut(tokens, begin, opened, room)
        inner = tokens[begin : cut.at]
        closing = "".join(f"</{tag.opens}>" for tag in reversed(cut.opened))
        text = "".join(token.source for token in (*opened, *inner)).strip("\n ") + closing
        if visible_length(text):
            made.append(text)
        begin, opened, room = cut.at, cut.opened, limit
        if begin >= len(tokens):
            return made


def _best_cut(tokens: list[_Token], begin: int, opened: tuple[_Token, ...], room: int) -> _Cut:
    """The latest place of the best rank that leaves a piece at least half full.

    Ranks: 4 after a blank line outside all tags, 3 after a line outside, 2 after a line, 1 after
    a word, 0 anywhere.
    """
    used = 0
    stack = list(opened)
    best = None
    for at in range(begin, len(tokens)):
        token = tokens[at]
        if used + token.width > room:
            return best or _Cut(at, 0, tuple(stack))
        used += token.width
        if token.opens:
            stack.append(token)
        elif token.closes and stack:
            stack.pop()
        if at == begin or not token.width or 2 * used < room:
            continue
        rank = _rank(token.source, tokens[at - 1].source, inside=bool(stack))
        if rank and (best is None or rank >= best.rank):
            best = _Cut(at + 1, rank, tuple(stack))
    return _Cut(len(tokens), 0, ())


def _rank(character: str, before: str, *, inside: bool) -> int:
    if character == "\n" and not inside:
        return 4 if before == "\n" else 3
    return {"\n": 2, " ": 1}.get(character, 0)


def _tokens(source: str) -> Iterator[_Token]:
    for match in TOKEN.finditer(source):
        text, name = match[0], match["name"]
        if name:
            closes = bool(match["close"])
            yield _Token(text, 0, "" if closes else name, name if closes else "")
        else:
            yield _Token(text, len(html.unescape(text).encode("utf-16-le")) // 2)


def plain(source: str) -> str:
    """The words without tags, for a client or a server that cannot read the markup."""
    return html.unescape(re.sub(r"</?[a-z][^<>]*>", "", source))
