"""The facts that answers are made of, loaded once: boards, names, questions, certifying boards."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.dialogs.faq_index import FaqIndex, build_index
from bot.rules.certifying import CertifyingBoard
from bot.rules.facts import Facts, FactWord
from bot.rules.person import Rulebook, load_rulebook
from bot.rules.schema import Board
from bot.rules.topics import Topics
from bot.understanding import Lexicon, load_lexicon
from bot.understanding.words import phrase


def folded(text: str) -> str:
    """One spelling for all, for comparing what was typed with what is known."""
    return " ".join(phrase(text))


@dataclass(frozen=True)
class Knowledge:
    """Everything in `data/` that a dialog answers from; each part is read when first needed."""

    folder: Path
    contact: str = "help@example.org"
    complaint_ways: frozenset[str] = frozenset()
    """What the operator has set up for complaints: `hub`, `mail`, both or nothing."""

    @cached_property
    def rules(self) -> Rulebook:
        """The rules of every board, certifying board and federal law."""
        return load_rulebook(self.folder)

    @property
    def boards(self) -> Mapping[str, Board]:
        return self.rules.boards

    @cached_property
    def boards_by_state(self) -> Mapping[str, tuple[str, ...]]:
        """The board ids of each jurisdiction, MD before DO where there are two."""
        found: dict[str, list[str]] = {}
        for name in sorted(self.boards, key=lambda board_id: board_id.endswith("-do")):
            found.setdefault(name.split("-")[1].upper(), []).append(name)
        return {code: tuple(names) for code, names in found.items()}

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
    def _taking_the_hub(self) -> Mapping[str, str]:
        """By jurisdiction, the boards named as taking the hub's data as their primary source."""
        listed = self._read("jurisdictions.json")["jurisdictions"]
        named = ((item["code"], item["uses_pars_as_source"]) for item in listed)
        return {code: words for code, words in named if words}

    def uses_hub(self, board_id: str) -> bool:
        """Whether a board is named as taking the hub's data as its primary source.

        "(MDs)" beside a name leaves the osteopathic board out.
        """
        named = self._taking_the_hub.get(self.boards[board_id].jurisdiction, "")
        return bool(named) and not (board_id.endswith("-do") and "(MDs)" in named)

    @cached_property
    def specialties(self) -> Mapping[str, str]:
        return {item["id"]: item["name"] for item in self._read("specialties.json")["specialties"]}

    @cached_property
    def credit_types(self) -> Mapping[str, str]:
        listed = self._read("credit_types.json")["credit_types"]
        return {item["id"]: item["name"] for item in listed}

    @cached_property
    def societies(self) -> Mapping[str, str]:
        """By state, the medical society that may be an accreditor; an old list, never a proof."""
        listed = self._read("recognized_accreditors.json")["accreditors"]
        return {item["jurisdiction"]: item["society"] for item in listed}

    @cached_property
    def faq(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(self._read("faq.json")["faq"])

    @cached_property
    def faq_index(self) -> FaqIndex:
        """Every way to ask a general question, with the place of its entry."""
        return build_index(self.faq, self.lexicon)

    @property
    def certifying_boards(self) -> Mapping[str, CertifyingBoard]:
        return self.rules.certifying

    @property
    def topics(self) -> Topics:
        return self.rules.topics

    @property
    def facts(self) -> Facts:
        return self.rules.facts

    def fact_phrase(self, fact: str) -> str:
        word = self.fact(fact)
        return word.phrase if word else fact.replace("_", " ")

    def fact(self, name: str) -> FactWord | None:
        """What asks for a fact, also for one kept for a single license or rule."""
        return self.facts.get(name.partition(":")[0])

    def related_topics(self, topic: str) -> frozenset[str]:
        """The topic, what it takes in, and what takes it in."""
        wider = {name for name, word in self.topics.items() if topic in word.takes_in}
        return self.topics.serving([topic]) | wider

    def topic_name(self, topic: str) -> str:
        return self.topics[topic].name if topic in self.topics else topic.replace("-", " ")

    def topic_words(self, topic: str) -> str:
        """A topic's name inside a sentence: `medical ethics`, `MATE Act training`."""
        name = self.topic_name(topic)
        return name if any(word[1:].isupper() for word in name.split()) else name.lower()

    def board_of(self, code: str, license_type: str | None) -> Board | None:
        """The board of a jurisdiction for an MD (also when nothing is said) or a DO."""
        found = [self.boards[name] for name in self.boards_by_state.get(code, ())]
        wanted = license_type or "MD"
        fitting = [board for board in found if wanted in board.license_types]
        return next(iter(fitting or found), None)

    def _read(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))
