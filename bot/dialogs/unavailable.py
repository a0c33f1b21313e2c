"""What is understood and cannot be done here yet: said plainly, with the nearest thing that can."""

from collections.abc import Sequence

from bot.dialogs import menu, offers
from bot.dialogs.context import Context, Dialog
from bot.model import Effect, Question, Remember, Say


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """One sentence for each intent, and two ways on."""
    mine = offers.ask("credit_status", "credit_status.button.open")
    said = Say(f"unavailable.{question.intent}", {}, ((mine, menu.button()),))
    return [Remember(question), said]


DIALOG = Dialog(
    "unavailable",
    answer,
    intents=("add_credit", "transcript"),
    listed=False,
)
