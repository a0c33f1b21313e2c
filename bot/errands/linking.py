"""Linking a chat to a hub account: asking for a code, waiting for the yes, ending a link.

What comes of each goes to the dialog `hub`. A linking waits as one errand a chat, so that it goes
on after a restart and a newer one takes its place.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session
from telegram.error import TelegramError

from bot.errands.outside import Outside
from bot.handlers.errands import Again, Done, Outcome
from bot.hub import linking
from bot.hub.errors import HubDown, HubError, HubNonsense, HubRefused
from bot.hub.linking import Denied, Expired, Started, Tokens, Waiting
from bot.model import RunErrand
from bot.store.errands import Errand, begun_since, put_errand, waiting_errand
from bot.store.hub_links import Grant, account_of, keep_hub_link, linking_key
from bot.store.physicians import made_row

MOST_BEGINNINGS = 6
WINDOW = timedelta(minutes=10)
"""So many linkings may be begun in a chat in ten minutes: tokens are not to be guessed here."""

WORTH_SHOWING = timedelta(minutes=2)
"""A code that is good for less is not shown once more."""

REVOKE_AGAIN = timedelta(minutes=1)
REVOKE_LATEST = timedelta(hours=6)
REVOKE_UNTIL = timedelta(days=30)
"""First and longest pause between attempts to revoke, and for how long; then the hub has been
away so long that the tokens have ended by themselves.
"""


async def begin(outside: Outside, errand: Errand) -> Outcome:
    """Asks the hub for a code, or shows the one that is still good.

    values: `name` (the chat's), `token` (of a deep link, or empty), `again` (a new code is wanted).
    """
    client, chat_id = outside.hub, errand.chat_id
    if client is None or chat_id is None:
        return Done({"refused": "no_hub"})
    now = outside.clock()
    token = errand.values.get("token", "")
    shown, tries = await asyncio.to_thread(_earlier, outside, chat_id, now)
    if shown is not None and not token and not errand.values.get("again"):
        return Done({"code": shown})
    if tries > MOST_BEGINNINGS:
        return Done({"refused": "too_many"})
    name = await _chat_name(outside, chat_id, str(errand.values.get("name") or ""))
    try:
        started = await linking.start(client, name, now, link_token=token or None)
    except HubRefused as refusal:
        dead = bool(token) and refusal.error == "invalid_grant"
        return Done({"refused": "dead_link" if dead else "not_now"})
    except HubError:
        return Done({"refused": "down"})
    waiting = {
        "device_code": started.device_code,
        "interval": started.interval,
        "code": started.user_code,
        "page": started.page,
        "expires_at": started.expires_at.isoformat(),
        "owner": started.physician_name,
        "chat_name": name,
    }

    def wait(session: Session) -> None:
        due = now + timedelta(seconds=started.interval)
        wanted = RunErrand("hub_poll", "hub", waiting, key=linking_key(chat_id), due_at=due)
        put_errand(session, chat_id, wanted, now)

    return Done({"code": _shown(waiting)}, wait)


async def poll(outside: Outside, errand: Errand) -> Outcome:
    """Asks once whether the physician has answered on the hub's page."""
    client, chat_id = outside.hub, errand.chat_id
    if client is None or chat_id is None:
        return Done()
    values = errand.values
    started = Started(
        device_code=values["device_code"],
        user_code=values["code"],
        page=values["page"],
        expires_at=datetime.fromisoformat(values["expires_at"]),
        interval=values["interval"],
        physician_name=values["owner"],
    )
    now = outside.clock()
    try:
        answer = await linking.poll(client, started, now)
    except (HubDown, HubNonsense):
        return Again(timedelta(seconds=2 * started.interval))
    except HubRefused:
        return Done({"refused": "not_now"})
    match answer:
        case Waiting(interval):
            return Again(timedelta(seconds=interval), {**values, "interval": interval})
        case Denied():
            return Done({"denied": True})
        case Expired():
            return Done({"expired": True})
        case Tokens():
            await asyncio.to_thread(_linked, outside, errand, answer)
            return Done()


async def revoke(outside: Outside, errand: Errand) -> Outcome:
    """Ends a link at the hub, however long the hub is away."""
    client = outside.hub
    if client is None or outside.clock() - errand.created_at > REVOKE_UNTIL:
        return Done()
    ended = Tokens("", errand.values["token"], errand.created_at)
    try:
        await linking.revoke(client, ended)
    except HubRefused:
        return Done()
    except HubError:
        return Again(min(REVOKE_AGAIN * 2 ** min(errand.attempts, 9), REVOKE_LATEST))
    return Done()


async def tell(outside: Outside, errand: Errand) -> Outcome:
    """What was stored to be told comes to the dialog as a turn of its own."""
    return Done(errand.values)


RUNNERS = {"hub_begin": begin, "hub_poll": poll, "hub_revoke": revoke, "hub_tell": tell}


def _earlier(outside: Outside, chat_id: int, now: datetime) -> tuple[Mapping[str, Any] | None, int]:
    """The code that still waits in this chat, and how many linkings were begun of late."""
    with outside.records.reading() as session:
        waiting = waiting_errand(session, linking_key(chat_id))
        tries = begun_since(session, chat_id, "hub_begin", now - WINDOW)
    if waiting is None or waiting.name != "hub_poll":
        return None, tries
    left = datetime.fromisoformat(waiting.values["expires_at"]) - now
    return (_shown(waiting.values) if left > WORTH_SHOWING else None), tries


def _shown(waiting: Mapping[str, Any]) -> dict[str, Any]:
    """What of a linking under way may be seen: never the device code."""
    return {key: waiting[key] for key in ("code", "page", "expires_at", "owner", "chat_name")}


async def _chat_name(outside: Outside, chat_id: int, said: str) -> str:
    """What the hub's page shows of the chat; the user name is what nobody else can have."""
    try:
        chat = await outside.bot.get_chat(chat_id)
    except TelegramError:
        return said or "Telegram chat"
    name = chat.full_name or said or "Telegram chat"
    return f"{name} (@{chat.username})" if chat.username else name


def _linked(outside: Outside, errand: Errand, tokens: Tokens) -> None:
    """Store the link, if the linking is still wanted, and have it told; else end it again.

    The errand itself becomes the one that tells, so that a crash in between tells it all the same.
    """
    chat_id, now = errand.chat_id, outside.clock()
    assert chat_id is not None
    name = tokens.physician_name or errand.values["owner"] or ""
    granted = Grant(
        account=account_of(outside.records.vault, tokens.account or name),
        name=name,
        since=now,
        access=tokens.access,
        refresh=tokens.refresh,
        expires_at=tokens.expires_at,
    )
    with outside.records.writing() as session:
        current = waiting_errand(session, linking_key(chat_id))
        if current is None or (current.id, current.revision) != (errand.id, errand.revision):
            token = {"token": tokens.refresh or tokens.access}
            put_errand(session, None, RunErrand("hub_revoke", "hub", token, outlives=True), now)
            return
        keep_hub_link(session, made_row(session, chat_id, now), granted, now)
        told = {"linked": {"name": name, "chat_name": errand.values["chat_name"]}}
        put_errand(
            session, chat_id, RunErrand("hub_tell", "hub", told, key=linking_key(chat_id)), now
        )
