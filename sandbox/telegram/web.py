"""The web chat's side of the server: its page, what the chats show, and what people do there.

Events are pushed by SSE; each connection begins with a snapshot of its chats, so that a page
that lost its connection shows the right thing again without asking.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from sandbox.telegram.about import commands_for
from sandbox.telegram.markup import Json
from sandbox.telegram.people import User
from sandbox.telegram.refusals import Refusal
from sandbox.telegram.world import Event, Message, World

PAGE = Path(__file__).parent.parent / "webchat"
ASSETS = {
    "chat.js": "text/javascript",
    "formatting.js": "text/javascript",
    "chat.css": "text/css",
    "icon.svg": "image/svg+xml",
}
HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
HEARTBEAT = 15.0
FIRST_USER = 1001
SAFE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
MARK = "X-Sandbox"
"""A header that only the page's own script can send: other sites' pages cannot press for you."""

UserOf = Callable[[int], User]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def web_routes(world: World, closing: asyncio.Event, user_of: UserOf) -> list[web.RouteDef]:
    """The routes of the web chat; `closing` ends its open connections."""
    pages = WebChat(world, closing, user_of)
    return [
        web.get("/", _guarded(pages.page)),
        web.get("/chat/assets/{name}", _guarded(pages.asset)),
        web.get("/chat/people", _guarded(pages.people)),
        web.get("/chat/events", _guarded(pages.events)),
        web.get("/chat/files/{file_id}", _guarded(pages.file)),
        web.post("/chat/{user:\\d+}/says", _guarded(pages.says)),
        web.post("/chat/{user:\\d+}/presses", _guarded(pages.presses)),
        web.post("/chat/{user:\\d+}/sends", _guarded(pages.sends)),
        web.post("/chat/{user:\\d+}/unblocks", _guarded(pages.unblocks)),
    ]


def _guarded(handler: Handler) -> Handler:
    """Answers only to pages of this machine (no DNS rebinding, no posts from other sites)."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        host = request.host.rsplit(":", 1)[0] if ":" in request.host else request.host
        if host not in HOSTS or (request.method == "POST" and MARK not in request.headers):
            return web.Response(status=403, text="This chat is for this machine only.")
        return await handler(request)

    return guarded


