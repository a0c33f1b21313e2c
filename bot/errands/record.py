"""Reading a physician's record from the hub: on linking, on demand, on schedule, before a reminder.

What the hub says is stored in one transaction, together with the errand that tells of it; so a
credit is stored once and told once, whatever breaks in between. Nothing of it is logged.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlmodel import Session

from bot.dialogs.hub_changes import credit_to_values
from bot.errands import access
from bot.errands.outside import Outside
from bot.handlers.errands import Done, Outcome
from bot.hub.client import HubClient
from bot.hub.errors import HubError, HubNonsense, HubUnauthorized
from bot.hub.linking import authorized
from bot.hub.transcript import (
    FetchedTranscript,
    RecordChanges,
    compare_credits,
    fetch_profile,
    fetch_transcript,
)
from bot.model import Credit, HubProfile, RunErrand
from bot.rules.topics import infer_topics
from bot.store.errands import Errand, put_errand, waiting_errand, waiting_keys
from bot.store.hub_links import (
    Grant,
    chats_linked,
    hub_link_of,
    is_same_link,
    keep_hub_answer,
    link_has_ended,
    note_failing,
    sync_key,
)
from bot.store.physicians import (
    credits_of,
    keep_hub_credits,
    owner_chat,
    physician_by_id,
    row_of,
)

EVERY = timedelta(hours=6)
SPREAD = 0.2
"""How often a record is read, and by which part of it earlier or later, so that chats that were
linked together do not ask together for ever.
"""

FIRST_PAUSE = timedelta(minutes=5)
"""After a reading that failed; twice as long after each further one, up to `EVERY`."""

ASLEEP = timedelta(hours=24)
"""Between looks at a chat that has blocked the bot."""

FRESH = timedelta(minutes=30)
"""A copy so young need not be read again before a reminder."""

PATIENCE = 4.0
"""Seconds that a reminder waits for the hub."""

LONGEST = 75.0
"""Seconds that one reading may take, all tries and pauses included; less than an errand's limit."""

State = Literal["read", "down", "ended", "unlinked"]


@dataclass(frozen=True, slots=True)
class Copy:
    """How the bot's copy of a record stands: from when it is, and whether the hub answered now."""

    linked: bool
    read_at: datetime | None
    answered: bool


@dataclass(frozen=True, slots=True)
class _Said:
    """The hub's answer; `transcript` is None where nothing has changed."""

    transcript: FetchedTranscript | None
    profile: HubProfile


# ── when ────────────────────────────────────────────────────────────────────────────────────


async def sync(outside: Outside, errand: Errand) -> Outcome:
    """Reads a record, and has itself run again.

    values: `first` (just linked: told in any case), `failures` (in a row).
    """
    chat_id, client = errand.chat_id, outside.hub
    if client is None or chat_id is None:
        return Done()
    physician_id, awake = await asyncio.to_thread(_physician, outside, chat_id)
    if physician_id is None:
        return Done()
    if not awake:
        return Done(store=_renewal(outside, chat_id, ASLEEP, 0))
    first = bool(errand.values.get("first"))
    state = await _read(outside, client, physician_id, asked=first, first=first)
    failures = errand.values.get("failures", 0)
    match state:
        case "ended" | "unlinked":
            return Done()
        case "down":
            pause = min(FIRST_PAUSE * 2 ** min(failures, 10), EVERY)
            told = {"down": {"first": True}} if first else None
            return Done(told, _renewal(outside, chat_id, pause, failures + 1))
        case "read":
            return Done(store=_renewal(outside, chat_id, EVERY, 0))


async def refresh(outside: Outside, errand: Errand) -> Outcome:
    """Reads a record because the physician has asked for it; how it went is told in any case."""
    chat_id, client = errand.chat_id, outside.hub
    if client is None or chat_id is None:
        return Done({"refused": "no_hub"})
    physician_id, _ = await asyncio.to_thread(_physician, outside, chat_id)
    state: State = "unlinked"
    if physician_id is not None:
        state = await _read(outside, client, physician_id, asked=True)
    if state == "down":
        return Done({"down": {"first": False}})
    return Done({"refused": "unlinked"} if state == "unlinked" else None)


