"""Errands through the whole rim: a turn wants something, it is done, and the chat hears of it."""

import asyncio
from datetime import timedelta

import pytest

from bot.assistant import Turn
from bot.handlers import errands as running_errands
from bot.handlers.errands import Again, Done
from bot.model import Kind, Outgoing, RunErrand
from bot.store.errands import put_errand
from tests.handlers.conftest import until

PATIENT = "asked"


def wanting(incoming, physician, conversation, now):
    """Each text sends out an errand; what comes of it is said."""
    if incoming.kind is Kind.RESULT:
        said = Outgoing("message", f"{incoming.data}: {incoming.result}")
        return Turn((said,), (), conversation)
    wanted = RunErrand("ask", "oracle", {"text": incoming.text})
    return Turn((Outgoing("message", PATIENT),), (wanted,), conversation)


async def test_what_came_of_an_errand_is_told_in_its_own_turn(tg, running):
    async def ask(errand):
        return Done({"answer": errand.values["text"].upper()})

    ada = tg.user(1, "Ada")
    async with running(wanting, runners={"ask": ask}):
        await ada.says("why")
        assert (await ada.hears(2))[1].text == "oracle: {'answer': 'WHY'}"


async def test_a_runner_that_fails_is_run_again_and_at_last_told(tg, running, monkeypatch):
    runs = []

    async def ask(errand):
        runs.append(errand.attempts)
        raise OSError("no way out")

    monkeypatch.setattr(running_errands, "FIRST_PAUSE", timedelta(0))
    monkeypatch.setattr(running_errands, "GIVE_UP", 3)
    ada = tg.user(1, "Ada")
    async with running(wanting, runners={"ask": ask}):
        await ada.says("why")
        assert "failed" in (await ada.hears(2))[1].text
    assert runs == [0, 1, 2]


async def test_a_runner_that_hangs_is_given_up(tg, running, monkeypatch):
    async def ask(errand):
        if not errand.attempts:
            await asyncio.sleep(3600)
        return Done({"after": errand.attempts})

    monkeypatch.setattr(running_errands, "RUN_SECONDS", 0.05)
    monkeypatch.setattr(running_errands, "FIRST_PAUSE", timedelta(0))
    ada = tg.user(1, "Ada")
    async with running(wanting, runners={"ask": ask}):
        await ada.says("why")
        assert "'after': 1" in (await ada.hears(2))[1].text


async def test_an_errand_goes_on_with_other_values(tg, running):
    async def poll(errand):
        count = errand.values.get("count", 0)
        if count < 3:
            return Again(timedelta(0), values={"count": count + 1})
        return Done({"count": count})

    ada = tg.user(1, "Ada")
    async with running(wanting, runners={"ask": poll}):
        await ada.says("why")
        assert "'count': 3" in (await ada.hears(2))[1].text


@pytest.mark.behaviour(53)
async def test_an_errand_of_a_dead_process_is_run_by_the_next(tg, running, records):
    from tests.handlers.conftest import clock

    begun = []

    async def ask(errand):
        begun.append(errand.id)
        return Done({"answer": "late"})

    ada = tg.user(1, "Ada", started=True)
    with records.writing() as session:
        put_errand(session, ada.id, RunErrand("ask", "oracle"), clock())
    async with running(wanting, runners={"ask": ask}) as bot:
        await ada.hears(1)
        await until(lambda: begun)
        await bot.rim.settled()
    assert len(begun) == 1
