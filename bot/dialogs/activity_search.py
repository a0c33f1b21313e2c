"""Finding activities: five a page, edited in place, with what each closes for the physician."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.buttons import Press, pack
from bot.dialogs import menu, offers, start
from bot.dialogs.context import Context, Dialog
from bot.dialogs.standings import gaps, open_rules
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
    RuleStanding,
    SaveActivity,
    Say,
    Search,
)

PAGE = 5
"""Results on a page."""


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """The first page of what fits, or what fits when one wish is let go, saying which."""
    picked = _picked(question, context)
    if picked is not None:
        return picked
    values, rows = _page(question, 0, context.next_revision, context)
    return [Remember(question), Say("activity_search.page", values, rows)]


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    question = offers.asked(pressed, "activity_search")
    if question is not None:
        return answer(question, context)
    if pressed.step == "show":
        return _show(pressed, context)
    if pressed.step in ("save", "unsave"):
        saved = pressed.step == "save"
        notice = "activity_search.saved" if saved else "activity_search.unsaved"
        change = SaveActivity(pressed.argument.partition(".")[0], saved)
        return [AcknowledgePress(notice), change, *_show(pressed, context, saved=saved)]
    listed = context.conversation.lists.get(pressed.revision)
    if listed is None:
        return start.outdated(context)
    if pressed.step == "page" and pressed.argument.isdigit():
        values, rows = _page(listed, int(pressed.argument), pressed.revision, context)
        return [Edit("activity_search.page", values, rows)]
    if pressed.step == "without":
        slots = {key: kept for key, kept in listed.slots.items() if key != pressed.argument}
        return _narrowed(replace(listed, slots=slots), context)
    if pressed.step == "free":
        return _narrowed(replace(listed, slots={**listed.slots, "free": True}), context)
    return start.outdated(context)


def _narrowed(question: Question, context: Context) -> Sequence[Effect]:
    values, rows = _page(question, 0, context.next_revision, context)
    return [Remember(question), Edit("activity_search.page", values, rows)]


def _picked(question: Question, context: Context) -> Sequence[Effect] | None:
    """One of the newest list, or another page of it, asked for in words."""
    lists = context.conversation.lists
    if question.act not in ("pick", "next", "previous") or not lists:
        return None
    revision = max(lists)
    listed = lists[revision]
    page = int(question.slots.get("page", 0))
    if question.act == "pick":
        wish = int(question.slots.get("pick", 1))
        found = context.catalog.search(_search(listed, page, context))
        place = len(found.hits) - 1 if wish < 0 else (wish - 1) % PAGE
        if not 0 <= place < len(found.hits):
            return [Say("activity_search.no_such", {"count": len(found.hits)})]
        activity = found.hits[place].activity
        return [Say(*_detail_parts(activity, revision, page, context))]
    turned = max(0, page + (1 if question.act == "next" else -1))
    there = replace(listed, slots={**listed.slots, "page": turned})
    values, rows = _page(there, turned, context.next_revision, context)
    return [Remember(there), Say("activity_search.page", values, rows)]


# ── a page of results ───────────────────────────────────────────────────────────────────────


def _search(question: Question, page: int, context: Context) -> Search:
    slots = question.slots
    open_topics = gaps(open_rules(context))
    codes = slots.get("jurisdictions", ())
    place = codes[0] if codes and slots.get("format") in ("in-person", "live") else None
    return Search(
        today=context.today,
        words=slots.get("words", "") if _said(slots) else slots.get("words", question.text),
        topics=tuple(slots.get("topics", ())),
        specialty=slots.get("specialty"),
        format=slots.get("format"),
        date_from=_date(slots.get("date_from")),
        date_to=_date(slots.get("date_to")),
        city=slots.get("city"),
        state=place,
        free=slots.get("free"),
        min_credits=_decimal(slots.get("min_credits")),
        credit_type=slots.get("credit_type"),
        certifying_board=slots.get("certifying_board"),
        provider=slots.get("provider"),
        order="gaps" if open_topics and not _said(slots) else "match",
        gaps=open_topics,
        limit=PAGE,
        offset=page * PAGE,
    )


def _said(slots: Mapping[str, Any]) -> bool:
    """Whether the question names what it is about, so that its words need not be searched."""
    return any(slots.get(name) for name in ("topics", "specialty", "provider", "certifying_board"))


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _page(
    question: Question, page: int, revision: int, context: Context
) -> tuple[dict[str, Any], Rows]:
    search = _search(question, page, context)
    found = context.catalog.search(search)
    wanting = open_rules(context)
    values = {
        "total": found.total,
        "heard": _heard(question, context),
        "relaxed": found.relaxed,
        "entries": [_entry(hit.activity, wanting) for hit in found.hits],
        "first": page * PAGE + 1,
        "page": page + 1,
        "pages": max(1, -(-found.total // PAGE)),
        "order": search.order,
    }
    return values, _page_buttons(question, found, page, revision)


def _page_buttons(question: Question, found: Found, page: int, revision: int) -> Rows:
    if not found.hits:
        return ((menu.button(),),)
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
    if question.slots.get("free"):
        anyway = pack("activity_search", "without", "free", revision)
        turns.append(Button("activity_search.button.any_price", anyway))
    else:
        free = pack("activity_search", "free", "", revision)
        turns.append(Button("activity_search.button.free", free))
    return (numbers, tuple(turns))


def _turn_to(label: str, page: int, revision: int) -> Button:
    return Button(label, pack("activity_search", "page", str(page), revision))


def _heard(question: Question, context: Context) -> list[str]:
    """What the search was understood as, in the head of the answer so that an error shows."""
    slots = question.slots
    knowledge = context.knowledge
    heard = [knowledge.topic_name(topic) for topic in slots.get("topics", ())]
    heard += [knowledge.jurisdictions[code] for code in slots.get("jurisdictions", ())]
    if specialty := slots.get("specialty"):
        heard.append(knowledge.specialties.get(specialty, specialty))
    if board := slots.get("certifying_board"):
        heard.append(f"{board} points")
    return heard


def _entry(activity: Activity, wanting: Sequence[RuleStanding]) -> dict[str, Any]:
    return {
        "activity": activity,
        "credit": _in_short(activity),
        "closes": _closes(activity, wanting),
    }


def _in_short(activity: Activity) -> str:
    """`1.5 h` or `10 ABIM points`: the first credit that has a figure."""
    for offer in activity.credits:
        if offer.amount is not None:
            amount = f"{offer.amount.normalize():f}"
            points = f"{amount} {offer.board or 'MOC'} points"
            return points if offer.type == "moc" else f"{amount}\u00a0h"
    return ""


def _credit(activity: Activity, context: Context) -> list[str]:
    """`1.5 h AMA PRA Category 1`, or the type alone where the page names no figure."""
    said = []
    for offer in activity.credits:
        name = context.knowledge.credit_types.get(offer.type, offer.type)
        unit = " points" if offer.type == "moc" else "\u00a0h"
        amount = f"{offer.amount.normalize():f}{unit} " if offer.amount is not None else ""
        said.append(f"{amount}{offer.board + ' ' if offer.board else ''}{name}".strip())
    return said


def _closes(activity: Activity, wanting: Sequence[RuleStanding]) -> list[str]:
    """Which open rules it would serve, and how much of each: `1 of 2 h, Medical ethics …`."""
    offered = max(
        (offer.amount for offer in activity.credits if offer.amount and offer.type != "moc"),
        default=None,
    )
    if offered is None:
        return []
    said = []
    for rule in wanting:
        if rule.left and set(rule.topics) & set(activity.topics):
            closed = min(rule.left, offered).normalize()
            said.append(f"{closed:f} of {rule.left.normalize():f}\u00a0h, {rule.title}")
    return said


# ── one activity ────────────────────────────────────────────────────────────────────────────


def _show(pressed: Press, context: Context, *, saved: bool = False) -> Sequence[Effect]:
    """The argument is the activity's id and the page of the list it was on."""
    activity_id, _, page = pressed.argument.partition(".")
    activity = context.catalog.get(activity_id)
    if activity is None:
        return start.outdated(context)
    place = int(page) if page.isdigit() else 0
    return [Edit(*_detail_parts(activity, pressed.revision, place, context, saved=saved))]


def _detail_parts(
    activity: Activity, revision: int, page: int, context: Context, *, saved: bool = False
) -> tuple[str, dict[str, Any], Rows]:
    values = {
        "activity": activity,
        "credit": _credit(activity, context),
        "closes": _closes(activity, open_rules(context)),
        "topics": [context.knowledge.topic_name(topic) for topic in activity.topics],
        "ended": activity.end_date is not None and activity.end_date < context.today,
    }
    step, label = ("unsave", "unsave") if saved else ("save", "save")
    row = [
        Button(
            f"activity_search.button.{label}",
            pack("activity_search", step, f"{activity.id}.{page}", revision),
        )
    ]
    if activity.url:
        row.insert(0, Button("activity_search.button.open_page", url=activity.url))
    rows: list[tuple[Button, ...]] = [tuple(row)]
    if revision in context.conversation.lists:
        rows.append((_turn_to("activity_search.button.back", page, revision),))
    return "activity_search.details", values, tuple(rows)


DIALOG = Dialog(
    "activity_search",
    answer,
    intents=("activity_search", "plan"),
    command="search",
    aliases=("activities", "find"),
    press=press,
)
