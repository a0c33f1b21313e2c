"""Everything one physician stands in: licenses, certificates, federal duties."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from bot.model import Credit, Physician, Standing
from bot.rules.boards import load_boards
from bot.rules.certifying import (
    CertifyingBoard,
    certification_standing,
    load_certifying_boards,
)
from bot.rules.facts import Facts, load_facts, profile_of
from bot.rules.federal import Federal, federal_standing, load_federal
from bot.rules.ledger import POINTS, read_credits
from bot.rules.schema import Board
from bot.rules.standing import standing
from bot.rules.topics import Topics, load_topics


@dataclass(frozen=True)
class Rulebook:
    """All rules there are, loaded once."""

    boards: Mapping[str, Board]
    certifying: Mapping[str, CertifyingBoard]
    federal: Federal
    topics: Topics
    facts: Facts


@dataclass(frozen=True, slots=True)
class Standings:
    """One standing for each license and certificate, in the physician's order, and the federal."""

    licenses: tuple[Standing, ...]
    certifications: tuple[Standing, ...]
    federal: tuple[Standing, ...]


def load_rulebook(data: Path) -> Rulebook:
    """Reads the rules of the `data` folder; board files are parsed when first asked for."""
    return Rulebook(
        load_boards(data / "requirements"),
        load_certifying_boards(data / "certifying_boards.json"),
        load_federal(data / "federal.json"),
        load_topics(data / "topics.json"),
        load_facts(data / "facts.json"),
    )


def standings(physician: Physician, rules: Rulebook, today: date) -> Standings:
    """Where the physician stands today. An unknown board raises KeyError with its id."""
    profile = profile_of(physician, rules.facts)
    ledger = read_credits(physician.credits)
    points = _with_their_board(physician)
    return Standings(
        tuple(
            standing(held, profile, ledger, rules.boards[held.board], rules.topics, today)
            for held in physician.licenses
        ),
        tuple(
            certification_standing(
                held, profile, points, rules.certifying[held.board.upper()], today
            )
            for held in physician.certifications
        ),
        federal_standing(profile, ledger, rules.federal, rules.topics, today),
    )


def _with_their_board(physician: Physician) -> tuple[Credit, ...]:
    """The credits; points that name no board are those of the only board there is."""
    boards = {held.board.upper() for held in physician.certifications}
    if len(boards) != 1:
        return physician.credits
    (board,) = boards
    return tuple(
        replace(credit, board=board) if credit.type == POINTS and credit.board is None else credit
        for credit in physician.credits
    )
