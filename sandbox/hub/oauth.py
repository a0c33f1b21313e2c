"""Who may read whose record: device grants, deep links and tokens (RFC 6749, 7009, 8628).

No code or token is kept, only its keyed hash; what is lost with the process was good for minutes
or can be linked anew.
"""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

CODE_LASTS = timedelta(minutes=10)
ACCESS_LASTS = timedelta(hours=1)
REFRESH_GRACE = timedelta(seconds=60)
"""For so long a used refresh token may come again from a client that lost the answer."""

INTERVAL = 5
SLOWER_BY = 5
CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"
"""RFC 8628 section 6.1: no vowels, so that no words arise; no letter twice to mistake."""

SECRET_BYTES = 24
"""192 bits; a deep link's token then has 32 characters of the 64 that Telegram allows."""

LONGEST_NAME = 64
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SCOPE = "transcript profile"

Decision = Literal["pending", "approved", "denied", "used"]


class OAuthRefusal(Exception):  # noqa: N818 - an answer, not a defect
    """An error code of RFC 6749 or RFC 8628."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.status = status


@dataclass(slots=True)
class Grant:
    """One attempt to link: a chat that asks, and perhaps already an account that answered."""

    client_id: str
    chat_name: str
    expires_at: datetime
    only_account: str | None = None
    interval: int = INTERVAL
    last_poll: datetime | None = None
    decision: Decision = "pending"
    account: str | None = None


@dataclass(slots=True)
class Link:
    """A chat that reads an account; `access` and `refresh` are hashes."""

    client_id: str
    account: str
    chat_name: str
    since: datetime
    access: str = ""
    access_until: datetime | None = None
    refresh: str = ""
    before: str = ""
    renewed_at: datetime | None = None
    alive: bool = True


@dataclass(slots=True)
class _LinkToken:
    account: str
    expires_at: datetime


def shown_name(name: str) -> str:
    """A chat's name fit to be shown: one line, at most 64 characters, nothing invisible."""
    visible = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in name)
    return " ".join(visible.split())[:LONGEST_NAME]


