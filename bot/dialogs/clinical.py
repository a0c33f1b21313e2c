"""What the bot will not do: treatment, law and all that is not continuing education."""

from collections.abc import Sequence

from bot.dialogs import menu, offers
from bot.dialogs.context import Context, Dialog
from bot.model import Effect, Question, Say


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """One sentence, and what can be done instead."""
    find = offers.ask("activity_search", "activity_search.button.open")
    return [Say("clinical.decline", {}, ((find, menu.button()),))]


DIALOG = Dialog("clinical", answer, intents=("out_of_scope",), listed=False)
