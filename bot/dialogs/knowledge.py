"""The facts that answers are made of, loaded once: boards, names, questions, certifying boards."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.rules.boards import Boards, load_boards
from bot.rules.schema import Board
from bot.rules.topics import Topics, load_topics
from bot.understanding import Lexicon, load_lexicon
from bot.understanding.words import phrase


def folded(text: str) -> str:
    """One spelling for all, for comparing what was typed with what is known."""
    return " ".join(phrase(text))


@dataclass(frozen=True, slots=True)
class FactAsked:
    """A fact about the person that rules depend on, and how to ask for it.

    `phrase` is in the second person ("you hold a DEA registration"); `kind` is `yes_no`, ...
    """

    id: str
    question: str
    why: str
    phrase: str
    kind: str


@dataclass(frozen=True)
class Knowledge:
    """Everything in `data/` that a dialog answers from; each part is read when first needed."""

    folder: Path
    contact: str = "help@example.org"

    @cached_property
    def boards(self) -> Boards:
        return load_boards(self.folder / "requirements")

    @cached_property
    def lexicon(self) -> Lexicon:
        return load_lexicon()

    @cached_property
    def jurisdictions(self) -> Mapping[str, str]:
        """Names by USPS code."""
        listed = self._read("jurisdictions.json")["jurisdictions"]
        return {entry["code"]: entry["name"] for entry in listed}

    @cached_property
    def osteopathic(self) -> frozenset[str]:
        """The codes of jurisdictions with a board of their own for DOs."""
        listed = self._read("jurisdictions.json")["jurisdictions"]
        return frozenset(item["code"] for item in listed if item["separate_osteopathic_board"])

    @cached_property
    def specialties(self) -> Mapping[str, str]:
        return {item["id"]: item["name"] for item in self._read("specialties.json")["specialties"]}

    @cached_property
    def credit_types(self) -> Mapping[str, str]:
        listed = self._read("credit_types.json")["credit_types"]
        return {item["id"]: item["name"] for item in listed}

    @cached_property
    def faq(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(self._read("faq.json")["faq"])

    @cached_property
    def mandates(self) -> Mapping[str, Mapping[str, Any]]:
        return {item["id"]: item for item in self._read("rems_and_mandates.json")["items"]}

    @cached_property
    def faq_phrasings(self) -> tuple[tuple[str, int], ...]:
        """Every way to ask, folded for comparing, with the place of its entry."""
        return tuple(
            (folded(words), place)
            for place, entry in enumerate(self.faq)
            for words in (entry["question"], *entry["variants"])
        )

    @cached_property
    def certifying_boards(self) -> Mapping[str, Mapping[str, Any]]:
        return {item["abbr"]: item for item in self._read("certifying_boards.json")["boards"]}

    @cached_property
    def topics(self) -> Topics:
        return load_topics(self.folder / "topics.json")

    @cached_property
    def facts(self) -> Mapping[str, FactAsked]:
        fields = ("id", "question", "why", "phrase", "kind")
        listed = self._read("facts.json")["facts"]
        return {
            item["id"]: FactAsked(**{name: item.get(name, "") for name in fields})
            for item in listed
        }

    def fact_phrase(self, fact: str) -> str:
        return self.facts[fact].phrase if fact in self.facts else fact.replace("_", " ")

    def fact_question(self, fact: str) -> str:
        """The question that would settle it, or the fact's own words."""
        return self.facts[fact].question if fact in self.facts else fact

    def related_topics(self, topic: str) -> frozenset[str]:
        """The topic, what it takes in, and what takes it in."""
        wider = {name for name, word in self.topics.items() if topic in word.takes_in}
        return self.topics.serving([topic]) | wider

    def topic_name(self, topic: str) -> str:
        return self.topics[topic].name if topic in self.topics else topic.replace("-", " ")

    def board_of(self, code: str, license_type: str | None) -> Board | None:
        """The board of a jurisdiction for an MD (also when nothing is said) or a DO."""
        found = self.boards.of(code)
        wanted = license_type or "MD"
        fitting = [board for board in found if wanted in board.license_types]
        return next(iter(fitting or found), None)

    def _read(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))
