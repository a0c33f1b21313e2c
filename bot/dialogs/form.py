"""Conversations of several steps, as data: the next step is the first without an answer.

A dialog hands over its `Form`; everything else (Back, Skip, keeping the earlier answer, leaving
and going on, the check page, edits of an earlier message, questions asked in between) is here.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.buttons import Press
from bot.dialogs import menu, start
from bot.dialogs.context import Context
from bot.dialogs.form_asides import asked_in_between, is_clear_question, is_stop
from bot.dialogs.form_fields import (
    NOT_SURE,
    Field,
    Form,
    Note,
    asked_fields,
    field_before,
    given_answers,
    is_answered,
    kept_answers,
    may_skip,
    open_field,
    proposal,
    with_pieces,
    without,
)
from bot.dialogs.form_kinds import Answers, Reading
from bot.dialogs.form_pages import label_of, page, way_button
from bot.dialogs.knowledge import folded
from bot.model import AcknowledgePress, DropDialog, Edit, Effect, Incoming, KeepDialog, Kind, Say

WORTH_ASKING = 3
"""From so many answers on, leaving asks back instead of forgetting them."""

KEPT_DAYS = 30
"""How long a draft that was laid aside is kept."""

TOLD = frozenset({"faq", "help", "out_of_scope", "privacy"})
"""Readings that a story's own sentences may have ("how can this be accredited?")."""

_YES = frozenset({"yes", "y", "yep", "yeah", "right", "thats right", "correct", "ok"})
_BACK = frozenset({"back", "go back", "previous"})
_SKIP = frozenset({"skip", "none", "no", "nothing", "n a", "na", "no thanks", "pass", "nope"})
_LEFT = frozenset({"skip", "pass", "next"})
"""Where a question cannot be skipped, whoever wants to skip it is not sure."""

_UNSURE = frozenset(
    {"not sure", "unsure", "idk", "i dont know", "dont know", "dunno", "no idea", "i forget"}
)

# ── beginning, going on, leaving ────────────────────────────────────────────────────────────


def begin(
    form: Form, context: Context, answers: Answers | None = None, head: Note | None = None
) -> Sequence[Effect]:
    """The form opened with what is known already; that is not asked again."""
    known = dict(answers or {})
    notes = {"_known": sorted(known), "_begun": context.now.isoformat()}
    return step(form, {**known, **notes}, context, head=head)


def proceed(form: Form, incoming: Incoming, context: Context) -> Sequence[Effect] | None:
    """The next message to an open form; None for one that is clearly something else."""
    answers = kept_answers(form, context)
    if incoming.kind is Kind.EDITED:
        return _corrected(form, incoming, answers, context)
    typed = folded(incoming.text)
    if is_stop(incoming.text, context):
        return leave(form, context)
    field = open_field(form, answers, context)
    if typed in _BACK and field_before(form, answers, context):
        return _back(form, answers, context)
    if field is None:
        return _at_check(form, incoming, answers, context)
    if field.unsure and (typed in _UNSURE or (typed in _LEFT and not field.optional)):
        return _given(form, field, NOT_SURE, Reading(incoming, answers, context))
    if typed in _SKIP and may_skip(field, answers):
        return _given(form, field, None, Reading(incoming, answers, context))
    if field.kind.gathers and typed in {"done", "thats all", "that is all", "finished"}:
        return _done(form, field, answers, context)
    return _read(form, field, incoming, answers, context)


def again(form: Form, context: Context) -> Sequence[Effect]:
    """The open step once more, after a question in between; nothing was lost."""
    opened = context.conversation.dialog
    if opened is None:
        return ()
    head = ("form.back_to", {"name": form.title})
    answers = kept_answers(form, context)
    return [page(form, answers, context, opened.revision, head=head)]


