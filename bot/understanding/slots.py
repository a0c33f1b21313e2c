"""What a message says beside its intent: slots as JSON values, each with the words behind it.

Which slots an intent takes, and which way its dates look, is in `_KINDS` and `_LOOKS_BACK`; the
rules are those of `docs/understanding.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from bot.understanding.amounts import Amount, read_amounts
from bot.understanding.dates import Span, read_spans
from bot.understanding.gazetteer import Find
from bot.understanding.lexicon import Lexicon
from bot.understanding.periods import Direction
from bot.understanding.places import find_unlisted
from bot.understanding.reading import Reading
from bot.understanding.words import listed

_COMMON = (
    "jurisdictions",
    "certifying_board",
    "topics",
    "specialty",
    "license_type",
    "credit_type",
)
_KINDS: Mapping[str, tuple[str, ...]] = {
    "credit_status": (*_COMMON, "format"),
    "requirement": (*_COMMON, "format"),
    "activity_search": (*_COMMON, "format", "free", "city", "provider"),
    "deadline": ("jurisdictions", "certifying_board", "license_type", "specialty", "topics"),
    "reminder_settings": ("jurisdictions", "certifying_board", "topics", "license_type"),
    "complaint": ("jurisdictions", "topics", "specialty", "provider", "certifying_board"),
    "faq": _COMMON,
    "add_credit": (*_COMMON, "format", "provider", "city"),
    "transcript": (*_COMMON, "provider", "format"),
    "plan": (*_COMMON, "format", "free"),
    "add_license": ("jurisdictions", "certifying_board", "license_type", "specialty"),
    "link_account": ("certifying_board", "jurisdictions"),
    "privacy": ("jurisdictions",),
    "help": (),
    "out_of_scope": (),
}
_LOOKS_BACK = frozenset({"add_credit", "transcript", "credit_status", "complaint"})
_RANGED = frozenset({"activity_search", "plan", "transcript", "credit_status"})
_NOT_LEAST = frozenset({"under", "below", "max", "most", "maximum", "than"})
_LEAST = frozenset({"least", "minimum", "min", "over", "need", "needs", "want"})
_FROM_TO = frozenset({"from", "to"})
_BEFORE_DEADLINE = listed(
    "before out ahead prior notice warning advance early lead beforehand reminder reminders"
    " alert alerts heads mark warnings"
)
_FREQUENCY = frozenset({"once", "twice", "times", "every", "per", "each"})
_SNOOZE = frozenset({"snooze", "pause", "again", "wait", "mute", "stop", "in", "for", "every"})


@dataclass
class _Filling:
    """Slots and evidence while they are gathered."""

    slots: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, value: Any, words: str) -> None:
        self.slots[name] = value
        self.evidence[name] = words


def fill(
    reading: Reading, intent: str, today: date, lexicon: Lexicon
) -> tuple[dict[str, Any], dict[str, str]]:
    """The slots that an intent takes from a message, and the words each was read from."""
    kinds = _KINDS[intent]
    if not kinds:
        return {}, {}
    filling = _Filling()
    taken = _names(reading, intent, kinds, filling)
    spans = _dates(reading, intent, today, filling, taken)
    held = taken | {i for span in spans for i in range(span.first, span.last)}
    amounts = read_amounts(reading.folds, frozenset(held))
    _numbers(reading, intent, amounts, filling)
    _unlisted(reading, intent, held, lexicon, filling)
    return filling.slots, filling.evidence


def _names(reading: Reading, intent: str, kinds: tuple[str, ...], filling: _Filling) -> set[int]:
    """Fill the slots that are names; returns the words of all finds."""
    taken = {
        i for found in (*reading.finds.values(), *reading.negated.values())
        for find in found for i in range(find.first, find.last)
        if not _is_free_hour(find)
    }  # fmt: skip
    for kind in kinds:
        found = reading.finds.get(kind, ())
        if intent == "reminder_settings" and not found:
            found = reading.negated.get(kind, ())  # "no more Utah reminders" names Utah
        if not found:
            continue
        words = ", ".join(dict.fromkeys(reading.quote(find) for find in found))
        values = list(dict.fromkeys(find.value for find in found))
        if kind in {"jurisdictions", "topics"}:
            filling.put(kind, values, words)
        elif kind in {"provider", "city"}:
            filling.put(kind, reading.quote(found[0]), reading.quote(found[0]))
        elif kind == "format" and intent in {"credit_status", "requirement"}:
            values = [f.value for f in found if f.words[0] not in {"article", "articles"}]
            if values:
                filling.put(kind, values[0], words)
        elif kind == "free":
            filling.put(kind, True, words)
        elif kind == "credit_type":
            _credit_type(values, words, filling)
        elif kind == "license_type":
            if len(values) == 1:
                filling.put(kind, values[0], words)
        else:
            filling.put(kind, values[0], words)
    _moc_alone(reading, intent, filling)
    return taken


def _is_free_hour(find: Find) -> bool:
    return find.words == ()


def _credit_type(values: list[str], words: str, filling: _Filling) -> None:
    if len(values) == 1:
        filling.put("credit_type", values[0], words)


def _moc_alone(reading: Reading, intent: str, filling: _Filling) -> None:
    """A bare "moc" is the credit type where activities are sought or recorded."""
    if intent not in {"activity_search", "add_credit"} or "credit_type" in filling.slots:
        return
    if reading.finds.get("credit_type"):
        return
    for i, fold in enumerate(reading.folds):
        if fold == "moc":
            filling.put("credit_type", "moc", reading.words[i].raw)


def _dates(
    reading: Reading, intent: str, today: date, filling: _Filling, taken: set[int]
) -> tuple[Span, ...]:
    direction: Direction = "past" if intent in _LOOKS_BACK else "future"
    folds = [f"<{fold}>" if i in taken else fold for i, fold in enumerate(reading.folds)]
    spans = read_spans(folds, today, direction)
    for span in spans:
        words = reading.text[reading.words[span.first].start : reading.words[span.last - 1].end]
        if intent == "credit_status" and not _is_range(folds, span):
            continue
        if intent in _RANGED:
            is_stretch = intent == "plan" and span.start == today
            if span.start and not is_stretch:
                filling.put("date_from", span.start.isoformat(), words)
            if span.end:
                filling.put("date_to", span.end.isoformat(), words)
            break
        day = span.day if not span.is_bound else span.end or span.start
        if intent == "add_credit" and span.day and span.day <= today:
            filling.put("completed_on", span.day.isoformat(), words)
            break
        if intent == "add_license" and day and day > today and (span.day or _is_exact(folds, span)):
            filling.put("expires_on", day.isoformat(), words)
            break
    return spans


def _is_range(folds: list[str], span: Span) -> bool:
    """Whether a span of days bounds one's own credits ("this year", "since June")."""
    leads = {"this", "last", "past", "since", "in", "during"}
    lead = folds[span.first - 1] if span.first else ""
    is_past = span.start is not None
    return is_past and (span.is_bound or folds[span.first] in leads or lead in leads)


