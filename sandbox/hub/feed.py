"""The hub's activities as a change feed: each once, at the place of its last change."""

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.documents.activities import read_activities
from bot.hub.contract import identifier
from bot.hub.pars import activity_of, record_of, tombstone
from bot.model import Activity
from data import HERE

GENERATION = "g1"
MOST_PER_PAGE = 500


class UnknownCursor(Exception):  # noqa: N818 - a case, not a defect
    """A cursor that this feed never gave out, or no longer knows."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A page as it is sent: the body, its ETag and the cursor of the page after it."""

    body: bytes
    etag: str
    next_cursor: str | None


@dataclass(slots=True)
class Feed:
    """The records in the order of their last change."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    newest: int = 0
    generation: str = GENERATION
    _order: list[tuple[int, str]] = field(default_factory=list)

    def publish(self, activity: Activity) -> None:
        """Adds the activity, or replaces what stood under its id."""
        action = "Update" if activity.id in self.records else "Add"
        self.put(activity.id, record_of(activity, action))

    def withdraw(self, activity_id: str) -> None:
        """Leaves a tombstone in the activity's place."""
        self.put(activity_id, tombstone(activity_id))

    def put(self, activity_id: str, record: dict[str, Any]) -> None:
        """Any record, also a broken one, at the end of the feed."""
        if activity_id in self.records:
            place = self.places[activity_id]
            del self._order[bisect_left(self._order, (place, activity_id))]
        self.newest += 1
        self.records[activity_id] = record
        self.places[activity_id] = self.newest
        self._order.append((self.newest, activity_id))

    def activities(self) -> list[Activity]:
        """All activities that are not withdrawn."""
        return [
            activity_of(record)
            for record in self.records.values()
            if record["XtensibleInfo"]["activityRecordAction"] != "Delete"
        ]

    def page(self, cursor: str | None, limit: int) -> FeedPage:
        """The page behind the cursor.

        Raises `UnknownCursor`.
        """
        start = bisect_right(self._order, (self._place(cursor), "~"))
        found = self._order[start : start + limit]
        remaining = len(self._order) - start - len(found)
        next_cursor = f"{self.generation}.{found[-1][0]}" if remaining else None
        content = {
            "ACCMEActivities": {"MedicalEducationMetrics": [self.records[i] for _, i in found]},
            "nextCursor": next_cursor,
            "remaining": remaining,
        }
        body = json.dumps(content, ensure_ascii=False).encode()
        return FeedPage(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', next_cursor)

    def _place(self, cursor: str | None) -> int:
        if cursor is None:
            return 0
        generation, _, place = cursor.partition(".")
        if generation != self.generation or not (place.isascii() and place.isdigit()):
            raise UnknownCursor(cursor)
        return int(place)


def real_activities() -> list[Activity]:
    """The activities of `data/activities.jsonl`, with the hub's ids for them."""
    read = read_activities(HERE / "activities.jsonl")
    return [activity for activity in read if isinstance(activity, Activity)]


def feed_of(activities: Iterable[Activity]) -> Feed:
    """A feed in which nothing has changed yet."""
    feed = Feed()
    for activity in activities:
        feed.publish(activity)
    return feed


def renumbered(feed: Feed) -> Feed:
    """The same content in a feed whose earlier cursors are gone."""
    fresh = feed_of(())
    fresh.generation = feed.generation + "x"
    for record in feed.records.values():
        fresh.put(identifier(record) or "", record)
    return fresh
