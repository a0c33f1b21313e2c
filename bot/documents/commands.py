"""Transcripts from the command line: `read-transcript` and `export-transcript`."""

import json
from pathlib import Path

import click

from bot.documents.transcripts.reading import UNREAD, Reading, RefusedError, Row, Unread
from bot.documents.transcripts.sealed import read_sealed
from bot.texts import Texts
from data import HERE


@click.command("read-transcript")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a row.")
def read_transcript(path: Path, as_json: bool) -> None:
    """Show what a transcript, certificate or spreadsheet would add; nothing is stored."""
    texts = Texts(HERE / "texts" / "en")
    try:
        reading = read_sealed(path.read_bytes(), path.name)
    except RefusedError as refused:
        click.echo(texts.label(refused.text_key, refused.values), err=True)
        raise SystemExit(2) from refused
    for line in _as_json(reading) if as_json else _as_text(reading, texts):
        click.echo(line)


def _as_json(reading: Reading) -> list[str]:
    found: list[Row | Unread] = [*reading.rows, *reading.unread]
    found.sort(key=lambda item: item.line)
    return [json.dumps(item.as_json(), ensure_ascii=False) for item in found]


def _as_text(reading: Reading, texts: Texts) -> list[str]:
    columns = ", ".join(f"{role} from “{header}”" for role, header in reading.mapping.items())
    rows = [
        f"{row.completed_on}  {row.amount:>6}  {row.board or row.type:<16}  {row.title}"
        + (f" ({row.provider})" if row.provider else "")
        + ("  [type not stated in the file]" if "type" in row.assumed else "")
        for row in reading.rows
    ]
    unread = [
        f"line {part.line}: {texts.label(UNREAD[part.reason], {})}: {part.text}"
        for part in reading.unread
    ]
    return [
        f"Read as {reading.kind}: {columns}" if columns else f"Read as {reading.kind}",
        *(rows or ["No credits in it."]),
        *(["", "Could not be read:", *unread] if unread else []),
    ]
