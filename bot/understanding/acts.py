"""Follow-up acts: what a short message does to the conversation, read from patterns as data."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.understanding.words import Word, cut

ACTS = (
    "next",
    "previous",
    "pick",
    "why",
    "undo",
    "other",
    "start_over",
    "cancel",
    "thanks",
    "greeting",
    "swearing",
    "yes",
    "no",
)
"""All acts, in the order in which they are tried."""

_LONGEST = 14


@dataclass(frozen=True)
class ActWords:
    """What `data/words/acts.toml` holds, made ready."""

    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    picks: Mapping[str, int]
    fillers: frozenset[str]
    without: Mapping[str, tuple[str, ...]]
    anaphora: frozenset[str]
    after_and: frozenset[str]


def load_acts(words: Path) -> ActWords:
    """The acts of `acts.toml` in a folder."""
    with (words / "acts.toml").open("rb") as file:
        table = tomllib.load(file)
    return ActWords(
        patterns={
            act: tuple(re.compile(pattern) for pattern in table["acts"][act]) for act in ACTS
        },
        picks=table["picks"],
        fillers=frozenset(table["fragment"]["fillers"].split()),
        without={slot: tuple(phrases) for slot, phrases in table["without"].items()},
        anaphora=frozenset(table["anaphora"]["words"]),
        after_and=frozenset(table["joints"]["after_and"]),
    )


def plain(words: tuple[Word, ...]) -> str:
    """The words of a message without marks, as patterns see them."""
    return " ".join(word.fold for word in words if word.fold[0].isalnum())


def read_act(text: str, acts: ActWords) -> tuple[str, int | None] | None:
    """The act of a whole message, with the number picked; None for anything longer."""
    words = cut(text)
    if not words:
        return ("yes", None) if "👍" in text else None
    if len(words) > _LONGEST:
        return None
    message = plain(words)
    message = re.sub(r"\b([1-5]) (st|nd|rd|th)\b", r"\1\2", message)
    for act in ACTS:
        if any(pattern.fullmatch(message) for pattern in acts.patterns[act]):
            return act, _picked(message, acts) if act == "pick" else None
    return None


def _picked(message: str, acts: ActWords) -> int | None:
    for word in message.split():
        if word in acts.picks and word != "one":
            return acts.picks[word]
        if word.isdigit():
            return int(word)
    return 1 if "one" in message.split() else None
