"""A complaint about an activity, its provider or the bot: from the first word to the receipt."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.buttons import Press, pack
from bot.dialogs import complaints, drafts, evidence, form, offers
from bot.dialogs.complaint_form import complaint_form
from bot.dialogs.complaint_kinds import read_from
from bot.dialogs.complaint_number import complaint_number
from bot.dialogs.complaint_way import way_of
from bot.dialogs.context import Context, Dialog
from bot.dialogs.form_asides import is_clear_question
from bot.dialogs.form_fields import kept_answers, open_field
from bot.dialogs.form_kinds import Answers, Reading
from bot.dialogs.knowledge import folded
from bot.model import (
    Button,
    Edit,
    Effect,
    FileComplaint,
    Incoming,
    KeepDialog,
    Kind,
    Question,
    Say,
)

READ_WITHIN = timedelta(days=10)
"""By when the operator will have read it; a promise that only the operator has to keep."""

A_STORY = 4
"""From so many words on a message tells something and picks nothing."""

_BARE = frozenset({"", "complaint", "complain", "file a complaint", "i want to complain"})


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """A new complaint, with what the words already say; the draft that waits; or earlier ones."""
    if (about_earlier := complaints.asked_about(question.text, context)) is not None:
        return about_earlier
    if (draft := context.conversation.draft("complaint")) is not None:
        return _watched(form.resume(FORM, context, draft.answers), context)
    proposed: dict[str, Any] = {}
    if folded(question.text) not in _BARE:
        proposed |= read_from(question.text, context)
    if provider := question.slots.get("provider"):
        proposed["provider"] = provider
    return _begun({"_proposed": proposed}, context)


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    if (question := offers.asked(pressed, "complaint")) is not None:
        return answer(question, context)
    match pressed.step:
        case "about":
            return _about(pressed.argument, context)
        case "credit":
            return _about_credit(pressed.argument, context)
        case "resume":
            return answer(Question("complaint"), context)
        case "discard":
            return drafts.discarded(FORM, context)
        case _:
            return _watched(form.press(FORM, pressed, context), context)


def proceed(incoming: Incoming, context: Context) -> Sequence[Effect] | None:
    if incoming.kind is Kind.TEXT:
        earlier = complaints.asked_about(incoming.text, context)
        if earlier is not None and not any(isinstance(effect, KeepDialog) for effect in earlier):
            return [*earlier, *form.again(FORM, context)]
        if (told := _told_at_once(incoming, context)) is not None:
            return _watched(told, context)
    effects = form.proceed(FORM, incoming, context)
    return None if effects is None else _watched(effects, context)


def _told_at_once(incoming: Incoming, context: Context) -> Sequence[Effect] | None:
    """Whoever is asked how to tell it, and tells it, has chosen their own words."""
    answers = kept_answers(FORM, context)
    field = open_field(FORM, answers, context)
    words = incoming.text.split()
    if field is None or field.key != "style" or len(words) < A_STORY:
        return None
    reading = Reading(incoming, answers, context)
    if field.kind.read(reading) is not None or is_clear_question(
        incoming.text, FORM.intents | form.TOLD, context, asking=True
    ):
        return None
    told = {**answers, "style": "own", "what": [[incoming.message_id, incoming.text.strip()]]}
    head = ("form.gathered", {"count": 1, "name": FORM.title})
    return form.step(FORM, told, context, head=head, gathering=True)


def hears(incoming: Incoming, context: Context) -> Sequence[Effect]:
    """A file of the draft was fetched, or the draft has waited long."""
    if incoming.text == evidence.ERRAND:
        return _watched(evidence.hears(FORM, incoming, context), context)
    return drafts.hears(FORM, incoming, context)


def about(activity_id: str) -> Button:
    """The button under an activity that begins a complaint about it."""
    return Button("complaint.button.about", pack("complaint", "about", activity_id))


def about_credit(credit_id: int) -> Button:
    """The button under a credit that begins a complaint about its activity."""
    return Button("complaint.button.about", pack("complaint", "credit", str(credit_id)))


def _about(activity_id: str, context: Context) -> Sequence[Effect]:
    """What is known of the activity is taken over and not asked again."""
    found = context.catalog.get(activity_id)
    if found is None:
        return _known({}, context)
    known = {"title": found.title, "provider": found.provider, "activity_id": found.id}
    return _known({"activity": known}, context)


def _about_credit(credit_id: str, context: Context) -> Sequence[Effect]:
    held = context.physician.credits
    credit = next((one for one in held if str(one.id) == credit_id), None)
    if credit is None:
        return _known({}, context)
    known = {
        "title": credit.title,
        "provider": credit.provider,
        "activity_id": credit.activity_id,
        "day": credit.completed_on.isoformat(),
    }
    return _known({"activity": known}, context)


def _known(known: Mapping[str, Any], context: Context) -> Sequence[Effect]:
    if context.conversation.draft("complaint") is not None:
        return answer(Question("complaint"), context)
    return _begun(known, context)


def _begun(known: Mapping[str, Any], context: Context) -> Sequence[Effect]:
    return _watched(form.begin(FORM, context, known), context)


def _watched(effects: Sequence[Effect], context: Context) -> Sequence[Effect]:
    return drafts.watched(FORM, effects, context)


def _file(answers: Answers, context: Context) -> Sequence[Effect]:
    """The complaint under its number, and the receipt; exactly what the check page showed."""
    number = complaint_number(context.chat_id, context.now, context.conversation.revision)
    left_out = {"consent", "style", "route", "same"}
    told = {key: value for key, value in answers.items() if key not in left_out}
    told["what"] = "\n\n".join(words for _, words in told.get("what") or ())
    if told.get("evidence"):
        told["evidence"] = [
            {key: piece[key] for key in ("kept", "name", "mime", "size", "sha256")}
            for piece in told["evidence"]
        ]
    values = {
        "number": number,
        "now": context.now,
        "read_by": context.today + READ_WITHIN,
        "way": way_of(told, context.knowledge.complaint_ways),
        "accme": told.get("share_accme") == "yes",
    }
    copy = Button("complaint.button.copy", copy=number)
    return [
        FileComplaint(number, told, context.now),
        complaints.delivery(number, first=True),
        complaints.note_errand(number, context),
        Edit("complaint.sent"),
        Say("complaint.receipt", values, ((copy, complaints.copy_button(number)),)),
    ]


FORM = complaint_form(_file)

DIALOG = Dialog(
    "complaint",
    answer,
    intents=("complaint",),
    command="complaint",
    press=press,
    proceed=proceed,
    again=lambda context: form.again(FORM, context),
    hears=hears,
)
