"""Two years of many physicians: the real planner and delivery, a sandbox's Telegram, bad luck.

Time is simulated; everything else is as it runs: two workers on one store, the Bot API over HTTP.
Workers are killed between any two steps, the clock is set back, Telegram floods, breaks and drops,
and physicians answer, stop and block. What must hold all the same is at the end.
"""

import asyncio
from collections import Counter, defaultdict
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from telegram import Bot

from bot.handlers.pace import Pace
from bot.model import KeepLicense
from bot.store import reminders as store
from bot.store.changes import carry_out
from bot.store.physicians import physician_of
from bot.store.reminder_tables import ReminderRow
from reminders import answers
from reminders.answers import Answering
from reminders.deadlines import credits_open_of, deadlines_of
from reminders.delivery import Delivery
from reminders.hours import Preferences, inferred_zone, is_quiet_at
from reminders.plan import plan
from reminders.planner import plan_day
from reminders.scheduler import refine
from reminders.telegram import telegram_post
from sandbox.telegram.faults import Broken, Dropped, Flooded
from sandbox.telegram.server import telegram_sandbox
from tests.reminders.simulation import (
    KilledError,
    as_words,
    invented,
    next_due,
    read,
    settle_in,
)

START = datetime(2026, 11, 23, tzinfo=UTC)
FAULTS = (Flooded(3), Broken(502), Dropped(after=True), Dropped(after=False))
FAULTY = 0.03
"""Share of calls that Telegram answers badly."""
FATES = ("renews", "stops", "stops all", "blocks", "snoozes")
FATED = 0.25
SAMPLE = 200
"""Physicians whose every message is compared with the plan made in advance."""

R = sa.inspect(ReminderRow).local_table.c


@dataclass
class Mortal:
    """Records whose process may die just before or just after any commit."""

    records: object
    dies: object

    def reading(self):
        return self.records.reading()

    @contextmanager
    def writing(self):
        with self.records.writing() as session:
            yield session
            if self.dies():
                raise KilledError
        if self.dies():
            raise KilledError


@dataclass
class World:
    """Everybody and everything of one simulation."""

    records: object
    rules: object
    clock: object
    tg: object
    bot: object
    draw: Random
    known: dict
    kill_chance: float
    kills: int = 0
    set_back: int = 0
    received: list = field(default_factory=list)
    fates: dict = field(default_factory=dict)
    answered: list = field(default_factory=list)
    read_until: int = 0

    def dies(self):
        return self.draw.random() < self.kill_chance

    async def post(self, chat_id, outgoing):
        if self.dies():
            raise KilledError
        if self.draw.random() < FAULTY:
            self.tg.order(self.draw.choice(FAULTS), "sendMessage")
        posted = await telegram_post(self.bot, UNHURRIED)(chat_id, outgoing)
        if self.dies():
            raise KilledError
        return posted

    def worker(self):
        mortal = Mortal(self.records, self.dies)
        return Delivery(mortal, self.rules, as_words, self.post, self.clock)

    def notes(self, event):
        if event.from_bot and event.kind == "message":
            self.received.append((self.clock(), event.chat_id, event.message_id))


UNHURRIED = Pace(chat_per_second=10_000, chat_burst=10_000)
"""The simulated second is far shorter than a real one; the pace of `Delivery` is kept."""


@asynccontextmanager
async def world_of(records, rules, clock, *, count, seed, kill_chance):
    draw = Random(seed)
    clock.now = START
    known = {
        chat: settle_in(records, chat, invented(draw, START.date()), START)
        for chat in range(1, count + 1)
    }
    async with (
        telegram_sandbox(now=clock) as tg,
        Bot("4242:AAH", base_url=f"{tg.url}/bot", base_file_url=f"{tg.url}/file/bot") as bot,
    ):
        for chat in known:
            tg.user(chat, f"P{chat}", started=True)
        world = World(records, rules, clock, tg, bot, draw, known, kill_chance)
        world.fates = {chat: draw.choice(FATES) for chat in known if draw.random() < FATED}
        with tg.world.listening(world.notes):
            yield world


