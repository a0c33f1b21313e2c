"""A complaint about an activity, its provider or the bot: from the first word to the receipt."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from bot.buttons import Press, pack
from bot.dialogs import form, offers
from bot.dialogs.complaint_form import complaint_form
from bot.dialogs.complaint_kinds import read_from
from bot.dialogs.complaint_number import complaint_number
from bot.dialogs.context import Context, Dialog
from bot.dialogs.form_kinds import Answers
from bot.dialogs.knowledge import folded
from bot.model import Button, Edit, Effect, FileComplaint, Question, Say

READ_WITHIN = timedelta(days=10)
"""By when the operator will have read it; a promise that only the operator has to keep."""

_BARE = frozenset({"", "complaint", "complain", "file a complaint", "i want to complain"})


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """A new complaint, with what the words already say; or the draft that waits."""
    opened = context.conversation.dialog
    if opened is not None and opened.name == "complaint":
        return form.resume(FORM, context, opened.answers)
    if draft := context.conversation.aside.get("complaint"):
        return form.resume(FORM, context, draft.answers)
    proposed: dict[str, Any] = {}
    if folded(question.text) not in _BARE:
        proposed |= read_from(question.text, context)
    if provider := question.slots.get("provider"):
        proposed["provider"] = provider
    return form.begin(FORM, context, {"_proposed": proposed})


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    if (question := offers.asked(pressed, "complaint")) is not None:
        return answer(question, context)
    if pressed.step == "about":
        return _about(pressed.argument, context)
    return form.press(FORM, pressed, context)


def about(activity_id: str) -> Button:
    """The button under an activity that begins a complaint about it."""
    return Button("complaint.button.about", pack("complaint", "about", activity_id))


def _about(activity_id: str, context: Context) -> Sequence[Effect]:
    """What is known of the activity is taken over and not asked again."""
    found = context.catalog.get(activity_id)
    if found is None or "complaint" in context.conversation.aside:
        return answer(Question("complaint"), context)
    known = {"title": found.title, "provider": found.provider, "activity_id": found.id}
    return form.begin(FORM, context, {"activity": known})


def _file(answers: Answers, context: Context) -> Sequence[Effect]:
    """The complaint under its number, and the receipt; exactly what the check page showed."""
    number = complaint_number(context.physician.id, context.now, context.conversation.revision)
    left_out = {"consent", "style", "route"}
    told = {key: value for key, value in answers.items() if key not in left_out}
    told["what"] = "\n\n".join(words for _, words in told.get("what") or ())
    values = {
        "number": number,
        "now": context.now,
        "read_by": context.today + READ_WITHIN,
        "accme": told.get("share_accme") == "yes",
    }
    copy = Button("complaint.button.copy", copy=number)
    return [
        FileComplaint(number, told, context.now),
        Edit("complaint.sent"),
        Say("complaint.receipt", values, ((copy,),)),
    ]


FORM = complaint_form(_file)

DIALOG = Dialog(
    "complaint",
    answer,
    intents=("complaint",),
    command="complaint",
    press=press,
    proceed=partial(form.proceed, FORM),
    again=partial(form.again, FORM),
)
