"""Webhooks: updates are posted in order, with the secret, until the bot takes them."""

from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from sandbox.telegram import Repeated
from sandbox.telegram.delivery import SECRET_HEADER

MARIA = 1001


@pytest.fixture
def listener():
    """A small web server that takes updates, with the status that a test wants next."""

    @asynccontextmanager
    async def listening(statuses=()):
        got, waiting = [], list(statuses)

        async def take(request):
            status = waiting.pop(0) if waiting else 200
            body = await request.json()
            got.append((status, body["message"]["text"], request.headers.get(SECRET_HEADER)))
            return web.Response(status=status)

        app = web.Application()
        app.router.add_post("/hook", take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", got
        await runner.cleanup()

    return listening


def taken(got):
    return [text for status, text, _ in got if status == 200]


async def test_python_telegram_bots_webhook_answers(tg, webhook):
    async def echo(update, _context):
        await update.message.reply_text(update.message.text.upper())

    maria = tg.user(MARIA)
    async with webhook(echo):
        await maria.says("hello")
        assert (await maria.hears("HELLO")).from_bot
        assert tg.bot.updates.webhook.secret == "s3cret"


async def test_what_is_not_taken_comes_again_in_order(tg, bot, listener, until):
    maria = tg.user(MARIA)
    await maria.says("before")
    async with listener([500, 404, 200]) as (url, got):
        await bot.set_webhook(url, secret_token="s3cret")
        await maria.says("after")
        await until(lambda: len(taken(got)) == 2)
        info = await bot.get_webhook_info()
    assert got == [
        (500, "before", "s3cret"),
        (404, "before", "s3cret"),
        (200, "before", "s3cret"),
        (200, "after", "s3cret"),
    ]
    assert info.last_error_message == "Wrong response from the webhook: 404 Not Found"
    assert info.pending_update_count == 0


async def test_an_address_where_nobody_listens_is_reported(tg, bot, listener, until):
    async with listener() as (url, got):
        pass
    await tg.user(MARIA).says("hello")
    await bot.set_webhook(url)
    await until(lambda: tg.bot.updates.webhook.last_error)
    info = await bot.get_webhook_info()
    assert info.last_error_message.startswith("Connection failed")
    assert (info.pending_update_count, got) == (1, [])


async def test_an_update_can_be_ordered_to_come_twice(tg, bot, listener, until):
    tg.order(Repeated())
    async with listener() as (url, got):
        await bot.set_webhook(url)
        await tg.user(MARIA).says("one")
        await tg.user(MARIA).says("two")
        await until(lambda: len(taken(got)) == 3)
    assert [text for _, text, _ in got] == ["one", "one", "two"]


async def test_pending_updates_can_be_dropped(tg, bot):
    await tg.user(MARIA).says("lost")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()
