"""How a standing is told: its verdict, a line for each rule, its sources."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from bot.dialogs import board_words, fact_words, hub, standings
from bot.dialogs.context import Context
from bot.model import Question, RuleStanding, Standing, State

OPEN_CHARACTERS = 700
"""What stays unfolded of a whole answer, so that it fits a phone's screen."""

FOLDED_CHARACTERS = 2600
"""What one answer folds away at most; Telegram takes 4,096 characters in all."""

MOST_HEADS = 4
"""Verdicts that stay open where many licenses are held."""

MOST_VERDICTS = 12
"""Licenses told in one message; of more, the number is said."""

MOST_DETAILED = 2
"""From three licenses on the rules are folded, and only the verdicts stay open."""

LONGEST_TITLE = 64

MOST_REASONS = 2

JOINED = 2
"""Rules that share a line where one answer settles them."""

SIGNS = {
    State.MET: "✓",
    State.NOT_MET: "✗",
    State.NOT_YET_KNOWN: "?",
    State.DOES_NOT_APPLY: "–",
}
_CLAUSE = re.compile(r"[.;] |, (?:as|by) ")
CAP_SIGN = "·"
"""A cap asks for nothing, so it gets no tick."""

ZERO = Decimal(0)

_UNIT_OF_ONE = {"courses": "course", "points": "point", "credits": "h"}
_LINE_WORDS = 22
"""Characters that a rule's line has beside its title and what is asked, about."""


def amount(value: Decimal, unit: str) -> str:
    """`2 h`, `1 course`, `77 points`, with a space that does not break."""
    figure = f"{value.normalize():f}"
    if unit == "credits":
        return f"{figure}\u00a0h"
    return f"{figure}\u00a0{_UNIT_OF_ONE.get(unit, unit) if value == 1 else unit}"


def name(one: Standing, context: Context) -> str:
    """`Texas MD`; a certificate and a federal duty by their own names."""
    boards = context.knowledge.boards
    if one.board in boards:
        return f"{boards[one.board].jurisdiction_name} {one.type or ''}".strip()
    if one.board == "dea":
        return "DEA registration"
    return one.board if one.holder == "certification" else one.board_name


def verdict(one: Standing, context: Context) -> dict[str, Any]:
    """The figures of the one line that answers where somebody stands."""
    unmet = standings.in_state(one, State.NOT_MET)
    unknown = standings.in_state(one, State.NOT_YET_KNOWN)
    total = next((rule for rule in unmet if rule.id == "total"), None)
    if total is None and one.holder == "certification" and unmet:
        total = unmet[0]
    asked = [rule for rule in unknown if fact_words.missing_of(rule, one, context)]
    applying = [
        rule for rule in one.rules if rule.state is not State.DOES_NOT_APPLY and not rule.is_cap
    ]
    last = one.cycle.last_day
    about = _part_of(one)
    if about and len(unmet) == 1:
        total = unmet[0]
    return {
        "name": f"{name(one, context)}{about}",
        "weak": board_words.weakness(one.as_of, one.confidence, context.today),
        "as_of": one.as_of,
        "short": amount(total.left, total.unit) if total and total.left else "",
        "open": len(unmet),
        "unknown": len(asked),
        "unpublished": len(unknown) - len(asked),
        "met": sum(rule.state is State.MET for rule in applying),
        "applying": len(applying),
        "duty": one.board,
        "partial": bool(about),
        "last_day": last,
        "left": (last - context.today).days if last else None,
        "needs_date": last is None and one.cycle.missing_fact is not None,
    }


def _part_of(one: Standing) -> str:
    """What a standing is cut down to, where a question was about some of its rules only."""
    if one.holder != "license" or any(rule.id == "total" for rule in one.rules):
        return ""
    if len(one.rules) == 1:
        title = shortened(one.rules[0].title)
        return f", {title[0].lower()}{title[1:]}"
    return ", rules on this topic"


