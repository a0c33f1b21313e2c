"""Everything that is stored of a physician, as zip files for them alone."""

import asyncio
import io
import json
from collections.abc import Iterator
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile

from sqlmodel import Session, select

from bot.documents.period import Period
from bot.documents.transcript_tables import transcript_csv
from bot.errands.outside import Outside
from bot.errands.reading import typing
from bot.handlers.errands import Done, Outcome
from bot.store.errand_tables import KeptFileRow
from bot.store.errands import Errand
from bot.store.export import EXPORT, everything_of
from bot.store.files import KeptFile, NewFile, content_of, drop_file, files_for, keep_file
from bot.store.physicians import physician_of

MOST_BYTES = 40_000_000
"""Telegram takes files of up to 50 MB from bots; larger exports go out in parts."""

READ_ME = """\
Everything that the CME assistant keeps about you, as of {now}.

data.json    all stored records, table by table; what is encrypted in the database is open here
credits.csv  your credits as a table
files/       the files you sent to be kept, such as certificates

Messages are kept only until they are answered. Telegram holds the chat itself.
"""


async def export_data(outside: Outside, errand: Errand) -> Outcome:
    """The export is kept as files of the chat until `drop_export`; a newer one replaces it."""
    chat_id = errand.chat_id
    assert chat_id is not None
    async with typing(outside.bot, chat_id):
        kept = await asyncio.to_thread(_keep, outside, chat_id)
    return Done({"files": [{"id": file.id, "name": file.name} for file in kept]})


async def drop_export(_: Outside, errand: Errand) -> Outcome:
    """What was made to be sent is not kept."""
    chat_id = errand.chat_id
    return Done(store=lambda session: _drop(session, chat_id))


def _drop(session: Session, chat_id: int | None) -> None:
    if chat_id is not None:
        for old in files_for(session, chat_id, EXPORT):
            drop_file(session, chat_id, old.id)


def _keep(outside: Outside, chat_id: int) -> list[KeptFile]:
    now = outside.clock()
    with outside.records.writing() as session:
        _drop(session, chat_id)
        parts = list(_parts(session, chat_id, now))
        return [
            keep_file(
                session,
                chat_id,
                (EXPORT, str(number)),
                NewFile(_name(now, number, len(parts)), "application/zip", content),
                now,
            )
            for number, content in enumerate(parts, start=1)
        ]


def _name(now: datetime, number: int, of: int) -> str:
    part = f"-{number}-of-{of}" if of > 1 else ""
    return f"my-cme-data-{now:%Y-%m-%d}{part}.zip"


def _parts(session: Session, chat_id: int, now: datetime) -> Iterator[bytes]:
    """The records first, then the files, as many to a part as fit."""
    data = json.dumps(everything_of(session, chat_id), indent=1, ensure_ascii=False, default=str)
    credits_csv = transcript_csv(physician_of(session, chat_id), Period())
    part = [
        ("READ ME.txt", READ_ME.format(now=f"{now:%B %d, %Y, %H:%M} UTC").encode()),
        ("data.json", data.encode()),
        ("credits.csv", credits_csv),
    ]
    for file_id, name in _files(session, chat_id):
        content = content_of(session, file_id, chat_id) or b""
        if sum(len(held) for _, held in part) + len(content) > MOST_BYTES:
            yield _zipped(part)
            part = []
        part.append((f"files/{file_id}-{name}", content))
    yield _zipped(part)


def _files(session: Session, chat_id: int) -> list[tuple[int, str]]:
    purposes = session.exec(
        select(KeptFileRow.purpose).where(KeptFileRow.chat_id == chat_id).distinct()
    ).all()
    return [
        (file.id, file.name.replace("/", "_").replace("\\", "_"))
        for purpose in sorted(set(purposes) - {EXPORT})
        for file in files_for(session, chat_id, purpose)
    ]


def _zipped(part: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in part:
            archive.writestr(name, content)
    return out.getvalue()


RUNNERS = {"export_data": export_data, "drop_export": drop_export}
