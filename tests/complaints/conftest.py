"""Complaints through the whole product: real HTTP, a hub, a mail server, and a clock to move."""

import asyncio
import re
import shutil
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.smtp import SMTP
from cryptography.fernet import Fernet

from bot.app import running
from bot.conversation import OpenDialog
from bot.handlers.pace import Pace
from bot.hub.client import Patience
from bot.model import Physician
from bot.settings import Settings
from bot.store.complaints import filed
from bot.store.conversations import conversation_of, keep_conversation
from bot.store.physicians import keep_physician
from reminders.news import tell_news
from sandbox.hub.server import hub_sandbox
from sandbox.telegram.server import telegram_sandbox
from tests.talking import physician

KEY = Fernet.generate_key().decode()
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
STORY = "The speaker showed one company's product for 40 minutes."


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """No pace, and no second between two looks at what is due."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    unhurried = Pace(chat_per_second=1000, chat_burst=1000)
    monkeypatch.setattr("bot.handlers.rim.Pace", lambda: unhurried)
    monkeypatch.setattr("bot.handlers.rim.DUE_EVERY", 0.02)
    hasty = Patience(connect=2, read=2, first_pause=0.01, longest_pause=0.02)
    monkeypatch.setattr("bot.hub.client.Patience", lambda: hasty)


class Clock:
    """The bot's clock: it runs, and can be moved on."""

    def __init__(self, start=NOON):
        self.ahead = start - datetime.now(UTC)

    def __call__(self):
        return datetime.now(UTC) + self.ahead

    def passes(self, **span):
        self.ahead += timedelta(**span)


# ruff: noqa: ARG002 - aiosmtpd's handlers share their signatures
@dataclass
class MailBox:
    """A mail server and what it took; `mood` says how it behaves."""

    mood: str = "kind"
    port: int = 0
    taken: list = field(default_factory=list)
    tries: int = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.tries += 1
        session.host_name = hostname
        if self.mood == "hangs":
            await asyncio.sleep(3600)
        if self.mood == "closes":
            server.transport.close()
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.mood in ("450", "550"):
            return f"{self.mood} not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.mood == "451":
            return "451 try again"
        if self.mood == "554":
            return "554 never"
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        self.raw = envelope.content
        if self.mood == "takes and closes":
            server.transport.close()
        if self.mood == "takes and hangs":
            await asyncio.sleep(3600)
        return "250 taken"

    @property
    def distinct(self):
        """The mails as their reader sees them: one for each Message-ID."""
        return list({mail["Message-ID"]: mail for mail in self.taken}.values())


