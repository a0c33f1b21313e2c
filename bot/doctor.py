"""`cmebot doctor`: whether everything that the bot needs is there, in plain words.

Looks only; nothing is set, sent or migrated.
"""

import asyncio
import smtplib
import ssl
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import InvalidToken, TelegramError

from bot.hub.client import HubClient, Patience
from bot.hub.errors import HubDown, HubError
from bot.settings import NEEDED_TO_RUN, Settings, SettingsError, read_settings

SECONDS = 10.0
"""How long one thing outside may take to answer."""

SIGNS = {True: "ok   ", False: "WRONG", None: "note "}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `fine` None: worth knowing, and the bot runs without it."""

    fine: bool | None
    said: str


Check = Callable[[Settings], Awaitable[Finding]]


@click.command()
def doctor() -> None:
    """Say in plain words what is missing or wrong; exit code 1 where something is."""
    findings = asyncio.run(examined())
    for finding in findings:
        click.echo(f"{SIGNS[finding.fine]} {finding.said}")
    sys.exit(1 if any(finding.fine is False for finding in findings) else 0)


async def examined() -> Sequence[Finding]:
    """All findings; where the settings are wrong, only what is wrong with them."""
    try:
        settings = read_settings(needed=NEEDED_TO_RUN)
    except SettingsError as error:
        return [Finding(False, f"{name} {said}") for name, said in error.problems.items()]
    found = [Finding(True, "The settings can be read.")]
    return [*found, *await asyncio.gather(*(check(settings) for check in CHECKS))]


async def _telegram(settings: Settings) -> Finding:
    from bot.handlers.reception import Pulse, made_bot

    assert settings.token is not None
    pulse = Pulse(lambda: datetime.now(tz=UTC))
    bot = made_bot(settings.token.get_secret_value(), settings.telegram_api_url, pulse)
    try:
        async with asyncio.timeout(SECONDS), bot:
            me = await bot.get_me()
            hook = await bot.get_webhook_info()
    except InvalidToken:
        return Finding(False, "Telegram does not know this bot: check TELEGRAM_BOT_TOKEN.")
    except (TelegramError, TimeoutError) as error:
        host = urlsplit(settings.telegram_api_url).hostname
        return Finding(False, f"Telegram ({host}) does not answer: {type(error).__name__}.")
    if hook.url and settings.webhook_url is None:
        said = "a webhook is set for it; `cmebot run` takes it away and polls"
        return Finding(None, f"Telegram knows the bot as @{me.username}; {said}.")
    return Finding(True, f"Telegram knows the bot as @{me.username}.")


async def _records(settings: Settings) -> Finding:
    return await asyncio.to_thread(_looked_at_records, settings)


def _looked_at_records(settings: Settings) -> Finding:
    from bot.store.engine import open_engine
    from bot.store.schema import configured

    if not _may_open(settings):
        return Finding(None, "There are no records yet; `cmebot run` sets them up.")
    engine = open_engine(settings.database_url)
    kind = engine.dialect.name
    try:
        with engine.connect() as connection:
            at = MigrationContext.configure(connection).get_current_revision()
            newest = ScriptDirectory.from_config(configured(connection)).get_current_head()
    except (SQLAlchemyError, OSError) as error:
        return Finding(False, f"The records ({kind}) cannot be opened: {type(error).__name__}.")
    finally:
        engine.dispose()
    if at is None:
        return Finding(None, f"The records ({kind}) are empty; `cmebot run` sets them up.")
    if at != newest:
        return Finding(None, f"The records ({kind}) are of an older version; `run` moves them on.")
    return Finding(True, f"The records ({kind}) are there and up to date.")


def _may_open(settings: Settings) -> bool:
    """Whether opening the records makes nothing: SQLite would make the missing file."""
    url = make_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


async def _key(settings: Settings) -> Finding:
    return await asyncio.to_thread(_tried_key, settings)


def _tried_key(settings: Settings) -> Finding:
    from sqlmodel import select

    from bot.store.engine import open_records
    from bot.store.tables import PhysicianRow
    from bot.store.vault import Vault, WrongKeyError

    unknown = Finding(None, "CMEBOT_SECRET_KEY could not be tried: there are no records yet.")
    if not _may_open(settings):
        return unknown
    records = open_records(settings.database_url, Vault(settings.secret_keys))
    try:
        with records.reading() as session:
            sealed = session.exec(select(PhysicianRow.profile).limit(1)).first()
        if sealed is not None:
            records.vault.unseal(sealed)
    except WrongKeyError:
        said = "No key in CMEBOT_SECRET_KEY opens what is stored: put the old one back, last."
        return Finding(False, said)
    except SQLAlchemyError:
        return unknown
    finally:
        records.close()
    return Finding(True, "CMEBOT_SECRET_KEY opens what is stored.")


async def _catalog(settings: Settings) -> Finding:
    return await asyncio.to_thread(_looked_at_catalog, settings)


def _looked_at_catalog(settings: Settings) -> Finding:
    from bot.store.catalog import open_catalog

    if not settings.catalog.exists():
        return Finding(None, f"There is no catalog at {settings.catalog} yet; `run` fills it.")
    try:
        catalog = open_catalog(settings.catalog)
        try:
            size, synced_at = catalog.size(), catalog.synced_at()
        finally:
            catalog.close()
    except SQLAlchemyError as error:
        return Finding(False, f"The catalog cannot be opened: {type(error).__name__}.")
    age = f", read from the hub on {synced_at:%B %-d, %Y}" if synced_at else ""
    return Finding(True, f"The catalog holds {size:,} activities{age}.")


async def _hub(settings: Settings) -> Finding:
    if settings.hub_url is None:
        return Finding(None, "CMEBOT_HUB_URL is not set: no accounts can be linked.")
    host = urlsplit(settings.hub_url).hostname
    patience = Patience(whole=SECONDS, tries=1)
    try:
        async with HubClient(
            settings.hub_url, client_id=settings.hub_client_id, patience=patience
        ) as client:
            await client.get("/activities", params={"limit": "1"})
    except HubDown:
        return Finding(False, f"The hub ({host}) does not answer.")
    except HubError as error:
        return Finding(False, f"The hub ({host}) refuses: {error}.")
    return Finding(True, f"The hub ({host}) answers.")


async def _mail(settings: Settings) -> Finding:
    if settings.complaints_to is None:
        kept = "complaints go to the hub, or stay for `cmebot complaints`"
        return Finding(None, f"CMEBOT_COMPLAINTS_TO is not set: {kept}.")
    if settings.smtp_url is None:
        return Finding(False, "CMEBOT_COMPLAINTS_TO is set, but CMEBOT_SMTP_URL is not.")
    return await asyncio.to_thread(_called_mail_server, settings.smtp_url.get_secret_value())


def _called_mail_server(url: str) -> Finding:
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=SECONDS, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(host, parts.port or 587, timeout=SECONDS)
        with server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return Finding(False, f"The mail server ({host}) does not answer: {type(error).__name__}.")
    return Finding(True, f"The mail server ({host}) answers.")


CHECKS: tuple[Check, ...] = (_telegram, _records, _key, _catalog, _hub, _mail)
