"""Where is my credit? The likely reason, the letter to the provider, and a watch until it comes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zlib import crc32

from bot.buttons import Press, pack
from bot.dialogs import complaint, form, form_asides, hub, menu, missing_words, offers, start
from bot.dialogs.context import Context, Dialog
from bot.dialogs.knowledge import folded
from bot.dialogs.missing_letter import letter
from bot.dialogs.missing_match import reported
from bot.dialogs.missing_reasons import Reason, completion, never_reported, reason
from bot.dialogs.missing_words import Told
from bot.model import (
    Activity,
    Button,
    Credit,
    DropDialog,
    Edit,
    Effect,
    EndWatch,
    Incoming,
    KeepDialog,
    KeepWatch,
    Kind,
    Notify,
    Question,
    Rows,
    Say,
    Search,
    Watch,
)

VERSION = 1
OTHERS = 4
"""Further courses offered where the first one is not meant."""

CLOSE = 55
"""The score of the catalog's search from which an activity is offered as the one meant."""

LISTED = 5

_YES = frozenset({"yes", "y", "yep", "yeah", "thats it", "thats the one", "that one", "right"})
_NO = frozenset({"no", "nope", "another", "another course", "another one", "not that one"})


@dataclass(frozen=True, slots=True)
class _Case:
    """One course asked about: what was said, the activities that fit, and the one in question."""

    told: Told
    found: tuple[str, ...] = ()
    place: int = 0
    type: str | None = None

    def activity(self, context: Context) -> Activity | None:
        if not 0 <= self.place < len(self.found):
            return None
        return context.catalog.get(self.found[self.place])


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """The likely reason at once where the course is said, else which course it is."""
    text = question.text
    if missing_words.is_stop(text):
        return _stop_said(text, context)
    if missing_words.is_list(text) or (not text and context.physician.watches):
        return [_listed(context)]
    told = missing_words.told(text, context)
    case = _Case(told, type=missing_words.said_type(text))
    if not told.words and never_reported(case.type):
        return [_keep(case, "which"), _explained(case, context)]
    if not told.words:
        return _ask_which(case, context)
    return _look(case, context)


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    match pressed.step:
        case "list":
            shown = _listed(context)
            return [Edit(shown.key, shown.values, shown.buttons)]
        case "stop":
            return _stop(pressed.argument, context)
        case "letter":
            return _letter(pressed.argument, context)
        case "complain":
            return _complain(pressed.argument, context)
    case = _case_of(context)
    if case is None:
        return start.outdated(context)
    match pressed.step:
        case "yes":
            return _watch(case, context, edits=True)
        case "other":
            return _others(case, context)
        case "pick" if pressed.argument.isdigit():
            picked = replace(case, place=int(pressed.argument))
            return [_keep(picked), _explained(picked, context, edits=True)]
        case "none":
            return _ask_which(case, context)
        case "seen":
            return [DropDialog(), Edit("missing_credit.seen", {}, _standing())]
        case "not_seen":
            return _look(case, context, unseen=True)
        case _:
            return start.outdated(context)


def proceed(incoming: Incoming, context: Context) -> Sequence[Effect] | None:
    """While a course is asked for: its title; afterwards a yes, a no, or the day it was done."""
    case = _case_of(context)
    if case is None or incoming.kind is not Kind.TEXT:
        return None
    text, typed = incoming.text, folded(incoming.text)
    if form_asides.is_stop(text, context):
        return menu.cancel(context)
    if missing_words.claims(text):
        return None
    if context.conversation.dialog and context.conversation.dialog.answers["step"] == "which":
        if form_asides.is_clear_question(text, frozenset(), context, asking=True):
            return None
        told = missing_words.told(text, context)
        words = told.words or typed
        dated = told if told.first else case.told
        return _look(replace(case, told=replace(dated, words=words)), context)
    if typed in _YES:
        return _watch(case, context)
    if typed in _NO:
        return _others(case, context)
    told = missing_words.told(text, context)
    if told.first is not None and not told.words:
        dated_case = replace(case, told=replace(told, words=case.told.words))
        return [_keep(dated_case), _explained(dated_case, context)]
    return None


def hears(incoming: Incoming, context: Context) -> Sequence[Effect]:
    """The day by which a credit should have come: if it is still waited for, what can be done."""
    number = incoming.result.get("watch")
    watch = next((one for one in context.physician.watches if one.id == number), None)
    if watch is None:
        return ()
    mark = _mark(watch)
    rows = (
        (Button("missing_credit.button.letter", pack("missing_credit", "letter", mark)),),
        (Button("missing_credit.button.complain", pack("missing_credit", "complain", mark)),),
        (Button("missing_credit.button.stop", pack("missing_credit", "stop", str(watch.id))),),
    )
    values = _watch_values(watch, context) | {"linked": context.physician.hub is not None}
    return [Notify(f"overdue:{watch.id}", Say("missing_credit.overdue", values, rows))]


# ── which course ────────────────────────────────────────────────────────────────────────────


