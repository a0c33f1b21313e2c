"""Activities from the hub into a catalog: complete, resumable, and unmoved by what is broken."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from bot.hub.client import HubClient
from bot.hub.errors import HubDown, HubNonsense
from bot.hub.pars import record_of
from bot.hub.sync import SyncProgress, sync_activities
from bot.model import Activity, Search
from bot.store.catalog import Catalog, open_catalog
from sandbox.hub import CLIENT_ID, Broken, Dropped, HalfBody, HubSandbox, WrongJson, hub_sandbox

PAGES = 10


@dataclass
class MemoryCatalog:
    """The catalog's part in a sync: what a page brings and its marks change together."""

    held: dict[str, Activity] = field(default_factory=dict)
    marks: tuple[str | None, str | None] = (None, None)
    pages: int = 0
    dies_after: int | None = None

    def sync_state(self) -> tuple[str | None, str | None]:
        return self.marks

    def apply_page(
        self,
        activities: Sequence[Activity],
        withdrawn: Sequence[str],
        cursor: str | None,
        etag: str | None,
    ) -> None:
        if self.pages == self.dies_after:
            raise KeyboardInterrupt
        self.held |= {activity.id: activity for activity in activities}
        for activity_id in withdrawn:
            self.held.pop(activity_id, None)
        self.marks = (cursor, etag)
        self.pages += 1


@pytest.fixture
def catalog() -> MemoryCatalog:
    return MemoryCatalog()


def everything(hub: HubSandbox) -> dict[str, Activity]:
    return {activity.id: activity for activity in hub.feed.activities()}


async def test_the_first_sync_brings_everything_and_tells_how_far_it_is(hub, client, catalog):
    told: list[SyncProgress] = []
    report = await sync_activities(client, catalog, told.append, page_size=100)
    assert report.complete
    assert catalog.held == everything(hub)
    assert [(step.pages, step.activities, step.remaining) for step in told] == [
        (1, 100, 281), (2, 200, 181), (3, 300, 81), (4, 381, 0),
    ]  # fmt: skip


async def test_nothing_new_is_one_small_answer(hub, client, catalog):
    await sync_activities(client, catalog)
    before = len(hub.calls)
    report = await sync_activities(client, catalog)
    assert [call.status for call in hub.calls[before:]] == [304]
    assert (report.complete, report.progress.pages) == (True, 0)


async def test_changes_and_withdrawals_arrive(hub, client, catalog):
    await sync_activities(client, catalog)
    gone, changed, *_ = catalog.held.values()
    fresh = replace(changed, id="000000042", title="A course reported today")
    hub.withdraw(gone.id)
    hub.publish(replace(changed, end_date=date(2030, 1, 31)))
    hub.publish(fresh)
    report = await sync_activities(client, catalog)
    assert report.progress.withdrawn == 1
    assert gone.id not in catalog.held
    assert catalog.held[changed.id].end_date == date(2030, 1, 31)
    assert catalog.held["000000042"] == fresh
    assert catalog.held == everything(hub)


async def test_what_changes_during_a_sync_is_not_missed(hub, client, catalog):
    def meddle(step: SyncProgress) -> None:
        first = next(iter(everything(hub).values()))
        if step.pages == 1:
            hub.withdraw(first.id)
        if step.pages == 2:
            hub.publish(replace(first, title="Back again"))

    await sync_activities(client, catalog, meddle, page_size=100)
    assert catalog.held == everything(hub)


@pytest.mark.parametrize("page", range(PAGES))
async def test_a_sync_killed_at_any_page_ends_in_the_same_catalog(clock, page):
    async with hub_sandbox(now=clock) as hub:
        catalog = MemoryCatalog(dies_after=page)
        async with HubClient(hub.url, client_id=CLIENT_ID) as client:
            with pytest.raises(KeyboardInterrupt):
                await sync_activities(client, catalog, page_size=39)
            catalog.dies_after = None
            report = await sync_activities(client, catalog, page_size=39)
        assert report.complete
        assert catalog.held == everything(hub)
        assert catalog.pages == PAGES


async def test_a_hub_that_goes_away_between_pages_costs_only_the_rest(hub, client, catalog):
    def goes(step: SyncProgress) -> None:
        if step.pages == 2:
            hub.order(Dropped(), times=None)

    report = await sync_activities(client, catalog, goes, page_size=100)
    assert isinstance(report.stopped, HubDown)
    assert (report.complete, len(catalog.held)) == (False, 200)
    hub.heal()
    assert (await sync_activities(client, catalog, page_size=100)).progress.pages == 2
    assert catalog.held == everything(hub)


