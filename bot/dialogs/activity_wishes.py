"""What a question wishes of an activity: the search it makes, and the wishes in words."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from rapidfuzz.distance import OSA

from bot.dialogs.activity_words import QUOTED, shortened
from bot.dialogs.context import Context
from bot.dialogs.knowledge import folded
from bot.dialogs.standings import gaps, open_rules
from bot.model import Question, RuleStanding, Search, Standing
from bot.texts import listed, plain_day

PAGE = 5
"""Results on a page."""

AT_A_PLACE = frozenset({"in-person", "live"})
"""Formats with which a state that is named is where the activity takes place."""

_SUBJECT = ("topics", "specialty")
_NOT_WORDS = (
    "jurisdictions",
    "certifying_board",
    "license_type",
    "credit_type",
    "format",
    "free",
    "city",
    "provider",
    "date_from",
    "date_to",
    "min_credits",
)
_OVER = re.compile(
    r"\b(?:past|previous|expired|ended|no longer|already over|history|old) (?:ones?|activit|course)"
    r"|\b(?:including|even|with) (?:the )?(?:past|expired|ended|old)\b"
)
_CLOSING = re.compile(
    r"\bclos\w* (?:the |out )?(?:most|all|as m)|\bmost (?:of )?(?:my )?(?:open|gaps|rules)"
    r"|\b(?:fill|close|cover)\w* (?:all |most |several )?(?:of )?(?:my )?(?:open )?(?:gaps|rules)"
    r"|\b(?:several|all|both) (?:of )?(?:my )?(?:states|licenses|rules)|\bbest next\b"
)
_EMPTY = frozenset(
    """
    a about activities activity affordable all an and another any anything are as at best
    better bucks by can cheap cheaper cheapest class classes cme conference conferences
    could course courses credit credits do dollar dollars education every everything filter
    find for from get give good has have help hour hours hr hrs i in inexpensive is it just
    kind less let list live look looking lot make me medical meeting meetings more most my
    near need needed new next nice no not of offer offered on one ones only open option
    options or other our please pls points program programs quick really recommend related
    same search see session sessions show some something soon stuff such suggest take talk
    talks than thank thanks that the their them there these they thing things this those to
    topic topics toward training u up us want we what when where which who with without
    would you your
    """.split()  # noqa: SIM905 - a list of words reads as words
)
"""Words of a message that name no subject of an activity."""

_KINDS = ("course", "courses", "activity", "activities", "credits", "conference", "education")
"""Those of them that are also known with a slip."""


def asked(question: Question) -> Question:
    """The question with the words to look for among its slots, so that they can be kept.

    A follow-up keeps the words of the question it goes on with, unless it names a new subject.
    """
    slots = {name: kept for name, kept in question.slots.items() if name not in ("page", "pick")}
    fresh = [name for name in _SUBJECT if question.evidence.get(name, "before") != "before"]
    if "words" not in slots:
        slots["words"], slots["beyond"] = _words(question)
        slots |= {
            name: True
            for name, cue in (("history", _OVER), ("closing", _CLOSING))
            if cue.search(folded(question.text))
        }
    elif fresh:
        slots |= {"words": "", "beyond": "", "missing": ""}
    if question.intent == "plan" or slots.get("closing"):
        slots |= {"words": "", "beyond": "", "closing": True}
    return replace(question, intent="activity_search", slots=slots)


def _words(question: Question) -> tuple[str, str]:
    """What the message says beside its filters, with the known subject in it and without.

    Both are empty where it names nothing but a known subject.
    """
    evidence = question.evidence
    rest = _without(question.text, [evidence[name] for name in _NOT_WORDS if name in evidence])
    beyond = _without(rest, [evidence[name] for name in _SUBJECT if name in evidence])
    more = " ".join(_telling(beyond))
    return (" ".join(_telling(rest)) if more else "", more)


def is_bare(question: Question) -> bool:
    """Whether a message is nothing but names, such as "ABIM" or "ohio opioids"."""
    named = [quote for slot, quote in question.evidence.items() if slot != "intent"]
    return bool(named) and not _telling(_without(question.text, named))


def _without(text: str, quotes: Iterable[str]) -> str:
    for quote in (part for several in quotes for part in several.split(", ")):
        text = re.sub(rf"(?<!\w){re.escape(quote)}(?!\w)", " ", text, count=1, flags=re.IGNORECASE)
    return text


def _telling(text: str) -> list[str]:
    return [word for word in text.split() if folded(word) and not _is_empty(folded(word))]


def _is_empty(word: str) -> bool:
    if word.isdigit() and len(word) < len("2026"):
        return True
    return word in _EMPTY or any(OSA.distance(word, one, score_cutoff=1) < 2 for one in _KINDS)  # noqa: PLR2004, one slip


# ── the search ──────────────────────────────────────────────────────────────────────────────


def search_of(question: Question, page: int, context: Context) -> Search:
    """The search that a question, made ready by `asked`, stands for."""
    slots = question.slots
    rules = rules_of(question, context)
    topics = tuple(slots.get("topics", ()))
    return Search(
        today=context.today,
        words=slots.get("words", ""),
        topics=topics or demanded(question, context),
        specialty=slots.get("specialty"),
        format=slots.get("format"),
        date_from=_date(slots.get("date_from")),
        date_to=_date(slots.get("date_to")),
        city=slots.get("city"),
        state=place_of(slots),
        free=slots.get("free"),
        min_credits=_decimal(slots.get("min_credits")),
        credit_type=slots.get("credit_type"),
        certifying_board=slots.get("certifying_board"),
        provider=slots.get("provider"),
        order="gaps" if rules and by_gaps(slots) else "match",
        gaps=gaps(rules),
        history=bool(slots.get("history")),
        limit=PAGE,
        offset=page * PAGE,
    )


def by_gaps(slots: Mapping[str, Any]) -> bool:
    """Whether what closes most comes first: where that was asked, or nothing else was."""
    subject = ("words", "topics", "specialty", "provider", "certifying_board", "city")
    return bool(slots.get("closing")) or not any(slots.get(name) for name in subject)


def rules_of(question: Question, context: Context) -> tuple[tuple[Standing, RuleStanding], ...]:
    """The physician's open rules; only those of the states that the question names, if any."""
    rules = open_rules(context)
    codes = question.slots.get("jurisdictions", ())
    if not codes or place_of(question.slots):
        return rules
    boards = context.knowledge.boards
    return tuple(
        (one, rule)
        for one, rule in rules
        if one.board in boards and boards[one.board].jurisdiction in codes
    )


