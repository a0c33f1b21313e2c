"""What the physician holds and is: licenses, certificates, DEA registration, facts about them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from bot.buttons import LIMIT, Press, pack
from bot.dialogs import fact_words, form, holdings, menu, offers, reminders, start, what_if
from bot.dialogs.afterwards import after
from bot.dialogs.context import Context, Dialog
from bot.dialogs.differences import differences
from bot.dialogs.form_fields import NOT_SURE
from bot.dialogs.form_kinds import Answers
from bot.dialogs.holdings import Part
from bot.dialogs.knowledge import folded
from bot.dialogs.license_form import TYPES, license_form
from bot.dialogs.reminder_words import says_renewed
from bot.dialogs.said_dates import said_dates
from bot.dialogs.said_facts import said_facts
from bot.dialogs.told_facts import facts_page, told_facts
from bot.model import Button, Change, Edit, Effect, Fact, License, LicenseType, Question, Rows, Say
from bot.understanding.dates import read_date

FEDERAL = ("mate", "dea")
MOST_EFFECTS = 3
"""Standings whose change is told under what was noted."""

SHOWN = 8
"""Holdings with a button of their own; more are changed by saying so."""

_REMOVING = frozenset(
    "remove delete drop off surrendered gave lapsed dropped rid erase forget retired".split()  # noqa: SIM905
)
_REMOVING_PAIRS = ("no longer", "not anymore", "dont have", "do not have", "not licensed")
_ADDING = frozenset({"add", "new", "another", "enter", "register", "put", "got", "set"})
_ENDING = frozenset(
    {"expires", "expire", "expiring", "expiration", "exp", "until", "till", "thru", "through"}
    | {"due", "good", "valid", "renewed"}
)
_ASKING = frozenset(
    {
        "what",
        "when",
        "how",
        "is",
        "are",
        "do",
        "does",
        "did",
        "am",
        "will",
        "would",
        "can",
        "should",
    }
    | {"which", "where", "why", "who", "remind", "find", "show"}
)
_MINE = frozenset({"licenses", "list", "show", "see", "what", "which", "my"})


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """`/licenses` shows all; free words add, change or remove at once, with an Undo."""
    words = folded(question.text)
    if not words:
        return [_overview(context)]
    if says_renewed(question.text) and (said := reminders.said_renewed(question, context)):
        return said
    if (supposed := what_if.rereads(question, context)) is not None:
        return what_if.answer(supposed, context)
    if _is_removing(words):
        return _remove_said(question, words, context)
    parts, form_answers = _said(question, words, context)
    if parts or form_answers is None:
        return _noted(parts, context) if parts else [_overview(context)]
    return form.begin(FORM, context, form_answers)


def rereads(question: Question, context: Context) -> Question | None:
    """A statement that dates something of one's own ("this is my first renewal in Ohio")."""
    if question.intent == "add_license" or "?" in question.text:
        return None
    words = folded(question.text).split()
    if not words or words[0] in _ASKING or not said_dates(question, context):
        return None
    return replace(question, intent="add_license", confidence=1.0, act=None)


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    if (question := offers.asked(pressed, "licenses")) is not None:
        return answer(question, context)
    match pressed.step:
        case "all":
            shown = _overview(context)
            return [Edit(shown.key, shown.values, shown.buttons)]
        case "add":
            return form.begin(FORM, context)
        case "open":
            return _opened(pressed.argument, context)
        case "date":
            return _ask_date(pressed.argument, context)
        case "until":
            return _give_date(pressed.argument, context)
        case "remove":
            return [_confirm(pressed.argument, context) or _gone(context)]
        case "removed":
            return _remove(pressed.argument, context)
        case "undo":
            return _undo(pressed.argument, context)
        case "facts":
            return [facts_page(context)]
        case "start":
            return _started(pressed.argument, context)
        case _:
            return form.press(FORM, pressed, context)


# ── all that is held ────────────────────────────────────────────────────────────────────────


def _overview(context: Context) -> Say:
    person = context.physician
    entries = sorted(
        [
            {"name": holdings.license_name(held, context), "day": holdings.due(held, context)}
            for held in person.licenses
        ]
        + [{"name": held.board, "day": held.expires} for held in person.certifications],
        key=lambda entry: (entry["day"] is None, entry["day"] or date.max, entry["name"]),
    )
    profile = person.profile
    values = {
        "licenses": len(person.licenses),
        "certifications": len(person.certifications),
        "entries": entries,
        "dea": profile.dea_expires,
        "has_dea": bool(profile.facts.get("dea")) or profile.dea_expires is not None,
        "type": profile.license_type,
        "specialty": context.knowledge.specialties.get(profile.specialty or ""),
        "facts": len(told_facts(context)),
    }
    return Say("licenses.all", values, _overview_buttons(context))


