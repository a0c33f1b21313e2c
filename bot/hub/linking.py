"""Linking a chat to a hub account: the device authorization grant (RFC 8628), step by step.

Two ways lead in, and both end on the hub's signed-in page, where both names are shown and
confirmed: the chat shows a code, or the hub's page makes a deep link whose token arrives with
`/start`. A token alone links nothing: with it, only the account that made it can confirm, and the
chat is told whose account that is before anything is linked.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.hub.client import HubClient
from bot.hub.contract import DeviceAnswer, TokenAnswer, read
from bot.hub.errors import HubNonsense, HubRefused, HubUnauthorized

T = TypeVar("T")
SCOPE = "transcript profile"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SLOWER_BY = 5
"""Seconds more between polls after each `slow_down` (RFC 8628, section 3.5)."""

EARLY = timedelta(minutes=2)
"""An access token is renewed so long before its end, for the way and for slightly wrong clocks."""


@dataclass(frozen=True, slots=True)
class Started:
    """A linking under way. `device_code` is secret; `interval` is in seconds.

    `physician_name` is set after a deep link: whose hub account asks for this chat.
    """

    device_code: str = field(repr=False)
    user_code: str
    page: str
    expires_at: datetime
    interval: int
    physician_name: str | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """A link that works: both tokens are secret and never logged or shown.

    `account` is the hub's own lasting id of the physician, where it says one.
    """

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    expires_at: datetime
    physician_name: str | None = None
    account: str | None = None

    def stale(self, now: datetime) -> bool:
        """Whether the access token should be renewed before it is used."""
        return now >= self.expires_at - EARLY


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not answered yet: poll again after `interval` seconds."""

    interval: int


@dataclass(frozen=True, slots=True)
class Denied:
    """The physician said no on the hub's page."""


@dataclass(frozen=True, slots=True)
class Expired:
    """Ten minutes went by, or the code was used already: begin anew."""


async def start(
    client: HubClient, chat_name: str, now: datetime, *, link_token: str | None = None
) -> Started:
    """Begins a linking; `chat_name` is what the hub's page shows beside the physician's name.

    Raises `HubRefused` with `invalid_grant` where a link token is wrong, used or too old.
    """
    form = {"scope": SCOPE, "chat_name": chat_name}
    if link_token:
        form["link_token"] = link_token
    answer = await client.post_form("/oauth/device_authorization", form)
    codes = read(DeviceAnswer, answer.json())
    return Started(
        device_code=codes.device_code,
        user_code=codes.user_code,
        page=codes.verification_uri_complete or codes.verification_uri,
        expires_at=now + timedelta(seconds=codes.expires_in),
        interval=codes.interval,
        physician_name=codes.physician_name,
    )


async def poll(
    client: HubClient, started: Started, now: datetime
) -> Tokens | Waiting | Denied | Expired:
    """Asks once whether the physician has answered.

    After `Waiting` poll with `replace(started, interval=waiting.interval)`, not sooner.

    Raises `HubDown` where the hub does not answer: wait for twice the interval, then poll again.
    """
    if now >= started.expires_at:
        return Expired()
    form = {"grant_type": DEVICE_GRANT, "device_code": started.device_code}
    try:
        answer = await client.post_form("/oauth/token", form)
    except HubRefused as refusal:
        match refusal.error:
            case "authorization_pending":
                return Waiting(started.interval)
            case "slow_down":
                return Waiting(started.interval + SLOWER_BY)
            case "access_denied":
                return Denied()
            case "expired_token" | "invalid_grant":
                return Expired()
            case _:
                raise
    return _tokens(read(TokenAnswer, answer.json()), now)


async def refresh(client: HubClient, tokens: Tokens, now: datetime) -> Tokens | None:
    """New tokens for old ones; None where the link has ended and must be made anew.

    Store the new refresh token before anything else: the old one works for 60 seconds more.

    Raises `HubDown` where the hub does not answer; the old tokens are then still good to try.
    """
    if tokens.refresh is None:
        return None
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    try:
        answer = await client.post_form("/oauth/token", form, repeatable=True)
    except HubRefused as refusal:
        if refusal.error == "invalid_grant":
            return None
        raise
    renewed = _tokens(read(TokenAnswer, answer.json()), now)
    if renewed.refresh is not None:
        return renewed
    return replace(renewed, refresh=tokens.refresh)


async def authorized(
    tokens: Tokens,
    now: datetime,
    call: Callable[[str], Awaitable[T]],
    renew: Callable[[Tokens], Awaitable[Tokens | None]],
) -> T:
    """What `call` gives for an access token, which is renewed before, or once after a 401.

    `renew` gives new tokens, None where the link has ended; it stores them before they are used,
    so that a crash loses no link.

    Raises `HubUnauthorized` where the link has ended and must be made anew, and any `HubError`
    of the call.
    """
    if not tokens.stale(now):
        try:
            return await call(tokens.access)
        except HubUnauthorized:
            pass  # the hub's clock may be ahead of ours: renew, and see
    renewed = await renew(tokens)
    if renewed is None:
        raise HubUnauthorized(401, "the link has ended")
    try:
        return await call(renewed.access)
    except HubUnauthorized as refusal:
        # It has just given this token out, so the link stands: it is the hub that is confused.
        raise HubNonsense("a new token is refused") from refusal


async def revoke(client: HubClient, tokens: Tokens) -> None:
    """Ends the link at the hub, where a token that it no longer knows is no error.

    Raises `HubDown`; the link must be forgotten here all the same, and the call tried later.
    """
    form = {"token": tokens.refresh or tokens.access}
    await client.post_form("/oauth/revoke", form, repeatable=True)


def _tokens(answer: TokenAnswer, now: datetime) -> Tokens:
    # Counted from our own clock: the hub's may be wrong.
    expires_at = now + timedelta(seconds=answer.expires_in)
    return Tokens(
        answer.access_token,
        answer.refresh_token,
        expires_at,
        answer.physician_name,
        answer.physician_id,
    )
