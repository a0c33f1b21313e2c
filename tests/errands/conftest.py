"""A bot without Telegram: real records, a real assistant, errands as they run, a hub over HTTP.

Time stands still unless told to pass, so that ten minutes of polling take a moment.
"""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col, select
from telegram.error import NetworkError

from bot.assistant import apology, respond
from bot.errands import runners
from bot.errands.outside import Outside
from bot.handlers.errands import Errands
from bot.handlers.turns import Mind, take_turn
from bot.model import License
from bot.settings import read_settings
from bot.store import inbox
from bot.store.errand_tables import ErrandRow
from bot.store.errands import claim_errands
from bot.store.news import news_of
from bot.store.physicians import made_row_id, physician_of
from bot.store.sealed import outgoing_from_json
from bot.store.tables import OutboxRow
from bot.texts import plain
from tests.handlers.conftest import migrated_file, records  # noqa: F401 - fixtures
from tests.hub.conftest import client, clock, hub, pauses  # noqa: F401 - fixtures

ELENA, OKAFOR, MALLORY, TABLET = 1, 2, 3, 4
NAMES = {ELENA: "Elena", OKAFOR: "James", MALLORY: "Mallory", TABLET: "Elena's tablet"}
TEXAS = License("us-tx", "MD", expires=None, first_cycle=False)


class NoTelegram:
    """Of Telegram, only that it does not answer: names are then what the message said."""

    async def get_chat(self, _chat_id):
        raise NetworkError("away")


@dataclass
class Desk:
    """The bot's desk: what chats say, what is answered, and what is done in between."""

    outside: Outside
    mind: Mind
    clock: object
    numbers: int = 0
    seen: dict[int, int] = field(default_factory=dict)

    def __post_init__(self):
        self.errands = Errands(self.outside.records, runners(self.outside), self.clock)

    # ── talking ─────────────────────────────────────────────────────────────────────────────

    async def says(self, chat, text):
        """A message, its answer, and all that comes of it at once; what the chat then reads."""
        return await self._takes(chat, {"message": self._message(chat, text)})

    async def says_later(self, chat, text, **span):
        """The same a while later, when the copy is no longer of this moment."""
        await self.passes(**(span or {"minutes": 2}), step=timedelta(minutes=2))
        return await self.says(chat, text)

    async def presses(self, chat, label):
        return await self._takes(chat, self._press(chat, label))

    async def presses_only(self, chat, label):
        """A press whose turn is taken at once, while something else is under way."""
        self._receives(chat, self._press(chat, label))
        await self._turns()

    def _press(self, chat, label):
        data = next(
            key.data or key.url or key.copy
            for shown in reversed(self.shown(chat))
            for row in shown.keys
            for key in row
            if label in key.label
        )
        query = {
            "id": "q",
            "from": self._author(chat),
            "chat_instance": "c",
            "data": data,
            "message": self._message(chat, "…"),
        }
        return {"callback_query": query}

    def _receives(self, chat, content):
        self.numbers += 1
        with self.outside.records.writing() as session:
            payload = {"update_id": self.numbers, **content}
            inbox.receive(session, self.numbers, chat, payload, self.clock())

    async def _takes(self, chat, content):
        self._receives(chat, content)
        self.seen[chat] = len(self.shown(chat))
        await self.works()
        return self.read(chat)

    def _author(self, chat):
        return {"id": chat, "is_bot": False, "first_name": NAMES[chat], "language_code": "en"}

    def _message(self, chat, text):
        return {
            "message_id": 1,
            "date": int(self.clock().timestamp()),
            "chat": {"id": chat, "type": "private", "first_name": NAMES[chat]},
            "from": self._author(chat),
            "text": text,
        }

    # ── working ─────────────────────────────────────────────────────────────────────────────

    async def works(self):
        """Until nothing is due and every message has had its turn."""
        while True:
            turned = await self._turns()
            await self.errands.sweep()
            while tasks := tuple(self.errands._tasks):
                await asyncio.wait(tasks)
            with self.outside.records.reading() as session:
                waits = inbox.waiting_count(session)
                if not turned and not waits and self.errands.idle(session):
                    return

    async def passes(self, chat=None, *, step=timedelta(seconds=5), **span):
        """Time passes in steps, and what falls due is done; what the chat then reads anew."""
        if chat is not None:
            self.seen[chat] = len(self.shown(chat))
        left = timedelta(**span)
        while left > timedelta():
            self.clock.passes(seconds=min(step, left).total_seconds())
            left -= step
            await self.works()
        return self.read(chat) if chat is not None else None

    async def _turns(self):
        with self.outside.records.reading() as session:
            chats = inbox.chats_waiting(session)
        for chat in chats:
            while await asyncio.to_thread(take_turn, self.outside.records, self.mind, chat):
                pass
        return bool(chats)

    async def dies_after(self, name):
        """A worker that takes what is due, runs the errand of this name, and dies at once."""
        lease = timedelta(seconds=30)
        with self.outside.records.writing() as session:
            claimed = claim_errands(session, self.clock(), lease, 9)
        errand = next(one for one in claimed if one.name == name)
        await runners(self.outside)[name](errand)
        self.clock.passes(seconds=31)

    # ── looking ─────────────────────────────────────────────────────────────────────────────

    def shown(self, chat):
        """All messages to a chat, the oldest first; notices apart."""
        with self.outside.records.reading() as session:
            wanted = select(OutboxRow).where(OutboxRow.chat_id == chat).order_by(col(OutboxRow.id))
            vault = self.outside.records.vault
            found = [outgoing_from_json(vault.unseal(row.payload)) for row in session.exec(wanted)]
        return [one for one in found if one.kind != "notice"]

    def read(self, chat):
        """What came since the last message, as plain words."""
        new = self.shown(chat)[self.seen.get(chat, 0) :]
        return "\n\n".join(plain(one.html) for one in new).replace("\u00a0", " ")

    def news(self, chat):
        """What waits to be told unasked."""
        with self.outside.records.reading() as session:
            found = news_of(session, physician_of(session, chat).id)
        return [plain(one.outgoing.html).replace("\u00a0", " ") for one in found]

    def physician(self, chat):
        with self.outside.records.reading() as session:
            return physician_of(session, chat)

    def physician_id(self, chat):
        with self.outside.records.writing() as session:
            return made_row_id(session, chat, self.clock())

    def errand(self, key):
        with self.outside.records.reading() as session:
            wanted = sa.select(ErrandRow).where(ErrandRow.key == key, ErrandRow.state == "waiting")
            return session.execute(wanted).scalar_one_or_none()

    def code(self, chat):
        """The code that the chat was shown last."""
        texts = [plain(one.html) for one in reversed(self.shown(chat))]
        return next(found[0] for text in texts if (found := re.search(r"[A-Z]{4}-[A-Z]{4}", text)))

    async def links(self, chat, browser):
        """The whole way: a code, a yes on the hub's page, and the first reading."""
        await self.says(chat, "/link")
        await browser.confirms(self.code(chat))
        return await self.passes(chat, seconds=6)


@pytest.fixture
def desk(records, sources, hub, client, clock):  # noqa: F811 - fixtures
    settings = read_settings(token="1:a", hub_url=hub.url)
    outside = Outside(
        records, sources.catalog, sources.knowledge, NoTelegram(), client, settings, clock
    )
    mind = Mind(
        lambda incoming, physician, conversation, now: respond(
            incoming, physician, conversation, sources, now
        ),
        lambda incoming, conversation, reference: apology(
            incoming, conversation, sources, reference
        ),
        clock,
    )
    return Desk(outside, mind, clock)