async def fresh(outside: Outside, physician_id: int, *, seconds: float = PATIENCE) -> Copy:
    """How a physician's copy stands after the hub was asked for at most `seconds`.

    For use before a reminder. A hub that takes longer is still heard, a moment later.
    """
    before = await asyncio.to_thread(_copy, outside, physician_id)
    client = outside.hub
    if client is None or not before.linked:
        return before
    if before.read_at is not None and outside.clock() - before.read_at < FRESH:
        return replace(before, answered=True)
    reading = asyncio.create_task(_read(outside, client, physician_id, asked=False))
    _UNDER_WAY.add(reading)
    reading.add_done_callback(_UNDER_WAY.discard)
    done, _ = await asyncio.wait({reading}, timeout=seconds)
    after = await asyncio.to_thread(_copy, outside, physician_id)
    read = reading in done and reading.exception() is None and reading.result() == "read"
    return replace(after, answered=read)


_UNDER_WAY: set[asyncio.Task[State]] = set()
"""Readings that outlast the reminder which wanted them; asyncio itself holds tasks only weakly."""


async def end_readings(patience: float = PATIENCE) -> None:
    """At the end of the process: readings under way are given a moment, then given up."""
    if _UNDER_WAY:
        _, late = await asyncio.wait(tuple(_UNDER_WAY), timeout=patience)
        for reading in late:
            reading.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def keep_scheduled(outside: Outside) -> int:
    """Every linked chat has its schedule, also one that lost it; how many had none."""
    now = outside.clock()
    with outside.records.reading() as session:
        scheduled = waiting_keys(session, "hub_sync")
        lost = [one for one in chats_linked(session) if sync_key(one) not in scheduled]
    for chat_id in lost:
        with outside.records.writing() as session:
            if waiting_errand(session, sync_key(chat_id)) is None:
                _put_sync(session, chat_id, EVERY * random.random(), 0, now)  # noqa: S311 - spread
    return len(lost)


def _renewal(
    outside: Outside, chat_id: int, after: timedelta, failures: int
) -> Callable[[Session], None]:
    """A new errand each time: one that only waited again would count its runs as failures."""
    spread = 1 + SPREAD * (2 * random.random() - 1)  # noqa: S311 - spread, not secret
    now = outside.clock()
    return lambda session: _put_sync(session, chat_id, after * spread, failures, now)


def _put_sync(
    session: Session, chat_id: int, after: timedelta, failures: int, now: datetime
) -> None:
    values = {"failures": failures} if failures else {}
    wanted = RunErrand("hub_sync", "hub", values, key=sync_key(chat_id), due_at=now + after)
    put_errand(session, chat_id, wanted, now)


def _physician(outside: Outside, chat_id: int) -> tuple[int | None, bool]:
    with outside.records.reading() as session:
        row = row_of(session, chat_id)
        return (row.id, row.blocked_at is None) if row else (None, False)


def _copy(outside: Outside, physician_id: int) -> Copy:
    with outside.records.reading() as session:
        person = physician_by_id(session, physician_id)
    return Copy(person.linked, person.synced_at, answered=False)


# ── reading ─────────────────────────────────────────────────────────────────────────────────


async def _read(
    outside: Outside, client: HubClient, physician_id: int, *, asked: bool, first: bool = False
) -> State:
    granted = await asyncio.to_thread(access.grant, outside, physician_id)
    if granted is None:
        return "unlinked"

    async def call(token: str) -> _Said:
        transcript = await fetch_transcript(client, token, etag=granted.etag)
        return _Said(transcript, await fetch_profile(client, token))

    try:
        async with asyncio.timeout(LONGEST):
            said = await authorized(
                access.tokens_of(granted),
                outside.clock(),
                call,
                lambda _: access.renewed(outside, client, physician_id, granted),
            )
        return await asyncio.to_thread(
            _stored, outside, physician_id, granted, said, asked=asked, first=first
        )
    except HubUnauthorized:
        return await asyncio.to_thread(_ended, outside, physician_id, granted, asked=asked)
    except (HubError, TimeoutError):
        await asyncio.to_thread(_failing, outside, physician_id)
        return "down"


