"""The complaints that were sent: where each stands, more to add, taking one back, and what is
told of them unasked.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.buttons import Press, pack
from bot.dialogs import drafts, evidence, form, start
from bot.dialogs.complaint_number import read_number
from bot.dialogs.complaint_way import way_of
from bot.dialogs.context import Context, Dialog
from bot.dialogs.form_fields import Field, Form
from bot.dialogs.form_kinds import Answers, story
from bot.dialogs.knowledge import folded
from bot.model import (
    AddToComplaint,
    Attachment,
    Button,
    Complaint,
    DropFile,
    Edit,
    Effect,
    Incoming,
    KeepDialog,
    Kind,
    Notify,
    Question,
    RateComplaint,
    Rows,
    RunErrand,
    Say,
    WithdrawComplaint,
)

MOST_LISTED = 8
MOST_STORY = 40
NOTE_AFTER = timedelta(days=30)
"""So often at least something is said of a complaint that is open."""

AT_ONCE = timedelta(minutes=10)
"""What comes so soon after the complaint was sent still belongs to that conversation."""

FAIR = ("yes", "partly", "no")

_NUMBER = re.compile(r"\bC-[0-9A-Z]{4}-?[0-9A-Z]{2}\b", re.IGNORECASE)
_MINE = r"(?:my|the|this|that) (?:last |latest |open )?(?:complaint|grievance|case)s?\b"
_ASKS = (
    ("withdraw", re.compile(rf"\b(?:withdraw|take back|retract|drop|cancel|delete) {_MINE}")),
    ("add", re.compile(rf"\b(?:add|attach|send|upload)\b.*\bto {_MINE}|\b(?:edit|update) {_MINE}")),
    (
        "see",
        re.compile(
            rf"\b(?:status|progress|update|news|result|outcome) (?:of|on|for) {_MINE}"
            rf"|\b(?:where is|wheres|check(?: on)?|track|look up|show(?: me)?|see|read|got) {_MINE}"
            rf"|\b(?:happened|happening|news|update|progress)\b.*\b{_MINE}"
            r"|^my complaints?(?: status)?$|^complaints? status$|^my complaints?\b.*\bstatus$"
        ),
    ),
)


# ── what is asked ───────────────────────────────────────────────────────────────────────────


def asked_about(text: str, context: Context) -> Sequence[Effect] | None:
    """The answer to words about a complaint that was sent; None for any other words."""
    typed = folded(text)
    found = _NUMBER.search(text)
    number = read_number(found[0]) if found else None
    wish = next((name for name, words in _ASKS if words.search(typed)), None)
    if (wish is None and found is None) or len(text.split()) > MOST_WORDS:
        return None
    if found is not None and number is None:
        return [Say("complaints.mistyped", {"typed": found[0]})]
    mine = {one.number: one for one in context.physician.complaints}
    if number is not None and number not in mine:
        return [Say("complaints.unknown", {"number": number})]
    open_ones = [one for one in mine.values() if one.open]
    chosen = mine.get(number or "") or (open_ones[0] if len(open_ones) == 1 else None)
    if chosen is None or wish in (None, "see"):
        return [_one(chosen, context)] if chosen and number else [_all(context)]
    if not chosen.open:
        return [_one(chosen, context)]
    if wish == "withdraw":
        return [Say("complaints.withdraw_ask", _values(chosen, context), _withdrawal(chosen))]
    return begin_adding(chosen.number, context)


MOST_WORDS = 10
"""A longer message tells a story, whatever words are in it."""


def answer(question: Question, context: Context) -> Sequence[Effect]:
    asked = asked_about(question.text, context) if question.text else None
    return asked if asked is not None else [_all(context)]


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    if pressed.step in ("resume", "discard"):
        return _draft_pressed(pressed, context)
    if pressed.step == "list":
        shown = _all(context)
        return [Edit(shown.key, shown.values, shown.buttons)]
    if pressed.step not in _ON_ONE:
        return drafts.watched(ADDING, form.press(ADDING, pressed, context), context)
    number, _, more = pressed.argument.partition(".")
    mine = (one for one in context.physician.complaints if one.number == number)
    complaint = next(mine, None)
    if complaint is None:
        return start.outdated(context)
    return _ON_ONE[pressed.step](complaint, more, context)


def proceed(incoming: Incoming, context: Context) -> Sequence[Effect] | None:
    if incoming.kind is Kind.TEXT:
        asked = asked_about(incoming.text, context)
        if asked is not None and not any(isinstance(effect, KeepDialog) for effect in asked):
            return [*asked, *form.again(ADDING, context)]
    effects = form.proceed(ADDING, incoming, context)
    return None if effects is None else drafts.watched(ADDING, effects, context)


def _draft_pressed(pressed: Press, context: Context) -> Sequence[Effect]:
    draft = context.conversation.draft("complaints")
    if pressed.step == "discard":
        return drafts.discarded(ADDING, context)
    if draft is None:
        return start.outdated(context)
    return drafts.watched(ADDING, form.resume(ADDING, context, draft.answers), context)


# ── all of them, and one ────────────────────────────────────────────────────────────────────


def _all(context: Context) -> Say:
    mine = context.physician.complaints
    if len(mine) == 1:
        return _one(mine[0], context)
    listed = mine[:MOST_LISTED]
    values = {
        "count": len(mine),
        "open": sum(one.open for one in mine),
        "entries": [_values(one, context) for one in listed],
    }
    buttons = [
        Button(one.number, pack("complaints", "show", one.number), literal=True) for one in listed
    ]
    pairs = tuple(tuple(buttons[place : place + 2]) for place in range(0, len(buttons), 2))
    new = Button("complaints.button.new", pack("complaint", "ask"))
    return Say("complaints.list", values, (*pairs, (new,)))


def _one(complaint: Complaint, context: Context) -> Say:
    number = complaint.number
    rows: list[tuple[Button, ...]] = []
    if complaint.open:
        rows.append(
            (
                Button("complaints.button.add", pack("complaints", "add", number)),
                Button("complaints.button.withdraw", pack("complaints", "withdraw", number)),
            )
        )
    elif complaint.status == "closed" and complaint.fair is None:
        rows.append(_fair_buttons(number))
    rows.append((Button("complaint.button.copy", copy=number), copy_button(number)))
    if len(context.physician.complaints) > 1:
        rows.append((Button("complaints.button.all", pack("complaints", "list")),))
    return Say("complaints.one", _values(complaint, context), tuple(rows))


def _values(complaint: Complaint, context: Context) -> dict[str, Any]:
    activity = complaint.answers.get("activity")
    return {
        "number": complaint.number,
        "kind": f"complaint.kind.option.{complaint.answers['kind']}",
        "title": activity.get("title") if isinstance(activity, Mapping) else None,
        "filed_on": complaint.filed_at.date(),
        "status": complaint.status,
        "standing": "complaints.status",
        "since": complaint.changed_at.date(),
        "late": complaint.late,
        "way": complaint.route or way_of(complaint.answers, context.knowledge.complaint_ways),
        "message": complaint.message,
    }


def _shown(complaint: Complaint, more: str, context: Context) -> Sequence[Effect]:
    shown = _one(complaint, context)
    return [Edit(shown.key, shown.values, shown.buttons)]


# ── taking back, and what was thought of it ─────────────────────────────────────────────────


def _withdrawal(complaint: Complaint) -> Rows:
    keep = Button("complaints.button.keep", pack("complaints", "show", complaint.number))
    step = pack("complaints", "withdrawn", complaint.number)
    return ((keep,), (Button("complaints.button.withdraw_now", step, danger=True),))


def _withdraw(complaint: Complaint, more: str, context: Context) -> Sequence[Effect]:
    if not complaint.open:
        return _shown(complaint, more, context)
    return [Edit("complaints.withdraw_ask", _values(complaint, context), _withdrawal(complaint))]


def _withdrawn(complaint: Complaint, more: str, context: Context) -> Sequence[Effect]:
    if not complaint.open:
        return _shown(complaint, more, context)
    number = complaint.number
    return [
        WithdrawComplaint(number, context.now),
        delivery(number),
        Edit("complaints.withdrawn", _values(complaint, context)),
    ]


def _rated(complaint: Complaint, more: str, context: Context) -> Sequence[Effect]:
    if more not in FAIR:
        return _shown(complaint, more, context)
    return [RateComplaint(complaint.number, more), Edit("complaints.rated", {"fair": more})]


def _fair_buttons(number: str) -> tuple[Button, ...]:
    return tuple(
        Button(f"complaints.button.fair_{fair}", pack("complaints", "fair", f"{number}.{fair}"))
        for fair in FAIR
    )


def copy_button(number: str) -> Button:
    """The button that brings the complaint as a PDF."""
    return Button("complaints.button.pdf", pack("complaints", "copy", number))


def _copied(complaint: Complaint, more: str, context: Context) -> Sequence[Effect]:
    wanted = {"number": complaint.number}
    return [RunErrand("copy_complaint", "complaints", wanted, key=f"copy:{complaint.number}")]


# ── adding more ─────────────────────────────────────────────────────────────────────────────


def begin_adding(
    number: str, context: Context, told: Mapping[str, Any] | None = None
) -> Sequence[Effect]:
    """The form for more words and files to a complaint; `told` is what was said already."""
    known = {key: value for key, value in (told or {}).items() if value}
    known |= {"_number": number, "_done": [key for key in ("more",) if key in known]}
    return drafts.watched(ADDING, form.begin(ADDING, context, known), context)


def _add(complaint: Complaint, more: str, context: Context) -> Sequence[Effect]:
    if not complaint.open:
        return _shown(complaint, more, context)
    return begin_adding(complaint.number, context)


def _number_of(answers: Answers, context: Context) -> dict[str, Any]:
    return {"number": answers.get("_number", "")}


def _nothing(answers: Answers, context: Context) -> Sequence[Effect] | None:
    """Neither words nor files: there is nothing to send."""
    done = {"more", "evidence"} <= set(answers)
    empty = not answers.get("more") and not answers.get("evidence")
    return [Edit("complaints.nothing_added")] if done and empty else None


def _added(answers: Answers, context: Context) -> Sequence[Effect]:
    draft = context.conversation.draft("complaints")
    number = str(draft.answers.get("_number", "")) if draft else ""
    mine = (one for one in context.physician.complaints if one.number == number)
    complaint = next(mine, None)
    if complaint is None or not complaint.open:
        return [Edit("complaints.over", {"number": number})]
    text = "\n\n".join(words for _, words in answers.get("more") or ())
    kept = tuple(piece["kept"] for piece in answers.get("evidence") or ())
    return [
        AddToComplaint(number, text, kept, context.now),
        delivery(number),
        Edit("complaints.added", _values(complaint, context) | {"files": len(kept)}),
    ]


ADDING = Form(
    "complaints",
    1,
    "complaints.title",
    (
        Field(
            "more",
            story(),
            optional=True,
            limit=MOST_STORY,
            full="complaint.what_full",
            values=_number_of,
        ),
        Field(
            "evidence",
            evidence.files("draft"),
            optional=True,
            limit=evidence.MOST_FILES,
            full="complaint.evidence_full",
            gathered="evidence.checking",
        ),
    ),
    _added,
    intents=frozenset({"complaint"}),
    checks=True,
    closes=_nothing,
    holds=evidence.holds,
)

_ON_ONE = {
    "show": _shown,
    "withdraw": _withdraw,
    "withdrawn": _withdrawn,
    "fair": _rated,
    "copy": _copied,
    "add": _add,
}


# ── what becomes of them ────────────────────────────────────────────────────────────────────


def delivery(number: str, *, first: bool = False) -> RunErrand:
    """The errand that brings the recipient in step with what is stored of a complaint.

    `first`: its author is told when the complaint itself has arrived.
    """
    values = {"number": number, "first": first}
    return RunErrand("send_complaint", "complaints", values, f"complaint:{number}", outlives=True)


def note_errand(number: str, context: Context) -> RunErrand:
    """The errand that sees to it that an open complaint is spoken of every thirty days."""
    return RunErrand(
        "note_complaint",
        "complaints",
        {"number": number},
        f"complaint.note:{number}",
        due_at=context.now + NOTE_AFTER,
    )


def hears(incoming: Incoming, context: Context) -> Sequence[Effect]:
    """What came of an errand about a complaint, told at once or as news."""
    result = incoming.result
    if incoming.text == evidence.ERRAND:
        heard = evidence.hears(ADDING, incoming, context)
        return drafts.watched(ADDING, heard, context)
    if incoming.text == drafts.ERRAND and "draft" in result:
        return drafts.hears(ADDING, incoming, context)
    number = str(result.get("number"))
    mine = (one for one in context.physician.complaints if one.number == number)
    complaint = next(mine, None)
    if complaint is None:
        return [DropFile(result["copy"])] if "copy" in result else ()
    if "copy" in result:
        name = f"complaint {number}.pdf"
        return [
            Say("complaints.copy", {}, attachment=Attachment("document", name, kept=result["copy"]))
        ]
    return _news(complaint, result, context)


def _news(complaint: Complaint, result: Mapping[str, Any], context: Context) -> Sequence[Effect]:
    what = str(result.get("news"))
    at = datetime.fromisoformat(str(result["at"]))
    values = _values(complaint, context) | {"news": what, "at": at.date()}
    button = Button("complaints.button.see", pack("complaints", "show", complaint.number))
    closed = complaint.status == "closed" and complaint.fair is None
    rows = ((button,), _fair_buttons(complaint.number)) if closed else ((button,),)
    said = Say("complaints.news", values, rows)
    if what == "arrived" and context.now - complaint.filed_at < AT_ONCE:
        return [said]
    return [Notify(f"complaint:{complaint.number}:{what}:{result['at']}", said)]


DIALOG = Dialog(
    "complaints",
    answer,
    command="complaints",
    listed=False,
    press=press,
    proceed=proceed,
    again=lambda context: form.again(ADDING, context),
    hears=hears,
)
