"""A linked record kept in step with the hub: nothing lost, nothing doubled, whatever breaks."""

import asyncio
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.errands import access, record
from bot.model import Credit, KeepLicense, License, Watch
from bot.store.changes import carry_out
from bot.store.hub_links import grant_of
from bot.store.physicians import mark_blocked
from sandbox.hub import (
    Broken,
    Dripping,
    Dropped,
    HalfBody,
    Slow,
    Unauthorized,
    WrongJson,
    signed_in,
)
from tests.errands.conftest import ELENA

ETHICS = Credit("Ethics at the Bedside", date(2026, 11, 20), Decimal(2), provider="Lakeside")
STEP = timedelta(hours=4)


@pytest.fixture
async def elena(hub):
    async with signed_in(hub.url, "demo-texas") as browser:
        yield browser


@pytest.fixture
async def linked(desk, elena):
    """Elena's chat, linked, with all that the hub proposed taken over."""
    await desk.links(ELENA, elena)
    await desk.presses(ELENA, "Take all")
    return desk


def held(desk):
    return sorted((one.hub_id, one.title, one.amount) for one in desk.physician(ELENA).credits)


def ethics_activity(desk):
    from bot.model import Search

    found = desk.outside.catalog.search(Search(date(2026, 11, 23), topics=("ethics",)))
    return found.hits[0].activity


# ── what arrives ────────────────────────────────────────────────────────────────────────────


async def test_a_credit_that_arrives_is_told_with_the_rule_it_helps(linked, hub):
    await linked.says(ELENA, "tell me when credits arrive")
    activity = ethics_activity(linked)
    hub.report(
        "demo-texas",
        replace(ETHICS, title=activity.title, activity_id=activity.id, provider=activity.provider),
    )
    await linked.passes(hours=8, step=STEP)
    (news,) = linked.news(ELENA)
    assert news.startswith("Your credit arrived: 2 h")
    assert "Texas, medical ethics or professional responsibility: 2 of 2 h, was 0; done" in news
    credit = next(c for c in linked.physician(ELENA).credits if c.activity_id == activity.id)
    assert "ethics" in credit.topics
    assert credit.inferred == ()


async def test_a_topic_that_is_only_guessed_is_marked_and_meets_no_topic_rule(linked, hub):
    await linked.says(ELENA, "tell me when credits arrive")
    hub.report("demo-texas", ETHICS)
    await linked.passes(hours=8, step=STEP)
    credit = next(c for c in linked.physician(ELENA).credits if c.title == ETHICS.title)
    assert credit.topics == ()
    assert credit.inferred == ("ethics",)
    (news,) = linked.news(ELENA)
    assert "ethics or professional" not in news
    assert "Texas, total: 38 of 48 h, was 36" in news
    assert "for such a rule it counts only once you confirm that" in news


async def test_without_a_yes_arrivals_are_not_told_but_what_is_taken_back_is(linked, hub):
    hub.report("demo-texas", ETHICS)
    await linked.passes(hours=8, step=STEP)
    assert linked.news(ELENA) == []
    mine = next(c for c in linked.physician(ELENA).credits if c.title == ETHICS.title)
    hub.withdraw_credit("demo-texas", mine.hub_id)
    await linked.passes(hours=8, step=STEP)
    (news,) = linked.news(ELENA)
    assert news.startswith("A credit was taken back: 2 h, Ethics at the Bedside")
    assert "Texas, total: 36 of 48 h, was 38" in news
    assert mine.hub_id not in {credit.hub_id for credit in linked.physician(ELENA).credits}


async def test_who_wants_no_news_gets_none(linked, hub):
    await linked.says(ELENA, "stop credit news")
    mine = linked.physician(ELENA).credits[0]
    hub.withdraw_credit("demo-texas", mine.hub_id)
    hub.report("demo-texas", ETHICS)
    await linked.passes(hours=8, step=STEP)
    assert linked.news(ELENA) == []


