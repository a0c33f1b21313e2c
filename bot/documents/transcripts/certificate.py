"""A single certificate: sentences instead of a table."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.documents.transcripts.amounts import amount_of
from bot.documents.transcripts.credit_names import MOC, CreditName
from bot.documents.transcripts.days import first_day_in
from bot.documents.transcripts.entries import Entry, entries_in
from bot.documents.transcripts.pages import TextLine
from bot.documents.transcripts.reading import Limits, Reading, Row, Unread

LONGEST_TITLE = 300
MAPPING = {"title": "text", "completed_on": "text", "amount": "text"}

_IS_ONE = re.compile(r"certif|awarded|has (?:participated|completed|attended)", re.IGNORECASE)
_LEAD = (
    r"(?:has |have )?(?:successfully |satisfactorily )?"
    r"(?:participated in|participation in|completed|completion of|attended|attendance at)"
)
_KIND = (
    r"(?:\s+(?:the|a|an|this|live|enduring|internet|online|educational|cme|virtual|journal-based"
    r"|material|activity|course|webinar|program|conference|meeting|session|in-person|following"
    r"|continuing|medical|education|certified|titled|entitled|called|named|of|and)\b)*\s*:?\s*"
)
_STOP = (
    r"(?=\s+(?:on|held|and (?:is|was|has|claims)|provided by|sponsored by|presented by|offered by"
    r"|is awarded|was awarded|for (?:a max|a total|up to)|for \d|worth|completion date|date"
    r"|completed on"
    r"|location|dates?:|credits?|awarded|given by|at which|[“\"])\b|\s*[.\n]\s|$)"
)
_TITLES = (
    re.compile(r"(?:titled|entitled|called|named)\s*:?\s*[“\"«](.+?)[”\"»]", re.IGNORECASE),
    re.compile(rf"{_LEAD}{_KIND}[“\"«](.+?)[”\"»]", re.IGNORECASE),
    re.compile(r"(?:activity|course|program)(?: title| name)?\s*:\s*(.+?)(?=\n|$)", re.IGNORECASE),
    re.compile(rf"(?:titled|entitled)\s*:?\s*(.+?){_STOP}", re.IGNORECASE | re.DOTALL),
    re.compile(rf"{_LEAD}{_KIND}(.+?){_STOP}", re.IGNORECASE | re.DOTALL),
    re.compile(r"[“\"«](.{8,200}?)[”\"»]"),
)
_PROVIDERS = (
    re.compile(r"(?:accredited provider|provider|sponsor)\s*:\s*(.+?)(?=\n|$)", re.IGNORECASE),
    re.compile(
        r"(?:provided|sponsored|presented|offered|issued|organized) by\s+(.+?)"
        r"(?=\s+(?:on|and|for|in)\b|[,.;]?\s*\n|\.\s|$)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:^|\n|\.\s)\s*(?:the\s+)?([A-Z][^\n.]{2,90}?)\s+"
        r"(?:certifies|designates|awards|is accredited)"
    ),
)
_CLAIMED = re.compile(r"award|earn|claim|grant|receiv|complet|credits?\s*:", re.IGNORECASE)
_EDGE = " |,;:-–"
_WITH_UNIT = re.compile(
    r"(.*?)[\s|:–-]+(\d+/\d+|\d*[.,]\d+|\d+)\s*(?:(?:cme )?credits?|hours?|hrs?|cme)\.?",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"(?:complet(?:ed|ion)(?: date| on)?|date of completion|participat\w+ (?:date|on)"
    r"|date(?:s)?(?: of activity| attended| earned)?|held on|on)\s*:?\s*$",
    re.IGNORECASE,
)


def read_certificate(lines: Sequence[TextLine], limits: Limits) -> Reading | None:
    """The one completion a certificate attests; None where the text is no certificate."""
    text = "\n".join(line.text for line in lines)
    if not _IS_ONE.search(text):
        return None
    entries = _amounts(lines)
    title, day = _first(_TITLES, text), _day(text)
    if not entries or not title or day is None:
        return None
    number = entries[0][1]
    if limits.latest and day > limits.latest:
        return Reading(
            "certificate", unread=(Unread(title, number, "date_in_future"),), mapping=MAPPING
        )
    provider = _first(_PROVIDERS, text)
    rows = [
        Row(title, provider, day, entry.name.type, entry.name.board, entry.amount, line)
        for entry, line in entries
        if entry.name and isinstance(entry.amount, Decimal)
    ]
    return Reading("certificate", tuple(rows), mapping=MAPPING) if rows else None


def read_text_lines(lines: Sequence[TextLine], limits: Limits) -> Reading | None:
    """A list in plain text: each line with a day, a title and an amount; None where none has."""
    results = [result for line in lines if (result := _listed(line, limits))]
    rows = tuple(result for result in results if isinstance(result, Row))
    unread = tuple(result for result in results if isinstance(result, Unread))
    return Reading("pdf_text", rows, unread, MAPPING) if rows else None


def _amounts(lines: Sequence[TextLine]) -> list[tuple[Entry, int]]:
    """The credits claimed; the maximum a provider designates only where no claim is stated."""
    stated: list[tuple[bool, Entry, int]] = []
    for at, line in enumerate(lines):
        following = lines[at + 1].text if at + 1 < len(lines) else ""
        before = lines[at - 1].text if at else ""
        for text in (line.text, f"{line.text} {following}"):
            named = [e for e in entries_in(text) if _counts(e) and _begins_in(e, line.text)]
            if named:
                is_claim = "maximum" not in f"{before} {text}".casefold() and bool(
                    _CLAIMED.search(f"{before} {text}")
                )
                stated += [(is_claim, entry, line.number) for entry in named]
                break
    kept = [item for item in stated if item[0]] or stated
    first: dict[tuple[str, str | None], tuple[Entry, int]] = {}
    for _, entry, number in kept:
        if entry.name:
            first.setdefault((entry.name.type, entry.name.board), (entry, number))
    return list(first.values())


def _counts(entry: Entry) -> bool:
    if entry.name is None or not isinstance(entry.amount, Decimal) or not entry.amount:
        return False
    return entry.name.type != MOC or entry.name.board is not None


def _begins_in(entry: Entry, line: str) -> bool:
    return entry.words.split(" ", 1)[0] in line


def _day(text: str) -> date | None:
    days: list[tuple[bool, date]] = []
    at = 0
    while found := first_day_in(text[at:]):
        day, start, end = found
        days.append((bool(_DATED.search(text[: at + start].rstrip(" \n"))), day))
        at += end
    labelled = [day for is_labelled, day in days if is_labelled]
    return max(labelled or [day for _, day in days], default=None)


def _first(patterns: Sequence[re.Pattern[str]], text: str) -> str | None:
    for pattern in patterns:
        if match := pattern.search(text):
            found = " ".join(match[1].split()).strip(' .,:;“”"')
            if 2 < len(found) <= LONGEST_TITLE:  # noqa: PLR2004
                return found
    return None


def _listed(line: TextLine, limits: Limits) -> Row | Unread | None:
    """One line as a credit, if it has a day, a title and an amount with its unit or type."""
    found = first_day_in(line.text)
    if not found:
        return None
    day, start, end = found
    rest = " ".join(f"{line.text[:start]} {line.text[end:]}".split()).strip(_EDGE)
    name, amount, title = _stated(rest)
    if not amount or not re.search(r"[A-Za-z]{3}", title):
        return None
    if limits.latest and day > limits.latest:
        return Unread(line.text[:200], line.number, "date_in_future")
    credit, assumed = (name, ()) if name else (CreditName("ama-pra-1"), ("type",))
    return Row(title, None, day, credit.type, credit.board, amount, line.number, assumed=assumed)


def _stated(text: str) -> tuple[CreditName | None, Decimal | None, str]:
    """Type, amount and what is left of the text; the type is None where only a unit follows."""
    for entry in entries_in(text):
        if entry.name and isinstance(entry.amount, Decimal):
            title = re.sub(r"[\d.,/]+\s*$", "", text.split(entry.words, maxsplit=1)[0].strip(_EDGE))
            return entry.name, entry.amount, title.strip(_EDGE)
    if match := _WITH_UNIT.fullmatch(text):
        amount = amount_of(match[2])
        return None, amount if isinstance(amount, Decimal) else None, match[1].strip(_EDGE)
    return None, None, ""
