"""Buttons that ask a question: the same question typed in words would get the same answer."""

from collections.abc import Mapping
from typing import Any

from bot.buttons import LIMIT, Press, pack
from bot.model import Button, Question

_CODES = {
    "j": "jurisdictions",
    "t": "topics",
    "l": "license_type",
    "b": "certifying_board",
    "s": "specialty",
    "f": "free",
    "o": "format",
    "c": "credit_type",
    "a": "aspect",
    "m": "budget",
}
_LISTS = frozenset({"jurisdictions", "topics"})


def ask(
    dialog: str,
    label: str,
    slots: Mapping[str, Any] | None = None,
    *,
    intent: str | None = None,
    values: Mapping[str, Any] | None = None,
    literal: bool = False,
) -> Button:
    """A button that asks `dialog` the question with these slots.

    Slots without a code, and whatever exceeds the 64 bytes of callback data, are left out from
    the end: the question gets wider, never wrong.
    """
    written = [
        f"{code}={'+'.join(value) if slot in _LISTS else _word(value)}"
        for code, slot in _CODES.items()
        if (value := (slots or {}).get(slot))
    ]
    step = f"ask.{intent}" if intent else "ask"
    while len(f"{dialog}:{step}:0:{';'.join(written)}".encode()) > LIMIT:
        written.pop()
    data = pack(dialog, step, ";".join(written))
    return Button(label, data, values=values or {}, literal=literal)


def _word(value: Any) -> str:
    return "1" if value is True else str(value)


def asked(press: Press, intent: str) -> Question | None:
    """The question behind a pressed `ask` button, or None for another kind of button."""
    if press.step != "ask" and not press.step.startswith("ask."):
        return None
    slots: dict[str, Any] = {}
    for part in filter(None, press.argument.split(";")):
        code, _, value = part.partition("=")
        slot = _CODES.get(code)
        if slot in _LISTS:
            slots[slot] = value.split("+")
        elif slot == "free":
            slots[slot] = True
        elif slot:
            slots[slot] = value
    return Question(press.step.partition(".")[2] or intent, slots)
