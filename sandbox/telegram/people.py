"""The people of the sandbox: what a person in a chat can do and see, as a Python API.

phil = tg.user(1001, first_name="Maria")
await phil.says("ethics hours texas")
[answer] = await phil.hears()
await phil.presses("Find ethics")
"""

import asyncio
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, overload
from uuid import uuid4

from PIL import Image

from sandbox.telegram.inline import cached
from sandbox.telegram.markup import Json, plain, to_html
from sandbox.telegram.messages import described_file, photo_sizes
from sandbox.telegram.world import Bot, Chat, Event, Message, Person, Press, Query, World

PATIENCE = 10.0
"""Seconds that `hears` waits unless told otherwise; an answer takes milliseconds."""


@dataclass(frozen=True, slots=True)
class ShownButton:
    """A button as seen: its label and the one thing it does."""

    label: str
    data: str = ""
    url: str = ""
    copy: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A picture or a file in a message; `kind` is the Bot API's name for it."""

    kind: str
    name: str | None
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the chat shows it now; `html` is the source its formatting stands for."""

    id: int
    text: str
    html: str
    buttons: tuple[tuple[ShownButton, ...], ...]
    edited: bool
    from_bot: bool
    date: datetime
    attachment: ShownFile | None
    raw: Json = field(repr=False)

    @property
    def labels(self) -> list[str]:
        """The labels of all buttons, row by row."""
        return [button.label for row in self.buttons for button in row]

    def button(self, wanted: str) -> ShownButton | None:
        """The button of this label or data; a label may be given by its beginning."""
        every = [button for row in self.buttons for button in row]
        for fits in (
            lambda one: wanted in (one.label, one.data),
            lambda one: one.label.startswith(wanted),
        ):
            if found := next(filter(fits, every), None):
                return found
        return None


@dataclass(frozen=True, slots=True)
class InlineResult:
    """One of the things offered to `@bot words`; `html` is what choosing it would send."""

    id: str
    title: str
    description: str
    html: str
    raw: Json = field(repr=False)


@dataclass(frozen=True, slots=True)
class InlineShown:
    """What a client shows under `@bot words`: results, and the button above them."""

    results: tuple[InlineResult, ...]
    button: str
    start_parameter: str


@dataclass(slots=True)
class Group:
    """A group chat with the bot in it."""

    world: World
    id: int
    title: str

    @classmethod
    def with_bot(cls, world: World, group_id: int, title: str) -> "Group":
        """The group; the bot is told that it was added, once."""
        group = cls(world, group_id, title)
        if group_id not in world.groups:
            world.groups[group_id] = {"id": group_id, "type": "supergroup", "title": title}
            adder = Person(777, "Group owner")
            _tell_membership(world, group.chat, adder, "left", "member")
        return group

    @property
    def chat(self) -> Chat:
        return self.world.chat_with(self.world.bot, self.id)

    @property
    def messages(self) -> list[Shown]:
        """What the group's chat shows now, oldest first."""
        return [shown(self.world, message) for message in self.chat.messages.values()]


