"""Transcripts from the command line: `read-transcript` and `export-transcript`."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

from bot.documents.deadlines import deadlines_ics
from bot.documents.period import Period
from bot.documents.transcript_pdf import transcript_pdf
from bot.documents.transcript_tables import transcript_csv, transcript_xlsx
from bot.documents.transcripts.reading import UNREAD, Reading, RefusedError, Row, Unread
from bot.documents.transcripts.sealed import read_sealed
from bot.model import Physician, Standing
from bot.texts import Texts
from data import HERE

Load = Callable[[str, date], tuple[Physician, Sequence[Standing]]]
"""A physician by name, with the standings on a day; KeyError for a name that is not known."""

FORMATS = ("pdf", "csv", "xlsx", "ics")


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


def export(
    physician: Physician,
    standings: Sequence[Standing],
    form: str,
    period: Period,
    generated_at: datetime,
) -> bytes:
    """The file of one of `FORMATS`; `generated_at` is an aware instant."""
    today = generated_at.date()
    match form:
        case "pdf":
            return transcript_pdf(physician, standings, period, today)
        case "csv":
            return transcript_csv(physician, period)
        case "xlsx":
            return transcript_xlsx(physician, standings, period, today)
        case "ics":
            return deadlines_ics(standings, generated_at)
        case _:
            raise ValueError(form)


def export_command(load: Load, now: Callable[[], datetime]) -> click.Command:
    """`export-transcript` for the physicians that `load` knows."""
    day = click.DateTime(formats=["%Y-%m-%d"])

    @click.command("export-transcript")
    @click.option("--physician", required=True, help="Whose transcript.")
    @click.option("--format", "form", type=click.Choice(FORMATS), default="pdf")
    @click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
    @click.option("--from", "first", type=day, help="The first day, YYYY-MM-DD.")
    @click.option("--to", "last", type=day, help="The last day, YYYY-MM-DD.")
    def command(
        physician: str, form: str, out: Path, first: datetime | None, last: datetime | None
    ) -> None:
        """Write a transcript (pdf, csv, xlsx) or the deadlines (ics) to a file."""
        if first and last and first > last:
            raise click.BadParameter("is after --to", param_hint="--from")
        instant = now()
        try:
            person, standings = load(physician, instant.date())
        except KeyError as error:
            known = f"{physician!r} is not known here"
            raise click.BadParameter(known, param_hint="--physician") from error
        period = Period(first and first.date(), last and last.date())
        content = export(person, standings, form, period, instant)
        out.write_bytes(content)
        click.echo(f"{out}: {len(content):,} bytes", err=True)

    return command


def _demo(name: str, today: date) -> tuple[Physician, Sequence[Standing]]:
    """The physicians that come with the project, moved on to today as everywhere else."""
    from bot.documents.person import months_on, moved_on, read_person
    from bot.rules.person import load_rulebook, standings

    people = json.loads((HERE / "demo" / "physicians.json").read_text(encoding="utf-8"))
    entry = {entry["id"]: entry for entry in people}[name]
    person = moved_on(read_person(entry), months_on(today))
    found = standings(person, load_rulebook(HERE), today)
    return person, (*found.licenses, *found.certifications, *found.federal)


export_transcript = export_command(_demo, lambda: datetime.now(tz=UTC))
