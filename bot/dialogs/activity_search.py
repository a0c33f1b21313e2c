"""Finding activities: five a page, edited in place, with what each closes for the physician."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.buttons import Press, pack, unpack
from bot.dialogs import complaint, menu, offers, saved, start
from bot.dialogs.activity_wishes import (
    PAGE,
    asked,
    by_gaps,
    kinds,
    let_go,
    place_of,
    rules_of,
    search_of,
    subjects,
)
from bot.dialogs.activity_words import QUOTED, ROOM, details, entries, shortened, subject_of
from bot.dialogs.context import Context, Dialog
from bot.dialogs.knowledge import folded
from bot.dialogs.standings import open_rules
from bot.model import (
    AcknowledgePress,
    Activity,
    Button,
    Edit,
    Effect,
    Found,
    Question,
    Remember,
    Rows,
    SaveActivity,
    Say,
    Search,
)

LIKE_ENOUGH = 50.0
"""Below this score a title has too little of what was asked to be shown to a person."""

SHORT_HEAD = 20
"""What a head names beyond so many characters is taken from the room of the entries."""

LIKE_A_TITLE = 75.0
"""From this score on, words that mean nothing else are taken for those of a title."""

A_TITLE = 95.0
LONGEST_TITLE = 300
TITLE_WORDS = 4
"""From this score on, so many words or more are a title, whatever they may be read as."""

TOGGLES: Mapping[str, tuple[str, Any]] = {
    "free": ("free", True),
    "online": ("format", "online"),
    "hour": ("min_credits", 1),
}
"""Filters under a page, by the word for them: the slot and the value that it takes."""

UNDONE = {"free": "any_price", "format": "any_format", "min_credits": "any_amount"}
"""The button that takes a filter away again."""


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """The first page of what fits, or what fits when one wish is let go, saying which."""
    picked = _picked(question, context)
    if picked is not None:
        return picked
    if saved.is_meant(question.text):
        return saved.answer(question, context)
    wished = _settled(asked(question), context)
    values, rows = _page(wished, 0, context.next_revision, context)
    return [Remember(wished), Say("activity_search.page", values, rows)]


def titled(text: str, context: Context, *, read: bool) -> Sequence[Effect] | None:
    """Activities that say all of a message, such as a title; or None.

    A message that was `read` as something, though not surely, has to be the title itself.
    """
    least = TITLE_WORDS if read else 1
    words = [word for word in text.split() if any(sign.isalnum() for sign in word)]
    if len(text) > LONGEST_TITLE or len(words) < least:
        return None
    question = Question("activity_search", {"words": text, "beyond": text})
    found = context.catalog.search(search_of(question, 0, context))
    if not found.hits or found.relaxed or found.hits[0].score < (A_TITLE if read else LIKE_A_TITLE):
        return None
    return answer(question, context)


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    question = offers.asked(pressed, "activity_search")
    if question is not None:
        return answer(question, context)
    if pressed.step == "show":
        return _show(pressed, context)
    if pressed.step in ("save", "unsave"):
        return _save(pressed, context)
    listed = context.conversation.lists.get(pressed.revision)
    if listed is None:
        return start.outdated(context)
    if pressed.step == "page" and pressed.argument.isdigit():
        values, rows = _page(listed, int(pressed.argument), pressed.revision, context)
        return [Edit("activity_search.page", values, rows)]
    if pressed.step == "without":
        slots = {key: kept for key, kept in listed.slots.items() if key != pressed.argument}
        return _narrowed(replace(listed, slots=slots), context)
    if pressed.step == "with" and pressed.argument in TOGGLES:
        name, value = TOGGLES[pressed.argument]
        return _narrowed(replace(listed, slots={**listed.slots, name: value}), context)
    return start.outdated(context)


def _settled(question: Question, context: Context) -> Question:
    """The question without the words that none of what it asks for says; they are told of."""
    slots = question.slots
    if not slots.get("words") or not (slots.get("topics") or slots.get("specialty")):
        return question
    found = context.catalog.search(search_of(question, 0, context))
    if not {"words", "some words"} & set(found.relaxed):
        return question
    return replace(question, slots={**slots, "words": "", "missing": slots.get("beyond", "")})


def _narrowed(question: Question, context: Context) -> Sequence[Effect]:
    question = asked(question)
    values, rows = _page(question, 0, context.next_revision, context)
    return [Remember(question), Edit("activity_search.page", values, rows)]


def _picked(question: Question, context: Context) -> Sequence[Effect] | None:
    """One of the newest list, or another page of it, asked for in words."""
    lists = context.conversation.lists
    if question.act not in ("pick", "next", "previous") or not lists:
        return None
    revision = max(lists)
    listed = lists[revision]
    page = _page_seen(revision, listed, context)
    if question.act == "pick":
        return _pick(int(question.slots.get("pick", 1)), page, revision, context)
    total = context.catalog.search(search_of(listed, 0, context)).total
    last = max(0, -(-total // PAGE) - 1)
    turned = page + (1 if question.act == "next" else -1)
    if not 0 <= turned <= last:
        return [Say("activity_search.no_page", {"last": turned > last, "pages": last + 1})]
    there = replace(listed, slots={**listed.slots, "page": turned})
    values, rows = _page(there, turned, context.next_revision, context)
    return [Remember(there), Say("activity_search.page", values, rows)]


def _page_seen(revision: int, listed: Question, context: Context) -> int:
    """The page of the list that stands in the chat now, which turning pages by button changes."""
    for _, data in context.conversation.shown:
        button = unpack(data)
        if button and (button.dialog, button.step, button.revision) == (
            "activity_search",
            "show",
            revision,
        ):
            return int(button.argument.partition(".")[2])
    return int(listed.slots.get("page", 0))


def _pick(wish: int, page: int, revision: int, context: Context) -> Sequence[Effect]:
    """The activity with that number; -1 is the last of the page."""
    listed = context.conversation.lists[revision]
    found = context.catalog.search(search_of(listed, page, context))
    place = len(found.hits) - 1 if wish < 0 else wish - 1 - page * PAGE
    if not 0 <= place < len(found.hits):
        # "the second one" on the third page is its second, whatever number stands before it.
        place = wish - 1
    if not 0 <= place < len(found.hits):
        first = page * PAGE + 1
        numbers = {"first": first, "last": first + len(found.hits) - 1}
        return [Say("activity_search.no_such", numbers)]
    return [Say(*_card(found.hits[place].activity, revision, page, context))]


# ── a page of results ───────────────────────────────────────────────────────────────────────


def _page(
    question: Question, page: int, revision: int, context: Context
) -> tuple[dict[str, Any], Rows]:
    search = search_of(question, page, context)
    found = _worth_showing(context.catalog.search(search))
    rules = rules_of(question, context)
    said, gone = subjects(question, search, found.relaxed, context), let_go(found.relaxed)
    only_rule = subject_of(rules[0][1], context) if len(rules) == 1 else ""
    room = ROOM - max(0, len(", ".join((*said, *gone))) - SHORT_HEAD)
    shown = entries(
        [hit.activity for hit in found.hits], rules, context, told=(*said, only_rule), room=room
    )
    values = {
        "total": found.total,
        "kinds": kinds(search, found.relaxed),
        "subjects": said,
        "let_go": gone,
        "some_words": "some words" in found.relaxed,
        "wished": kinds(search, ()),
        "only_rule": only_rule,
        "words": shortened(search.words, QUOTED),
        "missing": shortened(question.slots.get("missing", ""), QUOTED),
        "state": _state_meant(question, context),
        "entries": shown,
        "first": page * PAGE + 1,
        "page": page + 1,
        "pages": max(1, -(-found.total // PAGE)),
        "order": search.order if page or any(one["closes"] for one in shown) else "match",
        "unknown": bool(question.slots.get("closing")) and not context.physician.licenses,
        "nothing_open": not rules and _asks_for_rules(question, context),
    }
    return values, _page_buttons(question, search, found, page, revision)


def _asks_for_rules(question: Question, context: Context) -> bool:
    """Whether open rules are what the physician, who holds a license there, wants closed."""
    if question.slots.get("closing"):
        return True
    codes = question.slots.get("jurisdictions", ())
    return by_gaps(question.slots) and bool(set(codes) & set(context.states))


def _state_meant(question: Question, context: Context) -> str:
    """The one state whose rules the question is about, by name."""
    codes = question.slots.get("jurisdictions", ())
    if len(codes) != 1 or place_of(question.slots):
        return ""
    return context.knowledge.jurisdictions[codes[0]]


def _worth_showing(found: Found) -> Found:
    """The same, or nothing where even the best has too little of the words."""
    if found.hits and "some words" in found.relaxed and found.hits[0].score < LIKE_ENOUGH:
        return Found()
    return found


def _page_buttons(
    question: Question, search: Search, found: Found, page: int, revision: int
) -> Rows:
    wished = [
        Button(
            f"activity_search.button.{label}", pack("activity_search", "without", slot, revision)
        )
        for slot, label in UNDONE.items()
        if slot in question.slots
    ]
    if not found.hits:
        return (tuple(wished), (menu.button(),))
    numbers = tuple(
        Button(
            str(page * PAGE + place + 1),
            pack("activity_search", "show", f"{hit.activity.id}.{page}", revision),
            literal=True,
        )
        for place, hit in enumerate(found.hits)
    )
    turns: list[Button] = []
    if page > 0:
        turns.append(_turn_to("activity_search.button.previous", page - 1, revision))
    if (page + 1) * PAGE < found.total:
        turns.append(_turn_to("activity_search.button.next", page + 1, revision))
    filters = wished + [
        Button(f"activity_search.button.{word}", pack("activity_search", "with", word, revision))
        for word, (slot, _) in TOGGLES.items()
        if slot not in question.slots and found.total > 1
    ]
    return (numbers, tuple(turns), tuple(filters))


def _turn_to(label: str, page: int, revision: int) -> Button:
    return Button(label, pack("activity_search", "page", str(page), revision))


# ── one activity ────────────────────────────────────────────────────────────────────────────


def _show(pressed: Press, context: Context) -> Sequence[Effect]:
    """The argument is the activity's id and the page of the list it was on."""
    activity_id, _, page = pressed.argument.partition(".")
    activity = context.catalog.get(activity_id)
    if activity is None:
        return start.outdated(context)
    place = int(page) if page.isdigit() else 0
    return [Edit(*_card(activity, pressed.revision, place, context))]


