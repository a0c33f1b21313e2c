"""The reference hub as a stand-in: faults over HTTP, the feed, its pages, its command."""

import asyncio
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from bot.hub import linking
from bot.hub.client import HubClient
from bot.hub.contract import identifier
from sandbox.hub import CLIENT_ID, hub_sandbox
from sandbox.hub.faults import Broken, Faults, Slow, fault_of
from sandbox.hub.feed import feed_of, real_activities

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def hub():
    async with hub_sandbox(now=lambda: NOON) as running:
        yield running


@pytest.fixture
async def plain(hub):
    async with httpx.AsyncClient(base_url=hub.url) as ready:
        yield ready


async def test_faults_can_be_ordered_over_http(plain):
    order = {"fault": "broken", "code": 502, "path": "/activities", "times": 2}
    assert (await plain.post("/_sandbox/faults", json=order)).status_code == 200
    statuses = [(await plain.get(path)).status_code for path in ("/", *["/activities"] * 3)]
    assert statuses == [200, 502, 502, 200]


async def test_the_clock_can_be_set_wrong_and_right_again(plain):
    await plain.post("/_sandbox/faults", json={"skew": 3600})
    assert (await plain.get("/")).headers["Date"] == "Mon, 23 Nov 2026 13:00:00 GMT"
    await plain.post("/_sandbox/faults", json={"heal": True})
    assert (await plain.get("/")).headers["Date"] == "Mon, 23 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize("order", [{}, {"fault": "fire"}, {"fault": "slow"}, {"skew": "x"}, []])
async def test_an_order_that_means_nothing_is_refused(plain, order):
    assert (await plain.post("/_sandbox/faults", json=order)).status_code == 400


def test_an_order_names_its_fault():
    assert fault_of({"fault": "slow", "seconds": 2}) == Slow(2)


def test_a_fault_meets_only_its_path_and_only_so_often():
    faults = Faults()
    faults.order(Broken(), "/oauth", times=1)
    met = [faults.met_by(path) for path in ("/activities", "/oauth/token", "/oauth/token")]
    assert met == [None, Broken(), None]


def test_the_feed_holds_each_activity_once_at_its_last_change():
    first, second, third, *_ = real_activities()
    feed = feed_of([first, second, third])
    feed.publish(replace(first, title="Changed"))
    feed.withdraw(second.id)
    assert [identifier(record) for record in feed.records.values()] == [
        first.id, second.id, third.id,
    ]  # fmt: skip
    assert feed.page(None, 1).next_cursor == "g1.3"
    assert feed.page("g1.3", 10).next_cursor is None
    assert [activity.title for activity in feed.activities()] == ["Changed", third.title]


def test_pages_join_without_gap_or_overlap_whatever_their_size():
    activities = real_activities()
    feed = feed_of(activities)
    for size in (1, 7, 100, 381, 500):
        cursor, pages = None, 0
        while True:
            page = feed.page(cursor, size)
            pages += 1
            if page.next_cursor is None:
                break
            cursor = page.next_cursor
        assert pages == -(-381 // size)


async def test_a_page_keeps_its_etag_until_something_in_it_changes(hub, plain):
    first = await plain.get("/activities", params={"limit": "500"})
    assert (await plain.get("/activities", params={"limit": "500"})).headers["ETag"] == (
        first.headers["ETag"]
    )
    hub.withdraw(next(iter(hub.feed.records)))
    changed = await plain.get("/activities", params={"limit": "500"})
    assert changed.headers["ETag"] != first.headers["ETag"]


async def test_it_goes_down_and_up_on_the_same_port_and_keeps_what_it_knows(hub, plain):
    hub.withdraw(next(iter(hub.feed.records)))
    await hub.goes_down()
    with pytest.raises(httpx.ConnectError):
        await plain.get("/activities")
    await hub.goes_up()
    assert '"Delete"' in (await plain.get("/activities", params={"limit": "500"})).text


@pytest.mark.behaviour(60)
async def test_a_physician_confirms_a_chat_in_a_real_browser(hub, browser_page):
    async with HubClient(hub.url, client_id=CLIENT_ID) as client:
        started = await linking.start(client, "Elena (@elena)", NOON)
        await browser_page.goto(started.page)
        await browser_page.get_by_role("button", name="Elena Rivera").click()
        said = await browser_page.inner_text("main")
        assert "Elena Rivera" in said
        assert "Elena (@elena)" in said
        await browser_page.get_by_role("button", name="Connect", exact=True).click()
        assert "can now read your record" in await browser_page.inner_text("main")
        tokens = await linking.poll(client, started, NOON)
        assert isinstance(tokens, linking.Tokens)
        await browser_page.get_by_role("link", name="Continue").click()
        await browser_page.get_by_role("button", name="Connect my Telegram").click()
        address = await browser_page.get_by_role("link", name="Open Telegram").get_attribute("href")
        assert re.fullmatch(r"https://t\.me/cmebot\?start=[A-Za-z0-9_-]{32}", address)


async def test_it_runs_alone_by_one_command():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "hub", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    try:
        first = (await process.stdout.readline()).decode()
        url = re.search(r"http://127\.0\.0\.1:\d+", first)[0]
        async with httpx.AsyncClient(base_url=url) as plain:
            assert (await plain.get("/activities", params={"limit": "1"})).json()[
                "remaining"
            ] == 380
    finally:
        process.terminate()
        await process.wait()
