"""Topic words: their plain names, and which topics a title seems to be about."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapidfuzz import fuzz

SURE = 90
"""From this likeness in percent on, words of a title are taken for a topic's words."""

_SHORT = 5
"""Words of fewer letters must match exactly: "pain" is not "plain"."""


@dataclass(frozen=True, slots=True)
class TopicWord:
    """A topic: its id, its name for people, other words for it, and the topics it takes in."""

    id: str
    name: str
    synonyms: tuple[str, ...] = ()
    takes_in: tuple[str, ...] = ()


class Topics(Mapping[str, TopicWord]):
    """Topic id -> topic. Compared by identity: loaded once."""

    def __init__(self, words: Iterable[TopicWord]) -> None:
        self._words = {word.id: word for word in words}
        self.phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for word in self._words.values():
            for phrase in (word.name, *word.synonyms):
                parts = tuple(_folded(phrase).split())
                self.phrases.setdefault(parts[0][0], []).append((parts, word.id))

    def __getitem__(self, topic: str) -> TopicWord:
        return self._words[topic]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def serving(self, topics: Iterable[str]) -> frozenset[str]:
        """These topics and all that they take in."""
        found: set[str] = set()
        waiting = list(topics)
        while waiting:
            topic = waiting.pop()
            if topic not in found:
                found.add(topic)
                word = self._words.get(topic)
                waiting.extend(word.takes_in if word else ())
        return frozenset(found)


def load_topics(path: Path) -> Topics:
    """Reads `data/topics.json`."""
    listed = json.loads(path.read_bytes())["topics"]
    return Topics(
        TopicWord(item["id"], item["name"], tuple(item["synonyms"]), tuple(item["takes_in"]))
        for item in listed
    )


@lru_cache(maxsize=20_000)
def infer_topics(title: str, topics: Topics) -> tuple[str, ...]:
    """The topics whose words stand in a title, small misspellings allowed, in the file's order.

    A guess: such topics count toward a rule only once the physician has confirmed them.
    """
    words = _folded(title).split()
    found = {
        topic
        for start, word in enumerate(words)
        for phrase, topic in topics.phrases.get(word[0], ())
        if len(phrase) <= len(words) - start
        and all(map(_same, phrase, words[start : start + len(phrase)]))
    }
    return tuple(topic for topic in topics if topic in found)


def _same(wanted: str, word: str) -> bool:
    if wanted == word or wanted == word.removesuffix("s"):
        return True
    if len(wanted) < _SHORT or len(word) < _SHORT or wanted[0] != word[0]:
        return False
    return fuzz.ratio(wanted, word, score_cutoff=SURE) > 0


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold().replace("&", " and ")
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", " ", plain.replace("'", "").replace("’", "")).strip()
