"""The physician's own list of activities: what was saved to be taken later."""

import re
from collections.abc import Sequence
from typing import Any

from bot.buttons import Press, pack
from bot.dialogs import offers
from bot.dialogs.activity_words import entries
from bot.dialogs.context import Context, Dialog
from bot.dialogs.knowledge import folded
from bot.dialogs.standings import open_rules
from bot.model import Button, Edit, Effect, Question, Rows, Say

PAGE = 5

_MEANT = re.compile(
    r"\b(?:saved|bookmark(?:s|ed)?) (?:ones?|activit\w*|courses?|list|cme)\b"
    r"|\b(?:what|which|show|list|see)\b.*\b(?:i|my) (?:have )?saved\b"
    r"|\bmy (?:saved|bookmarks|reading list|course list|wish ?list)\b"
)


def is_meant(text: str) -> bool:
    """Whether a message asks for the list ("my saved courses") and not for new activities."""
    return _MEANT.search(folded(text)) is not None


def answer(question: Question, context: Context) -> Sequence[Effect]:
    return [Say("saved.page", *_page(0, context))]


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    if pressed.step == "page" and pressed.argument.isdigit():
        return [Edit("saved.page", *_page(int(pressed.argument), context))]
    return [Edit("saved.page", *_page(0, context))]


def button() -> Button:
    """Leads to the list."""
    return Button("saved.button.open", pack("saved", "page", "0"))


def _page(page: int, context: Context) -> tuple[dict[str, Any], Rows]:
    saved = context.physician.saved
    page = min(page, max(0, (len(saved) - 1) // PAGE))
    ids = saved[page * PAGE : (page + 1) * PAGE]
    found = [activity for one in ids if (activity := context.catalog.get(one))]
    values = {
        "total": len(saved),
        "gone": len(ids) - len(found),
        "entries": entries(found, open_rules(context), context),
        "first": page * PAGE + 1,
        "page": page + 1,
        "pages": max(1, -(-len(saved) // PAGE)),
    }
    numbers = tuple(
        Button(
            str(page * PAGE + place),
            pack("activity_search", "show", f"{one.id}.0"),
            literal=True,
        )
        for place, one in enumerate(found, 1)
    )
    turns: list[Button] = []
    if page > 0:
        turns.append(Button("saved.button.previous", pack("saved", "page", str(page - 1))))
    if (page + 1) * PAGE < len(saved):
        turns.append(Button("saved.button.next", pack("saved", "page", str(page + 1))))
    find = offers.ask("activity_search", "activity_search.button.open")
    return values, (numbers, tuple(turns), (find,))


DIALOG = Dialog("saved", answer, command="saved", listed=False, press=press, claims=is_meant)
