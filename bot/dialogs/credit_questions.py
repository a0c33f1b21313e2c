"""Whether a credit that was named counts, and where: "did my grand rounds count in california?"."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rapidfuzz import fuzz

from bot.buttons import pack
from bot.dialogs import standing_words, standings
from bot.dialogs.context import Context
from bot.dialogs.knowledge import folded
from bot.dialogs.reckoning import id_of
from bot.model import Button, Credit, Question, RuleStanding, Say, Standing, State

ALIKE = 84
"""The rapidfuzz ratio from which a typed word is taken for a word of a title."""

ENOUGH = 0.6
"""The share of a message's telling words that a credit's title or provider must have."""

MOST_CREDITS = 4
MOST_STANDINGS = 4

_ASKS = re.compile(
    r"\b(?:count|counts|counted|counting|credited|included|accepted|left out|used|recognized)\b"
    r"|\bmy\b.*\b(?:ok|okay|good|valid|enough|work|works) (?:for|in|toward)\b"
)
_THAT = re.compile(r"\b(?:it|that|this|one)\b")
_IDLE = frozenset(
    "a an the my of for in on to at is are was were be been did do does doesnt didnt dont isnt"  # noqa: SIM905
    " wasnt not no why how come it its this that these those i me and or with by from about"
    " count counts counted counting credited included accepted used toward towards recognized"
    " credit credits cme course courses class activity hour hours hrs h state license board"
    " left out have has had what which one ones already too also still will would should can"
    " so but there any all as tell please pls last year month rule rules requirement md do"
    " thing things stuff am ok okay good valid enough work works anything something".split()
)
"""Words of such a question that are no words of a title."""


def asks_whether_counted(words: str) -> bool:
    return bool(_ASKS.search(words))


def found(question: Question, context: Context) -> list[Credit]:
    """The credits that a message speaks of, the newest first; none where it names none."""
    words = _telling(question, context)
    kept = question.slots.get("credit")
    if not words and kept and _THAT.search(folded(question.text)):
        return _newest(credit for credit in _completions(context) if credit.title == kept)
    if not words:
        return []
    scored = [(_share(words, credit, context), credit) for credit in _completions(context)]
    best = max((share for share, _ in scored), default=0.0)
    if best < ENOUGH:
        return []
    return _newest(credit for share, credit in scored if share == best)


def names_one(question: Question, context: Context) -> bool:
    """Whether a message speaks of a credit of one's own by some name."""
    words = folded(question.text).split()
    has_name = bool(_telling(question, context))
    is_named = "my" in words or words[:1] == ["did"]
    return is_named and has_name and not {"board", "boards", "licenses"} & set(words)


def _completions(context: Context) -> list[Credit]:
    """One credit for each completion: its points are told with the hours of the same title."""
    credits_ = context.physician.credits
    hours = {(one.title, one.completed_on) for one in credits_ if one.type != "moc"}
    return [
        one for one in credits_ if one.type != "moc" or (one.title, one.completed_on) not in hours
    ]


def _newest(credits_: Any) -> list[Credit]:
    return sorted(credits_, key=lambda credit: credit.completed_on, reverse=True)


def _telling(question: Question, context: Context) -> list[str]:
    """The words of a message that may be from a title: no fillers, no states, no boards.

    The words of a topic are what is asked ("does the stroke course count for ethics"), unless
    there are no others ("did my ethics course count").
    """
    names = {
        word
        for code in question.slots.get("jurisdictions", ())
        for word in (code.casefold(), *folded(context.knowledge.jurisdictions[code]).split())
    }
    names |= {str(question.slots.get("certifying_board", "")).casefold()}
    words = folded(question.text).split()
    telling = [word for word in words if word not in _IDLE | names and len(word) > 1]
    topic = set(folded(_asked_for(question)).split())
    return [word for word in telling if word not in topic] or telling


def _asked_for(question: Question) -> str:
    """The words from "for" on, where the topic that is asked about stands."""
    found = re.search(r"\b(?:for|toward|towards|as)\b(.*)", question.text, re.IGNORECASE)
    return found[1] if found and question.slots.get("topics") else ""


def _share(words: Sequence[str], credit: Credit, context: Context) -> float:
    topics = " ".join(context.knowledge.topic_name(topic) for topic in credit.topics)
    title = folded(f"{credit.title} {credit.provider or ''} {topics}").split()
    hits = sum(any(fuzz.ratio(word, one) >= ALIKE for one in title) for word in words)
    return hits / len(words)


# ── the answer ──────────────────────────────────────────────────────────────────────────────