def _save(pressed: Press, context: Context) -> Sequence[Effect]:
    activity_id = pressed.argument.partition(".")[0]
    wanted = pressed.step == "save"
    notice = "activity_search.saved" if wanted else "activity_search.unsaved"
    kept = tuple(one for one in context.physician.saved if one != activity_id)
    held = replace(context.physician, saved=(activity_id, *kept) if wanted else kept)
    shown = _show(pressed, replace(context, physician=held))
    return [AcknowledgePress(notice), SaveActivity(activity_id, wanted), *shown]


def _card(
    activity: Activity, revision: int, page: int, context: Context
) -> tuple[str, dict[str, Any], Rows]:
    step = "unsave" if activity.id in context.physician.saved else "save"
    keep = Button(
        f"activity_search.button.{step}",
        pack("activity_search", step, f"{activity.id}.{page}", revision),
    )
    page_of_it = Button("activity_search.button.open_page", url=activity.url or "")
    back = (
        _turn_to("activity_search.button.back", page, revision)
        if revision in context.conversation.lists
        else saved.button()
    )
    rows = (
        (page_of_it, keep) if activity.url else (keep,),
        (complaint.about(activity.id),),
        (back,),
    )
    return "activity_search.details", details(activity, open_rules(context), context), rows


_CLOSES_MOST = re.compile(
    r"\bclos\w* (?:the )?(?:out )?most\b|\bmost (?:of )?(?:my )?(?:open|gaps|rules)\b|\bbest next\b"
)


def rereads(question: Question, context: Context) -> Question | None:
    """One activity that does the most is looked for here; a plan is several that do it all."""
    if question.intent != "plan" or not _CLOSES_MOST.search(folded(question.text)):
        return None
    return replace(question, intent="activity_search")


DIALOG = Dialog(
    "activity_search",
    answer,
    rereads=rereads,
    intents=("activity_search",),
    command="search",
    aliases=("activities", "find"),
    press=press,
)
