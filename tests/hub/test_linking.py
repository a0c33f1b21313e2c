"""Linking a chat to a hub account, and everything an attacker may try with a code or a link."""

import asyncio
from dataclasses import replace

import pytest

from bot.dialogs.hub_begin import link_token_of
from bot.hub import linking
from bot.hub.errors import HubDown, HubRefused, HubUnauthorized
from bot.hub.linking import Denied, Expired, Tokens, Waiting
from bot.hub.transcript import fetch_profile
from sandbox.hub import Broken, Dropped, signed_in

pytestmark = pytest.mark.behaviour(60)


@pytest.fixture
async def elena(hub):
    async with signed_in(hub.url, "demo-texas") as browser:
        yield browser


@pytest.fixture
async def okafor(hub):
    async with signed_in(hub.url, "demo-florida") as browser:
        yield browser


@pytest.fixture
def begin(client, clock):
    """Begins a linking from a chat of this name."""

    async def begun(chat_name="Elena (@elena)", link_token=None):
        return await linking.start(client, chat_name, clock.now, link_token=link_token)

    return begun


@pytest.fixture
def asks(client, clock):
    """Polls after as long a pause as the hub wants."""

    async def asked(started):
        return await linking.poll(client, started, clock.passes(seconds=started.interval))

    return asked


# ── the way it should go ────────────────────────────────────────────────────────────────────


async def test_a_code_confirmed_on_the_hubs_page_links_the_chat(client, elena, begin, asks):
    started = await begin()
    assert started.page.endswith(f"/device?user_code={started.user_code}")
    assert await asks(started) == Waiting(5)
    page = await elena.reads(started.user_code)
    assert "Elena Rivera" in page.html
    assert "Elena (@elena)" in page.html
    assert "Connected" in (await elena.confirms(started.user_code)).html
    tokens = await asks(started)
    assert isinstance(tokens, Tokens)
    assert tokens.physician_name == "Elena Rivera"
    assert (await fetch_profile(client, tokens.access)).name == "Elena Rivera"
    assert "Elena (@elena)" in (await elena.opens("/")).html


async def test_no_on_the_hubs_page_ends_it(elena, begin, asks):
    started = await begin()
    assert "Not connected" in (await elena.denies(started.user_code)).html
    assert await asks(started) == Denied()


async def test_the_code_may_be_typed_carelessly(elena, begin, asks):
    started = await begin()
    await elena.confirms(started.user_code.lower().replace("-", " "))
    assert isinstance(await asks(started), Tokens)


async def test_a_link_from_the_hubs_page_needs_a_confirmation_too(elena, begin, asks):
    token = link_token_of(await elena.makes_link())
    started = await begin(link_token=token)
    assert started.physician_name == "Elena Rivera"
    assert await asks(started) == Waiting(5)
    await elena.confirms(started.user_code)
    assert isinstance(await asks(started), Tokens)


async def test_polling_too_fast_is_slowed_down_until_it_is_slow_enough(client, clock, begin):
    started, intervals = await begin(), []
    for pause in (0, 1, 6, 20):
        waiting = await linking.poll(client, started, clock.passes(seconds=pause))
        started = replace(started, interval=waiting.interval)
        intervals.append(waiting.interval)
    assert intervals == [5, 10, 15, 15]


async def test_a_hub_that_is_down_while_polling_costs_nothing(hub, elena, begin, asks):
    started = await begin()
    await elena.confirms(started.user_code)
    hub.order(Broken(503))
    with pytest.raises(HubDown):
        await asks(started)
    assert isinstance(await asks(started), Tokens)


# ── renewing and ending ─────────────────────────────────────────────────────────────────────


@pytest.fixture
async def linked(elena, begin, asks):
    started = await begin()
    await elena.confirms(started.user_code)
    tokens = await asks(started)
    assert isinstance(tokens, Tokens)
    return tokens


async def test_tokens_are_renewed_and_the_old_ones_end(client, clock, linked):
    renewed = await linking.refresh(client, linked, clock.passes(minutes=70))
    assert not renewed.stale(clock.now)
    assert (await fetch_profile(client, renewed.access)).name == "Elena Rivera"
    with pytest.raises(HubUnauthorized):
        await fetch_profile(client, linked.access)


async def test_a_renewal_whose_answer_got_lost_is_made_again(hub, client, clock, linked):
    hub.order(Dropped(after=True), "/oauth/token")
    renewed = await linking.refresh(client, linked, clock.passes(minutes=70))
    assert (await fetch_profile(client, renewed.access)).name == "Elena Rivera"


