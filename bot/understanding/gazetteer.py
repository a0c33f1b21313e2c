"""Names and phrases found in a message: whole phrases first, the longest one, typos forgiven.

A gazetteer knows phrases and what each stands for; where a phrase counts only in company is
decided by its reader.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.words import phrase


@dataclass(frozen=True, slots=True)
class Find:
    """A phrase found: `value` from words `first` up to and without `last`."""

    value: str
    first: int
    last: int
    words: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.last - self.first

    def overlaps(self, other: "Find") -> bool:
        return self.first < other.last and other.first < self.last


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Phrases by their first word, the longest first."""

    by_first: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]

    @property
    def words(self) -> frozenset[str]:
        """Every word of every phrase."""
        return frozenset(w for group in self.by_first.values() for words, _ in group for w in words)

    def at(self, folds: Sequence[str], i: int) -> Find | None:
        """The longest phrase that begins at word `i`."""
        for words, value in self.by_first.get(folds[i], ()):
            if tuple(folds[i : i + len(words)]) == words:
                return Find(value, i, i + len(words), words)
        return None

    def finds(
        self, folds: Sequence[str], counts: Callable[[Find], bool] = lambda _: True
    ) -> tuple[Find, ...]:
        """All phrases that count, from left to right, without overlaps."""
        found: list[Find] = []
        i = 0
        while i < len(folds):
            for words, value in self.by_first.get(folds[i], ()):
                if tuple(folds[i : i + len(words)]) == words:
                    find = Find(value, i, i + len(words), words)
                    if counts(find):
                        found.append(find)
                        i = find.last - 1
                        break
            i += 1
        return tuple(found)


def gazetteer(entries: Iterable[tuple[str, str]]) -> Gazetteer:
    """A gazetteer of (phrase, value); of two values for one phrase the first stays."""
    by_words: dict[tuple[str, ...], str] = {}
    for text, value in entries:
        words = phrase(text)
        if words:
            by_words.setdefault(words, value)
    groups: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for words, value in by_words.items():
        groups.setdefault(words[0], []).append((words, value))
    return Gazetteer(
        {
            first: tuple(sorted(group, key=lambda entry: -len(entry[0])))
            for first, group in groups.items()
        }
    )
