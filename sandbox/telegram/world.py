"""What Telegram's servers know: bots, people, chats, messages, files; all in memory.

Nothing here speaks HTTP. Whoever wants to see a chat change (the web chat, a waiting test)
subscribes to its events.
"""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

from sandbox.telegram.faults import Faults
from sandbox.telegram.flood import Flood
from sandbox.telegram.markup import Json
from sandbox.telegram.refusals import Refusal, bad_request, forbidden
from sandbox.telegram.updates import UpdateQueue

EventKind = Literal["message", "edited", "deleted", "typing", "notice", "about", "blocked"]
PRESS_LIFETIME = 60.0
"""Seconds during which a press may be answered; Telegram promises no figure, about a minute."""

QUERY_LIFETIME = 30.0
"""The same for an inline query: clients wait for seconds only."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that changed in a chat; `text` and `alert` belong to a notice after a press."""

    kind: EventKind
    chat_id: int
    message_id: int | None = None
    from_bot: bool = True
    text: str = ""
    alert: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on Telegram's servers; `content` may be shorter than `size` for a pretended one."""

    file_id: str
    unique_id: str
    path: str
    name: str | None
    mime: str
    content: bytes
    size: int


@dataclass(slots=True)
class Person:
    """A user of Telegram, and how they stand with each bot (by its token)."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = "en"
    deactivated: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name

    def described(self, *, as_chat: bool = False) -> Json:
        """The `User` object, or the private `Chat` with this person."""
        known = {
            "id": self.id,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "username": self.username,
        }
        known |= (
            {"type": "private"}
            if as_chat
            else {"is_bot": False, "language_code": self.language_code}
        )
        return {key: value for key, value in known.items() if value is not None}


@dataclass(slots=True)
class Message:
    """One message as the Bot API tells it; `raw` is replaced, never changed, at an edit."""

    id: int
    raw: Json
    from_bot: bool
    edited: bool = False


@dataclass(slots=True)
class Chat:
    """One bot's chat with a person or a group."""

    id: int
    described: Json
    started: bool = False
    blocked: bool = False
    messages: dict[int, Message] = field(default_factory=dict)


@dataclass(slots=True)
class Press:
    """A pressed button that waits for `answerCallbackQuery`."""

    id: str
    chat_id: int
    at: float
    answered: bool = False


