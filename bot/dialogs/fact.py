"""The one missing fact, asked and kept: yes or no, a choice, a number or a date."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.buttons import Press, pack, unpack
from bot.dialogs import credit_status, fact_words, form, offers, start, told_facts
from bot.dialogs.afterwards import after
from bot.dialogs.context import Context, Dialog
from bot.dialogs.differences import differences
from bot.dialogs.form_fields import NOT_SURE, Field, Form
from bot.dialogs.form_kinds import (
    AnswerKind,
    Answers,
    Option,
    Reading,
    choice,
    choice_of,
    day,
    line,
    read_slot,
)
from bot.dialogs.knowledge import folded
from bot.model import (
    AcknowledgePress,
    Button,
    DropDialog,
    Edit,
    Effect,
    Fact,
    Incoming,
    Kind,
    Question,
    Rows,
    Say,
)
from bot.texts import MONTHS
from bot.understanding.dates import read_span

YES = Option("yes", ("y", "yep", "yeah", "i do", "yes i do", "sure", "correct", "it is", "i am"))
NO = Option("no", ("n", "nope", "i dont", "no i dont", "never", "not at all", "it is not", "none"))
SOMETIMES = Option("sometimes", ("a bit", "a little", "rarely", "occasionally", "now and then"))

OFTEN_ENOUGH = frozenset(
    {"direct_patient_care", "prescribes_controlled", "prescribes_opioids", "prescribes_any"}
    | {"prescribes_buprenorphine", "treats_adults", "treats_adults_26", "treats_children"}
    | {"emergency_room", "maternal_care", "obstetric_care", "recommends_cannabis"}
    | {"autism_care", "intractable_pain", "office_anesthesia"}
)
"""Facts of which doing it at all is a yes."""

AHEAD = frozenset({"expires", "dea_expires", "cme_due"})
"""Dates that lie ahead; all others are past."""

MOST = {"birth_day": 31, "have": 10_000}
"""The largest number that a fact can be."""

MOST_WORDS = 4
"""A longer message under a question is read as a message of its own."""

_BACK = frozenset({"back", "go back", "previous"})


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """The fact that was given in so many words; else where somebody stands."""
    if name := question.slots.get("fact"):
        value = _value(question.slots["value"], name, context)
        return _kept(name, value, context, "standing")
    return credit_status.answer(question, context)


def rereads(question: Question, context: Context) -> Question | None:
    """A bare yes, no or date right under a standing that asks one question: its answer."""
    shown = [data for _, data in context.conversation.shown]
    name = next((data.split(":", 3)[3] for data in shown if data.startswith("fact:ask:")), None)
    told = any(data.startswith("credit_status:why:") for data in shown)
    if name is None or not told or context.conversation.dialog is not None:
        return None
    name = fact_words.from_button(name, context)
    asked = fact_words.asking(name, context)
    typed = folded(question.text)
    if asked is None or len(typed.split()) > MOST_WORDS:
        return None
    answers = {"subject": name, "origin": "standing"}
    value: Any = None
    if asked.word.kind == "yes_no":
        options = _choices(answers, context)
        value = next((one.id for one in options if typed in (one.id, *one.words)), None)
    elif asked.word.kind == "date" and re.search(r"\d", typed):
        value = _typed_day(question, answers, context)
    if value is None:
        return None
    return Question("fact", {"fact": name, "value": value}, text=question.text)


def _typed_day(question: Question, answers: Answers, context: Context) -> str | None:
    """A date typed alone, with no state or board beside it."""
    named = {slot for slot, words in question.evidence.items() if words != "before"}
    if named & {"jurisdictions", "certifying_board", "topics"}:
        return None
    incoming = Incoming(0, 0, Kind.TEXT, context.now, text=question.text)
    field = next(one for one in FORM.fields if one.key == _kind_of(answers, context))
    value: str | None = field.kind.read(Reading(incoming, answers, context))
    return None if value is None or field.check(value, context) else value


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    match pressed.step:
        case "ask" | "change":
            return _opened(pressed, context)
        case "back":
            return _back(context)
        case "forget":
            name = fact_words.from_button(pressed.argument, context)
            return [DropDialog(), *_kept(name, None, context, "")]
        case "undo":
            return _undone(pressed.argument, context)
        case _:
            return form.press(FORM, pressed, context)


def proceed(incoming: Incoming, context: Context) -> Sequence[Effect] | None:
    """An answer to the question, as long as it is the newest thing said in the chat."""
    if not _is_newest(context):
        return None
    if folded(incoming.text) in _BACK:
        return _back(context)
    return form.proceed(FORM, incoming, context)


def again(context: Context) -> Sequence[Effect]:
    """The question once more; one that was left by a button for something else is let go."""
    return form.again(FORM, context) if _is_newest(context) else [DropDialog()]


def _is_newest(context: Context) -> bool:
    opened = context.conversation.dialog
    revision = opened.revision if opened else -1
    presses = (unpack(data) for _, data in context.conversation.shown)
    return any(one and one.dialog == "fact" and one.revision == revision for one in presses)


# ── asking ──────────────────────────────────────────────────────────────────────────────────


def _opened(pressed: Press, context: Context) -> Sequence[Effect]:
    name = fact_words.from_button(pressed.argument, context)
    asked = fact_words.asking(name, context)
    if asked is None:
        return start.outdated(context)
    known = {"subject": name, "origin": "licenses" if pressed.step == "change" else "standing"}
    effects = form.begin(FORM, context, known)
    return [_in_place(effect, name, context) for effect in effects]


def _in_place(effect: Effect, name: str, context: Context) -> Effect:
    """The question in the message whose button led to it; an earlier answer can be forgotten."""
    if not isinstance(effect, Say):
        return effect
    rows = effect.buttons
    if fact_words.known(name, context) is not None:
        data = pack("fact", "forget", fact_words.in_button(name))
        rows = (*rows, (Button("fact.button.forget", data),))
    return Edit(effect.key, effect.values, rows)


def _back(context: Context) -> Sequence[Effect]:
    opened = context.conversation.dialog
    if opened and opened.name == "fact" and opened.answers.get("origin") == "licenses":
        return [DropDialog(), told_facts.facts_page(context)]
    return [DropDialog(), Edit(*credit_status.page(credit_status.last_question(context), context))]


# ── kinds of answer ─────────────────────────────────────────────────────────────────────────


def _fact_id(answers: Answers) -> str:
    return str(answers["subject"]).partition("@")[0].partition(":")[0]


def _kind_of(answers: Answers, context: Context) -> str:
    """The name of the field that takes this fact."""
    word = context.knowledge.facts[_fact_id(answers)]
    if word.id == "birth_month":
        return "month"
    if word.kind == "date":
        return "future_day" if word.id in AHEAD else "past_day"
    return word.kind


def _is(kind: str) -> Any:
    return lambda answers, context: _kind_of(answers, context) == kind


def _choices(answers: Answers, _: Context) -> Sequence[Option]:
    often = _fact_id(answers) in OFTEN_ENOUGH
    return (YES, NO, SOMETIMES) if often else (YES, NO)


def _past_day() -> AnswerKind:
    """A day; of a month or a year the first, so that nothing counts as done later than it was."""

    def read(reading: Reading) -> str | None:
        found = read_span(reading.text, reading.context.today, "past")
        if found is None or found[0] is None:
            return None
        return found[0].isoformat()

    return AnswerKind(read, lambda value, _: str(value))


def _not_ahead(value: Any, context: Context) -> str | None:
    if value in (None, NOT_SURE):
        return None
    return "fact.past_day.ahead" if value > context.today.isoformat() else None


def _number() -> AnswerKind:
    def read(reading: Reading) -> int | None:
        found = re.fullmatch(r"\D{0,40}?(\d{1,5})\D{0,40}", reading.text)
        most = MOST.get(_fact_id(reading.answers), MOST["have"])
        return int(found[1]) if found and int(found[1]) <= most else None

    return AnswerKind(read, lambda value, _: str(value))


def _parity() -> AnswerKind:
    even_or_odd = choice(Option("even"), Option("odd", ("uneven",)))

    def read(reading: Reading) -> str | None:
        year = re.search(r"\b(?:19|20)?\d{2}\b", reading.text)
        if year:
            return "odd" if int(year[0]) % 2 else "even"
        picked: str | None = even_or_odd.read(reading)
        return picked

    return replace(even_or_odd, read=read)


def _letter() -> AnswerKind:
    def read(reading: Reading) -> str | None:
        words = re.findall(r"[A-Za-z]+", reading.text)
        return words[-1][0].upper() if words else None

    return AnswerKind(read, lambda value, _: str(value))


def _specialty() -> AnswerKind:
    def read(reading: Reading) -> str | None:
        found: str | None = read_slot(reading, "specialty")
        return found

    return AnswerKind(read, lambda value, context: context.knowledge.specialties[value])


def _words(answers: Answers, context: Context) -> dict[str, Any]:
    asked = fact_words.asking(answers["subject"], context)
    assert asked is not None
    return {"question": asked.question, "about": asked.about, "why": asked.why}


def _field(key: str, kind: AnswerKind, **more: Any) -> Field:
    return Field(key, kind, unsure=True, when=_is(key), values=_words, **more)


# ── an answer and its effect ────────────────────────────────────────────────────────────────


def _finish(answers: Answers, context: Context) -> Sequence[Effect]:
    name, origin = answers["subject"], answers["origin"]
    value = answers[_kind_of(answers, context)]
    if value == NOT_SURE:
        said = credit_status.page(credit_status.last_question(context), context)
        return [AcknowledgePress("fact.left_open"), Edit(*said)]
    return _kept(name, _value(value, name, context), context, origin)


def _value(value: Any, name: str, context: Context) -> Fact | None:
    """The form's answer as the fact is kept."""
    if value in ("yes", "sometimes"):
        return True
    if value == "no":
        return False
    return fact_words.read_back(name, str(value), context)


