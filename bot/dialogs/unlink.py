"""`/unlink`, a command of its own so that no word after it can turn it into another wish."""

from collections.abc import Sequence

from bot.dialogs import hub
from bot.dialogs.context import Context, Dialog
from bot.model import Effect, Question


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """The hub account is let go at once."""
    return hub.disconnect(context)


DIALOG = Dialog("unlink", answer, command="unlink", listed=False)
