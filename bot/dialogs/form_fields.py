"""What a form is made of, and which step of it is open.

What is stored are the answers by field, an absent field being not asked yet and None skipped.
Keys with a leading underscore are the form's own notes: `_at` the field asked again, `_way` how it
came to that (`back` or `change`), `_done` the gathering fields that are finished, `_heard` which
message answered which field, `_known` the fields answered before the first step, `_proposed` values
read elsewhere that wait for a yes, `_missed` failures in a row, `_leaving` that leaving was asked
about, `_begun` when the form was begun, `_touched` when it last went on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.dialogs.context import Context
from bot.dialogs.form_kinds import AnswerKind, Answers
from bot.model import Effect, Say

NOT_SURE = "not_sure"
"""The answer "not sure", where a field takes it."""

Values = Mapping[str, Any]
Note = tuple[str, Values]
"""A text's key and its values."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form and the answer it waits for.

    Its texts are `<dialog>.<key>.ask`, `.why`, `.retry` and `.label` (its name on the check page),
    and `.option.<id>` for choices. `when` says whether it is asked at all; `check` returns a text
    key where an answer cannot stand; `note` is what the next message says first once it is given.
    A gathering field takes at most `limit` pieces and then says `full`; `gathered` is said after
    each piece. `listed`: the check page has it.
    """

    key: str
    kind: AnswerKind
    optional: bool = False
    unsure: bool = False
    when: Callable[[Answers, Context], bool] = lambda *_: True
    check: Callable[[Any, Context], str | None] = lambda *_: None
    note: Callable[[Answers, Context], Note | None] = lambda *_: None
    values: Callable[[Answers, Context], Values] = lambda *_: {}
    columns: int = 2
    limit: int = 0
    full: str = ""
    gathered: str = "form.gathered"
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """A dialog's list of fields, and what comes of it.

    `finish` is handed all answers once the last is given or, with `checks`, once the check page is
    confirmed. `intents` are the readings of free text that belong to this form and never interrupt
    it. `title` is the key of the words for it ("your complaint"). The text `<name>.button.send`
    exists where `checks` is set; `card` is a check page of the form's own, made for a revision of
    the conversation that its buttons carry. `closes` ends the form early after an answer ("not
    now"); `proposes` reads from the answers what others may be; these are shown and wait for a yes.
    `holds` names what has to be waited for before anything can be sent.
    """

    name: str
    version: int
    title: str
    fields: tuple[Field, ...]
    finish: Callable[[Answers, Context], Sequence[Effect]]
    intents: frozenset[str] = frozenset()
    checks: bool = False
    card: Callable[[Answers, Context, int], Say] | None = None
    closes: Callable[[Answers, Context], Sequence[Effect] | None] = lambda *_: None
    proposes: Callable[[Answers, Context], Mapping[str, Any]] = lambda *_: {}
    holds: Callable[[Answers, Context], Note | None] = lambda *_: None


# ── which step is open ──────────────────────────────────────────────────────────────────────


def kept_answers(form: Form, context: Context) -> dict[str, Any]:
    """The stored answers; those of fields that a newer version no longer has are left behind."""
    opened = context.conversation.dialog
    if opened is None or opened.name != form.name:
        return {}
    known = {field.key for field in form.fields}
    return {
        key: value
        for key, value in opened.answers.items()
        if key.startswith("_") or opened.version == form.version or key in known
    }


def asked_fields(form: Form, answers: Answers, context: Context) -> tuple[Field, ...]:
    return tuple(field for field in form.fields if field.when(answers, context))


def is_answered(field: Field, answers: Answers) -> bool:
    if field.kind.gathers and answers.get(field.key) is not None:
        return field.key in answers.get("_done", ())
    return field.key in answers


def open_field(form: Form, answers: Answers, context: Context) -> Field | None:
    asked = asked_fields(form, answers, context)
    again_asked = next((field for field in asked if field.key == answers.get("_at")), None)
    return again_asked or next((field for field in asked if not is_answered(field, answers)), None)


def field_before(form: Form, answers: Answers, context: Context) -> Field | None:
    """The answered field before the open one; before the check page, the last."""
    asked = asked_fields(form, answers, context)
    field = open_field(form, answers, context)
    place = asked.index(field) if field else len(asked)
    earlier = [one for one in asked[:place] if is_answered(one, answers)]
    return earlier[-1] if earlier else None


def with_pieces(field: Field, pieces: Sequence[Any], answers: Answers) -> dict[str, Any]:
    """The answers with these pieces of a gathered one; without any it is open, or left empty."""
    if pieces:
        return {**answers, field.key: list(pieces)}
    is_done = field.key in answers.get("_done", ())
    return {**without(answers, field.key), **({field.key: None} if is_done else {})}


def without(answers: Answers, *keys: str) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if key not in keys}


def given_answers(form: Form, answers: Answers, context: Context) -> dict[str, Any]:
    """The answers to what is asked now, without the form's own notes; skipped ones are None."""
    return {field.key: answers.get(field.key) for field in asked_fields(form, answers, context)}


def may_skip(field: Field, answers: Answers) -> bool:
    """Whether the open field can be left empty; pieces already given are not skipped away."""
    return field.optional and (not answers.get(field.key) or not field.kind.gathers)


def proposal(field: Field, answers: Answers) -> Any:
    """What was read elsewhere for the open field and waits for a yes; None where nothing was."""
    return None if is_answered(field, answers) else answers.get("_proposed", {}).get(field.key)
