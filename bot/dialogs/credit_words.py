"""What a message says of one credit: the answers to open the form with, and a title."""

import re
from collections.abc import Mapping
from typing import Any

from bot.dialogs.context import Context
from bot.model import Question
from bot.understanding import understand

_QUOTED = re.compile(r"[“\"«]([^”\"»]{3,200})[”\"»]")
_FILLER = frozenset(
    """
    a an and at about add added all also am attended been by cme ce completed course credit credits
    cr did do done earned finished for from get got had have hour hours hr hrs i in it its just log
    logged me mine minutes min my new note of on one online please point points put record recorded
    register she that the thing this to today took track unit units was watched went with
    worth you yesterday enter claim claimed h
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"[^\s,;:.!?()]+(?:[.'’][^\s,;:.!?()]+)*")


def said_of_credit(question: Question, context: Context) -> dict[str, Any]:
    """Form answers by field; only what the message says."""
    slots = _slots(question, context)
    known: dict[str, Any] = {}
    if (amount := slots.get("credits")) is not None:
        known["amount"] = str(amount)
    if day := slots.get("completed_on"):
        known["completed_on"] = day
    if credit_type := slots.get("credit_type"):
        known["type"] = credit_type
    if board := slots.get("certifying_board"):
        known["board"] = board
        if "point" in question.text.casefold() and "type" not in known:
            known["type"] = "moc"
    if provider := slots.get("provider"):
        known["provider"] = _capital(provider)
    if topics := slots.get("topics"):
        known["topics"] = list(topics)
    if title := _title(question, context):
        known["title"] = title
    return known


def _slots(question: Question, context: Context) -> Mapping[str, Any]:
    """What was read; figures and names inside a title in quotation marks belong to the title."""
    rest = _QUOTED.sub(" ", question.text)
    if rest == question.text:
        return question.slots
    beside = understand(rest, context.today, context.knowledge.lexicon)[0].slots
    said = {
        slot: value
        for slot, value in question.slots.items()
        if question.evidence.get(slot, "") in rest
    }
    return {**beside, **said, "topics": question.slots.get("topics", ())}


def _title(question: Question, context: Context) -> str | None:
    """The words in quotation marks, else what is left when all else that was read is gone."""
    if quoted := _QUOTED.search(question.text):
        return " ".join(quoted[1].split())
    rest = _without(question.text, question.evidence)
    words = [word for word in _WORD.findall(rest) if word.casefold() not in _FILLER]
    if any(len(word) > 2 and word[0].isalpha() for word in words):  # noqa: PLR2004 - "of", "at"
        title = " ".join(words)[:200]
        return title[0].upper() + title[1:]
    names = [context.knowledge.topic_name(topic) for topic in question.slots.get("topics", ())]
    return names[0] if names else None


def _without(text: str, evidence: Mapping[str, str]) -> str:
    rest = text
    for slot in ("completed_on", "credits", "credit_type", "provider", "certifying_board"):
        if words := evidence.get(slot):
            rest = re.sub(
                rf"(?:\b(?:on|from|at|by|via|through|with)\s+)?(?<!\w){re.escape(words)}(?!\w)",
                " ",
                rest,
                count=1,
                flags=re.IGNORECASE,
            )
    return rest


def _capital(name: str) -> str:
    return name if any(letter.isupper() for letter in name) else name.title()
