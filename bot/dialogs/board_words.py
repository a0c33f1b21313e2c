"""A board's figures in words: heads, frequencies, conditions, and how sure they are."""

from collections.abc import Sequence
from datetime import date

from bot.dialogs.context import Context
from bot.rules.schema import Board, Condition, Topic
from bot.texts import hours, listed

OLD_MONTHS = 12
"""From this age in months on, a source is said to be old before its figure is given."""

MOST_SPECIALTIES = 4
"""A longer list of specialties is told by its number and first two; the board's note says more."""

_ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}


def head(board: Board, context: Context) -> str:
    """`Texas`, or `Florida (MD board)` where a state has two."""
    name = context.knowledge.jurisdictions[board.jurisdiction]
    if board.jurisdiction in context.knowledge.osteopathic:
        return f"{name} ({board.license_types[0]} board)"
    return name


def years(months: int | None) -> str:
    """`every 2 years`, `every year`, `every 18 months`."""
    if months is None:
        return "each renewal"
    if months % 12:
        return f"every {months} months"
    return "every year" if months == 12 else f"every {months // 12} years"  # noqa: PLR2004


def total(board: Board) -> str:
    """`48 h every 2 years`, or what is known instead."""
    if board.total_hours is None:
        return "the total is not known to me"
    if board.total_hours == 0:
        return "no general CME total"
    return f"{hours(board.total_hours)} {years(board.cycle.credit_window_months)}"


def frequency(topic: Topic, board: Board) -> str:
    match topic.frequency:
        case "once":
            return "once"
        case "first_renewal":
            return "at the first renewal"
        case "every_n_cycles":
            return f"every {_ORDINALS.get(topic.n or 0, f'{topic.n}th')} renewal"
        case "every_n_years":
            return years((topic.n or 0) * 12 or None)
        case _:
            return years(board.cycle.credit_window_months)


def amount(topic: Topic) -> str:
    if topic.hours is not None:
        return hours(topic.hours)
    if topic.courses:
        return "one course" if topic.courses == 1 else f"{topic.courses} courses"
    return "hours not set yet"


def topic_line(topic: Topic, board: Board, context: Context) -> str:
    """`Ethics: 2 h every 2 years, if you …`."""
    condition = conditions(topic.applies_if, context)
    parts = [f"{topic.title}: {amount(topic)} {frequency(topic, board)}"]
    if condition:
        parts.append(condition)
    if not topic.counts_toward_total:
        parts.append("on top of the total")
    if topic.effective_from and topic.effective_from > context.today:
        parts.append(f"from {topic.effective_from:%B} {topic.effective_from.year}")
    return ", ".join(parts)


def verdict(rules: Sequence[Topic], board: Board, context: Context) -> str:
    """The one line that answers a question about a topic."""
    if not rules:
        return "none that I know of"
    for_all = [rule for rule in rules if not rule.applies_if]
    if len(rules) == 1:
        rule = rules[0]
        condition = conditions(rule.applies_if, context)
        tail = f" {condition}" if condition else ""
        return f"{amount(rule)} {frequency(rule, board)}{tail}"
    if for_all:
        return listed([f"{amount(rule)} {frequency(rule, board)}" for rule in for_all])
    return "only for some physicians"


def conditions(tests: Sequence[Condition], context: Context) -> str:
    """All conditions of a rule joined: `if you hold a DEA registration, unless you ...`."""
    holds = [in_words(test, context) for test in tests if test.not_ is None]
    fails = [in_words(test.not_, context) for test in tests if test.not_ is not None]
    parts = [f"if {listed(holds)}"] if holds else []
    return ", ".join([*parts, f"unless {listed(fails, 'or')}"] if fails else parts)


def in_words(test: Condition, context: Context) -> str:
    knowledge = context.knowledge
    if test.any is not None:
        return listed([in_words(part, context) for part in test.any], "or")
    if test.all is not None:
        return listed([in_words(part, context) for part in test.all])
    if test.not_ is not None:
        return f"not ({in_words(test.not_, context)})"
    if test.specialty is not None:
        names = [knowledge.specialties.get(name, name).lower() for name in test.specialty]
        if len(names) > MOST_SPECIALTIES:
            return f"your specialty is one of {len(names)}, such as {names[0]} and {names[1]}"
        return f"your specialty is {listed(names, 'or')}"
    if test.license_type is not None:
        return f"you hold the {test.license_type} license"
    if test.cycle_number is not None:
        return _bounds("this is renewal period", test.cycle_number.at_least, _top(test))
    if test.months_licensed is not None:
        bounds = test.months_licensed
        upper = bounds.under if bounds.under is not None else bounds.at_most
        return _bounds("months since you were licensed:", bounds.at_least, upper)
    if test.issued is not None:
        return _issued(test)
    return knowledge.fact_phrase(test.fact or "")


def _top(test: Condition) -> int | None:
    bounds = test.cycle_number
    if bounds is None:
        return None
    return bounds.at_most if bounds.under is None else bounds.under - 1


def _bounds(what: str, low: int | None, high: int | None) -> str:
    if low is not None and low == high:
        return f"{what} {low}"
    if low is not None and high is not None:
        return f"{what} {low} to {high}"
    return f"{what} {low} or later" if low is not None else f"{what} up to {high}"


def _issued(test: Condition) -> str:
    span = test.issued
    if span is None or (span.from_ is None and span.before is None):
        return "you are licensed"
    if span.before is None and span.from_ is not None:
        return f"you were licensed in or after {span.from_:%B} {span.from_.year}"
    return f"you were licensed before {span.before:%B} {span.before.year}" if span.before else ""


def is_weak(board: Board, today: date) -> str:
    """Why a board's figures should be checked before they are relied on."""
    return weakness(board.as_of, board.confidence, today)


def weakness(as_of: str | None, confidence: str | None, today: date) -> str:
    """`old` or `weak` where a figure should be checked first; empty where it is sound."""
    year, _, month = (as_of or "").partition("-")
    if year.isdigit():
        age = (today.year - int(year)) * 12 + today.month - int(month[:2] or 1)
        if age > OLD_MONTHS:
            return "old"
    return "weak" if confidence == "low" else ""


def split(lines: Sequence[str], budget: int) -> tuple[list[str], list[str]]:
    """Lines that stay open within a budget of characters, and those that are folded."""
    used = 0
    for place, line in enumerate(lines):
        used += len(line) + 3
        if used > budget and place > 0:
            return list(lines[:place]), list(lines[place:])
    return list(lines), []
