"""The command line: `python -m bot`, also installed as `cmebot`.

Standard output carries answers only; everything else goes to standard error.
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from data import HERE as DATA


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


ELSEWHERE = {
    "remind": "reminders.commands:remind",
    "read-transcript": "bot.documents.commands:read_transcript",
    "export-transcript": "bot.documents.commands:export_transcript",
    "search": "bot.catalog_commands:search",
    "import-activities": "bot.catalog_commands:import_activities",
    "sync": "bot.catalog_commands:sync",
    "complaints": "bot.complaint_commands:complaints",
    "doctor": "bot.doctor:doctor",
}
"""Commands that live beside what they command; imported only when called."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, _, name = ELSEWHERE[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A chat assistant for US physicians' continuing medical education."""


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def demo(arguments: tuple[str, ...]) -> None:
    """Hold a conversation here and now: no account, no token, nothing to set up."""
    os.execv(sys.executable, [sys.executable, "-m", "sandbox", "demo", *arguments])  # noqa: S606


@main.command()
def run() -> None:
    """Serve on Telegram (TELEGRAM_BOT_TOKEN, CMEBOT_SECRET_KEY; see the README)."""
    from bot.app import serve
    from bot.settings import NEEDED_TO_RUN, SettingsError, read_settings

    try:
        settings = read_settings(needed=NEEDED_TO_RUN)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    sys.exit(asyncio.run(serve(settings)))


# ── questions for scripts ───────────────────────────────────────────────────────────────────


@main.command()
@click.option("--physician", default="none", help="A demo physician's id, or none.")
@click.option("--today", type=DAY, help="Answer as on this day.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.argument("text", nargs=-1)
def ask(physician: str, today: date | None, as_json: bool, text: tuple[str, ...]) -> None:
    """Ask TEXT, or one question a line from standard input."""
    from bot.assistant import respond
    from bot.conversation import Conversation
    from bot.model import Incoming, Kind

    day = today or datetime.now(tz=UTC).date()
    now = datetime.combine(day, time(12), UTC)
    person = _demo_physician(physician, day)
    sources = _sources()
    lines: Iterator[str] = iter([" ".join(text)]) if text else (line.strip() for line in sys.stdin)
    for number, line in enumerate(filter(None, lines), 1):
        incoming = Incoming(number, 1, Kind.TEXT, now, text=line)
        turn = respond(incoming, person, Conversation(), sources, now)
        click.echo(_as_json(line, turn) if as_json else _as_text(turn))


def _sources() -> Any:
    from bot.assistant import Sources
    from bot.catalog_commands import filled_catalog
    from bot.dialogs.knowledge import Knowledge
    from bot.texts import Texts

    return Sources(Knowledge(DATA), filled_catalog(), Texts(DATA / "texts" / "en"))


def _demo_physician(name: str, today: date) -> Any:
    from bot.documents.person import months_on, moved_on, read_person
    from bot.model import Physician

    if name == "none":
        return Physician(0)
    people = json.loads((DATA / "demo" / "physicians.json").read_text(encoding="utf-8"))
    known = {entry["id"]: entry for entry in people}
    if name not in known:
        raise click.BadParameter(f"one of {', '.join(known)} or none", param_hint="--physician")
    return replace(moved_on(read_person(known[name]), months_on(today)), linked=True)


def _as_json(text: str, turn: Any) -> str:
    from bot.assistant import values_of

    question = turn.question
    return json.dumps(
        {
            "text": text,
            "intent": question.intent if question else turn.intent,
            "slots": dict(question.slots) if question else {},
            "confidence": round(turn.confidence, 3),
            **values_of(turn),
        },
        ensure_ascii=False,
    )


def _as_text(turn: Any) -> str:
    from bot.assistant import values_of

    said = values_of(turn)
    buttons = "  ".join(f"[{label}]" for label in said["buttons"])
    return f"{said['answer']}\n{buttons}\n" if buttons else f"{said['answer']}\n"


# ── standings ───────────────────────────────────────────────────────────────────────────────


@main.command()
@click.option("--physician", help="A demo physician's id.")
@click.option("--file", "path", type=click.Path(path_type=Path), help="A physician as JSON.")
@click.option("--today", type=DAY)
@click.option("--json", "as_json", is_flag=True)
def standing(physician: str | None, path: Path | None, today: date | None, as_json: bool) -> None:
    """Where a physician stands, rule by rule."""
    from bot.documents.person import FIRST_YEAR, LAST_YEAR, PersonError, read_person_file
    from bot.documents.standings import as_lines, to_json
    from bot.rules.person import load_rulebook, standings

    day = today or datetime.now(tz=UTC).date()
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        years = f"between {FIRST_YEAR} and {LAST_YEAR}"
        raise click.BadParameter(f"the year must be {years}", param_hint="--today")
    try:
        if path is not None:
            person = read_person_file(path.read_bytes())
        else:
            person = _demo_physician(physician or "demo-texas", day)
    except (OSError, PersonError) as error:
        click.echo(f"{path}: {error}", err=True)
        sys.exit(2)
    found = standings(person, load_rulebook(DATA), day)
    groups = {
        "licenses": found.licenses,
        "certifications": found.certifications,
        "federal": found.federal,
    }
    click.echo(json.dumps(to_json(groups), ensure_ascii=False) if as_json else as_lines(groups))


if __name__ == "__main__":
    main()
