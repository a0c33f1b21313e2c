"""What would be, if: a license more, hours taken, another answer. Nothing is stored by asking."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.buttons import Press, pack
from bot.dialogs import (
    board_words,
    credit_status,
    fact_words,
    holdings,
    offers,
    standing_words,
    standings,
    start,
)
from bot.dialogs.afterwards import after
from bot.dialogs.context import Context, Dialog
from bot.dialogs.differences import differences
from bot.dialogs.knowledge import folded
from bot.dialogs.said_facts import said_facts
from bot.model import (
    AddCredit,
    Button,
    Certification,
    Change,
    Credit,
    Edit,
    Effect,
    KeepCertification,
    KeepLicense,
    License,
    Question,
    Remember,
    RemoveLicense,
    Rows,
    Say,
    SetFact,
    Standing,
    State,
)
from bot.understanding.dates import read_date

_SUPPOSING = re.compile(
    r"\bwhat (?:if|would (?:change|happen|be|i))\b|\bif i (?:add|get|got|had|have|take|took|do|did"
    r"|drop|dropped|stop|stopped|quit|become|became|complete|finish|moved?|gave|give|let|were)\b"
    r"|\b(?:suppose|supposing|assuming|imagine|hypothetically|were to)\b"
)
_NOT_SUPPOSING = re.compile(
    r"\bif i (?:have a question|do not|dont|did not|didnt|miss|forget|fail)\b|\bwhat happens if\b"
    r"|\bwhat if i (?:miss|forget|fail|dont|am late)\b"
)
_TAKING = re.compile(
    r"\b(?:take|took|taking|do|did|doing|complete|completed|finish|finished|earn|earned|attend"
    r"|attended|get|got|had)\b"
)
_DROPPING = re.compile(r"\b(?:drop|dropped|lose|lost|give up|gave up|let|surrender|remove)\b")
_AMOUNT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)[ -]?(?:h|hr|hrs|hours?|credits?|cme|more)\b")
_POINTS = re.compile(r"(\d{1,3}) (?:\w+ )?points?\b")

_NO_DEA = re.compile(
    r"\b(?:let|drop|dropped|lose|lost|give up|gave up|surrender|without|stop)\b.{0,12}\bdea\b"
)

QUARTER = Decimal("0.25")
MOST_STATES = 2
OPEN_LINES = 4
MOST_ASKED = 3


def rereads(question: Question, context: Context) -> Question | None:
    """A message that supposes something of which the effect can be worked out."""
    words = folded(question.text)
    if not _SUPPOSING.search(words) or _NOT_SUPPOSING.search(words):
        return None
    mine = replace(question, intent="what_if", confidence=1.0, act=None)
    supposed = (
        question.slots.get("jurisdictions")
        or question.slots.get("certifying_board")
        or _taken(mine, context)
        or _other_facts(question.text)
    )
    return mine if supposed else None


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """What would be asked, and what would change; every answer says that nothing is stored."""
    words = folded(question.text)
    codes = question.slots.get("jurisdictions", ())
    remember = Remember(_as_status(question))
    if _DROPPING.search(words) and codes:
        return [remember, _dropped(codes, context)]
    if credits_ := _taken(question, context):
        return [remember, _credits_taken(credits_, question, context)]
    if codes:
        return [remember, *_licensed(question, context)]
    board = question.slots.get("certifying_board")
    if board and holdings.held_certification(board, context) is None:
        return [remember, _certified(board, context)]
    if facts := _other_facts(question.text):
        return [remember, _other_answers(facts, context)]
    return credit_status.answer(question, context)


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    """`note` keeps answers that were only supposed; `certificate` a certificate."""
    if pressed.step == "certificate" and pressed.argument in context.knowledge.certifying_boards:
        part = holdings.certification_part(pressed.argument, None, context)
        undo = Button("licenses.button.undo", pack("licenses", "undo", part.undo))
        rows: Rows = ((undo,), (credit_status.button_back(),)) if part.undo else ()
        return [*part.changes, Edit("licenses.noted", {"lines": [part.line], "entries": []}, rows)]
    if pressed.step != "note":
        return start.outdated(context)
    pairs = [part.partition("=") for part in pressed.argument.split(",")]
    values = {name: fact_words.read_back(name, text, context) for name, _, text in pairs}
    if not all(name in context.knowledge.facts for name in values):
        return start.outdated(context)
    before = context.physician.profile.facts
    changes = tuple(SetFact(name, value) for name, value in values.items())
    back = ",".join(f"{name}={fact_words.written(before.get(name))}" for name in values)
    rows = (
        (Button("what_if.button.undo", pack("what_if", "note", back)), credit_status.button_back()),
    )
    told = {"entries": differences(context, after(changes, context))[:4]}
    return [*changes, Edit("what_if.noted", told, rows)]


def _as_status(question: Question) -> Question:
    """What a follow-up such as "and in ohio?" goes on from."""
    return replace(question, intent="credit_status", text="")


# ── a license more, or one less ─────────────────────────────────────────────────────────────


def _licensed(question: Question, context: Context) -> Sequence[Effect]:
    kind = question.slots.get("license_type") or holdings.type_for(context) or "MD"
    said: list[Effect] = []
    for code in question.slots["jurisdictions"][:MOST_STATES]:
        board = context.knowledge.board_of(code, kind)
        if board is None:
            name = context.knowledge.jurisdictions[code]
            said.append(Say("requirement.no_board", {"state": name}))
        elif holdings.held_license(board.board_id, context):
            mine = Question("credit_status", {"jurisdictions": [code]})
            said.append(Say(*credit_status.page(mine, context)))
        else:
            expires = _said_end(question, context)
            held = License(board.board_id, kind, expires)
            said.append(_license(held, code, context))
    return said


def _said_end(question: Question, context: Context) -> date | None:
    if stated := question.slots.get("expires_on"):
        return date.fromisoformat(stated)
    ends = re.search(r"\b(?:expir\w+|until|due|through)\b", folded(question.text))
    return read_date(question.text, context.today) if ends else None


def _license(held: License, code: str, context: Context) -> Say:
    board = context.knowledge.boards[held.board]
    later = after((KeepLicense(held),), context)
    one = next(s for s in standings.of_licenses(later) if s.board == held.board)
    lines = _unsettled(one, later)
    lines.sort(key=lambda line: line["title"] != "Total")
    asks = [line["asks"] for line in lines if line["asks"]]
    state = board.jurisdiction_name
    values = {
        "name": standing_words.name(one, later),
        "total": board_words.total(board),
        "verdict": standing_words.verdict(one, later),
        "have": one.rules[0].have if one.rules else Decimal(0),
        "dated": one.cycle.last_day is not None,
        "lines": lines[:OPEN_LINES],
        "folded": lines[OPEN_LINES:],
        "asks": list(dict.fromkeys(asks))[:MOST_ASKED],
        "board": board,
    }
    day = f",{held.expires.isoformat()}" if held.expires else ""
    add = Button(
        "what_if.button.add",
        pack("licenses", "start", f"{code},{held.type}{day}"),
        values={"name": values["name"]},
    )
    slots = {"jurisdictions": [code], "license_type": held.type}
    rules = offers.ask("requirement", "what_if.button.rules", slots, values={"state": state})
    return Say("what_if.license", values, ((add,), (rules,), (_mine(),)))


def _unsettled(one: Standing, context: Context) -> list[dict[str, Any]]:
    return [
        standing_words.line(rule, one, context)
        for state in (State.NOT_MET, State.NOT_YET_KNOWN)
        for rule in standings.in_state(one, state)
    ]


def _mine() -> Button:
    return offers.ask("credit_status", "what_if.button.mine")


def _dropped(codes: Sequence[str], context: Context) -> Say:
    boards = context.knowledge.boards
    gone = [
        held
        for held in context.physician.licenses
        if boards[held.board].jurisdiction in codes and held.id is not None
    ]
    names = [holdings.license_name(held, context) for held in gone]
    later = after([RemoveLicense(held.id) for held in gone if held.id is not None], context)
    left = [standing_words.verdict(one, later) for one in standings.of_licenses(later)]
    values = {
        "names": names,
        "states": [context.knowledge.jurisdictions[code] for code in codes],
        "left": left[:4],
    }
    removes = tuple(
        (
            Button(
                "what_if.button.remove",
                pack("licenses", "remove", held.board),
                values={"name": name},
            ),
        )
        for held, name in zip(gone[:1], names, strict=False)
    )
    return Say("what_if.dropped", values, (*removes, (_mine(),)))


def _certified(board: str, context: Context) -> Say:
    later = after((KeepCertification(Certification(board)),), context)
    one = next(s for s in standings.all_of(later).certifications if s.board == board)
    lines = _unsettled(one, later)
    values = {
        "name": board,
        "lines": lines[:OPEN_LINES],
        "entries": differences(context, later)[:3],
    }
    add = Button(
        "what_if.button.add", pack("what_if", "certificate", board), values={"name": board}
    )
    return Say("what_if.certified", values, ((add,), (_mine(),)))


# ── hours taken ─────────────────────────────────────────────────────────────────────────────


def _taken(question: Question, context: Context) -> list[Credit]:
    """The credits that a message supposes, completed today; a topic without hours is one hour."""
    words = question.text.casefold()
    if not _TAKING.search(folded(words)):
        return []
    topics = tuple(question.slots.get("topics", ()))
    points = _POINTS.search(folded(words))
    board = question.slots.get("certifying_board")
    if points and board:
        amount = Decimal(points[1])
        return [Credit("", context.today, amount, "moc", board=board, origin="typed")]
    found = _AMOUNT.search(words)
    amount = Decimal(found[1]) if found else Decimal(1)
    if not (found or topics) or amount < QUARTER:
        return []
    if not found and question.slots.get("jurisdictions"):
        return []
    exact = amount // QUARTER * QUARTER
    return [Credit("", context.today, exact, _type(question, context), topics=topics)]


def _type(question: Question, context: Context) -> str:
    """The type of credit said, else the one that a DO or an MD mostly takes."""
    said: str | None = question.slots.get("credit_type")
    if said:
        return said
    return "aoa-1a" if holdings.type_for(context) == "DO" else "ama-pra-1"


def _credits_taken(credits_: Sequence[Credit], question: Question, context: Context) -> Say:
    later = after([AddCredit(credit) for credit in credits_], context)
    entries = differences(context, later)
    if codes := question.slots.get("jurisdictions"):
        names = {context.knowledge.jurisdictions[code] for code in codes}
        entries.sort(key=lambda entry: not any(name in entry["name"] for name in names))
    credit = credits_[0]
    topics = [context.knowledge.topic_words(topic) for topic in credit.topics]
    unit = "points" if credit.type == "moc" else "credits"
    values = {
        "amount": standing_words.amount(credit.amount, unit),
        "topics": topics,
        "type": context.knowledge.credit_types.get(credit.type, credit.type),
        "assumed": not (_AMOUNT.search(question.text.casefold()) or unit == "points"),
        "entries": entries[:3],
    }
    rows: Rows = ((_mine(),),)
    if credit.topics:
        find = offers.ask(
            "activity_search",
            "credit_status.button.find",
            {"topics": list(credit.topics[:1])},
            values={"topic": topics[0]},
        )
        rows = ((find,), *rows)
    elif unit == "credits":
        rows = ((offers.ask("activity_search", "credit_status.button.find_any"),), *rows)
    return Say("what_if.credits", values, rows)


# ── another answer ──────────────────────────────────────────────────────────────────────────


def _other_facts(text: str) -> dict[str, bool]:
    """The facts that a message supposes; a registration let go is one more."""
    facts = said_facts(text)
    if _NO_DEA.search(folded(text)):
        facts["dea"] = False
    return facts


def _other_answers(facts: dict[str, bool], context: Context) -> Say:
    changes: list[Change] = [SetFact(name, value) for name, value in facts.items()]
    values = {
        "answers": [
            {"question": context.knowledge.facts[name].question, "yes": value}
            for name, value in facts.items()
        ],
        "entries": differences(context, after(changes, context))[:3],
    }
    written = ",".join(f"{name}={fact_words.written(value)}" for name, value in facts.items())
    note = Button("what_if.button.note", pack("what_if", "note", written))
    return Say("what_if.answers", values, ((note,), (_mine(),)))


DIALOG = Dialog("what_if", answer, intents=("what_if",), listed=False, press=press, rereads=rereads)
