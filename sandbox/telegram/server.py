"""The Bot API server of the sandbox: HTTP on loopback, in front of a `World`.

Tests and the demo hold a `TelegramSandbox`: they give its `url` to the bot and play the people
who write to it.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

from aiohttp import web

from sandbox.telegram.delivery import postman
from sandbox.telegram.faults import Broken, Dropped, Fault, Flooded, Hanging, Slow
from sandbox.telegram.methods import METHODS
from sandbox.telegram.parameters import Parameters, read_parameters
from sandbox.telegram.people import Group, User
from sandbox.telegram.refusals import Refusal, bad_request, too_many
from sandbox.telegram.web import web_routes
from sandbox.telegram.world import Bot, Person, Recorded, World

BODY_BYTES = 60 * 1024 * 1024
HOST = "127.0.0.1"
GONE = 499
"""Recorded as the code of a call whose caller got no answer."""


class TelegramSandbox:
    """A Telegram of one's own; `url` is the root that `TELEGRAM_API_URL` takes.

    python-telegram-bot's base_url is `url + "/bot"` and its base_file_url `url + "/file/bot"`;
    any `<digits>:<text>` is a token. The web chat is at `url + "/?user=1001"`.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.port = 0
        self._users: dict[int, User] = {}
        self._served: AsyncExitStack | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def bot(self) -> Bot:
        """The bot that people talk to: the first that called."""
        return self.world.bot

    @property
    def calls(self) -> list[Recorded]:
        """All calls of the Bot API so far, in the order of their answers."""
        return list(self.world.calls)

    def called(self, method: str) -> list[Recorded]:
        """The calls of one method."""
        return [call for call in self.world.calls if call.method.lower() == method.lower()]

    # ── people ──────────────────────────────────────────────────────────────────────────────

    def user(
        self,
        user_id: int,
        first_name: str = "Guest",
        *,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = "en",
        started: bool = False,
    ) -> User:
        """A person, made or found by id; `started` spares the first /start.

        As with Telegram, a bot may write only to who has written to it.
        """
        if user_id not in self.world.people:
            self.world.people[user_id] = Person(
                user_id, first_name, last_name, username, language_code
            )
        if user_id not in self._users:
            self._users[user_id] = User(self.world, self.world.people[user_id])
        if started:
            self._users[user_id].chat.started = True
        return self._users[user_id]

    def group(self, group_id: int, title: str = "Grand rounds") -> Group:
        """A group that the bot was just added to; ids of groups are negative."""
        if group_id >= 0:
            msg = f"a group's id is negative, not {group_id}"
            raise ValueError(msg)
        return Group.with_bot(self.world, group_id, title)

    # ── faults ──────────────────────────────────────────────────────────────────────────────

    def order(self, fault: Fault, method: str | None = None, times: int | None = 1) -> None:
        """The next `times` calls of `method` meet the fault; None: any method, until healed."""
        self.world.faults.order(fault, method, times)

    def heal(self) -> None:
        """Withdraws all faults."""
        self.world.faults.heal()

    # ── serving ─────────────────────────────────────────────────────────────────────────────

    async def goes_up(self, port: int | None = None) -> None:
        """Starts to serve, on the same port as before unless told otherwise; 0 is a free one."""
        async with AsyncExitStack() as stack:
            closing = asyncio.Event()
            posts = await stack.enter_async_context(postman(self.world))
            app = web.Application(client_max_size=BODY_BYTES)
            api = BotApi(self.world, closing, posts.look_after)
            app.add_routes(api.routes())
            app.add_routes(web_routes(self.world, closing, self.user))
            runner = web.AppRunner(
                app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0
            )
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            stack.callback(closing.set)
            wanted = self.port if port is None else port
            site = web.TCPSite(runner, HOST, wanted, reuse_address=True)
            await site.start()
            self.port = runner.addresses[0][1]
            for bot in self.world.bots.values():
                posts.look_after(bot)
            self._served = stack.pop_all()

    async def goes_down(self) -> None:
        """Stops to serve and cuts all connections; what Telegram knows is kept."""
        if self._served is not None:
            served, self._served = self._served, None
            await served.aclose()