def _ask_which(case: _Case, context: Context) -> Sequence[Effect]:
    linked = context.physician.hub is not None
    return [_keep(case, "which"), Say("missing_credit.which", {"linked": linked})]


def _look(case: _Case, context: Context, *, unseen: bool = False) -> Sequence[Effect]:
    """In the record first: much of what is missed is there; then in the catalog."""
    there = reported(case.told, context.physician.credits)
    known = {credit.activity_id for credit in there} if unseen else set()
    found = tuple(one for one in _found(case.told, context) if one not in known)
    case = replace(case, found=found, place=0)
    if there and not unseen:
        return [_keep(case), _there(there[0], len(there), context)]
    return [_keep(case), _explained(case, context)]


def _found(told: Told, context: Context) -> tuple[str, ...]:
    wanted = Search(
        context.today,
        told.words,
        date_from=told.first,
        date_to=told.last,
        history=True,
        limit=1 + OTHERS,
    )
    for search in (wanted, replace(wanted, date_from=None, date_to=None)):
        page = context.catalog.search(search)
        if "words" in page.relaxed:
            continue
        close = tuple(hit.activity.id for hit in page.hits if hit.score >= CLOSE)
        if close:
            return close
    return ()


def _there(credit: Credit, count: int, context: Context) -> Say:
    yes = Button("missing_credit.button.seen", pack("missing_credit", "seen"))
    no = Button("missing_credit.button.not_seen", pack("missing_credit", "not_seen"))
    values = {
        "title": credit.title,
        "provider": credit.provider,
        "day": credit.completed_on,
        "amount": credit.amount,
        "more": count - 1,
    }
    return Say("missing_credit.there", values, ((yes, no),))


def _others(case: _Case, context: Context) -> Sequence[Effect]:
    """The other courses that fit, to pick from; or the title in words."""
    rows = tuple(
        (Button(activity.title, pack("missing_credit", "pick", str(place)), literal=True),)
        for place, number in enumerate(case.found)
        if place != case.place and (activity := context.catalog.get(number)) is not None
    )
    if not rows:
        return _ask_which(case, context)
    none = Button("missing_credit.button.none", pack("missing_credit", "none"))
    return [_keep(case), Say("missing_credit.others", {}, (*rows, (none,)))]


# ── why it is not there ─────────────────────────────────────────────────────────────────────


def _explained(case: _Case, context: Context, *, edits: bool = False) -> Say | Edit:
    activity = case.activity(context)
    watch = _wanted(case, context)
    why = reason(activity, watch.completed_on, case.type, context.today)
    values = _watch_values(watch, context) | {
        "kind": why.kind,
        "by": why.by,
        "types": [context.knowledge.credit_types.get(one, one) for one in why.types],
        "linked": context.physician.hub is not None,
        "failing": bool(context.physician.hub and context.physician.hub.failing_since),
        "read_at": context.physician.synced_at,
        "page": activity.url if activity else None,
        "known": activity is not None,
        "words": case.told.words,
    }
    rows = _reason_buttons(case, why, watch, context)
    return (Edit if edits else Say)("missing_credit.reason", values, rows)


def _reason_buttons(case: _Case, why: Reason, watch: Watch, context: Context) -> Rows:
    mark = _mark(watch)
    draft = Button("missing_credit.button.letter", pack("missing_credit", "letter", mark))
    label = "missing_credit.button.other" if case.found else "missing_credit.button.say_title"
    other = Button(label, pack("missing_credit", "other"))
    if why.kind == "never":
        return ((other,),)
    yes = "missing_credit.button.yes" if case.found else "missing_credit.button.watch"
    rows: list[tuple[Button, ...]] = [(Button(yes, pack("missing_credit", "yes")),)]
    if context.physician.hub is None:
        rows = [(hub.connect_button(),)]
    rows.append((other, draft))
    if why.kind == "overdue":
        complain = pack("missing_credit", "complain", mark)
        rows.append((Button("missing_credit.button.complain", complain),))
    elif refresh := hub.refresh_button(context):
        rows.append((refresh,))
    return tuple(rows)


def _wanted(case: _Case, context: Context) -> Watch:
    """The course in question, as it would be waited for."""
    activity = case.activity(context)
    day, about = completion(activity, case.told.first, case.told.last, context.today)
    if activity is None:
        return Watch(case.told.words, completed_on=day, about=about)
    return Watch(activity.title, activity.provider, activity.id, day, about)


def _watch_values(watch: Watch, context: Context) -> dict[str, Any]:
    return {
        "title": watch.title,
        "provider": watch.provider,
        "day": watch.completed_on,
        "about": watch.about,
    }


# ── watching ────────────────────────────────────────────────────────────────────────────────


