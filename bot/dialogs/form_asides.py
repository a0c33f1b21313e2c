"""A question asked in the middle of a form: told apart from an answer, and answered."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.dialogs.context import Context
from bot.dialogs.knowledge import folded
from bot.model import Effect, Question, Remember
from bot.understanding import understand

SURE = 0.6
"""The confidence from which words are taken for a question rather than for an answer."""

_LEAD = re.compile(
    r"^(?:wait|btw|by the way|also|and|but|oh|ok|okay|hm+|quick question|one question)\b[,:;. ]*",
    re.IGNORECASE,
)
_ASKING = frozenset(
    {
        "how",
        "what",
        "whats",
        "when",
        "which",
        "where",
        "who",
        "why",
        "do",
        "does",
        "did",
        "am",
        "is",
    }
    | {"are", "can", "could", "should", "show", "find", "will", "would", "list"}
)
_CUT = re.compile(r"(?<=[.!?])\s+|\n+|\b(?=wait,)", re.IGNORECASE)

_STOP = frozenset({"cancel", "stop", "never mind", "nevermind", "forget it", "quit", "exit"})

MOST_STOP_WORDS = 4
"""A longer message with "cancel" in it tells something."""

_VAGUE = frozenset({"help", "out_of_scope"})
"""Readings that stray words get too; they count only for what is clearly asked."""

MOST_WORDS = 25
"""A sentence longer than this tells something."""


def is_clear_question(
    text: str, own: frozenset[str], context: Context, *, asking: bool = False
) -> bool:
    """Whether a message reads clearly as something else asked of the bot.

    `asking`: only where it has the form of a question, for fields that take any words.
    """
    if asking and not _is_asking(text):
        return False
    return _question_in(text, own, context) is not None


def asked_in_between(
    text: str, own: frozenset[str], context: Context
) -> tuple[str, tuple[Sequence[Effect], Context] | None]:
    """The words that answer the form, and the answers to sentences that ask something else.

    With the effects comes the context that holds after them. Only sentences in the form of a
    question count: nothing told to the form may be taken away from it by a guess.
    """
    kept: list[str] = []
    asked: list[Question] = []
    for sentence in filter(None, (part.strip() for part in _CUT.split(text))):
        question = _question_in(sentence, own, context) if _is_asking(sentence) else None
        if question is None:
            kept.append(sentence)
        else:
            asked.append(question)
    if not asked:
        return text, None
    if not kept:
        return "", ((), context)
    return " ".join(kept), _answered(asked, context)


def is_stop(text: str, context: Context) -> bool:
    """Whether a short message asks to leave, in whatever words."""
    if len(text.split()) > MOST_STOP_WORDS:
        return False
    if folded(text) in _STOP:
        return True
    return understand(text, context.today, context.knowledge.lexicon)[0].act == "cancel"


def _is_asking(sentence: str) -> bool:
    words = _bare(sentence).casefold().replace("'", "").replace("’", "").split()
    if not words or len(words) > MOST_WORDS:
        return False
    return sentence.endswith("?") or words[0] in _ASKING


def _bare(sentence: str) -> str:
    """The sentence without "wait," and "by the way" before it."""
    bare = sentence.strip()
    while (shorter := _LEAD.sub("", bare)) != bare:
        bare = shorter
    return bare


def _question_in(text: str, own: frozenset[str], context: Context) -> Question | None:
    from bot.dialogs import ANSWERING

    bare = _bare(text)
    if not bare or len(bare.split()) > MOST_WORDS:
        return None
    read = understand(bare, context.today, context.knowledge.lexicon)[0]
    if read.confidence < SURE or read.act is not None or read.intent in own:
        return None
    if read.intent in _VAGUE and not _is_asking(bare):
        return None
    return read if read.intent in ANSWERING else None


def _answered(asked: Sequence[Question], context: Context) -> tuple[Sequence[Effect], Context]:
    from bot.dialogs import ANSWERING

    effects: list[Effect] = []
    for question in asked:
        kept = sum(isinstance(effect, Remember) for effect in effects)
        effects += ANSWERING[question.intent].answer(question, _later(context, kept))
    kept = sum(isinstance(effect, Remember) for effect in effects)
    return effects, _later(context, kept)


def _later(context: Context, turns: int) -> Context:
    conversation = context.conversation
    return replace(
        context, conversation=replace(conversation, revision=conversation.revision + turns)
    )
