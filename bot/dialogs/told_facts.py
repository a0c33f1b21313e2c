"""Facts that the physician told about themselves: shown in one place and changed from there."""

from bot.buttons import pack
from bot.dialogs import fact_words
from bot.dialogs.context import Context
from bot.model import Button, Edit

SHOWN = 16
"""Answers on the page; who gave more changes the others where they are used."""


def told_facts(context: Context) -> list[str]:
    """Facts that were answered, in the order of the fact file, those of single rules last."""
    order = list(context.knowledge.facts)
    said = [
        name
        for name in context.physician.profile.facts
        if fact_words.asking(name, context) is not None
    ]
    return sorted(said, key=lambda name: (":" in name, order.index(name.partition(":")[0])))


def facts_page(context: Context) -> Edit:
    told = told_facts(context)
    entries = []
    for name in told[:SHOWN]:
        asked, value = fact_words.asking(name, context), fact_words.known(name, context)
        assert asked is not None
        assert value is not None
        words = fact_words.spoken(name, value, context)
        entries.append({"question": asked.question, "about": asked.about, "value": words})
    buttons = [
        Button(
            "licenses.button.change",
            pack("fact", "change", fact_words.in_button(name)),
            values={"place": place},
        )
        for place, name in enumerate(told[:SHOWN], 1)
    ]
    rows = tuple(tuple(buttons[place : place + 4]) for place in range(0, len(buttons), 4))
    back = (Button("licenses.button.back", pack("licenses", "all")),)
    values = {"entries": entries, "more": max(0, len(told) - SHOWN)}
    return Edit("licenses.facts", values, (*rows, back))