def _overview_buttons(context: Context) -> Rows:
    held = [
        Button(
            holdings.license_name(one, context), pack("licenses", "open", one.board), literal=True
        )
        for one in context.physician.licenses
    ]
    held += [
        Button(one.board, pack("licenses", "open", one.board), literal=True)
        for one in context.physician.certifications
    ]
    if context.physician.profile.dea_expires:
        held.append(Button("licenses.button.dea", pack("licenses", "open", "dea")))
    shown = held[:SHOWN]
    pairs = tuple(tuple(shown[place : place + 2]) for place in range(0, len(shown), 2))
    last = [Button("licenses.button.add", pack("licenses", "add"))]
    if told_facts(context):
        last.append(Button("licenses.button.facts", pack("licenses", "facts")))
    return (*pairs, tuple(last))


def _opened(name: str, context: Context) -> Sequence[Effect]:
    """One holding with what can be done about it."""
    license_, certificate = _holding(name, context)
    if license_ is None and certificate is None and name != "dea":
        return [_gone(context)]
    day = context.physician.profile.dea_expires
    title = "DEA registration"
    rows: list[tuple[Button, ...]] = []
    if license_ is not None:
        title = holdings.license_name(license_, context)
        day = holdings.due(license_, context)
        code = context.knowledge.boards[name].jurisdiction
        rows.append(
            (offers.ask("credit_status", "licenses.button.status", {"jurisdictions": [code]}),)
        )
    elif certificate is not None:
        title, day = name, certificate.expires
    rows.insert(
        0,
        (
            Button("licenses.button.date", pack("licenses", "date", name)),
            Button("licenses.button.remove", pack("licenses", "remove", name)),
        ),
    )
    rows.append((_back(),))
    values = {
        "name": title,
        "day": day,
        "said": license_ is None or license_.expires is not None,
        "issued": license_.issued if license_ else None,
        "ending": (license_.number or "")[-3:] if license_ else "",
    }
    return [Edit("licenses.one", values, tuple(rows))]


def _holding(name: str, context: Context) -> tuple[License | None, Any]:
    return holdings.held_license(name, context), holdings.held_certification(name, context)


def _back() -> Button:
    return Button("licenses.button.back", pack("licenses", "all"))


def _gone(context: Context) -> Edit:
    """Asked about something that is not held (any more): what is held instead."""
    shown = _overview(context)
    return Edit(shown.key, shown.values, shown.buttons)


# ── said in free words ──────────────────────────────────────────────────────────────────────


def _said(
    question: Question, words: str, context: Context
) -> tuple[list[Part], dict[str, Any] | None]:
    """What a message notes at once, or the answers to open the form with; None: neither."""
    slots = question.slots
    expires = _said_expiry(question, words, context)
    said_type: LicenseType | None = slots.get("license_type")
    parts: list[Part] = []
    if dated := said_dates(question, context):
        return [_dated_part(name, value, context) for name, value in dated.items()], None
    if codes := slots.get("jurisdictions"):
        license_type = said_type or _type_held(codes, context) or holdings.type_for(context)
        if license_type is None or not _can_note(codes, license_type, expires, context):
            known = {"what": "license", "state": list(codes), "type": license_type}
            if expires:
                known["expires"] = expires.isoformat()
            return [], {key: value for key, value in known.items() if value}
        found = [holdings.license_part(code, license_type, expires, context) for code in codes]
        parts += [part for part in found if part is not None]
    facts = said_facts(question.text)
    if board := slots.get("certifying_board"):
        parts.append(holdings.certification_part(board, expires, context))
    if "dea" in words.split() and expires and not codes:
        parts.append(holdings.dea_part(expires, context))
        facts.pop("dea", None)
    if said_type and said_type != context.physician.profile.license_type:
        parts.append(holdings.type_part(said_type, context))
    if (specialty := slots.get("specialty")) and not slots.get("certifying_board"):
        parts.append(holdings.specialty_part(specialty, context))
    parts += [holdings.fact_part(name, context, value=value) for name, value in facts.items()]
    if parts:
        return parts, None
    return [], _opening(words, expires)


