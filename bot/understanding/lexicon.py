"""The words the assistant knows, read once from `data/` and never changed.

Names of boards, fields and jurisdictions come from the fact files; how people say them, and the
phrases that intents are recognized by, from `data/words/` (see `docs/understanding.md`).
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

import data
from bot.understanding.acts import ActWords, load_acts
from bot.understanding.gazetteer import Gazetteer, gazetteer
from bot.understanding.jurisdictions import JurisdictionWords
from bot.understanding.scoring import Scorer, load_scorer
from bot.understanding.words import fold, listed, phrase

_SHORT = 4
_LONG = 8
_LONGEST_ABBREVIATION = 6
_CREDIT_TYPES = (
    "ama-pra-1", "ama-pra-2", "aafp-prescribed", "aoa-1a", "aoa-1b", "aoa-2a", "aoa-2b", "moc",
)  # fmt: skip


@dataclass(frozen=True)
class Spelling:
    """Words spelled right, short forms, and what a misspelt word stands for."""

    known: frozenset[str]
    shorts: Mapping[str, tuple[str, ...]]
    by_length: Mapping[int, tuple[str, ...]]
    _memory: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def corrected(self, word: str) -> str:
        """The word of the field that a misspelt word means; the word itself if none is near."""
        if len(word) < _SHORT or word in self.known or not word.isalpha():
            return word
        if word not in self._memory:
            if len(self._memory) > 50_000:  # noqa: PLR2004 - a flood of nonsense must not stay
                self._memory.clear()
            self._memory[word] = self._nearest(word)
        return self._memory[word]

    def _nearest(self, word: str) -> str:
        size = len(word)
        limit = 1 if size < _LONG - 1 else 2
        best, best_key = word, (limit + 1, 1, 1, 0)
        for length in range(size - limit, size + limit + 1):
            near = process.extract(
                word,
                self.by_length.get(length, ()),
                scorer=OSA.distance,
                score_cutoff=limit,
                limit=None,
            )
            for candidate, distance, _ in near:
                if size == _SHORT and word[0] != candidate[0]:
                    continue
                key = (
                    int(distance),
                    int(word[0] != candidate[0]),
                    int(word[-1] != candidate[-1]),
                    -length,
                )
                if key < best_key:
                    best, best_key = candidate, key
        return best


@dataclass(frozen=True)
class Lexicon:
    """All gazetteers, the spelling and the scores of intents."""

    spelling: Spelling
    jurisdictions: JurisdictionWords
    boards: Gazetteer
    topics: Gazetteer
    everyday_topics: frozenset[str]
    prescribing: frozenset[str]
    specialties: Gazetteer
    shy_specialties: frozenset[str]
    field_words: frozenset[str]
    credit_types: Gazetteer
    formats: Gazetteer
    free: Gazetteer
    not_free: Gazetteer
    cities: Gazetteer
    shy_cities: frozenset[str]
    providers: Gazetteer
    shy_providers: frozenset[str]
    scorer: Scorer
    acts: ActWords
    declined: Mapping[str, frozenset[str]]


def load_lexicon(root: Path = data.HERE, vocabulary: Iterable[str] | None = None) -> Lexicon:
    """Read the lexicon from the data folder; about a tenth of a second.

    `vocabulary` stands for the words of the phrases while their weights are learned anew.
    """
    words = root / "words"
    topics = _toml(words / "topics.toml")
    fields = _toml(words / "specialties.toml")
    formats = _toml(words / "formats.toml")
    cities, shy_cities = _lines(words / "cities.txt")
    providers, shy_providers = _lines(words / "providers.txt")
    jurisdictions = _jurisdictions(root)
    gazetteers = {
        "boards": gazetteer(_boards(root)),
        "topics": gazetteer(_pairs(topics["topics"])),
        "specialties": gazetteer(_specialties(root, fields)),
        "credit_types": gazetteer(_pairs(_toml(words / "credit_types.toml")["types"])),
        "formats": gazetteer(_pairs(formats["formats"])),
        "free": gazetteer((p, "true") for p in formats["free"]["phrases"]),
        "not_free": gazetteer((p, "") for p in formats["free"]["never"]),
        "cities": gazetteer((name, name) for name in cities),
        "providers": gazetteer((name, name) for name in providers),
    }
    scorer = load_scorer(words)
    if vocabulary is not None:
        scorer = replace(scorer, words=frozenset(vocabulary))
    return Lexicon(
        spelling=_spelling(words, gazetteers, jurisdictions, scorer),
        jurisdictions=jurisdictions,
        everyday_topics=frozenset(topics["everyday"]["words"]),
        prescribing=frozenset(topics["not_education"]["verbs"]),
        shy_specialties=frozenset(fields["shy"]["aliases"]),
        field_words=frozenset(fields["shy"]["context"]),
        shy_cities=shy_cities,
        shy_providers=shy_providers,
        scorer=scorer,
        acts=load_acts(words),
        declined={
            kind: listed(text) for kind, text in _toml(words / "declined.toml")["kinds"].items()
        },
        **gazetteers,
    )


def _toml(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _pairs(values: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    return ((text, value) for value, texts in values.items() for text in texts)


def _lines(path: Path) -> tuple[tuple[str, ...], frozenset[str]]:
    """The entries of a list, and those marked with `|` as everyday words."""
    lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    entries = [line for line in lines if line and not line.startswith("#")]
    shy = frozenset(" ".join(phrase(e[:-1])) for e in entries if e.endswith("|"))
    return tuple(e.removesuffix("|") for e in entries), shy


def _boards(root: Path) -> Iterator[tuple[str, str]]:
    extra = _toml(root / "words" / "boards.toml")
    refused = set(extra["not"]["aliases"])
    for board in _json(root / "certifying_boards.json")["boards"]:
        if board["family"] == "other" and board["id"] not in {"NBPAS", "UCNS"}:
            continue
        yield board["id"], board["id"]
        yield board["name"], board["id"]
        for alias in board["aliases"]:
            if alias not in refused and not alias.endswith(" board"):
                yield alias, board["id"]
    yield from _pairs(extra["programs"])


def _specialties(root: Path, fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    refused = set(fields["not"]["aliases"])
    yield from _pairs(fields["names"])
    for entry in _json(root / "specialties.json")["specialties"]:
        if entry["id"] in {"dentistry", "telemedicine"}:
            continue
        yield entry["name"], entry["id"]
        yield entry["id"].replace("-", " "), entry["id"]
        for alias in entry["aliases"]:
            if alias not in refused:
                yield alias, entry["id"]


def _jurisdictions(root: Path) -> JurisdictionWords:
    extra = _toml(root / "words" / "jurisdictions.toml")
    facts = _json(root / "jurisdictions.json")["jurisdictions"]
    names: list[tuple[str, str]] = list(_pairs(extra["names"]))
    full: dict[str, str] = {}
    for entry in facts:
        code = entry["code"]
        full[code] = entry["name"]
        names.append((entry["name"], code))
        names.extend((alias, code) for alias in entry["aliases"] + entry["misspellings"])
    names.extend(_pairs(extra["boards"]))
    codes = {code.lower(): code for code in full}
    near = extra["neighbours"]
    return JurisdictionWords(
        names=gazetteer((n, c) for n, c in names if n.lower() not in codes),
        proper_names=gazetteer((name, "") for name in extra["never"]["names"]),
        codes=codes,
        shy=frozenset(extra["codes"]["shy"]),
        everyday=frozenset(near["everyday"]),
        hard=frozenset(extra["codes"]["hard"]),
        lower_with_support=frozenset(extra["codes"]["words"]),
        before=frozenset(near["before"]),
        after=frozenset(near["after"]),
        pronoun=frozenset(near["pronoun"]),
        never_before={code: frozenset(words) for code, words in near["no"].items()},
        never=frozenset(fold(word) for word in extra["never"]["words"]),
        full=full,
        pairs={name: tuple(two) for name, two in extra["pairs"].items()},
    )


def _spelling(
    words: Path,
    gazetteers: Mapping[str, Gazetteer],
    jurisdictions: JurisdictionWords,
    scorer: Scorer,
) -> Spelling:
    shorts = {
        fold(short): phrase(long) for short, long in _toml(words / "spelling.toml")["words"].items()
    }
    lines = (words / "common.txt").read_text("utf-8").splitlines()
    common = {w for line in lines if not line.startswith("#") for w in line.split()}
    special = set().union(*(g.words for g in gazetteers.values()))
    names = jurisdictions.names.words
    misspelt = {w for w in names if w not in phrase(" ".join(jurisdictions.full.values()))}
    short = {word for word in gazetteers["boards"].words if len(word) <= _LONGEST_ABBREVIATION}
    targets = {
        word
        for word in (special | scorer.words | common) - short
        if len(word) >= _SHORT and word.isalpha() and word not in names
    }
    targets |= {w for w in names - misspelt if w.isalpha() and len(w) > _SHORT}
    english = {word for word in scorer.kin if len(word) > _SHORT}
    by_length: dict[int, list[str]] = {}
    for word in sorted(targets):
        by_length.setdefault(len(word), []).append(word)
    return Spelling(
        known=frozenset(common | special | scorer.words | names | set(shorts) | english),
        shorts=shorts,
        by_length={size: tuple(group) for size, group in by_length.items()},
    )
