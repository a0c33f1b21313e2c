"""Access to a linked record: its tokens, renewed by one process at a time."""

import asyncio
from dataclasses import replace

from bot.errands.outside import Outside
from bot.hub import linking
from bot.hub.client import HubClient
from bot.hub.errors import HubDown
from bot.hub.linking import Tokens
from bot.store.hub_links import Grant, begin_renewing, end_renewing, grant_of

PAUSE = 0.5
TRIES = 110
"""Seconds between looks at what another process is renewing, and how many; longer together than
the lease of that process.
"""


def grant(outside: Outside, physician_id: int) -> Grant | None:
    """The link as it is stored now."""
    with outside.records.reading() as session:
        return grant_of(session, physician_id)


async def renewed(
    outside: Outside, client: HubClient, physician_id: int, seen: Grant
) -> Tokens | None:
    """New tokens for those that were seen, stored; None where the link has ended.

    A refresh token is good once, and one that comes twice ends the link. So whoever comes second
    waits for what the first one stores.

    Raises `HubDown` where the hub, or that process, does not answer.
    """
    for _ in range(TRIES):
        if await asyncio.to_thread(_begin, outside, physician_id, seen):
            # Not cancelled with its caller: the hub may have given the new tokens out already.
            return await asyncio.shield(_renew(outside, client, physician_id, seen))
        current = await asyncio.to_thread(grant, outside, physician_id)
        if current is None:
            return None
        if current.refresh != seen.refresh:
            return tokens_of(current)
        await asyncio.sleep(PAUSE)
    raise HubDown("somebody else renews the tokens")


def tokens_of(granted: Grant) -> Tokens:
    return Tokens(granted.access, granted.refresh, granted.expires_at)


async def _renew(
    outside: Outside, client: HubClient, physician_id: int, seen: Grant
) -> Tokens | None:
    fresh: Tokens | None = None
    try:
        fresh = await linking.refresh(client, tokens_of(seen), outside.clock())
    finally:
        await asyncio.to_thread(_end, outside, physician_id, seen, fresh)
    return fresh


def _begin(outside: Outside, physician_id: int, seen: Grant) -> bool:
    with outside.records.writing() as session:
        return begin_renewing(session, physician_id, seen, outside.clock())


def _end(outside: Outside, physician_id: int, seen: Grant, fresh: Tokens | None) -> None:
    stored = None
    if fresh is not None:
        stored = replace(
            seen, access=fresh.access, refresh=fresh.refresh, expires_at=fresh.expires_at
        )
    with outside.records.writing() as session:
        end_renewing(session, physician_id, seen, stored)
