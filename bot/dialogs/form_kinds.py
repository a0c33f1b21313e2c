"""Kinds of answer that a form can wait for: how each is read from a message and shown again."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rapidfuzz import fuzz, process

from bot.dialogs.context import Context
from bot.dialogs.knowledge import folded
from bot.model import Effect, Incoming, Kind
from bot.texts import MONTHS, plain_day
from bot.understanding import understand
from bot.understanding.calendar_words import MONTHS as CALENDAR_MONTHS
from bot.understanding.dates import read_date, read_span
from bot.understanding.periods import Direction, month_end

Answers = Mapping[str, Any]

NEAR = 86
"""The rapidfuzz ratio from which typed words are taken for a misspelt option."""

_BETWEEN = re.compile(r"(?:\s*(?:[,/&+]|\band\b)\s*)+", re.IGNORECASE)

_ORDINAL = re.compile(r"\b(\d{1,2}) ?(?:st|nd|rd|th)\b", re.IGNORECASE)
_SEASONS = frozenset({"spring", "summer", "fall", "autumn", "winter"})

_ABOUT = re.compile(
    r"\b(about|around|approximately|approx|roughly|or so|i think|maybe|ca)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: `words` are further ways to type it; `label` stands for itself where it is data.

    Without `label` the option's label is the text `<dialog>.<field>.option.<id>`.
    """

    id: str
    words: tuple[str, ...] = ()
    label: str = ""