class WebChat:
    """What the page asks for and what it posts."""

    def __init__(self, world: World, closing: asyncio.Event, user_of: UserOf) -> None:
        self._world = world
        self._closing = closing
        self._user_of = user_of

    def _user(self, request: web.Request) -> User:
        return self._user_of(int(request.match_info["user"]))

    async def page(self, request: web.Request) -> web.StreamResponse:
        if "user" not in request.query:
            first = next(iter(self._world.people), FIRST_USER)
            raise web.HTTPFound(f"/?user={first}")
        return web.Response(
            body=(PAGE / "index.html").read_bytes(), content_type="text/html", headers=SAFE
        )

    async def asset(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in ASSETS:
            raise web.HTTPNotFound
        return web.Response(
            body=(PAGE / name).read_bytes(), content_type=ASSETS[name], headers=SAFE
        )

    async def people(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002
        people = [{"id": one.id, "name": one.name} for one in self._world.people.values()]
        return web.json_response(people, headers=SAFE)

    async def file(self, request: web.Request) -> web.StreamResponse:
        stored = self._world.files.get(request.match_info["file_id"])
        if stored is None:
            raise web.HTTPNotFound
        headers = dict(SAFE)
        picture = stored.mime in {"image/jpeg", "image/png", "image/webp", "image/gif"}
        if not picture or "download" in request.query:
            name = quote(stored.name or "file")
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        mime = stored.mime if picture else "application/octet-stream"
        return web.Response(body=stored.content, content_type=mime, headers=headers)

    # ── doing ───────────────────────────────────────────────────────────────────────────────

    async def says(self, request: web.Request) -> web.StreamResponse:
        text = str((await request.json()).get("text", "")).strip()
        if text:
            await self._user(request).says(text)
        return web.json_response({})

    async def presses(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        user = self._user(request)
        number, data = int(body["message_id"]), str(body["data"])
        await user.presses_data(number, data)
        return web.json_response({})

    async def sends(self, request: web.Request) -> web.StreamResponse:
        user = self._user(request)
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.filename:
                content = bytes(await part.read(decode=False))
                mime = part.headers.get("Content-Type", "application/octet-stream")
                await _sends(user, part.filename, content, mime)
        return web.json_response({})

    async def unblocks(self, request: web.Request) -> web.StreamResponse:
        await self._user(request).unblocks()
        return web.json_response({})

    # ── seeing ──────────────────────────────────────────────────────────────────────────────

    async def events(self, request: web.Request) -> web.StreamResponse:
        users = {int(one): self._user_of(int(one)) for one in request.query.getall("user", [])}
        response = web.StreamResponse(headers=SAFE | {"Content-Type": "text/event-stream"})
        await response.prepare(request)
        with suppress(ConnectionError):
            await response.write(b"retry: 400\n\n")
            async for piece in self._pieces(users):
                await response.write(piece)
        return response

    async def _pieces(self, users: dict[int, User]) -> AsyncIterator[bytes]:
        waiting: asyncio.Queue[Event] = asyncio.Queue()
        with self._world.listening(waiting.put_nowait):
            for user in users.values():
                yield _piece(self._snapshot(user))
            while not self._closing.is_set():
                event = await self._next(waiting)
                if event is None:
                    yield b": still here\n\n"
                    continue
                for user in users.values():
                    if event.kind == "about" or event.chat_id == user.id:
                        yield _piece(self._news(user, event))

    async def _next(self, waiting: "asyncio.Queue[Event]") -> Event | None:
        getting = asyncio.ensure_future(waiting.get())
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait(
                {getting, closing}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED
            )
            return getting.result() if getting.done() else None
        finally:
            getting.cancel()
            closing.cancel()

    def _snapshot(self, user: User) -> Json:
        bot = user.bot
        return {
            "kind": "snapshot",
            "user": user.id,
            "name": user.person.name,
            "bot": bot.user["first_name"],
            "there": bool(bot.token),
            "about": bot.about.get(("description", ""), ""),
            "commands": commands_for(bot, user.id, user.person.language_code),
            "blocked": user.chat.blocked,
            "messages": [_told(self._world, one) for one in user.chat.messages.values()],
        }

    def _news(self, user: User, event: Event) -> Json:
        if event.kind in {"about", "blocked"}:
            return self._snapshot(user)
        news: Json = {"kind": event.kind, "user": user.id, "id": event.message_id}
        if event.kind == "notice":
            return news | {"text": event.text, "alert": event.alert}
        message = user.chat.messages.get(event.message_id or 0)
        if event.kind in {"message", "edited"} and message:
            return news | {"message": _told(self._world, message)}
        return news


def _piece(data: Json) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()


async def _sends(user: User, name: str, content: bytes, mime: str) -> None:
    """A picture is sent as a photo, as phones do, where it is one; all else as a file."""
    if mime in {"image/jpeg", "image/png", "image/webp"}:
        with suppress(Refusal):
            await user.sends_photo(content)
            return
    await user.sends_file(name, content, mime)


def _told(world: World, message: Message) -> Json:
    """A message as the page needs it: text with entities, never HTML."""
    raw = message.raw
    told: Json = {
        "id": message.id,
        "out": not message.from_bot,
        "date": raw["date"],
        "edited": message.edited,
        "text": raw.get("text", raw.get("caption", "")),
        "entities": raw.get("entities", raw.get("caption_entities", [])),
        "buttons": [
            [_button(one) for one in row]
            for row in raw.get("reply_markup", {}).get("inline_keyboard", [])
        ],
    }
    if "photo" in raw:
        size = raw["photo"][-1]
        told["photo"] = {"url": f"/chat/files/{size['file_id']}"} | {
            side: size[side] for side in ("width", "height")
        }
    if "document" in raw:
        stored = world.files[raw["document"]["file_id"]]
        told["file"] = {
            "url": f"/chat/files/{stored.file_id}?download=1",
            "name": stored.name or "file",
            "size": stored.size,
        }
    for kind, what in OTHER_KINDS.items():
        if kind in raw:
            told["text"], told["entities"] = what(raw[kind]), []
    return told


OTHER_KINDS: dict[str, Callable[[Any], str]] = {
    "sticker": lambda sticker: str(sticker["emoji"]),
    "voice": lambda voice: f"🎤 Voice message, {voice['duration']} s",
    "location": lambda place: f"📍 {place['latitude']}, {place['longitude']}",
    "contact": lambda card: f"👤 {card['first_name']}, {card['phone_number']}",
}


def _button(button: Json) -> Json:
    return {
        "label": button["text"],
        "data": button.get("callback_data", ""),
        "url": button.get("url", ""),
        "copy": button.get("copy_text", {}).get("text", ""),
        "style": button.get("style", ""),
    }
