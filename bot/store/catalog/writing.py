"""Changing the catalog: rows, index and vocabulary together, in the caller's transaction."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

from bot.model import Activity
from bot.store.catalog import rows
from bot.store.catalog.tables import SPELLED
from bot.store.catalog.vocabulary import recount, words_of

CHUNK = 2000
"""Activities handled at once: few statements, little memory."""

_FIELDS = tuple(rows.activity_values(0, Activity("", "", "")))
_INSERT = (
    f"INSERT INTO activity ({', '.join(_FIELDS)}) "  # noqa: S608, names of our own columns
    f"VALUES ({', '.join(f':{name}' for name in _FIELDS)})"
)
_INDEX = (
    "INSERT INTO said (rowid, title, provider, place, subjects, summary) VALUES (?, ?, ?, ?, ?, ?)"
)
_SPELLED = f"SELECT {', '.join(SPELLED)} FROM said WHERE rowid = ?"  # noqa: S608, names of our own columns


def put(sql: sqlite3.Connection, activities: Iterable[Activity]) -> int:
    """Add the activities, or put them in the place of those with the same id; how many they were.

    Of several with one id the last one stays.
    """
    counts: Counter[str] = Counter()
    coming = iter(activities)
    total = 0
    while chunk := list(islice(coming, CHUNK)):
        _put_chunk(sql, {activity.id: activity for activity in chunk}, counts)
        total += len(chunk)
    recount(sql, counts)
    return total


def _put_chunk(
    sql: sqlite3.Connection, activities: dict[str, Activity], counts: Counter[str]
) -> None:
    known = _numbers(sql, list(activities))
    _clear(sql, list(known.values()), counts)
    [(last,)] = sql.execute("SELECT coalesce(max(number), 0) FROM activity")
    last = max([last, *known.values()])
    numbered: list[tuple[int, Activity]] = []
    for activity in activities.values():
        if activity.id not in known:
            last += 1
        numbered.append((known.get(activity.id, last), activity))
    numbered.sort(key=lambda one: one[0])
    said = [rows.said_values(*one) for one in numbered]
    sql.executemany(
        _INSERT,
        [
            rows.activity_values(number, activity, words)
            for (number, activity), (_, words, *_) in zip(numbered, said, strict=True)
        ],
    )
    sql.executemany(_INDEX, said)
    sql.executemany(
        "INSERT INTO tag (kind, value, number) VALUES (?, ?, ?)",
        sorted(tag for one in numbered for tag in rows.tag_values(*one)),
    )
    sql.executemany(
        "INSERT INTO offer (type, board, hundredths, number) VALUES (?, ?, ?, ?)",
        sorted(offer for one in numbered for offer in rows.offer_values(*one)),
    )
    for _, *texts, _summary in said:
        counts.update(words_of(texts))


def withdraw(sql: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Take the activities out; ids that are not there are passed over."""
    counts: Counter[str] = Counter()
    _clear(sql, list(_numbers(sql, ids).values()), counts)
    recount(sql, counts)


def _numbers(sql: sqlite3.Connection, ids: Sequence[str]) -> dict[str, int]:
    found = sql.execute(
        "SELECT id, number FROM activity WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids),),
    )
    return dict(found.fetchall())


def _clear(sql: sqlite3.Connection, numbers: Sequence[int], counts: Counter[str]) -> None:
    keys = [(number,) for number in numbers]
    for key in keys:
        counts.subtract(words_of(sql.execute(_SPELLED, key).fetchone()))
    for statement in (
        "DELETE FROM said WHERE rowid = ?",
        "DELETE FROM tag WHERE number = ?",
        "DELETE FROM offer WHERE number = ?",
        "DELETE FROM activity WHERE number = ?",
    ):
        sql.executemany(statement, keys)