def demanded(question: Question, context: Context) -> tuple[str, ...]:
    """Topics that a state asks for, where a question names the state and no other subject."""
    slots = question.slots
    codes = slots.get("jurisdictions", ())
    if not codes or place_of(slots) or not by_gaps(slots) or rules_of(question, context):
        return ()
    license_type = slots.get("license_type") or context.physician.profile.license_type
    boards = [context.knowledge.board_of(code, license_type) for code in codes]
    known = context.knowledge.topics
    return tuple(
        dict.fromkeys(
            topic.topic
            for board in boards
            if board
            for topic in board.topics
            if topic.topic in known
            and (topic.effective_until is None or topic.effective_until >= context.today)
        )
    )


def place_of(slots: Mapping[str, Any]) -> str | None:
    """The state in which the activity takes place; mostly a state is one to count in."""
    codes = slots.get("jurisdictions", ())
    meeting = slots.get("format") in AT_A_PLACE or (
        slots.get("format") is None and (slots.get("date_from") or slots.get("date_to"))
    )
    return codes[0] if codes and meeting else None


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


# ── the wishes in words ─────────────────────────────────────────────────────────────────────

KINDS = {
    "online": "online",
    "in-person": "in-person",
    "live": "live",
    "live-online": "live online",
    "enduring": "on-demand",
    "journal": "journal",
    "podcast": "podcast",
}
"""A wished format as it stands before "activities"."""


