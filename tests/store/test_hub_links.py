"""Links and watches in the records, on both databases."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from bot.model import (
    AddCredit,
    Certification,
    ChangeHubLink,
    Credit,
    EndHubLink,
    EndWatch,
    ErasePhysician,
    HubProfile,
    KeepWatch,
    License,
    Watch,
)
from bot.store import hub_links
from bot.store.changes import carry_out
from bot.store.errand_tables import ErrandRow
from bot.store.errands import claim_errands
from bot.store.hub_links import Grant
from bot.store.hub_tables import HubLinkRow, WatchRow
from bot.store.physicians import keep_hub_credits, made_row, physician_of

MARIA, OMAR = 1001, 1002
CREDIT = Credit("Sepsis", date(2026, 3, 4), Decimal(1), hub_id="ccid:a:1")
TYPED = Credit("Ethics", date(2026, 3, 4), Decimal(1), origin="typed")


@pytest.fixture
def linked(records, now):
    """Link a chat to an account, with one credit read from it."""

    def _linked(chat_id=MARIA, account="a", refresh="r1"):
        granted = Grant(account, "Maria Lopez", now, "access", refresh, now + timedelta(hours=1))
        with records.writing() as session:
            hub_links.keep_hub_link(session, made_row(session, chat_id, now), granted, now)
            keep_hub_credits(session, chat_id, [CREDIT], (), now)
            return made_row(session, chat_id, now).id

    return _linked


@pytest.fixture
def tell(records, now):
    def _tell(chat_id, *changes):
        with records.writing() as session:
            for change in changes:
                carry_out(session, chat_id, change, now)
        with records.reading() as session:
            return physician_of(session, chat_id)

    return _tell


def waiting(records, name):
    with records.reading() as session:
        found = session.execute(
            sa.select(ErrandRow.chat_id, ErrandRow.outlives, ErrandRow.content).where(
                ErrandRow.name == name, ErrandRow.state == "waiting"
            )
        ).all()
        return [
            (chat, outlives, records.vault.unseal(content)) for chat, outlives, content in found
        ]


def test_a_link_comes_back_as_dialogs_see_it(records, linked, tell, now):
    mine = linked()
    profile = HubProfile(
        "Maria Lopez",
        "MD",
        "neurology",
        (License("us-tx", "MD", date(2027, 2, 28), number="Q1"),),
        (Certification("ABIM", date(2010, 1, 1)),),
        ("Elsewhere",),
    )
    with records.writing() as session:
        hub_links.keep_hub_answer(session, mine, profile, '"etag"')
        assert hub_links.grant_of(session, mine).etag == '"etag"'
    maria = tell(MARIA, ChangeHubLink({"news": True, "passed": ["N"]}))
    assert (maria.linked, maria.hub.profile, maria.hub.since) == (True, profile, now)
    assert (maria.hub.news, maria.hub.passed) == (True, ("N",))
    with records.writing() as session:
        hub_links.note_failing(session, mine, now)
        hub_links.note_failing(session, mine, now + timedelta(hours=1))
    assert tell(MARIA).hub.failing_since == now


def test_what_was_linked_before_is_revoked_and_another_persons_credits_go(records, linked, tell):
    linked()
    tell(MARIA, AddCredit(TYPED), ChangeHubLink({"news": False}))
    linked(refresh="r2")
    assert tell(MARIA).hub.news is False
    assert len(tell(MARIA).credits) == 2
    linked(account="b", refresh="r3")
    assert tell(MARIA).hub.news is None
    revoked = waiting(records, "hub_revoke")
    assert revoked == [(None, True, {"token": "r1"}), (None, True, {"token": "r2"})]


def test_an_unlinked_record_still_knows_whose_credits_it_holds(records, linked, tell):
    linked()
    maria = tell(MARIA, AddCredit(TYPED), EndHubLink("link"))
    assert (maria.linked, len(maria.credits)) == (False, 2)
    with records.writing() as session:
        row = made_row(session, MARIA, maria.synced_at)
        granted = Grant("b", "Omar", maria.synced_at, "x", "y", maria.synced_at)
        hub_links.keep_hub_link(session, row, granted, maria.synced_at)
    assert [one.title for one in tell(MARIA).credits] == ["Ethics"]


def test_a_link_ends_once_and_its_credits_by_themselves(records, linked, tell):
    linked()
    for _ in range(2):
        tell(MARIA, EndHubLink("link"))
    assert len(waiting(records, "hub_revoke")) == 1
    assert waiting(records, "hub_sync") == []
    maria = tell(MARIA, AddCredit(TYPED), EndHubLink("credits"))
    assert [one.title for one in maria.credits] == ["Ethics"]
    assert maria.synced_at is None


def test_deleting_everything_leaves_only_the_revocation(records, linked, tell):
    linked()
    tell(MARIA, KeepWatch(Watch("Sepsis")), ErasePhysician())
    assert waiting(records, "hub_revoke") == [(None, True, {"token": "r1"})]
    with records.reading() as session:
        for table in (HubLinkRow, WatchRow):
            assert session.execute(sa.select(table)).first() is None
        assert session.execute(sa.select(ErrandRow).where(ErrandRow.chat_id == MARIA)).all() == []


def test_only_one_process_renews_and_what_it_stores_is_there_for_the_others(records, linked, now):
    mine = linked()
    with records.writing() as session:
        seen = hub_links.grant_of(session, mine)
        assert hub_links.begin_renewing(session, mine, seen, now)
        assert not hub_links.begin_renewing(session, mine, seen, now + timedelta(seconds=49))
        assert hub_links.begin_renewing(session, mine, seen, now + timedelta(seconds=51))
        hub_links.end_renewing(session, mine, seen, replace(seen, access="a2", refresh="r2"))
        assert hub_links.grant_of(session, mine).refresh == "r2"
        hub_links.end_renewing(session, mine, seen, replace(seen, access="a3", refresh="r3"))
        assert hub_links.grant_of(session, mine).refresh == "r2"
        assert not hub_links.begin_renewing(session, mine, seen, now + timedelta(hours=1))


def test_a_renewal_that_failed_lets_the_next_one_try(records, linked, now):
    mine = linked()
    with records.writing() as session:
        seen = hub_links.grant_of(session, mine)
        assert hub_links.begin_renewing(session, mine, seen, now)
        hub_links.end_renewing(session, mine, seen, None)
        assert hub_links.begin_renewing(session, mine, seen, now)


def test_the_same_account_in_two_chats_is_told_to_the_first(records, linked):
    linked(MARIA)
    linked(OMAR, refresh="r9")
    assert [chat for chat, *_ in waiting(records, "hub_tell")] == [MARIA]
    with records.reading() as session:
        assert hub_links.chats_linked(session) == (MARIA, OMAR)


# ── watches ─────────────────────────────────────────────────────────────────────────────────


def test_a_watch_is_kept_once_and_due_the_day_after_the_thirty_days(records, tell, now):
    watch = Watch("Sepsis", "Lakeside", "123456789", date(2026, 11, 10))
    for _ in range(2):
        maria = tell(MARIA, KeepWatch(watch))
    (kept,) = maria.watches
    assert kept == replace(watch, id=kept.id, since=now.date())
    before, after = (now.replace(month=12, day=11, hour=hour) for hour in (14, 16))
    with records.writing() as session:
        assert claim_errands(session, before, timedelta(minutes=1), 5) == ()
        (due,) = claim_errands(session, after, timedelta(minutes=1), 5)
    assert (due.name, due.values) == ("watch_overdue", {"watch": kept.id})


@pytest.mark.parametrize("day", [None, date(2026, 5, 1)])
def test_what_is_overdue_already_is_given_thirty_days_more(records, tell, now, day):
    tell(MARIA, KeepWatch(Watch("Sepsis", completed_on=day)))
    with records.writing() as session:
        early, late = now + timedelta(days=30), now + timedelta(days=32)
        assert claim_errands(session, early, timedelta(minutes=1), 5) == ()
        assert len(claim_errands(session, late, timedelta(minutes=1), 5)) == 1


def test_nobody_ends_the_watch_of_another(records, tell):
    (mine,) = tell(MARIA, KeepWatch(Watch("Sepsis"))).watches
    tell(OMAR, EndWatch(mine.id))
    assert tell(MARIA).watches == (mine,)
    assert tell(MARIA, EndWatch(mine.id)).watches == ()
    assert waiting(records, "watch_overdue") == []