def line(rule: RuleStanding, one: Standing, context: Context) -> dict[str, Any]:
    """One rule in one line."""
    name_ = fact_words.missing_of(rule, one, context)
    asked = fact_words.asking(name_, context) if name_ else None
    guessed = sum(
        (
            item.amount
            for item in rule.left_out
            if item.reason == "topic_not_confirmed"
            and not set(item.credit.inferred).isdisjoint(rule.topics)
        ),
        Decimal(0),
    )
    return {
        "sign": CAP_SIGN if rule.is_cap else SIGNS[rule.state],
        "state": rule.state.value,
        "is_cap": rule.is_cap,
        "title": shortened(rule.title),
        "have": rule.have,
        "need": rule.need,
        "figures": _figures(rule),
        "needs": amount(rule.need, rule.unit) if rule.need else "",
        "left": amount(rule.left, rule.unit) if rule.left else "",
        "asks": asked.question if asked else "",
        "unpublished": rule.missing_fact == standings.UNPUBLISHED,
        "because": because(rule, one, context),
        "guessed": guessed,
    }


def _figures(rule: RuleStanding) -> str:
    if rule.need is None:
        return amount(rule.have, rule.unit)
    if rule.is_cap:
        return f"{rule.have.normalize():f}"
    return f"{rule.have.normalize():f} of {amount(rule.need, rule.unit)}"


def shortened(title: str) -> str:
    """A rule's title on one line of a phone; the whole one stands in the reckoning."""
    whole = title.rstrip(".")
    if len(whole) <= LONGEST_TITLE:
        return whole
    first = _CLAUSE.split(whole, maxsplit=1)[0]
    if len(first) <= LONGEST_TITLE:
        return first
    return f"{first[:LONGEST_TITLE].rsplit(' ', 1)[0].rstrip(',;:.')} …"


def because(rule: RuleStanding, one: Standing, context: Context) -> list[dict[str, str]]:
    """What "does not apply" (or "met" without the hours) was read from, as it was said."""
    rests_on_words = rule.state is State.MET and rule.need is not None and rule.have < rule.need
    if rule.state is not State.DOES_NOT_APPLY and not (rests_on_words and not rule.is_cap):
        return []
    said = []
    for fact in fact_words.relied_on(rule, one, context):
        value = fact_words.known(fact, context)
        asked = fact_words.asking(fact, context)
        if value is not None and asked is not None:
            words = fact_words.spoken(fact, value, context)
            said.append({"fact": asked.word.id, "value": words, "question": asked.question})
    if not said and "license_type" in rule.relies_on:
        said.append({"fact": "license_type", "value": one.type or "", "question": ""})
    if not said and not standings.is_in_force(rule, one, context):
        said.append({"fact": "not_in_force", "value": "", "question": ""})
    return said[:MOST_REASONS]


# ── a whole answer ──────────────────────────────────────────────────────────────────────────