def kinds(search: Search, relaxed: Sequence[str]) -> str:
    """What stands before "activities": `free online `, `past and present `."""
    said = []
    if search.history:
        said.append("past and present")
    if search.free and "free" not in relaxed:
        said.append("free")
    if search.format and "format" not in relaxed:
        said.append(KINDS.get(search.format, search.format))
    return "".join(f"{word} " for word in said)


def subjects(
    question: Question, search: Search, relaxed: Sequence[str], context: Context
) -> list[str]:
    """What the search was understood as, in the head of the answer so that an error shows."""
    wishes = (*_about(question, search, context), *_offering(search, context))
    said = [words for kind, words in wishes if kind not in relaxed]
    codes = question.slots.get("jurisdictions", ())
    if said and codes and not search.state and question.slots.get("topics"):
        said.append(f"for {listed([context.knowledge.jurisdictions[code] for code in codes])}")
    return said


def _about(question: Question, search: Search, context: Context) -> Iterator[tuple[str, str]]:
    knowledge = context.knowledge
    for topic in question.slots.get("topics", ()):
        yield "topics", knowledge.topic_name(topic)
    if search.topics and not question.slots.get("topics"):
        [code, *_] = question.slots["jurisdictions"]
        yield "topics", f"topics that {knowledge.jurisdictions[code]} asks for"
    if search.specialty:
        yield "specialty", knowledge.specialties.get(search.specialty, search.specialty).lower()
    if search.words:
        yield "words", f"“{shortened(search.words, QUOTED)}”"
    if search.provider:
        yield "provider", f"by {_named(search.provider)}"


def _offering(search: Search, context: Context) -> Iterator[tuple[str, str]]:
    knowledge = context.knowledge
    if search.certifying_board:
        yield "certifying_board", f"with {search.certifying_board} points"
    if search.credit_type and not (search.certifying_board and search.credit_type == "moc"):
        name = knowledge.credit_types.get(search.credit_type, search.credit_type)
        yield "credit_type", f"with {name}"
    if search.min_credits is not None:
        unit = " points" if search.certifying_board or search.credit_type == "moc" else "\u00a0h"
        yield "min_credits", f"{search.min_credits.normalize():f}{unit} or more"
    if search.city:
        yield "city", f"in {_named(search.city)}"
    if search.state:
        yield "state", f"in {knowledge.jurisdictions[search.state]}"
    if search.date_from and search.date_to:
        same = search.date_from == search.date_to
        until = "" if same else f" to {plain_day(search.date_to)}"
        yield "date", f"{plain_day(search.date_from)}{until}"
    elif search.date_from:
        yield "date", f"from {plain_day(search.date_from)}"
    elif search.date_to:
        yield "date", f"until {plain_day(search.date_to)}"


def _named(typed: str) -> str:
    """A name as it is written, where it was typed without capitals."""
    return typed.title() if typed.islower() and len(typed) > 4 else typed  # noqa: PLR2004, shorter ones may be initials


LET_GO = {
    "date": "the date",
    "city": "the city",
    "open_to_all": "“open to all”",
    "state": "the place",
    "min_credits": "the amount",
    "credit_type": "the credit type",
    "format": "the format",
    "free": "“free”",
    "certifying_board": "the board",
    "specialty": "the specialty",
    "topics": "the topic",
    "provider": "the provider",
    "words": "those words",
}
"""What each part of a search is called when it is let go."""


def let_go(relaxed: Sequence[str]) -> list[str]:
    """The parts that were let go, in words; titles that lack a word are told otherwise."""
    return [LET_GO[name] for name in relaxed if name in LET_GO]
