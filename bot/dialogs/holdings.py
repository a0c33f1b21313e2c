"""Changes to what a physician holds: the change, the line that confirms it, and its way back.

A way back is written into the Undo button: a letter for the kind and what stood there before,
dates as ISO text. License numbers are never written there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.dialogs.context import Context
from bot.model import (
    Certification,
    Change,
    ChangeProfile,
    KeepCertification,
    KeepLicense,
    License,
    LicenseType,
    RemoveCertification,
    RemoveLicense,
    SetFact,
)
from bot.rules.cycles import cycle_of


@dataclass(frozen=True, slots=True)
class Part:
    """One thing noted: the changes, the values of its line, and the argument of its Undo."""

    changes: tuple[Change, ...]
    line: dict[str, Any]
    undo: str = ""


# ── licenses ────────────────────────────────────────────────────────────────────────────────


def held_license(board: str, context: Context) -> License | None:
    return next((one for one in context.physician.licenses if one.board == board), None)


def license_name(held: License, context: Context) -> str:
    """`Texas MD`."""
    return f"{context.knowledge.boards[held.board].jurisdiction_name} {held.type}"


def due(held: License, context: Context) -> date | None:
    """The day on the license, else the one that follows from the board's rule."""
    if held.expires is not None:
        return held.expires
    board = context.knowledge.boards[held.board]
    return cycle_of(held, context.physician.profile, board, context.today).last_day


def type_for(context: Context) -> LicenseType | None:
    """MD or DO as the physician said it, or as all licenses have it."""
    said = context.physician.profile.license_type
    types = {held.type for held in context.physician.licenses}
    return said or (types.pop() if len(types) == 1 else None)


def license_part(
    code: str, license_type: LicenseType, expires: date | None, context: Context
) -> Part | None:
    """The license of a state added, or its end date changed; None where it has no board."""
    board = context.knowledge.board_of(code, license_type)
    if board is None:
        return None
    before = held_license(board.board_id, context)
    if before is None:
        after = License(board.board_id, license_type, expires)
        undo = f"L,{board.board_id}"
    else:
        after = replace(before, expires=expires or before.expires)
        undo = f"E,{board.board_id},{_iso(before.expires)}"
    line = {
        "kind": "license",
        "name": license_name(after, context),
        "day": due(after, context),
        "said": after.expires is not None,
        "known": before is not None and after == before,
    }
    return Part((KeepLicense(after),), line, "" if after == before else undo)


def license_removed(held: License, context: Context) -> Part:
    """A license taken off the list; one with a number cannot be brought back by a button."""
    assert held.id is not None
    first = {None: "", True: "1", False: "0"}[held.first_cycle]
    fields = ("R", held.board, held.type, _iso(held.expires), _iso(held.issued), first)
    line = {"kind": "removed", "name": license_name(held, context)}
    return Part((RemoveLicense(held.id),), line, "" if held.number else ",".join(fields))


# ── certificates, the DEA registration, the person ──────────────────────────────────────────


def held_certification(board: str, context: Context) -> Certification | None:
    return next((one for one in context.physician.certifications if one.board == board), None)


def certification_part(board: str, expires: date | None, context: Context) -> Part:
    before = held_certification(board, context)
    held = before or Certification(board)
    after = replace(held, expires=expires or held.expires)
    line = {
        "kind": "certification",
        "name": board,
        "day": after.expires,
        "known": before is not None and after == before,
    }
    undo = f"C,{board}" if before is None else f"X,{board},{_iso(before.expires)}"
    return Part((KeepCertification(after),), line, "" if after == before else undo)


def certification_removed(held: Certification) -> Part:
    assert held.id is not None
    undo = f"K,{held.board},{_iso(held.since)},{_iso(held.expires)}"
    line = {"kind": "removed", "name": held.board}
    return Part((RemoveCertification(held.id),), line, undo)


