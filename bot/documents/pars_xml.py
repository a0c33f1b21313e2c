"""PARS activity records in XML after MedBiquitous MEMS, record by record and never more at once.

Read with expat itself, which knows the line of everything. No document type is accepted, hence
no entity is ever defined, expanded or fetched.
"""

from collections import deque
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from bot.documents.activity_fields import Unread
from bot.documents.pars_record import Node, Record

RECORD = "medicaleducationmetrics"
ROOTS = frozenset({"accmeactivities", RECORD})

DEEPEST = 40
MOST_PARTS = 5_000
"""Elements and attributes of one record; a full one has about three hundred."""

LONGEST_RECORD = 1_000_000
"""Bytes of one record, and of anything between two."""

CHUNK = 65_536


class _RefusedError(Exception):
    """The file is hostile or no PARS file; the message says in which way."""


class _Reader:
    """What expat calls while it reads: builds the record it is in, keeps the finished ones."""

    def __init__(self) -> None:
        self.done: deque[Record] = deque()
        self.found = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._open: list[tuple[str, dict[str, list[Node | str]]]] = []
        self._depth = 0
        self._parts = 0
        self._line = 1
        self._begun = 0

    def check_length(self, read: int) -> None:
        """Refuse what goes on and on, be it one tag, one text or one record."""
        if read - self._begun > LONGEST_RECORD + CHUNK:
            raise _RefusedError(f"a record is longer than {LONGEST_RECORD} bytes")

    def _doctype(self, *_: object) -> None:
        raise _RefusedError("a document type (DOCTYPE) is not accepted")

    def _start(self, full_name: str, attributes: dict[str, str]) -> None:
        name = _local(full_name)
        self._depth += 1
        if self._depth == 1 and name not in ROOTS:
            raise _RefusedError(f"no PARS activity records: the file begins with <{name[:40]}>")
        if self._depth > DEEPEST:
            raise _RefusedError(f"nested deeper than {DEEPEST} elements")
        if not self._open:
            if name != RECORD:
                return
            self._line, self._parts = self.parser.CurrentLineNumber, 0
            self._begun = self.parser.CurrentByteIndex
        self._parts += 1 + len(attributes)
        if self._parts > MOST_PARTS:
            raise _RefusedError(f"a record has more than {MOST_PARTS} parts")
        parts: dict[str, list[Node | str]] = {}
        for attribute, value in attributes.items():
            parts[_local(attribute)] = [value]
        self._open.append((name, parts))

    def _text(self, text: str) -> None:
        if self._open and (kept := text.strip()):
            self._open[-1][1].setdefault("", []).append(kept)

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if not self._open:
            self._begun = self.parser.CurrentByteIndex
            return
        name, parts = self._open.pop()
        if "" in parts:
            parts[""] = [" ".join(part for part in parts[""] if isinstance(part, str))]
        if self._open:
            self._open[-1][1].setdefault(name, []).append(parts)
        else:
            self.done.append(Record(self._line, parts))
            self.found += 1
            self._begun = self.parser.CurrentByteIndex


def _local(full_name: str) -> str:
    # Namespaces are looked past: files in use differ in them, and some do not declare them.
    return full_name.rpartition(":")[2].casefold()


def xml_records(file: BinaryIO) -> Iterator[Record | Unread]:
    """The records of a PARS XML file.

    A file that is malformed, too large in some part or hostile is read up to there; the last
    thing handed out then is an `Unread`.
    """
    reader = _Reader()
    read, more = 0, True
    try:
        while more:
            data = file.read(CHUNK)
            read, more = read + len(data), bool(data)
            reader.parser.Parse(data, not more)
            while reader.done:
                yield reader.done.popleft()
            reader.check_length(read)
    except expat.ExpatError as wrong:
        yield from reader.done
        yield Unread(wrong.lineno, f"malformed XML: {expat.ErrorString(wrong.code)}", last=True)
        return
    except _RefusedError as wrong:
        yield from reader.done
        yield Unread(reader.parser.CurrentLineNumber, str(wrong), last=True)
        return
    except (LookupError, ValueError) as wrong:
        # Expat hands the name of an encoding that it does not know to Python's codecs.
        yield Unread(1, f"the encoding cannot be read: {wrong}", last=True)
        return
    if not reader.found:
        yield Unread(1, "no MedicalEducationMetrics", last=True)
