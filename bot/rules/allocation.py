"""The best use of credits where one hour may serve one rule or another, or where caps bind.

A small linear program, solved exactly: the rules get as much of what they need as can be, one
after the other, so that whenever some allocation meets every rule this one does; then as much as
can be is counted. It runs only where two rules compete for an hour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Pattern = frozenset[int]
"""The rules (by number) that one hour serves at the same time."""


@dataclass(frozen=True, slots=True)
class Lot:
    """Hours of one kind, in quarters: the rules they could serve and the caps they fall under."""

    amount: int
    serves: frozenset[int]
    caps: frozenset[int]


@dataclass(frozen=True, slots=True)
class Contest:
    """`needs`: rule -> quarters. `apart`: pairs of rules that may not share an hour. `limits`: cap
    -> quarters; caps bind only hours that serve one of the `capped` rules.
    """

    needs: Mapping[int, int]
    apart: frozenset[frozenset[int]]
    limits: Mapping[int, int]
    capped: frozenset[int]


def allocate(lots: Sequence[Lot], contest: Contest) -> list[dict[Pattern, Fraction]]:
    """For each lot, how many quarters serve which rules together; the rest serves none."""
    columns = [
        (number, pattern) for number, lot in enumerate(lots) for pattern in _patterns(lot, contest)
    ]
    rules = sorted(contest.needs)
    width = len(columns) + len(rules)
    rows: list[list[int]] = []
    bounds: list[int] = []

    def limit(coefficients: Mapping[int, int], bound: int) -> None:
        rows.append([coefficients.get(column, 0) for column in range(width)])
        bounds.append(bound)

    for number, lot in enumerate(lots):
        limit({c: 1 for c, (owner, _) in enumerate(columns) if owner == number}, lot.amount)
    for cap, bound in sorted(contest.limits.items()):
        under = {
            c: 1
            for c, (owner, pattern) in enumerate(columns)
            if cap in lots[owner].caps and pattern & contest.capped
        }
        if under:
            limit(under, bound)
    for place, rule in enumerate(rules):
        own = len(columns) + place
        limit({own: 1}, contest.needs[rule])
        served = {c: -1 for c, (_, pattern) in enumerate(columns) if rule in pattern}
        limit({own: 1, **served}, 0)
    gain = [len(pattern) for _, pattern in columns] + _weights(rules, lots, contest)
    solution = _maximize(rows, bounds, gain)
    result: list[dict[Pattern, Fraction]] = [{} for _ in lots]
    for (number, pattern), amount in zip(columns, solution, strict=False):
        if amount:
            result[number][pattern] = amount
    return result


def _weights(rules: Sequence[int], lots: Sequence[Lot], contest: Contest) -> list[int]:
    """What a quarter toward each rule's need is worth: more than all that comes after it.

    Topics come before totals and, among them, the first in the file; a fixed order, so that one
    more credit never takes a met rule's hours away.
    """
    after = sum(lot.amount for lot in lots) * (len(rules) + 1)
    worth: dict[int, int] = {}
    for rule in sorted(rules, key=lambda rule: (rule not in contest.capped, -rule)):
        worth[rule] = after + 1
        after += worth[rule] * contest.needs[rule]
    return [worth[rule] for rule in rules]


def _patterns(lot: Lot, contest: Contest) -> list[Pattern]:
    """The largest sets of rules one hour of the lot can serve, with and without capped rules."""
    found = _independent(lot.serves, contest.apart)
    if lot.caps:
        found |= _independent(lot.serves - contest.capped, contest.apart)
    found.discard(frozenset())
    return sorted(found, key=sorted)


def _independent(rules: frozenset[int], apart: frozenset[frozenset[int]]) -> set[Pattern]:
    """Sets of rules in which no two are apart, the largest among them."""
    for pair in apart:
        if pair <= rules:
            return {found for rule in pair for found in _independent(rules - {rule}, apart)}
    return {rules}


def _maximize(
    rows: Sequence[Sequence[int]], bounds: Sequence[int], gain: Sequence[int]
) -> list[Fraction]:
    """The simplex method with Bland's rule: max gain.x, rows.x <= bounds, x >= 0, bounds >= 0."""
    count, width = len(rows), len(gain)
    table = [
        [*map(Fraction, row), *(Fraction(int(i == k)) for k in range(count)), Fraction(bounds[i])]
        for i, row in enumerate(rows)
    ]
    goal = [*(Fraction(-value) for value in gain), *([Fraction(0)] * (count + 1))]
    basis = list(range(width, width + count))
    while (
        entering := next((c for c, value in enumerate(goal[:-1]) if value < 0), None)
    ) is not None:
        leaving = min(
            (i for i in range(count) if table[i][entering] > 0),
            key=lambda i: (table[i][-1] / table[i][entering], basis[i]),
        )
        _pivot(table, goal, leaving, entering)
        basis[leaving] = entering
    solution = [Fraction(0)] * width
    for row, column in zip(table, basis, strict=True):
        if column < width:
            solution[column] = row[-1]
    return solution


def _pivot(table: list[list[Fraction]], goal: list[Fraction], leaving: int, entering: int) -> None:
    factor = table[leaving][entering]
    pivot_row = [value / factor for value in table[leaving]]
    table[leaving] = pivot_row
    for row in (*table[:leaving], *table[leaving + 1 :], goal):
        share = row[entering]
        if share:
            for column, value in enumerate(pivot_row):
                if value:
                    row[column] -= share * value
