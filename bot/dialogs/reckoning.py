"""How a standing was worked out: the credits counted for each rule, and those left out and why."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from bot.buttons import pack
from bot.dialogs import fact_words, standing_words
from bot.dialogs.context import Context
from bot.model import Button, Counted, Credit, LeftOut, Rows, RuleStanding, Say, Standing, State

PAGE_CHARACTERS = 2400
"""What one page holds, well below what Telegram takes; longer reckonings have more pages."""

_FRAME = 40
"""Characters beside a credit's title in its line, about."""

LONGEST_TITLE = 70

MOST_BUTTONS = 4

MOST_UNVERIFIED = 8
"""Credits without a provider's report that one message names."""


def page(one: Standing, place: int, context: Context, following: Standing | None = None) -> Say:
    """One page of the reckoning: exactly the credits counted for each rule, adding up.

    After the last page comes the standing told next, if there is one.
    """
    pages = _pages(_sections(one, context))
    place = min(max(place, 0), len(pages) - 1)
    values = {
        **_head(one, context),
        "sections": pages[place],
        "page": place + 1,
        "pages": len(pages),
        "left_out": len(_all_left_out(one)),
        "source": standing_words.source(one, context),
    }
    turns = _turns(one, "why", place, len(pages))
    if following is not None and place + 1 == len(pages):
        data = pack("credit_status", "why", following.board)
        name = {"name": standing_words.name(following, context)}
        turns.append(Button("credit_status.button.following", data, values=name))
    ways: list[Button] = []
    if values["left_out"]:
        ways.append(
            Button("credit_status.button.left_out", pack("credit_status", "left", one.board))
        )
    if has_answers(one, context):
        ways.append(answers_button(one))
    return Say("credit_status.why", values, _rows(turns, ways))


def left_out(one: Standing, place: int, context: Context) -> Say:
    """The credits that do not count, each with its reason in words, the newest first."""
    lines = [_left_line(item, rules, one) for item, rules in _all_left_out(one)]
    pages = _pages([{"title": "", "figures": "", "lines": lines}])
    place = min(max(place, 0), len(pages) - 1)
    values = {
        **_head(one, context),
        "count": len(lines),
        "lines": [line for section in pages[place] for line in section["lines"]],
        "page": place + 1,
        "pages": len(pages),
    }
    why = Button("credit_status.button.why", pack("credit_status", "why", one.board))
    turns = _turns(one, "left", place, len(pages))
    return Say("credit_status.left_out", values, _rows(turns, [why]))


def split(found: Sequence[Standing], context: Context) -> Say:
    """What was reported and what was typed in, of each total; the latter credit by credit."""
    totals = [(one, one.rules[0]) for one in found if one.rules]
    counted = {
        id_of(item.credit): item
        for _, rule in totals
        for item in rule.counted
        if item.credit.origin != "hub"
    }
    lines = [_line(item) for item in _by_date(list(counted.values()))]
    values = {
        "entries": [
            {
                "name": standing_words.name(one, context),
                "origins": standing_words.origins(rule, ""),
            }
            for one, rule in totals
        ],
        "lines": lines[-MOST_UNVERIFIED:],
        "more": max(0, len(lines) - MOST_UNVERIFIED),
    }
    back = Button("credit_status.button.back", pack("credit_status", "back"))
    return Say("credit_status.split", values, ((back,),))


def _head(one: Standing, context: Context) -> dict[str, Any]:
    return {
        "verdict": standing_words.verdict(one, context),
        "name": standing_words.name(one, context),
        "first_day": one.cycle.first_day,
        "last_day": one.cycle.last_day,
    }


def _turns(one: Standing, step: str, place: int, pages: int) -> list[Button]:
    return [
        Button(f"credit_status.button.{label}", pack("credit_status", step, f"{one.board},{to}"))
        for label, to, there in (
            ("previous", place - 1, place > 0),
            ("next", place + 1, place + 1 < pages),
        )
        if there
    ]


def _rows(turns: Sequence[Button], ways: Sequence[Button]) -> Rows:
    """At most four buttons: the turns, as many ways on as have room, and the way back."""
    back = Button("credit_status.button.back", pack("credit_status", "back"))
    room = MOST_BUTTONS - 1 - len(turns)
    rows = [tuple(turns), *((button,) for button in ways[:room]), (back,)]
    return tuple(row for row in rows if row)


# ── what the rules rest on ──────────────────────────────────────────────────────────────────


def answers_of(one: Standing, context: Context) -> list[str]:
    """The facts that rules of a standing rest on and the physician can change."""
    found = (
        name
        for rule in sorted(one.rules, key=lambda rule: rule.state is not State.DOES_NOT_APPLY)
        for name in fact_words.relied_on(rule, one, context)
    )
    return list(dict.fromkeys(found))


