"""The short dialog that adds a license, a certificate or the DEA registration."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from bot.dialogs.context import Context
from bot.dialogs.form_fields import NOT_SURE, Field, Form
from bot.dialogs.form_kinds import (
    AnswerKind,
    Answers,
    Option,
    Reading,
    choice,
    day,
    read_slot,
    states,
)
from bot.model import Effect

FARTHEST = timedelta(days=12 * 366)
"""No board or agency gives a longer term; a date beyond it is a typing error."""

TYPES = ("MD", "DO")


def _certifying_board() -> AnswerKind:
    def read(reading: Reading) -> str | None:
        abbreviation = reading.text.upper()
        if abbreviation in reading.context.knowledge.certifying_boards:
            return abbreviation
        found: str | None = read_slot(reading, "certifying_board")
        return found

    return AnswerKind(read, lambda value, _: str(value))


def _is(what: str) -> Any:
    return lambda answers, _: answers.get("what") == what


def _one_state(answers: Answers, context: Context) -> bool:
    return answers.get("what") == "license" and len(answers.get("state") or ()) == 1


def _not_far(key: str) -> Any:
    def check(value: Any, context: Context) -> str | None:
        if value is None or value == NOT_SURE:
            return None
        far = date.fromisoformat(value) > context.today + FARTHEST
        return key if far else None

    return check


def _place(answers: Answers, context: Context) -> dict[str, Any]:
    names = context.knowledge.jurisdictions
    return {"states": [names[code] for code in answers.get("state") or ()]}


def license_form(finish: Any) -> Form:
    """The form; `finish` turns its answers into changes and their confirmation."""

    def finished(answers: Answers, context: Context) -> Sequence[Effect]:
        effects: Sequence[Effect] = finish(answers, context)
        return effects

    return Form(
        "licenses",
        1,
        "licenses.title",
        (
            Field(
                "what",
                choice(
                    Option("license", ("state license", "a license")),
                    Option("certification", ("certificate", "board certification", "a board")),
                    Option("dea", ("dea registration", "dea license")),
                ),
                columns=1,
            ),
            Field("state", states(), when=_is("license")),
            Field(
                "type",
                choice(
                    Option("MD", ("m d", "allopathic", "doctor of medicine"), label="MD"),
                    Option("DO", ("d o", "osteopathic", "osteopath"), label="DO"),
                ),
                when=_is("license"),
                values=_place,
            ),
            Field(
                "expires",
                day("future"),
                unsure=True,
                when=_one_state,
                check=_not_far("licenses.expires.far"),
                values=_place,
            ),
            Field("board", _certifying_board(), when=_is("certification")),
            Field(
                "until",
                day("future"),
                unsure=True,
                when=_is("certification"),
                check=_not_far("licenses.until.far"),
            ),
            Field(
                "dea_until",
                day("future"),
                unsure=True,
                when=_is("dea"),
                check=_not_far("licenses.dea_until.far"),
            ),
        ),
        finished,
    )
