"""How updates reach a bot: long polling, or posts to its webhook."""

import asyncio
import math
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.telegram.markup import Json
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.refusals import ANOTHER_POLLER, WEBHOOK_ACTIVE, Refusal, bad_request
from sandbox.telegram.updates import MOST, Webhook
from sandbox.telegram.world import Bot, World

LONGEST_POLL = 50
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 10.0
ANSWER_SECONDS = 60


# ── polling ─────────────────────────────────────────────────────────────────────────────────


async def get_updates(world: World, bot: Bot, given: Parameters) -> list[Json]:
    """One poll: confirms what lies before `offset`, then answers, or waits up to `timeout` s."""
    updates = bot.updates
    if updates.webhook:
        raise Refusal(409, WEBHOOK_ACTIVE)
    poll = updates.begin_poll()
    updates.allow(given.structure("allowed_updates"))
    updates.confirm(given.integer("offset"), world.faults.repeats)
    limit = min(max(given.integer("limit", MOST), 1), MOST)
    seconds = min(max(given.integer("timeout"), 0), LONGEST_POLL)
    if not await updates.wait(poll, seconds):
        raise Refusal(409, ANOTHER_POLLER)
    if updates.webhook:
        raise Refusal(409, "Conflict: terminated by setWebhook request")
    return updates.pending[:limit]


# ── webhook ─────────────────────────────────────────────────────────────────────────────────


def set_webhook(world: World, bot: Bot, given: Parameters) -> bool:  # noqa: ARG001
    url, updates = given.text("url"), bot.updates
    if not url:
        return _without_webhook(bot, given)
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = given.text("secret_token") or None
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    updates.allow(given.structure("allowed_updates"))
    if given.flag("drop_pending_updates"):
        updates.pending.clear()
    updates.webhook = Webhook(url, secret, given.integer("max_connections", 40))
    updates.begin_poll()
    return True


def delete_webhook(world: World, bot: Bot, given: Parameters) -> bool:  # noqa: ARG001
    return _without_webhook(bot, given)


def _without_webhook(bot: Bot, given: Parameters) -> bool:
    bot.updates.webhook = None
    if given.flag("drop_pending_updates"):
        bot.updates.pending.clear()
    bot.updates.arrived.set()
    return True


def get_webhook_info(world: World, bot: Bot, given: Parameters) -> Json:  # noqa: ARG001
    updates, webhook = bot.updates, bot.updates.webhook
    known: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(updates.pending),
    }
    if webhook:
        known["max_connections"] = webhook.max_connections
        if webhook.last_error:
            known |= {
                "last_error_date": webhook.last_error_date,
                "last_error_message": webhook.last_error,
            }
    if updates.allowed:
        known["allowed_updates"] = sorted(updates.allowed)
    return known


@dataclass(slots=True)
class Postman:
    """Posts waiting updates to webhooks, one after another for each bot, until they are taken."""

    world: World
    session: ClientSession
    _rounds: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def look_after(self, bot: Bot) -> None:
        """Sees to it that a bot with a webhook gets its updates posted."""
        if bot.updates.webhook and bot.token not in self._rounds:
            round_ = asyncio.create_task(self._rounds_for(bot))
            self._rounds[bot.token] = round_
            round_.add_done_callback(lambda _: self._rounds.pop(bot.token, None))

    async def _rounds_for(self, bot: Bot) -> None:
        pause = FIRST_PAUSE
        while webhook := bot.updates.webhook:
            bot.updates.arrived.clear()
            if not bot.updates.pending:
                await bot.updates.arrived.wait()
                continue
            update = bot.updates.pending[0]
            if complaint := await self._posted(webhook, update):
                webhook.last_error = complaint
                webhook.last_error_date = math.floor(self.world.now().timestamp())
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            pause = FIRST_PAUSE
            if bot.updates.pending[:1] == [update] and not self.world.faults.repeats():
                bot.updates.pending.pop(0)

    async def _posted(self, webhook: Webhook, update: Json) -> str | None:
        headers = {SECRET_HEADER: webhook.secret} if webhook.secret else {}
        try:
            async with self.session.post(webhook.url, json=update, headers=headers) as answer:
                if answer.ok:
                    return None
                return f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except TimeoutError:
            return "Read timeout expired"
        except ClientError as error:
            return f"Connection failed: {type(error).__name__}"

    async def rest(self) -> None:
        rounds = list(self._rounds.values())
        for round_ in rounds:
            round_.cancel()
        await asyncio.gather(*rounds, return_exceptions=True)


@asynccontextmanager
async def postman(world: World) -> AsyncIterator[Postman]:
    """A postman with his own HTTP session, closed with the block."""
    async with ClientSession(timeout=ClientTimeout(total=ANSWER_SECONDS)) as session:
        on_duty = Postman(world, session)
        try:
            yield on_duty
        finally:
            await on_duty.rest()
