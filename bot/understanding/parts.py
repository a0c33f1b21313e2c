"""Two questions in one message, told apart where both are sure; otherwise it stays one."""

import re
from datetime import date
from itertools import pairwise

from bot.model import Question
from bot.understanding.followups import follow, with_names_of
from bot.understanding.lexicon import Lexicon
from bot.understanding.question import ask
from bot.understanding.words import listed

_MARKS = re.compile(r"(?<=[?!;\n])\s*|(?<=[a-z)]\.)\s+", re.IGNORECASE)
_JOINT = re.compile(
    r"[,;]?\s+(?:and|also|plus|then)\s+(?:also\s+|then\s+)?(?=(\w+))", re.IGNORECASE
)
_SURE = 0.75
_LEAST_WORDS = 2
_SMALL_TALK = frozenset({"help", "out_of_scope"})
_MOST = 3
_OPENERS = listed(
    "what whats when whens how do does is are am can could which where who and also will should"
)
_CLARIFIERS = listed("the not meaning like ie i.e. sorry oops")
_ONE_QUESTION = ("between", "differen", "compare")
_COMMANDS = listed("add remove drop delete update change set edit put renewed register fix")


def questions(
    text: str, today: date, lexicon: Lexicon, previous: Question | None
) -> tuple[Question, ...]:
    """The questions of a message in order, at least one."""
    if any(word in text.lower() for word in _ONE_QUESTION):
        return (follow(text, today, lexicon, previous),)
    for parts in _splits(text, lexicon):
        asked = [ask(part, today, lexicon) for part in parts]
        if _are_apart(asked):
            first = follow(parts[0], today, lexicon, previous)
            rest = (with_names_of(question, first) for question in asked[1:])
            return (first, *rest)
    return (follow(text, today, lexicon, previous),)


def _splits(text: str, lexicon: Lexicon) -> list[list[str]]:
    """Ways to cut a message into two or three parts of at least two words."""
    found: list[list[str]] = []
    by_marks = [part.strip() for part in _MARKS.split(text) if part and part.strip()]
    if 1 < len(by_marks) <= _MOST:
        found.append(by_marks)
    found.extend(
        [text[: match.start()].strip(), text[match.end() :].strip()]
        for match in _JOINT.finditer(text)
        if match[1].lower() in lexicon.acts.after_and
    )
    return [parts for parts in found if all(len(part.split()) >= _LEAST_WORDS for part in parts)]


def _are_apart(asked: list[Question]) -> bool:
    """Whether the parts are sure questions about different things."""
    if any(q.confidence < _SURE or q.intent in _SMALL_TALK for q in asked):
        return False
    if any(q.intent == "add_license" and not _is_command(q) for q in asked[:-1]):
        return False
    if any(q.text.split()[0].lower() in _CLARIFIERS for q in asked[1:]):
        return False
    return all(a.intent != b.intent or _slots_differ(a, b) for a, b in pairwise(asked))


def _is_command(question: Question) -> bool:
    """Whether a profile change is asked for, and not a fact told before a question."""
    first = question.text.split()[0].lower()
    return first in _COMMANDS or "expires_on" in question.slots


def _slots_differ(one: Question, other: Question) -> bool:
    """Two questions of one intent, each about something of its own."""
    is_cut_by_mark = one.text.rstrip().endswith(("?", ";", "!"))
    asks_anew = other.text.split()[0].lower() in _OPENERS
    return bool(is_cut_by_mark and asks_anew and other.slots and one.slots != other.slots)
