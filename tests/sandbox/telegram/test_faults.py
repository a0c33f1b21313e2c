"""Faults that a test can order, as python-telegram-bot meets them."""

from datetime import timedelta

import pytest
from telegram.error import NetworkError, RetryAfter, TimedOut

from sandbox.telegram import Broken, Dropped, Flooded, Hanging, Repeated, Slow

MARIA = 1001


@pytest.fixture
def maria(tg):
    return tg.user(MARIA, started=True)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Broken(502), NetworkError),
        (Broken(500, "Internal Server Error"), NetworkError),
        (Dropped(), NetworkError),
        (Dropped(after=True), NetworkError),
        (Slow(30), TimedOut),
        (Slow(30, after=True), TimedOut),
        (Hanging(), TimedOut),
    ],
    ids=str,
)
async def test_a_call_meets_the_fault_once(tg, bot, maria, fault, error):
    arrives = getattr(fault, "after", False)
    tg.order(fault, "sendMessage")
    with pytest.raises(error):
        await bot.send_message(MARIA, "one", read_timeout=0.3)
    assert [message.text for message in maria.messages] == (["one"] if arrives else [])
    await bot.send_message(MARIA, "two")
    assert maria.last.text == "two"


async def test_a_flood_can_be_ordered_for_any_method(tg, bot, maria):
    tg.order(Flooded(7))
    with pytest.raises(RetryAfter) as flooded:
        await bot.get_me()
    assert flooded.value.retry_after == timedelta(seconds=7)
    assert (await bot.get_me()).is_bot


async def test_a_fault_lasts_until_it_is_healed(tg, bot, maria):
    tg.order(Broken(), "sendMessage", times=None)
    for _ in range(3):
        with pytest.raises(NetworkError):
            await bot.send_message(MARIA, "x")
    tg.heal()
    await bot.send_message(MARIA, "x")
    assert len(maria.messages) == 1


async def test_a_confirmed_update_comes_once_more(tg, bot, maria):
    tg.order(Repeated())
    await maria.says("one")
    [first] = await bot.get_updates()
    [again] = await bot.get_updates(offset=first.update_id + 1)
    assert again.update_id == first.update_id
    assert await bot.get_updates(offset=first.update_id + 1) == ()


async def test_polling_goes_on_after_every_fault(tg, polling, maria):
    async def echo(update, _context):
        await update.message.reply_text(update.message.text)

    async with polling(echo):
        for fault in (Broken(), Dropped(), Flooded(1)):
            tg.order(fault, "getUpdates")
        await maria.says("still there?")
        assert (await maria.hears("still there?")).from_bot


async def test_what_telegram_knows_survives_its_own_absence(tg, bot, maria):
    url = tg.url
    await tg.goes_down()
    with pytest.raises(NetworkError):
        await bot.get_me()
    await maria.says("while it was away")
    await tg.goes_up()
    assert tg.url == url
    [update] = await bot.get_updates()
    assert update.message.text == "while it was away"
