"""The client against a hub that fails in every way it knows."""

from dataclasses import replace

import pytest

from bot.hub.client import HubClient, Patience
from bot.hub.errors import HubDown, HubError, HubNonsense, HubRefused, HubUnauthorized
from sandbox.hub import (
    CLIENT_ID,
    Broken,
    Dripping,
    Dropped,
    HalfBody,
    Huge,
    Slow,
    Unauthorized,
    WrongJson,
)

IMPATIENT = Patience(connect=1, read=0.2, whole=0.6, tries=2)


@pytest.mark.parametrize(
    "fault", [Broken(500), Broken(503), Broken(429), Dropped(), Dropped(after=True), HalfBody()]
)
async def test_a_passing_failure_is_not_noticed(hub, client, pauses, fault):
    hub.order(fault, times=2)
    answer = await client.get("/activities", params={"limit": "5"})
    assert len(answer.json()["ACCMEActivities"]["MedicalEducationMetrics"]) == 5
    assert pauses.made == [0.5, 1.0]


async def test_pauses_are_jittered_upwards(hub, pauses):
    hub.order(Broken(), times=2)
    async with HubClient(hub.url, client_id=CLIENT_ID, pause=pauses, jitter=lambda: 0.5) as client:
        await client.get("/activities")
    assert pauses.made == [0.75, 1.5]


@pytest.mark.parametrize("fault", [Broken(502), Dropped(), HalfBody()])
async def test_a_lasting_failure_is_hub_down_after_three_tries(hub, client, fault):
    hub.order(fault, times=None)
    with pytest.raises(HubDown):
        await client.get("/activities")
    assert len(hub.calls) == 3


async def test_nobody_listens(hub, client):
    await hub.goes_down()
    with pytest.raises(HubDown):
        await client.get("/activities")
    await hub.goes_up()
    assert (await client.get("/activities")).status == 200


@pytest.mark.parametrize(
    ("asked", "waited"), [("7", 7.0), ("Mon, 23 Nov 2026 12:00:09 GMT", 9.0), ("soon", 0.5)]
)
async def test_the_pause_the_hub_asks_for_is_kept(hub, client, pauses, asked, waited):
    hub.order(Broken(429, retry_after=asked))
    await client.get("/activities")
    assert pauses.made == [waited]


async def test_a_date_to_retry_after_is_read_by_the_hubs_own_wrong_clock(
    hub, client, pauses, clock
):
    hub.order(Broken(503, retry_after="Mon, 23 Nov 2026 20:00:05 GMT"))
    hub.skew = clock.now.replace(hour=20) - clock.now
    await client.get("/activities")
    assert pauses.made == [5.0]


async def test_a_long_pause_asked_for_is_left_to_the_caller(hub, client, pauses):
    hub.order(Broken(503, retry_after="3600"), times=None)
    with pytest.raises(HubDown) as down:
        await client.get("/activities")
    assert (down.value.retry_after, pauses.made, len(hub.calls)) == (3600.0, [], 1)


async def test_a_hub_that_says_nothing_is_given_up(hub):
    hub.order(Slow(30), times=None)
    async with HubClient(hub.url, client_id=CLIENT_ID, patience=IMPATIENT) as client:
        with pytest.raises(HubDown, match=r"ReadTimeout|within"):
            await client.get("/activities")


async def test_a_body_that_drips_is_given_up_though_each_byte_comes_in_time(hub):
    hub.order(Dripping(0.05), times=None)
    patience = replace(IMPATIENT, tries=1)
    async with HubClient(hub.url, client_id=CLIENT_ID, patience=patience) as client:
        with pytest.raises(HubDown, match=r"within 0\.6 s"):
            await client.get("/activities")


async def test_a_body_too_large_is_not_read_to_its_end(hub):
    hub.order(Huge(3_000_000))
    patience = replace(IMPATIENT, most_bytes=1_000_000)
    async with HubClient(hub.url, client_id=CLIENT_ID, patience=patience) as client:
        with pytest.raises(HubNonsense, match="larger than 1000000"):
            await client.get("/activities")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"a": NaN}', b'{"a": ', b"\xff\xfe", b"[" * 9999]
)
async def test_what_is_not_json_is_nonsense(hub, client, body):
    hub.order(WrongJson(body))
    answer = await client.get("/activities")
    with pytest.raises(HubNonsense):
        answer.json()


async def test_no_is_said_once(hub, client):
    with pytest.raises(HubRefused) as refused:
        await client.get("/activities", params={"limit": "0"})
    assert (refused.value.status, len(hub.calls)) == (400, 1)
    hub.order(Unauthorized())
    with pytest.raises(HubUnauthorized, match="invalid_token"):
        await client.get("/profile", token="t")


async def test_what_was_seen_already_is_not_sent_again(client):
    first = await client.get("/activities")
    again = await client.get("/activities", etag=first.etag)
    assert (first.unchanged, again.unchanged, again.body) == (False, True, b"")


async def test_only_what_is_safe_to_repeat_is_repeated(hub, client):
    hub.order(Dropped(after=True), times=None)
    with pytest.raises(HubDown):
        await client.post_form("/oauth/token", {"grant_type": "x"})
    assert len(hub.calls) == 1
    with pytest.raises(HubDown):
        await client.post_json("/complaints", {}, idempotency_key=None)
    assert len(hub.calls) == 2


async def test_the_next_page_is_never_on_another_host(hub, client):
    answer = await client.get("/activities", params={"limit": "10"})
    assert answer.next_cursor == "g1.10"


async def test_a_redirect_is_not_followed(hub, client):
    hub.order(Broken(302))
    with pytest.raises(HubNonsense, match="302"):
        await client.get("/activities")


async def test_neither_answers_nor_tokens_show_in_what_is_printed(hub, client):
    answer = await client.get("/activities")
    assert "Lom" not in repr(answer)
    with pytest.raises(HubError) as error:
        await client.get("/profile", token="a-secret-token")
    assert "a-secret-token" not in f"{error.value!r} {error.value}"
