"""General questions about CME, answered from the sourced answers in `data/faq.json`."""

from collections.abc import Sequence

from bot.buttons import Press, pack
from bot.dialogs import menu, offers
from bot.dialogs.context import Context, Dialog
from bot.dialogs.faq_index import is_clear
from bot.model import Button, Effect, Question, Say

LONGEST_TITLE = 200


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """The nearest entry, or up to three of them to choose from where none is clear."""
    ranked = context.knowledge.faq_index.nearest(question.text)
    if not ranked:
        return [Say("faq.unknown", {}, ((menu.button(),),))]
    best = ranked[0][0]
    if is_clear(ranked):
        return [_say(best, context, _others(ranked[1:3], context))]
    return [Say("faq.which", {}, _others(ranked[:3], context))]


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    if (question := offers.asked(pressed, "faq")) is not None:
        return [Say("faq.ask", {}, ((menu.button(),),))] if not question.text else ()
    entries = context.knowledge.faq
    place = next((i for i, entry in enumerate(entries) if entry["id"] == pressed.argument), None)
    return [Say("faq.unknown") if place is None else _say(place, context, ())]


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
