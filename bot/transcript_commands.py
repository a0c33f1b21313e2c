"""`cmebot export-transcript`: the demo physicians' credits as a file."""

import json
from datetime import UTC, date, datetime

from bot.documents.commands import export_command
from bot.documents.person import months_on, moved_on, read_person
from bot.model import Physician, Standing
from bot.rules.person import load_rulebook, standings
from data import HERE


def _load(name: str, today: date) -> tuple[Physician, tuple[Standing, ...]]:
    """The physician with this id and their standings; KeyError for a name that is not known."""
    people = json.loads((HERE / "demo" / "physicians.json").read_text(encoding="utf-8"))
    entry = {one["id"]: one for one in people}[name]
    person = moved_on(read_person(entry), months_on(today))
    found = standings(person, load_rulebook(HERE), today)
    return person, (*found.licenses, *found.certifications, *found.federal)


def _now() -> datetime:
    return datetime.now(tz=UTC)


export_transcript = export_command(_load, _now)