@dataclass(slots=True)
class User:
    """A person with a chat of their own with the bot, and a memory of what they have seen."""

    world: World
    person: Person
    notices: list[Event] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    clipboard: str = ""
    _news: list[Event] = field(default_factory=list)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.world.listen(self._notes)

    def _notes(self, event: Event) -> None:
        if event.chat_id != self.id:
            return
        if event.kind == "notice" and event.text:
            self.notices.append(event)
        if event.kind in {"message", "edited"} and event.from_bot:
            self._news.append(event)
            self._arrived.set()

    @property
    def id(self) -> int:
        return self.person.id

    @property
    def bot(self) -> Bot:
        return self.world.bot

    @property
    def chat(self) -> Chat:
        return self.world.chat_with(self.bot, self.id)

    # ── seeing ──────────────────────────────────────────────────────────────────────────────

    @property
    def messages(self) -> list[Shown]:
        """What the chat shows now, both sides, oldest first."""
        return [shown(self.world, message) for message in self.chat.messages.values()]

    @property
    def heard(self) -> list[Shown]:
        """What the bot has written, as it stands now."""
        return [message for message in self.messages if message.from_bot]

    @property
    def last(self) -> Shown:
        """The bot's last message; AssertionError where it has said nothing."""
        heard = self.heard
        assert heard, f"the bot has said nothing to {self.person.name}"
        return heard[-1]

    def news(self) -> list[Shown]:
        """Messages of the bot that came or changed since this person last did something."""
        numbers = dict.fromkeys(event.message_id for event in self._news)
        return [
            shown(self.world, self.chat.messages[number])
            for number in numbers
            if number is not None and number in self.chat.messages
        ]

    @overload
    async def hears(self, what: int = 1, timeout: float = PATIENCE) -> list[Shown]: ...  # noqa: ASYNC109
    @overload
    async def hears(
        self,
        what: str | Callable[[Shown], bool],
        timeout: float = PATIENCE,  # noqa: ASYNC109
    ) -> Shown: ...
    async def hears(
        self,
        what: int | str | Callable[[Shown], bool] = 1,
        timeout: float = PATIENCE,  # noqa: ASYNC109
    ) -> list[Shown] | Shown:
        """Waits for answers to what this person did last, edits included.

        A number waits for so many messages or edits and gives them; a text waits for a message
        that has it, a function for a message that it likes. AssertionError in vain.
        """
        try:
            async with asyncio.timeout(timeout):
                while True:
                    self._arrived.clear()
                    found = self._found(what)
                    if found is not None:
                        return found
                    await self._arrived.wait()
        except TimeoutError:
            said = "\n".join(f"  {one.text!r} {one.labels}" for one in self.news()) or "  nothing"
            msg = f"{self.person.name} waited {timeout} s for {what!r} and heard:\n{said}"
            raise AssertionError(msg) from None

    def _found(self, what: int | str | Callable[[Shown], bool]) -> list[Shown] | Shown | None:
        if isinstance(what, int):
            return self.news() if len(self._news) >= what else None
        for message in reversed(self.news()):
            if what in message.text if isinstance(what, str) else what(message):
                return message
        return None

    # ── doing ───────────────────────────────────────────────────────────────────────────────

    async def says(self, text: str, chat: Group | None = None, **more: Any) -> Shown:
        """Sends a text; `more` are further fields of the Bot API's message."""
        cleaned, entities = plain(text)
        assert cleaned, "Telegram's apps send no empty text"
        content: Json = {"text": cleaned} | ({"entities": entities} if entities else {})
        return await self.sends(content | more, chat)

    async def starts(self, payload: str = "") -> Shown:
        """Presses Start, or follows a deep link with a payload."""
        return await self.says(f"/start {payload}".strip())

    async def sends(self, content: Json, chat: Group | None = None) -> Shown:
        """Sends anything: the fields of the Bot API's message beside its author and date."""
        place = chat.chat if chat else self.chat
        if place.blocked:
            await self.unblocks()
        place.started = True
        self._forgets_news()
        author = self.person.described()
        message = self.world.post(self.bot, place, content, author, from_bot=False)
        self.bot.updates.put("message", message.raw)
        await asyncio.sleep(0)
        return shown(self.world, message)

    async def asks_inline(
        self,
        text: str,
        chat_type: str = "group",
        timeout: float = PATIENCE,  # noqa: ASYNC109
    ) -> InlineShown:
        """Types `@bot text` in some chat; what is offered. AssertionError where nothing comes.

        Like Telegram, the same words within the cache's time reach the bot only once.
        """
        query = Query(uuid4().hex, self.id, text, "", self.world.monotonic())
        answer = cached(self.world, self.bot, query)
        if answer is None:
            self.bot.queries[query.id] = query
            body = {
                "id": query.id,
                "from": self.person.described(),
                "query": text,
                "offset": "",
                "chat_type": chat_type,
            }
            self.bot.updates.put("inline_query", body)
            try:
                async with asyncio.timeout(timeout):
                    await query.answered.wait()
            except TimeoutError:
                raise AssertionError(f"{text!r} got no answer in {timeout} s") from None
            answer = query.answer or {}
        button = answer["button"] or {}
        return InlineShown(
            tuple(
                InlineResult(
                    one["id"],
                    one["title"],
                    one["description"],
                    to_html(one["content"]["text"], one["content"]["entities"]),
                    one,
                )
                for one in answer["results"]
            ),
            button.get("text", ""),
            button.get("start_parameter", ""),
        )

    async def chooses(self, result: InlineResult, chat: Group | None = None) -> Shown:
        """Sends a result into a chat: it stands there as their own, `via` the bot."""
        markup = result.raw["reply_markup"]
        content = {
            "text": result.raw["content"]["text"],
            "entities": result.raw["content"]["entities"],
            "via_bot": self.bot.user,
        } | ({"reply_markup": markup} if markup else {})
        return await self.sends(content, chat)

    async def edits(self, message: Shown | int, text: str) -> Shown:
        """Changes a text of their own."""
        number = message if isinstance(message, int) else message.id
        kept = self.chat.messages[number]
        assert not kept.from_bot, "nobody can edit the bot's messages"
        cleaned, entities = plain(text)
        self._forgets_news()
        raw = {key: value for key, value in kept.raw.items() if key != "entities"}
        raw |= {"text": cleaned} | ({"entities": entities} if entities else {})
        self.world.change(self.chat, kept, raw)
        self.bot.updates.put("edited_message", kept.raw)
        await asyncio.sleep(0)
        return shown(self.world, kept)

    async def presses(self, wanted: str, message: Shown | int | None = None) -> str:
        """Presses a button by its label (or its beginning) or its data; the press's id.

        Looks at the given message, else at the newest that has such a button. Buttons with an
        address or a text to copy fill `opened` and `clipboard` and reach no bot.
        """
        number = message.id if isinstance(message, Shown) else message
        seen = [one for one in self.messages if number in (None, one.id)]
        for one in reversed(seen):
            if button := one.button(wanted):
                return await self._presses(one.id, button)
        there = [label for one in seen for label in one.labels]
        msg = f"no button {wanted!r} among {there}"
        raise AssertionError(msg)

    async def _presses(self, number: int, button: ShownButton) -> str:
        if button.url:
            self.opened.append(button.url)
        if button.copy:
            self.clipboard = button.copy
        if not button.data:
            return ""
        return await self.presses_data(number, button.data)

    async def presses_data(self, number: int, data: str) -> str:
        """Sends a press as an app would, for the message that bore the button."""
        self._forgets_news()
        press = Press(uuid4().hex, self.id, self.world.monotonic())
        self.bot.presses[press.id] = press
        kept = self.chat.messages.get(number)
        body = {
            "id": press.id,
            "from": self.person.described(),
            "chat_instance": str(self.id * 31),
            "data": data,
            "message": kept.raw
            if kept
            else {"chat": self.chat.described, "message_id": number, "date": 0},
        }
        self.bot.updates.put("callback_query", body)
        await asyncio.sleep(0)
        return press.id

    async def sends_file(
        self,
        name: str,
        content: bytes,
        mime: str = "application/octet-stream",
        caption: str = "",
        size: int | None = None,
    ) -> Shown:
        """Sends a document; `size` pretends a size that the content does not have."""
        stored = self.world.keep_file("document", name, mime, content, size)
        return await self.sends({"document": described_file(stored)} | _captioned(caption))

    async def sends_photo(self, content: bytes = b"", caption: str = "") -> Shown:
        """Sends a picture; without content a small grey one."""
        content = content or _small_picture()
        stored = self.world.keep_file("photo", "photo.jpg", "image/jpeg", content)
        return await self.sends({"photo": photo_sizes(stored)} | _captioned(caption))

    async def sends_sticker(self, emoji: str = "👍") -> Shown:
        sizes = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
        stored = self.world.keep_file("sticker", "sticker.webp", "image/webp", emoji.encode())
        sticker = _file(stored) | sizes | {"type": "regular", "emoji": emoji}
        return await self.sends({"sticker": sticker})

    async def sends_voice(self, content: bytes = b"OggS", seconds: int = 3) -> Shown:
        stored = self.world.keep_file("voice", "voice.ogg", "audio/ogg", content)
        return await self.sends(
            {"voice": _file(stored) | {"duration": seconds, "mime_type": "audio/ogg"}}
        )

    async def sends_location(self, latitude: float = 30.27, longitude: float = -97.74) -> Shown:
        return await self.sends({"location": {"latitude": latitude, "longitude": longitude}})

    async def sends_contact(
        self, phone: str = "+15125550100", first_name: str = "Ana", *, forwarded: bool = False
    ) -> Shown:
        content: Json = {"contact": {"phone_number": phone, "first_name": first_name}}
        return await self.sends(content | (self._forwarded() if forwarded else {}))

    def _forwarded(self) -> Json:
        date = int(self.world.now().timestamp())
        origin = {"type": "hidden_user", "sender_user_name": "A colleague", "date": date}
        return {"forward_origin": origin}

    async def blocks(self) -> None:
        """Blocks the bot, which is told so and gets 403 from then on."""
        await self._stands("member", "kicked", blocked=True)

    async def unblocks(self) -> None:
        await self._stands("kicked", "member", blocked=False)

    async def _stands(self, before: str, after: str, *, blocked: bool) -> None:
        self.chat.blocked = blocked
        _tell_membership(self.world, self.chat, self.person, before, after)
        self.world.tell(Event("blocked", self.id))
        await asyncio.sleep(0)

    def deletes_account(self) -> None:
        self.person.deactivated = True

    def _forgets_news(self) -> None:
        self._news.clear()


