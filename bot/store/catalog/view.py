"""One look at the catalog: sets of activity numbers from its tables and its index."""

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from bot.store.catalog.bits import Bits, bits_of
from bot.store.catalog.words import quoted

SHELF_BYTES = 40_000_000
SHELF_BYTES_EACH = 100
"""So much memory the sets already looked up may take, and so much more for each activity."""


class Shelf:
    """Sets already looked up in the newest version seen; the longest unused go when it is full.

    Threads share one. A thread that still looks at an older version neither finds nor leaves
    anything here.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._version = -1
        self._sets: OrderedDict[str, Bits] = OrderedDict()
        self._bytes = 0

    def find(self, version: int, key: str) -> Bits | None:
        with self._lock:
            if version != self._version or key not in self._sets:
                return None
            self._sets.move_to_end(key)
            return self._sets[key]

    def leave(self, version: int, key: str, bits: Bits, size: int) -> None:
        """Keep the set for later; `size` is the catalog's."""
        with self._lock:
            if version > self._version:
                self._sets.clear()
                self._version, self._bytes = version, 0
            if version < self._version or key in self._sets:
                return
            self._sets[key] = bits
            self._bytes += _bytes(bits)
            while self._bytes > SHELF_BYTES + SHELF_BYTES_EACH * size:
                self._bytes -= _bytes(self._sets.popitem(last=False)[1])


def _bytes(bits: Bits) -> int:
    return 100 + bits.bit_length() // 7


@dataclass(frozen=True, slots=True)
class View:
    """The catalog at one version, in one read transaction."""

    sql: sqlite3.Connection
    shelf: Shelf
    version: int
    size: int
    """One more than the highest activity number."""

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self.sql.execute(statement, values).fetchall()

    def where(self, condition: str, *values: Any) -> Bits:
        """The activities whose row meets an SQL condition."""
        return self._set(f"SELECT group_concat(number) FROM activity WHERE {condition}", values)  # noqa: S608, the conditions are constants of this package

    def tagged(self, kind: str, value: str) -> Bits:
        """The activities with a topic or specialty."""
        return self._set(
            "SELECT group_concat(number) FROM tag WHERE kind = ? AND value = ?", (kind, value)
        )

    def offering(self, condition: str, *values: Any) -> Bits:
        """The activities with a credit that meets an SQL condition."""
        return self._set(f"SELECT group_concat(number) FROM offer WHERE {condition}", values)  # noqa: S608, the conditions are constants of this package

    def saying(self, word: str, column: str | None = None) -> Bits:
        """The activities that say a word, in any form of its stem, anywhere or in one column."""
        match = f"{column} : {quoted(word)}" if column else quoted(word)
        return self._set("SELECT group_concat(rowid) FROM said WHERE said MATCH ?", (match,))

    def _set(self, statement: str, values: tuple[Any, ...]) -> Bits:
        key = f"{statement} {values!r}"
        known = self.shelf.find(self.version, key)
        if known is not None:
            return known
        # One long text is out of SQLite five times sooner than its numbers one by one.
        [(listed,)] = self.sql.execute(statement, values)
        bits = bits_of(json.loads(f"[{listed or ''}]"), self.size)
        self.shelf.leave(self.version, key, bits, self.size)
        return bits


def any_of(sets: Sequence[Bits]) -> Bits:
    united = 0
    for one in sets:
        united |= one
    return united


def all_of(sets: Sequence[Bits], within: Bits) -> Bits:
    for one in sets:
        within &= one
    return within
