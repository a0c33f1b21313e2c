"""Facts that the physician told about themselves: shown, changed and forgotten in one place."""

from collections.abc import Sequence

from bot.buttons import pack
from bot.dialogs import holdings, start
from bot.dialogs.context import Context
from bot.dialogs.holdings import Part
from bot.model import Button, Edit, Effect, SetFact


def told_facts(context: Context) -> list[str]:
    """Facts answered with yes or no, in the order of the fact file."""
    said = context.physician.profile.facts
    return [
        name
        for name, word in context.knowledge.facts.items()
        if word.kind == "yes_no" and isinstance(said.get(name), bool)
    ]


def facts_page(context: Context) -> Edit:
    told = told_facts(context)
    facts = context.physician.profile.facts
    entries = [
        {"question": context.knowledge.facts[name].question, "yes": facts[name]} for name in told
    ]
    buttons = [
        Button("licenses.button.change", pack("licenses", "fact", name), values={"place": place})
        for place, name in enumerate(told, 1)
    ]
    rows = tuple(tuple(buttons[place : place + 4]) for place in range(0, len(buttons), 4))
    return Edit(
        "licenses.facts",
        {"entries": entries},
        (*rows, (Button("licenses.button.back", pack("licenses", "all")),)),
    )


def ask_fact(name: str, context: Context) -> Sequence[Effect]:
    word = context.knowledge.facts.get(name)
    if word is None or word.kind != "yes_no":
        return start.outdated(context)
    choices = tuple(
        Button(f"licenses.button.{step}", pack("licenses", step, name))
        for step in ("yes", "no", "unknown")
    )
    back = Button("licenses.button.back", pack("licenses", "facts"))
    return [Edit("licenses.fact", {"question": word.question, "why": word.why}, (choices, (back,)))]


def fact_given(name: str, value: bool | None, context: Context) -> Sequence[Effect]:
    word = context.knowledge.facts.get(name)
    if word is None or word.kind != "yes_no":
        return start.outdated(context)
    if value is None:
        before = context.physician.profile.facts.get(name)
        line = {"kind": "forgotten", "name": word.question}
        part = Part((SetFact(name, None),), line, f"F,{name},{int(bool(before))}")
    else:
        part = holdings.fact_part(name, context, value=value)
    undo = Button("licenses.button.undo", pack("licenses", "undo", part.undo))
    back = Button("licenses.button.back", pack("licenses", "facts"))
    return [*part.changes, Edit("licenses.noted", {"lines": [part.line]}, ((undo, back),))]