def _dated_part(name: str, value: Fact, context: Context) -> Part:
    """A fact with a date, a month or a number, kept where it belongs."""
    asked = fact_words.asking(name, context)
    assert asked is not None
    line = {
        "kind": "said",
        "name": asked.question,
        "about": asked.about,
        "value": fact_words.spoken(name, value, context),
    }
    before = fact_words.written(fact_words.known(name, context))
    return Part(fact_words.changes(name, value, context), line, f"G,{name}={before}")


def _said_expiry(question: Question, words: str, context: Context) -> date | None:
    """The end date; a bare month counts here, as licenses run to its last day."""
    if said := question.slots.get("expires_on"):
        return date.fromisoformat(said)
    return read_date(question.text, context.today) if set(words.split()) & _ENDING else None


def _type_held(codes: Sequence[str], context: Context) -> LicenseType | None:
    """The type of the license that is already held where a change is meant."""
    boards = context.knowledge.boards
    types = {
        held.type for held in context.physician.licenses if boards[held.board].jurisdiction in codes
    }
    return types.pop() if len(types) == 1 else None


def _can_note(
    codes: Sequence[str], license_type: LicenseType, expires: date | None, context: Context
) -> bool:
    """One state without a date is asked for it; several are noted and dated one by one."""
    return (
        bool(expires)
        or len(codes) > 1
        or context.knowledge.board_of(codes[0], license_type) is None
    )


def _opening(words: str, expires: date | None) -> dict[str, Any] | None:
    """Where the form begins, for a message that wants to add something and says little else."""
    said = set(words.split())
    known: dict[str, Any] = {}
    if "dea" in said:
        known = {"what": "dea"}
    elif said & {"license", "licence", "licensed", "licensure"}:
        known = {"what": "license"} | ({"expires": expires.isoformat()} if expires else {})
    elif said & {"certification", "certificate", "certified", "board"}:
        known = {"what": "certification"}
    if said & _MINE and not said & _ADDING:
        return None
    return known if known or said & _ADDING else None


def _noted(parts: Sequence[Part], context: Context) -> Sequence[Effect]:
    """The changes, a line for each, and a way back for each."""
    changes = [change for part in parts for change in part.changes if part.undo]
    undo = [
        Button(
            "licenses.button.undo" if len(parts) == 1 else "licenses.button.undo_one",
            data,
            values={"name": part.line["name"]},
        )
        for part in parts
        if part.undo and len(data := f"licenses:undo:0:{part.undo}") <= LIMIT
    ]
    undated = [
        change.license.board
        for part in parts
        for change in part.changes
        if part.line["kind"] == "license" and part.line["day"] is None
        if hasattr(change, "license")
    ]
    dates = tuple(
        (
            Button(
                "licenses.button.date_of",
                pack("licenses", "date", board),
                values={"state": context.knowledge.boards[board].jurisdiction_name},
            ),
        )
        for board in undated[:SHOWN]
    )
    rows = (tuple(undo[:2]), *dates, (Button("licenses.button.all", pack("licenses", "all")),))
    values = {
        "lines": [part.line for part in parts],
        "entries": [
            entry
            for entry in differences(context, after(changes, context))
            if entry["verdict"]["duty"] not in FEDERAL
        ][:MOST_EFFECTS],
    }
    return [*changes, Say("licenses.noted", values, rows)]


# ── the form's end, dates ───────────────────────────────────────────────────────────────────


def _finish(answers: Answers, context: Context) -> Sequence[Effect]:
    """The form's answers noted."""
    if answers["what"] == "certification":
        part = holdings.certification_part(answers["board"], _day(answers["until"]), context)
        return _noted([part], context)
    if answers["what"] == "dea":
        return _noted([holdings.dea_part(_day(answers["dea_until"]), context)], context)
    expires = _day(answers.get("expires"))
    codes: Sequence[str] = answers["state"]
    found = {code: holdings.license_part(code, answers["type"], expires, context) for code in codes}
    parts = [part for part in found.values() if part is not None]
    if not parts:
        state = context.knowledge.jurisdictions[codes[0]]
        return [Say("requirement.no_board", {"state": state}, ((menu.button(),),))]
    if context.physician.profile.license_type is None:
        parts.append(holdings.type_part(answers["type"], context))
    return _noted(parts, context)


def _day(value: Any) -> date | None:
    return None if value in (None, NOT_SURE) else date.fromisoformat(value)


def _ask_date(name: str, context: Context) -> Sequence[Effect]:
    held, certificate = _holding(name, context)
    if held is not None:
        code = context.knowledge.boards[held.board].jurisdiction
        known = {"what": "license", "state": [code], "type": held.type}
    elif certificate is not None:
        known = {"what": "certification", "board": certificate.board}
    elif name == "dea":
        known = {"what": "dea"}
    else:
        return [_gone(context)]
    return form.begin(FORM, context, known)


