from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.settings import NEEDED_TO_RUN, NEW_KEY, Settings, SettingsError, read_settings

FIRST, SECOND = Fernet.generate_key().decode(), Fernet.generate_key().decode()
VARIABLES = [field.alias for field in Settings.model_fields.values()]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder without `.env`, and none of the variables set."""
    monkeypatch.chdir(tmp_path)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_without_any_setting_there_are_defaults():
    settings = read_settings()
    assert settings.database_url == "sqlite:///var/records.sqlite"
    assert settings.catalog == Path("var/catalog.sqlite")
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert (settings.token, settings.hub_url, settings.webhook_url) == (None, None, None)


def test_a_file_is_read_and_the_environment_goes_before_it(folder, monkeypatch):
    (folder / ".env").write_text("CMEBOT_HUB_URL=http://file/\nCMEBOT_LOG=debug\nOTHER=x\n")
    monkeypatch.setenv("CMEBOT_HUB_URL", "http://environment/hub/")
    settings = read_settings()
    assert (settings.hub_url, settings.log) == ("http://environment/hub", "DEBUG")


@pytest.mark.parametrize("between", [",", " ", ", ", "\n"])
def test_several_secret_keys_the_newest_first(monkeypatch, between):
    monkeypatch.setenv("CMEBOT_SECRET_KEY", f"{FIRST}{between}{SECOND}")
    assert read_settings().secret_keys == (FIRST, SECOND)


def test_all_that_is_wrong_and_missing_is_named_at_once(monkeypatch):
    wrong = {
        "CMEBOT_SECRET_KEY": "too-short",
        "CMEBOT_DATABASE_URL": "mysql://x",
        "TELEGRAM_API_URL": "127.0.0.1:8081",
        "CMEBOT_LOG": "loud",
        "CMEBOT_COMPLAINTS_TO": "nobody",
        "CMEBOT_SMTP_URL": "mail",
        "CMEBOT_WEBHOOK_LISTEN": "here",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        read_settings(needed=NEEDED_TO_RUN)
    assert set(caught.value.problems) == {*wrong, "TELEGRAM_BOT_TOKEN"}
    assert "@BotFather" in caught.value.problems["TELEGRAM_BOT_TOKEN"]
    assert NEW_KEY in str(caught.value)
    assert "too-short" not in str(caught.value)


def test_what_is_needed_to_run_comes_with_the_way_to_get_it():
    with pytest.raises(SettingsError) as caught:
        read_settings(needed=NEEDED_TO_RUN)
    assert NEW_KEY in caught.value.problems["CMEBOT_SECRET_KEY"]


def test_secrets_are_not_shown(monkeypatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "4242:AAH-secret")
    monkeypatch.setenv("CMEBOT_SECRET_KEY", FIRST)
    monkeypatch.setenv("CMEBOT_SMTP_URL", "smtps://user:pass@mail.org")
    shown = repr(read_settings())
    assert [secret for secret in ("AAH", FIRST, "user:pass") if secret in shown] == []


def test_every_variable_says_what_it_is_for():
    assert all(field.description for field in Settings.model_fields.values())
