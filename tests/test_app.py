"""The whole bot against both stand-ins: in this process, and as the command an operator runs."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.app import running, serve, webhook_of
from bot.settings import Settings
from bot.store.vault import Vault
from sandbox.hub.server import hub_sandbox
from sandbox.telegram.faults import Broken
from sandbox.telegram.server import telegram_sandbox

ROOT = Path(__file__).parents[1]
KEY = Fernet.generate_key().decode()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
async def tg():
    async with telegram_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def environment(tmp_path, tg):
    """The variables of an operator who runs a bot against the stand-ins."""
    return {
        "TELEGRAM_BOT_TOKEN": "4242:AAH-token",
        "TELEGRAM_API_URL": tg.url,
        "CMEBOT_DATABASE_URL": f"sqlite:///{tmp_path}/records.sqlite",
        "CMEBOT_CATALOG": str(tmp_path / "catalog.sqlite"),
        "CMEBOT_SECRET_KEY": KEY,
    }


def nothing(error):
    raise AssertionError(error)


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_a_stranger_is_greeted_and_the_hubs_activities_are_there(tg, environment, way):
    async with hub_sandbox() as hub:
        environment["CMEBOT_HUB_URL"] = hub.url
        if way == "webhook":
            port = free_port()
            environment["CMEBOT_WEBHOOK_URL"] = f"http://127.0.0.1:{port}"
            environment["CMEBOT_WEBHOOK_LISTEN"] = f"127.0.0.1:{port}"
        async with running(Settings(_env_file=None, **environment), nothing) as bot:
            maria = tg.user(1001, "Maria")
            await maria.starts()
            (greeting,) = await maria.hears()
            await bot.settled()
            assert greeting.labels
            assert bot.catalog.size() > 300
            assert bot.catalog.synced_at() is not None
            assert await bot.idle()
        assert tg.called("setMyCommands")[0].ok
        assert tg.called("setChatMenuButton")[0].ok


async def test_a_hub_that_is_down_does_not_stop_the_bot(tg, environment, monkeypatch):
    monkeypatch.setattr("bot.app.FIRST_SYNC_PATIENCE", 0.3)
    environment["CMEBOT_HUB_URL"] = f"http://127.0.0.1:{free_port()}"
    async with running(Settings(_env_file=None, **environment), nothing):
        maria = tg.user(1001, "Maria")
        await maria.starts()
        assert await maria.hears()


async def test_without_a_hub_there_are_the_activities_that_come_with_the_bot(tg, environment):
    async with running(Settings(_env_file=None, **environment), nothing) as bot:
        assert bot.catalog.size() > 300


def test_path_and_secret_of_the_webhook_follow_from_the_key_alone(environment):
    environment["CMEBOT_WEBHOOK_URL"] = "https://bot.example.org"
    settings = Settings(_env_file=None, **environment)
    hook = webhook_of(settings, Vault([KEY]))
    assert hook == webhook_of(settings, Vault([KEY]))
    assert hook == webhook_of(settings, Vault([Fernet.generate_key().decode(), KEY]))
    other = webhook_of(settings, Vault([Fernet.generate_key().decode()]))
    assert (hook.path, hook.secret) != (other.path, other.secret)
    assert hook.path != hook.secret
    assert len(hook.path) == 64


async def started(environment):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        env={"PATH": os.environ["PATH"], **environment},
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_the_command_serves_until_it_is_told_to_end(tg, environment):
    process = await started(environment)
    maria = tg.user(1001, "Maria")
    await maria.says("hello, my name is Maria Garcia")
    await maria.hears(1, timeout=60)
    process.send_signal(signal.SIGTERM)
    _, told = await process.communicate()
    assert process.returncode == 0, told.decode()
    log = told.decode()
    assert "update=" in log
    assert [secret for secret in ("AAH-token", "Maria", "hello", KEY) if secret in log] == []
    assert tg.bot.updates.pending == [], "what was answered is not delivered again"


async def test_without_a_token_the_command_says_what_to_do(tg, environment):
    del environment["TELEGRAM_BOT_TOKEN"]
    process = await started(environment)
    _, told = await process.communicate()
    assert process.returncode == 1
    assert "TELEGRAM_BOT_TOKEN is missing: @BotFather" in told.decode()


async def test_a_wrong_token_ends_with_exit_code_one(tg, environment, caplog):
    tg.order(Broken(401, "Unauthorized"), "getMe")
    assert await serve(Settings(_env_file=None, **environment)) == 1
    assert "check TELEGRAM_BOT_TOKEN" in caplog.text