def _tell_membership(world: World, chat: Chat, author: Person, before: str, after: str) -> None:
    def standing(status: str) -> Json:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"user": world.bot.user, "status": status} | until

    world.bot.updates.put(
        "my_chat_member",
        {
            "chat": chat.described,
            "from": author.described(),
            "date": int(world.now().timestamp()),
            "old_chat_member": standing(before),
            "new_chat_member": standing(after),
        },
    )


def _small_picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("L", (8, 8), 128).save(drawn, "PNG")
    return drawn.getvalue()


def _captioned(caption: str) -> Json:
    return {"caption": caption} if caption else {}


def _file(stored: Any) -> Json:
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.unique_id,
        "file_size": stored.size,
    }


def _buttons(markup: Json) -> Iterator[tuple[ShownButton, ...]]:
    for row in markup.get("inline_keyboard", []):
        yield tuple(
            ShownButton(
                one["text"],
                one.get("callback_data", ""),
                one.get("url", ""),
                one.get("copy_text", {}).get("text", ""),
                one.get("style", ""),
            )
            for one in row
        )


def shown(world: World, message: Message) -> Shown:
    """A message as a person sees it."""
    raw = message.raw
    text: str = raw.get("text") or raw.get("caption") or ""
    entities: list[Json] = raw.get("entities") or raw.get("caption_entities") or []
    attachment = None
    for kind in ("document", "photo", "sticker", "voice"):
        if kind in raw:
            described = raw[kind][-1] if kind == "photo" else raw[kind]
            stored = world.files[described["file_id"]]
            attachment = ShownFile(kind, stored.name, stored.mime, stored.content)
    return Shown(
        id=message.id,
        text=text,
        html=to_html(text, entities),
        buttons=tuple(_buttons(raw.get("reply_markup", {}))),
        edited=message.edited,
        from_bot=message.from_bot,
        date=datetime.fromtimestamp(raw["date"], UTC),
        attachment=attachment,
        raw=raw,
    )
