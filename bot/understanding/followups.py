"""Follow-ups: a message that means something only after the one before it.

"and in Ohio?", "only free ones", "what about the DO board", "next page", "why?" inherit the
intent and the slots of the previous question; what they name replaces what was named.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from bot.model import Question
from bot.understanding.acts import ActWords, plain, read_act
from bot.understanding.dates import read_spans
from bot.understanding.lexicon import Lexicon
from bot.understanding.question import UNSURE, from_reading
from bot.understanding.reading import Reading, read
from bot.understanding.slots import fill

_INHERITING = frozenset({"next", "previous", "pick", "why", "undo", "other", "yes", "no"})
_HELPING = frozenset({"thanks", "greeting", "swearing"})
_ABOUT_STATES = frozenset({"credit_status", "requirement", "deadline", "plan"})
_ABOUT_ONE = frozenset({"credit_status", "requirement", "deadline"})
_HOLDERS = (
    ("jurisdictions", frozenset({"certifying_board"})),
    ("certifying_board", frozenset({"jurisdictions", "license_type"})),
)
_KEPT_APART = frozenset({"help", "out_of_scope", "privacy", "link_account"})
_SEARCHING = frozenset({"activity_search", "plan", "add_credit"})
_SEARCH_ONLY = frozenset({"free", "format", "min_credits", "city"})
_SURE = 0.95
_LIKELY = 0.85
_LOST = 0.3
"""An act that needs an earlier question, said without one."""
_SHARED = ("jurisdictions", "license_type", "topics", "certifying_board")


def follow(text: str, today: date, lexicon: Lexicon, previous: Question | None) -> Question:
    """What a text asks after `previous`."""
    reading = read(text, lexicon)
    fresh = from_reading(reading, today, lexicon)
    act = read_act(text, lexicon.acts)
    if act:
        return _acted(fresh, *act, previous)
    if previous is None or previous.intent in _KEPT_APART:
        return fresh
    fewer = _without(reading, previous, lexicon.acts)
    if fewer is not None:
        return replace(previous, slots=fewer, text=text, confidence=_SURE, act=None, runners_up=())
    if _is_fragment(reading, today, lexicon) and previous.confidence < UNSURE:
        return from_reading(read(f"{previous.text} {text}", lexicon), today, lexicon)
    if _is_fragment(reading, today, lexicon) and _fits(fresh, previous):
        return _completed(reading, previous, today, lexicon)
    if fresh.confidence >= UNSURE and _points_back(reading, lexicon.acts):
        return _with_names(fresh, previous)
    return fresh


def with_names_of(question: Question, earlier: Question) -> Question:
    """A second question in one message takes the states of the first where it names none."""
    if question.intent not in _ABOUT_STATES or "jurisdictions" not in earlier.slots:
        return question
    return _with_names(question, earlier, ("jurisdictions", "license_type"))


def _acted(fresh: Question, act: str, pick: int | None, previous: Question | None) -> Question:
    slots: dict[str, Any] = {}
    if act in _HELPING:
        return replace(fresh, intent="help", slots={}, confidence=_SURE, act=act)
    if previous is not None and act in _INHERITING:
        slots = dict(previous.slots)
        if pick is not None:
            slots["pick"] = pick
        is_sure = previous.confidence >= UNSURE
        return replace(
            previous,
            slots=slots,
            text=fresh.text if is_sure else f"{previous.text} {fresh.text}",
            confidence=_SURE if is_sure else previous.confidence,
            act=act,
            runners_up=() if is_sure else previous.runners_up,
        )
    if pick is not None:
        slots["pick"] = pick
    confidence = min(fresh.confidence, _LOST) if act in _INHERITING else fresh.confidence
    return replace(fresh, slots={**fresh.slots, **slots}, act=act, confidence=confidence)


def _without(reading: Reading, previous: Question, acts: ActWords) -> dict[str, Any] | None:
    """The previous slots less those that the message lets go ("any price"); None if none."""
    message = plain(reading.words)
    dropped = {
        slot
        for slot, phrases in acts.without.items()
        if any(phrase in message for phrase in phrases)
    }
    if not dropped or previous.intent not in {"activity_search", "plan"}:
        return None
    return {name: value for name, value in previous.slots.items() if name not in dropped}


def _is_fragment(reading: Reading, today: date, lexicon: Lexicon) -> bool:
    """Whether a message is only names, dates and amounts, with words that carry nothing."""
    spans = read_spans(reading.folds, today, "future")
    dated = {i for span in spans for i in range(span.first, span.last)}
    named = {
        i
        for found in (*reading.finds.values(), *reading.negated.values())
        for find in found
        for i in range(find.first, find.last)
    }
    rest = [
        fixed
        for i, fixed in enumerate(reading.fixed)
        if i not in dated | named and not fixed[0].isdigit()
    ]
    bare = all(word in lexicon.acts.fillers for word in rest)
    return bare and bool(dated or named or any(f[0].isdigit() for f in reading.fixed))


def _fits(fresh: Question, previous: Question) -> bool:
    """Whether a fragment can be about the previous question: "free" narrows only a search."""
    return previous.intent in _SEARCHING or not _SEARCH_ONLY & fresh.slots.keys()


def _completed(reading: Reading, previous: Question, today: date, lexicon: Lexicon) -> Question:
    slots, evidence = fill(reading, previous.intent, today, lexicon)
    kept = dict(previous.slots)
    kept.pop("pick", None)
    if "date_from" in slots or "date_to" in slots:
        kept.pop("date_from", None)
        kept.pop("date_to", None)
    if "topics" in slots or "specialty" in slots:
        kept.pop("topics", None)
        kept.pop("specialty", None)
    for kind in ("jurisdictions", "topics"):
        gone = {find.value for find in reading.negated.get(kind, ())}
        if gone and kind in kept:
            kept[kind] = [value for value in kept[kind] if value not in gone]
    if previous.intent in _ABOUT_ONE:
        # A state and a certifying board are two holders: the new one takes the old one's place.
        for named, others in _HOLDERS:
            if named in slots:
                kept = {name: value for name, value in kept.items() if name not in others}
    also = reading.folds[0] in {"also", "plus"} or "too" in reading.folds
    for kind in ("jurisdictions", "topics"):
        if also and kind in slots and kind in kept:
            slots[kind] = [*kept[kind], *(v for v in slots[kind] if v not in kept[kind])]
    return Question(
        intent=previous.intent,
        slots={**kept, **slots},
        confidence=_LIKELY if slots else UNSURE,
        text=reading.text,
        evidence={**dict.fromkeys(kept, "before"), **evidence},
    )


def _points_back(reading: Reading, acts: ActWords) -> bool:
    return any(fold in acts.anaphora for fold in reading.folds)


def _with_names(
    question: Question, earlier: Question, names: tuple[str, ...] = _SHARED
) -> Question:
    takes = {
        name: earlier.slots[name]
        for name in names
        if name in earlier.slots and name not in question.slots
    }
    if question.intent in _KEPT_APART or not takes or "jurisdictions" in question.slots:
        return question
    return replace(
        question,
        slots={**takes, **question.slots},
        evidence={**dict.fromkeys(takes, "before"), **question.evidence},
    )
