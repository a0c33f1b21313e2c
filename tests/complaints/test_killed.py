"""The bot killed after every single step of a complaint: nothing lost, nothing sent twice."""

import asyncio
import json
import os
import random
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.store.complaints import filed
from bot.store.engine import open_records
from bot.store.vault import Vault
from tests.complaints.conftest import KEY, STORY
from tests.documents.test_evidence import picture

HOST = Path(__file__).with_name("bot_process.py")
ROOT = Path(__file__).parents[2]

STEPS = (
    ("says", "/complaint", "I can take that"),
    ("presses", "Start", "How would you like"),
    ("presses", "Ask me questions", "What is it about?"),
    ("presses", "Promotion", "Which activity?"),
    ("says", "Webinar on Statins", "Who provided it?"),
    ("says", "Acme Heart Institute", "Which accreditor"),
    ("presses", "ACCME", "Was it live"),
    ("presses", "Live, once", "When was it?"),
    ("says", "March 12", "What happened?"),
    ("says", STORY, "Saved."),
    ("says", "Nobody disclosed anything.", "Saved."),
    ("presses", "Done", "put it right"),
    ("says", "a correction", "raise it with"),
    ("presses", "No", "something to show"),
    ("file", "shot.png", "is kept"),
    ("presses", "Done", "provider know"),
    ("presses", "No", "with your name"),
    ("presses", "Yes", "full name"),
    ("says", "Elena Rivera", "be reached"),
    ("says", "elena@example.org", "postal"),
    ("presses", "Skip", "Please check"),
    ("presses", "Send complaint", "has arrived"),
)


@asynccontextmanager
async def processes():
    """A function that starts one more bot with given settings and returns its process id."""
    host = await asyncio.create_subprocess_exec(
        sys.executable,
        str(HOST),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    async def start(life):
        given = life.settings
        named = type(given).model_fields.items()
        values = {field.alias: getattr(given, name) for name, field in named}
        values |= {"TELEGRAM_BOT_TOKEN": given.token.get_secret_value(), "CMEBOT_SECRET_KEY": KEY}
        if given.smtp_url:
            values["CMEBOT_SMTP_URL"] = given.smtp_url.get_secret_value()
        variables = {key: str(value) for key, value in values.items() if value is not None}
        told = {"variables": variables, "ahead": life.clock.ahead.total_seconds()}
        host.stdin.write(json.dumps(told).encode() + b"\n")
        return int(await host.stdout.readline())

    try:
        yield start
    finally:
        host.stdin.close()
        await host.wait()


async def does(person, act, what):
    match act:
        case "says":
            await person.says(what)
        case "presses":
            await person.presses(what)
        case _:
            await person.sends_file(what, picture("PNG"))


def heard(person, words):
    """Whether the bot has said so since this person last did something."""
    return any(words in message.text for message in person.news())


async def told(person, words):
    for _ in range(1000):
        if heard(person, words):
            return
        await asyncio.sleep(0.02)
    said = [message.text.split("\n")[0] for message in person.heard]
    raise AssertionError(f"nobody said {words!r}: {said[-6:]}")


def stored(life):
    records = open_records(f"sqlite:///{life.folder}/records.sqlite", Vault([KEY]))
    try:
        with records.reading() as session:
            return filed(session)
    finally:
        records.close()


async def walks(life, killed_at, delay):
    """All steps; at those of `killed_at` the bot dies that many seconds after the step."""
    person = life.person
    async with processes() as start:
        process = await start(life)
        try:
            for place, (act, what, answer) in enumerate(STEPS):
                await does(person, act, what)
                if place in killed_at:
                    await asyncio.sleep(delay())
                    os.kill(process, signal.SIGKILL)
                    process = await start(life)
                await told(person, answer)
        finally:
            os.kill(process, signal.SIGKILL)


def is_whole(life):
    [one] = stored(life)
    assert one.answers["what"] == f"{STORY}\n\nNobody disclosed anything."
    assert one.answers["activity"]["title"] == "Webinar on Statins"
    assert one.answers["remedy"] == "a correction"
    assert one.answers["contact"] == "elena@example.org"
    assert [piece["name"] for piece in one.answers["evidence"]] == ["shot.png"]
    return one


@pytest.mark.behaviour(56)
@pytest.mark.parametrize("way", ["mail", pytest.param("hub", marks=pytest.mark.soak)])
async def test_killed_now_and_then(life, way):
    chance = random.Random(way)
    async with life(way) as whole:
        places = {*chance.sample(range(len(STEPS) - 1), 2), len(STEPS) - 1}
        await walks(whole, places, lambda: chance.uniform(0, 0.3))
        one = is_whole(whole)
        if way == "hub":
            assert len(whole.hub.complaint(one.number).evidence) == 1
        else:
            assert [mail["Subject"] for mail in whole.box.distinct] == [f"Complaint {one.number}"]


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.behaviour(56)
@pytest.mark.parametrize("way", ["hub", "mail"])
@pytest.mark.parametrize("seed", range(3))
async def test_killed_after_every_single_step(life, way, seed):
    chance = random.Random(seed)
    async with life(way) as whole:
        await walks(whole, range(len(STEPS)), lambda: chance.uniform(0, 0.4))
        one = is_whole(whole)
        if way == "hub":
            assert len(whole.hub.complaint(one.number).evidence) == 1
        else:
            assert len(whole.box.distinct) == 1
