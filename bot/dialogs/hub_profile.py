"""What the hub's profile would change of the person here: proposed piece by piece, never taken.

Each piece has a key that names it with its value, so that a piece which was passed over is not
proposed again until the hub says something else. Keys hold no license number and no name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.dialogs.context import Context
from bot.model import (
    Certification,
    Change,
    ChangeProfile,
    HubProfile,
    KeepCertification,
    KeepLicense,
    License,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing the hub says otherwise than the record, and the change that takes it over."""

    key: str
    change: Change
    line: dict[str, Any]


def proposed(context: Context) -> tuple[Piece, ...]:
    """All that the hub says otherwise and that was not passed over."""
    hub = context.physician.hub
    if hub is None or hub.profile is None:
        return ()
    return tuple(piece for piece in _pieces(hub.profile, context) if piece.key not in hub.passed)


def without(pieces: Sequence[Piece], taken: Sequence[str]) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.key not in taken)


def _pieces(profile: HubProfile, context: Context) -> Iterator[Piece]:
    held = {(one.board, one.type): one for one in context.physician.licenses}
    boards = context.knowledge.boards
    for offered in profile.licenses:
        if offered.board in boards:
            yield from _license(held.get((offered.board, offered.type)), offered, context)
    certified = {one.board: one for one in context.physician.certifications}
    for certificate in profile.certifications:
        yield from _certificate(certified.get(certificate.board), certificate)
    yield from _person(profile, context)


def _license(mine: License | None, offered: License, context: Context) -> Iterator[Piece]:
    name = f"{context.knowledge.boards[offered.board].jurisdiction_name} {offered.type}"
    line = {"kind": "license", "name": name, "day": offered.expires}
    if mine is None:
        yield Piece(f"L,{offered.board},{offered.type}", KeepLicense(offered), line | {"was": None})
        return
    better = replace(
        mine,
        expires=offered.expires or mine.expires,
        issued=offered.issued or mine.issued,
        number=offered.number or mine.number,
    )
    if better != mine:
        key = f"D,{offered.board},{offered.type},{better.expires or ''},{better.issued or ''}"
        other = better.expires != mine.expires
        yield Piece(
            key, KeepLicense(better), line | {"was": mine.expires, "known": True, "dates": other}
        )


def _certificate(mine: Certification | None, offered: Certification) -> Iterator[Piece]:
    line = {"kind": "certificate", "name": offered.board, "day": offered.expires}
    if mine is None:
        yield Piece(f"C,{offered.board}", KeepCertification(offered), line | {"was": None})
        return
    better = replace(
        mine, expires=offered.expires or mine.expires, since=offered.since or mine.since
    )
    if better != mine:
        key = f"E,{offered.board},{better.expires or ''},{better.since or ''}"
        other = better.expires != mine.expires
        yield Piece(
            key,
            KeepCertification(better),
            line | {"was": mine.expires, "known": True, "dates": other},
        )


def _person(profile: HubProfile, context: Context) -> Iterator[Piece]:
    mine = context.physician.profile
    if profile.name and profile.name != mine.name:
        line = {"kind": "name", "name": profile.name, "was": mine.name}
        yield Piece("N", ChangeProfile({"name": profile.name}), line)
    names = context.knowledge.specialties
    if profile.specialty and profile.specialty in names and profile.specialty != mine.specialty:
        line = {
            "kind": "specialty",
            "name": names[profile.specialty],
            "was": names.get(mine.specialty or ""),
        }
        yield Piece(f"S,{profile.specialty}", ChangeProfile({"specialty": profile.specialty}), line)
    if profile.license_type and profile.license_type != mine.license_type:
        line = {"kind": "degree", "name": profile.license_type, "was": mine.license_type}
        yield Piece(
            f"T,{profile.license_type}", ChangeProfile({"license_type": profile.license_type}), line
        )
