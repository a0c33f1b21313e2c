"""Complaints for those who read them: `cmebot complaints list|show|export|close|log`.

Every opening is written down with who did it and when.
"""

import getpass
import json
import logging
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlmodel import Session

from bot.settings import NEEDED_TO_RUN, SettingsError, read_settings
from bot.store.complaints import Filed, accesses, filed, note_access, note_status
from bot.store.engine import Records, open_records
from bot.store.vault import Vault

logger = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(tz=UTC)


@click.group()
def complaints() -> None:
    """List, read, hand on and close the complaints that were sent."""


@complaints.command("list")
def list_filed() -> None:
    """One line a complaint: number, when it was sent, where it stands, and what is wrong."""
    with _records() as records, records.reading() as session:
        for one in filed(session):
            click.echo(_line(one))


def _line(one: Filed) -> str:
    parts = [one.number, f"{one.filed_at:%Y-%m-%d %H:%M} UTC", one.status, one.route or "-"]
    if one.status == "waiting" and one.late_at is not None:
        parts.append(f"NOT DELIVERED since {one.filed_at:%Y-%m-%d %H:%M}: {one.trouble}")
    elif one.trouble:
        parts.append(f"not sent yet: {one.trouble}")
    if one.additions:
        parts.append(f"{len(one.additions)} added")
    if one.fair:
        parts.append(f"fair: {one.fair}")
    return "  ".join(parts)


@complaints.command()
@click.argument("number")
def show(number: str) -> None:
    """All of one complaint, as JSON."""
    with _records() as records:
        one = _opened(records, number, "show")
        with records.reading() as session:
            click.echo(json.dumps(_as_json(session, one), ensure_ascii=False, indent=2))


@complaints.command()
@click.argument("number")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="A folder, or a file that ends in .zip.",
)
def export(number: str, out: Path) -> None:
    """One complaint with its PDF, its evidence and all answers, into a folder or a zip file."""
    with _records() as records:
        one = _opened(records, number, "export")
        with records.reading() as session:
            files = dict(_exported(session, one))
    if out.suffix == ".zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in files.items():
                made.writestr(name, content)
        out.chmod(0o600)
    else:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_bytes(content)
            (out / name).chmod(0o600)
    click.echo(f"{len(files)} files in {out}")


@complaints.command()
@click.argument("number")
@click.option("--reason", required=True, help="What its author is told, in one or two sentences.")
def close(number: str, reason: str) -> None:
    """Close a complaint; its author is told the reason."""
    if not reason.strip():
        raise click.BadParameter("is empty", param_hint="--reason")
    with _records() as records:
        one = _opened(records, number, "close")
        now = utc_now()
        with records.writing() as session:
            if not note_status(session, one.number, "closed", reason.strip(), now):
                raise click.ClickException(f"{one.number} is over already")
            _tell(session, one, now)
    click.echo(f"{one.number} is closed")


@complaints.command()
@click.argument("number", required=False)
def log(number: str | None) -> None:
    """Who opened which complaint, and when."""
    with _records() as records, records.reading() as session:
        for one in accesses(session, number.upper() if number else None):
            click.echo(f"{one.at:%Y-%m-%d %H:%M:%S} UTC  {one.number}  {one.act}  {one.who}")


def _opened(records: Records, number: str, act: str) -> Filed:
    """The complaint, its opening written down before anything of it is shown."""
    with records.writing() as session:
        found = filed(session, number.upper())
        if not found:
            raise click.ClickException(f"there is no complaint {number}")
        note_access(session, found[0].number, act, getpass.getuser(), utc_now())
    logger.warning("complaint %s was opened: %s", found[0].number, act)
    return found[0]


def _as_json(session: Session, one: Filed) -> dict[str, Any]:
    from bot.store.files import evidence_of

    told = {key: value for key, value in asdict(one).items() if key not in ("chat_id", "hub_id")}
    files = [
        {"name": file.name, "mime": file.mime, "size": file.size, "sha256": file.sha256}
        for file in evidence_of(session, one.number)
    ]
    made: dict[str, Any] = json.loads(json.dumps({**told, "files": files}, default=str))
    return made


def _exported(session: Session, one: Filed) -> Iterator[tuple[str, bytes]]:
    from bot.dialogs.knowledge import Knowledge
    from bot.documents.complaint_pdf import complaint_pdf
    from bot.errands.complaint_copy import sheet_of
    from bot.store.files import content_of, evidence_of
    from data import HERE

    files = evidence_of(session, one.number)
    pdf = complaint_pdf(sheet_of(one, files, Knowledge(HERE)))
    answers = json.dumps(_as_json(session, one), ensure_ascii=False, indent=2)
    yield f"complaint {one.number}.pdf", pdf
    yield "complaint.json", answers.encode()
    for number, file in enumerate(files, 1):
        yield f"{number} {file.name}", content_of(session, file.id, None) or b""


def _tell(session: Session, one: Filed, now: datetime) -> None:
    """The author hears of it in a turn of the bot, which has the words."""
    from bot.model import RunErrand
    from bot.store.errands import put_errand

    if one.chat_id is None:
        return
    news = {"number": one.number, "news": "closed", "at": now.isoformat()}
    put_errand(session, one.chat_id, RunErrand("wait", "complaints", news), now)


@contextmanager
def _records() -> Iterator[Records]:
    needed = {name: NEEDED_TO_RUN[name] for name in ("CMEBOT_SECRET_KEY",)}
    try:
        settings = read_settings(needed=needed)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    records = open_records(settings.database_url, Vault(settings.secret_keys))
    try:
        yield records
    finally:
        records.close()
