"""Drafts of a form: one nudge after a day, erased after thirty, both promised when it begins."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.buttons import pack
from bot.dialogs import form
from bot.dialogs.context import Context
from bot.dialogs.form_fields import Form
from bot.model import (
    AddToComplaint,
    Button,
    DropDialog,
    DropErrand,
    DropFile,
    Edit,
    Effect,
    FileComplaint,
    Incoming,
    KeepDialog,
    Notify,
    RunErrand,
    Say,
)

ERRAND = "wait"
NUDGED_AFTER = timedelta(days=1)
ERASED_AFTER = timedelta(days=form.KEPT_DAYS)


def watched(of: Form, effects: Sequence[Effect], context: Context) -> Sequence[Effect]:
    """The same, and the draft's own errand: anew after each step, dropped when it is over."""
    ends = [effect for effect in effects if isinstance(effect, KeepDialog | DropDialog)]
    last = ends[-1] if ends else None
    if isinstance(last, KeepDialog) and last.dialog == of.name:
        return [*effects, _waits(of, str(last.answers["_touched"]), "nudge", context)]
    if isinstance(last, KeepDialog) or (isinstance(last, DropDialog) and not last.keep):
        return [*effects, DropErrand(_key(of, context)), *_files_gone(of, effects, context)]
    return effects


def _files_gone(of: Form, effects: Sequence[Effect], context: Context) -> Sequence[Effect]:
    """The files of a draft that ends go with it, unless it was sent or went over into another."""
    if any(isinstance(effect, FileComplaint | AddToComplaint | KeepDialog) for effect in effects):
        return ()
    draft = context.conversation.draft(of.name)
    pieces = (draft.answers.get("evidence") if draft else None) or ()
    return [DropFile(piece["kept"]) for piece in pieces if "kept" in piece]


def hears(of: Form, incoming: Incoming, context: Context) -> Sequence[Effect]:
    """The draft's errand is due: a nudge, or its end; nothing where it went on meanwhile."""
    draft = context.conversation.draft(of.name)
    touched = incoming.result.get("draft")
    if draft is None or draft.answers.get("_touched") != touched:
        return ()
    if incoming.result.get("stage") == "erase":
        return [DropDialog(name=of.name), *_files_gone(of, (), context)]
    resume = Button("form.button.stay", pack(of.name, "resume"))
    erase = Button("form.button.erase", pack(of.name, "discard"), danger=True)
    key = f"draft:{of.name}:{context.chat_id}:{draft.answers.get('_begun', touched)}"
    values = {"name": of.title, "until": (_instant(touched) + ERASED_AFTER).date()}
    return [
        _waits(of, str(touched), "erase", context),
        Notify(key, Say("form.nudge", values, ((resume, erase),))),
    ]


def discarded(of: Form, context: Context) -> Sequence[Effect]:
    """The draft is erased where it stands, open or laid aside."""
    gone = (DropDialog(name=of.name), DropErrand(_key(of, context)))
    return [*gone, *_files_gone(of, (), context), Edit("form.erased")]


def _waits(of: Form, touched: str, stage: str, context: Context) -> RunErrand:
    after = NUDGED_AFTER if stage == "nudge" else ERASED_AFTER
    values = {"draft": touched, "stage": stage}
    due = _instant(touched) + after
    return RunErrand(ERRAND, of.name, values, key=_key(of, context), due_at=due)


def _key(of: Form, context: Context) -> str:
    return f"draft:{of.name}:{context.chat_id}"


def _instant(text: object) -> datetime:
    return datetime.fromisoformat(str(text))
