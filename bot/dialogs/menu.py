"""Help: what can be asked, with every command, made from the dialogs' own records."""

from collections.abc import Sequence

from bot.buttons import Press, pack
from bot.dialogs import offers, start
from bot.dialogs.context import Context, Dialog
from bot.model import Button, DropDialog, Effect, Question, Say

TOPMOST = ("credit_status", "requirement", "activity_search", "deadline", "reminders", "privacy")


def answer(question: Question, context: Context) -> Sequence[Effect]:
    if question.intent == "cancel":
        return cancel(context)
    rows = tuple((offers.ask(name, f"{name}.button.open"),) for name in TOPMOST)
    return [Say("menu.help", {"contact": context.knowledge.contact}, rows)]


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    return answer(Question("help"), context)


def cancel(context: Context) -> Sequence[Effect]:
    """`/cancel`, "never mind": leaves whatever is open in one step."""
    key = "menu.cancelled" if context.conversation.dialog else "menu.nothing_open"
    return [DropDialog(), Say(key, {}, start.buttons())]


def button() -> Button:
    return Button("menu.button.open", pack("menu", "open"))


DIALOG = Dialog(
    "menu",
    answer,
    intents=("help",),
    command="help",
    aliases=("cancel", "menu"),
    press=press,
)
