"""Amounts of credits and hours, and numbers of days: "2 hrs", "1.5 credits", "half an hour"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.understanding.words import cut, listed

_ONES = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
HOURS = listed(
    "hour hours hr hrs h hrz hour's houes horus hous credit credits cr crs cred creds crdts crdt"
    " cme cmes point points pts pt credithours contact ce ceu ceus creditos"
)
_MINUTES = frozenset({"minute", "minutes", "min", "mins"})
_DAYS = {
    "day": 1,
    "days": 1,
    "d": 1,
    "week": 7,
    "weeks": 7,
    "wk": 7,
    "wks": 7,
    "month": 30,
    "months": 30,
    "mo": 30,
    "mos": 30,
}
_BETWEEN = frozenset({"more", "of", "ama", "pra", "cme", "moc", "total", "full", "whole", "extra"})
_HUNDREDS = re.compile(r"\d{1,4}")
_HOUR_AND_HALF = frozenset((word, "and", "a", "half") for word in ("hour", "hr", "credit"))
_QUARTER = Decimal("0.25")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and what it counts: `credits`, `days`, `money` or nothing said (`bare`)."""

    value: Decimal
    unit: str
    first: int
    last: int


def _number(folds: Sequence[str], i: int) -> tuple[Decimal, int] | None:
    """A number in figures or words at word `i`, and the word after it."""
    text = folds[i]
    if match := re.fullmatch(r"(\d{1,2})-(\d{1,2})", text):
        return Decimal(match[1]), i + 1
    if re.fullmatch(r"\d{1,4}(\.\d+)?|\.\d+", text):
        value, last = Decimal(text), i + 1
        if last < len(folds) and folds[last] in {"1/2", "1/4", "3/4"} and value == int(value):
            above, below = folds[last].split("/")
            return value + Decimal(above) / Decimal(below), last + 1
        if last + 2 < len(folds) and tuple(folds[last : last + 3]) == ("and", "a", "half"):
            return value + Decimal("0.5"), last + 3
        return value, last
    if text in {"1/2", "1/4", "3/4"} and i + 1 < len(folds) and _is_hours(folds, i + 1):
        above, below = text.split("/")
        return Decimal(above) / Decimal(below), i + 1
    if text in _TENS:
        following = folds[i + 1] if i + 1 < len(folds) else ""
        if following in _ONES and 0 < _ONES[following] < 10:  # noqa: PLR2004
            return Decimal(_TENS[text] + _ONES[following]), i + 2
        return Decimal(_TENS[text]), i + 1
    if text in _ONES:
        if tuple(folds[i + 1 : i + 4]) == ("and", "a", "half"):
            return Decimal(_ONES[text]) + Decimal("0.5"), i + 4
        if tuple(folds[i + 1 : i + 3]) == ("point", "five"):
            return Decimal(_ONES[text]) + Decimal("0.5"), i + 3
        return Decimal(_ONES[text]), i + 1
    if text == "half":
        after = i + 1 + (i + 1 < len(folds) and folds[i + 1] in {"a", "an"})
        if after < len(folds) and _is_hours(folds, after):
            return Decimal("0.5"), after
        return None
    follows = folds[i + 1] if i + 1 < len(folds) else ""
    if text in {"a", "an"} and (follows in {"hour", "credit"} or follows in _DAYS):
        return Decimal(1), i + 1
    return None


def _is_hours(folds: Sequence[str], i: int) -> bool:
    return folds[i] in HOURS or folds[i] in _MINUTES


def read_amounts(folds: Sequence[str], taken: frozenset[int] = frozenset()) -> tuple[Amount, ...]:
    """All amounts in folded words; words of `taken` (dates, "category 1") are passed over."""
    amounts: list[Amount] = []
    i = 0
    while i < len(folds):
        if tuple(folds[i : i + 4]) in _HOUR_AND_HALF:
            amounts.append(Amount(Decimal("1.5"), "credits", i, i + 4))
            i += 4
            continue
        found = None if i in taken else _number(folds, i)
        if found is None:
            i += 1
            continue
        value, after = found
        amount = _with_unit(folds, value, i, after, taken)
        if amount:
            amounts.append(amount)
        i = max(after, amount.last if amount else after)
    return tuple(amounts)


def _with_unit(
    folds: Sequence[str], value: Decimal, first: int, after: int, taken: frozenset[int]
) -> Amount | None:
    before = folds[first - 1] if first else ""
    if before == "$" or (after < len(folds) and folds[after] in {"$", "dollars", "bucks", "usd"}):
        return Amount(value, "money", first, after)
    if after < len(folds) and folds[after] in {"%", "percent", "am", "pm", "yo", "st", "nd", "th"}:
        return Amount(value, "other", first, after + 1)
    if after < len(folds) and folds[after] in _DAYS:
        return Amount(value * _DAYS[folds[after]], "days", first, after + 1)
    if after < len(folds) and folds[after] in _MINUTES:
        quarters = (value / 60 / _QUARTER).to_integral_value() * _QUARTER
        return Amount(quarters, "credits", first, after + 1)
    at = after
    while at < len(folds) and at - after < 3 and (folds[at] in _BETWEEN or at in taken):  # noqa: PLR2004
        if folds[at] in HOURS:
            break
        at += 1
    if at < len(folds) and folds[at] in HOURS:
        return Amount(value, "credits", first, at + 1)
    return Amount(value, "bare", first, after)


def read_amount(text: str) -> Decimal | None:
    """One amount of credits as a physician types it into a form; a bare number counts."""
    amounts = read_amounts([word.fold for word in cut(text)])
    for unit in ("credits", "bare"):
        for amount in amounts:
            if amount.unit == unit:
                return amount.value
    return None


def read_days(text: str) -> int | None:
    """A number of days as typed into a form: "60", "2 weeks", "a month" (30 days)."""
    folds = [word.fold for word in cut(text)]
    folds = ["one" if fold in {"a", "an"} else fold for fold in folds]
    for amount in read_amounts(folds):
        if amount.unit in {"days", "bare"} and amount.value == int(amount.value):
            return int(amount.value)
    return None
