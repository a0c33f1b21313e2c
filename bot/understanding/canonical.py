"""A message's canonical words, on which intents are scored.

Typing errors and short forms are put right, plurals cut, and names and dates replaced by their
kind, so that "hrs for tx by 3/1" and "hours for Ohio before June" are nearly alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from bot.understanding.dates import Span, read_spans
from bot.understanding.gazetteer import Find
from bot.understanding.lexicon import Lexicon
from bot.understanding.scoring import singular
from bot.understanding.words import listed

_KINDS = (
    "jurisdictions", "certifying_board", "credit_type", "topics", "specialty", "format",
    "license_type", "provider", "city", "free",
)  # fmt: skip
_BINDING = listed("before by until til till through thru since after between")
_BEHIND = listed("yesterday last ago back past previous")
_AHEAD = listed("next tomorrow within coming upcoming")
_NOW = listed("today tonight now")
_SOME_DAY = date(2001, 1, 1)
"""Only whether words are a date matters here, not which."""


def canonize(
    folds: Sequence[str],
    fixed: Sequence[str],
    finds: Mapping[str, tuple[Find, ...]],
    lexicon: Lexicon,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The canonical words, and the typed words that no list knows."""
    held: dict[int, tuple[int, tuple[str, ...]]] = {}
    for kind in _KINDS:
        for find in finds.get(kind, ()):
            for i in range(find.first, find.last):
                held.setdefault(i, (find.first, _name(kind, find)))
    bare = [f"<{fold}>" if i in held else fold for i, fold in enumerate(folds)]
    for span in read_spans(bare, _SOME_DAY, "future"):
        words = tuple(_date(folds, span))
        for i in range(span.first, span.last):
            held.setdefault(i, (span.first, words))
    canonical: list[str] = []
    unknown: list[str] = []
    for i, word in enumerate(fixed):
        if i in held:
            first, words = held[i]
            if i == first:
                canonical.extend(words)
            continue
        canonical.extend(_plain(word, lexicon))
        if word not in lexicon.spelling.known and word.isalpha():
            unknown.append(folds[i])
    return tuple(canonical), tuple(unknown)


def _name(kind: str, find: Find) -> tuple[str, ...]:
    if kind == "credit_type" and find.value == "moc":
        return ("<moc>", "<credit_type>")
    if kind == "topics" and find.value == "mate":
        return ("<mate>",)
    return (f"<{kind}>",)


def _date(folds: Sequence[str], span: Span) -> Iterator[str]:
    words = folds[span.first : span.last]
    if words[0] in _BINDING:
        yield words[0]
    if len(words) == 1 and words[0] in _NOW:
        yield words[0]
    elif any(word in _BEHIND for word in words):
        yield "<past>"
    elif any(word in _AHEAD for word in words):
        yield "<future>"
    elif len(words) == 1 and words[0].isdigit():
        yield "<year>"
    else:
        yield "<date>"


def _plain(word: str, lexicon: Lexicon) -> Iterator[str]:
    if word[0].isdigit() or (word[0] == "." and len(word) > 1):
        yield "<date>" if any(c in word for c in "/-") else "<number>"
        return
    for part in lexicon.spelling.shorts.get(word, (word,)):
        yield singular(part)
