"""The kinds of conversation, in the order of the menu; to add one, add its module and its word."""

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogs import (
    activity_search,
    add_credit,
    clinical,
    complaint,
    complaints,
    credit_list,
    credit_status,
    deadline,
    fact,
    faq,
    files,
    hub,
    licenses,
    menu,
    missing_credit,
    pace,
    privacy,
    reminders,
    requirement,
    saved,
    start,
    study_plan,
    transcript,
    unlink,
    what_if,
)
from bot.dialogs.context import Context
from bot.model import Question
from bot.texts import Texts

ALL = tuple(
    module.DIALOG
    for module in (
        credit_status,
        requirement,
        activity_search,
        saved,
        study_plan,
        deadline,
        reminders,
        add_credit,
        transcript,
        licenses,
        hub,
        missing_credit,
        complaint,
        credit_list,
        pace,
        files,
        complaints,
        faq,
        privacy,
        menu,
        start,
        clinical,
        unlink,
        fact,
        what_if,
    )
)

NAMED = {dialog.name: dialog for dialog in ALL}
COMMANDS = {word: dialog for dialog in ALL for word in ((dialog.command, *dialog.aliases)) if word}
CLAIMING = tuple(dialog for dialog in ALL if dialog.claims)
ANSWERING = {
    **{dialog.name: dialog for dialog in CLAIMING},
    **{intent: dialog for dialog in ALL for intent in dialog.intents},
}
REREADING = tuple(dialog.rereads for dialog in (what_if.DIALOG, *ALL) if dialog.rereads)


def meant(questions: Sequence[Question], text: str, context: Context) -> Sequence[Question]:
    """Each question of a message as the dialog takes it whose words it uses, else as it was read.

    Where no part of the message has such words, the whole may: what was cut in two belongs
    together then, and is one question.
    """
    owned = [_owned(question, context) for question in questions]
    if not any(owned):
        whole = _owned(replace(questions[0], text=text), context)
        if whole is not None:
            return (whole,)
    return tuple(own or question for own, question in zip(owned, questions, strict=True))


def _owned(question: Question, context: Context) -> Question | None:
    for dialog in CLAIMING:
        if dialog.claims and dialog.claims(question.text):
            return replace(question, intent=dialog.name, confidence=1.0, act=None)
    found = (again(question, context) for again in REREADING)
    return next((one for one in found if one is not None), None)


def listed_commands(texts: Texts) -> tuple[tuple[str, str], ...]:
    """Command and description, as Telegram's menu shows them."""
    return tuple(
        (dialog.command, texts.label(f"{dialog.name}.command.description", {}))
        for dialog in ALL
        if dialog.command and dialog.listed
    )