@dataclass(slots=True)
class Authorization:
    """The hub's memory of grants and links. `now` is the hub's clock, aware."""

    now: Callable[[], datetime]
    clients: frozenset[str]
    grants: dict[str, Grant] = field(default_factory=dict)
    user_codes: dict[str, str] = field(default_factory=dict)
    link_tokens: dict[str, _LinkToken] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    interval: int = INTERVAL
    """Seconds between polls that a client is asked for."""
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def hashed(self, secret: str) -> str:
        return hmac.new(self._key, secret.encode(), hashlib.sha256).hexdigest()

    def client(self, client_id: str) -> str:
        """The client's id.

        Raises `OAuthRefusal` where the hub does not know it.
        """
        if client_id not in self.clients:
            raise OAuthRefusal("invalid_client", 401)
        return client_id

    # ── beginning ───────────────────────────────────────────────────────────────────────────

    def make_link_token(self, account: str) -> str:
        """A deep link's token for this account: 192 bits, ten minutes, once."""
        token = secrets.token_urlsafe(SECRET_BYTES)
        self.link_tokens[self.hashed(token)] = _LinkToken(account, self.now() + CODE_LASTS)
        return token

    def start(self, client_id: str, chat_name: str, link_token: str = "") -> dict[str, Any]:
        """A new grant's codes; with a link token, only its account can answer."""
        client, name = self.client(client_id), shown_name(chat_name)
        if not name:
            raise OAuthRefusal("invalid_request")
        only = self._account_of_link(link_token) if link_token else None
        device, user = secrets.token_urlsafe(SECRET_BYTES), self._user_code()
        grant = Grant(client, name, self.now() + CODE_LASTS, only, self.interval)
        self.grants[self.hashed(device)] = grant
        self.user_codes[self.hashed(user)] = self.hashed(device)
        return {
            "device_code": device,
            "user_code": user,
            "expires_in": int(CODE_LASTS.total_seconds()),
            "interval": self.interval,
        }

    def linked(self, client_id: str, account: str, chat_name: str) -> dict[str, Any]:
        """The tokens of a link that somebody has already confirmed, as the demo begins with."""
        link = Link(self.client(client_id), account, shown_name(chat_name), self.now())
        self.links.append(link)
        return self._issue(link)

    def _account_of_link(self, token: str) -> str:
        found = self.link_tokens.pop(self.hashed(token), None)
        if found is None or found.expires_at <= self.now():
            raise OAuthRefusal("invalid_grant")
        return found.account

    def _user_code(self) -> str:
        letters = "".join(secrets.choice(CONSONANTS) for _ in range(8))
        return f"{letters[:4]}-{letters[4:]}"

    # ── answering, on the signed-in page ────────────────────────────────────────────────────

    def pending(self, user_code: str, account: str) -> Grant | None:
        """The grant behind a user code that this account may answer now; None otherwise."""
        letters = "".join(letter for letter in user_code.upper() if letter in CONSONANTS)
        device = self.user_codes.get(self.hashed(f"{letters[:4]}-{letters[4:]}"))
        grant = self.grants.get(device) if device else None
        if grant is None or grant.decision != "pending" or grant.expires_at <= self.now():
            return None
        return grant if grant.only_account in (None, account) else None

    def decide(self, grant: Grant, account: str, *, yes: bool) -> None:
        grant.decision = "approved" if yes else "denied"
        grant.account = account

    # ── tokens ──────────────────────────────────────────────────────────────────────────────

    def poll(self, client_id: str, device_code: str) -> tuple[Link, dict[str, Any]]:
        """The tokens of an approved grant, once.

        Raises `OAuthRefusal` with what is still missing, or why there will be none.
        """
        grant = self.grants.get(self.hashed(device_code))
        if grant is None or grant.client_id != self.client(client_id):
            raise OAuthRefusal("invalid_grant")
        too_soon = self._too_soon(grant)
        if grant.decision == "used":
            raise OAuthRefusal("invalid_grant")
        if grant.decision == "denied":
            raise OAuthRefusal("access_denied")
        if grant.expires_at <= self.now():
            raise OAuthRefusal("expired_token")
        if too_soon:
            grant.interval += SLOWER_BY
            raise OAuthRefusal("slow_down")
        if grant.decision == "pending" or grant.account is None:
            raise OAuthRefusal("authorization_pending")
        grant.decision = "used"
        link = Link(grant.client_id, grant.account, grant.chat_name, self.now())
        self.links.append(link)
        return link, self._issue(link)

    def _too_soon(self, grant: Grant) -> bool:
        last, grant.last_poll = grant.last_poll, self.now()
        return last is not None and self.now() - last < timedelta(seconds=grant.interval)

    def renew(self, client_id: str, refresh_token: str) -> tuple[Link, dict[str, Any]]:
        """New tokens for a refresh token; one used before ends the link, as it may be stolen."""
        client, sent = self.client(client_id), self.hashed(refresh_token)
        for link in self.links:
            if not link.alive or link.client_id != client:
                continue
            if sent == link.refresh:
                return link, self._issue(link)
            if sent == link.before:
                renewed = link.renewed_at
                if renewed is not None and self.now() - renewed <= REFRESH_GRACE:
                    return link, self._issue(link, again=True)
                link.alive = False
        raise OAuthRefusal("invalid_grant")

    def _issue(self, link: Link, *, again: bool = False) -> dict[str, Any]:
        access, refresh = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(2))
        if not again:
            link.before, link.renewed_at = link.refresh, self.now()
        link.access, link.refresh = self.hashed(access), self.hashed(refresh)
        link.access_until = self.now() + ACCESS_LASTS
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": int(ACCESS_LASTS.total_seconds()),
            "refresh_token": refresh,
            "scope": SCOPE,
        }

    def revoke(self, client_id: str, token: str) -> None:
        """Ends the link of an access or refresh token; an unknown token is no error."""
        client, sent = self.client(client_id), self.hashed(token)
        for link in self.links:
            if link.client_id == client and sent in (link.access, link.refresh, link.before):
                link.alive = False

    def account_of(self, access_token: str) -> str | None:
        """The account that an access token may read now."""
        sent, now = self.hashed(access_token), self.now()
        for link in self.links:
            good = link.access_until is not None and now < link.access_until
            if link.alive and good and hmac.compare_digest(sent, link.access):
                return link.account
        return None

    def links_of(self, account: str) -> list[Link]:
        """The chats that read this account now."""
        return [link for link in self.links if link.alive and link.account == account]