async def live(world, days):
    """Day after day: plan, deliver with two workers until nothing is due, and answer at night."""
    workers = [world.worker(), world.worker()]
    for number in range(days):
        midnight = START + timedelta(days=number)
        world.clock.now = max(world.clock.now, midnight)
        plan_day(world.records, world.rules.boards, midnight.date())
        if refine(world.records, world.rules, world.clock.now, 10_000):
            plan_day(world.records, world.rules.boards, midnight.date(), only_fresh=True)
        while (due := next_due(world.records, world.clock.now)) < midnight + timedelta(days=1):
            world.clock.now = due
            together = world.draw.random() < 0.2
            for chosen in [(0, 1)] if together else [(0,), (1,)]:
                if not await survived([workers[place] for place in chosen]):
                    world.kills += 1
                    for place in chosen:
                        workers[place] = world.worker()
            world.clock.go(seconds=1)
            if world.draw.random() < 0.002:
                world.clock.go(hours=-1)
                world.set_back += 1
        world.clock.now = max(world.clock.now, midnight + timedelta(hours=23, minutes=59))
        await answer(world)


async def survived(workers):
    """A tick of these workers; whether none was killed in it."""
    before = asyncio.all_tasks()
    try:
        await asyncio.gather(*(worker.tick() for worker in workers))
    except KilledError:
        # What else the process had under way dies with it.
        dying = asyncio.all_tasks() - before
        for task in dying:
            task.cancel()
        await asyncio.gather(*dying, return_exceptions=True)
        return False
    return True


async def answer(world):
    """Whoever got a message today may answer it, each in their own way, once."""
    fresh, world.read_until = world.received[world.read_until :], len(world.received)
    for _, chat, message_id in fresh:
        fate = world.fates.get(chat)
        if fate is None or world.draw.random() < 0.5:
            continue
        if fate == "blocks":
            await world.tg.user(chat).blocks()
            world.answered.append((fate, chat, None, None, world.clock()))
            del world.fates[chat]
            continue
        board, _, last_day = next(read(text_of(world, chat, message_id)))
        until = None
        with world.records.writing() as session:
            physician = physician_of(session, chat)
            at = Answering(session, physician, world.rules, world.clock())
            if fate == "renews":
                answers.renewed(at, board)
                await_next(session, chat, board, last_day, world)
            elif fate == "snoozes":
                snoozed = answers.snooze(at, board, at.today + timedelta(days=5))
                # From D-7 on there is nothing to snooze to.
                until = snoozed.until if snoozed else at.today
            else:
                answers.stop(at, board if fate == "stops" else None)
        world.answered.append((fate, chat, board, until or last_day, world.clock()))
        if fate != "snoozes":
            del world.fates[chat]


def await_next(session, chat, board, last_day, world):
    """Half of those who renew also say until when."""
    held = [one for one in physician_of(session, chat).licenses if one.board == board]
    if held and world.draw.random() < 0.5:
        later = replace(held[0], expires=last_day + timedelta(days=730))
        carry_out(session, chat, KeepLicense(later), world.clock())


def text_of(world, chat, message_id):
    return next(one.text for one in world.tg.user(chat).heard if one.id == message_id)


# ── what must hold ──────────────────────────────────────────────────────────────────────────


def preferences_of(physician):
    return Preferences(inferred_zone(tuple(held.board for held in physician.licenses)))


def local_day(at, zone):
    return at.astimezone(ZoneInfo(zone)).date()


