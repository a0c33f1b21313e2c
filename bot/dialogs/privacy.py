"""What is stored, why, for how long and who gets it; export and deletion of one's own data."""

from collections.abc import Sequence
from datetime import timedelta

from bot.buttons import Press, pack
from bot.dialogs import offers
from bot.dialogs.context import Context, Dialog
from bot.dialogs.knowledge import folded
from bot.model import (
    Attachment,
    Button,
    DropDialog,
    Edit,
    Effect,
    ErasePhysician,
    Incoming,
    Question,
    RunErrand,
    Say,
)

_EXPORTING = frozenset({"export", "download", "copy"})
SENT_WITHIN = timedelta(days=1)
"""So long an export is kept for sending; then it is erased."""


def claims(text: str) -> bool:
    """Whether words ask for all of one's own data as a file."""
    words = folded(text).split()
    said = set(words)
    asks = bool(said & _EXPORTING) or {"give", "everything"} <= said
    return len(words) <= 10 and asks and bool(said & {"data", "everything"})  # noqa: PLR2004


def answer(question: Question, context: Context) -> Sequence[Effect]:
    if question.intent == "export" or claims(question.text):
        return _export(context)
    if question.intent == "delete" or question.slots.get("aspect") == "delete":
        return [Say("privacy.delete_ask", _counts(context), _delete_buttons())]
    delete = Button("privacy.button.delete", pack("privacy", "delete"), danger=True)
    export = Button("privacy.button.export", pack("privacy", "export"))
    return [Say("privacy.notice", {"contact": context.knowledge.contact}, ((export, delete),))]


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    if (question := offers.asked(pressed, "privacy")) is not None:
        return answer(question, context)
    match pressed.step:
        case "export":
            return _export(context)
        case "delete":
            return [Edit("privacy.delete_ask", _counts(context), _delete_buttons())]
        case "erase":
            return [DropDialog(), ErasePhysician(), Edit("privacy.deleted")]
        case _:
            return [Edit("privacy.kept")]


def _export(context: Context) -> Sequence[Effect]:
    """Everything as a file; it is made after this turn."""
    key = f"export:{context.physician.id}" if context.physician.id else None
    return [RunErrand("export_data", "privacy", key=key), Say("privacy.exporting")]


def hears(incoming: Incoming, context: Context) -> Sequence[Effect]:
    """The export is there: sent, and not kept longer than sending takes."""
    told = incoming.result
    if "failed" in told:
        return [Say("privacy.not_exported", {"reference": told["failed"]})]
    made = told["files"]
    sent = [
        Say(
            "privacy.export",
            {"number": number, "of": len(made)},
            attachment=Attachment("document", file["name"], kept=file["id"]),
        )
        for number, file in enumerate(made, start=1)
    ]
    return [RunErrand("drop_export", "privacy", due_at=context.now + SENT_WITHIN), *sent]


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
    aliases=("delete", "export"),
    press=press,
    hears=hears,
    claims=claims,
)
