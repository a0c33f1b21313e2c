"""Reminders over the real Bot API protocol: what arrives, what goes wrong, workers killed."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from telegram import Bot

from bot.handlers.pace import Pace
from bot.model import License, Physician, Profile
from bot.store.reminder_tables import ReminderRow
from bot.texts import Texts
from data import HERE
from reminders.delivery import Delivery
from reminders.planner import plan_day
from reminders.scheduler import Jobs, scheduled
from reminders.telegram import telegram_post
from reminders.words import Words, deadline_of
from sandbox.telegram.faults import Broken, Dropped, Flooded, Slow
from sandbox.telegram.server import telegram_sandbox
from tests.reminders.conftest import KEY
from tests.reminders.simulation import settle_in

DAY = date(2026, 12, 30)
MORNING = datetime(2026, 12, 30, 15, tzinfo=UTC)
TEXAS = License("us-tx", "MD", expires=date(2027, 2, 28), first_cycle=False)
RIVERA = Physician(0, Profile(name="Elena Rivera"), licenses=(TEXAS,))
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def tg():
    async with telegram_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def worker(records, rules, clock, tg):
    async with Bot("4242:AAH", base_url=f"{tg.url}/bot", base_file_url=f"{tg.url}/file/bot") as bot:
        words = Words(rules, Texts(HERE / "texts" / "en"))
        yield Delivery(records, rules, words, telegram_post(bot, Pace()), clock)


@pytest.fixture
def maria(records, rules, clock, tg):
    settle_in(records, 1001, RIVERA, clock())
    plan_day(records, rules.boards, DAY)
    clock.now = MORNING
    return tg.user(1001, "Elena", started=True)


def states(records):
    with records.reading() as session:
        return list(session.execute(sa.select(ReminderRow.state)).scalars())


@pytest.mark.behaviour(21)
@pytest.mark.behaviour(50)
async def test_a_reminder_asks_for_a_reply(maria, worker, tg):
    assert await worker.tick() == 1
    (shown,) = maria.heard
    assert shown.text.startswith(
        "Dr. Rivera, Texas is due in 60 days, Sunday, February 28, 2027.\nOpen: 48\u00a0h"
    )
    assert len(shown.text) <= 400
    labels = [button.label for row in shown.buttons for button in row]
    assert labels == ["I renewed", "Plan a day", "Snooze", "Find activities", "Stop for Texas"]
    (call,) = tg.called("sendMessage")
    assert (
        "disable_notification" not in call.parameters or not call.parameters["disable_notification"]
    )


def test_a_button_says_its_deadline_and_nothing_else():
    assert deadline_of("us-tx/20270228") == ("us-tx", date(2027, 2, 28))
    assert deadline_of("us-tx/soon") is None
    assert deadline_of("") is None


@pytest.mark.behaviour(54)
@pytest.mark.parametrize(
    ("fault", "seconds"), [(Flooded(2), 2), (Broken(502), 60)], ids=["429", "502"]
)
async def test_what_was_refused_goes_out_later(maria, worker, tg, fault, seconds):
    tg.order(fault, "sendMessage")
    clock = worker.clock
    assert await worker.tick() == 0
    clock.go(seconds=seconds - 1)
    assert await worker.tick() == 0
    clock.go(seconds=1)
    assert await worker.tick() == 1
    assert len(maria.heard) == 1


@pytest.mark.behaviour(53)
@pytest.mark.parametrize("after", [True, False], ids=["it arrived", "it did not"])
async def test_a_cut_connection_is_not_tried_again(maria, worker, tg, records, after):
    tg.order(Dropped(after=after), "sendMessage")
    assert await worker.tick() == 0
    for _ in range(10):
        worker.clock.go(minutes=10)
        await worker.tick()
    assert len(maria.heard) == int(after)
    assert states(records) == ["unknown"]


@pytest.mark.behaviour(54)
async def test_blocked_is_for_good(maria, worker, tg, clock, records):
    await maria.blocks()
    assert await worker.tick() == 0
    assert states(records) == ["blocked"]
    clock.go(hours=1)
    await worker.tick()
    assert len(tg.called("sendMessage")) == 1


async def test_the_scheduler_plans_and_delivers(records, rules, clock, tg, worker):
    settle_in(records, 1001, RIVERA, clock())
    clock.now = MORNING
    maria = tg.user(1001, "Elena", started=True)
    async with scheduled(Jobs(records, rules, worker, clock)) as scheduler:
        assert {job.id for job in scheduler.get_jobs()} == {
            "plan",
            "deliver",
            "news",
            "refine",
            "tidy",
        }
        await maria.hears()
    assert len(maria.heard) == 1


def left(records):
    return {"planned", "claimed", "sending"} & set(states(records))


async def until(happened):
    """Return once `happened()` is true; the test's own time-out is the limit."""
    while True:
        if happened():
            return
        await asyncio.sleep(0.02)


# ── killed ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.behaviour(53)
@pytest.mark.parametrize(
    ("kills", "people"),
    [(12, 60), pytest.param(200, 1000, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])],
)
async def test_workers_killed_at_random_instants(records, rules, tg, kills, people):
    url = str(records.engine.url)
    chance = random.Random(kills)
    for chat in range(1, people + 1):
        settle_in(records, chat, RIVERA, MORNING)
        tg.user(chat, started=True)
    plan_day(records, rules.boards, DAY)
    host = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("worker_process.py")),
        url,
        tg.url,
        KEY,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    async def start(number):
        # Each life begins when the lease of the one before is over.
        begins = MORNING + timedelta(minutes=6 * number)
        host.stdin.write(f"{begins.isoformat()}\n".encode())
        return int(await host.stdout.readline())

    tg.order(Slow(0.03), "sendMessage", times=None)
    struck = 0
    for number in range(kills):
        pair = [await start(number), await start(number)]
        sent = len(tg.called("sendMessage"))
        await until(lambda sent=sent: len(tg.called("sendMessage")) > sent or not left(records))
        await asyncio.sleep(chance.uniform(0, 0.3))
        struck += bool({"sending", "claimed"} & set(states(records)))
        for process in pair:
            os.kill(process, signal.SIGKILL)
    tg.heal()
    last = await start(kills)
    try:
        async with asyncio.timeout(60):
            await until(lambda: not left(records))
    finally:
        os.kill(last, signal.SIGKILL)
        host.stdin.close()
        await host.wait()

    arrived = Counter(chat for chat in tg.world.people for _ in tg.user(chat).heard)
    ended = Counter(states(records))
    assert struck, "kills came while something was on its way"
    assert max(arrived.values()) == 1, "nobody twice"
    assert set(ended) <= {"sent", "unknown"}
    assert ended["sent"] <= len(arrived) <= people
    assert len(arrived) >= people - ended["unknown"], "whoever is not in doubt has it"