def leave(form: Form, context: Context) -> Sequence[Effect]:
    """One step out; asks back only where several answers would be lost, and only once."""
    answers = kept_answers(form, context)
    opened = context.conversation.dialog
    given = sum(
        answers.get(field.key) is not None
        for field in asked_fields(form, answers, context)
        if field.listed and field.key not in answers.get("_known", ())
    )
    if opened is None or given < WORTH_ASKING:
        return menu.cancel(context)
    if answers.get("_leaving"):
        return _laid_aside(form, context)
    revision = context.next_revision
    keep = KeepDialog(form.name, form.version, {**answers, "_leaving": True})
    rows = (
        (way_button(form, "form.button.later", "later", revision=revision),),
        (way_button(form, "form.button.stay", "stay", revision=revision),),
        (way_button(form, "form.button.erase", "erase", revision=revision, danger=True),),
    )
    values = {"name": form.title, "given": given, "days": KEPT_DAYS}
    return [keep, Say("form.leave", values, rows)]


def resume(form: Form, context: Context, kept: Answers) -> Sequence[Effect]:
    """A draft taken up again: first what is done and what is open, then the open step."""
    answers = {key: value for key, value in kept.items() if key not in {"_leaving", "_missed"}}
    asked = [field for field in asked_fields(form, answers, context) if field.listed]
    values = {
        "name": form.title,
        "done": [label_of(form, field) for field in asked if is_answered(field, answers)],
        "open": [label_of(form, field) for field in asked if not is_answered(field, answers)],
    }
    return step(form, answers, context, head=("form.resumed", values))


def press(form: Form, pressed: Press, context: Context) -> Sequence[Effect]:
    """A button of the form; one of an earlier step changes nothing and shows the open one."""
    opened = context.conversation.dialog
    if opened is None or opened.name != form.name:
        return start.outdated(context)
    answers = kept_answers(form, context)
    if pressed.revision != opened.revision:
        shown = page(form, answers, context, opened.revision)
        return [AcknowledgePress("form.moved_on"), Edit(shown.key, shown.values, shown.buttons)]
    match pressed.step:
        case "later":
            return _laid_aside(form, context)
        case "erase":
            return [DropDialog(), Edit("form.erased")]
        case "stay":
            return step(form, without(answers, "_leaving"), context, edits=True)
        case "change":
            known = {field.key for field in asked_fields(form, answers, context)}
            changed = {**answers, "_at": pressed.argument, "_way": "change"}
            kept = changed if pressed.argument in known else answers
            return step(form, kept, context, edits=True)
        case "send" if open_field(form, answers, context) is None:
            if (held := form.holds(answers, context)) is not None:
                return step(form, answers, context, head=held, edits=True)
            return [DropDialog(), *form.finish(given_answers(form, answers, context), context)]
        case "back":
            return _back(form, answers, context, edits=True)
        case _:
            return _pressed_answer(form, pressed, answers, context)


def _back(
    form: Form, answers: Answers, context: Context, *, edits: bool = False
) -> Sequence[Effect]:
    if answers.get("_way") == "change":
        return step(form, without(answers, "_at", "_way"), context, edits=edits)
    field = field_before(form, answers, context)
    if field is None:
        return step(form, answers, context, edits=edits)
    return step(form, {**answers, "_at": field.key, "_way": "back"}, context, edits=edits)


# ── answers ─────────────────────────────────────────────────────────────────────────────────


