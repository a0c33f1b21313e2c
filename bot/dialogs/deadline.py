"""When a license, a certificate or the DEA registration is due."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.buttons import Press
from bot.dialogs import board_words, menu, offers
from bot.dialogs.context import Context, Dialog
from bot.model import Effect, License, Question, Remember, Say
from bot.rules.cycles import deadline as last_day_of
from bot.rules.facts import profile_of


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """The physician's own dates, nearest first; a stranger gets the board's rule in words."""
    wanted = question.slots.get("jurisdictions", ())
    known = _own(question, context)
    missing = [code for code in wanted if code not in {entry["code"] for entry in known}]
    effects: list[Effect] = [Remember(question)]
    if known:
        ask = offers.ask("credit_status", "deadline.button.status", {"jurisdictions": list(wanted)})
        effects.append(Say("deadline.dates", {"entries": known}, ((ask,),)))
    effects += [_rule(code, question, context) for code in missing[:3]]
    if len(effects) == 1:
        effects.append(Say("deadline.none", {}, ((menu.button(),),)))
    return effects


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    return answer(offers.asked(pressed, "deadline") or Question("deadline"), context)


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
            entries.append({**entry, **_when(_last_day(item, context), context)})
    if not slots.get("jurisdictions"):
        for held in context.physician.certifications:
            if slots.get("certifying_board") in (None, held.board):
                day = held.expires
                entries.append({"code": None, "what": held.board, **_when(day, context)})
        dea = context.physician.profile.dea_expires
        if dea and not slots.get("certifying_board"):
            entries.append({"code": None, "what": "DEA registration", **_when(dea, context)})
    return sorted(entries, key=lambda entry: entry["day"] or date.max)


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
