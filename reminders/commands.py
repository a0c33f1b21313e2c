"""`cmebot remind`: what reminders will do, without doing it."""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from bot.documents.person import PersonError
from bot.rules.person import load_rulebook
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
@click.option("--json", "as_json", is_flag=True, help="One JSON object a message.")
def remind(
    *, planned: bool, path: Path | None, first: date | None, last: date | None, as_json: bool
) -> None:
    """Look ahead at reminders; nothing is sent."""
    if planned:
        if path is None or first is None or last is None:
            raise click.UsageError("--plan needs --file, --from and --to")
        for message in _plan(path, first, last):
            click.echo(as_line(message) if as_json else as_text(message))
        return
    raise click.UsageError("give --plan")


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
    return json.dumps(
        {
            "at": message.at.isoformat(),
            "boards": [part.deadline.board for part in message.parts],
            "stage": message.worst.stage.name,
            "state": message.worst.phase.value,
            "sound": message.sound,
        }
    )


def as_text(message: Message) -> str:
    """A message as one line for people."""
    boards = ", ".join(
        f"{part.deadline.board} ({part.stage.name}, due {part.deadline.last_day})"
        for part in message.parts
    )
    manner = "with sound" if message.sound else "silent"
    state = message.worst.phase.value.replace("_", " ")
    return f"{message.at:%a %Y-%m-%d %H:%M %z}  {boards}  {state}, {manner}"