def _read(
    form: Form, field: Field, incoming: Incoming, answers: Answers, context: Context
) -> Sequence[Effect] | None:
    """An answer, an answer with a question behind it, a question only, or nothing of the kind."""
    if incoming.file is not None and not field.kind.of_files:
        return None
    if field.kind.gathers:
        if is_clear_question(incoming.text, form.intents | TOLD, context, asking=True):
            return None
        said, between = incoming.text, None
    else:
        said, between = asked_in_between(incoming.text, form.intents, context)
    if between and not said:
        return None
    reading = Reading(replace(incoming, text=said), answers, context)
    value = field.kind.read(reading)
    if folded(said) in _YES and proposal(field, answers) is not None:
        value = proposal(field, answers)
    if value is None and (between or is_clear_question(incoming.text, form.intents, context)):
        return None
    problem = field.check(value, context) if value is not None else None
    if value is None and incoming.kind not in (Kind.TEXT, Kind.FILE, Kind.PHOTO):
        return None
    if value is None and incoming.file is not None and field.kind.options is None:
        problem = f"{form.name}.{field.key}.retry"
    if value is None or problem:
        return _missed(form, field, problem, answers, context)
    if not between:
        return _given(form, field, value, reading)
    effects, later = between
    return [*effects, *_given(form, field, value, replace(reading, context=later))]


def _given(form: Form, field: Field, value: Any, reading: Reading) -> Sequence[Effect]:
    answers, context = reading.answers, reading.context
    earlier = answers.get("_heard", {}).items()
    heard = {said: key for said, key in earlier if field.kind.gathers or key != field.key}
    if reading.incoming.message_id is not None:
        heard[str(reading.incoming.message_id)] = field.key
    kept = {**without(answers, "_missed", "_leaving"), "_heard": heard}
    if not field.kind.gathers or value in (None, NOT_SURE):
        return step(form, _settled(field, value, kept), context, head_of=field)
    pieces = [*(answers.get(field.key) or []), value]
    if field.limit and len(pieces) > field.limit:
        return _missed(form, field, field.full, answers, context)
    kept = {**kept, field.key: pieces}
    wanted = field.kind.wants(form.name, value, context)
    head = (field.gathered, {"count": len(pieces), "name": form.title, "piece": value})
    return [*step(form, kept, context, head=head, gathering=True), *wanted]


def _settled(field: Field, value: Any, answers: Answers) -> dict[str, Any]:
    settled = {**without(answers, "_at", "_way"), field.key: value}
    if field.kind.gathers:
        settled["_done"] = sorted({*answers.get("_done", ()), field.key})
    return settled


def _done(
    form: Form, field: Field, answers: Answers, context: Context, *, edits: bool = False
) -> Sequence[Effect]:
    pieces = answers.get(field.key)
    if not pieces and not field.optional:
        return _missed(form, field, None, answers, context)
    settled = _settled(field, pieces or None, answers)
    return step(form, settled, context, head_of=field, edits=edits)


def _missed(
    form: Form,
    field: Field,
    problem: str | None,
    answers: Answers,
    context: Context,
    *,
    edits: bool = False,
) -> Sequence[Effect]:
    """The step in other words; a second time with what can be done instead."""
    missed = answers.get("_missed", 0) + 1
    values = field.values(answers, context)
    head: Note = (problem or f"{form.name}.{field.key}.retry", values)
    ways = "optional" if field.optional else "unsure" if field.unsure else "none"
    stuck = ("form.stuck", {"ways": ways, "has_buttons": field.kind.options is not None})
    kept = {**answers, "_missed": missed}
    told = head if problem or missed % 2 else stuck
    return step(form, kept, context, head=told, only_head=True, edits=edits)


def _corrected(
    form: Form, incoming: Incoming, answers: Answers, context: Context
) -> Sequence[Effect] | None:
    """An answer's own message edited: the answer follows it, and the open step stays open."""
    key = answers.get("_heard", {}).get(str(incoming.message_id))
    field = next((one for one in asked_fields(form, answers, context) if one.key == key), None)
    if field is None:
        return None
    value = field.kind.read(Reading(incoming, answers, context))
    if value is None and field.kind.gathers:
        return None
    head: Note = ("form.corrected", {"label": label_of(form, field)})
    if value is None or field.check(value, context):
        return step(form, answers, context, head=("form.not_corrected", head[1]))
    if field.kind.gathers:
        pieces = answers.get(field.key) or []
        value = [value if piece[0] == incoming.message_id else piece for piece in pieces]
    return step(form, {**answers, field.key: value}, context, head=head)