@dataclass(slots=True)
class Query:
    """An inline query that waits for `answerInlineQuery`; `answer` is what it was given."""

    id: str
    user_id: int
    text: str
    offset: str
    at: float
    answer: Json | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Bot:
    """One bot: its account, its chats, its updates and what it says about itself."""

    token: str
    user: Json
    updates: UpdateQueue
    chats: dict[int, Chat] = field(default_factory=dict)
    presses: dict[str, Press] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    about: dict[tuple[str, str], str] = field(default_factory=dict)
    menu_buttons: dict[int | None, Json] = field(default_factory=dict)
    next_message: Iterator[int] = field(default_factory=lambda: itertools.count(1))


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call of the Bot API: what was asked and what was answered."""

    token: str
    method: str
    parameters: Json
    code: int
    answer: Any
    at: datetime

    @property
    def ok(self) -> bool:
        return self.code == 200  # noqa: PLR2004


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class World:
    """All bots, people and files; `strict` refuses parameters that the Bot API does not know."""

    strict: bool = True
    now: Callable[[], datetime] = _utc_now
    monotonic: Callable[[], float] = time.monotonic
    press_lifetime: float = PRESS_LIFETIME
    query_lifetime: float = QUERY_LIFETIME
    bots: dict[str, Bot] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    people: dict[int, Person] = field(default_factory=dict)
    groups: dict[int, Json] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    calls: deque[Recorded] = field(default_factory=lambda: deque(maxlen=100_000))
    faults: Faults = field(default_factory=Faults)
    flood: Flood = field(default_factory=Flood)
    _listeners: list[Callable[[Event], None]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _waiting: Bot | None = None

    # ── bots ────────────────────────────────────────────────────────────────────────────────

    @property
    def bot(self) -> Bot:
        """The bot that people talk to: the first that called, or one yet to come.

        Messages written before any bot has called wait for it.
        """
        if self.bots:
            return next(iter(self.bots.values()))
        if self._waiting is None:
            self._waiting = _new_bot("")
        return self._waiting

    def bot_of(self, token: str) -> Bot:
        """The bot of a token; any well-formed token that was not revoked is one."""
        digits, colon, secret = token.partition(":")
        if not (digits.isdecimal() and colon and secret):
            raise Refusal(404, "Not Found")
        if token in self.revoked:
            raise Refusal(401, "Unauthorized")
        if token not in self.bots:
            bot = _new_bot(token) if self.bots or self._waiting is None else self._waiting
            bot.token = token
            bot.user.update(id=int(digits))
            self.bots[token] = bot
        return self.bots[token]

    # ── chats ───────────────────────────────────────────────────────────────────────────────

    def chat_with(self, bot: Bot, chat_id: int) -> Chat:
        """The bot's chat with a known person or group; made when first asked for."""
        if chat_id not in bot.chats:
            described = (
                self.people[chat_id].described(as_chat=True)
                if chat_id in self.people
                else self.groups[chat_id]
            )
            bot.chats[chat_id] = Chat(chat_id, described, started=chat_id in self.groups)
        return bot.chats[chat_id]

    def reachable(self, bot: Bot, chat_id: Any) -> Chat:
        """The chat that a bot may write to, or the Refusal that Telegram would answer."""
        if chat_id in (None, ""):
            raise bad_request("chat_id is empty")
        try:
            number = int(chat_id)
        except (TypeError, ValueError):
            raise bad_request("chat not found") from None
        if number not in self.people and number not in self.groups:
            raise bad_request("chat not found")
        chat = self.chat_with(bot, number)
        if number in self.people and self.people[number].deactivated:
            raise forbidden("user is deactivated")
        if chat.blocked:
            raise forbidden(
                "bot was blocked by the user"
                if number > 0
                else "bot was kicked from the group chat"
            )
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat

    def post(self, bot: Bot, chat: Chat, content: Json, author: Json, *, from_bot: bool) -> Message:
        """A new message in the chat, seen by everyone who looks at it."""
        number = next(bot.next_message)
        raw = {
            "message_id": number,
            "from": author,
            "chat": chat.described,
            "date": int(self.now().timestamp()),
        } | content
        message = Message(number, raw, from_bot)
        chat.messages[number] = message
        self.tell(Event("message", chat.id, number, from_bot))
        return message

    def change(self, chat: Chat, message: Message, raw: Json) -> None:
        """An edited message, seen by everyone who looks at the chat."""
        message.raw = raw | {"edit_date": int(self.now().timestamp())}
        message.edited = True
        self.tell(Event("edited", chat.id, message.id, message.from_bot))

    # ── files ───────────────────────────────────────────────────────────────────────────────

    def keep_file(
        self, kind: str, name: str | None, mime: str, content: bytes, size: int | None = None
    ) -> StoredFile:
        """A file stored under a new file id; equal content has an equal unique id."""
        number = len(self.files)
        unique = sha256(content + str(size).encode()).hexdigest()[:16]
        ending = f".{name.rsplit('.', 1)[-1]}" if name and "." in name else ""
        stored = StoredFile(
            file_id=f"SANDBOX{kind[:3].upper()}{number:06d}{unique}",
            unique_id=f"U{unique}",
            path=f"{kind}s/file_{number}{ending}",
            name=name,
            mime=mime,
            content=content,
            size=len(content) if size is None else size,
        )
        self.files[stored.file_id] = stored
        return stored

    # ── events ──────────────────────────────────────────────────────────────────────────────

    def tell(self, event: Event) -> None:
        """Hands an event, with the next number, to all who listen."""
        numbered = Event(
            event.kind, event.chat_id, event.message_id, event.from_bot, event.text, event.alert,
            next(self._numbers),
        )  # fmt: skip
        for listener in tuple(self._listeners):
            listener(numbered)

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Calls `listener` with each event from now on."""
        self._listeners.append(listener)

    @contextmanager
    def listening(self, listener: Callable[[Event], None]) -> Iterator[None]:
        """Calls `listener` with each event until the block is left."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)


def _new_bot(token: str) -> Bot:
    user: Json = {
        "id": 0,
        "is_bot": True,
        "first_name": "CME assistant",
        "username": "cme_sandbox_bot",
    }
    return Bot(token, user, UpdateQueue())