def has_answers(one: Standing, context: Context) -> bool:
    return bool(answers_of(one, context))


def answers_button(one: Standing) -> Button:
    return Button("credit_status.button.answers", pack("credit_status", "answers", one.board))


# ── sections and pages ──────────────────────────────────────────────────────────────────────


def _sections(one: Standing, context: Context) -> list[dict[str, Any]]:
    told = []
    for rule in one.rules:
        line = standing_words.line(rule, one, context)
        told.append(
            {
                **line,
                "title": _cut(rule.title.rstrip("."), 160),
                "sum": sum((item.amount for item in rule.counted), start=rule.have * 0),
                "unit": rule.unit,
                "lines": _counted(rule),
                "part": 1,
                "window": _window(rule, one),
            }
        )
    return told


def _counted(rule: RuleStanding) -> list[dict[str, Any]]:
    """The credits of a rule, the earliest first; one that does not apply needs none."""
    if rule.state is State.DOES_NOT_APPLY:
        return []
    return [_line(item) for item in _by_date(rule.counted)]


def _window(rule: RuleStanding, one: Standing) -> tuple[date, date] | None:
    """The days on which credits serve this rule, where they are not the cycle's own."""
    window = rule.window
    if window is None or window.first_day is None or window.last_day is None:
        return None
    if (window.first_day, window.last_day) == (one.cycle.first_day, one.cycle.last_day):
        return None
    return window.first_day, window.last_day


def _pages(sections: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Sections spread over pages; a long one goes on, by its title, on the next."""
    pages: list[list[dict[str, Any]]] = [[]]
    used = 0
    for section in sections:
        size = len(section["title"]) + 80
        if used and used + size > PAGE_CHARACTERS:
            pages.append([])
            used = 0
        used += size
        current = {**section, "lines": [], "last": True}
        pages[-1].append(current)
        for line in section["lines"]:
            length = (
                len(line["title"]) + _FRAME + len(line.get("rules", ()) and "".join(line["rules"]))
            )
            if used + length > PAGE_CHARACTERS:
                current["last"] = False
                part = current.get("part", 1) + 1
                current = {**section, "lines": [], "part": part, "last": True}
                pages.append([current])
                used = size
            current["lines"].append(line)
            used += length
    return pages


def _by_date(items: Sequence[Counted] | Sequence[LeftOut]) -> list[Any]:
    return sorted(items, key=lambda item: (item.credit.completed_on, item.credit.title))


def _line(item: Counted | LeftOut) -> dict[str, Any]:
    credit = item.credit
    return {
        "title": _cut(credit.title, LONGEST_TITLE),
        "day": credit.completed_on,
        "amount": item.amount,
        "whole": credit.amount,
        "origin": credit.origin,
        "points": credit.board or "" if credit.type == "moc" else "",
    }


def _cut(title: str, longest: int) -> str:
    return title if len(title) <= longest else f"{title[: longest - 1].rstrip()}…"


def _left_line(item: LeftOut, rules: Sequence[RuleStanding], one: Standing) -> dict[str, Any]:
    whole = rules[0].id == "total" or rules[0] is one.rules[0]
    return {
        **_line(item),
        "reason": item.reason,
        "type": item.credit.type,
        "side": _side(item.credit, rules[0], one),
        "rules": [] if whole else [standing_words.shortened(rule.title) for rule in rules[:2]],
    }


def _side(credit: Credit, rule: RuleStanding, one: Standing) -> str:
    """Whether a credit outside the period lies before or after it."""
    window = rule.window or one.cycle
    if window.first_day is not None and credit.completed_on < window.first_day:
        return "before"
    return "after" if window.last_day and credit.completed_on > window.last_day else ""


def _all_left_out(one: Standing) -> list[tuple[LeftOut, list[RuleStanding]]]:
    """Every credit that is left out somewhere, once for each reason, with the rules it misses.

    What is left out of the total is told with that reason alone; a rule that does not apply has
    nothing to leave out.
    """
    found: dict[tuple[int, str], tuple[LeftOut, list[RuleStanding]]] = {}
    from_total: set[int] = set()
    for rule in one.rules:
        if rule.state is State.DOES_NOT_APPLY:
            continue
        for item in rule.left_out:
            key = (id_of(item.credit), item.reason)
            if key in found:
                found[key][1].append(rule)
            elif id_of(item.credit) not in from_total:
                found[key] = (item, [rule])
        if rule.id == "total":
            from_total = {id_of(item.credit) for item in rule.left_out}
    return sorted(found.values(), key=lambda pair: pair[0].credit.completed_on, reverse=True)


def id_of(credit: Credit) -> int:
    """What tells credits apart: the row number, or all there is where they have none."""
    if credit.id is not None:
        return credit.id
    return hash((credit.title, credit.completed_on, credit.type, credit.amount))