async def test_a_stolen_refresh_token_used_later_ends_the_whole_link(client, clock, linked):
    renewed = await linking.refresh(client, linked, clock.passes(minutes=70))
    assert await linking.refresh(client, linked, clock.passes(minutes=5)) is None
    with pytest.raises(HubUnauthorized):
        await fetch_profile(client, renewed.access)
    assert await linking.refresh(client, renewed, clock.now) is None


async def test_an_access_token_ends_by_itself(client, clock, linked):
    clock.passes(minutes=61)
    with pytest.raises(HubUnauthorized):
        await fetch_profile(client, linked.access)


async def test_unlinking_works_at_once_and_twice(client, clock, linked, elena):
    await linking.revoke(client, linked)
    with pytest.raises(HubUnauthorized):
        await fetch_profile(client, linked.access)
    assert await linking.refresh(client, linked, clock.now) is None
    await linking.revoke(client, linked)
    assert "No chat is connected" in (await elena.opens("/")).html


async def test_several_chats_on_one_account_end_one_by_one(client, elena, begin, asks, linked):
    other = await begin("Elena's tablet")
    await elena.confirms(other.user_code)
    tablet = await asks(other)
    page = (await elena.opens("/")).html
    assert "Elena (@elena)" in page
    assert "Elena&#x27;s tablet" in page
    await linking.revoke(client, linked)
    assert (await fetch_profile(client, tablet.access)).name == "Elena Rivera"


async def test_one_chat_may_read_two_accounts(client, elena, okafor, begin, asks):
    names = []
    for browser in (elena, okafor):
        started = await begin()
        await browser.confirms(started.user_code)
        names.append((await fetch_profile(client, (await asks(started)).access)).name)
    assert names == ["Elena Rivera", "James Okafor"]


# ── attacks ─────────────────────────────────────────────────────────────────────────────────


async def test_a_forwarded_code_shows_whose_chat_it_is_before_anything_is_given(elena, begin, asks):
    """Mallory begins in her chat and sends her code to Elena."""
    started = await begin("Mallory")
    page = (await elena.reads(started.user_code)).html
    assert "Mallory" in page
    assert "somebody sent you the code" in page
    assert await asks(started) == Waiting(5)
    await elena.denies(started.user_code)
    assert await asks(started) == Denied()


async def test_a_forwarded_link_cannot_be_confirmed_by_the_one_it_was_sent_to(
    hub, elena, okafor, begin, asks
):
    """Okafor makes a link and sends it to Elena, to bind her chat to his account."""
    started = await begin("Elena (@elena)", link_token=await okafor.makes_link())
    assert started.physician_name == "James Okafor"
    assert "does not work" in (await elena.reads(started.user_code)).html
    assert (await elena.confirms(started.user_code)).status == 404
    assert await asks(started) == Waiting(5)


async def test_a_stolen_link_still_needs_its_maker_who_sees_the_thiefs_name(elena, begin, asks):
    started = await begin("Mallory", link_token=await elena.makes_link())
    assert "Mallory" in (await elena.reads(started.user_code)).html
    assert await asks(started) == Waiting(5)


async def test_a_link_works_once(elena, begin):
    token = await elena.makes_link()
    await begin(link_token=token)
    with pytest.raises(HubRefused, match="invalid_grant"):
        await begin(link_token=token)


@pytest.mark.parametrize(("minutes", "works"), [(9.9, True), (10, False), (60, False)])
async def test_a_link_works_for_ten_minutes(elena, begin, clock, minutes, works):
    token = await elena.makes_link()
    clock.passes(minutes=minutes)
    if works:
        assert (await begin(link_token=token)).physician_name == "Elena Rivera"
    else:
        with pytest.raises(HubRefused, match="invalid_grant"):
            await begin(link_token=token)


async def test_a_code_works_for_ten_minutes(client, elena, begin, clock):
    started = await begin()
    clock.passes(minutes=10)
    assert (await elena.confirms(started.user_code)).status == 404
    assert await linking.poll(client, started, clock.now) == Expired()


async def test_a_confirmed_code_not_fetched_in_ten_minutes_is_lost(client, elena, begin, clock):
    started = await begin()
    await elena.confirms(started.user_code)
    clock.passes(minutes=10)
    with pytest.raises(HubRefused, match="expired_token"):
        await client.post_form(
            "/oauth/token",
            {"grant_type": linking.DEVICE_GRANT, "device_code": started.device_code},
        )


