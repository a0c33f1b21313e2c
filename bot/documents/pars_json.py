"""PARS activity records in the JSON of ACCME's draft of 2025, record by record."""

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from bot.documents.activity_fields import Unread
from bot.documents.pars_record import Node, Record

WHOLE = re.compile(rb'^(?:\{\s*"(?:ACCMEActivities|MedicalEducationMetrics)"|\[)')
"""How a file begins that is one JSON value with all its records, and not JSON lines."""

LARGEST = 64_000_000
"""Bytes of one JSON file: unlike the other forms it is read as a whole."""

DEEPEST = 40

Value = tuple[int, Any]
"""A record as JSON has it, and the line that it begins in."""

_RECORDS = re.compile(r'"MedicalEducationMetrics"\s*:\s*(?=[\[{])|^\s*(?=\[)')
_BETWEEN = re.compile(r"\s*(?:,\s*)?")


def json_values(file: BinaryIO) -> Iterator[Value | Unread]:
    """The records of a file that is one JSON value: ACCME's draft, or a plain list.

    After a record that is no JSON nothing more can be read: where the next one begins is unknown.
    """
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        reason = f"larger than {LARGEST} bytes; JSON lines or XML may be of any size"
        yield Unread(1, reason, last=True)
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        yield Unread(data.count(b"\n", 0, wrong.start) + 1, "not in UTF-8", last=True)
        return
    start = _RECORDS.search(text)
    if not start:
        yield Unread(1, "no MedicalEducationMetrics", last=True)
        return
    yield from _listed(text, start.end())


def _listed(text: str, place: int) -> Iterator[Value | Unread]:
    """The values of the list that begins at a place; a single object is a list of one."""
    several = text[place] == "["
    place = _after(_BETWEEN, text, place + 1) if several else place
    line, counted = 1, 0
    while place < len(text) and text[place] != "]":
        line, counted = line + text.count("\n", counted, place), place
        try:
            value, place = json.JSONDecoder().raw_decode(text, place)
        except json.JSONDecodeError as wrong:
            yield Unread(wrong.lineno, f"no JSON: {wrong.msg}", last=True)
            return
        except (RecursionError, ValueError) as wrong:
            deep = isinstance(wrong, RecursionError)
            yield Unread(line, "nested too deep" if deep else f"no JSON: {wrong}", last=True)
            return
        yield line, value
        if not several:
            return
        place = _after(_BETWEEN, text, place)
    if place >= len(text):
        yield Unread(text.count("\n") + 1, "the file breaks off", last=True)


def _after(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


def line_record(number: int, text: bytes) -> Record | Unread:
    """A record that stands on a line of its own."""
    try:
        return record_of(number, json.loads(text))
    except (ValueError, RecursionError) as wrong:
        return Unread(number, f"no JSON: {wrong}")


def is_record(value: Any) -> bool:
    """Whether a JSON value is a PARS record, and not the plain fields of an activity."""
    return isinstance(value, dict) and any(name.strip().casefold() == "lom" for name in value)


def record_of(line: int, value: Any) -> Record | Unread:
    try:
        node = _node(value, DEEPEST)
    except ValueError as wrong:
        return Unread(line, str(wrong))
    return Unread(line, "no record") if isinstance(node, str) else Record(line, node)


def _node(value: Any, deeper: int) -> Node | str:
    if deeper == 0:
        raise ValueError("nested too deep")
    if not isinstance(value, dict):
        return _as_text(value)
    node: dict[str, list[Node | str]] = {}
    for name, part in value.items():
        # The draft itself has a name with a blank at its end.
        below = node.setdefault(name.strip().casefold(), [])
        for one in part if isinstance(part, list) else [part]:
            below.append(_node(one, deeper - 1))
    return node


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).strip()
