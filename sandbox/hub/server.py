"""The reference hub over HTTP: `docs/hub-api.yaml` on loopback, with faults to order."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.model import Activity, Credit
from sandbox.hub.accounts import Account, demo_accounts
from sandbox.hub.api import api_routes
from sandbox.hub.complaints import Intake, Status, StoredComplaint
from sandbox.hub.faults import (
    Broken,
    Dripping,
    Dropped,
    Fault,
    Faults,
    HalfBody,
    Huge,
    Slow,
    Unauthorized,
    WrongJson,
    fault_of,
)
from sandbox.hub.feed import Feed, feed_of, real_activities, renumbered
from sandbox.hub.oauth import Authorization
from sandbox.hub.site import site_routes

HOST = "127.0.0.1"
BODY_BYTES = 21 * 1024 * 1024
CLIENT_ID = "cmebot-demo"
SECRET = ("Authorization", "Cookie")
KEPT_CALLS = 10_000
GONE = 499
"""Recorded as the status of a call whose caller got no answer."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class HubCall:
    """One request as it came in, and the status it got; 499 where the connection was cut."""

    method: str
    path: str
    query: dict[str, str]
    status: int
    headers: dict[str, str]


@dataclass(slots=True)
class HubSandbox:
    """A hub of one's own; `url` is what `CMEBOT_HUB_URL` takes.

    `skew` sets its clock wrong; `accounts`, `feed` and `intake` are its whole memory.
    """

    clock: Callable[[], datetime]
    bot_name: str
    accounts: dict[str, Account]
    feed: Feed
    skew: timedelta = timedelta()
    intake: Intake = field(default_factory=Intake)
    faults: Faults = field(default_factory=Faults)
    calls: list[HubCall] = field(default_factory=list)
    port: int = 0
    oauth: Authorization = field(init=False)
    _served: AsyncExitStack | None = None

    def __post_init__(self) -> None:
        self.oauth = Authorization(self.now, frozenset({CLIENT_ID}))

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def now(self) -> datetime:
        """The hub's own time: the clock handed in, wrong by `skew`."""
        return self.clock() + self.skew

    def today(self) -> date:
        return self.now().date()

    # ── what happens at the hub ─────────────────────────────────────────────────────────────

    def publish(self, activity: Activity) -> None:
        """A provider adds or changes an activity."""
        self.feed.publish(activity)

    def withdraw(self, activity_id: str) -> None:
        """A provider withdraws an activity."""
        self.feed.withdraw(activity_id)

    def forget_cursors(self) -> None:
        """The hub rebuilds its feed; every earlier cursor is answered with 410."""
        self.feed = renumbered(self.feed)

    def report(self, account: str, credit: Credit) -> Credit:
        """A provider reports a credit of a physician."""
        return self.accounts[account].report(credit)

    def withdraw_credit(self, account: str, hub_id: str) -> None:
        """A provider takes a credit back."""
        self.accounts[account].withdraw(hub_id)

    def complaint(self, reference: str) -> StoredComplaint:
        """The one complaint filed under the number that the physician was given."""
        found = [
            one for one in self.intake.stored.values() if one.content["reference"] == reference
        ]
        assert len(found) == 1, f"{len(found)} complaints are filed as {reference}"
        return found[0]

    def advance(self, reference: str, status: Status, message: str | None = None) -> None:
        """The hub's staff moves a complaint on."""
        complaint = self.complaint(reference)
        complaint.status, complaint.message = status, message
        complaint.updated_on = self.today()

    def order(self, fault: Fault, path: str = "/", times: int | None = 1) -> None:
        """The next `times` calls below `path` meet the fault; None means until healed."""
        self.faults.order(fault, path, times)

    def heal(self) -> None:
        """Withdraws all faults and sets the clock right."""
        self.faults.heal()
        self.skew = timedelta()

    # ── serving ─────────────────────────────────────────────────────────────────────────────

    def application(self) -> web.Application:
        """All that is served."""
        app = web.Application(
            middlewares=[_recording(self), _faulty(self)], client_max_size=BODY_BYTES
        )
        app.add_routes(api_routes(self))
        app.add_routes(site_routes(self))
        app.add_routes([web.post("/_sandbox/faults", _ordering(self))])
        app.on_response_prepare.append(_dating(self))
        return app

    async def goes_up(self, port: int | None = None) -> None:
        """Starts to serve, on the same port as before unless told otherwise; 0 is a free one."""
        async with AsyncExitStack() as stack:
            runner = web.AppRunner(
                self.application(), access_log=None, handler_cancellation=True, shutdown_timeout=1.0
            )
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            wanted = self.port if port is None else port
            await web.TCPSite(runner, HOST, wanted, reuse_address=True).start()
            self.port = runner.addresses[0][1]
            self._served = stack.pop_all()

    async def goes_down(self) -> None:
        """Stops to serve; what the hub knows is kept."""
        if self._served is not None:
            served, self._served = self._served, None
            await served.aclose()


