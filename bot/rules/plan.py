"""A board file made ready for the engine: once for each board, nothing of a person in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Literal

from bot.rules.conditions import Test, compiled, test_of
from bot.rules.ledger import LICENSE_TYPES, Ledger, Mask, quarters_of, union
from bot.rules.schema import (
    Accepts,
    Board,
    Bounds,
    CategoryRule,
    Condition,
    Effect,
    Relief,
    Topic,
    TotalInstead,
)
from bot.rules.topics import Topics


@dataclass(frozen=True)
class Filter:
    """Which credits a rule takes; `types` None means every license type."""

    types: frozenset[str] | None = None
    formats: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    other_than: frozenset[str] = frozenset()

    def mask(self, ledger: Ledger) -> Mask:
        if self.types is None and not self.formats and not self.topics and not self.other_than:
            return ledger.hours
        found = union(ledger.types, self.types or ())
        found |= union(ledger.formats, self.formats) | union(ledger.topics, self.topics)
        if self.other_than:
            found |= ledger.hours & ~union(ledger.types, self.other_than)
        return found & ledger.hours

    def only(self, ledger: Ledger) -> Mask:
        """The credits that are of no other type: what a cap takes of a completion with several."""
        found = self.mask(ledger)
        if not self.types or self.formats or self.topics or self.other_than:
            return found
        return found & ~union(ledger.types, LICENSE_TYPES - self.types)


def filter_of(accepts: Accepts) -> Filter:
    types = frozenset(accepts.types)
    narrowed = accepts.formats or accepts.topics or accepts.other_than
    return Filter(
        types if types or narrowed else None,
        frozenset(accepts.formats),
        frozenset(accepts.topics),
        frozenset(accepts.other_than),
    )


@dataclass(eq=False)
class PlanRule:
    """One rule: what it takes, when it applies, what it needs in quarters (None: no figure).

    `total` is the filter of the board's total where the hours must lie within it; `key` is
    the rule's name among all boards', under which `confirmed:`, `done:` and `waived:` are kept.
    """

    id: str
    key: str
    title: str
    sort: Literal["total", "minimum", "maximum", "topic"]
    need: int | None
    takes: Filter
    total: Filter | None = None
    never: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    may_serve: frozenset[str] = frozenset()
    test: Test | None = None
    source: Topic | CategoryRule | None = None
    confirm: bool = False
    note: str | None = None
    inside: bool = True

    @cached_property
    def topic(self) -> Topic | None:
        return self.source if isinstance(self.source, Topic) else None

    @cached_property
    def in_courses(self) -> bool:
        """Whether courses are counted and not hours; so is a topic without any figure."""
        return self.topic is not None and self.topic.hours is None

    @property
    def asks(self) -> str:
        return f"confirmed:{self.key}"

    def accepted(self, ledger: Ledger) -> Mask:
        """The credits of a type and kind that this rule takes."""
        mask = self.takes.only(ledger) if self.sort == "maximum" else self.takes.mask(ledger)
        return mask if self.total is None else mask & self.total.mask(ledger)

    def excluded(self, ledger: Ledger) -> Mask:
        """The credits on nothing but topics that never count."""
        if not self.never:
            return 0
        others = (word for word in ledger.topics if word not in self.never)
        return union(ledger.topics, self.never) & ~union(ledger.topics, others)


@dataclass(frozen=True)
class PlanEffect:
    """A relief's effect on the rules it touches, by their place."""

    effect: Effect
    rules: frozenset[int]


@dataclass(frozen=True)
class PlanRelief:
    test: Test
    effects: tuple[PlanEffect, ...]
    relief: Relief
    ask_of: Test | None = None


@dataclass(frozen=True, eq=False)
class Plan:
    """A board's rules in the order of its file; the total is the first.

    `apart` are pairs of rules, by place, that may not share an hour; `caps` the places of caps;
    `variants` the plans of those who owe another total.
    """

    board: Board
    rules: tuple[PlanRule, ...]
    reliefs: tuple[PlanRelief, ...]
    variants: tuple[tuple[Test, "Plan"], ...]
    apart: frozenset[frozenset[int]]
    caps: tuple[int, ...]
    capped: frozenset[int]
    carried: frozenset[int]


