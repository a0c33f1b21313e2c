"""What to take to finish: a short ranked list, what each closes, the sums, and what remains."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.buttons import Press, pack
from bot.dialogs import credit_status, menu, offers, standing_words, standings
from bot.dialogs.context import Context, Dialog
from bot.dialogs.knowledge import folded
from bot.dialogs.plan_choice import Closed, Step, Wishes, choose
from bot.model import (
    Button,
    Edit,
    Effect,
    Question,
    Remember,
    Rows,
    RuleStanding,
    Say,
    Standing,
    State,
)

_CHEAP = re.compile(r"\b(?:cheap\w*|least expensive|low cost|budget|affordable|least money)\b")
_FAST = re.compile(r"\b(?:fast\w*|quick\w*|soon\w*|short\w*|fewest|fewer|least number)\b")
_FREE = re.compile(r"\b(?:free|no cost|without paying)\b")
_ONLINE = re.compile(r"\b(?:online|from home|without travel\w*|web|on demand)\b")
_BUDGET = re.compile(
    r"(?:under|below|less than|at most|max|up to|within|for) \$ ?(\d{1,5})\b"
    r"|(?:under|below|less than) (\d{1,5})(?: dollars| bucks| usd|$)"
)
_ANY_PRICE = re.compile(r"\b(?:any price|paid (?:is )?(?:ok|fine|too))\b")
_MOST_WORDS = 8

MOST_CLOSED = 3


def rereads(question: Question, context: Context) -> Question | None:
    """The plan again with a wish said right after it: "cheaper", "only online", "fewer"."""
    before = context.conversation.question
    if before is None or before.intent != "plan" or question.intent == "plan":
        return None
    words = folded(question.text)
    wishes = (_CHEAP, _FAST, _FREE, _ONLINE, _ANY_PRICE)
    wished = any(wish.search(words) for wish in wishes) or _budget(question.text) is not None
    if len(words.split()) > _MOST_WORDS or not wished:
        return None
    if question.slots.get("topics") or question.slots.get("provider"):
        return None
    return replace(
        before,
        text=question.text,
        confidence=1.0,
        act=None,
        slots=_wished(before.slots, question.text),
    )


def _budget(text: str) -> int | None:
    """The most that the courses may cost, in dollars."""
    found = _BUDGET.search(text.casefold())
    return int(found[1] or found[2]) if found else None


def _wished(slots: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The slots with what the words wish for: `aspect` is the order, fastest or cheapest."""
    wished = dict(slots)
    words = folded(text)
    if (budget := _budget(text)) is not None:
        wished["budget"] = budget
    if _CHEAP.search(words):
        wished["aspect"] = "cheapest"
    elif _FAST.search(words):
        wished["aspect"] = "fastest"
    if _FREE.search(words):
        wished["free"] = True
    if _ANY_PRICE.search(words):
        wished.pop("free", None)
        wished.pop("budget", None)
    if _ONLINE.search(words):
        wished["format"] = "online"
    return wished


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """The plan, or why there is none: nothing is open, or no license is known."""
    question = replace(question, intent="plan", slots=_wished(question.slots, question.text))
    said = _plan(question, context)
    return [Remember(question), said]


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    question = offers.asked(pressed, "plan")
    if question is None:
        return answer(Question("plan"), context)
    said = _plan(question, context)
    return [Remember(question), Edit(said.key, said.values, said.buttons)]


def _plan(question: Question, context: Context) -> Say:
    focus = _focus(question, context)
    if not focus:
        return _no_license(question, context)
    unmet = [one for one in focus if standings.in_state(one, State.NOT_MET)]
    if not unmet:
        return _nothing_open(focus, context)
    boards = frozenset(one.board for one in unmet)
    slots = question.slots
    wishes = Wishes(
        cheapest=slots.get("aspect") == "cheapest",
        free=bool(slots.get("free")),
        format=slots.get("format"),
        budget=Decimal(slots["budget"]) if slots.get("budget") is not None else None,
    )
    steps, later = choose(boards, wishes, context)
    left = {one.board: one for one in standings.everything(later)}
    values = {
        "steps": [_entry(step, left, context) for step in steps],
        "hours": sum((step.hours for step in steps), Decimal(0)),
        "cost": _cost(steps),
        "was": [standing_words.verdict(one, context) for one in unmet],
        "then": [standing_words.verdict(left[one.board], later) for one in unmet],
        "sums": [_sums(one, left[one.board], context) for one in unmet],
        "remains": [_remains(left[one.board], later) for one in unmet],
        "wishes": wishes,
        "unknown": sum(
            len(standings.in_state(left[one.board], State.NOT_YET_KNOWN)) for one in focus
        ),
        "ended": [
            {"name": standing_words.name(one, context), "day": one.cycle.last_day}
            for one in unmet
            if one.cycle.last_day is not None and one.cycle.last_day < context.today
        ],
    }
    return Say("study_plan.plan", values, _buttons(question, steps, focus, context))


def _focus(question: Question, context: Context) -> tuple[Standing, ...]:
    """The standings to finish: those named, else of every license and of federal law."""
    slots = question.slots
    if slots.get("jurisdictions") or slots.get("certifying_board"):
        named = {key: slots[key] for key in ("jurisdictions", "certifying_board") if slots.get(key)}
        return standings.asked(Question("plan", named), context)
    if not context.physician.licenses:
        return standings.all_of(context).certifications
    return tuple(one for one in standings.everything(context) if one.holder != "certification")


