"""Federal duties: the MATE Act's eight hours, once, and the three-year DEA registration."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from bot.model import (
    Credit,
    Cycle,
    License,
    LicenseType,
    Profile,
    RuleStanding,
    Standing,
    State,
)
from bot.rules.calendar import window_start
from bot.rules.ledger import Ledger
from bot.rules.schema import Board
from bot.rules.standing import standing
from bot.rules.topics import Topics

Federal = Board
"""`data/federal.json` has the shape of a board file, so that one engine serves both."""

ZERO = Decimal(0)


def load_federal(path: Path) -> Federal:
    """Reads `data/federal.json`."""
    return Board.model_validate_json(path.read_bytes())


def federal_standing(
    profile: Profile,
    credits: Iterable[Credit] | Ledger,  # noqa: A002
    federal: Federal,
    topics: Topics,
    today: date,
) -> tuple[Standing, ...]:
    """The MATE duty and the DEA registration, in this order."""
    kind: LicenseType = profile.license_type or "MD"
    registration = License(federal.board_id, kind, expires=profile.dea_expires)
    whole = standing(registration, profile, credits, federal, topics, today)
    cycle = Cycle(None, profile.dea_expires)
    if profile.dea_expires is not None:
        months = federal.cycle.length_months or 0
        cycle = Cycle(window_start(profile.dea_expires, months), profile.dea_expires)
    mate = tuple(rule for rule in whole.rules if rule.id == "mate")
    amount = sum((item.amount for item in mate[0].counted), ZERO)
    typed = sum((i.amount for i in mate[0].counted if i.credit.origin == "typed"), ZERO)
    base = replace(whole, holder="federal", type=None)
    return (
        replace(
            base,
            board="mate",
            board_name="MATE Act",
            cycle=Cycle(None, profile.dea_expires),
            rules=mate,
            verified=amount - typed,
            typed_in=typed,
        ),
        replace(
            base,
            board="dea",
            cycle=cycle,
            rules=(_registration(profile, federal, cycle, today),),
            verified=ZERO,
            typed_in=ZERO,
        ),
    )


def _registration(profile: Profile, federal: Federal, cycle: Cycle, today: date) -> RuleStanding:
    held = profile.facts.get("dea")
    expires = profile.dea_expires
    missing = None
    if expires is not None:
        state = State.MET if expires >= today else State.NOT_MET
    elif held is False:
        state = State.DOES_NOT_APPLY
    else:
        state, missing = State.NOT_YET_KNOWN, "dea_expires" if held else "dea"
    return RuleStanding(
        id="dea-registration",
        title="DEA registration in force",
        state=state,
        have=ZERO,
        need=ZERO,
        left=ZERO,
        missing_fact=missing,
        relies_on=("dea_expires",) if expires else ("dea",) if held is False else (),
        note=federal.late_renewal if state is State.NOT_MET else federal.cycle.renewal.note,
        window=cycle,
    )
