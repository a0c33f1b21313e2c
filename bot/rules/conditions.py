"""Whether a condition holds for a person: true, false, or unknown for want of one fact.

Conditions are turned into functions once for each board; the answers keep the fact that would
settle them and the facts they were read from.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from bot.model import Fact, License, Profile
from bot.rules.calendar import ONE_DAY, months_between, window_start
from bot.rules.cycles import Period, is_first, number_of
from bot.rules.facts import as_date
from bot.rules.schema import Board, Bounds, Condition

OF_THE_LICENSE = ("first_cycle", "issued")
"""Facts about the license itself. A relief that hangs on one of them is asked about; others must
be claimed by the physician."""

_PER_LICENSE = ("waiver", "cme_due")

SECOND_ON = Bounds(at_least=2)
"""Every cycle but the first: settled by "not the first" alone, without the issue date."""


class Truth(NamedTuple):
    """`value` None: unknown, for want of `missing`. `relies` are the facts it was read from."""

    value: bool | None
    missing: str | None = None
    relies: tuple[str, ...] = ()


TRUE = Truth(value=True)


@dataclass(frozen=True, slots=True)
class Case:
    """One license (or certificate) of one person in one period."""

    board: Board
    license: License
    profile: Profile
    period: Period | None

    @property
    def facts(self) -> Mapping[str, Fact]:
        return self.profile.facts


Test = Callable[[Case], Truth]


def compiled(conditions: Sequence[Condition]) -> Test | None:
    """All of the conditions as one test; None where there is no condition."""
    tests = [test_of(condition) for condition in conditions]
    if not tests:
        return None
    return tests[0] if len(tests) == 1 else _all(tests)


def known(case: Case, fact: str) -> Fact | None:
    """A fact's value, with what the license and the DEA date say; None is unknown."""
    if fact == "first_cycle":
        period = case.period
        return is_first(case.license, period, case.board) if period else case.license.first_cycle
    if fact in _PER_LICENSE:
        fact = f"{fact}:{case.board.board_id}"
    value = case.profile.facts.get(fact)
    if value is None and fact == "dea" and case.profile.dea_expires is not None:
        return True
    return value


def name_of(fact: str, case: Case) -> str:
    """The name under which a fact is asked for and kept."""
    return f"{fact}:{case.board.board_id}" if fact in _PER_LICENSE else fact


def test_of(condition: Condition) -> Test:
    """One condition as a test."""
    if condition.all is not None:
        return _all([test_of(part) for part in condition.all])
    if condition.any is not None:
        return _any([test_of(part) for part in condition.any])
    if condition.not_ is not None:
        return _not(test_of(condition.not_))
    if condition.specialty is not None:
        return _specialty(frozenset(condition.specialty))
    if condition.license_type is not None:
        wanted = condition.license_type
        return lambda case: Truth(case.license.type == wanted, None, ("license_type",))
    if condition.cycle_number is not None:
        return _cycle_number(condition.cycle_number)
    if condition.months_licensed is not None:
        return _months_licensed(condition.months_licensed)
    if condition.issued is not None:
        return _issued(condition.issued.from_, condition.issued.before)
    return _fact(condition)


def _all(tests: Sequence[Test]) -> Test:
    def test(case: Case) -> Truth:
        relies: tuple[str, ...] = ()
        unknown: Truth | None = None
        for each in tests:
            truth = each(case)
            if truth.value is False:
                return truth
            relies += truth.relies
            if truth.value is None and unknown is None:
                unknown = truth
        return Truth(None, unknown.missing, relies) if unknown else Truth(True, None, relies)

    return test


def _any(tests: Sequence[Test]) -> Test:
    def test(case: Case) -> Truth:
        relies: tuple[str, ...] = ()
        unknown: Truth | None = None
        for each in tests:
            truth = each(case)
            if truth.value:
                return truth
            relies += truth.relies
            if truth.value is None and unknown is None:
                unknown = truth
        return Truth(None, unknown.missing, relies) if unknown else Truth(False, None, relies)

    return test


def _not(inner: Test) -> Test:
    def test(case: Case) -> Truth:
        truth = inner(case)
        return truth if truth.value is None else truth._replace(value=not truth.value)

    return test


def _specialty(wanted: frozenset[str]) -> Test:
    def test(case: Case) -> Truth:
        specialty = case.profile.specialty
        if specialty is None:
            return Truth(None, "specialty")
        return Truth(specialty in wanted, None, ("specialty",))

    return test


def _fact(condition: Condition) -> Test:
    fact = condition.fact or ""
    if condition.in_cycle or condition.within_months is not None:
        return _recent(fact, condition.within_months)

    def test(case: Case) -> Truth:
        value = known(case, fact)
        name = name_of(fact, case)
        if value is None:
            return Truth(None, name)
        if condition.is_ is not None:
            return Truth(value == condition.is_, None, (name,))
        if condition.at_least is not None:
            return Truth(isinstance(value, int) and value >= condition.at_least, None, (name,))
        return Truth(value is True, None, (name,))

    return test


def _recent(fact: str, months: int | None) -> Test:
    def test(case: Case) -> Truth:
        value = known(case, fact)
        if value is None:
            return Truth(None, fact)
        day = as_date(value)
        if day is None:
            return Truth(False, None, (fact,))
        if case.period is None:
            return Truth(None, "expires")
        last = case.period.last_day
        first = window_start(last, months) if months else case.period.first_day
        return Truth(first is not None and first <= day <= last, None, (fact,))

    return test


def _cycle_number(bounds: Bounds) -> Test:
    def test(case: Case) -> Truth:
        number = number_of(case.license, case.period, case.board) if case.period else None
        if number is None:
            if case.license.first_cycle is False and bounds == SECOND_ON:
                return Truth(True, None, ("first_cycle",))
            return Truth(None, _birth_of_license(case))
        return Truth(_within(number, bounds), None, ("issued",))

    return test


def _months_licensed(bounds: Bounds) -> Test:
    def test(case: Case) -> Truth:
        issued, period = case.license.issued, case.period
        if issued is None:
            return Truth(None, "issued")
        if period is None or (bounds.at == "start" and period.first_day is None):
            return Truth(None, "expires")
        end = period.last_day
        if bounds.at == "start" and period.first_day is not None:
            end = period.first_day - ONE_DAY
        return Truth(_within(months_between(issued, end), bounds), None, ("issued",))

    return test


def _issued(from_: date | None, before: date | None) -> Test:
    def test(case: Case) -> Truth:
        issued = case.license.issued
        if issued is None:
            return Truth(None, "issued")
        fits = (from_ is None or issued >= from_) and (before is None or issued < before)
        return Truth(fits, None, ("issued",))

    return test


def _birth_of_license(case: Case) -> str:
    return "expires" if case.period is None and case.license.issued is not None else "issued"


def _within(number: int, bounds: Bounds) -> bool:
    return (
        (bounds.under is None or number < bounds.under)
        and (bounds.at_least is None or number >= bounds.at_least)
        and (bounds.at_most is None or number <= bounds.at_most)
    )
