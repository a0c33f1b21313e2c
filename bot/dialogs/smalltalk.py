"""Thanks, greetings, swearing, and messages that are not words: each met with grace."""

from collections.abc import Sequence

from bot.dialogs import menu, start
from bot.dialogs.context import Context
from bot.model import Effect, Incoming, Kind, Question, Say

ACTS = frozenset({"thanks", "greeting", "swearing", "cancel", "start_over"})
"""Acts of speech that ask nothing of the facts."""

_SPOKEN = {
    Kind.VOICE: "smalltalk.voice",
    Kind.PHOTO: "smalltalk.photo",
    Kind.FILE: "smalltalk.file",
    Kind.STICKER: "smalltalk.sticker",
    Kind.LOCATION: "smalltalk.location",
    Kind.CONTACT: "smalltalk.contact",
}


def answer_act(question: Question, context: Context) -> Sequence[Effect]:
    match question.act:
        case "cancel":
            return menu.cancel(context)
        case "start_over":
            return start.begin_again()
        case "greeting":
            return start.answer(Question("help"), context)
        case _:
            return [Say(f"smalltalk.{question.act}", {}, ((menu.button(),),))]


def not_text(incoming: Incoming, context: Context) -> Sequence[Effect]:
    """A voice note, a sticker, a place: said kindly what can be read instead."""
    if incoming.kind is Kind.UNBLOCKED:
        return start.answer(Question("help"), context)
    return [Say(_SPOKEN.get(incoming.kind, "smalltalk.other"), {}, ((menu.button(),),))]


def nothing(context: Context) -> Sequence[Effect]:
    """A message without a single word."""
    return [Say("smalltalk.nothing", {}, start.buttons())]
