"""Activities read from files: JSON lines or a JSON list, and PARS activity records in XML or the
draft JSON.

Which of them a file is, its first characters say. A broken record is handed out as `Unread` with
its line and reason, and the rest is read on as far as the format allows.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bot.documents.activity_fields import ActivityFields, Unread, activity_from, reason_of
from bot.documents.pars_json import WHOLE, Value, is_record, json_values, line_record, record_of
from bot.documents.pars_record import Record, fields_of
from bot.documents.pars_xml import xml_records
from bot.hub.ids import activity_id
from bot.model import Activity

__all__ = ["Unread", "activity_id", "read_activities"]

LONGEST_LINE = 200_000
"""Bytes of one JSON line; an activity with the longest summary has less than a tenth."""

HEAD = 4096
UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_activities(path: Path | str) -> Iterator[Activity | Unread]:
    """The activities of a file in its order, each as soon as it is read.

    Raises `OSError` where the file cannot be opened; everything else that is wrong with it is
    said in an `Unread`.
    """
    taken: dict[str, int] = {}
    with Path(path).open("rb") as file:
        head = file.read(HEAD)
        file.seek(0)
        start = head.removeprefix(UTF8_MARK).lstrip()
        if not start and len(head) < HEAD:
            yield Unread(1, "the file is empty", last=True)
        elif start.startswith(b"<") or (head.startswith(UTF16_MARKS) and b"<" in head[:4]):
            yield from (_read_record(record, taken) for record in xml_records(file))
        elif WHOLE.search(start):
            yield from (_read_value(one, taken) for one in json_values(file))
        else:
            yield from _read_lines(file, taken)


def _read_record(record: Record | Unread, taken: dict[str, int]) -> Activity | Unread:
    if isinstance(record, Unread):
        return record
    try:
        return activity_from(ActivityFields.model_validate(fields_of(record)), taken)
    except ValueError as wrong:
        return Unread(record.line, reason_of(wrong))


def _read_value(one: Value | Unread, taken: dict[str, int]) -> Activity | Unread:
    if isinstance(one, Unread):
        return one
    line, value = one
    if not isinstance(value, dict):
        return Unread(line, "no record")
    if is_record(value):
        return _read_record(record_of(line, value), taken)
    try:
        return activity_from(ActivityFields.model_validate_json(json.dumps(value)), taken)
    except ValueError as wrong:
        return Unread(line, reason_of(wrong))


def _read_lines(file: BinaryIO, taken: dict[str, int]) -> Iterator[Activity | Unread]:
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            yield Unread(number, f"longer than {LONGEST_LINE} bytes")
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST_LINE)
        elif text := line.removeprefix(UTF8_MARK).strip():
            yield _read_line(number, text, taken)


def _read_line(number: int, text: bytes, taken: dict[str, int]) -> Activity | Unread:
    if b'"Lom"' in text:
        return _read_record(line_record(number, text), taken)
    try:
        return activity_from(ActivityFields.model_validate_json(text), taken)
    except ValueError as wrong:
        return Unread(number, reason_of(wrong))