async def test_a_correction_under_the_same_id_is_told_with_both_figures(linked, hub):
    account = hub.accounts["demo-texas"]
    wrong = account.reported[-1]
    account.reported[-1] = replace(wrong, amount=wrong.amount + Decimal("0.5"))
    await linked.passes(hours=8, step=STEP)
    (news,) = linked.news(ELENA)
    assert news.startswith("A credit was corrected")
    assert f"was {wrong.amount.normalize():f}" in news
    assert len(linked.physician(ELENA).credits) == 15


async def test_many_arrivals_come_as_one_piece_of_news(linked, hub):
    await linked.says(ELENA, "tell me when credits arrive")
    for place in range(5):
        hub.report("demo-texas", replace(ETHICS, title=f"Lecture {place}"))
    await linked.passes(hours=8, step=STEP)
    (news,) = linked.news(ELENA)
    assert news.startswith("5 credits arrived, 10 h")


async def test_a_refresh_on_demand_lists_what_is_new_with_what_it_helps(linked, hub):
    hub.report("demo-texas", ETHICS)
    said = await linked.says_later(ELENA, "sync my credits")
    assert "1 new credit, 2 h." in said
    assert "Texas, total: 38 of 48 h, was 36" in said
    assert "Read just now: nothing newer" in await linked.says(ELENA, "/sync")
    assert "Nothing new: 16 credits" in await linked.says_later(ELENA, "refresh")


@pytest.mark.behaviour(39)
async def test_a_credit_that_is_waited_for_is_told_without_a_yes_to_news(linked, hub):
    activity = ethics_activity(linked)
    carry(linked, waiting_for(activity))
    hub.report("demo-texas", replace(ETHICS, title="Other name", activity_id=activity.id))
    await linked.passes(hours=8, step=STEP)
    (news,) = linked.news(ELENA)
    assert news.startswith("The credit you waited for is there: 2 h, Other name")
    assert linked.physician(ELENA).watches == ()


def waiting_for(activity):
    from bot.model import KeepWatch

    return KeepWatch(Watch(activity.title, activity.provider, activity.id, date(2026, 11, 20)))


def carry(desk, change):
    with desk.outside.records.writing() as session:
        carry_out(session, ELENA, change, desk.clock())


# ── the profile is only proposed ────────────────────────────────────────────────────────────


async def test_nothing_of_the_profile_is_taken_over_before_a_yes(desk, elena):
    carry(desk, KeepLicense(License("us-tx", "MD", expires=date(2027, 3, 31), number="A1")))
    said = await desk.links(ELENA, elena)
    assert "Texas MD: due Sunday, February 28, 2027, I have March 31, 2027" in said
    (mine,) = desk.physician(ELENA).licenses
    assert (mine.expires, mine.number) == (date(2027, 3, 31), "A1")
    await desk.presses(ELENA, "Only Texas MD")
    (mine,) = desk.physician(ELENA).licenses
    assert mine.expires == date(2027, 2, 28)
    assert "Texas MD" not in desk.read(ELENA)
    await desk.presses(ELENA, "None of these")
    assert desk.physician(ELENA).certifications == ()
    said = await desk.says_later(ELENA, "sync my credits")
    assert "Nothing new" in said
    assert "Nothing is taken over" not in said


async def test_a_date_that_changes_at_the_hub_is_proposed_once_as_news(linked, hub):
    account = hub.accounts["demo-texas"]
    texas, *others = account.physician.licenses
    moved = (replace(texas, expires=date(2029, 2, 28)), *others)
    account.physician = replace(account.physician, licenses=moved)
    await linked.passes(hours=30, step=STEP)
    (news,) = linked.news(ELENA)
    assert "Texas MD: due Wednesday, February 28, 2029, I have February 28, 2027" in news
    assert date(2027, 2, 28) in {one.expires for one in linked.physician(ELENA).licenses}


# ── faults ──────────────────────────────────────────────────────────────────────────────────