Options = Callable[[Answers, Context], Sequence[Option]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is at hand when an answer is read."""

    incoming: Incoming
    answers: Answers
    context: Context

    @property
    def text(self) -> str:
        return self.incoming.text.strip()


@dataclass(frozen=True, slots=True)
class AnswerKind:
    """How an answer is read (None: this message is none) and how it reads in words.

    Answers are JSON values. `is_open`: nearly any words are an answer. `gathers`: several messages
    make one answer, a list, until the physician says it is done. `taken` is what is kept where an
    option was picked by its button. `of_files`: files are answers, which elsewhere go to the dialog
    that reads them. `wants` is what a new piece causes besides being kept, for the form of that
    name. `name` says how a piece is called on the button that takes it out again; without it
    pieces are not taken out one by one. `removed` is what taking it out causes.
    """

    read: Callable[[Reading], Any]
    words: Callable[[Any, Context], str]
    options: Options | None = None
    is_open: bool = False
    gathers: bool = False
    of_files: bool = False
    taken: Callable[[str, Answers, Context], Any] = lambda picked, *_: picked
    wants: Callable[[str, Any, Context], Sequence[Effect]] = lambda *_: ()
    name: Callable[[Any], str] | None = None
    removed: Callable[[Any], Sequence[Effect]] = lambda *_: ()


# ── one of several ──────────────────────────────────────────────────────────────────────────


def choice(*options: Option) -> AnswerKind:
    """One of the given options, by button, by number or by words."""
    return choice_of(lambda *_: options)


def choice_of(options: Options) -> AnswerKind:
    """One of the options that follow from the answers so far and from what is known."""

    def read(reading: Reading) -> str | None:
        return pick(reading.text, options(reading.answers, reading.context))

    return AnswerKind(read, lambda value, _: str(value), options)


def pick(text: str, options: Sequence[Option]) -> str | None:
    """The option that typed words mean: its number, its words, or these misspelt."""
    typed = folded(text)
    if typed.isdigit() and 0 < int(typed) <= len(options):
        return options[int(typed) - 1].id
    named = {
        folded(words): option.id
        for option in options
        for words in (option.label, option.id.replace("_", " "), *option.words)
        if words
    }
    if typed in named:
        return named[typed]
    if near := process.extractOne(typed, list(named), scorer=fuzz.ratio, score_cutoff=NEAR):
        return named[near[0]]
    inside = {found for words, found in named.items() if f" {words} " in f" {typed} "}
    return inside.pop() if len(inside) == 1 else None


# ── words ───────────────────────────────────────────────────────────────────────────────────


def line(limit: int = 300) -> AnswerKind:
    """A few words, such as a name or a title; line ends become spaces."""

    def read(reading: Reading) -> str | None:
        words = " ".join(reading.text.split())
        return words[:limit] or None

    return AnswerKind(read, lambda value, _: str(value), is_open=True)


def story() -> AnswerKind:
    """As many messages as wanted; each is kept as [message id, words]."""

    def read(reading: Reading) -> list[Any] | None:
        if reading.incoming.kind not in (Kind.TEXT, Kind.EDITED) or not reading.text:
            return None
        return [reading.incoming.message_id, reading.text]

    return AnswerKind(
        read,
        lambda value, _: "\n\n".join(words for _, words in value),
        is_open=True,
        gathers=True,
    )


# ── days ────────────────────────────────────────────────────────────────────────────────────


def day(direction: Direction) -> AnswerKind:
    """A day as ISO text; a month or year stands for its last day, as licenses run to it."""

    def read(reading: Reading) -> str | None:
        found = read_date(reading.text, reading.context.today, direction)
        return found.isoformat() if found else None

    return AnswerKind(read, lambda value, _: plain_day(date.fromisoformat(value)))


def period(direction: Direction) -> AnswerKind:
    """A day, a month or "about spring": `{"first", "last", "about"}`, days as ISO text."""

    def read(reading: Reading) -> dict[str, Any] | None:
        found = span_in(reading.text, reading.context.today, direction)
        if found is None:
            return None
        first, last = found
        return {
            "first": first.isoformat() if first else None,
            "last": last.isoformat() if last else None,
            "about": bool(_ABOUT.search(reading.text)),
        }

    return AnswerKind(read, lambda value, _: period_words(value))


def span_in(text: str, today: date, direction: Direction) -> tuple[date | None, date | None] | None:
    """A stretch of days; where a date was asked for, "the March webinar, the 12th" is one too."""
    if found := read_span(text, today, direction):
        return found
    words = folded(text).split()
    if season := next((word for word in words if word in _SEASONS), None):
        return read_span(f"last {season}", today, direction)
    month = next((word for word in words if word in CALENDAR_MONTHS), None)
    if month is None:
        return None
    ordinal = _ORDINAL.search(text)
    near = f"{month} {ordinal[1]}" if ordinal else f"in {month}"
    return read_span(near, today, direction)


def period_words(value: Mapping[str, Any]) -> str:
    """`March 12, 2026`, `about March 2026`, `March 1, 2026 to May 31, 2026`."""
    first = date.fromisoformat(value["first"]) if value["first"] else None
    last = date.fromisoformat(value["last"]) if value["last"] else None
    about = "about " if value["about"] else ""
    if first is None or last is None:
        known = first or last
        side = "since" if first else "until"
        return f"{side} {plain_day(known)}" if known else ""
    if first == last:
        return about + plain_day(first)
    if first.day == 1 and last == month_end(first):
        return f"{about}{MONTHS[first.month - 1]} {first.year}"
    return f"{about}{plain_day(first)} to {plain_day(last)}"


# ── names ───────────────────────────────────────────────────────────────────────────────────


def states() -> AnswerKind:
    """One jurisdiction or several; here even "or" and "in" are Oregon and Indiana."""

    def read(reading: Reading) -> list[str] | None:
        known = reading.context.knowledge.jurisdictions
        parts = [part.strip(" .").upper() for part in _BETWEEN.split(reading.text)]
        if parts and all(part in known for part in parts):
            return list(dict.fromkeys(parts))
        found: list[str] | None = read_slot(reading, "jurisdictions")
        return found or None

    def words(value: Sequence[str], context: Context) -> str:
        return ", ".join(context.knowledge.jurisdictions[code] for code in value)

    return AnswerKind(read, words)


def read_slot(reading: Reading, slot: str) -> Any:
    """What understanding reads for one slot of a message; None where it reads nothing."""
    context = reading.context
    read = understand(reading.text, context.today, context.knowledge.lexicon)
    return next((one.slots[slot] for one in read if one.slots.get(slot)), None)
