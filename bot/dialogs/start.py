"""The beginning: /start, what an outdated button says, and the chat's plain stops."""

from collections.abc import Sequence

from bot.buttons import Press, pack
from bot.dialogs import hub_begin, offers
from bot.dialogs.context import Context, Dialog
from bot.model import AcknowledgePress, Button, DropDialog, Effect, Question, Say

SHOWN = ("credit_status", "requirement", "activity_search", "deadline")
"""The four things that the first message offers as buttons."""

INLINE = "inline"
"""The payload with which the button over inline results opens the private chat."""


def buttons() -> tuple[tuple[Button, ...], ...]:
    pairs = tuple(offers.ask(name, f"{name}.button.open") for name in SHOWN)
    return (pairs[:2], pairs[2:])


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """`/start`, with or without a payload; an unknown or used payload is said, never silence."""
    effects: list[Effect] = []
    if question.text == INLINE and question.intent == "start":
        return [Say("start.inline", {}, buttons())]
    if question.text and question.intent == "start":
        if token := hub_begin.link_token_of(question.text):
            return [Say("hub.checking_link"), hub_begin.begin(context, token=token)]
        effects.append(Say("start.payload_unknown"))
    values = {"name": context.name, "linked": bool(context.physician.licenses)}
    return [*effects, Say("start.hello", values, buttons())]


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    """`fresh` after an outdated list; `over` is the visible way to start over."""
    if pressed.step == "over":
        return [DropDialog(keep=True), Say("start.over", {}, buttons())]
    return answer(Question("help"), context)


def begin_again() -> Sequence[Effect]:
    """Whatever is open is left, and the first choices are shown."""
    return [DropDialog(), Say("start.over", {}, buttons())]


def outdated(context: Context) -> Sequence[Effect]:
    """A press on a button that the chat has moved on from changes nothing and says so."""
    fresh = Button("start.button.fresh", pack("start", "fresh"))
    return [AcknowledgePress("start.outdated_notice"), Say("start.outdated", {}, ((fresh,),))]


def over() -> Button:
    return Button("start.button.over", pack("start", "over"))


DIALOG = Dialog("start", answer, command="start", listed=False, press=press)