@asynccontextmanager
async def mail_box():
    box = MailBox()
    loop = asyncio.get_running_loop()
    made = []

    def protocol():
        made.append(SMTP(box, enable_SMTPUTF8=True, hostname="mail.test", loop=loop))
        return made[-1]

    server = await loop.create_server(protocol, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        for one in made:
            if one.transport is not None:
                one.transport.abort()
            if one._handler_coroutine is not None:
                one._handler_coroutine.cancel()
        await asyncio.sleep(0)


class Life:
    """One bot with its surroundings, and Dr. Rivera, who complains."""

    def __init__(self, folder, telegram, hub, box, clock, *, ways):
        self.folder, self.telegram, self.hub, self.box = folder, telegram, hub, box
        self.clock, self.ways = clock, ways
        self.person = telegram.user(1001, "Elena", last_name="Rivera", started=True)
        self.bot = None

    @property
    def settings(self):
        more = {}
        if "hub" in self.ways:
            more["CMEBOT_HUB_URL"] = self.hub.url
        if "mail" in self.ways:
            more["CMEBOT_COMPLAINTS_TO"] = "complaints@readers.example"
            more["CMEBOT_SMTP_URL"] = f"smtp://127.0.0.1:{self.box.port}"
        return Settings(
            _env_file=None,
            TELEGRAM_BOT_TOKEN="4242:AAH-token",
            TELEGRAM_API_URL=self.telegram.url,
            CMEBOT_DATABASE_URL=f"sqlite:///{self.folder}/records.sqlite",
            CMEBOT_CATALOG=str(self.folder / "catalog.sqlite"),
            CMEBOT_SECRET_KEY=KEY,
            **more,
        )

    @asynccontextmanager
    async def runs(self):
        def end(error):
            raise AssertionError(error)

        async with running(self.settings, end, self.clock) as bot:
            self.bot = bot
            yield self

    # ── what happens ────────────────────────────────────────────────────────────────────────

    async def settled(self):
        while self.telegram.bot.updates.pending:  # noqa: ASYNC110 - the list has no event
            await asyncio.sleep(0.005)
        await self.bot.settled()

    async def says(self, text):
        await self.person.says(text)
        await self.settled()
        return self.person.last

    async def presses(self, label):
        await self.person.presses(label)
        await self.settled()
        return self.person.last

    async def sends(self, name, content, mime="application/octet-stream", **more):
        await self.person.sends_file(name, content, mime, **more)
        await self.settled()
        return self.person.last

    async def passes(self, **span):
        """Time passes; what became due is done."""
        self.clock.passes(**span)
        await asyncio.sleep(0.06)
        await self.settled()

    async def told(self):
        """What is told unasked at the next noon; the last message's text."""
        now = self.clock()
        noon = now.replace(hour=18, minute=0)
        await self.passes(seconds=((noon - now) % timedelta(days=1)).total_seconds())
        tell_news(self.bot.records, _rules(), self.clock())
        await asyncio.sleep(0.06)
        await self.settled()
        return self.person.last.text

    @property
    def stored(self):
        with self.bot.records.reading() as session:
            return filed(session)

    @property
    def number(self):
        return self.stored[-1].number

    @property
    def last_number(self):
        return re.findall(r"C-\w{4}-\w{2}", self.person.last.text)[-1]

    # ── the conversation ────────────────────────────────────────────────────────────────────

    async def begins(self, kind="Promotion"):
        await self.says("/complaint")
        await self.presses("Start")
        await self.presses("Ask me questions")
        await self.presses(kind)

    async def until_evidence(self, title="Webinar on Statins"):
        await self.begins()
        for words in (title, "Acme Heart Institute", "ACCME", "live, once", "March 12", STORY):
            await self.says(words)
        await self.says("done")
        await self.says("skip")
        await self.says("no")

    async def until_check(self, title="Webinar on Statins", *, accme="yes", files=()):
        await self.until_evidence(title)
        for name, content in files:
            await self.sends(name, content)
        await self.says("done" if files else "skip")
        await self.says("no")
        await self.says(accme)
        if accme == "yes":
            if "full name" in self.person.last.text:
                await self.says("Elena Rivera")
            await self.says("elena@example.org")
            await self.says("skip")
        else:
            await self.says("skip")
        assert "Please check your complaint" in self.person.last.text

    async def drafts(self, field, title="Webinar on Statins", *, accme="yes", kind="promotion"):
        """As if all before this field had been answered; what follows is answered in the chat."""
        told = {
            "consent": "start",
            "style": "questions",
            "kind": kind,
            "activity": {"title": title},
            "provider": "Acme Heart Institute",
            "accreditor": "accme",
            "format": "live",
            "when": {"first": "2026-03-12", "last": "2026-03-12", "about": False},
            "what": [[1, STORY]],
            "remedy": None,
            "told": "no",
            "evidence": None,
            "share_provider": "no",
            "share_accme": accme,
            "name": "Elena Rivera",
            "contact": "elena@example.org",
            "postal": None,
        }
        keys = list(told)
        answers = {key: told[key] for key in keys[: keys.index(field)]}
        now = self.clock().isoformat()
        done = [key for key in ("what", "evidence") if key in answers]
        notes = {"_known": [], "_done": done, "_begun": now, "_touched": now}
        with self.bot.records.writing() as session:
            before = conversation_of(session, 1001)
            opened = OpenDialog("complaint", 2, before.revision + 1, {**answers, **notes})
            after = replace(before.with_open(opened), revision=before.revision + 1)
            keep_conversation(session, 1001, after, self.clock())

    async def complains(self, title="Webinar on Statins", *, files=(), **more):
        """A complaint that was sent; its last question is answered, and its files are sent."""
        await self.drafts("evidence" if files else "contact", title, **more)
        for name, content in files:
            await self.sends(name, content)
        await self.says("done" if files else "skip")
        while "Send complaint" not in self.person.last.labels:
            asked = self.person.last.text
            known = {"provider know": "no", "with your name": "yes", "full name": "Elena Rivera"}
            await self.says(next((known[words] for words in known if words in asked), "skip"))
        await self.presses("Send complaint")
        return self.stored[-1].number


def _rules():
    from bot.rules.person import load_rulebook
    from data import HERE

    global _RULES  # noqa: PLW0603
    _RULES = _RULES or load_rulebook(HERE)
    return _RULES


_RULES = None


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """A migrated database with Dr. Rivera in it, and a filled catalog."""
    from bot.documents.activities import read_activities
    from bot.model import Activity
    from bot.store.catalog import open_catalog
    from bot.store.engine import open_records
    from bot.store.schema import migrate
    from bot.store.vault import Vault
    from data import HERE

    folder = tmp_path_factory.mktemp("template")
    url = f"sqlite:///{folder}/records.sqlite"
    migrate(url)
    records = open_records(url, Vault([KEY]))
    with records.writing() as session:
        # Without licenses no reminder comes before the news of a complaint.
        known = Physician(0, credits=physician("demo-texas").credits)
        keep_physician(session, 1001, known, NOON)
    records.close()
    catalog = open_catalog(folder / "catalog.sqlite")
    read = read_activities(HERE / "activities.jsonl")
    catalog.apply_page([one for one in read if isinstance(one, Activity)], (), None, None)
    catalog.close()
    return folder


@pytest.fixture
def life(tmp_path, template):
    """`async with life(ways=...) as rivera`: a bot at work with these ways for complaints."""

    @asynccontextmanager
    async def _life(*ways):
        for path in template.iterdir():
            if not (tmp_path / path.name).exists():
                shutil.copy(path, tmp_path / path.name)
        async with AsyncExitStack() as stack:
            telegram = await stack.enter_async_context(telegram_sandbox(flood=False))
            clock = Clock()
            hub = await stack.enter_async_context(hub_sandbox(now=clock))
            box = await stack.enter_async_context(mail_box())
            yield Life(tmp_path, telegram, hub, box, clock, ways=frozenset(ways))

    return _life
