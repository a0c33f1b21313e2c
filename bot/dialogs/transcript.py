"""The transcript: a file to hand in, a calendar of deadlines, and who has the credits already."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.buttons import Press, pack
from bot.dialogs import (
    credit_effects,
    credit_list,
    menu,
    offers,
    pace,
    standing_words,
    standings,
    start,
)
from bot.dialogs.context import Context, Dialog
from bot.dialogs.knowledge import folded
from bot.documents.deadlines import deadlines_ics
from bot.documents.period import Period, credits_in
from bot.documents.transcript_pdf import transcript_pdf
from bot.documents.transcript_tables import transcript_csv, transcript_xlsx
from bot.model import (
    Attachment,
    Button,
    Credit,
    Edit,
    Effect,
    Physician,
    Question,
    Remember,
    Say,
    Standing,
)

FORMATS = ("pdf", "xlsx", "csv")
_FORM_WORDS = {
    **dict.fromkeys(("pdf", "printable", "print"), "pdf"),
    **dict.fromkeys(("xlsx", "excel", "spreadsheet", "xls", "sheet"), "xlsx"),
    **dict.fromkeys(("csv", "comma"), "csv"),
    **dict.fromkeys(("ics", "ical", "calendar", "icalendar", "outlook"), "ics"),
}
_YEARS = re.compile(r"\b(20\d\d)\s*(?:-|–|—|/|to|through|thru|and|until)\s*(20\d\d|\d\d)\b")


def claims(text: str) -> bool:
    """Whether words ask for a calendar of deadlines, or for who has the credits."""
    words = folded(text).split()
    said = set(words)
    if len(words) > 9:  # noqa: PLR2004 - a longer message tells something
        return False
    is_calendar = bool(said & {"ics", "ical"}) or (
        "calendar" in said and bool(said & {"deadlines", "deadline"})
    )
    return is_calendar or _asks_who(said)


def _asks_who(said: set[str]) -> bool:
    sees = said & {"has", "have", "sees", "see", "gets", "get", "got", "knows"}
    return bool({"who", "which"} & said and sees and said & {"credits", "transcript"}) and bool(
        said & {"who", "already", "boards"}
    )


# ── what is wished for ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Wish:
    """Which credits: of a license (a board's id), of a certifying board, of a period, or all."""

    board: str = ""
    certifying: str = ""
    first: date | None = None
    last: date | None = None

    def packed(self) -> str:
        days = (self.first.isoformat() if self.first else "", self.last and self.last.isoformat())
        return ",".join((self.board, self.certifying, days[0], days[1] or ""))


def _unpacked(argument: str) -> _Wish | None:
    parts = argument.split(",")
    if len(parts) != 4:  # noqa: PLR2004 - as `packed` writes it
        return None
    first, last = (date.fromisoformat(part) if part else None for part in parts[2:])
    return _Wish(parts[0], parts[1], first, last)


def _wished(question: Question, context: Context) -> _Wish:
    slots = question.slots
    codes = slots.get("jurisdictions", ())
    boards = context.knowledge.boards
    held = [
        one.board for one in context.physician.licenses if boards[one.board].jurisdiction in codes
    ]
    first, last = _days(question)
    return _Wish(held[0] if held else "", slots.get("certifying_board") or "", first, last)


def _days(question: Question) -> tuple[date | None, date | None]:
    """The days said; "2025-2026" is both years whole."""
    if years := _YEARS.search(question.text):
        begin = int(years[1])
        end = int(years[2]) if len(years[2]) == 4 else begin // 100 * 100 + int(years[2])  # noqa: PLR2004
        if begin <= end:
            return date(begin, 1, 1), date(end, 12, 31)
    first, last = question.slots.get("date_from"), question.slots.get("date_to")
    return first and date.fromisoformat(first), last and date.fromisoformat(last)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What a wish comes to: the person with these standings and credits, the period, its name."""

    person: Physician
    standings: tuple[Standing, ...]
    period: Period
    name: str

    @property
    def credits(self) -> tuple[Credit, ...]:
        return credits_in(self.period, self.person.credits)


def _chosen(wish: _Wish, context: Context) -> _Chosen:
    """Without days of its own, a license's transcript is of its cycle."""
    found = standings.everything(context)
    person, name = context.physician, ""
    if wish.board:
        found = tuple(one for one in found if one.board == wish.board)
    if wish.certifying:
        found = tuple(one for one in found if one.board == wish.certifying)
        others = [one for one in person.credits if one.board not in (None, wish.certifying)]
        person = replace(person, credits=tuple(c for c in person.credits if c not in others))
    if len(found) == 1 and (wish.board or wish.certifying):
        name = standing_words.name(found[0], context)
    first, last = wish.first, wish.last
    if first is None and last is None and name:
        first, last = found[0].cycle.first_day, found[0].cycle.last_day
    return _Chosen(person, found, Period(first, last), name or wish.certifying)


# ── answers ─────────────────────────────────────────────────────────────────────────────────


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """With a format the file at once; without one, what would be in it and the formats."""
    said = folded(question.text).split()
    words = set(said)
    if _asks_who(words):
        return [Remember(question), _who(context)]
    if credit_list.claims(question.text):
        return credit_list.answer(question, context)
    wish = _wished(question, context)
    form = next((_FORM_WORDS[word] for word in said if word in _FORM_WORDS), None)
    if form is not None:
        return [Remember(question), _made(form, wish, context)]
    return [Remember(question), _offered(wish, context)]


def _offered(wish: _Wish, context: Context) -> Say:
    chosen = _chosen(wish, context)
    values = {**_described(chosen), "missing": _missing(wish, chosen)}
    rows: list[tuple[Button, ...]] = [
        tuple(
            Button(f"transcript.button.{form}", pack("transcript", form, wish.packed()))
            for form in FORMATS
        )
    ]
    if chosen.standings:
        calendar = Button("transcript.button.ics", pack("transcript", "ics", wish.packed()))
        rows.append((calendar, pace.button(wish.board)))
    rows.append((Button("transcript.button.who", pack("transcript", "who")),))
    return Say("transcript.offer", values, tuple(rows))


def _missing(wish: _Wish, chosen: _Chosen) -> str:
    """A certifying board that is not held: the transcript is made all the same."""
    return wish.certifying if wish.certifying and not chosen.standings else ""


def _described(chosen: _Chosen) -> dict[str, Any]:
    listed = chosen.credits
    hub = [credit for credit in listed if credit.origin == "hub"]
    return {
        "name": chosen.name,
        "first": chosen.period.first,
        "last": chosen.period.last,
        "all": credit_effects.sums(listed),
        "hub": credit_effects.sums(hub),
        "own": credit_effects.sums([credit for credit in listed if credit.origin != "hub"]),
    }


def _made(form: str, wish: _Wish, context: Context) -> Say:
    """The file itself, with the figures it holds in its caption."""
    chosen = _chosen(wish, context)
    if form == "ics":
        return _calendar(chosen, context)
    proofs = {proof.credit_id for proof in context.physician.proofs}
    content = {
        "pdf": lambda: transcript_pdf(
            chosen.person, chosen.standings, chosen.period, context.today, proofs
        ),
        "xlsx": lambda: transcript_xlsx(
            chosen.person, chosen.standings, chosen.period, context.today, proofs
        ),
        "csv": lambda: transcript_csv(chosen.person, chosen.period, proofs),
    }[form]()
    others = tuple(
        Button(f"transcript.button.{other}", pack("transcript", other, wish.packed()))
        for other in FORMATS
        if other != form
    )
    who = Button("transcript.button.who", pack("transcript", "who"))
    shown = (who, pace.button(wish.board)) if chosen.standings else (who,)
    attached = Attachment("document", f"cme-transcript-{context.today}.{form}", content)
    return Say("transcript.file", _described(chosen), (others, shown), attached)


def _calendar(chosen: _Chosen, context: Context) -> Say:
    dated = [one for one in chosen.standings if one.cycle.last_day is not None]
    if not dated:
        add = offers.ask("licenses", "licenses.button.add")
        return Say("transcript.no_deadlines", {}, ((add, menu.button()),))
    entries = [
        {"name": standing_words.name(one, context), "day": one.cycle.last_day} for one in dated
    ]
    content = deadlines_ics(dated, context.now)
    attached = Attachment("document", f"cme-deadlines-{context.today}.ics", content)
    return Say("transcript.calendar", {"entries": entries}, (), attached)


# ── who has it already ──────────────────────────────────────────────────────────────────────


def _who(context: Context) -> Say:
    """Where a reported credit is seen without the physician, and where they must still report."""
    knowledge, person = context.knowledge, context.physician
    licenses = []
    for held in person.licenses:
        board = knowledge.boards[held.board]
        licenses.append(
            {
                "name": f"{board.jurisdiction_name} {held.type}",
                "uses": knowledge.uses_hub(board.board_id),
                "reporting": board.reporting,
            }
        )
    certifying = [
        {
            "name": one.board,
            "gets": knowledge.certifying_boards[one.board].collaborates_with_accme,
        }
        for one in person.certifications
        if one.board in knowledge.certifying_boards
    ]
    own = [credit for credit in person.credits if credit.origin != "hub"]
    values = {
        "hub": len(person.credits) - len(own),
        "own": len(own),
        "licenses": licenses,
        "certifying": certifying,
    }
    make = Button("transcript.button.pdf", pack("transcript", "pdf", _Wish().packed()))
    return Say("transcript.who", values, ((make, credit_list.button()),))


# ── presses ─────────────────────────────────────────────────────────────────────────────────


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    if (question := offers.asked(pressed, "transcript")) is not None:
        return answer(question, context)
    if pressed.step == "who":
        said = _who(context)
        return [Edit(said.key, said.values, said.buttons)]
    wish = _unpacked(pressed.argument)
    if wish is None or pressed.step not in (*FORMATS, "ics"):
        return start.outdated(context)
    return [_made(pressed.step, wish, context)]


DIALOG = Dialog(
    "transcript",
    answer,
    intents=("transcript",),
    command="transcript",
    press=press,
    claims=claims,
)