@lru_cache(maxsize=256)
def plan_of(board: Board, topics: Topics) -> Plan:
    """The board's rules, compiled."""
    total = filter_of(board.total_accepts)
    never = topics.serving(board.never_counts)
    need = None if board.total_hours is None else quarters_of(board.total_hours)
    rules = [
        PlanRule("total", f"{board.board_id}:total", "Total", "total", need, total, never=never)
    ]
    for number, category in enumerate(board.category_rules, 1):
        rules.append(_category(category, f"category-{number}", board, total, never))
    rules += [_topic(topic, total, topics) for topic in board.topics]
    places = {rule.id: place for place, rule in enumerate(rules)}
    counting = frozenset(i for i, rule in enumerate(rules) if rule.sort in ("total", "minimum"))
    return Plan(
        board=board,
        rules=tuple(rules),
        reliefs=_reliefs((*board.exemptions, *board.equivalents), places, rules),
        variants=tuple(
            (test_of(variant.when), plan_of(_with_total(board, variant), topics))
            for variant in board.total_instead
        ),
        apart=_apart(rules, places, counting),
        caps=tuple(i for i, rule in enumerate(rules) if rule.sort == "maximum"),
        capped=counting,
        carried=frozenset(places[name] for name in board.carryover.rules if name in places),
    )


def _with_total(board: Board, other: TotalInstead) -> Board:
    """The board as it is for those who owe another total."""
    whole = {"hours": other.hours, "accepts": other.accepts}
    categories = []
    for number, category in enumerate(board.category_rules, 1):
        changed: dict[str, object] = {}
        if category.kind == "min" and category.hours == board.total_hours:
            changed = dict(whole)
        if f"category-{number}" in other.categories:
            changed["accepts"] = other.categories[f"category-{number}"]
        categories.append(category.model_copy(update=changed))
    return board.model_copy(
        update={
            "total_hours": other.hours,
            "total_accepts": other.accepts,
            "total_instead": (),
            "category_rules": tuple(categories),
        }
    )


def _category(
    category: CategoryRule, name: str, board: Board, total: Filter, never: frozenset[str]
) -> PlanRule:
    return PlanRule(
        name,
        f"{board.board_id}:{name}",
        category.title,
        "minimum" if category.kind == "min" else "maximum",
        quarters_of(category.hours),
        filter_of(category.accepts),
        total=total,
        never=never,
        test=compiled(category.applies_if),
        source=category,
        confirm=category.confirm is not None,
    )


def _topic(topic: Topic, total: Filter, topics: Topics) -> PlanRule:
    need = quarters_of(topic.hours) if topic.hours is not None else topic.courses
    return PlanRule(
        topic.id,
        topic.id,
        topic.title,
        "topic",
        need,
        Filter(frozenset(topic.types) or None),
        total=total if topic.counts_toward_total and not topic.types else None,
        topics=topics.serving(topic.accepts or (topic.topic,)),
        may_serve=topics.serving(topic.may_serve),
        test=compiled((*topic.applies_if, *_due_from(topic))),
        source=topic,
        confirm=topic.confirm is not None,
        note=topic.proof,
        inside=topic.counts_toward_total,
    )


def _due_from(topic: Topic) -> tuple[Condition, ...]:
    if topic.first_due_cycle == 1:
        return ()
    return (Condition(cycle_number=Bounds(at_least=topic.first_due_cycle)),)


def _reliefs(
    reliefs: Sequence[Relief], places: dict[str, int], rules: Sequence[PlanRule]
) -> tuple[PlanRelief, ...]:
    found = []
    for relief in reliefs:
        if relief.when is not None and relief.effects:
            effects = tuple(
                PlanEffect(effect, _touched(effect, places, rules)) for effect in relief.effects
            )
            ask_of = test_of(relief.ask_of) if relief.ask_of else None
            found.append(PlanRelief(test_of(relief.when), effects, relief, ask_of))
    return tuple(found)


def _touched(effect: Effect, places: dict[str, int], rules: Sequence[PlanRule]) -> frozenset[int]:
    if "all" in effect.rules:
        return frozenset(range(len(rules)))
    touched = {places[name] for name in effect.rules}
    if "total" in effect.rules:
        touched |= {place for place, rule in enumerate(rules) if rule.topic is None}
    return frozenset(touched)


def _apart(
    rules: Sequence[PlanRule], places: dict[str, int], counting: frozenset[int]
) -> frozenset[frozenset[int]]:
    pairs = set()
    for place, rule in enumerate(rules):
        if rule.topic is None:
            continue
        if not rule.inside:
            pairs |= {frozenset((place, other)) for other in counting}
        pairs |= {frozenset((place, places[name])) for name in rule.topic.not_with}
    return frozenset(pairs)


def in_force(topic: Topic, day: date) -> bool:
    """Whether the rule binds a cycle that ends on this day."""
    begun = topic.effective_from is None or topic.effective_from <= day
    return begun and (topic.effective_until is None or day <= topic.effective_until)