# ── no plan ─────────────────────────────────────────────────────────────────────────────────


def _no_license(question: Question, context: Context) -> Say:
    codes = question.slots.get("jurisdictions", ())
    states = [context.knowledge.jurisdictions[code] for code in codes]
    add = Button("credit_status.button.add", pack("licenses", "add"))
    rules = offers.ask("requirement", "credit_status.button.rules", question.slots)
    find = offers.ask("activity_search", "credit_status.button.find_any")
    values = {"states": states, "holds": bool(context.physician.licenses)}
    return Say("study_plan.no_license", values, ((add, rules), (find, menu.button())))


def _nothing_open(focus: Sequence[Standing], context: Context) -> Say:
    verdicts = [standing_words.verdict(one, context) for one in focus]
    rows = [(button,) for button in credit_status.fact_button(focus, context)]
    rows.append((offers.ask("credit_status", "credit_status.button.open"),))
    return Say("study_plan.nothing_open", {"verdicts": verdicts[:4]}, tuple(rows))


# ── one activity, the sums, what remains ────────────────────────────────────────────────────


def _entry(step: Step, left: Mapping[str, Standing], context: Context) -> dict[str, Any]:
    topics = [one for one in step.closes if one.rule.topics]
    totals = [one for one in step.closes if one.rule.id == "total" and not one.rule.topics]
    names = {board: standing_words.name(one, context) for board, one in left.items()}
    return {
        "activity": step.activity,
        "hours": step.hours,
        "closes": [
            {
                "name": names[one.board],
                "title": standing_words.shortened(one.rule.title),
                **_of(one),
            }
            for one in topics[:MOST_CLOSED]
        ],
        "totals": [{"name": names[one.board], **_of(one)} for one in totals],
    }


def _of(one: Closed) -> dict[str, str]:
    unit = one.rule.unit
    return {
        "closed": f"{one.closed.normalize():f}"
        if one.rule.topics
        else standing_words.amount(one.closed, unit),
        "of": standing_words.amount(one.closed + one.left, unit),
    }


def _cost(steps: Sequence[Step]) -> dict[str, Any]:
    """The price of all together, and of how many no price is given."""
    known = [step.activity.fee_usd for step in steps if step.activity.fee_usd is not None]
    return {"sum": sum(known, Decimal(0)), "unknown": len(steps) - len(known)}


def _sums(before: Standing, later: Standing, context: Context) -> dict[str, Any]:
    """`Total 42 + 6 = 48 of 48 h`, for each rule that the plan brings nearer."""
    old = {rule.id: rule for rule in before.rules}
    lines = [
        {
            "title": standing_words.shortened(rule.title),
            "have": old[rule.id].have,
            "more": rule.have - old[rule.id].have,
            "then": rule.have,
            "need": standing_words.amount(rule.need, rule.unit),
        }
        for rule in later.rules
        if rule.need and not rule.is_cap and _is_nearer(old.get(rule.id), rule)
    ]
    return {"name": standing_words.name(later, context), "lines": lines}


def _is_nearer(old: RuleStanding | None, new: RuleStanding) -> bool:
    return old is not None and old.state is State.NOT_MET and new.have > old.have


def _remains(one: Standing, context: Context) -> dict[str, Any]:
    """What the plan leaves open, by name and amount."""
    rules = standings.in_state(one, State.NOT_MET)
    return {
        "name": standing_words.name(one, context),
        "rules": [
            {
                "title": standing_words.shortened(rule.title),
                "left": standing_words.amount(rule.left, rule.unit) if rule.left else "",
            }
            for rule in rules
        ],
    }


# ── buttons ─────────────────────────────────────────────────────────────────────────────────


def _buttons(
    question: Question, steps: Sequence[Step], focus: Sequence[Standing], context: Context
) -> Rows:
    numbers = tuple(
        Button(
            str(place),
            pack("activity_search", "show", f"{step.activity.id}.0", context.next_revision),
            literal=True,
        )
        for place, step in enumerate(steps, 1)
    )
    slots = question.slots
    if not steps and not (slots.get("free") or slots.get("format")):
        find = offers.ask("activity_search", "credit_status.button.find_any", slots)
        return ((find,), (offers.ask("credit_status", "credit_status.button.open"),))
    turns = []
    if slots.get("free") or slots.get("budget"):
        turns.append(_other("any_price", {**slots, "free": None, "budget": None}))
    else:
        turns.append(_other("free", {**slots, "free": True}))
    if slots.get("format"):
        turns.append(_other("any_format", {**slots, "format": None}))
    else:
        turns.append(_other("online", {**slots, "format": "online"}))
    rows = [row for row in (numbers, tuple(turns)) if row]
    rows += [(button,) for button in credit_status.fact_button(focus, context)]
    return tuple(rows)


def _other(label: str, slots: Mapping[str, Any]) -> Button:
    return offers.ask("study_plan", f"study_plan.button.{label}", slots, intent="plan")


DIALOG = Dialog(
    "study_plan",
    answer,
    intents=("plan",),
    command="plan",
    listed=False,
    press=press,
    rereads=rereads,
)