def told(credits_: Sequence[Credit], question: Question, context: Context) -> Say:
    """In one line where it counts; then each credit, and why not where it does not."""
    found_ = _places(credits_, question, context)
    topics = question.slots.get("topics", ()) if _asked_for(question) else ()
    shown = _as_standing(credits_, context)[:MOST_CREDITS]
    entries: list[dict[str, Any]] = [
        {
            "credit": credit,
            "whole": _figure(credit),
            "places": [_place(credit, one, topics, context) for one in found_],
        }
        for credit in shown
    ]
    entries.sort(key=lambda entry: not any(place["missed"] for place in entry["places"][:1]))
    values = {
        "entries": entries,
        "more": max(0, len(credits_) - MOST_CREDITS),
        "single": len(shown) == 1,
        "sums": [_sum(shown, one, topics, context) for one in found_],
    }
    back = Button("credit_status.button.back", pack("credit_status", "back"))
    if not found_:
        return Say("credit_status.whether", values, ((back,),))
    left = pack("credit_status", "left", found_[0].board)
    return Say(
        "credit_status.whether",
        values,
        ((Button("credit_status.button.left_out", left),), (back,)),
    )


def _places(credits_: Sequence[Credit], question: Question, context: Context) -> Sequence[Standing]:
    """The licenses, those named first; certificates where one is named or points are meant."""
    slots = question.slots
    certified = standings.all_of(context).certifications
    if board := slots.get("certifying_board"):
        return [one for one in certified if one.board == board] or certified[:1]
    licensed = list(standings.of_licenses(context))
    if codes := slots.get("jurisdictions"):
        boards = context.knowledge.boards
        licensed.sort(key=lambda one: boards[one.board].jurisdiction not in codes)
    if not licensed or all(credit.type == "moc" for credit in credits_):
        licensed = [*certified, *licensed]
    return licensed[:MOST_STANDINGS]


def _figure(credit: Credit) -> str:
    unit = "points" if credit.type == "moc" else "credits"
    return standing_words.amount(credit.amount, unit)


def _sum(
    credits_: Sequence[Credit], one: Standing, topics: Sequence[str], context: Context
) -> dict[str, Any]:
    """Of all the credits named, how much counts in one place, or for the topic asked about."""
    main = one.rules[0] if one.rules else None
    wanted = {near for topic in topics for near in context.knowledge.related_topics(topic)}
    rules = [rule for rule in one.rules if wanted & set(rule.topics)]
    counted = sum((i.amount for c in credits_ for i in _of(c, main, "counted")), Decimal(0))
    whole = sum((credit.amount for credit in credits_), Decimal(0))
    unit = "points" if all(credit.type == "moc" for credit in credits_) else "credits"
    return {
        "name": standing_words.name(one, context),
        "counted": standing_words.amount(counted, unit),
        "whole": standing_words.amount(whole, unit),
        "none": not counted,
        "topic": context.knowledge.topic_words(topics[0]) if topics else "",
        "ruled": bool(rules),
        "for_topic": any(_of(credit, rule, "counted") for rule in rules for credit in credits_),
        "serves": list(dict.fromkeys(_serves(credits_, one)))[:2],
    }


def _serves(credits_: Sequence[Credit], one: Standing) -> list[str]:
    """The topic rules for which one of these credits counts."""
    return [
        standing_words.shortened(rule.title)
        for rule in one.rules[1:]
        if rule.topics
        and rule.state is not State.DOES_NOT_APPLY
        and any(_of(credit, rule, "counted") for credit in credits_)
    ]


def _as_standing(credits_: Sequence[Credit], context: Context) -> list[Credit]:
    return [credit for credit in credits_ if credit.completed_on <= context.today]


def _place(
    credit: Credit, one: Standing, topics: Sequence[str], context: Context
) -> dict[str, Any]:
    """How a credit fares with one license or certificate."""
    main = one.rules[0] if one.rules else None
    counted = sum((item.amount for item in _of(credit, main, "counted")), credit.amount * 0)
    missed = _of(credit, main, "left_out")
    serves = _serves([credit], one)
    wanted = {near for topic in topics for near in context.knowledge.related_topics(topic)}
    unserved = [
        rule for rule in one.rules if wanted & set(rule.topics) and not _of(credit, rule, "counted")
    ]
    guessed = any(
        item.reason == "topic_not_confirmed"
        for rule in unserved
        for item in _of(credit, rule, "left_out")
    )
    return {
        "name": standing_words.name(one, context),
        "counted": standing_words.amount(counted, main.unit if main else "credits"),
        "counts": counted > 0,
        "serves": serves,
        "missed": bool(missed) or not counted,
        "reason": missed[0].reason if missed else "",
        "side": _side(credit, one),
        "first_day": one.cycle.first_day,
        "last_day": one.cycle.last_day,
        "unserved": [standing_words.shortened(rule.title) for rule in unserved[:1]],
        "guessed": guessed,
    }


def _of(credit: Credit, rule: RuleStanding | None, where: str) -> list[Any]:
    items = getattr(rule, where) if rule else ()
    return [item for item in items if id_of(item.credit) == id_of(credit)]


def _side(credit: Credit, one: Standing) -> str:
    first: date | None = one.cycle.first_day
    if first is not None and credit.completed_on < first:
        return "before"
    last = one.cycle.last_day
    return "after" if last is not None and credit.completed_on > last else ""
