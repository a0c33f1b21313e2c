"""Where is my credit? What is asked, the likely reason, the letter, the watch, the complaint."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.dialogs import missing_match, missing_words
from bot.dialogs.missing_reasons import completion, reason
from bot.model import (
    Activity,
    Credit,
    CreditOffer,
    EndWatch,
    HubLink,
    HubProfile,
    KeepWatch,
    RunErrand,
    Watch,
)
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.behaviour(39)

OVERDUE = RunErrand("watch_overdue", "missing_credit")

ASKED = """
where is my credit from cleveland clinic?
cleveland clinic course from october still not showing
my credit is not there
why is my mayo course not on my transcript
credit missing
missing credit
didn't get credit for grand rounds
i never received credit for the stanford webinar oct 12
i finished the harvard opioid course on tuesday, its missing
where's my credit
wheres my cme from last month
the AAFP credit from june doesnt show up
my stanford points never arrived
how long until my credits show up
grand rounds from october hasnt been reported
what are you watching
list my watches
stop watching
stop watching the mayo one
""".strip().splitlines()

NOT_ASKED = """
am i on track
what am i missing for texas
how many credits am i missing
where do i stand
where can i find ethics credit
why doesn't my grand rounds count in california
do i get credit for teaching
i didnt get my certificate
credits i need in ohio
show my credits
what's missing in texas
tell me when credits arrive
opioid hours not required in ohio
is the webinar series still open
""".strip().splitlines()


@pytest.mark.parametrize("words", ASKED)
def test_words_that_ask_where_a_credit_is(words):
    assert missing_words.claims(words)


@pytest.mark.parametrize("words", NOT_ASKED)
def test_words_that_ask_something_else(words):
    assert not missing_words.claims(words)


@pytest.fixture
def linked(rivera):
    """Dr. Rivera with a hub account connected."""
    rivera.physician = replace(
        rivera.physician,
        linked=True,
        hub=HubLink("Elena Rivera", NOON, HubProfile("Elena Rivera")),
        synced_at=NOON,
    )
    return rivera


def changes(chat, kind):
    return [change for change in chat.turns[-1].changes if isinstance(change, kind)]


# ── the conversation ────────────────────────────────────────────────────────────────────────


def test_a_course_of_last_month_still_has_time(linked):
    said = linked.says("cleveland clinic course from october still not showing")
    assert linked.first_line == (
        "Not there yet: Cleveland Clinic has until about Monday, November 30, 2026 to report a "
        "course of October 2026."
    )
    assert "I found one match: Cleveland Clinic Journal of Medicine Manuscript Review" in said
    assert "which is their choice outside board points" in said
    assert "ccjm.org" in linked.html
    assert linked.labels == [
        "Yes, watch for it",
        "Another course",
        "Draft the letter",
        "Read hub again",
    ]


def test_a_yes_begins_the_watch(linked):
    linked.says("cleveland clinic course from october still not showing")
    said = linked.says("yes")
    assert "Watching for Cleveland Clinic Journal" in said
    assert "If it has not by Monday, November 30, 2026" in said
    (change,) = changes(linked, KeepWatch)
    assert change.watch.provider == "Cleveland Clinic"
    assert (change.watch.completed_on, change.watch.about) == (date(2026, 10, 31), True)
    assert linked.conversation.dialog is None


def test_a_course_without_a_day_asks_for_it_and_takes_it(linked):
    said = linked.says("where is my credit from cleveland clinic?")
    assert "It depends on when you finished it" in said
    assert "When did you finish it? A month is enough." in said
    said = linked.says("september 3")
    assert "Overdue: Cleveland Clinic should have reported it by about Saturday, October 3" in said
    assert "only the provider can mend it" in said
    assert "File a complaint" in linked.labels


def test_another_course_is_picked_or_told_in_words(linked):
    linked.says("my mayo course from july 22 is not on my transcript")
    linked.presses("Another course")
    assert linked.labels[-1] == "None of these"
    picked = linked.keys[0].label
    said = linked.presses(picked)
    assert picked.rstrip("…")[:20] in said
    linked.presses("Another course")
    linked.presses("None of these")
    assert "Which course is it?" in linked.text
    assert "OpioidX" in linked.says("OpioidX: The Opioid Crisis in America")


def test_a_bare_question_asks_which_course_and_lets_other_questions_through(linked):
    assert "Which course is it?" in linked.says("my credit is missing")
    assert "Ohio" in linked.says("how many ethics hours does ohio want?")
    assert "Cleveland Clinic" in linked.says("cleveland clinic manuscript review, october 30")
    assert "by about Sunday, November 29, 2026" in linked.first_line.replace("until", "by")


def test_what_is_there_already_is_shown_first(linked):
    credit = next(one for one in linked.physician.credits if one.title.startswith("SafetyQuest"))
    said = linked.says("where is my credit for safetyquest")
    assert f"There is one: {credit.title}, 2 h, June 11, 2025." in said
    linked.presses("Yes, that's it")
    assert "it is in the record" in linked.text
    linked.says("where is my credit for safetyquest")
    linked.presses("No, another one")
    assert "SafetyQuest" not in linked.text


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("where is my AAFP credit from june", "AAFP Prescribed credit is never reported"),
        ("my category 2 credit from lakeside is not showing", "AMA PRA Category 2 Credit is never"),
        ("aoa 1-a credit missing", "AOA Category 1-A is never"),
    ],
)
def test_a_type_that_the_hub_never_carries_is_not_waited_for(linked, words, named):
    assert named in linked.says(words)
    assert "Watch for it" not in linked.labels
    assert "Yes, watch for it" not in linked.labels


def test_an_unlisted_course_says_what_it_may_mean(linked):
    said = linked.says("where is my credit from zzyzx polytechnic october 5")
    assert "I find no activity for “zzyzx polytechnic”" in said
    assert "If its provider is not accredited, the credit never comes" in said
    assert linked.labels[0] == "Watch for it"


def test_without_a_link_it_explains_offers_to_connect_and_still_drafts(rivera):
    said = rivera.says("cleveland clinic course from october still not showing")
    assert "not connected to your hub account" in said
    assert rivera.labels[0] == "Connect my hub account"
    assert "Dear CME office" in rivera.presses("Draft the letter")


# ── the letter ──────────────────────────────────────────────────────────────────────────────


def test_the_letter_holds_what_a_provider_needs_and_no_number_of_a_license(linked):
    linked.says("cleveland clinic course from october 30 still not showing")
    said = linked.presses("Draft the letter")
    for needed in (
        'I completed "Cleveland Clinic Journal of Medicine Manuscript Review" on October 30, 2026',
        "Name: Elena Rivera",
        "State of license: Texas and California",
        "License number or NPI: [Texas MD, ends in 001; California MD, ends in 001]",
        "Month and day of birth: [MM/DD]",
        "ABIM board ID: [number]",
        "Activity ID: 789254679",
        "You have my permission to report my participation and credit to PARS and to ABIM.",
    ):
        assert needed in said
    for license_ in linked.physician.licenses:
        assert license_.number not in linked.html
    assert "<pre>Subject:" in linked.html
    assert len(said) < 1500


def test_the_letter_leaves_blanks_for_what_is_not_known(stranger):
    stranger.says("where is my credit from cleveland clinic?")
    said = stranger.presses("Draft the letter")
    assert "on [date]" in said
    assert "Name: [name as on your license]" in said
    assert "License number or NPI: [number]" in said


# ── the watches ─────────────────────────────────────────────────────────────────────────────

MAYO = Watch("Grand Rounds", "Mayo Clinic", "123456789", date(2026, 10, 9), id=4)
DUKE = Watch("Medicine Lectures", "Duke University", None, date(2026, 11, 1), about=True, id=5)


def test_watches_are_listed_and_stopped_by_words_and_by_button(linked):
    assert "I'm not watching for any credit" in linked.says("what are you watching")
    linked.physician = replace(linked.physician, watches=(MAYO, DUKE))
    said = linked.says("/missing")
    assert "Watching 2 credits." in said
    assert "Grand Rounds, October 9, 2026" in said
    assert "Medicine Lectures, November 2026: to be reported by about" in said
    linked.presses("Stop: Grand Rounds")
    assert changes(linked, EndWatch) == [EndWatch(4)]
    linked.says("stop watching the duke one")
    assert changes(linked, EndWatch) == [EndWatch(5)]
    assert "Watching 2 credits" in linked.says("stop watching")
    assert changes(linked, EndWatch) == []


@pytest.mark.parametrize("is_linked", [True, False])
def test_after_thirty_days_the_letter_and_the_complaint_are_offered(linked, is_linked):
    linked.physician = replace(linked.physician, watches=(MAYO,))
    if not is_linked:
        linked.physician = replace(linked.physician, hub=None, linked=False)
    linked.hears_of(OVERDUE, watch=4)
    (news,) = linked.turns[-1].news
    assert news.key == "overdue:4"
    assert "Still not there: Grand Rounds, October 9, 2026" in news.outgoing.html
    assert [row[0].label for row in news.outgoing.keys] == [
        "Draft the letter",
        "File a complaint",
        "Stop watching",
    ]
    linked.hears_of(OVERDUE, watch=99)
    assert linked.turns[-1].news == ()


def test_the_complaint_opens_with_the_course_filled_in(linked):
    linked.physician = replace(linked.physician, watches=(MAYO,))
    linked.hears_of(OVERDUE, watch=4)
    (news,) = linked.turns[-1].news
    linked.presses_data(news.outgoing.keys[1][0].data)
    opened = linked.conversation.dialog
    assert opened.name == "complaint"
    assert opened.answers["kind"] == "missing_credit"
    assert opened.answers["activity"]["title"] == "Grand Rounds"
    assert opened.answers["activity"]["provider"] == "Mayo Clinic"
    linked.presses(linked.labels[0])
    assert "What happened" in linked.text or "happened" in linked.text.lower()


def test_a_button_of_a_watch_that_has_ended_changes_nothing(linked):
    linked.physician = replace(linked.physician, watches=(MAYO,))
    linked.says("/missing")
    keys = linked.keys
    linked.physician = replace(linked.physician, watches=())
    for key in keys:
        linked.presses_data(key.data)
        assert "out of date" in linked.text
        assert linked.turns[-1].changes == ()


# ── the reason ──────────────────────────────────────────────────────────────────────────────

LIVE = Activity(
    "1", "Days", "Lakeside", format="in-person", start_date=TODAY - timedelta(12),
    end_date=TODAY - timedelta(10), credits=(CreditOffer("ama-pra-1", Decimal(2)),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("days", "kind"),
    [(0, "early"), (29, "early"), (30, "early"), (31, "overdue"), (400, "overdue")],
)
def test_thirty_days_are_the_providers(days, kind):
    assert reason(LIVE, TODAY - timedelta(days), None, TODAY).kind == kind


def test_only_types_that_the_hub_carries_are_waited_for():
    only_aafp = replace(LIVE, credits=(CreditOffer("aafp-prescribed", Decimal(1)),))
    both = replace(LIVE, credits=(*LIVE.credits, *only_aafp.credits))
    assert reason(only_aafp, TODAY, None, TODAY).kind == "never"
    assert reason(both, TODAY, None, TODAY).kind == "early"
    assert reason(replace(LIVE, credits=()), TODAY, None, TODAY).kind == "early"


@pytest.mark.parametrize(
    ("activity", "first", "last", "day", "about"),
    [
        (LIVE, None, None, TODAY - timedelta(10), False),
        (LIVE, TODAY - timedelta(20), TODAY, TODAY - timedelta(10), False),
        (LIVE, TODAY - timedelta(90), TODAY - timedelta(60), TODAY - timedelta(60), True),
        (replace(LIVE, format="on-demand"), None, None, None, False),
        (None, TODAY, TODAY, TODAY, False),
        (None, TODAY - timedelta(3), TODAY + timedelta(3), TODAY, True),
        (None, None, None, None, False),
    ],
)
def test_when_a_course_was_finished(activity, first, last, day, about):
    assert completion(activity, first, last, TODAY) == (day, about)


# ── is it the one? ──────────────────────────────────────────────────────────────────────────


def credit(title="Grand Rounds", day=date(2026, 10, 9), activity_id=None, provider="Mayo Clinic"):
    return Credit(
        title, day, Decimal(1), provider=provider, activity_id=activity_id, hub_id="ccid:a:b"
    )


@pytest.mark.parametrize(
    ("watch", "arrived", "found"),
    [
        (MAYO, credit("Another name", activity_id="123456789"), True),
        (MAYO, credit("Another name", date(2026, 3, 1), activity_id="123456789"), None),
        (MAYO, credit("Grand  rounds"), True),
        (MAYO, credit("Grand Rounds", date(2026, 8, 1)), None),
        (MAYO, credit("Pediatric Update"), None),
        (DUKE, credit("Medicine lectures", date(2026, 11, 20)), False),
        (Watch("mayo", completed_on=date(2026, 10, 9)), credit(), False),
        (Watch("mayo", since=date(2026, 10, 20)), credit(), False),
        (Watch("stanford", since=date(2026, 10, 20)), credit(), None),
    ],
)
def test_an_arrival_is_the_one_waited_for(watch, arrived, found):
    hit = missing_match.arrival(watch, [credit("Something else", provider="Elsewhere"), arrived])
    assert (hit and hit[1]) == found