@asynccontextmanager
async def telegram_sandbox(
    *,
    strict: bool = True,
    flood: bool = False,
    port: int = 0,
    now: Callable[[], datetime] | None = None,
) -> AsyncIterator[TelegramSandbox]:
    """A running sandbox; `now` dates its messages (aware, default the real clock)."""
    world = World(strict=strict) if now is None else World(strict=strict, now=now)
    world.flood.watching = flood
    sandbox = TelegramSandbox(world)
    await sandbox.goes_up(port)
    try:
        yield sandbox
    finally:
        world.faults.heal()
        await sandbox.goes_down()


def run(port: int) -> None:
    """Serves until interrupted: `python -m sandbox telegram --port N`."""
    asyncio.run(_serve(port))


async def _serve(port: int) -> None:
    async with telegram_sandbox(port=port) as sandbox:
        print(f"Bot API for TELEGRAM_API_URL: {sandbox.url}")
        print(f"Web chat: {sandbox.url}/?user=1001", flush=True)
        await asyncio.Event().wait()


class BotApi:
    """The two addresses that bots call: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    def __init__(
        self, world: World, closing: asyncio.Event, look_after: Callable[[Bot], None]
    ) -> None:
        self._world = world
        self._closing = closing
        self._look_after = look_after

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/bot{token}/{method}", self._call),
            web.get("/file/bot{token}/{path:.+}", self._download),
        ]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        token, name = request.match_info["token"], request.match_info["method"]
        given = Parameters({})
        try:
            given = await read_parameters(request)
            fault = self._world.faults.met_by(name)
            await self._before(fault, request)
            result = await self._performed(token, name, given)
            await self._after(fault, request)
        except asyncio.CancelledError:
            self._record(token, name, given, GONE, "the caller went away")
            raise
        except Refusal as refusal:
            body: dict[str, Any] = {
                "ok": False,
                "error_code": refusal.code,
                "description": refusal.description,
            }
            if refusal.retry_after is not None:
                body["parameters"] = {"retry_after": refusal.retry_after}
            self._record(token, name, given, refusal.code, refusal.description)
            return web.json_response(body, status=refusal.code)
        self._record(token, name, given, 200, result)
        return web.json_response({"ok": True, "result": result})

    async def _performed(self, token: str, name: str, given: Parameters) -> Any:
        bot = self._world.bot_of(token)
        method = METHODS.get(name.lower())
        if method is None:
            raise Refusal(404, "Not Found: method not found")
        unknown = given.names() - method.parameters
        if self._world.strict and unknown:
            raise bad_request(f"{method.name} has no parameter {', '.join(sorted(unknown))}")
        result = method.perform(self._world, bot, given)
        if inspect.isawaitable(result):
            result = await self._unless_closing(result)
        self._look_after(bot)
        return result

    async def _unless_closing(self, result: Any) -> Any:
        """A long poll ends when the server does, so that stopping waits for nobody."""
        poll = asyncio.ensure_future(result)
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait({poll, closing}, return_when=asyncio.FIRST_COMPLETED)
            if not poll.done():
                raise Refusal(502, "Bad Gateway")
            return await poll
        finally:
            poll.cancel()
            closing.cancel()

    async def _before(self, fault: Fault | None, request: web.Request) -> None:
        match fault:
            case Slow(seconds=seconds, after=False):
                await asyncio.sleep(seconds)
            case Broken(code=code, text=text):
                raise Refusal(code, text)
            case Flooded(retry_after=seconds):
                raise too_many(seconds)
            case Hanging():
                await self._unless_closing(self._world.faults.until_healed())
                raise Refusal(504, "Gateway Timeout")
            case Dropped(after=False):
                _cut(request)

    async def _after(self, fault: Fault | None, request: web.Request) -> None:
        match fault:
            case Slow(seconds=seconds, after=True):
                await asyncio.sleep(seconds)
            case Dropped(after=True):
                _cut(request)

    def _record(self, token: str, name: str, given: Parameters, code: int, answer: Any) -> None:
        now = self._world.now()
        self._world.calls.append(Recorded(token, name, given.recorded(), code, answer, now))

    async def _download(self, request: web.Request) -> web.Response:
        try:
            self._world.bot_of(request.match_info["token"])
        except Refusal as refusal:
            return web.json_response(
                {"ok": False, "error_code": refusal.code, "description": refusal.description},
                status=refusal.code,
            )
        for stored in self._world.files.values():
            if stored.path == request.match_info["path"]:
                return web.Response(body=stored.content, content_type="application/octet-stream")
        return web.json_response(
            {"ok": False, "error_code": 404, "description": "Not Found"}, status=404
        )


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
    raise Refusal(GONE, "connection dropped by order")
