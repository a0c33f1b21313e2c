"""The bot process killed at random instants under load: all answered, nothing done twice."""

import asyncio
import os
import random
import signal
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.store import inbox, outbox
from bot.store.engine import open_records
from bot.store.physicians import physician_of
from bot.store.schema import migrate
from bot.store.vault import Vault
from sandbox.telegram.server import telegram_sandbox

HOST = Path(__file__).with_name("bot_process.py")
ROOT = Path(__file__).parents[2]
LONGEST_LIFE = 0.4
"""Seconds from a process's start to its end by SIGKILL; the load takes about as long."""


@asynccontextmanager
async def processes(*arguments):
    """A function that starts one more bot process and returns its id."""
    host = await asyncio.create_subprocess_exec(
        sys.executable,
        str(HOST),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    async def start():
        host.stdin.write(b"start\n")
        return int(await host.stdout.readline())

    try:
        yield start
    finally:
        host.stdin.close()
        await host.wait()


@pytest.mark.parametrize(
    "kills", [20, pytest.param(200, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])]
)
async def test_killed_at_random_instants(tmp_path, kills):
    chance = random.Random(kills)
    url = f"sqlite:///{tmp_path}/records.sqlite"
    key = Fernet.generate_key().decode()
    migrate(url)
    records = open_records(url, Vault([key]))
    said = {number: [] for number in range(1001, 1009)}
    heard = {number: [] for number in said}
    struck = 0
    async with telegram_sandbox() as tg, processes(url, tg.url, key) as start:
        people = [tg.user(number) for number in said]

        async def talk():
            person = chance.choice(people)
            text = f"m{sum(map(len, said.values()))}"
            said[person.id].append(text)
            await person.says(text)

        def note(event):
            if event.kind == "message" and event.from_bot:
                message = tg.world.chat_with(tg.bot, event.chat_id).messages[event.message_id]
                heard[event.chat_id].append(message.raw["text"].removeprefix("got "))

        tg.world.listen(note)

        def unanswered():
            return any(set(said[number]) - set(heard[number]) for number in said)

        for _ in range(kills):
            process = await start()
            ends_at = asyncio.get_running_loop().time() + chance.uniform(0, LONGEST_LIFE)
            while asyncio.get_running_loop().time() < ends_at:
                await talk()
                await asyncio.sleep(chance.uniform(0, 0.04))
            os.kill(process, signal.SIGKILL)
            struck += unanswered()
        last = await start()
        try:
            async with asyncio.timeout(30 + kills / 4):
                await _until(lambda: not unanswered() and _idle(records))
        finally:
            os.kill(last, signal.SIGKILL)
        done = {number: _done(records, number) for number in said}
    records.close()

    assert sum(map(len, said.values())) > kills, "there was a load"
    assert struck > kills / 2, "most kills came while something was unanswered"
    assert done == said, "everything was done, once, in its order"
    assert {number: list(dict.fromkeys(texts)) for number, texts in heard.items()} == said
    repeated = sum(map(len, heard.values())) - sum(map(len, said.values()))
    assert repeated <= kills * len(said), "an answer is repeated only where a kill cut its sending"


async def _until(happened):
    while True:
        if happened():
            return
        await asyncio.sleep(0.05)


def _idle(records):
    with records.reading() as session:
        now = datetime.now(UTC)
        return not inbox.waiting_count(session) and not outbox.unsent_count(session, now)


def _done(records, chat_id):
    with records.reading() as session:
        kept = physician_of(session, chat_id).credits
    return [credit.title for credit in sorted(kept, key=lambda credit: credit.id)]
