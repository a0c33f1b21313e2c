"""When a license, a certificate or the DEA registration is due."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.buttons import Press, pack
from bot.dialogs import board_words, menu, offers, standings
from bot.dialogs.context import Context, Dialog
from bot.documents.deadlines import deadlines_ics
from bot.model import (
    Attachment,
    Button,
    Certification,
    Effect,
    License,
    Question,
    Remember,
    Rows,
    Say,
    Standing,
)
from bot.rules.certifying import certificate_cycle
from bot.rules.cycles import deadline as last_day_of
from bot.rules.facts import profile_of

FILE = "cme-deadlines.ics"


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """The physician's own dates, nearest first; a stranger gets the board's rule in words."""
    wanted = question.slots.get("jurisdictions", ())
    known = _own(question, context)
    missing = [code for code in wanted if code not in {entry["code"] for entry in known}]
    effects: list[Effect] = [Remember(question)]
    if known:
        ask = offers.ask("credit_status", "deadline.button.status", {"jurisdictions": list(wanted)})
        rows: Rows = ((ask,),)
        if any(entry["day"] for entry in known):
            rows = ((ask, calendar_button()),)
        effects.append(Say("deadline.dates", {"entries": known}, rows))
    effects += [_rule(code, question, context) for code in missing[:3]]
    if len(effects) == 1:
        effects.append(Say("deadline.none", {}, ((menu.button(),),)))
    return effects


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    if pressed.step == "calendar":
        return _calendar(context)
    return answer(offers.asked(pressed, "deadline") or Question("deadline"), context)


def calendar_button() -> Button:
    """The offer of all deadlines as a file for a calendar."""
    return Button("deadline.button.calendar", pack("deadline", "calendar"))


def _calendar(context: Context) -> Sequence[Effect]:
    """All known last days in one file; what is overdue needs no calendar."""
    ahead = [
        one
        for one in standings.everything(context)
        if one.cycle.last_day is not None and one.cycle.last_day >= context.today
    ]
    if not ahead:
        return [Say("deadline.none", {}, ((menu.button(),),))]
    content = deadlines_ics(ahead, context.now)
    values = {"count": len(ahead), "first": min(_ends(one) for one in ahead)}
    return [Say("deadline.calendar", values, attachment=Attachment("document", FILE, content))]


def _ends(one: Standing) -> date:
    assert one.cycle.last_day is not None
    return one.cycle.last_day


def _own(question: Question, context: Context) -> list[dict[str, Any]]:
    slots = question.slots
    boards = context.knowledge.boards
    entries: list[dict[str, Any]] = []
    if not slots.get("certifying_board"):
        for item in context.physician.licenses:
            board = boards[item.board]
            if slots.get("jurisdictions") and board.jurisdiction not in slots["jurisdictions"]:
                continue
            entry = {"code": board.jurisdiction, "what": f"{board.jurisdiction_name} {item.type}"}
            day = _last_day(item, context)
            late = board.late_renewal if day and day < context.today else None
            entries.append({**entry, **_when(day, context), "late": late})
    if not slots.get("jurisdictions"):
        for held in context.physician.certifications:
            if slots.get("certifying_board") in (None, held.board):
                day = _certificate_ends(held, context)
                certificate = {"code": None, "what": held.board, "late": None}
                entries.append({**certificate, **_when(day, context)})
        dea = context.physician.profile.dea_expires
        if dea and not slots.get("certifying_board"):
            late = context.knowledge.rules.federal.late_renewal if dea < context.today else None
            federal = {"code": None, "what": "DEA registration", "late": late}
            entries.append({**federal, **_when(dea, context)})
    return sorted(entries, key=lambda entry: entry["day"] or date.max)


def _certificate_ends(held: Certification, context: Context) -> date | None:
    board = context.knowledge.certifying_boards[held.board]
    return held.expires or certificate_cycle(held, board, context.today).last_day


def _last_day(item: License, context: Context) -> date | None:
    board = context.knowledge.boards[item.board]
    profile = profile_of(context.physician, context.knowledge.facts)
    return last_day_of(item, profile, board, context.today).day


def _when(day: date | None, context: Context) -> dict[str, Any]:
    return {"day": day, "left": (day - context.today).days if day else None}


def _rule(code: str, question: Question, context: Context) -> Say:
    asked = question.slots.get("license_type") or context.physician.profile.license_type
    board = context.knowledge.board_of(code, asked)
    if board is None:
        name = context.knowledge.jurisdictions[code]
        return Say("requirement.no_board", {"state": name}, ((menu.button(),),))
    values = {
        "head": board_words.head(board, context),
        "term": board_words.years(board.cycle.license_renewal_months),
        "note": board.cycle.renewal.note,
        "as_of": board.as_of,
        "source": board.sources[0],
    }
    rules = offers.ask(
        "requirement", "deadline.button.rules", {"jurisdictions": [code]}, values=values
    )
    return Say("deadline.rule", values, ((rules,),))


DIALOG = Dialog(
    "deadline",
    answer,
    intents=("deadline",),
    command="deadlines",
    aliases=("due",),
    press=press,
)
