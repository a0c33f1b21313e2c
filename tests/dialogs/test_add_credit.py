"""Credits typed in: what is read, what is asked, what is doubted, and what they do at once."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.model import AddCredit, RemoveCredit


def added(chat):
    return [one.credit for one in chat.turns[-1].changes if isinstance(one, AddCredit)]


@pytest.mark.parametrize(
    ("text", "title", "amount", "day", "credit_type", "provider", "topics"),
    [
        (
            "log 2 hrs ethics yesterday from Mayo",
            "Ethics", "2", date(2026, 11, 22), "ama-pra-1", "Mayo", ("ethics",),
        ),
        (
            "add 1.5 cat 1 grand rounds today",
            "Grand rounds", "1.5", date(2026, 11, 23), "ama-pra-1", None, (),
        ),
        (
            "i did 3 credits of opioid training last tuesday",
            "Opioid training", "3", date(2026, 11, 17), "ama-pra-1", None, ("opioid-prescribing",),
        ),
        (
            "log 15 min journal club yesterday",
            "Journal club", "0.25", date(2026, 11, 22), "ama-pra-1", None, (),
        ),
    ],
)  # fmt: skip
def test_a_sentence_is_one_card_and_one_tap(  # noqa: PLR0917 - the columns of the table above
    rivera, text, title, amount, day, credit_type, provider, topics
):
    said = rivera.says(text)
    assert rivera.first_line == "Add this credit?"
    assert "self-entered" in said
    assert added(rivera) == []
    rivera.presses("Add it")
    (credit,) = added(rivera)
    assert (credit.title, credit.amount, credit.completed_on) == (title, Decimal(amount), day)
    assert (credit.type, credit.provider, credit.topics) == (credit_type, provider, topics)
    assert credit.origin == "typed"


def test_its_effect_is_said_at_once_and_can_be_taken_back(rivera):
    before = rivera.physician.credits
    rivera.says("log 2 hrs ethics yesterday from Mayo")
    said = rivera.presses("Add it")
    assert "Texas MD, Medical ethics or professional responsibility: now 2 of 2 h" in said
    assert "self-entered" in rivera.first_line
    rivera.presses("Undo")
    assert [type(one) for one in rivera.turns[-1].changes] == [RemoveCredit]
    assert rivera.physician.credits == before


def test_only_what_is_missing_is_asked(rivera):
    assert "What was it?" in rivera.says("/addcredit")
    assert "How many credits?" in rivera.says("Sepsis update")
    assert "When did you complete it?" in rivera.says("1/4")
    rivera.says("yesterday")
    assert rivera.first_line == "Add this credit?"
    rivera.says("yes")
    assert (added(rivera)[0].title, added(rivera)[0].amount) == ("Sepsis update", Decimal("0.25"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("log 0.3 credits ethics today", "Credits come in quarters"),
        ("log 900 credits ethics today", "No single activity gives that many"),
    ],
)
def test_what_cannot_be_is_asked_again_with_the_reason(rivera, text, words):
    assert words in rivera.says(text)
    rivera.says("0.25")
    assert rivera.first_line == "Add this credit?"


def test_a_day_to_come_is_no_completion(rivera):
    rivera.says("log 2 credits of ethics")
    assert "still to come" in rivera.says("12/24/2026")


def test_a_month_is_no_day_and_none_is_made_up(rivera):
    rivera.says("took 2 credits of sepsis training")
    assert "Which day was it?" in rivera.says("in june")
    assert "Friday, June 5, 2026" in rivera.says("5 jun 2026")


def test_forty_hours_on_one_day_are_doubted(rivera):
    rivera.says("log 40 h yesterday")
    assert "40 on one day is a lot" in rivera.says("board review course")


def test_a_type_that_was_not_said_is_taken_openly_and_can_be_changed(rivera):
    assert "you named no type" in rivera.says("log 2 h sepsis yesterday")
    rivera.presses("Type")
    assert "you named no type" not in rivera.presses("AOA Category 1-A")
    rivera.presses("Add it")
    assert added(rivera)[0].type == "aoa-1a"


def test_words_at_the_card_correct_it(rivera):
    rivera.says("log 3 h sepsis yesterday")
    assert "2 credits, AMA" in rivera.says("no, it was 2 hours")
    rivera.says("no")
    assert "Nothing was stored" in rivera.text


def test_one_already_on_record_is_recognized(rivera):
    known = next(
        one for one in rivera.physician.credits if one.origin == "hub" and one.type != "moc"
    )
    said = rivera.says(
        f'log {known.amount} credits "{known.title}" on {known.completed_on:%m/%d/%Y}'
    )
    assert rivera.first_line == "That looks like one you already have."
    assert "reported by the provider" in said
    rivera.presses("It's the same one")
    assert added(rivera) == []


def test_an_activity_of_the_catalog_gives_amount_type_and_topics(rivera, sources):
    activity = next(
        one
        for hit in sources.catalog.search(_all()).hits
        for one in [hit.activity]
        if one.topics and one.credits and one.credits[0].amount and len(one.title.split()) > 3
    )
    said = rivera.says(f'log "{activity.title}" yesterday')
    assert "From the catalog" in said
    rivera.presses("Add it")
    (credit,) = added(rivera)
    assert credit.activity_id == activity.id
    assert set(activity.topics) <= set(credit.topics)
    assert credit.amount == activity.credits[0].amount


def _all():
    from bot.model import Search

    return Search(date(2026, 11, 23), topics=("opioid-prescribing",), history=True, limit=50)


def test_a_typed_credit_is_changed_in_place_and_a_reported_one_is_not(rivera):
    typed = next(one for one in rivera.physician.credits if one.origin == "typed")
    rivera.says("edit the journal credit")
    rivera.presses("Change")
    rivera.presses("Amount")
    rivera.says("1.5")
    rivera.presses("Save it")
    (credit,) = added(rivera)
    assert credit == replace(typed, amount=Decimal("1.5"), inferred=credit.inferred)


@pytest.mark.parametrize("words", ["show my credits", "list my credits", "/credits list"])
def test_the_list_keeps_verified_and_self_entered_apart(rivera, words):
    said = rivera.says(words)
    assert "36 h verified, 18 h not verified, 23 points" in rivera.first_line
    assert "self-entered" in said


def test_a_credit_is_deleted_by_words_and_comes_back(rivera):
    before = rivera.physician.credits
    assert "Deleted: Journal reading" in rivera.says("delete the journal one")
    assert len(rivera.physician.credits) == len(before) - 1
    rivera.presses("Undo")
    assert {one.title for one in rivera.physician.credits} == {one.title for one in before}


def test_a_reported_credit_cannot_be_deleted_and_it_is_said_kindly(rivera):
    rivera.says("show my credits")
    rivera.presses("2")
    assert "Delete" not in rivera.labels
    said = rivera.says("delete the antibiotic one")
    assert "reported by the provider, so I can't delete it" in said
    assert rivera.turns[-1].changes == ()


def test_what_is_not_found_changes_nothing(rivera):
    assert "nothing was changed" in rivera.says("delete the xylophone credit")
    assert rivera.turns[-1].changes == ()


def test_a_complaint_begins_under_a_credit_with_what_is_known(rivera):
    rivera.says("show my credits")
    rivera.presses("3")
    title = rivera.first_line
    rivera.presses("Problem with this activity")
    rivera.presses("Start")
    assert rivera.conversation.dialog.name == "complaint"
    assert rivera.conversation.dialog.answers["activity"]["title"] in title
