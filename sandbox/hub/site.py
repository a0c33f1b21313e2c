"""The signed-in pages: who am I, which chats may read my record, yes or no to a new one."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from sandbox.hub import pages
from sandbox.hub.api import refused
from sandbox.hub.oauth import CODE_LASTS

if TYPE_CHECKING:
    from sandbox.hub.accounts import Account
    from sandbox.hub.server import HubSandbox

COOKIE = "hub_session"
WRONG_CODES = 5
"""After so many wrong codes in ten minutes an account must wait: 34 bits are not to be guessed."""

WRONG_CODE_TEXT = (
    "The code is wrong, was used already, is older than ten minutes, or belongs to another "
    "account. Ask the chat for a new one with /link."
)


@dataclass(slots=True)
class _Session:
    account: str
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))


def site_routes(hub: HubSandbox) -> list[web.RouteDef]:
    """The pages, and the one call of the contract that needs a signed-in physician."""
    site = _Site(hub)
    return [
        web.get("/", site.home),
        web.post("/sign-in", site.sign_in),
        web.post("/sign-out", site.signed_in(site.sign_out)),
        web.get("/device", site.ask),
        web.post("/device", site.signed_in(site.decide)),
        web.post("/link", site.signed_in(site.link)),
        web.post("/link_tokens", site.link_token),
    ]


def _html(page: str, status: int = 200) -> web.Response:
    return web.Response(text=page, content_type="text/html", status=status, headers=pages.HEADERS)


def _inside(address: str) -> str:
    """An address of this site, whatever was asked for."""
    own = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if own else "/"


class _Site:
    def __init__(self, hub: HubSandbox) -> None:
        self.hub = hub
        self.sessions: dict[str, _Session] = {}
        self.wrong: dict[str, list[datetime]] = {}

    def session(self, request: web.Request) -> _Session | None:
        return self.sessions.get(self.hub.oauth.hashed(request.cookies.get(COOKIE, "")))

    def account(self, session: _Session) -> Account:
        return self.hub.accounts[session.account]

    def signed_in(
        self, answer: Callable[[_Session, dict[str, str]], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Only for a signed-in physician, and only from the hub's own page."""

        async def answered(request: web.Request) -> web.StreamResponse:
            session = self.session(request)
            if session is None:
                return _html(self._sign_in_page("/"), 401)
            form = {name: str(value) for name, value in (await request.post()).items()}
            if not hmac.compare_digest(form.get("csrf", "").encode(), session.csrf.encode()):
                return _html(pages.message("Not done", "Please start again."), 403)
            return await answer(session, form)

        return answered

    def _sign_in_page(self, then: str) -> str:
        names = [(account.id, account.name) for account in self.hub.accounts.values()]
        return pages.sign_in(names, then)

    async def home(self, request: web.Request) -> web.StreamResponse:
        session = self.session(request)
        if session is None:
            return _html(self._sign_in_page("/"))
        chats = [link.chat_name for link in self.hub.oauth.links_of(session.account)]
        return _html(pages.home(self.account(session).name, chats, session.csrf))

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        account = str(form.get("account", ""))
        if account not in self.hub.accounts:
            return _html(self._sign_in_page("/"), 400)
        secret = secrets.token_urlsafe(24)
        self.sessions[self.hub.oauth.hashed(secret)] = _Session(account)
        answer = web.Response(
            status=303, headers={**pages.HEADERS, "Location": _inside(str(form.get("then", "/")))}
        )
        answer.set_cookie(COOKIE, secret, httponly=True, samesite="Lax", path="/")
        return answer

    async def sign_out(self, session: _Session, _: dict[str, str]) -> web.Response:
        self.sessions = {key: kept for key, kept in self.sessions.items() if kept is not session}
        answer = web.Response(status=303, headers={**pages.HEADERS, "Location": "/"})
        answer.del_cookie(COOKIE, path="/")
        return answer

    # ── yes or no to a chat ─────────────────────────────────────────────────────────────────

    async def ask(self, request: web.Request) -> web.StreamResponse:
        session, code = self.session(request), request.query.get("user_code", "")
        if session is None:
            return _html(self._sign_in_page(f"/device?user_code={quote(code)}"))
        if not code:
            raise web.HTTPSeeOther("/")
        if self._must_wait(session.account):
            return _html(pages.message("Please wait", "Too many wrong codes."), 429)
        grant = self.hub.oauth.pending(code, session.account)
        if grant is None:
            self.wrong.setdefault(session.account, []).append(self.hub.now())
            return _html(pages.message("This code does not work", WRONG_CODE_TEXT), 404)
        name = self.account(session).name
        return _html(pages.confirm(name, grant.chat_name, code, session.csrf))

    def _must_wait(self, account: str) -> bool:
        since = self.hub.now() - timedelta(minutes=10)
        recent = [moment for moment in self.wrong.get(account, []) if moment > since]
        self.wrong[account] = recent
        return len(recent) >= WRONG_CODES

    async def decide(self, session: _Session, form: dict[str, str]) -> web.Response:
        if self._must_wait(session.account):
            return _html(pages.message("Please wait", "Too many wrong codes."), 429)
        grant = self.hub.oauth.pending(form.get("user_code", ""), session.account)
        decision = form.get("decision")
        if grant is None or decision not in ("yes", "no"):
            self.wrong.setdefault(session.account, []).append(self.hub.now())
            return _html(pages.message("This code does not work", WRONG_CODE_TEXT), 404)
        self.hub.oauth.decide(grant, session.account, yes=decision == "yes")
        if decision == "no":
            return _html(pages.message("Not connected", "The chat got nothing."))
        return _html(
            pages.message(
                "Connected", f"{grant.chat_name} can now read your record. Go back to Telegram."
            )
        )

    # ── deep links ──────────────────────────────────────────────────────────────────────────

    def _deep_link(self, account: str) -> tuple[str, str]:
        token = self.hub.oauth.make_link_token(account)
        return token, f"https://t.me/{self.hub.bot_name}?start={token}"

    async def link(self, session: _Session, _: dict[str, str]) -> web.Response:
        return _html(pages.link(self._deep_link(session.account)[1]))

    async def link_token(self, request: web.Request) -> web.StreamResponse:
        session = self.session(request)
        if session is None:
            return refused(401, "sign in first")
        sent = request.headers.get("X-CSRF-Token", "")
        if not hmac.compare_digest(sent.encode(), session.csrf.encode()):
            return refused(403, "X-CSRF-Token is missing or wrong")
        token, address = self._deep_link(session.account)
        lasts = int(CODE_LASTS.total_seconds())
        answer = {"token": token, "link": address, "expires_in": lasts}
        return web.json_response(answer, status=201, headers={"Cache-Control": "no-store"})
