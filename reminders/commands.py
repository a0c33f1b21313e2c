"""`cmebot remind`: what reminders will do and have done, without doing it."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import click

from bot.documents.person import PersonError
from bot.rules.person import load_rulebook
from bot.store.engine import Records
from data import HERE
from reminders.deadlines import credits_open_of, deadlines_of
from reminders.messages import Message
from reminders.person import read_wishes
from reminders.plan import plan


class _Day(click.ParamType[date]):
    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day written YYYY-MM-DD", param, ctx)


DAY = _Day()


@click.command()
@click.option("--plan", "planned", is_flag=True, help="One physician's messages in advance.")
@click.option("--file", "path", type=click.Path(path_type=Path), help="A physician as JSON.")
@click.option("--from", "first", type=DAY, help="The first day of the plan.")
@click.option("--to", "last", type=DAY, help="The last day of the plan.")
@click.option("--dry-run", "dry", is_flag=True, help="Who would get what on a day, and why not.")
@click.option("--on", "day", type=DAY, help="The day of the dry run, or the forecast's first.")
@click.option("--forecast", "ahead", is_flag=True, help="The load of the coming days.")
@click.option("--days", type=click.IntRange(1, 730), default=60, help="Days of the forecast.")
@click.option("--picture", type=click.Path(path_type=Path), help="Also draw the forecast here.")
@click.option("--metrics", "counted", is_flag=True, help="What became of the reminders of a day.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def remind(
    *,
    planned: bool,
    path: Path | None,
    first: date | None,
    last: date | None,
    dry: bool,
    day: date | None,
    ahead: bool,
    days: int,
    picture: Path | None,
    counted: bool,
    as_json: bool,
) -> None:
    """Look at reminders past and to come; nothing is sent."""
    if planned + dry + ahead + counted != 1:
        raise click.UsageError("give one of --plan, --dry-run, --forecast and --metrics")
    if planned:
        if path is None or first is None or last is None:
            raise click.UsageError("--plan needs --file, --from and --to")
        for message in _plan(path, first, last):
            click.echo(as_line(message) if as_json else as_text(message))
        return
    on = day or datetime.now(tz=UTC).date()
    with _records() as records:
        if dry:
            _dry_run(records, on, as_json=as_json)
        elif ahead:
            _forecast(records, on, days, picture, as_json=as_json)
        else:
            _metrics(records, on, as_json=as_json)


@contextmanager
def _records() -> Iterator[Records]:
    from bot.settings import NEEDED_TO_RUN, SettingsError, read_settings
    from bot.store.engine import open_records
    from bot.store.schema import migrate
    from bot.store.vault import Vault

    try:
        key = "CMEBOT_SECRET_KEY"
        settings = read_settings(needed={key: NEEDED_TO_RUN[key]})
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    migrate(settings.database_url)
    records = open_records(settings.database_url, Vault(settings.secret_keys))
    try:
        yield records
    finally:
        records.close()


def _dry_run(records: Records, day: date, *, as_json: bool) -> None:
    from reminders.dry_run import dry_run

    for verdict in dry_run(records, load_rulebook(HERE), day):
        who = {"physician": verdict.physician_id}
        if verdict.message is not None:
            line = as_text(verdict.message)
            click.echo(
                json.dumps(who | _values(verdict.message))
                if as_json
                else f"{verdict.physician_id}: {line}"
            )
        for board, reason in verdict.why_not:
            click.echo(
                json.dumps({**who, "board": board, "why_not": reason})
                if as_json
                else f"{verdict.physician_id}: {board}: not on this day, {reason}"
            )


def _forecast(
    records: Records, first: date, days: int, path: Path | None, *, as_json: bool
) -> None:
    from reminders import forecast

    loads = forecast.forecast(records, first, days)
    if as_json:
        for load in loads:
            click.echo(
                json.dumps(
                    {
                        "day": load.day.isoformat(),
                        "due": load.due,
                        "sent": load.sent,
                        "waiting": load.left,
                        "stages": dict(load.stages),
                    }
                )
            )
    else:
        click.echo(forecast.table(loads))
    if path is not None:
        path.write_bytes(forecast.picture(loads))


def _metrics(records: Records, day: date, *, as_json: bool) -> None:
    from bot.store.reminders import counts

    start = datetime.combine(day, time(0), UTC)
    with records.reading() as session:
        found = counts(session, start, start + timedelta(days=1))
    if as_json:
        click.echo(json.dumps({"day": day.isoformat(), **found}))
        return
    for state, count in sorted(found.items()):
        click.echo(f"{state:<10}{count:>10,}")


def _plan(path: Path, first: date, last: date) -> Iterator[Message]:
    if last < first:
        raise click.UsageError("--to lies before --from")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        physician, preferences, answers = read_wishes(value)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError, PersonError) as bad:
        click.echo(f"{path}: {bad}", err=True)
        sys.exit(2)
    rules = load_rulebook(HERE)
    return plan(
        deadlines_of(physician, rules),
        credits_open_of(physician, rules),
        preferences,
        first,
        last,
        answers=answers,
    )


def as_line(message: Message) -> str:
    """A message as one JSON object."""
    return json.dumps(_values(message))


def _values(message: Message) -> dict[str, Any]:
    return {
        "at": message.at.isoformat(),
        "boards": [part.deadline.board for part in message.parts],
        "stage": message.worst.stage.name,
        "state": message.worst.phase.value,
        "sound": message.sound,
    }


def as_text(message: Message) -> str:
    """A message as one line for people."""
    boards = ", ".join(
        f"{part.deadline.board} ({part.stage.name}, due {part.deadline.last_day})"
        for part in message.parts
    )
    manner = "with sound" if message.sound else "silent"
    state = message.worst.phase.value.replace("_", " ")
    return f"{message.at:%a %Y-%m-%d %H:%M %z}  {boards}  {state}, {manner}"