EMPTY = {"Member": {"Name": {"GivenName": "A", "FamilyName": "B"}}, "ActivityTranscript": []}
FAULTS = {
    "broken": Broken(500),
    "busy": Broken(503, retry_after="120"),
    "dropped": Dropped(),
    "dropped after": Dropped(after=True),
    "half a page": HalfBody(),
    "cut JSON": WrongJson(),
    "wrong JSON": WrongJson(b"{}"),
    "empty record": WrongJson(json.dumps({"ACCMETranscripts": [EMPTY]}).encode()),
    "refuses new tokens": Unauthorized(),
}


@pytest.mark.behaviour(33)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_through_faults_no_credit_is_lost_or_doubled_and_the_copys_age_is_said(
    linked, hub, fault
):
    before = held(linked)
    hub.report("demo-texas", ETHICS)
    hub.order(fault, "/GetLearner", times=None)
    said = await linked.says_later(ELENA, "sync my credits")
    assert "The hub does not answer" in said
    assert "My copy of Monday, November 23, 2026, 2 minutes old, still holds: 15 credits" in said
    assert held(linked) == before
    await linked.passes(hours=48, step=timedelta(hours=8))
    standing = await linked.says(ELENA, "am i on track in texas?")
    assert "The hub does not answer; this is my copy of Monday, November 23, 2026" in standing
    assert "2 days old" in standing
    assert held(linked) == before
    hub.heal()
    await linked.passes(hours=8, step=STEP)
    after = held(linked)
    assert len(after) == len(set(after)) == len(before) + 1
    assert set(before) < set(after)
    assert "does not answer" not in await linked.says(ELENA, "am i on track in texas?")


@pytest.mark.parametrize("fault", [Slow(2.3), Dripping(0.001)], ids=["slow", "dripping"])
async def test_a_hub_that_is_slow_once_is_waited_for(linked, hub, fault):
    hub.report("demo-texas", ETHICS)
    hub.order(fault, "/profile")
    assert "1 new credit" in await linked.says_later(ELENA, "sync my credits")


@pytest.mark.parametrize("hours", [-30, -2, 2, 30])
async def test_a_hub_whose_clock_is_wrong_costs_nothing(linked, hub, hours):
    hub.skew = timedelta(hours=hours)
    hub.report("demo-texas", ETHICS)
    await linked.passes(hours=8, step=STEP)
    assert len(held(linked)) == 16
    assert linked.physician(ELENA).hub.failing_since is None


async def test_a_row_that_cannot_be_read_takes_nothing_away(linked, hub, monkeypatch):
    account = hub.accounts["demo-texas"]
    whole = account.transcript()
    rows = whole["ACCMETranscripts"][0]["ActivityTranscript"]
    rows[0]["Activity"]["Module"]["CompletedDateTime"] = "last week"
    monkeypatch.setattr(type(account), "transcript", lambda *_: whole)
    said = await linked.says_later(ELENA, "sync my credits")
    assert "1 row of the hub's record could not be read; nothing of yours was removed" in said
    assert len(held(linked)) == 15


async def test_tokens_that_ran_out_are_renewed_and_stored_before_they_are_used(
    linked, hub, records
):
    mine = linked.physician(ELENA).id
    with records.reading() as session:
        before = grant_of(session, mine)
    await linked.passes(hours=13, step=STEP)
    with records.reading() as session:
        after = grant_of(session, mine)
    assert after.refresh != before.refresh
    assert after.etag is not None
    assert "Nothing new" in await linked.says(ELENA, "sync my credits")


async def test_two_processes_that_renew_at_once_do_not_end_the_link(
    linked, hub, client, clock, monkeypatch
):
    monkeypatch.setattr(access, "PAUSE", 0.02)
    clock.passes(hours=2)
    hub.order(Slow(0.2), "/oauth/token")
    mine = linked.physician(ELENA).id
    await asyncio.gather(*(record.fresh(linked.outside, mine) for _ in range(4)))
    clock.passes(minutes=5)
    assert "Nothing new" in await linked.says(ELENA, "sync my credits")
    renewals = [call for call in hub.calls if call.path == "/oauth/token" and call.status == 200]
    assert len(renewals) == 2


