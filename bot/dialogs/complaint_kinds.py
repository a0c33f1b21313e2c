"""What a complaint can be about, how each is said, and what is read from free words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.dialogs.context import Context
from bot.dialogs.form_kinds import Option, span_in
from bot.dialogs.knowledge import folded
from bot.understanding import understand

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")

MOST_DAYS = 92
"""A stretch longer than a season tells no date of an activity."""


@dataclass(frozen=True, slots=True)
class ComplaintKind:
    """`others` says that somebody else is asked first; `rules` that an accreditor's rules count.

    `words` are ways to type it, `cues` what gives it away in a story.
    """

    id: str
    words: tuple[str, ...]
    cues: str
    others: bool = False
    rules: bool = True


KINDS = (
    ComplaintKind(
        "missing_credit",
        ("missing credit", "wrong credit", "credit not reported"),
        r"(?:credit|hours|points)\b.*\b(?:missing|wrong|never|not|didnt|isnt)"
        r"|(?:missing|wrong|never|not|didnt)\b.*\b(?:credit|hours|points)",
        others=True,
        rules=False,
    ),
    ComplaintKind(
        "promotion",
        ("commercial bias", "bias", "sales pitch", "advertising", "marketing"),
        r"sales|pitch|promot|advert|marketing|commercial bias|plugging|infomercial|selling"
        r"|pushing|hawking|\bads?\b|\bone (?:company|drug|product|brand)|drug rep\b",
    ),
    ComplaintKind(
        "content",
        ("wrong content", "unbalanced", "not evidence based", "outdated"),
        r"inaccurate|outdated|out of date|unbalanced|one sided|misinformation|unproven|incorrect",
    ),
    ComplaintKind(
        "conflicts",
        ("conflict of interest", "no disclosure", "undisclosed conflicts"),
        r"conflicts? of interest|disclos|undisclosed|financial relationship|commercial support",
    ),
    ComplaintKind(
        "conduct",
        ("harassment", "discrimination", "misconduct"),
        r"harass|discriminat|racist|sexist|inappropriate|assault|bullied|bullying",
        others=True,
        rules=False,
    ),
    ComplaintKind(
        "certificate_fee",
        ("certificate", "fee", "refund", "billing"),
        r"refund|\bfees?\b|\bpaid\b|charged|certificate|site is down|log ?in|money back",
        others=True,
        rules=False,
    ),
    ComplaintKind(
        "false_claim",
        ("not accredited", "false accreditation claim", "fake accreditation"),
        r"not (?:really )?accredited|fake|false(?:ly)? (?:claim|accredit)|unaccredited",
    ),
    ComplaintKind(
        "bot",
        ("this bot", "the bot", "your data"),
        r"\b(?:this|your|the) (?:bot|app|assistant)\b|\byou told me\b",
        rules=False,
    ),
    ComplaintKind("other", ("something else", "not sure", "dont know"), r"(?!)"),
)

BY_ID = {kind.id: kind for kind in KINDS}

FIRST = ("bot", "conduct", "false_claim", "conflicts", "promotion", "missing_credit")
"""Which cue decides where several are in one story; the others follow in their order."""


def kind_options() -> tuple[Option, ...]:
    return tuple(Option(kind.id, kind.words) for kind in KINDS)


def kind_in(text: str) -> str | None:
    """What a story seems to be about; None where nothing gives it away."""
    words = folded(text)
    order = (*FIRST, *(kind.id for kind in KINDS if kind.id not in FIRST))
    return next((name for name in order if re.search(BY_ID[name].cues, words)), None)


def read_from(text: str, context: Context) -> Mapping[str, Any]:
    """What free words propose for the form's fields; each is asked for a yes."""
    proposed: dict[str, Any] = {}
    if kind := kind_in(text):
        proposed["kind"] = kind
    read = understand(text, context.today, context.knowledge.lexicon)
    if provider := next((one.slots["provider"] for one in read if one.slots.get("provider")), None):
        proposed["provider"] = provider
    sentences = [part for part in _SENTENCE.split(text) if part.strip()]
    spans = (span_in(part, context.today, "past") for part in sentences)
    first, last = next((span for span in spans if span is not None), (None, None))
    known = first is not None and last is not None and last <= context.today
    if known and first and last and (last - first).days <= MOST_DAYS:
        proposed["when"] = {"first": first.isoformat(), "last": last.isoformat(), "about": True}
    return proposed