def _pressed_answer(
    form: Form, pressed: Press, answers: Answers, context: Context
) -> Sequence[Effect]:
    field = open_field(form, answers, context)
    if field is None:
        return step(form, answers, context, edits=True)
    options = field.kind.options(answers, context) if field.kind.options else ()
    allowed = {
        "pick": pressed.argument in {option.id for option in options},
        "skip": may_skip(field, answers),
        "unsure": field.unsure,
        "keep": is_answered(field, answers) or bool(answers.get(field.key)),
        "right": proposal(field, answers) is not None,
    }
    if pressed.step == "done" and field.kind.gathers:
        return _done(form, field, answers, context, edits=True)
    if pressed.step == "anew" and field.kind.gathers:
        gone = [
            effect for piece in answers.get(field.key) or () for effect in field.kind.removed(piece)
        ]
        return [*step(form, without(answers, field.key), context, edits=True), *gone]
    if pressed.step == "drop" and field.kind.name and pressed.argument.isdigit():
        return _dropped(form, field, int(pressed.argument), answers, context)
    if not allowed.get(pressed.step):
        return step(form, answers, context, edits=True)
    match pressed.step:
        case "pick":
            value = field.kind.taken(pressed.argument, answers, context)
        case "skip":
            value = None
        case "unsure":
            value = NOT_SURE
        case "right":
            value = proposal(field, answers)
        case _:
            value = answers.get(field.key)
    if pressed.step == "pick" and (problem := field.check(value, context)):
        return _missed(form, field, problem, answers, context, edits=True)
    kept = _settled(field, value, without(answers, "_missed", "_leaving"))
    return step(form, kept, context, head_of=field, edits=True)


def _dropped(
    form: Form, field: Field, place: int, answers: Answers, context: Context
) -> Sequence[Effect]:
    """One piece of a gathered answer is taken out again."""
    pieces = list(answers.get(field.key) or ())
    if place >= len(pieces):
        return step(form, answers, context, edits=True)
    gone = field.kind.removed(pieces.pop(place))
    return [*step(form, with_pieces(field, pieces, answers), context, edits=True), *gone]


def _at_check(
    form: Form, incoming: Incoming, answers: Answers, context: Context
) -> Sequence[Effect] | None:
    """At the check page only its buttons decide; words that are no question show it again."""
    if incoming.kind is not Kind.TEXT or is_clear_question(incoming.text, form.intents, context):
        return None
    return step(form, answers, context)


def _laid_aside(form: Form, context: Context) -> Sequence[Effect]:
    values = {"name": form.title, "days": KEPT_DAYS}
    return [DropDialog(keep=True), Edit("form.laid_aside", values, start.buttons())]


# ── what is shown ───────────────────────────────────────────────────────────────────────────


def step(
    form: Form,
    answers: Answers,
    context: Context,
    *,
    head: Note | None = None,
    head_of: Field | None = None,
    edits: bool = False,
    only_head: bool = False,
    gathering: bool = False,
) -> Sequence[Effect]:
    """The answers kept, and the step that is open now; without one and without a check: the end."""
    if head_of is not None:
        head = head_of.note(answers, context)
        if (ended := form.closes(answers, context)) is not None:
            return [DropDialog(), *ended]
        proposed = {**answers.get("_proposed", {}), **form.proposes(answers, context)}
        answers = {**answers, "_proposed": proposed}
    if open_field(form, answers, context) is None and not form.checks:
        return [DropDialog(), *form.finish(given_answers(form, answers, context), context)]
    kept = {**answers, "_touched": context.now.isoformat()}
    revision = context.next_revision
    said = page(form, kept, context, revision, head=head, only_head=only_head, gathering=gathering)
    told = Edit(said.key, said.values, said.buttons) if edits else said
    return [KeepDialog(form.name, form.version, kept), told]
