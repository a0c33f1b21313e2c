"""Calls to the hub: the only module that knows httpx.

A call has a time limit for each operation and one for the whole, tries of growing and jittered
pauses between them, and a largest size of what is read. Only what may be repeated without harm
is repeated: reading, and writing under an idempotency key.
"""

import asyncio
import email.utils
import random
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx

from bot.hub.contract import json_value
from bot.hub.errors import HubDown, HubNonsense, HubRefused, HubUnauthorized

MEGABYTE = 1024 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take, in seconds, and how often it is tried.

    `whole` bounds all tries and pauses together. A hub that asks for a pause longer than
    `longest_pause` is taken at its word: the call ends with `HubDown.retry_after`.
    """

    connect: float = 4.0
    read: float = 10.0
    whole: float = 45.0
    tries: int = 3
    first_pause: float = 0.5
    longest_pause: float = 15.0
    most_bytes: int = 16 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Answer:
    """A usable answer: 2xx with its body, or 304 without.

    `next_cursor` is read from the `Link` header, so that it is there when the body is broken.
    """

    status: int
    body: bytes = field(default=b"", repr=False)
    etag: str | None = None
    next_cursor: str | None = None

    @property
    def unchanged(self) -> bool:
        return self.status == httpx.codes.NOT_MODIFIED

    def json(self) -> Any:
        """The body as JSON.

        Raises `HubNonsense` where it is not JSON.
        """
        return json_value(self.body)


class HubClient:
    """One connection pool to one hub, for the whole life of the process.

    `url` may hold a path. Close it, or use it as an async context manager. `pause` and `jitter`
    (between 0 and 1) are handed in by tests.
    """

    def __init__(
        self,
        url: str,
        *,
        client_id: str,
        patience: Patience | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.client_id = client_id
        self._patience = patience or Patience()
        self._pause = pause
        self._jitter = jitter
        local = urlsplit(url).hostname in LOOPBACK
        # Building the certificate store takes a quarter of a second that a first try need not wait.
        verify: ssl.SSLContext | bool = not (local and url.startswith("http:"))
        limits = self._patience
        self._http = httpx.AsyncClient(
            base_url=url,
            timeout=httpx.Timeout(limits.read, connect=limits.connect),
            headers={"User-Agent": "cmebot", "Accept": "application/json"},
            trust_env=not local,
            verify=verify,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def get(
        self,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        token: str | None = None,
        etag: str | None = None,
    ) -> Answer:
        """Reads; with `etag` the answer may be "unchanged"."""
        headers = _bearer(token) | ({"If-None-Match": etag} if etag else {})
        request = self._http.build_request("GET", path, params=params, headers=headers)
        return await self._call(request, self._patience.tries)

    async def post_form(
        self, path: str, form: Mapping[str, str], *, repeatable: bool = False
    ) -> Answer:
        """Sends a form with the client's id, as OAuth does."""
        fields = {"client_id": self.client_id, **form}
        request = self._http.build_request("POST", path, data=fields)
        return await self._call(request, self._patience.tries if repeatable else 1)

    async def post_json(
        self,
        path: str,
        content: Mapping[str, Any],
        *,
        idempotency_key: str | None,
        token: str | None = None,
    ) -> Answer:
        """Sends JSON; under a key it is repeated until the hub has it, without one sent once."""
        keyed = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        headers = _bearer(token) | keyed
        request = self._http.build_request("POST", path, json=dict(content), headers=headers)
        return await self._call(request, self._patience.tries if idempotency_key else 1)

    async def put(self, path: str, content: bytes, content_type: str) -> Answer:
        """Puts a file in its place; putting it there again changes nothing."""
        headers = {"Content-Type": content_type}
        request = self._http.build_request("PUT", path, content=content, headers=headers)
        return await self._call(request, self._patience.tries)

    # ── one call, several tries ─────────────────────────────────────────────────────────────

    async def _call(self, request: httpx.Request, tries: int) -> Answer:
        try:
            async with asyncio.timeout(self._patience.whole):
                return await self._tried(request, tries)
        except TimeoutError as error:
            raise HubDown(f"no answer within {self._patience.whole:g} s") from error

    async def _tried(self, request: httpx.Request, tries: int) -> Answer:
        for turn in range(tries):
            try:
                return await self._once(request)
            except HubDown as down:
                asked = down.retry_after or 0.0
                if turn + 1 == tries or asked > self._patience.longest_pause:
                    raise
                growing = self._patience.first_pause * 2**turn * (1 + self._jitter())
                await self._pause(max(asked, min(growing, self._patience.longest_pause)))
        raise HubDown("not tried")

    async def _once(self, request: httpx.Request) -> Answer:
        try:
            response = await self._http.send(request, stream=True)
            try:
                body = await self._body(response)
            finally:
                await response.aclose()
        except httpx.TransportError as error:
            raise HubDown(f"no answer: {type(error).__name__}") from error
        except (httpx.DecodingError, httpx.StreamError) as error:
            raise HubNonsense(f"unreadable answer: {type(error).__name__}") from error
        return _judged(response, body)

    async def _body(self, response: httpx.Response) -> bytes:
        content = bytearray()
        async for part in response.aiter_bytes():
            content += part
            if len(content) > self._patience.most_bytes:
                limit = self._patience.most_bytes
                raise HubNonsense(
                    f"the answer is larger than {limit} bytes", next_cursor=_next_cursor(response)
                )
        return bytes(content)


def _bearer(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _judged(response: httpx.Response, body: bytes) -> Answer:
    status = response.status_code
    if response.is_success or status == httpx.codes.NOT_MODIFIED:
        return Answer(status, body, response.headers.get("ETag"), _next_cursor(response))
    if response.is_server_error or status == httpx.codes.TOO_MANY_REQUESTS:
        raise HubDown(f"the hub answers {status}", retry_after=_retry_after(response))
    if status == httpx.codes.UNAUTHORIZED:
        raise HubUnauthorized(status, _reason(body))
    if response.is_client_error:
        raise HubRefused(status, _reason(body))
    raise HubNonsense(f"the hub answers {status}")


def _reason(body: bytes) -> str:
    """The error code of an answer, in both forms of the contract."""
    try:
        content = json_value(body)
    except HubNonsense:
        return "unknown"
    said = content.get("error", content.get("message")) if isinstance(content, dict) else None
    return said if isinstance(said, str) else "unknown"


def _next_cursor(response: httpx.Response) -> str | None:
    """Only the cursor of the next page's address: no header sends the client to another host."""
    address = response.links.get("next", {}).get("url", "")
    return next(iter(parse_qs(urlsplit(address).query).get("cursor", [])), None)


def _retry_after(response: httpx.Response) -> float | None:
    """The pause asked for, in seconds; a date is read against the hub's own clock."""
    value = response.headers.get("Retry-After", "")
    if value.isascii() and value.isdigit():
        return float(value)
    until, now = _moment(value), _moment(response.headers.get("Date", ""))
    return max(0.0, (until - now).total_seconds()) if until and now else None


def _moment(value: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
