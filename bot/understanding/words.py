"""A message cut into words: folded for comparing, with the place each came from in the text.

Nothing here knows what a word means; the gazetteers are folded by the same functions, so that
"Hawai'i", "HAWAII" and "hawaii" are one.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARACTERS = 1000
"""Longer messages are read up to here; Telegram itself allows 4,096."""

_WORD = re.compile(
    r"\d{1,4}(?:/\d{1,2}/\d{1,4}|-\d{1,2}-\d{1,4}|\.\d{1,2}\.\d{2,4})(?![\d/])"
    r"|\d{1,2}/\d{1,4}(?![\d/])"
    r"|\d{1,2}-\d{1,2}(?![\d/.-])"
    r"|\d{1,3}(?:,\d{3})+"
    r"|\d*\.\d+|\d+"
    r"|(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W\d_]))?"
    r"|[^\W\d_]+(?:['’`´][^\W\d_]+)*"
    r"|[$&?!+%@]"
)
_MARKS = {"&": "and", "+": "plus", "@": "at"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `fold` is compared, `raw` was typed, at `start` to `end` of the text.

    `gap` is what stands between it and the word before: spaces, a comma, a full stop.
    """

    fold: str
    raw: str
    start: int
    end: int
    gap: str = ""

    @property
    def is_capital(self) -> bool:
        """Typed in capitals throughout, as codes and abbreviations are."""
        return self.raw.isupper() and self.raw[0].isalpha()

    @property
    def is_number(self) -> bool:
        return self.fold[0].isdigit() or (self.fold[0] == "." and len(self.fold) > 1)


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """One spelling for all: compatibility forms, accents, case and apostrophes gone."""
    if text.isascii():
        plain = text
    else:
        plain = "".join(
            c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)
        )
    return re.sub(r"['’`´]", "", plain.casefold())


def cut(text: str) -> tuple[Word, ...]:
    """The words of a text, in order; punctuation is kept only as the gap between words."""
    words: list[Word] = []
    previous_end = 0
    for match in _WORD.finditer(text[:MAX_CHARACTERS]):
        raw = match.group()
        folded = fold(raw)
        if not folded[0].isdigit() and "." in folded[1:]:
            folded = folded.replace(".", "")
        elif folded[0].isdigit() and "," in folded:
            folded = folded.replace(",", "")
        folded = _MARKS.get(folded, folded)
        if not folded:
            continue
        gap = text[previous_end : match.start()]
        words.append(Word(folded, raw, match.start(), match.end(), gap))
        previous_end = match.end()
    return tuple(words)


def listed(words: str) -> frozenset[str]:
    """A set of words written as one line."""
    return frozenset(words.split())


@lru_cache(maxsize=65536)
def phrase(text: str) -> tuple[str, ...]:
    """A gazetteer entry folded into words, exactly as a message is."""
    return tuple(word.fold for word in cut(text))


def span(text: str, words: tuple[Word, ...], first: int, last: int) -> str:
    """The text from word `first` up to and without word `last`, as it was typed."""
    return text[words[first].start : words[last - 1].end] if last > first else ""