def _started(argument: str, context: Context) -> Sequence[Effect]:
    """A license that was only thought of, added for real: `NV,MD` and the end date if said."""
    code, license_type, *day = argument.split(",")
    if code not in context.knowledge.jurisdictions or license_type not in TYPES:
        return start.outdated(context)
    if not day:
        return form.begin(FORM, context, {"what": "license", "state": [code], "type": license_type})
    kind: LicenseType = "DO" if license_type == "DO" else "MD"
    part = holdings.license_part(code, kind, _day(day[0]), context)
    return _noted([part], context) if part else start.outdated(context)


def _give_date(argument: str, context: Context) -> Sequence[Effect]:
    """A date said without its license, given to the one that was then tapped."""
    board, _, day = argument.partition(",")
    held = holdings.held_license(board, context)
    if held is None:
        return [_gone(context)]
    code = context.knowledge.boards[board].jurisdiction
    part = holdings.license_part(code, held.type, _day(day), context)
    return _noted([part], context) if part else [_gone(context)]


# ── removing ────────────────────────────────────────────────────────────────────────────────


def _is_removing(words: str) -> bool:
    said = set(words.split())
    is_pair = any(pair in words for pair in _REMOVING_PAIRS)
    return bool(said & _REMOVING) or (is_pair and bool(said & {"license", "licensed", "certified"}))


def _remove_said(question: Question, words: str, context: Context) -> Sequence[Effect]:
    slots = question.slots
    boards = context.knowledge.boards
    codes = slots.get("jurisdictions", ())
    wanted = [
        held.board
        for held in context.physician.licenses
        if boards[held.board].jurisdiction in codes
        and slots.get("license_type") in (None, held.type)
    ]
    if slots.get("certifying_board"):
        wanted.append(slots["certifying_board"])
    if not wanted and not codes and "dea" in words.split():
        wanted.append("dea")
    asked = [_confirm(name, context) for name in wanted]
    found = [Say(one.key, one.values, one.buttons) for one in asked if one is not None]
    if found:
        return found
    names = [context.knowledge.jurisdictions[code] for code in codes]
    if slots.get("certifying_board"):
        names.append(slots["certifying_board"])
    shown = _overview(context)
    return [Say("licenses.not_held", {"names": names}, shown.buttons)]


def _confirm(name: str, context: Context) -> Edit | None:
    """Asked once, the final button in another place than the one that led here."""
    held, certificate = _holding(name, context)
    if held is not None:
        title = holdings.license_name(held, context)
    elif certificate is not None:
        title = name
    elif name == "dea":
        title = "DEA registration"
    else:
        return None
    keep = Button("licenses.button.keep", pack("licenses", "all"))
    values = {"name": title}
    remove = Button(
        "licenses.button.removed", pack("licenses", "removed", name), values=values, danger=True
    )
    return Edit(
        "licenses.confirm", {**values, "number": bool(held and held.number)}, ((keep,), (remove,))
    )


def _remove(name: str, context: Context) -> Sequence[Effect]:
    held, certificate = _holding(name, context)
    if held is not None and held.id is not None:
        part = holdings.license_removed(held, context)
    elif certificate is not None and certificate.id is not None:
        part = holdings.certification_removed(certificate)
    elif name == "dea":
        part = holdings.dea_removed(context)
    else:
        return start.outdated(context)
    undo = Button("licenses.button.undo", pack("licenses", "undo", part.undo))
    row = (undo, _back()) if part.undo else (_back(),)
    return [*part.changes, Edit("licenses.noted", {"lines": [part.line], "entries": []}, (row,))]


def _undo(argument: str, context: Context) -> Sequence[Effect]:
    if argument.startswith("G,"):
        name, _, value = argument.removeprefix("G,").partition("=")
        before = fact_words.read_back(name, value, context)
        changes: Sequence[Change] = fact_words.changes(name, before, context)
    else:
        changes = holdings.undone(argument, context)
    if not changes:
        return start.outdated(context)
    return [*changes, Edit("licenses.undone", {}, ((_back(),),))]


FORM = license_form(_finish)

DIALOG = Dialog(
    "licenses",
    answer,
    intents=("add_license",),
    command="licenses",
    aliases=("license",),
    press=press,
    proceed=partial(form.proceed, FORM),
    again=partial(form.again, FORM),
    rereads=rereads,
)