async def test_a_worker_that_dies_after_reading_tells_what_arrived_once(linked, hub):
    await linked.says(ELENA, "tell me when credits arrive")
    hub.report("demo-texas", ETHICS)
    linked.clock.passes(hours=8)
    await linked.dies_after("hub_sync")
    await linked.passes(hours=8, step=STEP)
    assert len(linked.news(ELENA)) == 1
    assert len(held(linked)) == 16


# ── when it is read ─────────────────────────────────────────────────────────────────────────


async def test_a_linked_record_is_read_about_every_six_hours_for_ever(linked, hub):
    hub.calls.clear()
    await linked.passes(hours=24 * 3, step=timedelta(hours=2))
    read = [call for call in hub.calls if call.path == "/GetLearnerTranscriptbyLearner"]
    assert 9 <= len(read) <= 16
    assert {call.status for call in read} <= {200, 304, 401}
    assert linked.errand(f"hub_sync:{ELENA}") is not None


async def test_a_chat_that_has_lost_its_schedule_gets_one_again(linked, records, clock):
    from bot.store.errands import drop_errand

    with records.writing() as session:
        drop_errand(session, f"hub_sync:{ELENA}", clock())
    assert record.keep_scheduled(linked.outside) == 1
    assert record.keep_scheduled(linked.outside) == 0
    assert linked.errand(f"hub_sync:{ELENA}") is not None


async def test_a_chat_that_blocked_the_bot_is_not_read_until_it_is_back(
    linked, hub, records, clock
):
    with records.writing() as session:
        mark_blocked(session, ELENA, clock())
    hub.calls.clear()
    await linked.passes(hours=20, step=STEP)
    assert [call.path for call in hub.calls if call.path.startswith("/Get")] == []
    await linked.says(ELENA, "/start")
    await linked.passes(hours=30, step=STEP)
    assert [call.path for call in hub.calls if call.path.startswith("/Get")] != []


async def test_before_a_reminder_the_copy_is_read_or_its_age_is_known(linked, hub, clock):
    mine = linked.physician(ELENA).id
    read_at = linked.physician(ELENA).synced_at
    copy = await record.fresh(linked.outside, mine)
    assert copy == record.Copy(linked=True, read_at=read_at, answered=True)
    clock.passes(minutes=40)
    assert (await record.fresh(linked.outside, mine)).read_at == clock()
    clock.passes(minutes=40)
    before = linked.physician(ELENA).synced_at
    hub.order(Broken(503), times=None)
    copy = await record.fresh(linked.outside, mine)
    assert (copy.answered, copy.read_at) == (False, before)
    stranger = await record.fresh(linked.outside, 999)
    assert stranger == record.Copy(linked=False, read_at=None, answered=False)


async def test_a_reminder_does_not_wait_long_and_the_slow_answer_is_kept_all_the_same(
    linked, hub, clock
):
    mine = linked.physician(ELENA).id
    clock.passes(minutes=40)
    hub.report("demo-texas", ETHICS)
    hub.order(Slow(0.4), "/profile")
    copy = await record.fresh(linked.outside, mine, seconds=0.1)
    assert copy.answered is False
    while record._UNDER_WAY:
        await asyncio.wait(record._UNDER_WAY)
    assert len(held(linked)) == 16


async def test_nothing_of_a_record_is_logged(linked, hub, caplog):
    caplog.set_level("DEBUG")
    hub.report("demo-texas", ETHICS)
    await linked.says_later(ELENA, "sync my credits")
    hub.order(WrongJson(), times=None)
    await linked.says_later(ELENA, "sync my credits")
    for said in ("Rivera", "Bedside", "TX-DEMO", "Lakeside"):
        assert said not in caplog.text
