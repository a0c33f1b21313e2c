"""Text as the catalog's index sees it: plain words, and the keys under which a typo finds them."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import combinations
from zlib import crc32


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


EMPTY = _listed("""
    a an and are as at be by can could do does for from get give has have how i im in into is it
    me my near need of on or our please some that the their them there these they this to up us
    want we what when where which who will with would you your
""")
"""Words that say nothing about an activity."""

WEAK = _listed("""
    about activities activity any available category class classes cme course courses credit
    credits education find free hour hours hr hrs list look looking online options search show
    something take training
""")
"""Words that say "activity", not which one; searched only where nothing else was said."""

LONGEST = 40
"""Longer words are cut: no name in medicine needs more, and a typo's keys grow with length."""

MOST = 12
"""At most so many words of a query are looked up."""

LONGEST_QUERY = 2000
"""Characters of a query that are read."""

PREFIX = 7
"""Typos are looked for in so many first letters; the rest is compared afterwards."""

_APOSTROPHES = re.compile(r"['’ʼ`]")
_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}")
_WORD = re.compile(rf"([^\W_]{{1,{LONGEST}}})[^\W_]*")


def normalised(text: str) -> str:
    """Lower case without accents or punctuation, words parted by one blank; "C.M.E." is "cme"."""
    folded = text.casefold()
    if not folded.isascii():
        apart = unicodedata.normalize("NFKD", folded)
        folded = "".join(mark for mark in apart if not unicodedata.combining(mark)).casefold()
    if "." in folded:
        folded = _INITIALS.sub(lambda found: found[0].replace(".", "") + " ", folded)
    folded = _APOSTROPHES.sub("", folded).replace("&", " and ")
    return " ".join(_WORD.findall(folded))


def query_words(text: str) -> tuple[str, ...]:
    """The words of a query that are worth looking up, each once, in the order said."""
    said = list(dict.fromkeys(normalised(text[:LONGEST_QUERY]).split()))
    telling = [word for word in said if word not in EMPTY]
    strong = [word for word in telling if word not in WEAK]
    kept = strong or telling or said
    if len(kept) > MOST:
        longest = sorted(kept, key=len, reverse=True)[:MOST]
        kept = [word for word in kept if word in longest]
    return tuple(kept)


def quoted(words: str) -> str:
    """The words as one FTS5 string: nothing in it is read as query syntax."""
    return '"' + words.replace('"', '""') + '"'


# ── typos ───────────────────────────────────────────────────────────────────────────────────


def spelling_keys(word: str, left_out: int) -> frozenset[int]:
    """Numbers that a word shares with its misspellings.

    They stand for the first letters with none, one or two of them left out (symmetric deletion).
    Two words at most so many slips apart share at least one; that words share one proves nothing,
    they must be compared.
    """
    start = word[:PREFIX]
    # A word of two letters less one is no word, and two of four letters are too little to go by.
    most = min(left_out, max(0, len(start) - 1) // 2)
    spelled = (kept for gone in range(most + 1) for kept in _without(start, gone))
    return frozenset(crc32(key.encode()) for key in spelled)


def sound_keys(word: str) -> frozenset[int]:
    """The number that a word shares with those that sound like it; none for short words."""
    sound = sounding(word)
    return frozenset([crc32(f"~{sound}".encode())]) if sound else frozenset()


def _without(start: str, left_out: int) -> Iterator[str]:
    return ("".join(kept) for kept in combinations(start, len(start) - left_out))


_SOUNDS = (
    (re.compile("^(?:ps|pn|kn|gn|pt|mn)"), lambda found: found[0][1]),
    (re.compile("^x"), lambda _: "s"),
    (re.compile("ph"), lambda _: "f"),
    (re.compile("[ct]h"), lambda found: found[0][0]),
    (re.compile("[rg]h"), lambda found: found[0][0]),
    (re.compile("c(?=[eiy])"), lambda _: "s"),
    (re.compile("[cq]"), lambda _: "k"),
    (re.compile("x"), lambda _: "ks"),
    (re.compile("z"), lambda _: "s"),
    (re.compile("(?<=.)[aeiouyhw]"), lambda _: ""),
    (re.compile("^[aeiouy]"), lambda _: "a"),
    (re.compile(r"(.)\1+"), lambda found: found[1]),
)


def sounding(word: str) -> str:
    """How a word sounds, roughly: "neumonia" and "pneumonia" sound alike; "" for short ones."""
    if len(word) < PREFIX or not word.isalpha() or not word.isascii():
        return ""
    for pattern, said in _SOUNDS:
        word = pattern.sub(said, word)
    return word if len(word) > 2 else ""  # noqa: PLR2004, too little is left to go by
