"""Keeping the catalog in step with the hub's activities: page by page, from where it stopped.

The catalog stores with each page, in one transaction, where to go on: a bookmark that only this
module reads, and the ETag of the newest page once the end was reached. So a sync that was
interrupted anywhere goes on with the page after the last one stored. A page that cannot be read
is passed over if its head names the next one; the bookmark keeps its place and every later sync
tries it again first.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bot.hub.client import Answer, HubClient
from bot.hub.contract import ActivityPage, identifier, read
from bot.hub.errors import HubDown, HubError, HubNonsense, HubRefused
from bot.hub.pars import activity_of, withdrawn_id
from bot.model import Activity

GONE = 410
PAGE_SIZE = 200
PAGE_TRIES = 2
"""An unreadable page is asked for once more before it is passed over."""

MOST_SKIPPED = 20
START = "-"
"""Stands in a bookmark for the feed's start, which has no cursor."""


class Catalog(Protocol):
    """What sync needs of the catalog; its methods are called in worker threads, one at a time."""

    def sync_state(self) -> tuple[str | None, str | None]:
        """The bookmark and ETag stored last; (None, None) before the first page."""

    def apply_page(
        self,
        activities: Sequence[Activity],
        withdrawn: Sequence[str],
        cursor: str | None,
        etag: str | None,
    ) -> None:
        """Adds or replaces `activities`, removes `withdrawn`, stores both marks: all or nothing."""