def _watch(case: _Case, context: Context, *, edits: bool = False) -> Sequence[Effect]:
    watch = _wanted(case, context)
    why = reason(case.activity(context), watch.completed_on, case.type, context.today)
    if why.kind == "never":
        return [_explained(case, context)]
    values = _watch_values(watch, context) | {
        "by": why.by if why.kind == "early" else None,
        "linked": context.physician.hub is not None,
    }
    draft = Button("missing_credit.button.letter", pack("missing_credit", "letter", _mark(watch)))
    listed = Button("missing_credit.button.list", pack("missing_credit", "list"))
    said = (Edit if edits else Say)("missing_credit.watching", values, ((draft, listed),))
    return [DropDialog(), KeepWatch(watch), said]


def _listed(context: Context) -> Say:
    watches = context.physician.watches
    rows = tuple(
        (
            Button(
                "missing_credit.button.stop_one",
                pack("missing_credit", "stop", str(watch.id)),
                values={"title": watch.title},
            ),
            Button("missing_credit.button.letter", pack("missing_credit", "letter", _mark(watch))),
        )
        for watch in watches[:LISTED]
    )
    values = {
        "entries": [
            _watch_values(watch, context)
            | {"by": reason(None, watch.completed_on, None, context.today).by}
            for watch in watches
        ]
    }
    return Say("missing_credit.list", values, rows)


def _stop_said(text: str, context: Context) -> Sequence[Effect]:
    """`stop watching`: the one that is named, or the only one; else which."""
    watches = context.physician.watches
    words = set(missing_words.told(text, context).words.split()) - {
        "stop",
        "end",
        "cancel",
        "quit",
        "drop",
        "remove",
        "more",
        "watch",
        "watches",
        "watching",
    }
    named = [
        watch
        for watch in watches
        if words & set(folded(f"{watch.title} {watch.provider or ''}").split())
    ]
    meant = named if words else list(watches)
    if len(meant) != 1 or meant[0].id is None:
        return [_listed(context)]
    values = _watch_values(meant[0], context)
    return [EndWatch(meant[0].id), Say("missing_credit.stopped", values)]


def _stop(argument: str, context: Context) -> Sequence[Effect]:
    watch = next((one for one in context.physician.watches if str(one.id) == argument), None)
    if watch is None or watch.id is None:
        return start.outdated(context)
    return [EndWatch(watch.id), Edit("missing_credit.stopped", _watch_values(watch, context))]


# ── the letter, and the complaint ───────────────────────────────────────────────────────────


def _letter(mark: str, context: Context) -> Sequence[Effect]:
    watch = _marked(mark, context)
    if watch is None:
        return start.outdated(context)
    return [Say("missing_credit.letter", letter(watch, context))]


def _complain(mark: str, context: Context) -> Sequence[Effect]:
    """The complaint with all of this filled in; a draft of another one is gone on with instead."""
    watch = _marked(mark, context)
    if watch is None:
        return start.outdated(context)
    if "complaint" in context.conversation.aside:
        return complaint.answer(Question("complaint"), context)
    activity = {
        "title": watch.title,
        "provider": watch.provider,
        "activity_id": watch.activity_id,
        "day": watch.completed_on.isoformat() if watch.completed_on and not watch.about else None,
    }
    known: dict[str, Any] = {
        "style": "questions",
        "kind": "missing_credit",
        "route": "go_on",
        "activity": {key: value for key, value in activity.items() if value},
    }
    if watch.completed_on is not None:
        day = watch.completed_on.isoformat()
        known["when"] = {"first": day, "last": day, "about": watch.about}
    return form.begin(complaint.FORM, context, known)


def _mark(watch: Watch) -> str:
    """What a button says of a course: a short digest, because titles do not fit."""
    said = f"{watch.title}|{watch.provider}|{watch.completed_on}"
    return f"{crc32(said.encode()):08x}"


def _marked(mark: str, context: Context) -> Watch | None:
    """The watch, or the course under discussion, that a button was made for."""
    case = _case_of(context)
    open_now = (_wanted(case, context),) if case is not None else ()
    known = (*context.physician.watches, *open_now)
    return next((watch for watch in known if _mark(watch) == mark), None)


# ── what is kept between two messages ───────────────────────────────────────────────────────


def _keep(case: _Case, step: str = "match") -> KeepDialog:
    told = case.told
    answers = {
        "step": step,
        "words": told.words,
        "first": told.first and told.first.isoformat(),
        "last": told.last and told.last.isoformat(),
        "found": list(case.found),
        "place": case.place,
        "type": case.type,
    }
    return KeepDialog("missing_credit", VERSION, answers)


def _case_of(context: Context) -> _Case | None:
    opened = context.conversation.dialog
    if opened is None or opened.name != "missing_credit" or opened.version != VERSION:
        return None
    kept = opened.answers
    told = Told(kept["words"], _day(kept["first"]), _day(kept["last"]))
    return _Case(told, tuple(kept["found"]), kept["place"], kept["type"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _standing() -> Rows:
    return ((offers.ask("credit_status", "credit_status.button.open"),),)


DIALOG = Dialog(
    "missing_credit",
    answer,
    command="missing",
    listed=False,
    press=press,
    proceed=proceed,
    hears=hears,
    claims=missing_words.claims,
)
