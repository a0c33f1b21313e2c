"""Why a credit is not there: the likeliest reason for one course, by what is known of it."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.model import Activity

REPORTED_WITHIN = timedelta(days=30)
"""ACCME asks providers to report within 30 days; nothing makes them."""

CARRIED = frozenset({"ama-pra-1", "ipce", "moc"})
"""Types of credit that are reported to the hub at all (facts: PARS accepts no others)."""

LIVE = frozenset({"in-person", "virtual", "hybrid"})
FINISHED_RECENTLY = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Reason:
    """`kind`: `never` (a type the hub does not carry), `early`, `overdue`, `undated` (it depends
    on a day not known) or `unlisted` (no activity that the catalog knows).

    `by`: until about when the provider has time; `types`: what the hub does not carry.
    """

    kind: str
    by: date | None = None
    types: tuple[str, ...] = ()


def never_reported(credit_type: str | None) -> bool:
    """Whether a type of credit is one that nobody reports to the hub."""
    return credit_type is not None and credit_type not in CARRIED


def reason(
    activity: Activity | None, completed_on: date | None, said_type: str | None, today: date
) -> Reason:
    """The likeliest reason, the one that no waiting cures first."""
    types = (said_type,) if said_type else _types(activity)
    if types and not CARRIED & set(types):
        return Reason("never", types=types)
    if completed_on is None:
        return Reason("undated" if activity else "unlisted")
    by = completed_on + REPORTED_WITHIN
    if today <= by:
        return Reason("early", by)
    return Reason("overdue" if activity else "unlisted", by)


def completion(
    activity: Activity | None, first: date | None, last: date | None, today: date
) -> tuple[date | None, bool]:
    """When the course was finished, and whether that is only about so.

    An activity on fixed days ends on its last one; else the end of the time that was said.
    """
    ended = activity.end_date if activity and activity.start_date else None
    if ended is not None and activity is not None and activity.format in LIVE and ended <= today:
        recent = first is None and today - ended <= FINISHED_RECENTLY
        if recent or (first is not None and first <= ended <= (last or first)):
            return ended, False
    if first is None or last is None:
        return None, False
    return min(last, today), first != last


def _types(activity: Activity | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(offer.type for offer in activity.credits)) if activity else ()
