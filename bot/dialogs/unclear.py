"""What is said when a message was not understood: never the same words twice running."""

from collections.abc import Sequence

from rapidfuzz import process

from bot.dialogs import menu, offers, start
from bot.dialogs.context import Context
from bot.model import Button, Effect, Question, Remember, Rows, Say

GUESSABLE = {
    "credit_status": "credit_status",
    "requirement": "requirement",
    "activity_search": "activity_search",
    "deadline": "deadline",
    "faq": "faq",
    "privacy": "privacy",
}
"""Readings that a button can offer, with the dialog that answers each."""

USUAL = ("requirement", "credit_status", "deadline")

_LAST_STEP = 2
"""The third failure's words; further ones take turns with the second's, never twice running."""

NEAR = 60
"""The rapidfuzz ratio from which an unknown command is taken for a misspelt known one."""


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """First failure: what was read, and guesses; second: other words and options; third: people."""
    heard = _heard(question, context)
    failures = context.conversation.failures
    step = failures if failures <= _LAST_STEP else _LAST_STEP - failures % 2
    if step == 0:
        key = "unclear.first_heard" if heard else "unclear.first"
        effects: list[Effect] = [Say(key, {"heard": heard}, _guesses(question, context))]
        if heard:
            effects.append(Remember(question))
        return effects
    if step == 1:
        return [Say("unclear.second", {"heard": heard}, start.buttons())]
    contact = context.knowledge.contact
    write = Button("unclear.button.copy_contact", copy=contact)
    return [Say("unclear.third", {"contact": contact}, ((menu.button(), write),))]


def unknown_command(name: str, context: Context) -> Sequence[Effect]:
    """The nearest known command, as something to tap."""
    from bot.dialogs import COMMANDS

    near = process.extractOne(name, list(COMMANDS), score_cutoff=NEAR)
    values = {"name": name[:32], "near": near[0] if near else None}
    return [Say("unclear.command", values, ((menu.button(),),))]


def _heard(question: Question, context: Context) -> list[str]:
    """The names of what was read all the same: states, boards, topics."""
    knowledge = context.knowledge
    states = [knowledge.jurisdictions[code] for code in question.slots.get("jurisdictions", ())]
    topics = [knowledge.topic_name(topic) for topic in question.slots.get("topics", ())]
    board = question.slots.get("certifying_board")
    return [*states, *topics, *([board] if board else [])]


def _guesses(question: Question, context: Context) -> Rows:
    likely = [guess.intent for guess in question.runners_up if guess.intent in GUESSABLE]
    if question.intent in GUESSABLE:
        likely.insert(0, question.intent)
    chosen = list(dict.fromkeys([*likely, *USUAL]))[:3]
    return tuple(
        (offers.ask(GUESSABLE[intent], f"unclear.guess.{intent}", question.slots, intent=intent),)
        for intent in chosen
    )
