"""Amounts of credit as files write them: `0.25`, `1/4`, `15 min`, `3,5`, `1 ½`, `2 hrs`."""

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Literal

AmountReason = Literal[
    "amount_missing", "amount_unreadable", "amount_not_in_quarters", "amount_too_large"
]

LARGEST = 500
"""No single completion gives more; a larger figure is a sum, a year or an id."""

_HALVES = {"¼": "1/4", "½": "1/2", "¾": "3/4"}
_WORDS = {
    "a quarter": "1/4",
    "quarter": "1/4",
    "half": "1/2",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "fifteen": "15",
    "twenty": "20",
}
_NUMBER = r"\d+\s+\d+/\d+|\d+/\d+|\d*[.,]\d+|\d+"
_HOURS = r"h|hr|hrs|hour|hours|std"
_MINUTES = r"m|min|mins|minute|minutes"
_UNIT = r"cr|crs|credit|credits|point|points|pt|pts|unit|units|ce|cme|ceu"
_PLAIN = re.compile(rf"({_NUMBER})\s*(?:(?:{_HOURS}|{_UNIT})\b\.?\s*)*")
_IN_MINUTES = re.compile(rf"({_NUMBER})\s*(?:{_MINUTES})\b\.?")
_MIXED = re.compile(rf"(\d+)\s*(?:{_HOURS})\b\.?,?\s*(?:and\s*)?(\d+)\s*(?:{_MINUTES})?\b\.?")
_SHORT = re.compile(r"(\d{1,2})h([0-5]\d)")
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::00)?(?:\s*(?:h|hr|hrs|hours))?")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?")


def amount_of(text: str) -> Decimal | AmountReason:
    """The credits a text states, in quarters; minutes are quarters of an hour.

    A figure that is no whole number of quarters is not rounded: credits move in steps of 0.25
    (PARS schema; AMA), so the figure is something else or the claim needs the physician's eye.
    """
    plain = _fold(text)
    if not plain or plain in {"-", "--", "n/a", "na", "none"}:
        return "amount_missing"
    value = _value(plain)
    if value is None:
        return "amount_unreadable"
    if value > LARGEST:
        return "amount_too_large"
    quarters = value * 4
    if quarters.denominator != 1:
        return "amount_not_in_quarters"
    return Decimal(quarters.numerator) / 4


def _fold(text: str) -> str:
    folded = text.casefold().strip().replace("\u00a0", " ").replace("⁄", "/").replace("(s)", "s")
    for sign, fraction in _HALVES.items():
        folded = folded.replace(sign, f" {fraction}")
    # "1.5*", "~2" and "12 (twelve)" say no more than their figure.
    folded = re.sub(r"(?<=[\d\w])\s*(?:\*+|†+|\([a-z\s]*\))\s*$", "", folded.lstrip("~≈ "))
    folded = " ".join(folded.split())
    for word, digits in _WORDS.items():
        folded = re.sub(rf"^{word}\b(?: of)?(?: an?\b)?", digits, folded)
    return folded


def _value(text: str) -> Fraction | None:
    if match := _CLOCK.fullmatch(text):
        return Fraction(int(match[1])) + Fraction(int(match[2]), 60)
    if match := _MIXED.fullmatch(text) or _SHORT.fullmatch(text):
        return Fraction(int(match[1])) + Fraction(int(match[2]), 60)
    if match := _IN_MINUTES.fullmatch(text):
        minutes = _figure(match[1])
        return None if minutes is None else minutes / 60
    if match := _PLAIN.fullmatch(text):
        return _figure(match[1])
    if _THOUSANDS.fullmatch(text):
        return Fraction(text.replace(",", ""))
    return None


def _figure(text: str) -> Fraction | None:
    whole, _, fraction = text.rpartition(" ")
    if "/" in fraction:
        above, _, below = fraction.partition("/")
        if not int(below):
            return None
        return Fraction(int(whole or 0)) + Fraction(int(above), int(below))
    if re.fullmatch(r"[1-9]\d{0,2},\d{3}", text):
        return Fraction(text.replace(",", ""))
    try:
        return Fraction(Decimal(text.replace(",", ".")))
    except InvalidOperation:
        return None