def check(world, days):
    arrived = defaultdict(list)
    texts = {(chat, one.id): one.text for chat in world.known for one in world.tg.user(chat).heard}
    for at, chat, message_id in world.received:
        arrived[chat].append((at, list(read(texts[chat, message_id]))))
    snoozed = {chat for fate, chat, *_ in world.answered if fate == "snoozes"}
    for chat, messages in arrived.items():
        preferences = preferences_of(world.known[chat])
        assert not any(is_quiet_at(at, preferences) for at, _ in messages), "never at night"
        told = Counter(part for _, parts in messages for part in parts)
        assert chat in snoozed or max(told.values()) == 1, "never twice"
        dated = [(local_day(at, preferences.zone), parts) for at, parts in messages]
        assert max(Counter(day for day, _ in dated).values()) == 1, "one a day"
        by_board = defaultdict(list)
        for day, parts in dated:
            for board, _, last_day in parts:
                by_board[board].append((day, last_day))
        for days_of in by_board.values():
            per_cycle = Counter(last_day for _, last_day in days_of)
            assert chat in snoozed or max(per_cycle.values()) <= 11
            for (one, last_day), (other, _) in pairwise(days_of):
                in_last_week = (one - last_day).days >= -7 and (other - last_day).days <= 1
                assert chat in snoozed or (other - one).days >= 7 or in_last_week, "once a week"
    for fate, chat, board, day, at in world.answered:
        after = [(when, part) for when, parts in arrived[chat] if when > at for part in parts]
        if fate == "renews":
            assert not [p for _, p in after if p[0] == board and p[2] == day], "renewed is the end"
        elif fate == "stops":
            assert not [p for _, p in after if p[0] == board]
        elif fate == "snoozes":
            zone = preferences_of(world.known[chat]).zone
            early = [p for when, p in after if p[0] == board and local_day(when, zone) < day]
            assert not early, "a snooze is kept"
        else:
            assert after == []
    fated = {chat for _, chat, *_ in world.answered}
    calm = [chat for chat in world.known if chat not in fated]
    for chat in world.draw.sample(calm, min(SAMPLE, len(calm))):
        check_every_stage(world, chat, days)


def check_every_stage(world, chat, days):
    """What was sent, or may have been, is what `remind --plan` says, to the day."""
    physician = world.known[chat]
    last = START.date() + timedelta(days=days - 2)
    expected = {
        (message.at.date(), part.deadline.board, part.stage.name)
        for message in plan(
            deadlines_of(physician, world.rules),
            credits_open_of(physician, world.rules),
            preferences_of(physician),
            START.date(),
            last,
        )
        for part in message.parts
    }
    with world.records.reading() as session:
        told = {(one.day, one.board, one.stage) for one in store.told(session, physician.id)}
    assert {one for one in told if one[0] <= last} == expected


async def two_years(records, rules, clock, *, count, days, seed, kill_chance):
    async with world_of(
        records, rules, clock, count=count, seed=seed, kill_chance=kill_chance
    ) as world:
        await live(world, days)
        check(world, days)
    return world


@pytest.mark.behaviour(48)
@pytest.mark.behaviour(49)
@pytest.mark.behaviour(53)
@pytest.mark.behaviour(54)
async def test_two_years_of_a_few_with_kills_and_a_clock_set_back(records, rules, clock):
    world = await two_years(records, rules, clock, count=8, days=500, seed=7, kill_chance=0.02)
    assert world.kills > 3
    assert world.answered


@pytest.mark.soak
@pytest.mark.timeout(7000)
async def test_two_years_of_five_thousand_physicians(records, rules, clock):
    """To run after a change of the planner or the delivery: some forty minutes of one core."""
    world = await two_years(records, rules, clock, count=5000, days=730, seed=1, kill_chance=0.0015)
    assert world.kills >= 500
    assert world.set_back
    with records.reading() as session:
        states = dict(session.execute(sa.select(R.state, sa.func.count()).group_by(R.state)).all())
    assert set(states) <= {"planned", "sent", "unknown", "cancelled", "blocked", "failed"}
    # Each kill leaves what was on its way in doubt, and one call in seventy is cut off.
    assert states["unknown"] < states["sent"] / 8
