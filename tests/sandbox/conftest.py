"""Bots and people for the tests of the stand-ins: real python-telegram-bot, over real HTTP."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright
from telegram import Bot, Update
from telegram.ext import Application, TypeHandler

from sandbox.telegram import TelegramSandbox, telegram_sandbox

TOKEN = "4242:a-token"
Answer = Callable[[Update, Any], Awaitable[None]]
Polling = Callable[..., AbstractAsyncContextManager[Application]]


@pytest.fixture
async def tg() -> AsyncIterator[TelegramSandbox]:
    async with telegram_sandbox() as running:
        yield running


@pytest.fixture
async def bot(tg: TelegramSandbox) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=f"{tg.url}/bot", base_file_url=f"{tg.url}/file/bot") as ready:
        yield ready


@pytest.fixture
def until() -> Callable[[Callable[[], Any]], Awaitable[Any]]:
    """Waits for something of another process or task to become true; ten seconds at most."""

    async def waited(holds: Callable[[], Any]) -> Any:
        for _ in range(1000):
            if found := holds():
                return found
            await asyncio.sleep(0.01)
        raise AssertionError("it never came true")

    return waited


@pytest.fixture(autouse=True)
def _spans_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns of each RetryAfter unless its new type is chosen."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def polling(tg: TelegramSandbox) -> Polling:
    """python-telegram-bot's own application, polling, with one handler for everything."""

    @asynccontextmanager
    async def running(answer: Answer, **options: Any) -> AsyncIterator[Application]:
        application = application_for(tg, answer)
        async with application:
            await application.start()
            await application.updater.start_polling(
                poll_interval=0, timeout=5, error_callback=lambda _: None, **options
            )
            yield application
            await application.updater.stop()
            await application.stop()

    return running


@pytest.fixture
def webhook(tg: TelegramSandbox) -> Polling:
    """The same application behind a webhook with a secret, on a free port."""

    @asynccontextmanager
    async def running(answer: Answer, **options: Any) -> AsyncIterator[Application]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        application = application_for(tg, answer)
        async with application:
            await application.start()
            await application.updater.start_webhook(
                "127.0.0.1",
                port,
                "hook",
                webhook_url=f"http://127.0.0.1:{port}/hook",
                secret_token="s3cret",
                **options,
            )
            yield application
            await application.updater.stop()
            await application.stop()

    return running


def application_for(tg: TelegramSandbox, answer: Answer) -> Application:
    application = (
        Application.builder()
        .token(TOKEN)
        .base_url(f"{tg.url}/bot")
        .base_file_url(f"{tg.url}/file/bot")
        .build()
    )
    application.add_handler(TypeHandler(Update, answer))
    return application


BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium; without one the test is skipped, or fails where one is a must."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        assert not os.environ.get("CMEBOT_NEEDS_CHROMIUM"), "no Chromium, but this run needs one"
        pytest.skip("no Chromium on this machine: the web chat was not tested")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=found, args=QUIET)
        yield running
        await running.close()


@pytest.fixture
async def browser_page(browser: Browser) -> AsyncIterator[Page]:
    """A page of 1100 by 800 in which no script may fail."""
    context = await browser.new_context(
        viewport={"width": 1100, "height": 800}, locale="en-US", reduced_motion="reduce"
    )
    page = await context.new_page()
    page.set_default_timeout(15_000)
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    await context.close()
    assert failures == []