@pytest.mark.parametrize("fault", [Broken(503), HalfBody(), WrongJson(), Dropped(after=True)])
async def test_passing_faults_leave_no_trace(hub, client, catalog, fault):
    hub.order(fault)
    report = await sync_activities(client, catalog, page_size=200)
    assert report.complete
    assert catalog.held == everything(hub)


async def test_a_broken_page_is_reported_passed_over_and_tried_again_later(hub, client, catalog):
    def breaks(step: SyncProgress) -> None:
        if step.pages == 1:
            hub.order(WrongJson(), times=2)

    report = await sync_activities(client, catalog, breaks, page_size=100)
    assert [problem.where for problem in report.progress.problems] == ["page g1.100"]
    assert not report.complete
    assert len(catalog.held) == 281
    again = await sync_activities(client, catalog, page_size=100)
    assert again.complete
    assert catalog.held == everything(hub)
    calls = len(hub.calls)
    await sync_activities(client, catalog, page_size=100)
    assert [call.status for call in hub.calls[calls:]] == [304]


async def test_a_page_broken_for_good_is_asked_for_each_time_and_hides_nothing_else(
    hub, client, catalog
):
    hub.order(WrongJson(b'{"ACCMEActivities": {}}'), times=2)
    await sync_activities(client, catalog, page_size=100)
    hub.order(WrongJson(b"[]"), times=2)
    report = await sync_activities(client, catalog, page_size=100)
    assert [problem.where for problem in report.progress.problems] == ["page -"]
    assert len(catalog.held) == 281
    assert (await sync_activities(client, catalog, page_size=100)).complete
    assert catalog.held == everything(hub)


async def test_a_broken_last_page_stops_the_sync_and_keeps_the_rest(hub, client, catalog):
    def breaks(step: SyncProgress) -> None:
        if step.pages == 3:
            hub.order(WrongJson(), times=None)

    report = await sync_activities(client, catalog, breaks, page_size=100)
    assert isinstance(report.stopped, HubNonsense)
    assert len(catalog.held) == 300
    hub.heal()
    assert (await sync_activities(client, catalog, page_size=100)).complete
    assert catalog.held == everything(hub)


async def test_a_broken_record_is_reported_and_the_rest_of_its_page_kept(hub, client, catalog):
    good = next(iter(everything(hub).values()))
    untitled = record_of(replace(good, id="000000001"))
    del untitled["Lom"]["general"]["title"]
    backwards = record_of(
        replace(good, id="000000002", start_date=date(2026, 5, 2), end_date=date(2026, 5, 1))
    )
    thirds = record_of(replace(good, id="000000003"))
    thirds["healthcareMetadata"]["healthcareEducation"]["credits"] = {
        "activityCertification": "AMA PRA Category 1",
        "numberOfCredits": 0.33,
    }
    nameless = {"XtensibleInfo": {"activityRecordAction": "Delete"}}
    for name, record in [("1", untitled), ("2", backwards), ("3", thirds), ("4", nameless)]:
        hub.feed.put(name, record)
    hub.feed.put("5", "not a record")
    report = await sync_activities(client, catalog)
    assert [problem.where for problem in report.progress.problems] == [
        "000000001", "000000002", "000000003", "record 185 of a page", "record 186 of a page",
    ]  # fmt: skip
    assert report.stopped is None
    assert len(catalog.held) == 381


async def test_a_broken_record_is_not_forgotten_behind_an_unchanged_etag(hub, client, catalog):
    hub.feed.put("1", {"Lom": "broken"})
    first = await sync_activities(client, catalog)
    again = await sync_activities(client, catalog)
    assert first.progress.problems == again.progress.problems != ()


async def test_a_broken_record_that_the_hub_mends_arrives(hub, client, catalog):
    good = next(iter(everything(hub).values()))
    broken = record_of(good)
    broken["XtensibleInfo"]["ProviderID"] = "12"
    hub.feed.put(good.id, broken)
    assert not (await sync_activities(client, catalog)).complete
    hub.publish(replace(good, title="Mended"))
    assert (await sync_activities(client, catalog)).complete
    assert catalog.held[good.id].title == "Mended"


async def test_a_hub_that_forgot_the_bookmark_is_read_from_the_start(hub, client, catalog):
    await sync_activities(client, catalog, page_size=100)
    hub.forget_cursors()
    hub.withdraw(next(iter(catalog.held)))
    report = await sync_activities(client, catalog, page_size=100)
    assert report.complete
    assert catalog.held == everything(hub)


