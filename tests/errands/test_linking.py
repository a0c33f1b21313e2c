"""Linking as a physician sees it, with everything an attacker may try with a code or a link."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.store.errand_tables import ErrandRow
from bot.store.hub_tables import HubLinkRow
from bot.store.tables import RECORDS
from sandbox.hub import Broken, Unauthorized, signed_in
from tests.errands.conftest import ELENA, MALLORY, OKAFOR, TABLET

pytestmark = pytest.mark.behaviour(60)


@pytest.fixture
async def elena(hub):
    async with signed_in(hub.url, "demo-texas") as browser:
        yield browser


@pytest.fixture
async def okafor(hub):
    async with signed_in(hub.url, "demo-florida") as browser:
        yield browser


# ── the way it should go ────────────────────────────────────────────────────────────────────


async def test_a_code_confirmed_on_the_hubs_page_links_the_chat_and_brings_its_credits(desk, elena):
    said = await desk.says(ELENA, "connect my account")
    assert "hub's own page" in said
    assert "The page names this chat, “Elena”" in said
    keys = [key for row in desk.shown(ELENA)[-1].keys for key in row]
    assert keys[0].url.endswith(f"user_code={desk.code(ELENA)}")
    assert keys[1].copy == desk.code(ELENA)
    page = (await elena.reads(desk.code(ELENA))).html
    assert "Elena Rivera" in page
    assert ">Elena<" in page
    assert await desk.passes(ELENA, seconds=20) == ""
    await elena.confirms(desk.code(ELENA))
    said = await desk.passes(ELENA, seconds=6)
    assert "“Elena”, now reads the hub record of Elena Rivera" in said
    assert "Read: 15 credits, 36 h" in said
    assert "Nothing is taken over before you say so" in said
    assert len(desk.physician(ELENA).credits) == 15
    assert desk.physician(ELENA).licenses == ()


async def test_a_no_on_the_hubs_page_is_told_and_a_new_code_is_offered(desk, elena):
    await desk.says(ELENA, "/link")
    first = desk.code(ELENA)
    await elena.denies(first)
    assert "somebody said no" in await desk.passes(ELENA, seconds=6)
    await desk.presses(ELENA, "new code")
    assert desk.code(ELENA) != first


async def test_a_code_that_nobody_confirms_expires_and_says_so(desk):
    await desk.says(ELENA, "/link")
    said = await desk.passes(ELENA, minutes=11, step=timedelta(minutes=1))
    assert "The code has expired" in said
    assert desk.shown(ELENA)[-1].keys[0][0].label == "Get a new code"
    assert desk.errand(f"hub_link:{ELENA}") is None


async def test_asking_twice_shows_the_same_code_while_it_is_good(desk, hub):
    await desk.says(ELENA, "/link")
    first = desk.code(ELENA)
    await desk.says(ELENA, "connect my cme passport")
    assert desk.code(ELENA) == first
    assert len(hub.oauth.grants) == 1


async def test_polling_keeps_the_hubs_pace_and_outlives_a_hub_that_is_away(desk, hub, elena):
    await desk.says(ELENA, "/link")
    hub.order(Broken(503), "/oauth/token", times=2)
    await elena.confirms(desk.code(ELENA))
    assert "now reads the hub record" in await desk.passes(ELENA, seconds=40)
    assert {call.status for call in hub.calls if call.path == "/oauth/token"} == {503, 200}


async def test_a_hub_that_is_down_is_said_at_once(desk, hub):
    hub.order(Broken(503), times=None)
    assert "The hub does not answer, so I have no code" in await desk.says(ELENA, "/link")


@pytest.mark.behaviour(5)
async def test_a_link_from_the_hubs_page_says_whose_it_is_and_waits_for_the_yes_there(desk, elena):
    token = await elena.makes_link()
    said = await desk.says(ELENA, f"/start {token}")
    assert "The hub account of Elena Rivera wants to connect this chat" in said
    assert await desk.passes(ELENA, seconds=20) == ""
    await elena.confirms(desk.code(ELENA))
    assert "now reads the hub record of Elena Rivera" in await desk.passes(ELENA, seconds=6)


@pytest.mark.behaviour(5)
async def test_a_used_an_expired_and_an_unknown_link_are_explained_with_the_normal_start(
    desk, elena, clock
):
    used = await elena.makes_link()
    await desk.says(ELENA, f"/start {used}")
    old = await elena.makes_link()
    clock.passes(minutes=10)
    for token in (used, old, "A" * 32):
        said = await desk.says(OKAFOR, f"/start {token}")
        assert "used already or is older than ten minutes" in said
        assert "Hello" in said
    said = await desk.says(OKAFOR, "/start spring_2026")
    assert "not valid any more" in said
    assert "Hello, James" in said


async def test_an_answer_about_news_is_asked_once_and_kept(desk, elena):
    said = await desk.links(ELENA, elena)
    assert "Shall I tell you when a credit arrives?" in said
    assert "at most one message a day" in (await desk.presses(ELENA, "Yes, tell me")).lower()
    assert desk.physician(ELENA).hub.news is True
    await desk.presses(ELENA, "Stop credit news")
    assert desk.physician(ELENA).hub.news is False
    await desk.presses(ELENA, "Tell me when")
    await desk.says(ELENA, "connect another account")
    await desk.presses(ELENA, "Another account")
    await elena.confirms(desk.code(ELENA))
    assert "Shall I tell you" not in await desk.passes(ELENA, seconds=6)


async def test_a_worker_that_dies_with_the_tokens_in_its_hands_loses_no_link(desk, elena, hub):
    await desk.says(ELENA, "/link")
    await elena.confirms(desk.code(ELENA))
    desk.clock.passes(seconds=6)
    await desk.dies_after("hub_poll")
    said = await desk.passes(ELENA, seconds=6)
    assert said.count("now reads the hub record of Elena Rivera") == 1
    assert "expired" not in said
    assert len(hub.oauth.links_of("demo-texas")) == 1


# ── ending ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", ["/unlink", "/unlink please", "disconnect", "stop pulling"])
async def test_unlinking_works_at_once(desk, elena, hub, words):
    await desk.links(ELENA, elena)
    said = await desk.says(ELENA, words)
    assert "I no longer read the hub record of Elena Rivera" in said
    assert "15 credits read so far stay" in said
    assert not desk.physician(ELENA).linked
    assert hub.oauth.links_of("demo-texas") == []
    assert desk.errand(f"hub_sync:{ELENA}") is None


async def test_unlinking_works_at_once_while_the_hub_is_down_and_is_made_good_later(
    desk, elena, hub
):
    await desk.links(ELENA, elena)
    hub.order(Broken(503), times=None)
    assert "no longer read" in await desk.says(ELENA, "/unlink")
    assert not desk.physician(ELENA).linked
    assert len(hub.oauth.links_of("demo-texas")) == 1
    await desk.passes(minutes=30, step=timedelta(minutes=5))
    hub.heal()
    await desk.passes(hours=1, step=timedelta(minutes=20))
    assert hub.oauth.links_of("demo-texas") == []


async def test_deleting_everything_ends_the_link_at_the_hub_too(desk, elena, hub, records):
    await desk.links(ELENA, elena)
    await desk.says(ELENA, "/delete")
    await desk.presses(ELENA, "for good")
    assert hub.oauth.links_of("demo-texas") == []
    with records.reading() as session:
        assert session.execute(sa.select(HubLinkRow)).first() is None


async def test_what_the_hub_had_reported_can_be_removed_after_unlinking(desk, elena):
    await desk.links(ELENA, elena)
    await desk.says(ELENA, "/unlink")
    assert "Removed" in await desk.presses(ELENA, "Remove those credits")
    assert desk.physician(ELENA).credits == ()
    assert desk.physician(ELENA).synced_at is None


async def test_a_link_ended_at_the_hub_is_told_and_the_copy_stays(desk, elena, hub, clock):
    await desk.links(ELENA, elena)
    hub.oauth.links.clear()
    clock.passes(minutes=2)
    assert "The hub has ended the connection" in await desk.says(ELENA, "sync my credits")
    assert not desk.physician(ELENA).linked
    assert len(desk.physician(ELENA).credits) == 15


# ── several chats, several accounts ─────────────────────────────────────────────────────────


async def test_a_second_chat_on_the_same_account_is_told_to_the_first_and_ends_alone(
    desk, elena, hub
):
    await desk.links(ELENA, elena)
    await desk.links(TABLET, elena)
    assert "Another Telegram chat was connected to your hub account" in desk.news(ELENA)[-1]
    assert desk.news(TABLET) == []
    await desk.says(TABLET, "/unlink")
    assert len(hub.oauth.links_of("demo-texas")) == 1
    assert "Nothing new" in await desk.says_later(ELENA, "sync my credits")


async def test_a_chat_linked_to_another_account_keeps_nothing_of_the_first(
    desk, elena, okafor, hub
):
    await desk.links(ELENA, elena)
    await desk.says(ELENA, "/link")
    await desk.presses(ELENA, "Another account")
    assert "connected to Elena Rivera now; a yes replaces that" in desk.read(ELENA)
    await okafor.confirms(desk.code(ELENA))
    assert "now reads the hub record of James Okafor" in await desk.passes(ELENA, seconds=6)
    mine = {credit.hub_id for credit in desk.physician(ELENA).credits}
    assert mine == {credit.hub_id for credit in hub.accounts["demo-florida"].reported}
    assert hub.oauth.links_of("demo-texas") == []


async def test_the_credits_of_an_account_let_go_do_not_mix_with_the_next_ones(
    desk, elena, okafor, hub
):
    await desk.links(ELENA, elena)
    await desk.says(ELENA, "/unlink")
    await desk.links(ELENA, okafor)
    mine = {credit.hub_id for credit in desk.physician(ELENA).credits}
    assert mine == {credit.hub_id for credit in hub.accounts["demo-florida"].reported}


# ── attacks ─────────────────────────────────────────────────────────────────────────────────


async def test_a_forwarded_link_cannot_bind_a_chat_to_its_senders_account(desk, elena, okafor):
    """Okafor makes a link and sends it to Elena, so that her chat would read his record."""
    said = await desk.says(ELENA, f"/start {await okafor.makes_link()}")
    assert "The hub account of James Okafor wants to connect this chat" in said
    assert "somebody else sent you that link" in said
    assert (await elena.confirms(desk.code(ELENA))).status == 404
    await desk.presses(ELENA, "Not mine")
    await okafor.confirms(desk.code(ELENA))
    assert await desk.passes(ELENA, seconds=30) == ""
    assert not desk.physician(ELENA).linked


async def test_a_stolen_link_shows_its_owner_the_thiefs_chat_and_gives_nothing(desk, elena):
    await desk.says(MALLORY, f"/start {await elena.makes_link()}")
    assert "Mallory" in (await elena.reads(desk.code(MALLORY))).html
    await elena.denies(desk.code(MALLORY))
    assert "somebody said no" in await desk.passes(MALLORY, seconds=6)
    assert not desk.physician(MALLORY).linked


async def test_a_forwarded_code_shows_whose_chat_it_is(desk, elena):
    await desk.says(MALLORY, "/link")
    page = (await elena.reads(desk.code(MALLORY))).html
    assert "Mallory" in page
    assert "somebody sent you the code" in page


async def test_a_code_or_a_button_in_another_chat_does_nothing(desk, elena):
    await desk.says(ELENA, "/link")
    code = desk.code(ELENA)
    await desk.says(MALLORY, code)
    await desk.says(MALLORY, "/link")
    await desk.presses(MALLORY, "Never mind")
    await elena.confirms(code)
    assert "now reads" in await desk.passes(ELENA, seconds=6)
    assert not desk.physician(MALLORY).linked


async def test_a_yes_that_comes_after_the_chat_gave_up_links_nothing(desk, elena, hub):
    await desk.says(ELENA, "/link")
    assert "of no use any more" in await desk.presses(ELENA, "Never mind")
    await elena.confirms(desk.code(ELENA))
    await desk.passes(seconds=30)
    assert not desk.physician(ELENA).linked
    assert hub.oauth.links_of("demo-texas") == []


async def test_tokens_that_arrive_while_everything_is_deleted_are_revoked(
    desk, elena, hub, monkeypatch
):
    from bot.errands import linking as errand
    from bot.hub import linking

    await desk.says(ELENA, "/link")
    await elena.confirms(desk.code(ELENA))
    ask = linking.poll

    async def deleted_meanwhile(client, started, now):
        answer = await ask(client, started, now)
        await desk.presses_only(ELENA, "Never mind")
        return answer

    monkeypatch.setattr(errand.linking, "poll", deleted_meanwhile)
    await desk.passes(seconds=6)
    assert not desk.physician(ELENA).linked
    assert hub.oauth.links_of("demo-texas") == []


async def test_guessing_links_is_stopped(desk, hub):
    said = [await desk.says(MALLORY, f"/start {place:032}") for place in range(9)]
    assert "used already" in said[0]
    assert "asked for many times" in said[-1]
    begun = [call for call in hub.calls if call.path == "/oauth/device_authorization"]
    assert len(begun) == 6


async def test_a_wrong_client_is_said_without_its_reason(desk, hub):
    hub.order(Unauthorized(), "/oauth")
    assert "does not take the request" in await desk.says(ELENA, "/link")


async def test_tokens_are_stored_sealed_and_logged_nowhere(desk, elena, records, caplog):
    caplog.set_level("DEBUG")
    await desk.links(ELENA, elena)
    with records.reading() as session:
        row = session.execute(sa.select(HubLinkRow)).scalar_one()
        account, content = row.account, records.vault.unseal(row.content)
        stored = "".join(
            repr(tuple(line))
            for table in RECORDS.sorted_tables
            for line in session.execute(sa.select(table))
        )
        waiting = session.execute(sa.select(ErrandRow.content)).scalars().all()
    assert account not in ("demo-texas", content["name"])
    for secret in (content["access"], content["refresh"], "Elena Rivera", "demo-texas"):
        assert secret not in stored
        assert secret not in caplog.text
    assert all("access" not in records.vault.unseal(one) for one in waiting if one)
