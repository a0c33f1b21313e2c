"""Inline queries over real HTTP: strict answers, nobody's data, and nothing stored of them."""

import asyncio
import threading

import pytest

from bot.handlers.updates import ALLOWED
from bot.inline import Card, InlineAnswer, inline_answer
from bot.model import Key
from bot.store.inbox import waiting_count
from tests.handlers.conftest import until


@pytest.fixture
def look_up(sources):
    return lambda text, now: inline_answer(
        text, sources.knowledge, sources.catalog, sources.texts, now
    )


@pytest.mark.behaviour(47)
async def test_a_colleague_in_a_group_gets_cards_and_can_send_one(tg, running, look_up):
    async with running(look_up=look_up):
        maria = tg.user(1001)
        offered = await maria.asks_inline("opioid ohio")
        assert offered.results[0].title.startswith("Ohio, opioid prescribing")
        assert len(offered.results) == 10
        assert (offered.button, offered.start_parameter) == ("Ask me in private", "inline")
        group = tg.group(-500)
        sent = await maria.chooses(offered.results[1], group)
        assert sent.text.startswith(offered.results[1].title[:40])
    [call] = tg.called("answerInlineQuery")
    assert call.ok
    assert call.parameters["is_personal"] is False
    assert "inline_query" in ALLOWED


async def test_the_same_words_reach_the_bot_once_for_everybody(tg, running, look_up):
    async with running(look_up=look_up):
        first = await tg.user(1001).asks_inline("ethics texas")
        second = await tg.user(1002).asks_inline("ethics texas")
    assert first.results == second.results
    assert len(tg.called("answerInlineQuery")) == 1


@pytest.mark.behaviour(47)
async def test_a_personal_question_gets_the_button_alone(tg, running, look_up):
    async with running(look_up=look_up):
        offered = await tg.user(1001).asks_inline("am i on track in texas")
    assert offered.results == ()
    assert offered.button == "That is personal: ask me in private"


async def test_nothing_of_a_query_is_stored_or_answered_in_a_chat(tg, running, look_up, records):
    async with running(look_up=look_up) as bot:
        maria = tg.user(1001)
        offered = await maria.asks_inline("ethics")
        await maria.chooses(offered.results[0])
        await maria.says("hello")
        [answer] = await maria.hears()
        await bot.rim.settled()
    assert answer.text == "You said: hello"
    assert len(maria.heard) == 1
    with records.reading() as session:
        assert waiting_count(session) == 0


async def test_text_from_the_hub_is_escaped_and_cut_to_what_telegram_takes(tg, running):
    long = "<b>" + "&amp; <i>é🙂</i> " * 2000 + "</b>"
    card = Card("x" * 64, "<b> & " * 60, "d" * 400, long, Key("Open", url="https://cme.example"))

    async with running(look_up=lambda *_: InlineAnswer((card,), "Private")):
        [shown] = (await tg.user(1001).asks_inline("x")).results
    assert shown.title.startswith("<b> & ")
    assert len(shown.raw["content"]["text"]) <= 4096


async def test_a_defect_or_a_slow_answer_costs_neither_messages_nor_later_queries(tg, running):
    held = threading.Event()

    def stumbles(text, now):
        if text == "slow":
            held.wait(10)
        if text == "broken":
            raise ZeroDivisionError
        return InlineAnswer((), text)

    async with running(look_up=stumbles):
        maria, omar = tg.user(1001), tg.user(1002)
        with pytest.raises(AssertionError, match="got no answer"):
            await maria.asks_inline("broken", timeout=0.3)
        slow = asyncio.create_task(maria.asks_inline("slow", timeout=0.5))
        await asyncio.sleep(0.05)
        await omar.says("meanwhile")
        await omar.hears("meanwhile")
        newest = asyncio.create_task(maria.asks_inline("newest"))
        with pytest.raises(AssertionError, match="got no answer"):
            await slow
        held.set()
        assert (await newest).button == "newest"


async def test_an_answer_that_comes_too_late_is_let_go(tg, running, look_up):
    tg.world.query_lifetime = -1.0
    async with running(look_up=look_up):
        maria = tg.user(1001)
        with pytest.raises(AssertionError, match="got no answer"):
            await maria.asks_inline("ethics", timeout=0.5)
        await until(lambda: tg.called("answerInlineQuery"))
        await maria.says("still there")
        await maria.hears("still there")
    [refused] = tg.called("answerInlineQuery")
    assert "query is too old" in refused.answer


async def test_a_person_who_types_fast_is_answered_for_the_last_letter(tg, running, look_up):
    async with running(look_up=look_up):
        maria = tg.user(1001)
        typed = [
            asyncio.create_task(maria.asks_inline(text, timeout=5))
            for text in ("o", "op", "opi", "opioid", "opioid ohio")
        ]
        assert (await typed[-1]).results[0].title.startswith("Ohio")
        for task in typed[:-1]:
            task.cancel()
        await asyncio.gather(*typed, return_exceptions=True)
