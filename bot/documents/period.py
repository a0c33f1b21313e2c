"""The days a document speaks of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.model import Credit


@dataclass(frozen=True, slots=True)
class Period:
    """Both days included; None leaves that end open."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.first or date.min) <= day <= (self.last or date.max)


def credits_in(period: Period, credits: Iterable[Credit]) -> tuple[Credit, ...]:  # noqa: A002
    """The credits completed in a period, the latest first; of one day by title."""
    inside = (credit for credit in credits if credit.completed_on in period)
    return tuple(sorted(inside, key=lambda c: (-c.completed_on.toordinal(), c.title.casefold())))