def told(found: Sequence[Standing], question: Question, context: Context) -> dict[str, Any]:
    """The values of a whole answer: verdicts, rules as far as they stay open, what is folded."""
    verdicts = [verdict(one, context) for one in found]
    split = _origins(found, context)
    budget = OPEN_CHARACTERS - _footer_length(split)
    budget -= sum(_verdict_length(one) for one in verdicts[:MOST_HEADS])
    detailed = len(found) <= MOST_DETAILED
    entries = [
        _entry(one, context, budget // len(found) if detailed else 0) for one in found[:MOST_HEADS]
    ]
    return {
        "verdicts": verdicts[:MOST_HEADS],
        "more": verdicts[MOST_HEADS:MOST_VERDICTS],
        "untold": max(0, len(verdicts) - MOST_VERDICTS),
        "counts": "complian" in question.text.casefold(),
        "entries": _within_telegram(entries, FOLDED_CHARACTERS - 120 * len(verdicts[MOST_HEADS:])),
        "origins": split,
        "synced_at": _local(context.physician.synced_at, context),
        "copy": hub.copy_values(context),
        "today": context.today,
        "linked": context.physician.linked,
        "sources": [source(one, context) for one in found[:MOST_HEADS]],
    }


def _verdict_length(one: Mapping[str, Any]) -> int:
    """About how many characters a verdict takes, the name and days over its rules included."""
    parts = (
        (one["weak"], 52),
        (one["unknown"], 31),
        (one["unpublished"], 28),
        (one["last_day"], 52 + 44 + len(one["name"])),
        (not one["short"], 40),
    )
    return len(one["name"]) + 12 + sum(length for part, length in parts if part)


def _footer_length(split: Mapping[str, Any]) -> int:
    """About how many characters the figures by origin and the last sync take."""
    parts = ((split["hub"], 42), (split["transcript"], 38), (split["typed"], 39))
    told_of = sum(length for part, length in parts if part)
    return 72 + len(split["name"]) + told_of


def _entry(one: Standing, context: Context, budget: int) -> dict[str, Any]:
    states = (State.NOT_MET, State.NOT_YET_KNOWN, State.MET, State.DOES_NOT_APPLY)
    ordered = [rule for state in states for rule in standings.in_state(one, state)]
    ordered.sort(key=lambda rule: rule.is_cap)
    lines = _joined([line(rule, one, context) for rule in ordered])
    room = _fitting(lines, budget)
    return {
        "name": name(one, context),
        "first_day": one.cycle.first_day,
        "last_day": one.cycle.last_day,
        "lines": lines[:room],
        "folded": lines[room:],
    }


def _joined(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two rules that wait for the same answer on one line; of more, only the first asks for it."""
    told_: list[dict[str, Any]] = []
    for asks, group in groupby(lines, key=lambda each: each["asks"]):
        same = list(group)
        if asks and len(same) == JOINED:
            title = f"{_with_need(same[0])}; {_with_need(same[1])}"
            told_.append({**same[0], "title": title, "figures": ""})
        elif asks:
            told_ += [same[0], *({**each, "asks": ""} for each in same[1:])]
        else:
            told_ += same
    return told_


def _with_need(each: Mapping[str, Any]) -> str:
    return f"{each['title']}, {each['needs']}" if each["needs"] else str(each["title"])


def _fitting(lines: Sequence[Mapping[str, Any]], budget: int) -> int:
    """How many lines stay open within a budget of characters; of a single license at least one."""
    used = 0
    for place, each in enumerate(lines):
        used += _length(each)
        if used > budget and (place or budget <= 0):
            return place
    return len(lines)


def _length(each: Mapping[str, Any]) -> int:
    said = sum(len(one["question"]) + 22 for one in each["because"])
    return len(each["title"]) + len(each["asks"]) + said + len(each["left"]) + _LINE_WORDS


def _within_telegram(entries: Sequence[dict[str, Any]], room: int) -> list[dict[str, Any]]:
    """What is folded cut to what one message holds; the number of rules left away is said."""
    kept = []
    for entry in entries:
        lines = []
        for each in entry["folded"]:
            room -= _length(each)
            if room > 0:
                lines.append(each)
        kept.append({**entry, "folded": lines, "cut": len(entry["folded"]) - len(lines)})
    return kept


def _origins(found: Sequence[Standing], context: Context) -> dict[str, Any]:
    """The first license's total by origin."""
    totals = [one for one in found if one.rules and one.rules[0].id == "total"]
    if not totals:
        return {"of": "", "name": "", "hub": ZERO, "transcript": ZERO, "typed": ZERO}
    named = name(totals[0], context) if len(found) > 1 else ""
    return {"of": totals[0].board, **origins(totals[0].rules[0], named)}


def origins(rule: RuleStanding, named: str) -> dict[str, Any]:
    """A rule's credits by origin; only what the hub reported is called verified."""
    amounts = {"hub": ZERO, "transcript": ZERO, "typed": ZERO}
    for item in rule.counted:
        amounts[item.credit.origin] += item.amount
    return {"name": named, "unit": rule.unit, **amounts}


def _local(instant: datetime | None, context: Context) -> datetime | None:
    return instant.astimezone(context.now.tzinfo) if instant else None


def source(one: Standing, context: Context) -> dict[str, Any]:
    """Where a standing's figures are from, of which month, and how sure they are."""
    return {
        "name": one.board_name,
        "url": one.source_url,
        "as_of": one.as_of,
        "confidence": one.confidence,
        "weak": board_words.weakness(one.as_of, one.confidence, context.today),
    }
