"""Complaints for those who read them: `cmebot complaints list|show`. Every opening is logged."""

import json
import logging

import click

from bot.settings import NEEDED_TO_RUN, SettingsError, read_settings
from bot.store.complaints import filed
from bot.store.engine import Records, open_records
from bot.store.vault import Vault

logger = logging.getLogger(__name__)


@click.group()
def complaints() -> None:
    """List and read the complaints that were sent."""


@complaints.command("list")
def list_filed() -> None:
    """One line a complaint: its number and the day it was sent."""
    records = _records()
    with records.reading() as session:
        for one in filed(session):
            click.echo(f"{one.number}  {one.filed_at:%Y-%m-%d %H:%M} UTC")
    records.close()


@complaints.command()
@click.argument("number")
def show(number: str) -> None:
    """All answers of one complaint, as JSON."""
    records = _records()
    with records.reading() as session:
        found = filed(session, number.upper())
    records.close()
    if not found:
        raise click.ClickException(f"there is no complaint {number}")
    logger.warning("complaint %s was opened", found[0].number)
    click.echo(json.dumps(dict(found[0].answers), ensure_ascii=False, indent=2))


def _records() -> Records:
    needed = {name: NEEDED_TO_RUN[name] for name in ("CMEBOT_SECRET_KEY",)}
    try:
        settings = read_settings(needed=needed)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    return open_records(settings.database_url, Vault(settings.secret_keys))
