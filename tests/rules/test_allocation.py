"""Small made-up boards, judged by the engine and by trying every use of every quarter."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import Credit, License, Profile, State
from bot.rules.person import load_rulebook
from bot.rules.schema import Board
from bot.rules.standing import standing
from data import HERE

TOPICS = load_rulebook(HERE).topics
TODAY = date(2026, 11, 23)
ENDS = date(2026, 12, 31)
DAYS = (date(2024, 5, 5), date(2025, 5, 5), date(2026, 5, 5))
"""Before the cycle of 2025 and 2026, in its first year, in its second."""

FORMAL, INFORMAL = "ama-pra-1", "ama-pra-2"
TITLES = ("Asthma", "Burns", "Cataract", "Dizziness", "Epilepsy")
WORDS = ("ethics", "nutrition", "dementia")


def board_of(total, categories, topics):
    whole = {
        "schema": 2,
        "board_id": "us-zz",
        "jurisdiction": "ZZ",
        "jurisdiction_name": "Nowhere",
        "board_name": "Board of Nowhere",
        "license_types": ["MD"],
        "aliases": [],
        "website": None,
        "cme_page": None,
        "cycle": {
            "length_months": 24,
            "license_renewal_months": 24,
            "credit_window_months": 24,
            "renewal": {"kind": "other", "note": ""},
            "credit_period": "renewal_cycle",
            "credit_period_note": None,
        },
        "total_hours": total / 4,
        "category_rules": categories,
        "topics": topics,
        "equivalents": [],
        "exemptions": [],
        "carryover": {"allowed": False, "hours": None, "note": ""},
        "late_renewal": None,
        "reporting": "",
        "record_retention_years": None,
        "notes": [],
        "sources": [],
        "as_of": "2026-11",
        "confidence": "high",
        "open_questions": [],
    }
    return Board.model_validate(whole)


def category(kind, quarters, accepted, *, per_year=False):
    return {
        "kind": kind,
        "title": kind,
        "hours": quarters / 4,
        "categories": [],
        "note": kind,
        "accepts": {"types": [accepted]},
        "per_year": per_year,
    }


def topic(number, quarters, accepts, *, inside, not_with=(), yearly=False):
    return {
        "id": f"zz-{number}",
        "topic": accepts[0],
        "title": f"Topic {number}",
        "hours": quarters / 4,
        "frequency": "every_n_years" if yearly else "every_cycle",
        "n": 1 if yearly else None,
        "applies_if": [],
        "counts_toward_total": inside,
        "effective_from": None,
        "effective_until": None,
        "note": None,
        "accepts": list(accepts),
        "not_with": list(not_with),
    }


@st.composite
def small_boards(draw):
    """A total, perhaps a minimum or one a year, a cap, and topics of every sort."""
    few = st.integers(1, 4)
    categories = []
    if draw(st.booleans()):
        yearly = draw(st.booleans())
        categories.append(category("min", draw(st.integers(1, 2)), FORMAL, per_year=yearly))
    if draw(st.booleans()):
        categories.append(category("max", draw(few), INFORMAL))
    accepted = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique=True)
    topics = []
    for number in range(draw(st.integers(0, 3))):
        others = [f"zz-{n}" for n in range(number)]
        topics.append(
            topic(
                number,
                draw(st.integers(1, 2)),
                draw(accepted),
                inside=draw(st.booleans()),
                not_with=draw(st.lists(st.sampled_from(others), max_size=1)) if others else (),
                yearly=draw(st.booleans()),
            )
        )
    return board_of(draw(st.integers(1, 5)), categories, topics)


@st.composite
def records(draw):
    one = st.builds(
        Credit,
        title=st.just(""),
        completed_on=st.sampled_from(DAYS),
        amount=st.integers(1, 3).map(lambda quarters: Decimal(quarters) / 4),
        type=st.sampled_from((FORMAL, INFORMAL)),
        topics=st.lists(st.sampled_from(WORDS), max_size=2, unique=True).map(tuple),
    )
    found = draw(st.lists(one, max_size=5))
    return [replace(credit, title=title) for credit, title in zip(found, TITLES, strict=False)]


@dataclass(frozen=True)
class Demand:
    """One figure that must be reached: a rule's, or a rule's in one year."""

    name: str
    need: int
    years: tuple[int, ...]
    kind: str | None = None
    words: tuple[str, ...] = ()

    def serves(self, credit):
        fits = self.kind in (None, credit.type) and credit.completed_on.year in self.years
        return fits and (not self.words or not set(self.words).isdisjoint(credit.topics))


BOTH, EACH = ((2025, 2026),), ((2025,), (2026,))


def demands_of(board):
    """What the board asks for, read once more and independently of the engine."""
    found = [Demand("total", int(board.total_hours * 4), (2025, 2026))]
    for number, rule in enumerate(board.category_rules, 1):
        if rule.kind == "min":
            spans = EACH if rule.per_year else BOTH
            need = int(rule.hours * 4)
            found += [Demand(f"category-{number}", need, years, FORMAL) for years in spans]
    for rule in board.topics:
        spans, need = EACH if rule.n else BOTH, int(rule.hours * 4)
        found += [Demand(rule.id, need, years, words=rule.accepts) for years in spans]
    return found


def may_share(board, one, other):
    """Whether one quarter may serve both rules."""
    topics = {rule.id: rule for rule in board.topics}
    for first, second in ((one, other), (other, one)):
        if first in topics:
            rule = topics[first]
            if second in rule.not_with or (second not in topics and not rule.counts_toward_total):
                return False
    return True


def can_all_be_met(board, record):
    """Tries every use of every quarter, keeping only what has been served and capped so far."""
    demands = demands_of(board)
    cap = next((int(rule.hours * 4) for rule in board.category_rules if rule.kind == "max"), None)
    general = {n for n, demand in enumerate(demands) if not demand.name.startswith("zz-")}
    reached = {((0,) * len(demands), 0)}
    for credit in record:
        fitting = [n for n, demand in enumerate(demands) if demand.serves(credit)]
        uses = [
            frozenset(use)
            for size in range(len(fitting) + 1)
            for use in combinations(fitting, size)
            if all(
                may_share(board, demands[one].name, demands[other].name)
                for one, other in combinations(use, 2)
            )
        ]
        uses = [use for use in uses if not any(use < other for other in uses)] + [
            use - general for use in uses
        ]
        for _ in range(int(credit.amount * 4)):
            reached = {
                (
                    tuple(
                        min(d.need, got + (n in use))
                        for n, (d, got) in enumerate(zip(demands, served, strict=True))
                    ),
                    under + (credit.type == INFORMAL and bool(use & general)),
                )
                for served, under in reached
                for use in uses
            }
            reached = {state for state in reached if cap is None or state[1] <= cap}
    return any(served == tuple(d.need for d in demands) for served, _ in reached)


def judged(board, record):
    held = License("us-zz", "MD", issued=date(2010, 1, 1), expires=ENDS, first_cycle=False)
    return standing(held, Profile(), record, board, TOPICS, TODAY).rules


def all_met(rules):
    return all(rule.state is State.MET for rule in rules)


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(small_boards(), records())
def test_all_is_met_exactly_where_some_use_of_the_hours_meets_all(board, record):
    assert all_met(judged(board, record)) == can_all_be_met(board, record)


@pytest.mark.soak
@pytest.mark.timeout(900)
@settings(deadline=None, max_examples=5_000, suppress_health_check=list(HealthCheck))
@given(small_boards(), records())
def test_all_is_met_where_it_can_be_many_times_over(board, record):
    assert all_met(judged(board, record)) == can_all_be_met(board, record)


@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(small_boards(), records())
def test_the_amounts_of_a_rule_are_those_of_its_credits(board, record):
    for rule in judged(board, record):
        assert sum((item.amount for item in rule.counted), Decimal(0)) == rule.have
        told = {}
        for item in (*rule.counted, *rule.left_out):
            told[id(item.credit)] = told.get(id(item.credit), Decimal(0)) + item.amount
        assert all(told.get(id(credit), credit.amount) == credit.amount for credit in record), (
            rule.id
        )


def formal(quarters, *topics, day=DAYS[2], kind=FORMAL):
    return Credit(f"{kind} on {topics}", day, Decimal(quarters) / 4, kind, topics=topics)


def test_an_hour_apart_from_the_total_is_taken_from_where_it_is_not_missed():
    board = board_of(
        4,
        [category("max", 2, INFORMAL)],
        [topic(0, 2, ["ethics"], inside=False)],
    )
    record = [formal(2, "ethics"), formal(2, "ethics", kind=INFORMAL), formal(2, kind=INFORMAL)]
    assert all_met(judged(board, record))
    assert not all_met(judged(board, [replace(record[0], amount=Decimal("0.25")), *record[1:]]))


def test_a_minimum_of_each_year_leaves_its_surplus_to_others():
    board = board_of(
        4,
        [category("min", 1, FORMAL, per_year=True)],
        [topic(0, 1, ["ethics"], inside=False)],
    )
    record = [formal(1, day=DAYS[1]), formal(3, day=DAYS[2]), formal(1, "ethics", day=DAYS[1])]
    assert all_met(judged(board, record))
    assert not all_met(judged(board, record[1:]))
