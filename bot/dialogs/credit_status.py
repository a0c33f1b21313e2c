"""Where the physician stands, rule by rule, and why; the one missing fact is asked for here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.buttons import LIMIT, Press, pack
from bot.dialogs import hub, menu, offers, standings, start
from bot.dialogs.context import Context, Dialog
from bot.model import (
    AcknowledgePress,
    Button,
    Edit,
    Effect,
    Fact,
    Question,
    Remember,
    Rows,
    RuleStanding,
    Say,
    SetFact,
    Standing,
    State,
)

OPEN_CHARACTERS = 400
"""Of all rules together that stay unfolded; what is short or unknown comes first."""

SIGNS = {
    State.MET: "✓",
    State.NOT_MET: "✗",
    State.NOT_YET_KNOWN: "?",
    State.DOES_NOT_APPLY: "–",
}
CAP_SIGN = "·"
"""A cap asks for nothing, so it gets no tick."""


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """First line the answer, then each rule in one line, the most urgent license first."""
    remember = Remember(question)
    found = _asked(question, context)
    if found and question.act == "why":
        return [remember, _reckoned(found[0], context)]
    if found:
        return [remember, Say("credit_status.standing", *_told(found, question, context))]
    if not context.physician.licenses and not context.physician.certifications:
        offer = offers.ask("requirement", "credit_status.button.rules", question.slots)
        rows = ((offer, menu.button()), (hub.connect_button(),))
        return [remember, Say("credit_status.stranger", {}, rows)]
    return [remember, _not_held(question, context)]


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    question = offers.asked(pressed, "credit_status")
    if question is not None:
        return answer(question, context)
    match pressed.step:
        case "fact":
            return _ask_fact(pressed.argument, context)
        case "yes" | "no" | "forget":
            value = {"yes": True, "no": False, "forget": None}[pressed.step]
            return _given(pressed.argument, value, context)
        case "why":
            return _why(pressed.argument, context)
        case "back":
            question = context.conversation.question or Question("credit_status")
            found = _asked(question, context) or standings.of_licenses(context)
            return [Edit("credit_status.standing", *_told(found, question, context))]
        case _:
            return start.outdated(context)


# ── which standings, and which rules of them ────────────────────────────────────────────────


def _asked(question: Question, context: Context) -> tuple[Standing, ...]:
    slots = question.slots
    topics = slots.get("topics", ())
    if board := slots.get("certifying_board"):
        held = standings.of_certifications(context)
        return tuple(one for one in held if one.board == board)
    if "mate" in topics:
        return tuple(one for one in standings.federal(context) if context.physician.licenses)
    found = standings.of_licenses(context)
    if codes := slots.get("jurisdictions"):
        boards = context.knowledge.boards
        found = tuple(one for one in found if boards[one.board].jurisdiction in codes)
    if topics:
        found = tuple(_about(one, topics, context) for one in found)
        found = tuple(one for one in found if one.rules)
    return found


def _about(one: Standing, topics: Sequence[str], context: Context) -> Standing:
    wanted = {near for topic in topics for near in context.knowledge.related_topics(topic)}
    return replace(one, rules=tuple(rule for rule in one.rules if wanted & set(rule.topics)))


def _not_held(question: Question, context: Context) -> Say:
    knowledge = context.knowledge
    names = [knowledge.jurisdictions[code] for code in question.slots.get("jurisdictions", ())]
    if board := question.slots.get("certifying_board"):
        names.append(board)
    topics = [knowledge.topic_name(topic) for topic in question.slots.get("topics", ())]
    rules = offers.ask("requirement", "credit_status.button.rules", question.slots)
    mine = offers.ask("credit_status", "credit_status.button.mine")
    return Say("credit_status.not_held", {"names": names, "topics": topics}, ((rules, mine),))


# ── telling them ────────────────────────────────────────────────────────────────────────────


def _told(
    found: Sequence[Standing], question: Question, context: Context
) -> tuple[dict[str, Any], Rows]:
    values = {
        "entries": [_entry(one, context, OPEN_CHARACTERS // len(found)) for one in found],
        "copy": hub.copy_values(context),
        "typed_in": sum((one.typed_in for one in found[:1]), Decimal(0)),
        "sources": [_source(one) for one in found],
    }
    return values, _buttons(found, context)


def _entry(one: Standing, context: Context, budget: int) -> dict[str, Any]:
    open_rules = standings.in_state(one, State.NOT_MET)
    unknown = standings.in_state(one, State.NOT_YET_KNOWN)
    settled = standings.in_state(one, State.MET, State.DOES_NOT_APPLY)
    lines = [_line(rule, context) for rule in (*open_rules, *unknown, *settled)]
    room = _fitting(lines, budget)
    last = one.cycle.last_day
    return {
        "name": _name(one, context),
        "verdict": _verdict(one, open_rules, unknown),
        "first_day": one.cycle.first_day,
        "last_day": last,
        "left": (last - context.today).days if last else None,
        "lines": lines[:room],
        "folded": lines[room:],
    }


def _fitting(lines: Sequence[dict[str, Any]], budget: int) -> int:
    """How many lines stay open within a budget of characters, at least one."""
    used = 0
    for place, line in enumerate(lines):
        asked = line["missing"] if line["state"] == State.NOT_YET_KNOWN else ""
        said = sum(len(one["fact"].question) + 16 for one in line["said"])
        used += len(line["title"]) + len(asked) + said + 24
        if used > budget and place:
            return place
    return len(lines)


def _name(one: Standing, context: Context) -> str:
    boards = context.knowledge.boards
    if one.board in boards:
        return f"{boards[one.board].jurisdiction_name} {one.type or ''}".strip()
    return one.board_name


def _verdict(
    one: Standing, open_rules: Sequence[RuleStanding], unknown: Sequence[RuleStanding]
) -> dict[str, Any]:
    total = next((rule for rule in open_rules if rule.id == "total"), None)
    met = [rule for rule in standings.in_state(one, State.MET) if not rule.is_cap]
    return {
        "short": total.left if total else None,
        "unit": total.unit if total else "credits",
        "open": len(open_rules),
        "unknown": len(unknown),
        "met": len(met),
    }


def _line(rule: RuleStanding, context: Context) -> dict[str, Any]:
    knowledge = context.knowledge
    facts = context.physician.profile.facts
    said = [fact for fact in rule.relies_on if knowledge.fact(fact) and fact in facts]
    missing = knowledge.fact(rule.missing_fact) if rule.missing_fact else None
    return {
        "sign": CAP_SIGN if rule.is_cap else SIGNS[rule.state],
        "state": rule.state.value,
        "is_cap": rule.is_cap,
        "title": rule.title.rstrip("."),
        "have": rule.have,
        "need": rule.need,
        "unit": rule.unit,
        "missing": missing.question if missing else "",
        "said": [{"value": _spoken(facts[fact]), "fact": knowledge.fact(fact)} for fact in said],
    }


def _spoken(value: Fact) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _source(one: Standing) -> dict[str, Any]:
    return {
        "name": one.board_name,
        "url": one.source_url,
        "as_of": one.as_of,
        "confidence": one.confidence,
    }


def _buttons(found: Sequence[Standing], context: Context) -> Rows:
    rows: list[tuple[Button, ...]] = []
    facts = [fact for fact in standings.missing_facts(found) if _is_asked(fact, context)]
    if facts:
        data = pack("credit_status", "fact", facts[0])
        rows.append((Button("credit_status.button.fact", data, values=_label(facts[0], context)),))
    topics = [
        topic
        for one in found
        for rule in standings.in_state(one, State.NOT_MET)
        for topic in rule.topics[:1]
    ]
    row = []
    if topics:
        values = {"topic": context.knowledge.topic_name(topics[0]).lower()}
        row.append(
            offers.ask(
                "activity_search",
                "credit_status.button.find",
                {"topics": [topics[0]]},
                values=values,
            )
        )
    if found:
        row.append(Button("credit_status.button.why", pack("credit_status", "why", found[0].board)))
    refresh = hub.refresh_button(context)
    return (*rows, tuple(row), (refresh,) if refresh else ())


def _label(fact: str, context: Context) -> dict[str, Any]:
    word = context.knowledge.fact(fact)
    return {"question": word.question if word else fact}


def _is_asked(fact: str, context: Context) -> bool:
    """Whether buttons can take the answer: yes or no, and short enough for callback data."""
    word = context.knowledge.fact(fact)
    fits = len(f"credit_status:forget:0:{fact}".encode()) <= LIMIT
    return word is not None and word.kind == "yes_no" and fits


# ── the one missing fact ────────────────────────────────────────────────────────────────────


def _ask_fact(name: str, context: Context) -> Sequence[Effect]:
    if not _is_asked(name, context):
        return start.outdated(context)
    about = {"fact": context.knowledge.fact(name), "rule": _rule_title(name, context)}
    yes = Button("credit_status.button.yes", pack("credit_status", "yes", name))
    no = Button("credit_status.button.no", pack("credit_status", "no", name))
    back = Button("credit_status.button.back", pack("credit_status", "back"))
    return [Edit("credit_status.ask", about, ((yes, no), (back,)))]


def _rule_title(name: str, context: Context) -> str:
    """The rule that a fact such as `done:tx-ethics` belongs to; empty for a fact of the person."""
    rule_id = name.partition(":")[2]
    rules = (rule for one in standings.everything(context) for rule in one.rules)
    return next((rule.title for rule in rules if rule_id and rule.id == rule_id), "")


def _given(name: str, value: Fact | None, context: Context) -> Sequence[Effect]:
    """The answer kept, and its effect shown at once in the same message."""
    if context.knowledge.fact(name) is None:
        return start.outdated(context)
    known = {key: kept for key, kept in context.physician.profile.facts.items() if key != name}
    facts = known if value is None else {**known, name: value}
    profile = replace(context.physician.profile, facts=facts)
    after = replace(context, physician=replace(context.physician, profile=profile))
    question = context.conversation.question or Question("credit_status")
    found = _asked(question, after) or standings.of_licenses(after)
    values, rows = _told(found, question, after)
    if value is not None:
        undo = Button("credit_status.button.undo", pack("credit_status", "forget", name))
        rows = (*rows, (undo,))
    notice = "credit_status.forgotten" if value is None else "credit_status.noted"
    return [
        AcknowledgePress(notice),
        SetFact(name, value),
        Edit("credit_status.standing", values, rows),
    ]


# ── how it was worked out ───────────────────────────────────────────────────────────────────


def _why(board: str, context: Context) -> Sequence[Effect]:
    """Exactly the credits counted for each rule, adding up, and those left out with the reason."""
    one = next((item for item in standings.everything(context) if item.board == board), None)
    if one is None:
        return start.outdated(context)
    said = _reckoned(one, context)
    return [Edit(said.key, said.values, said.buttons)]


def _reckoned(one: Standing, context: Context) -> Say:
    values = {
        "name": _name(one, context),
        "first_day": one.cycle.first_day,
        "last_day": one.cycle.last_day,
        "rules": [_reckoning(rule) for rule in one.rules if rule.counted or rule.left_out],
    }
    back = Button("credit_status.button.back", pack("credit_status", "back"))
    return Say("credit_status.why", values, ((back,),))


def _reckoning(rule: RuleStanding) -> dict[str, Any]:
    return {
        "title": rule.title,
        "have": rule.have,
        "need": rule.need,
        "counted": [_credit(item.credit, item.amount) for item in _by_date(rule.counted)],
        "left_out": [
            {**_credit(item.credit, item.amount), "reason": item.reason}
            for item in _by_date(rule.left_out)
        ],
    }


def _by_date(items: Sequence[Any]) -> list[Any]:
    return sorted(items, key=lambda item: (item.credit.completed_on, item.credit.title))


def _credit(credit: Any, amount: Decimal) -> dict[str, Any]:
    day: date = credit.completed_on
    return {
        "title": credit.title,
        "day": day,
        "amount": amount,
        "typed": credit.origin == "typed",
    }


DIALOG = Dialog(
    "credit_status",
    answer,
    intents=("credit_status",),
    command="credits",
    aliases=("status",),
    press=press,
)