def dea_part(expires: date | None, context: Context) -> Part:
    """A DEA registration held, with the day it ends if that is known."""
    profile = context.physician.profile
    day = expires or profile.dea_expires
    changes: tuple[Change, ...] = (ChangeProfile({"dea_expires": day}), SetFact("dea", value=True))
    line = {"kind": "dea", "name": "DEA registration", "day": day}
    return Part(changes, line, f"D,{_iso(profile.dea_expires)},{_bit(profile.facts.get('dea'))}")


def dea_removed(context: Context) -> Part:
    profile = context.physician.profile
    changes: tuple[Change, ...] = (
        ChangeProfile({"dea_expires": None}),
        SetFact("dea", value=False),
    )
    undo = f"D,{_iso(profile.dea_expires)},{_bit(profile.facts.get('dea'))}"
    return Part(changes, {"kind": "removed", "name": "DEA registration"}, undo)


def type_part(license_type: LicenseType, context: Context) -> Part:
    line = {"kind": "type", "name": license_type}
    undo = f"T,{context.physician.profile.license_type or ''}"
    return Part((ChangeProfile({"license_type": license_type}),), line, undo)


def specialty_part(specialty: str, context: Context) -> Part:
    name = context.knowledge.specialties.get(specialty, specialty)
    undo = f"S,{context.physician.profile.specialty or ''}"
    return Part(
        (ChangeProfile({"specialty": specialty}),), {"kind": "specialty", "name": name}, undo
    )


def fact_part(name: str, context: Context, *, value: bool) -> Part:
    before = context.physician.profile.facts.get(name)
    line = {"kind": "fact", "name": context.knowledge.facts[name].question, "yes": value}
    return Part((SetFact(name, value),), line, f"F,{name},{_bit(before)}")


# ── the way back ────────────────────────────────────────────────────────────────────────────


def undone(argument: str, context: Context) -> Sequence[Change]:
    """The changes that an Undo button makes; none where there is nothing left to take back."""
    kind, *values = argument.split(",")
    match kind, values:
        case "L", [board]:
            held = held_license(board, context)
            return (RemoveLicense(held.id),) if held and held.id is not None else ()
        case "E", [board, before]:
            held = held_license(board, context)
            return (KeepLicense(replace(held, expires=_day(before))),) if held else ()
        case "R", [board, license_type, expires, issued, first]:
            return _restored(board, license_type, (_day(expires), _day(issued)), first, context)
        case "C", [board]:
            known = held_certification(board, context)
            return (RemoveCertification(known.id),) if known and known.id is not None else ()
        case "X", [board, before]:
            known = held_certification(board, context)
            return (KeepCertification(replace(known, expires=_day(before))),) if known else ()
        case "K", [board, since, expires]:
            held_now = held_certification(board, context)
            again = Certification(board, _day(since), _day(expires))
            return () if held_now else (KeepCertification(again),)
        case "D", [before, had]:
            return (ChangeProfile({"dea_expires": _day(before)}), SetFact("dea", _truth(had)))
        case "T", [before]:
            return (ChangeProfile({"license_type": before or None}),)
        case "S", [before]:
            return (ChangeProfile({"specialty": before or None}),)
        case "F", [name, before] if name in context.knowledge.facts:
            return (SetFact(name, _truth(before)),)
        case _:
            return ()


def _restored(
    board: str,
    license_type: str,
    days: tuple[date | None, date | None],
    first: str,
    context: Context,
) -> Sequence[Change]:
    if held_license(board, context) or board not in context.knowledge.boards:
        return ()
    kept: LicenseType = "DO" if license_type == "DO" else "MD"
    return (KeepLicense(License(board, kept, days[0], days[1], _truth(first))),)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _bit(value: object) -> str:
    return {True: "1", False: "0"}.get(value, "") if isinstance(value, bool) else ""


def _truth(text: str) -> bool | None:
    return {"1": True, "0": False}.get(text)