@asynccontextmanager
async def hub_sandbox(
    *,
    port: int = 0,
    now: Callable[[], datetime] | None = None,
    today: date | None = None,
    bot_name: str = "cmebot",
    activities: list[Activity] | None = None,
) -> AsyncIterator[HubSandbox]:
    """A running reference hub.

    `now` is its clock (aware, default the real one); `today` the day that the demo physicians'
    dates are to fit, by default the clock's.
    """
    clock = now or _utc_now
    hub = HubSandbox(
        clock=clock,
        bot_name=bot_name,
        accounts=demo_accounts(today or clock().date()),
        feed=feed_of(real_activities() if activities is None else activities),
    )
    await hub.goes_up(port)
    try:
        yield hub
    finally:
        hub.heal()
        await hub.goes_down()


def run(port: int) -> None:
    """Serves until interrupted: `python -m sandbox hub --port N`."""
    asyncio.run(_serve(port))


async def _serve(port: int) -> None:
    async with hub_sandbox(port=port) as hub:
        print(f"Hub for CMEBOT_HUB_URL: {hub.url} (CMEBOT_HUB_CLIENT_ID={CLIENT_ID})")
        print(f"Signed-in pages: {hub.url}/", flush=True)
        await asyncio.Event().wait()


def _utc_now() -> datetime:
    return datetime.now(UTC)


# ── around every call ───────────────────────────────────────────────────────────────────────


def _dating(hub: HubSandbox) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    async def dated(_: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = hub.now().strftime("%a, %d %b %Y %H:%M:%S GMT")

    return dated


def _recording(hub: HubSandbox) -> Middleware:
    @web.middleware
    async def recorded(request: web.Request, handler: Handler) -> web.StreamResponse:
        status = GONE
        try:
            response = await handler(request)
            status = response.status
        except web.HTTPException as answer:
            status = answer.status
            raise
        else:
            return response
        finally:
            headers = {name: value for name, value in request.headers.items() if name not in SECRET}
            del hub.calls[:-KEPT_CALLS]
            hub.calls.append(
                HubCall(request.method, request.path, dict(request.query), status, headers)
            )

    return recorded


def _faulty(hub: HubSandbox) -> Middleware:
    @web.middleware
    async def met(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/_sandbox"):
            return await handler(request)
        fault = hub.faults.met_by(request.path)
        if fault is None:
            return await handler(request)
        return await _with_fault(fault, request, handler)

    return met


async def _with_fault(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    match fault:
        case Slow(seconds):
            await asyncio.sleep(seconds)
        case Broken(code, retry_after):
            headers = {} if retry_after is None else {"Retry-After": retry_after}
            return _error(code, "broken by order", headers)
        case Unauthorized():
            return _error(401, "invalid_token", {"WWW-Authenticate": "Bearer"})
        case Dropped(after=False):
            return _cut(request)
        case Huge(size):
            return web.Response(body=b" " * size, content_type="application/json")
        case _:
            pass
    response = await handler(request)
    match fault:
        case Dropped():
            return _cut(request)
        case WrongJson(body) if isinstance(response, web.Response):
            response.body = body
        case HalfBody() if isinstance(response, web.Response):
            return await _half(request, response)
        case Dripping(seconds) if isinstance(response, web.Response):
            return await _dripped(request, response, seconds)
        case _:
            pass
    return response


def _error(code: int, message: str, headers: dict[str, str]) -> web.Response:
    return web.json_response({"code": code, "message": message}, status=code, headers=headers)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=GONE)


def _content(response: web.Response) -> bytes:
    return response.body if isinstance(response.body, bytes) else b""


async def _half(request: web.Request, response: web.Response) -> web.StreamResponse:
    content = _content(response)
    begun = web.StreamResponse(status=response.status, headers=response.headers)
    begun.content_length = len(content)
    await begun.prepare(request)
    await begun.write(content[: len(content) // 2])
    await asyncio.sleep(0)
    if request.transport is not None:
        request.transport.close()
    return begun


async def _dripped(
    request: web.Request, response: web.Response, seconds: float
) -> web.StreamResponse:
    content = _content(response)
    begun = web.StreamResponse(status=response.status, headers=response.headers)
    begun.content_length = len(content)
    await begun.prepare(request)
    for place in range(len(content)):
        await begun.write(content[place : place + 1])
        await asyncio.sleep(seconds)
    return begun


def _ordering(hub: HubSandbox) -> Handler:
    async def ordered(request: web.Request) -> web.StreamResponse:
        try:
            order: dict[str, Any] = await request.json()
            if order.pop("heal", False):
                hub.heal()
                return web.json_response({"healed": True})
            if "skew" in order:
                hub.skew = timedelta(seconds=float(order["skew"]))
                return web.json_response({"skew": hub.skew.total_seconds()})
            path, times = order.pop("path", "/"), order.pop("times", 1)
            hub.order(fault_of(order), str(path), None if times is None else int(times))
        except (ValueError, TypeError, AttributeError, json.JSONDecodeError) as error:
            return _error(400, str(error), {})
        return web.json_response({"ordered": True})

    return ordered
