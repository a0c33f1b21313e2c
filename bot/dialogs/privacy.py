"""What is stored, why, for how long and who gets it; export and deletion of one's own data."""

from collections.abc import Sequence

from bot.buttons import Press, pack
from bot.dialogs import offers
from bot.dialogs.context import Context, Dialog
from bot.model import (
    Button,
    DropDialog,
    Edit,
    Effect,
    ErasePhysician,
    Question,
    Say,
)


def answer(question: Question, context: Context) -> Sequence[Effect]:
    if question.intent == "delete" or question.slots.get("aspect") == "delete":
        return [Say("privacy.delete_ask", _counts(context), _delete_buttons())]
    delete = Button("privacy.button.delete", pack("privacy", "delete"), danger=True)
    return [Say("privacy.notice", {"contact": context.knowledge.contact}, ((delete,),))]


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    if (question := offers.asked(pressed, "privacy")) is not None:
        return answer(question, context)
    match pressed.step:
        case "delete":
            return [Edit("privacy.delete_ask", _counts(context), _delete_buttons())]
        case "erase":
            return [DropDialog(), ErasePhysician(), Edit("privacy.deleted")]
        case _:
            return [Edit("privacy.kept")]


def _counts(context: Context) -> dict[str, int]:
    physician = context.physician
    return {
        "licenses": len(physician.licenses),
        "certifications": len(physician.certifications),
        "credits": len(physician.credits),
    }


def _delete_buttons() -> tuple[tuple[Button, ...], ...]:
    """The final button stands in another place than the one that led here."""
    keep = Button("privacy.button.keep", pack("privacy", "keep"))
    erase = Button("privacy.button.erase", pack("privacy", "erase"), danger=True)
    return ((keep,), (erase,))


DIALOG = Dialog(
    "privacy",
    answer,
    intents=("privacy",),
    command="privacy",
    aliases=("delete",),
    press=press,
)
