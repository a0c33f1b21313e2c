"""The deadlines of a physician, from what they hold and what the boards' rules say. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from bot.model import License, Physician, Standing, State
from bot.rules.calendar import window_start
from bot.rules.certifying import certificate_cycle
from bot.rules.cycles import deadline as license_end
from bot.rules.cycles import periods_of
from bot.rules.facts import profile_of
from bot.rules.person import Rulebook, standings
from reminders.plan import CreditsOpen, Deadlines
from reminders.stages import LAPSE_DAYS, STAGES, WEEK, Deadline

LINGERS = (STAGES[-1].offset or 0) + LAPSE_DAYS
"""Days after its last day for which a cycle still speaks, if nothing was renewed."""
SETTLED = frozenset({State.MET, State.DOES_NOT_APPLY})
FEDERAL = frozenset({"dea", "mate"})


def deadlines_of(physician: Physician, rules: Rulebook) -> Deadlines:
    """Day -> the deadlines that are live on it."""
    # Facts that follow from others (a birth month from a birthday) may settle a last day.
    known = replace(physician, profile=profile_of(physician, rules.facts))

    def on(day: date) -> Sequence[Deadline]:
        licensed = (_license(held, known, rules, day) for held in physician.licenses)
        return (
            *(one for one in licensed if one is not None),
            *_certificates(physician, rules, day),
            *_federal(physician, rules),
        )

    return on


def credits_open_of(physician: Physician, rules: Rulebook) -> CreditsOpen:
    """(deadline, day) -> whether anything is still missing, or not known to be there.

    Credits completed after that day do not count yet.
    """

    @lru_cache(maxsize=16)
    def found(moved: tuple[tuple[str, date], ...], day: date) -> Sequence[Standing]:
        return _standings(_as_of(physician, dict(moved), day), rules, day)

    def credits_open(deadline: Deadline, day: date) -> bool:
        return any(
            rule.state not in SETTLED
            for one in found(tuple(_moved(deadline).items()), day)
            if _belongs(one, deadline)
            for rule in one.rules
        )

    return credits_open


def standing_of(
    deadline: Deadline, physician: Physician, rules: Rulebook, day: date
) -> Standing | None:
    """The standing that a deadline's credits are judged by; None where none are."""
    found = _standings(_as_of(physician, _moved(deadline), day), rules, day)
    return next((one for one in found if _belongs(one, deadline)), None)


def holder_of(held: License, place: int) -> str:
    """What tells a license from the others of one physician: its row, or its place in the list."""
    return f"license:{held.id if held.id is not None else f'#{place}'}"


def _standings(physician: Physician, rules: Rulebook, day: date) -> Sequence[Standing]:
    found = standings(physician, rules, day)
    return (*found.licenses, *found.certifications, *found.federal)


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


def _certificates(physician: Physician, rules: Rulebook, day: date) -> Sequence[Deadline]:
    reference = day - timedelta(days=LINGERS)
    cycles = (
        (held.board, certificate_cycle(held, rules.certifying[held.board.upper()], reference))
        for held in physician.certifications
    )
    return tuple(
        Deadline(board, cycle.last_day, cycle.first_day)
        for board, cycle in cycles
        if cycle.last_day is not None
    )


def _federal(physician: Physician, rules: Rulebook) -> Sequence[Deadline]:
    ends = physician.profile.dea_expires
    if ends is None:
        return ()
    first_day = window_start(ends, rules.federal.cycle.length_months or 0)
    # The training is stated in the next application, so that it is due with the registration.
    return (
        Deadline("dea", ends, first_day, counts=False),
        Deadline("mate", ends, confirms=False),
    )


def _belongs(found: Standing, deadline: Deadline) -> bool:
    if deadline.board in FEDERAL:
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
