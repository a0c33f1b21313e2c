"""`cmebot doctor` as an operator meets it: real servers, or none."""

import asyncio
import os
import sys

import pytest
from aiosmtpd.controller import Controller
from cryptography.fernet import Fernet

from bot.store.engine import open_records
from bot.store.physicians import made_row_id
from bot.store.schema import migrate
from bot.store.vault import Vault
from sandbox.hub.server import hub_sandbox
from sandbox.telegram.server import telegram_sandbox
from tests.handlers.conftest import clock
from tests.test_app import ROOT, free_port

KEY = Fernet.generate_key().decode()


@pytest.fixture
def settings(tmp_path):
    return {
        "TELEGRAM_BOT_TOKEN": "4242:AAH-token",
        "TELEGRAM_API_URL": f"http://127.0.0.1:{free_port()}",
        "CMEBOT_DATABASE_URL": f"sqlite:///{tmp_path}/records.sqlite",
        "CMEBOT_CATALOG": str(tmp_path / "catalog.sqlite"),
        "CMEBOT_SECRET_KEY": KEY,
    }


async def doctor(settings):
    """The exit code and the lines of the command."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CMEBOT_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "doctor"),
        cwd=ROOT,
        env={**clean, **settings},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode().splitlines()


async def test_a_fresh_and_right_setup_has_nothing_wrong(settings, tmp_path):
    mail = Controller(object(), hostname="127.0.0.1", port=free_port())
    mail.start()
    try:
        async with telegram_sandbox() as telegram, hub_sandbox() as hub:
            settings |= {
                "TELEGRAM_API_URL": telegram.url,
                "CMEBOT_HUB_URL": hub.url,
                "CMEBOT_COMPLAINTS_TO": "complaints@example.org",
                "CMEBOT_SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
            }
            code, lines = await doctor(settings)
    finally:
        mail.stop()
    assert code == 0, lines
    assert not any(line.startswith("WRONG") for line in lines)
    assert any("The hub (127.0.0.1) answers" in line for line in lines)
    assert any("mail server (127.0.0.1) answers" in line for line in lines)
    assert list(tmp_path.iterdir()) == [], "it only looks"


async def test_what_does_not_answer_is_named(settings):
    settings |= {
        "CMEBOT_HUB_URL": f"http://127.0.0.1:{free_port()}",
        "CMEBOT_COMPLAINTS_TO": "complaints@example.org",
        "CMEBOT_SMTP_URL": f"smtp://127.0.0.1:{free_port()}",
    }
    code, lines = await doctor(settings)
    wrong = [line for line in lines if line.startswith("WRONG")]
    assert code == 1
    assert [any(word in line for line in wrong) for word in ("Telegram", "hub", "mail server")] == [
        True,
        True,
        True,
    ]


async def test_missing_settings_are_all_named_at_once(settings):
    del settings["TELEGRAM_BOT_TOKEN"]
    settings["CMEBOT_SECRET_KEY"] = "not a key"
    code, lines = await doctor(settings)
    assert code == 1
    assert any("TELEGRAM_BOT_TOKEN" in line for line in lines)
    assert any("CMEBOT_SECRET_KEY" in line for line in lines)


async def test_a_key_that_opens_nothing_is_wrong(settings):
    migrate(settings["CMEBOT_DATABASE_URL"])
    records = open_records(settings["CMEBOT_DATABASE_URL"], Vault([KEY]))
    with records.writing() as session:
        made_row_id(session, 7, clock())
    records.close()
    async with telegram_sandbox() as telegram:
        settings["TELEGRAM_API_URL"] = telegram.url
        code, lines = await doctor(settings)
        assert code == 0, lines
        settings["CMEBOT_SECRET_KEY"] = Fernet.generate_key().decode()
        code, lines = await doctor(settings)
    assert code == 1
    assert any("No key in CMEBOT_SECRET_KEY" in line for line in lines)