@dataclass(frozen=True, slots=True)
class SyncProblem:
    """A page or record that could not be read: where (an activity id or a page) and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a sync is; `remaining` counts records, None where the hub does not say."""

    pages: int = 0
    activities: int = 0
    withdrawn: int = 0
    problems: tuple[SyncProblem, ...] = ()
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. `stopped` is why it ended early; what was read until then is kept."""

    progress: SyncProgress
    stopped: HubError | None = None

    @property
    def complete(self) -> bool:
        """Whether the catalog now holds all that the hub has."""
        return self.stopped is None and not self.progress.problems


@dataclass(frozen=True, slots=True)
class _Bookmark:
    cursor: str | None = None
    skipped: tuple[str | None, ...] = ()

    def text(self) -> str:
        return " ".join(cursor or START for cursor in (self.cursor, *self.skipped))

    @classmethod
    def read(cls, text: str | None) -> "_Bookmark":
        cursors = [None if part == START else part for part in (text or START).split()]
        return cls(cursors[0], tuple(cursors[1:]))


@dataclass(frozen=True, slots=True)
class _Page:
    activities: tuple[Activity, ...]
    withdrawn: tuple[str, ...]
    problems: tuple[SyncProblem, ...]
    next_cursor: str | None
    etag: str | None
    remaining: int | None


async def sync_activities(
    client: HubClient,
    catalog: Catalog,
    progress: Callable[[SyncProgress], None] = lambda _: None,
    *,
    page_size: int = PAGE_SIZE,
) -> SyncReport:
    """Brings the catalog up to date; `progress` is told after each page.

    Never raises a `HubError`: one that ends the sync stands in the report.
    """
    sync = _Sync(client, catalog, progress, page_size)
    try:
        await sync.run()
    except HubError as error:
        return SyncReport(sync.done, stopped=error)
    return SyncReport(sync.done)


class _Sync:
    """One run, whose state is how far it is and where the catalog's bookmark stands."""

    def __init__(
        self,
        client: HubClient,
        catalog: Catalog,
        progress: Callable[[SyncProgress], None],
        page_size: int,
    ) -> None:
        self.client = client
        self.catalog = catalog
        self.tell = progress
        self.page_size = page_size
        self.done = SyncProgress()
        self.mark = _Bookmark()
        self.etag: str | None = None

    async def run(self) -> None:
        text, self.etag = await asyncio.to_thread(self.catalog.sync_state)
        self.mark = _Bookmark.read(text)
        try:
            await self._again()
            await self._onwards()
        except HubRefused as refusal:
            # A hub that rebuilt its feed knows no earlier cursor: begin at the start, once.
            if refusal.status != GONE:
                raise
            self.mark, self.etag = _Bookmark(), None
            await self._onwards()

    async def _again(self) -> None:
        for cursor in self.mark.skipped:
            try:
                page = await self._page(cursor, None)
            except HubNonsense as nonsense:
                self._problem(cursor, nonsense)
                continue
            if page:
                left = tuple(kept for kept in self.mark.skipped if kept != cursor)
                await self._apply(page, replace(self.mark, skipped=left), self.etag)

    async def _onwards(self) -> None:
        seen: set[str | None] = set()
        while self.mark.cursor not in seen:
            seen.add(self.mark.cursor)
            try:
                page = await self._page(self.mark.cursor, self.etag)
            except HubNonsense as nonsense:
                await self._skip(nonsense)
                continue
            if page is None:
                return
            if page.next_cursor is None:
                # Without its ETag the newest page is read anew next time, broken records and all.
                await self._apply(page, self.mark, None if page.problems else page.etag)
                return
            await self._apply(page, replace(self.mark, cursor=page.next_cursor), None)
        raise HubNonsense("the pages go in a circle")

    async def _skip(self, nonsense: HubNonsense) -> None:
        self._problem(self.mark.cursor, nonsense)
        if nonsense.next_cursor is None or len(self.mark.skipped) >= MOST_SKIPPED:
            raise nonsense
        skipped = (*self.mark.skipped, self.mark.cursor)
        empty = _Page((), (), (), None, None, self.done.remaining)
        await self._apply(empty, _Bookmark(nonsense.next_cursor, skipped), None)

    def _problem(self, cursor: str | None, error: HubError) -> None:
        problem = SyncProblem(f"page {cursor or START}", str(error))
        self.done = replace(self.done, problems=(*self.done.problems, problem))

    async def _apply(self, page: _Page, mark: _Bookmark, etag: str | None) -> None:
        await asyncio.to_thread(
            self.catalog.apply_page, page.activities, page.withdrawn, mark.text(), etag
        )
        self.mark, self.etag = mark, etag
        self.done = SyncProgress(
            pages=self.done.pages + 1,
            activities=self.done.activities + len(page.activities),
            withdrawn=self.done.withdrawn + len(page.withdrawn),
            problems=(*self.done.problems, *page.problems),
            remaining=page.remaining,
        )
        self.tell(self.done)

    async def _page(self, cursor: str | None, etag: str | None) -> _Page | None:
        """The page, or None where it is as it was.

        Raises `HubNonsense` with the next cursor, where known, after the last try.
        """
        for turn in range(PAGE_TRIES):
            try:
                return await self._read(cursor, etag)
            except HubNonsense:
                if turn + 1 == PAGE_TRIES:
                    raise
        raise HubDown("not tried")

    async def _read(self, cursor: str | None, etag: str | None) -> _Page | None:
        params = {"limit": str(self.page_size)} | ({"cursor": cursor} if cursor else {})
        answer = await self.client.get("/activities", params=params, etag=etag)
        if answer.unchanged:
            return None
        try:
            return _page_of(answer)
        except HubNonsense as nonsense:
            raise HubNonsense(str(nonsense), next_cursor=answer.next_cursor) from nonsense


def _page_of(answer: Answer) -> _Page:
    page = read(ActivityPage, answer.json())
    activities: list[Activity] = []
    withdrawn: list[str] = []
    problems: list[SyncProblem] = []
    for number, record in enumerate(page.activities.records, start=1):
        gone = withdrawn_id(record)
        if gone is not None:
            withdrawn.append(gone)
            continue
        try:
            activities.append(activity_of(record))
        except HubNonsense as nonsense:
            problems.append(_record_problem(number, record, nonsense))
    return _Page(
        tuple(activities),
        tuple(withdrawn),
        tuple(problems),
        page.next_cursor,
        answer.etag,
        page.remaining,
    )


def _record_problem(number: int, record: Any, nonsense: HubNonsense) -> SyncProblem:
    return SyncProblem(identifier(record) or f"record {number} of a page", str(nonsense))
