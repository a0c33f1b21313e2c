"""The names the hub uses for what the bot has ids for, both ways."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

DELIVERY_METHODS: dict[str, tuple[str, ...]] = {
    "in-person": ("In-Person",),
    "virtual": ("Live-Streamed",),
    "hybrid": ("In-Person", "Live-Streamed"),
    "on-demand": ("Online",),
    "print": ("Print/Other",),
}
"""An activity's format as PARS delivery methods; PARS keeps type and delivery apart since 2021."""

FORMATS = {frozenset(methods): name for name, methods in DELIVERY_METHODS.items()}

CERTIFICATIONS = {
    "ama-pra-1": "AMA PRA Category 1",
    "ipce": "IPCE",
    "aafp-prescribed": "AAFP Prescribed",
    "aoa-1a": "AOA Category 1-A",
}
"""Credit types in the hub's words; the last two are designations of activities, never credits of
a physician, because nobody reports them to the hub."""

CREDIT_TYPES = {name.casefold(): credit_type for credit_type, name in CERTIFICATIONS.items()}


def _facts(name: str) -> Any:
    return json.loads(files("data").joinpath(name).read_text(encoding="utf-8"))


@cache
def type_names() -> dict[str, str]:
    """Activity type ids and their names in PARS."""
    return {entry["id"]: entry["name"] for entry in _facts("activity_types.json")["types"]}


@cache
def type_ids() -> dict[str, str]:
    """Activity types by every spelling of their names, folded; a name goes before a variant."""
    types = _facts("activity_types.json")["types"]
    variants = {
        spelling.casefold(): entry["id"]
        for entry in types
        for spelling in (*entry["also_written"], entry["legacy_code"] or entry["id"])
    }
    return variants | {entry["name"].casefold(): entry["id"] for entry in types}


@cache
def certifying_boards() -> dict[str, str]:
    """Certifying boards by folded abbreviation, PARS name and full name."""
    return {
        spelling.casefold(): board["id"]
        for board in _facts("certifying_boards.json")["boards"]
        for spelling in (board["id"], board["abbr"], board.get("pars_board_name"), board["name"])
        if spelling
    }


@cache
def state_boards() -> frozenset[str]:
    """The ids of all state boards whose rules are known."""
    return frozenset(
        entry.name.removesuffix(".json")
        for entry in files("data").joinpath("requirements").iterdir()
        if entry.name.endswith(".json")
    )


def state_board(state: str, license_type: str) -> str | None:
    """The board that licenses this type in this state: `us-tx`, `us-ca-md`; None if unknown."""
    one, own = f"us-{state.lower()}", f"us-{state.lower()}-{license_type.lower()}"
    return next((board for board in (own, one) if board in state_boards()), None)
