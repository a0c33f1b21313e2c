"""The hub account in the chat: what words want, how the copy's age is said, what is proposed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.dialogs import hub_words
from bot.model import (
    ChangeHubLink,
    EndHubLink,
    HubLink,
    HubProfile,
    License,
    RunErrand,
)
from tests.conftest import NOON


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("connect my account", "connect"),
        ("link my cme passport", "connect"),
        ("log into passport from here", "connect"),
        ("is my passport hooked up", "connect"),
        ("disconnect", "disconnect"),
        ("unlink my account now", "disconnect"),
        ("remove the connection to accme", "disconnect"),
        ("drop the passport link", "disconnect"),
        ("sever the tie to my cme account", "disconnect"),
        ("stop pulling from passport", "disconnect"),
        ("sync now", "refresh"),
        ("refresh", "refresh"),
        ("why isnt my passport syncing", "refresh"),
        ("pull my credits from accme", "refresh"),
        ("when was the last update from the hub", "refresh"),
        ("why do i need to link anything", "why"),
        ("is linking optional", "why"),
        ("linkd the wrong passport, fix it", "wrong"),
        ("the code you gave me expired", "code"),
        ("tell me when credits arrive", "news_on"),
        ("let me know when my credit shows up", "news_on"),
        ("stop credit news", "news_off"),
        ("dont tell me when credits arrive", "news_off"),
    ],
)
def test_what_words_want_of_the_account(words, wish):
    assert hub_words.wish(words) == wish


@pytest.fixture
def linked(rivera):
    """Dr. Rivera with a hub account connected, read three hours ago."""
    hub = HubLink("Elena Rivera", NOON - timedelta(days=3), HubProfile("Elena Rivera"))
    read = NOON - timedelta(hours=3)
    rivera.physician = replace(rivera.physician, linked=True, hub=hub, synced_at=read)
    return rivera


def changes(chat, kind):
    return [change for change in chat.turns[-1].changes if isinstance(change, kind)]


def change_hub(chat, **what):
    chat.physician = replace(chat.physician, hub=replace(chat.physician.hub, **what))


def test_connecting_begins_with_an_errand_and_says_what_is_read(stranger):
    said = stranger.says("connect my account")
    assert "name, licenses and reported credits, and nothing else" in said
    (errand,) = changes(stranger, RunErrand)
    assert (errand.name, errand.dialog) == ("hub_begin", "hub")


def test_who_is_connected_sees_to_whom_since_when_and_how_old(linked):
    said = linked.says("/link")
    assert "Connected to the hub account of Elena Rivera since November 20, 2026." in said
    assert "15 credits reported so far, hub read November 23, 2026" in said
    assert linked.labels == [
        "Read the hub now",
        "Tell me when credits arrive",
        "Another account",
        "Disconnect",
    ]
    assert changes(linked, RunErrand) == []


@pytest.mark.parametrize(
    ("age", "label"),
    [
        (timedelta(seconds=20), "Read hub again"),
        (timedelta(minutes=5), "Read hub again (5 min old)"),
        (timedelta(hours=3), "Read hub again (3 h old)"),
        (timedelta(days=1), "Read hub again (1 day old)"),
        (timedelta(days=12), "Read hub again (12 days old)"),
    ],
)
def test_under_a_standing_a_button_says_how_old_the_copy_is(linked, age, label):
    linked.physician = replace(linked.physician, synced_at=NOON - age)
    linked.says("am i on track?")
    assert linked.labels[-1] == label
    linked.presses("Read hub again")
    assert len(changes(linked, RunErrand)) == (0 if age < timedelta(minutes=1) else 1)


@pytest.mark.behaviour(33)
def test_a_hub_that_does_not_answer_is_said_with_the_copys_age(linked):
    linked.physician = replace(linked.physician, synced_at=NOON - timedelta(days=2))
    change_hub(linked, failing_since=NOON - timedelta(days=1))
    said = linked.says("am i on track?")
    assert "The hub does not answer; this is my copy of Saturday, November 21, 2026" in said
    assert "2 days old" in said
    said = linked.hears_of(RunErrand("hub_refresh", "hub"), down={"first": False})
    assert said.startswith("The hub does not answer.")
    assert "My copy of Saturday, November 21, 2026, 2 days old, still holds: 15 credits" in said


@pytest.mark.behaviour(60)
def test_unlinking_ends_the_link_in_the_same_turn(linked):
    said = linked.says("/unlink")
    assert changes(linked, EndHubLink) == [EndHubLink("link")]
    assert "The 15 credits read so far stay as a copy" in said


def test_news_of_credits_is_a_wish_that_words_and_buttons_change(linked):
    linked.says("tell me when credits arrive")
    assert changes(linked, ChangeHubLink) == [ChangeHubLink({"news": True})]
    change_hub(linked, news=True)
    linked.says("/link")
    linked.presses("Stop credit news")
    assert changes(linked, ChangeHubLink) == [ChangeHubLink({"news": False})]


def test_without_a_link_news_and_refresh_offer_to_connect(stranger):
    for words in ("tell me when credits arrive", "sync my credits", "stop credit news"):
        stranger.says(words)
        assert stranger.labels == ["Connect my hub account"]


def test_nothing_of_the_hubs_profile_is_taken_before_a_yes(linked):
    ohio = License("us-oh", "MD", expires=date(2027, 10, 1), number="OH-1")
    profile = HubProfile("Elena Rivera", licenses=(*linked.physician.licenses, ohio))
    change_hub(linked, profile=profile)
    result = {
        "asked": True, "first": False, "unread": 0, "arrived": [], "corrected": [], "withdrawn": []
    }  # fmt: skip
    said = linked.hears_of(RunErrand("hub_tell", "hub"), read=result)
    assert "Ohio MD, new to me, due Friday, October 1, 2027" in said
    assert "us-oh" not in {one.board for one in linked.physician.licenses}
    linked.presses("Take it over")
    assert {one.board: one.number for one in linked.physician.licenses}["us-oh"] == "OH-1"
    assert "OH-1" not in linked.html
    linked.presses_data("hub:all:0")
    assert "out of date" in linked.text


def test_a_piece_that_was_passed_is_not_proposed_again_until_it_is_another(linked):
    ohio = License("us-oh", "MD", expires=date(2027, 10, 1))
    change_hub(linked, profile=HubProfile("Elena Rivera", licenses=(ohio,)), passed=("L,us-oh,MD",))
    texas = replace(linked.physician.licenses[0], id=None, expires=date(2029, 2, 28))
    result = {
        "asked": False, "first": False, "unread": 0, "arrived": [], "corrected": [], "withdrawn": []
    }  # fmt: skip
    linked.hears_of(RunErrand("hub_tell", "hub"), read=result)
    assert linked.turns[-1].news == ()
    change_hub(linked, profile=HubProfile("Elena Rivera", licenses=(ohio, texas)))
    linked.hears_of(RunErrand("hub_tell", "hub"), read=result)
    (news,) = linked.turns[-1].news
    assert "Texas MD: due Wednesday, February 28, 2029, I have February 28, 2027" in (
        news.outgoing.html
    )