def _kept(name: str, value: Fact | None, context: Context, origin: str) -> Sequence[Effect]:
    """The fact stored, and what it changes said at once in the same message."""
    asked = fact_words.asking(name, context)
    if asked is None:
        return start.outdated(context)
    before = fact_words.known(name, context)
    changes = fact_words.changes(name, value, context)
    later = after(changes, context)
    entries = differences(context, later)
    values = {
        "question": asked.question,
        "about": asked.about,
        "value": "" if value is None else fact_words.spoken(name, value, context),
        "entries": entries[:4],
    }
    way_back = f"{fact_words.in_button(name)}={fact_words.written(before)}"
    undo = Button("fact.button.undo", pack("fact", "undo", way_back))
    rows: Rows
    if origin == "licenses":
        rows = ((undo, Button("fact.button.back", pack("licenses", "facts"))),)
    else:
        several = sum(len(entry["due"]) for entry in entries) > 1
        rows = (*_next(later, several=several), (undo, credit_status.button_back()))
    return [*changes, Edit("fact.effect", values, rows)]


def _next(later: Context, *, several: bool) -> Rows:
    """What is likeliest wanted next: the next open question, and courses for what is due now."""
    found = credit_status.asked(credit_status.last_question(later), later)
    find = credit_status.find_button(found, later)
    if several:
        find = [offers.ask("activity_search", "fact.button.several")]
    return tuple((button,) for button in (*credit_status.fact_button(found, later), *find)[:2])