def _is_exact(folds: list[str], span: Span) -> bool:
    """Whether a bound span ("until June 30, 2027") names one day and not a month."""
    text = " ".join(folds[span.first : span.last])
    return any(c in text for c in "/-.") or sum(w.isdigit() for w in text.split()) > 1


def _numbers(reading: Reading, intent: str, amounts: tuple[Amount, ...], filling: _Filling) -> None:
    folds = reading.folds
    if intent == "reminder_settings":
        for amount in amounts:
            if amount.unit == "days" and _is_lead(folds, amount):
                first = _first_of_series(folds, amounts, amount)
                filling.put("days_before", int(first.value), _quote(reading, first))
                return
    if intent not in {"activity_search", "plan", "add_credit"}:
        return
    name = "credits" if intent == "add_credit" else "min_credits"
    credited = [a for a in amounts if a.unit == "credits"]
    bare = [a for a in amounts if a.unit == "bare" and folds[a.first] != "one"]
    if intent == "plan":
        bare = [a for a in bare if folds[a.last : a.last + 1] == ("more",)]
    for amount in (*credited, *bare):
        before = folds[amount.first - 1] if amount.first else ""
        if name == "min_credits" and before in _NOT_LEAST and _is_most(folds, amount.first):
            continue
        if before in _FROM_TO and amount.unit == "bare":
            continue
        filling.put(name, _json_number(amount.value), _quote(reading, amount))
        return


def _first_of_series(folds: tuple[str, ...], amounts: tuple[Amount, ...], amount: Amount) -> Amount:
    """The 90 of "90 and 30 days before"."""
    first = amount
    for other in reversed(amounts):
        between = folds[other.last : first.first]
        if other.unit == "bare" and other.last <= first.first and set(between) <= {"and", "or"}:
            first = other
    return first


def _is_most(folds: tuple[str, ...], first: int) -> bool:
    return folds[first - 1] != "than" or (first > 1 and folds[first - 2] in {"less", "fewer"})


def _is_lead(folds: tuple[str, ...], amount: Amount) -> bool:
    after = folds[amount.last : amount.last + 3]
    if any(word in _BEFORE_DEADLINE for word in after):
        return True
    before = folds[max(0, amount.first - 3) : amount.first]
    if before and before[-1] in _FREQUENCY:
        return False
    return not any(word in _SNOOZE for word in before) and "ago" not in after


def _quote(reading: Reading, amount: Amount) -> str:
    return reading.text[reading.words[amount.first].start : reading.words[amount.last - 1].end]


def _json_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _unlisted(
    reading: Reading, intent: str, held: set[int], lexicon: Lexicon, filling: _Filling
) -> None:
    """Cities and organizers that no list knows, by the word before them."""
    if intent == "activity_search" and "city" not in filling.slots:
        find = find_unlisted(reading.words, reading.fixed, held, lexicon, ("in", "near", "around"))
        if find:
            filling.put("city", reading.quote(find), reading.quote(find))
    leads = {
        "add_credit": ("from", "at", "by", "with", "via", "through", "to", "attended"),
        "complaint": ("against", "by", "from", "about", "with"),
        "activity_search": ("from", "by"),
    }.get(intent)
    if leads and "provider" not in filling.slots:
        find = find_unlisted(reading.words, reading.fixed, held, lexicon, leads)
        if find:
            filling.put("provider", reading.quote(find), reading.quote(find))
