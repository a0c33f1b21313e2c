"""The kinds of conversation, in the order of the menu; to add one, add its module and its word."""

from bot.dialogs import (
    activity_search,
    clinical,
    complaint,
    credit_status,
    deadline,
    faq,
    hub,
    licenses,
    menu,
    missing_credit,
    privacy,
    reminders,
    requirement,
    saved,
    start,
    unavailable,
    unlink,
)
from bot.dialogs.context import Dialog
from bot.texts import Texts

ALL = tuple(
    module.DIALOG
    for module in (
        credit_status,
        requirement,
        activity_search,
        saved,
        deadline,
        reminders,
        licenses,
        hub,
        missing_credit,
        complaint,
        faq,
        privacy,
        menu,
        start,
        clinical,
        unavailable,
        unlink,
    )
)

NAMED = {dialog.name: dialog for dialog in ALL}
COMMANDS = {word: dialog for dialog in ALL for word in ((dialog.command, *dialog.aliases)) if word}
ANSWERING = {intent: dialog for dialog in ALL for intent in dialog.intents}


def claiming(text: str) -> Dialog | None:
    """The dialog that takes these words for its own, whatever they were read as."""
    return next((dialog for dialog in ALL if dialog.claims and dialog.claims(text)), None)


def listed_commands(texts: Texts) -> tuple[tuple[str, str], ...]:
    """Command and description, as Telegram's menu shows them."""
    return tuple(
        (dialog.command, texts.label(f"{dialog.name}.command.description", {}))
        for dialog in ALL
        if dialog.command and dialog.listed
    )