def _undone(argument: str, context: Context) -> Sequence[Effect]:
    written_name, _, value = argument.partition("=")
    name = fact_words.from_button(written_name, context)
    changes = fact_words.changes(name, fact_words.read_back(name, value, context), context)
    if not changes or fact_words.asking(name, context) is None:
        return start.outdated(context)
    later = after(changes, context)
    shown = credit_status.page(credit_status.last_question(later), later)
    return [AcknowledgePress("fact.undone"), *changes, Edit(*shown)]


FORM = Form(
    "fact",
    1,
    "fact.title",
    (
        Field("subject", line(), listed=False),
        Field("origin", line(), listed=False),
        _field("yes_no", choice_of(_choices)),
        _field("past_day", _past_day(), check=_not_ahead),
        _field("future_day", day("future")),
        _field(
            "month",
            choice(
                *(
                    Option(str(place), (month, month[:3]), label=month[:3])
                    for place, month in enumerate(MONTHS, 1)
                )
            ),
            columns=4,
        ),
        _field("number", _number()),
        _field("specialty", _specialty()),
        _field("parity", _parity()),
        _field("letter", _letter()),
    ),
    _finish,
    intents=frozenset({"add_license"}),
)

DIALOG = Dialog(
    "fact",
    answer,
    intents=("fact",),
    listed=False,
    press=press,
    proceed=proceed,
    again=again,
    rereads=rereads,
)