async def test_a_device_code_gives_tokens_once(elena, begin, asks):
    started = await begin()
    await elena.confirms(started.user_code)
    assert isinstance(await asks(started), Tokens)
    assert await asks(started) == Expired()
    assert (await elena.confirms(started.user_code)).status == 404


async def test_two_polls_at_the_same_moment_give_tokens_once(hub, client, elena, begin, clock):
    started = await begin()
    await elena.confirms(started.user_code)
    clock.passes(seconds=5)
    got = await asyncio.gather(*(linking.poll(client, started, clock.now) for _ in range(5)))
    assert sum(isinstance(answer, Tokens) for answer in got) == 1
    assert len(hub.oauth.links_of("demo-texas")) == 1


async def test_a_code_cannot_be_answered_twice(elena, okafor, begin, asks):
    started = await begin()
    await elena.denies(started.user_code)
    assert (await okafor.confirms(started.user_code)).status == 404
    assert await asks(started) == Denied()


async def test_another_client_cannot_fetch_the_tokens(hub, client, elena, begin, asks):
    started = await begin()
    await elena.confirms(started.user_code)
    hub.oauth.clients |= {"another-bot"}
    client.client_id = "another-bot"
    assert await asks(started) == Expired()
    client.client_id = "cmebot-demo"
    assert isinstance(await asks(started), Tokens)


async def test_guessing_codes_is_stopped(elena, begin):
    started = await begin("Somebody else")
    statuses = [(await elena.reads(f"BBBB-BBB{letter}")).status for letter in "BCDFGHJ"]
    assert statuses == [404, 404, 404, 404, 404, 429, 429]
    assert (await elena.confirms(started.user_code)).status == 429


async def test_confirming_from_another_site_is_refused(elena, begin, asks):
    started = await begin()
    forged = await elena.sends("/device", user_code=started.user_code, decision="yes", csrf="x")
    assert forged.status == 403
    assert await asks(started) == Waiting(5)


async def test_the_page_cannot_be_framed_or_scripted_or_cached(elena, begin):
    started = await begin("<script>alert(1)</script><b>Your bank</b>")
    page = await elena.reads(started.user_code)
    assert "<script>" not in page.html
    assert "&lt;b&gt;Your bank" in page.html
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Cache-Control"] == "no-store"


async def test_a_name_cannot_hide_or_turn_what_follows(elena, begin):
    started = await begin("Elena\u202e\u200b\n Rivera" + "x" * 500)
    page = (await elena.reads(started.user_code)).html
    assert "Elena Rivera" in page
    assert not {"\u202e", "\u200b"} & set(page)
    assert "x" * 65 not in page


async def test_without_signing_in_nothing_is_confirmed(hub, begin, asks, elena):
    started = await begin()
    await elena.sends("/sign-out")
    assert "choose who you are" in (await elena.reads(started.user_code)).html
    assert (await elena.confirms(started.user_code)).status == 401
    assert await asks(started) == Waiting(5)


async def test_signing_in_never_leads_to_another_site(hub, elena):
    for address in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        page = await elena.sends("/sign-in", account="demo-texas", then=address)
        assert "Elena Rivera" in page.html


async def test_secrets_have_128_bits_or_more_and_are_kept_hashed(hub, elena, begin, linked):
    token = await elena.makes_link()
    started = await begin()
    for secret in (token, started.device_code, linked.access, linked.refresh):
        assert len(secret) * 6 >= 128
    kept = repr(hub.oauth)
    assert "Elena (@elena)" in kept
    for secret in (token, started.device_code, started.user_code, linked.access, linked.refresh):
        assert secret not in kept
    assert len({await elena.makes_link() for _ in range(20)}) == 20


async def test_secrets_do_not_show_when_printed(begin, linked):
    started = await begin()
    assert started.device_code not in repr(started)
    assert linked.access not in repr(linked)
    assert linked.refresh not in repr(linked)


@pytest.mark.parametrize(
    ("argument", "token"),
    [
        ("a" * 32, "a" * 32),
        ("  " + "A_-9" * 8, "A_-9" * 8),
        ("short", None),
        ("a" * 65, None),
        ("a" * 31 + "=", None),
        ("", None),
        ("ref_campaign_of_spring_2026!", None),
    ],
)
def test_what_comes_with_start_is_a_token_or_nothing(argument, token):
    assert link_token_of(argument) == token
