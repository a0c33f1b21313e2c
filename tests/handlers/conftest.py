"""A small bot at the whole rim: real polling or webhook against the sandbox, real records."""

import asyncio
import shutil
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet

from bot.assistant import Turn
from bot.handlers.pace import Pace
from bot.handlers.reception import Pulse, initialized, made_bot, reception
from bot.handlers.rim import rim
from bot.handlers.turns import Mind
from bot.model import AddCredit, Credit, Kind, Outgoing
from bot.store.engine import open_records
from bot.store.physicians import physician_of
from bot.store.schema import migrate
from bot.store.vault import Vault
from sandbox.telegram.server import telegram_sandbox

TOKEN = "4242:AAH-a-token-of-the-sandbox"
UNHURRIED = Pace(chat_per_second=1000, chat_burst=1000)


def clock():
    return datetime.now(UTC)


def credit(title):
    return AddCredit(Credit(title, datetime(2026, 11, 1, tzinfo=UTC).date(), Decimal(1)))


def echo(incoming, physician, conversation, now):
    """Repeat each text, and keep it as a credit, so that what was done can be counted."""
    if incoming.kind is Kind.PRESS:
        answers = (
            Outgoing("notice", "Done", press_id=incoming.press_id),
            Outgoing("edit", f"pressed {incoming.data}", message_id=incoming.message_id),
        )
        return Turn(answers, (credit(incoming.data),), conversation, intent="press")
    if incoming.kind is not Kind.TEXT:
        return Turn(conversation=conversation)
    answer = Outgoing("message", f"You said: {incoming.text}")
    return Turn((answer,), (credit(incoming.text),), conversation, intent="echo")


def sorry(incoming, conversation, reference):
    return Turn((Outgoing("message", f"Sorry ({reference})"),), (), conversation)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "records.sqlite"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def records(tmp_path, migrated_file):
    path = tmp_path / "records.sqlite"
    shutil.copy(migrated_file, path)
    records = open_records(f"sqlite:///{path}", Vault([Fernet.generate_key().decode()]))
    yield records
    records.close()


@pytest.fixture
async def tg():
    async with telegram_sandbox() as sandbox:
        yield sandbox


async def until(happened):
    """Return once `happened()` is true; the test's own time-out is the limit."""
    while True:
        if happened():
            return
        await asyncio.sleep(0.01)


class Running:
    """A bot at work, and what it was told to end for."""

    def __init__(self):
        self.ended = asyncio.get_running_loop().create_future()
        self.rim = None

    def end(self, error):
        if not self.ended.done():
            self.ended.set_result(error)


@pytest.fixture
def running(tg, records):
    """Run a bot for as long as the block lasts: `async with running(respond) as bot`."""

    @asynccontextmanager
    async def _running(
        respond=echo,
        apologize=sorry,
        *,
        webhook=None,
        pace=UNHURRIED,
        receiving=True,
        runners=None,
        look_up=None,
    ):
        bot = Running()
        telegram_bot = made_bot(TOKEN, tg.url, Pulse(clock))
        mind = Mind(respond, apologize, clock, look_up=look_up)
        async with (
            initialized(telegram_bot),
            rim(records, mind, telegram_bot, bot.end, pace, runners=runners) as bot.rim,
        ):
            if not receiving:
                yield bot
                return
            async with reception(telegram_bot, bot.rim.inbox, webhook, bot.end):
                yield bot

    return _running


@pytest.fixture
def done(records):
    """What was done for a chat: the texts that `echo` kept, in their order."""

    def _done(chat_id):
        with records.reading() as session:
            held = physician_of(session, chat_id).credits
        return [kept.title for kept in sorted(held, key=lambda kept: kept.id)]

    return _done
