"""General questions about CME, answered from the sourced answers in `data/faq.json`."""

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bot.buttons import Press, pack
from bot.dialogs import menu, offers
from bot.dialogs.context import Context, Dialog
from bot.dialogs.knowledge import folded
from bot.model import Button, Effect, Question, Say

CLEAR = 74
"""The score from which an entry is taken as the one meant."""

POSSIBLE = 50
"""The score from which an entry is worth offering as a guess."""

LONGEST_TITLE = 200


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """The nearest entry, or up to three of them to choose from where none is clear."""
    ranked = nearest(question.text, context)
    if not ranked:
        return [Say("faq.unknown", {}, ((menu.button(),),))]
    best, score = ranked[0]
    if score >= CLEAR:
        return [_say(best, context, _others(ranked[1:3], context))]
    return [Say("faq.which", {}, _others(ranked[:3], context))]


def nearest(text: str, context: Context) -> list[tuple[int, float]]:
    """Indexes into the entries with their scores, best first, each entry once."""
    phrasings = context.knowledge.faq_phrasings
    found = process.extract(
        folded(text),
        [words for words, _ in phrasings],
        scorer=_likeness,
        limit=8,
        score_cutoff=POSSIBLE,
    )
    ranked: dict[int, float] = {}
    for _, score, place in found:
        ranked.setdefault(phrasings[place][1], score)
    return list(ranked.items())


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    if (question := offers.asked(pressed, "faq")) is not None:
        return [Say("faq.ask", {}, ((menu.button(),),))] if not question.text else ()
    entries = context.knowledge.faq
    place = next((i for i, entry in enumerate(entries) if entry["id"] == pressed.argument), None)
    return [Say("faq.unknown") if place is None else _say(place, context, ())]


def _likeness(first: str, second: str, **_: object) -> float:
    """Word order matters little, missing words some: the mean of two rapidfuzz scorers."""
    return (fuzz.token_sort_ratio(first, second) + fuzz.token_set_ratio(first, second)) / 2


def _say(place: int, context: Context, rows: Sequence[tuple[Button, ...]]) -> Say:
    return Say("faq.answer", {"entry": context.knowledge.faq[place]}, tuple(rows))


def _others(ranked: Sequence[tuple[int, float]], context: Context) -> tuple[tuple[Button], ...]:
    entries = [context.knowledge.faq[place] for place, _ in ranked]
    return tuple(
        (Button(entry["question"], pack("faq", "show", entry["id"]), literal=True),)
        for entry in entries
        if len(entry["id"]) <= 45  # noqa: PLR2004 - the rest of the 64 bytes
    )


DIALOG = Dialog("faq", answer, intents=("faq",), command="faq", listed=False, press=press)
