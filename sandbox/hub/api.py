"""The addresses of `docs/hub-api.yaml` that programs call."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import web

from sandbox.hub.complaints import IntakeRefusal, StoredComplaint
from sandbox.hub.feed import MOST_PER_PAGE, UnknownCursor
from sandbox.hub.oauth import DEVICE_GRANT, OAuthRefusal

if TYPE_CHECKING:
    from sandbox.hub.accounts import Account
    from sandbox.hub.server import HubSandbox

PER_PAGE = 100
KEY_LENGTHS = range(16, 201)
JSON = "application/json"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def api_routes(hub: HubSandbox) -> list[web.RouteDef]:
    """All routes of the contract except the signed-in ones."""
    api = _Api(hub)
    return [
        web.get("/activities", api.activities),
        web.get("/GetLearnerTranscriptbyLearner", api.transcript),
        web.get("/profile", api.profile),
        web.post("/oauth/device_authorization", _oauth(api.start)),
        web.post("/oauth/token", _oauth(api.token)),
        web.post("/oauth/revoke", _oauth(api.revoke)),
        web.post("/complaints", _intake(api.file)),
        web.get("/complaints/{id}", _intake(api.follow)),
        web.post("/complaints/{id}/additions", _intake(api.add)),
        web.post("/complaints/{id}/withdrawal", _intake(api.withdraw)),
        web.put("/complaints/{id}/evidence/{sha256}", _intake(api.evidence)),
    ]


def refused(status: int, message: str, **headers: str) -> web.Response:
    """The contract's `Error`."""
    return web.json_response({"code": status, "message": message}, status=status, headers=headers)


class _Api:
    def __init__(self, hub: HubSandbox) -> None:
        self.hub = hub

    # ── activities ──────────────────────────────────────────────────────────────────────────

    async def activities(self, request: web.Request) -> web.StreamResponse:
        limit = request.query.get("limit", str(PER_PAGE))
        if not limit.isdecimal() or not 1 <= int(limit) <= MOST_PER_PAGE:
            return refused(400, "limit must be between 1 and 500")
        try:
            page = self.hub.feed.page(request.query.get("cursor"), int(limit))
        except UnknownCursor:
            return refused(410, "cursor_gone")
        if request.headers.get("If-None-Match") == page.etag:
            return web.Response(status=304, headers={"ETag": page.etag})
        headers = {"ETag": page.etag}
        if page.next_cursor:
            following = f"/activities?cursor={quote(page.next_cursor)}&limit={limit}"
            headers["Link"] = f'<{following}>; rel="next"'
        return web.Response(body=page.body, content_type=JSON, headers=headers)

    # ── a physician's record ────────────────────────────────────────────────────────────────

    def _account(self, request: web.Request) -> Account | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        account = self.hub.oauth.account_of(token) if scheme.lower() == "bearer" else None
        return self.hub.accounts.get(account) if account else None

    async def transcript(self, request: web.Request) -> web.StreamResponse:
        account = self._account(request)
        if account is None:
            return refused(401, "invalid_token", **{"WWW-Authenticate": "Bearer"})
        try:
            first, last = (
                date.fromisoformat(request.query[name]) if name in request.query else None
                for name in ("completionDateRangeStart", "completionDateRangeEnd")
            )
        except ValueError:
            return refused(400, "a date is written YYYY-MM-DD")
        body = json.dumps(account.transcript(first, last), ensure_ascii=False).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        private = {"ETag": etag, "Cache-Control": "private, no-cache"}
        return web.Response(body=body, content_type=JSON, headers=private)

    async def profile(self, request: web.Request) -> web.StreamResponse:
        account = self._account(request)
        if account is None:
            return refused(401, "invalid_token", **{"WWW-Authenticate": "Bearer"})
        return web.json_response(account.profile(), headers={"Cache-Control": "no-store"})

    # ── linking ─────────────────────────────────────────────────────────────────────────────

    async def start(self, form: dict[str, str]) -> dict[str, Any]:
        oauth = self.hub.oauth
        codes = oauth.start(
            form.get("client_id", ""), form.get("chat_name", ""), form.get("link_token", "")
        )
        page = f"{self.hub.url}/device"
        answer = codes | {
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={codes['user_code']}",
        }
        only = oauth.grants[oauth.hashed(codes["device_code"])].only_account
        return answer | ({"physician_name": self.hub.accounts[only].name} if only else {})

    async def token(self, form: dict[str, str]) -> dict[str, Any]:
        client, kind = form.get("client_id", ""), form.get("grant_type", "")
        if kind == DEVICE_GRANT:
            link, tokens = self.hub.oauth.poll(client, form.get("device_code", ""))
        elif kind == "refresh_token":
            link, tokens = self.hub.oauth.renew(client, form.get("refresh_token", ""))
        else:
            raise OAuthRefusal("unsupported_grant_type")
        account = self.hub.accounts[link.account]
        return tokens | {"physician_name": account.name, "physician_id": account.id}

    async def revoke(self, form: dict[str, str]) -> dict[str, Any]:
        self.hub.oauth.revoke(form.get("client_id", ""), form.get("token", ""))
        return {}

    # ── complaints ──────────────────────────────────────────────────────────────────────────

    async def file(self, request: web.Request) -> web.StreamResponse:
        content = await _object(request)
        complaint, before = self.hub.intake.file(_key(request), content, self.hub.today())
        headers = {"Idempotency-Replayed": "true"} if before else {}
        return web.json_response(complaint.answer(), status=201, headers=headers)

    def _complaint(self, request: web.Request) -> StoredComplaint:
        return self.hub.intake.find(request.match_info["id"])

    async def follow(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self._complaint(request).answer())

    async def add(self, request: web.Request) -> web.StreamResponse:
        text, key = str((await _object(request)).get("text", "")), _key(request)
        complaint = self._complaint(request)
        self.hub.intake.add(complaint.id, key, text, self.hub.today())
        return web.json_response(complaint.answer(), status=201)

    async def withdraw(self, request: web.Request) -> web.StreamResponse:
        complaint = self.hub.intake.withdraw(request.match_info["id"], self.hub.today())
        return web.json_response(complaint.answer())

    async def evidence(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        self.hub.intake.keep_evidence(
            request.match_info["id"], request.match_info["sha256"], content
        )
        return web.Response(status=204)


def _oauth(answer: Callable[[dict[str, str]], Awaitable[dict[str, Any]]]) -> Handler:
    async def answered(request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            content, status = await answer(form), 200
        except OAuthRefusal as refusal:
            content, status = {"error": refusal.error}, refusal.status
        return web.json_response(content, status=status, headers={"Cache-Control": "no-store"})

    return answered


def _intake(answer: Handler) -> Handler:
    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            return await answer(request)
        except IntakeRefusal as refusal:
            return refused(refusal.status, refusal.message)

    return answered


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        content = json.loads(await request.read())
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise IntakeRefusal(400, "the body must be a JSON object")
    return content


def _key(request: web.Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) not in KEY_LENGTHS:
        raise IntakeRefusal(400, "Idempotency-Key of 16 to 200 characters is required")
    return key
