"""The deadlines of a physician, from what they hold and what the boards' rules say. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from bot.model import License, Physician, Standing, State
from bot.rules.calendar import window_start
from bot.rules.cycles import deadline as license_end
from bot.rules.cycles import periods_of
from bot.rules.schema import Board
from reminders.plan import CreditsOpen, Deadlines
from reminders.stages import LAPSE_DAYS, STAGES, WEEK, Deadline

LINGERS = (STAGES[-1].offset or 0) + LAPSE_DAYS
"""Days after its last day for which a cycle still speaks, if nothing was renewed."""
DEA_MONTHS = 36
"""A practitioner's DEA registration runs three years (21 CFR 1301.13)."""
SETTLED = frozenset({State.MET, State.DOES_NOT_APPLY})

Standings = Callable[[Physician, date], Sequence[Standing]]
"""Where a physician stands on a day: every license, certificate and federal duty."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The boards, and the way to a standing."""

    boards: Mapping[str, Board]
    standings: Standings


def deadlines_of(physician: Physician, rules: Rulebook) -> Deadlines:
    """Day -> the deadlines that are live on it."""

    @lru_cache(maxsize=64)
    def certificates(year: int, month: int) -> tuple[Deadline, ...]:
        # A certificate's period is the rules' business; it is asked for once a month, not daily.
        found = rules.standings(physician, date(year, month, 1))
        return tuple(_certificates(physician, found))

    def on(day: date) -> Sequence[Deadline]:
        reference = day - timedelta(days=LINGERS)
        licensed = (_license(held, physician, rules, day) for held in physician.licenses)
        return (
            *(one for one in licensed if one is not None),
            *certificates(reference.year, reference.month),
            *_federal(physician),
        )

    return on


def credits_open_of(physician: Physician, rules: Rulebook) -> CreditsOpen:
    """(deadline, day) -> whether anything is still missing, or not known to be there.

    Credits completed after that day do not count yet.
    """

    @lru_cache(maxsize=16)
    def standings(changed: tuple[tuple[str, date], ...], day: date) -> Sequence[Standing]:
        return rules.standings(_as_of(physician, dict(changed), day), day)

    def credits_open(deadline: Deadline, day: date) -> bool:
        moved = tuple(_moved(deadline).items())
        return any(
            rule.state not in SETTLED
            for found in standings(moved, day)
            if _belongs(found, deadline)
            for rule in found.rules
        )

    return credits_open


def standing_of(
    deadline: Deadline, physician: Physician, rules: Rulebook, day: date
) -> Standing | None:
    """The standing that a deadline's credits are judged by; None where none are."""
    found = rules.standings(_as_of(physician, _moved(deadline), day), day)
    return next((one for one in found if _belongs(one, deadline)), None)


def holder_of(held: License, place: int) -> str:
    """What tells a license from the others of one physician: its row, or its place in the list."""
    return f"license:{held.id if held.id is not None else f'#{place}'}"


def _license(held: License, physician: Physician, rules: Rulebook, day: date) -> Deadline | None:
    """The renewal, or the end of the CME period if that comes clearly before it."""
    reference = day - timedelta(days=LINGERS)
    board = rules.boards[held.board]
    ends = license_end(held, physician.profile, board, reference).day
    periods = periods_of(held, physician.profile, board, reference).possible
    if ends is None:
        return None
    holder = holder_of(held, physician.licenses.index(held))
    term = board.cycle.license_renewal_months
    renewal = Deadline(
        held.board, ends, window_start(ends, term) if term else None, holder, counts=False
    )
    if not periods:
        return replace(renewal, counts=True)
    period = periods[0]
    days = (ends - period.last_day).days
    if 0 <= days <= WEEK:
        first_day = period.first_day or renewal.first_day
        return replace(renewal, last_day=period.last_day, first_day=first_day, counts=True)
    if days > 0 and period.last_day >= day:
        return Deadline(held.board, period.last_day, period.first_day, holder, confirms=False)
    return renewal


def _certificates(physician: Physician, found: Sequence[Standing]) -> Sequence[Deadline]:
    cycles = {one.board: one.cycle for one in found if one.holder == "certification"}
    deadlines = []
    for held in physician.certifications:
        cycle = cycles.get(held.board)
        last_day = (cycle.last_day if cycle else None) or held.expires
        if last_day is not None:
            first_day = cycle.first_day if cycle else held.since
            deadlines.append(Deadline(held.board, last_day, first_day))
    return deadlines


def _federal(physician: Physician) -> Sequence[Deadline]:
    ends = physician.profile.dea_expires
    if ends is None:
        return ()
    first_day = window_start(ends, DEA_MONTHS)
    # The training is stated in the next application, so that it is due with the registration.
    return (
        Deadline("dea", ends, first_day, counts=False),
        Deadline("mate", ends, first_day, confirms=False),
    )


def _belongs(found: Standing, deadline: Deadline) -> bool:
    if deadline.board in {"dea", "mate"}:
        return found.holder == "federal" and found.board == deadline.board
    return found.holder != "federal" and found.board == deadline.board


def _moved(deadline: Deadline) -> Mapping[str, date]:
    # A cycle opened by "renewed" ends later than the license on record.
    return {deadline.holder: deadline.last_day} if deadline.holder and deadline.confirms else {}


def _as_of(physician: Physician, ends: Mapping[str, date], day: date) -> Physician:
    """The physician as known on a day, in the cycle that ends as given."""
    return replace(
        physician,
        credits=tuple(one for one in physician.credits if one.completed_on <= day),
        licenses=tuple(
            _until(held, ends.get(holder_of(held, place)))
            for place, held in enumerate(physician.licenses)
        ),
    )


def _until(held: License, ends: date | None) -> License:
    if ends is None or held.expires is None or ends <= held.expires:
        return held
    return replace(held, expires=ends, first_cycle=None if held.first_cycle is None else False)