def _stored(
    outside: Outside,
    physician_id: int,
    granted: Grant,
    said: _Said,
    *,
    asked: bool,
    first: bool,
) -> State:
    """Bring the record in step with the hub, and have told what is new."""
    now = outside.clock()
    with outside.records.writing() as session:
        if not is_same_link(session, physician_id, granted):
            return "unlinked"
        etag, unread, changes = granted.etag, 0, RecordChanges()
        known: list[Credit] = []
        gone: list[str] = []
        if said.transcript is not None:
            stored = credits_of(session, physician_id)
            unread = len(said.transcript.problems)
            changes = _changes(outside, stored, said.transcript)
            etag = None if unread else said.transcript.etag
            known = [credit for _, credit in changes.corrected]
            gone = [credit.hub_id for credit in changes.withdrawn if credit.hub_id]
        chat_id = owner_chat(session, physician_id)
        assert chat_id is not None
        keep_hub_credits(session, chat_id, (*changes.arrived, *known), gone, now)
        link = hub_link_of(session, physician_id)
        keep_hub_answer(session, physician_id, said.profile, etag)
        if asked or changes != RecordChanges() or link is None or link.profile != said.profile:
            told = _told(changes, unread, asked=asked, first=first)
            put_errand(session, chat_id, RunErrand("hub_tell", "hub", told), now)
    return "read"


def _changes(outside: Outside, stored: Sequence[Credit], said: FetchedTranscript) -> RecordChanges:
    """What the hub changes. A credit that may be in a row which could not be read stays.

    Raises `HubNonsense` for a record without any row where there were some: a provider that takes
    a credit back leaves a row which says so.
    """
    changes = compare_credits(stored, [_with_topics(outside, one) for one in said.credits])
    if said.problems:
        return replace(changes, withdrawn=())
    if changes.withdrawn and not said.rows:
        raise HubNonsense("the record is empty")
    return changes


def _with_topics(outside: Outside, credit: Credit) -> Credit:
    """The topics of the activity where the catalog knows them; else guessed, and marked so."""
    activity = outside.catalog.get(credit.activity_id) if credit.activity_id else None
    if activity is not None and activity.topics:
        return replace(credit, topics=activity.topics)
    guessed = infer_topics(credit.title, outside.knowledge.topics)
    return replace(credit, inferred=guessed)


def _told(changes: RecordChanges, unread: int, *, asked: bool, first: bool) -> Mapping[str, Any]:
    return {
        "read": {
            "asked": asked,
            "first": first,
            "unread": unread,
            "arrived": [credit.hub_id for credit in changes.arrived],
            "corrected": [credit_to_values(before) for before, _ in changes.corrected],
            "withdrawn": [credit_to_values(credit) for credit in changes.withdrawn],
        }
    }


def _ended(outside: Outside, physician_id: int, granted: Grant, *, asked: bool) -> State:
    """The hub takes our tokens no more: somebody has ended the link there."""
    now = outside.clock()
    with outside.records.writing() as session:
        if not is_same_link(session, physician_id, granted):
            return "unlinked"
        link_has_ended(session, physician_id)
        chat_id = owner_chat(session, physician_id)
        if chat_id is not None:
            told = {"ended": {"asked": asked, "name": granted.name, "at": now.isoformat()}}
            put_errand(session, chat_id, RunErrand("hub_tell", "hub", told), now)
    return "ended"


def _failing(outside: Outside, physician_id: int) -> None:
    with outside.records.writing() as session:
        note_failing(session, physician_id, outside.clock())


RUNNERS: Mapping[str, Callable[[Outside, Errand], Awaitable[Outcome]]] = {
    "hub_sync": sync,
    "hub_refresh": refresh,
}
