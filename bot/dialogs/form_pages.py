"""What a form shows: the open question with its buttons, or the check page."""

from collections.abc import Mapping
from typing import Any

from bot.buttons import pack
from bot.dialogs.context import Context
from bot.dialogs.form_fields import (
    NOT_SURE,
    Field,
    Form,
    Note,
    asked_fields,
    field_before,
    is_answered,
    may_skip,
    open_field,
    proposal,
)
from bot.dialogs.form_kinds import Answers
from bot.model import Button, Rows, Say


def page(
    form: Form,
    answers: Answers,
    context: Context,
    revision: int,
    *,
    head: Note | None = None,
    only_head: bool = False,
    gathering: bool = False,
) -> Say:
    """The open step, or the check page; `head` is said first, `only_head` instead of the question.

    `gathering`: a piece of an answer just came in, and more may follow.
    """
    field = open_field(form, answers, context)
    note = {"key": head[0], "values": head[1]} if head else None
    if field is None and form.card is not None:
        return form.card(answers, context, revision)
    if field is None:
        return _check_page(form, answers, context, revision, note)
    path = f"{form.name}.{field.key}"
    proposed = proposal(field, answers)
    known = {**answers, field.key: proposed} if proposed is not None else answers
    is_again = is_answered(field, known) and not gathering
    values = {
        "head": note,
        "ask": "" if only_head or gathering else f"{path}.ask",
        "why": "" if only_head or gathering else f"{path}.why",
        "values": field.values(answers, context),
        "earlier": _entry(form, field, known, context) if is_again else None,
        "proposed": proposed is not None,
    }
    rows = _answer_rows(form, field, answers, context, revision)
    return Say("form.step", values, (*rows, *_way_rows(form, field, answers, context, revision)))


def _answer_rows(
    form: Form, field: Field, answers: Answers, context: Context, revision: int
) -> Rows:
    options = field.kind.options(answers, context) if field.kind.options else ()
    buttons = [
        Button(
            option.label or f"{form.name}.{field.key}.option.{option.id}",
            pack(form.name, "pick", option.id, revision),
            literal=bool(option.label),
        )
        for option in options
    ]
    width = field.columns
    rows = tuple(tuple(buttons[place : place + width]) for place in range(0, len(buttons), width))
    return (*rows, *_removal_rows(form, field, answers, revision))


def _removal_rows(form: Form, field: Field, answers: Answers, revision: int) -> Rows:
    if field.kind.name is None:
        return ()
    return tuple(
        (
            Button(
                "form.button.drop",
                pack(form.name, "drop", str(place), revision),
                values={"name": field.kind.name(piece)},
            ),
        )
        for place, piece in enumerate(answers.get(field.key) or ())
    )


def _way_rows(form: Form, field: Field, answers: Answers, context: Context, revision: int) -> Rows:
    steps: list[str] = []
    if field.kind.gathers and answers.get(field.key):
        steps += ["done"] if field.kind.name else ["done", "anew"]
    elif is_answered(field, answers):
        steps.append("keep")
    elif proposal(field, answers) is not None:
        steps.append("right")
    if field.unsure:
        steps.append("unsure")
    if may_skip(field, answers):
        steps.append("skip")
    ways = tuple(way_button(form, f"form.button.{step}", step, revision=revision) for step in steps)
    if answers.get("_way") == "change" or field_before(form, answers, context):
        return (ways, (way_button(form, "form.button.back", "back", revision=revision),))
    return (ways,)


def _check_page(
    form: Form, answers: Answers, context: Context, revision: int, note: Mapping[str, Any] | None
) -> Say:
    asked = [field for field in asked_fields(form, answers, context) if field.listed]
    entries = [_entry(form, field, answers, context) for field in asked]
    change = [
        Button(
            "form.button.change",
            pack(form.name, "change", field.key, revision),
            values={"label": label_of(form, field)},
        )
        for field in asked
    ]
    pairs = tuple(tuple(change[place : place + 2]) for place in range(0, len(change), 2))
    rows = (
        (way_button(form, f"{form.name}.button.send", "send", revision=revision),),
        *pairs,
        (
            way_button(form, "form.button.later", "later", revision=revision),
            way_button(form, "form.button.erase", "erase", revision=revision, danger=True),
        ),
    )
    return Say("form.check", {"note": note, "title": form.title, "entries": entries}, rows)


def _entry(form: Form, field: Field, answers: Answers, context: Context) -> dict[str, Any]:
    """An answer in words: `key` names a text where it is a choice, else `words` stand."""
    path = f"{form.name}.{field.key}"
    value = answers.get(field.key)
    entry = {"label": label_of(form, field), "key": "", "words": ""}
    if value is None:
        return {**entry, "key": "form.not_provided"}
    if value == NOT_SURE:
        return {**entry, "key": "form.not_sure"}
    options = field.kind.options(answers, context) if field.kind.options else ()
    chosen = next((option for option in options if option.id == value), None)
    if chosen is not None and not chosen.label:
        return {**entry, "key": f"{path}.option.{chosen.id}"}
    if chosen is not None:
        return {**entry, "words": chosen.label}
    return {**entry, "words": " ".join(field.kind.words(value, context).split())}


def label_of(form: Form, field: Field) -> str:
    """The key of the field's name on the check page."""
    return f"{form.name}.{field.key}.label"


def way_button(form: Form, label: str, step: str, *, revision: int, danger: bool = False) -> Button:
    return Button(label, pack(form.name, step, "", revision), danger=danger)