async def test_pages_that_go_in_a_circle_end(hub, client, catalog):
    circle = b'{"ACCMEActivities": {"MedicalEducationMetrics": []}, "nextCursor": "g1.0"}'
    hub.order(WrongJson(circle), times=None)
    report = await sync_activities(client, catalog)
    assert isinstance(report.stopped, HubNonsense)


async def test_a_defect_of_the_catalog_is_not_taken_for_the_hubs(client):
    class Full(MemoryCatalog):
        def apply_page(self, *_: object) -> None:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await sync_activities(client, Full())


# ── with the real catalog ───────────────────────────────────────────────────────────────────


class Dying:
    """The real catalog in a process that dies before or after storing a page."""

    def __init__(self, catalog: Catalog, page: int, moment: str) -> None:
        self.catalog, self.pages, self.page, self.moment = catalog, 0, page, moment

    def sync_state(self) -> tuple[str | None, str | None]:
        return self.catalog.sync_state()

    def apply_page(self, *page: Any) -> None:
        self.pages += 1
        if (self.pages, self.moment) == (self.page, "before"):
            raise KeyboardInterrupt
        self.catalog.apply_page(*page)
        if (self.pages, self.moment) == (self.page, "after"):
            raise KeyboardInterrupt


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("page", [1, 2, 3, 4])
async def test_the_real_catalog_is_the_same_after_a_kill_and_a_second_start(
    hub, client, tmp_path, page, moment
):
    path = tmp_path / "catalog.sqlite"
    with closing(open_catalog(path)) as catalog, pytest.raises(KeyboardInterrupt):
        await sync_activities(client, Dying(catalog, page, moment), page_size=100)
    wanted = everything(hub)
    with closing(open_catalog(path)) as catalog:
        assert catalog.size() < 381 or (page, moment) == (4, "after")
        report = await sync_activities(client, catalog, page_size=100)
        assert report.complete
        assert {one.id: one for one in catalog.many(wanted)} == wanted
        assert catalog.size() == 381
        catalog.check()


# ── in processes that are killed ────────────────────────────────────────────────────────────


async def ended(*arguments: str, **environment: str) -> tuple[int, str]:
    """A Python process run to its end: its exit code and what it said on standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
    )
    output, errors = await process.communicate()
    assert output == b""
    return process.returncode, errors.decode()


async def test_killed_before_within_and_after_every_page_it_ends_in_the_same_catalog(hub, tmp_path):
    interrupted, undisturbed = tmp_path / "interrupted.sqlite", tmp_path / "undisturbed.sqlite"
    size, pages = "130", 3
    for page in range(1, pages + 1):
        for moment in ("asked", "half", "stored"):
            code, _ = await ended(
                "-m", "tests.hub.sync_process", hub.url, interrupted, size, moment
            )
            assert code == -signal.SIGKILL
            with closing(open_catalog(interrupted)) as catalog:
                stored = page if moment == "stored" else page - 1
                assert catalog.size() == min(381, stored * int(size))
                catalog.check()
    for path in (interrupted, undisturbed):
        code, _ = await ended("-m", "tests.hub.sync_process", hub.url, path, size, "never")
        assert code == 0
    wanted = everything(hub)
    with closing(open_catalog(interrupted)) as one, closing(open_catalog(undisturbed)) as other:
        assert one.size() == other.size() == len(wanted)
        assert one.many(wanted) == other.many(wanted) == tuple(wanted.values())
        assert one.sync_state() == other.sync_state()
        for words in ("opiod ethcis", "human traficking", "cme 2026"):
            search = Search(date(2026, 11, 23), words=words, limit=50)
            assert one.search(search) == other.search(search)


async def test_the_command_tells_how_it_went_and_goes_on_where_it_stopped(hub, tmp_path):
    environment = {
        "CMEBOT_HUB_URL": hub.url,
        "CMEBOT_HUB_CLIENT_ID": CLIENT_ID,
        "CMEBOT_CATALOG": str(tmp_path / "catalog.sqlite"),
    }
    hub.order(HalfBody(), times=1)
    hub.feed.put("000000009", {"Lom": "broken"})
    code, said = await ended("-m", "bot", "sync", **environment)
    assert code == 0
    assert "skipped" in said
    assert "The catalog holds 381 activities." in said
    hub.order(Broken(500), times=None)
    code, said = await ended("-m", "bot", "sync", **environment)
    assert code == 1
    assert "What was read is kept; run it again." in said
    assert "Traceback" not in said
