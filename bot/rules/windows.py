"""In which days credits count for a rule: the cycle, a longer time back, its own clock, or ever."""

from dataclasses import dataclass
from datetime import date

from bot.model import Cycle, Fact
from bot.rules.calendar import YEAR, add_months, has_parity, on, window_start
from bot.rules.conditions import Case
from bot.rules.cycles import Period
from bot.rules.facts import as_date
from bot.rules.plan import PlanRule
from bot.rules.schema import CategoryRule, Topic

FIRST = 1
"""The ordinal of the first day of all: "ever"."""


@dataclass(frozen=True, slots=True)
class Windows:
    """The days that count up to today, as ordinals, and the period as it is shown.

    `blocks` are the years (or other parts) begun so far of a rule that asks for hours in each.
    """

    span: tuple[int, int]
    shown: Cycle
    blocks: tuple[tuple[int, int], ...] = ()

    def holds(self, done: Fact | None) -> bool:
        """Whether something said to be done, on a day or at all, falls into the window."""
        day = as_date(done)
        if day is not None:
            return self.span[0] <= day.toordinal() <= self.span[1]
        return done is True and self.span[0] == FIRST


def windows_of(rule: PlanRule, case: Case, today: date, ends: date | None) -> Windows | None:
    """The rule's window; None where the cycle it depends on is not known."""
    period = case.period
    topic = rule.topic
    if topic is not None:
        if topic.frequency in ("once", "first_renewal"):
            return _ever(topic, case, today)
        if topic.clock is not None:
            end = _next_on_clock(topic, today)
            return _back(end, (topic.n or 1) * YEAR, today)
    if period is None or period.credits_from is None:
        return None
    if topic is not None and topic.frequency == "every_n_cycles":
        months = (case.board.cycle.length_months or YEAR) * (topic.n or 1)
        return _back(period.last_day, months, today)
    if topic is not None and topic.frequency == "every_n_years":
        return _every_n_years(topic, case, period, today, ends)
    if isinstance(rule.source, CategoryRule) and rule.source.per_year:
        return _in_blocks(period, YEAR, today)
    return _span(period.credits_from, period.credits_until, today)


def _span(first: date, last: date, today: date) -> Windows:
    return Windows((first.toordinal(), min(last, today).toordinal()), Cycle(first, last))


def _back(last: date, months: int, today: date) -> Windows:
    return _span(window_start(last, months), last, today)


def _ever(topic: Topic, case: Case, today: date) -> Windows:
    last = case.period.last_day if case.period else None
    issued = case.license.issued
    later = topic.effective_from is None or (issued is not None and issued >= topic.effective_from)
    if topic.due_on is not None and not (topic.due_months_after_license and issued and later):
        last = topic.due_on
    elif topic.due_months_after_license is not None and issued is not None:
        last = add_months(issued, topic.due_months_after_license)
    return Windows((FIRST, today.toordinal()), Cycle(None, last))


def _every_n_years(
    topic: Topic, case: Case, period: Period, today: date, ends: date | None
) -> Windows:
    """Back from the license's next end; or in parts where the license runs longer than that."""
    months = (topic.n or 1) * YEAR
    if months < (case.board.cycle.license_renewal_months or YEAR):
        return _in_blocks(period, months, today)
    return _back(ends or period.last_day, months, today)


def _in_blocks(period: Period, months: int, today: date) -> Windows:
    """The parts of the period that have begun; at least the first."""
    first, last = period.credits_from or period.last_day, period.credits_until
    starts = [first]
    while (start := add_months(starts[-1], months)) <= min(last, today):
        starts.append(start)
    ends = [*(start.toordinal() - 1 for start in starts[1:]), min(last, today).toordinal()]
    blocks = tuple((start.toordinal(), end) for start, end in zip(starts, ends, strict=True))
    return Windows((blocks[0][0], blocks[-1][1]), Cycle(first, last), blocks)


def _next_on_clock(topic: Topic, today: date) -> date:
    clock = topic.clock
    if clock is None:
        raise AssertionError("asked only for a rule with a clock of its own")
    years = range(today.year, today.year + 3)
    days = (
        on(year, clock.month, clock.day) for year in years if has_parity(year, clock.year_parity)
    )
    return next(day for day in days if day >= today)
