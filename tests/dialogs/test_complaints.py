"""After a complaint was sent: where it stands, adding, withdrawing, and what is told unasked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogs.complaint_number import complaint_number
from bot.model import (
    AddToComplaint,
    Complaint,
    DropErrand,
    DropFile,
    FileComplaint,
    Incoming,
    IncomingFile,
    Kind,
    RateComplaint,
    RunErrand,
    WithdrawComplaint,
)
from tests.dialogs.test_complaint import STORY, at_the_check_page, begun

FIRST = "C-7K3F-97"
TOLD = {"kind": "promotion", "activity": {"title": "Webinar on Statins"}, "share_accme": "yes"}


def complaint(chat, number=FIRST, status="sent", days=3, **more):
    at = chat.now - timedelta(days=days)
    route = more.pop("route", "hub")
    kept = Complaint(number, at, status, at, more.pop("answers", TOLD), route, **more)
    chat.physician = replace(chat.physician, complaints=(*chat.physician.complaints, kept))


def changes(chat, kind):
    return [change for change in chat.turns[-1].changes if isinstance(change, kind)]


def sends_file(chat, name="slides.pdf"):
    number = 5000 + len(chat.turns)
    file = IncomingFile(f"id{number}", f"u{number}", name, None, 1000)
    chat._turn(Incoming(number, 1, Kind.FILE, chat.now, message_id=number, file=file))
    return chat.sent_out("fetch_evidence")[0]


def kept(chat, errand, number, name="slides.pdf"):
    known = {
        "kept": number,
        "name": name,
        "mime": "application/pdf",
        "size": 900,
        "sha256": "a" * 64,
    }
    return chat.hears_of(errand, token=errand.values["token"], **known)


# ── where they stand ────────────────────────────────────────────────────────────────────────


def test_without_any_it_says_so_and_offers_a_new_one(rivera):
    rivera.says("/complaints")
    assert rivera.first_line == "You have sent no complaint yet."
    rivera.presses("New complaint")
    assert "I can take that" in rivera.first_line


@pytest.mark.behaviour(58)
def test_one_is_shown_at_once_with_what_can_be_done(rivera):
    complaint(rivera, status="in_review", message="A notice went out.")
    said = rivera.says("/complaints")
    assert rivera.first_line == "C-7K3F-97: being read since Friday, November 20, 2026."
    assert "A notice went out." in said
    assert rivera.labels == ["Add more", "Withdraw", "Copy number", "Get a copy (PDF)"]


def test_several_are_listed_with_status_and_dates(rivera):
    complaint(rivera)
    complaint(rivera, "C-1111-11", "closed", 40)
    said = rivera.says("/complaints")
    assert rivera.first_line == "2 complaints, 1 open."
    assert "C-1111-11" in said
    assert "closed, October 14, 2026" in said
    rivera.presses("C-1111-11")
    assert "It was fair" in rivera.labels
    rivera.presses("All complaints")
    assert rivera.first_line == "2 complaints, 1 open."


@pytest.mark.parametrize(
    "text",
    [
        "status of my complaint",
        "what happened to my complaint",
        "where is my complaint?",
        "any news on my complaint",
        "C-7K3F-97",
        "status of my complaint C-7K3F-97",
        "my complaint",
    ],
)
def test_asked_in_free_words(rivera, text):
    complaint(rivera)
    rivera.says(text)
    assert "C-7K3F-97: received by ACCME's central database" in rivera.first_line, text


def test_a_number_that_is_not_ones_own_tells_nothing(rivera):
    complaint(rivera)
    stranger = complaint_number(9, rivera.now, 1)
    assert f"I know no complaint {stranger} of yours" in rivera.says(
        f"status of my complaint {stranger}"
    )
    assert "There is a slip in “C-7K3F-9D”" in rivera.says("status of my complaint C-7K3F-9D")
    rivera.presses_data("complaints:show:0:C-2222-22")
    assert "out of date" in rivera.first_line


def test_the_way_of_telling_a_story_is_not_taken_for_a_question(rivera):
    complaint(rivera)
    begun(rivera)
    rivera.presses("This bot")
    rivera.says("I asked for the status of my case and you told me nonsense about Texas for days.")
    assert rivera.conversation.dialog.answers["what"]


def test_the_status_is_told_in_the_middle_of_the_form(rivera):
    complaint(rivera)
    begun(rivera)
    rivera.presses("Promotion")
    said = rivera.says("status of my complaint")
    assert "C-7K3F-97: received" in said
    assert "Which activity?" in said


# ── adding and withdrawing ──────────────────────────────────────────────────────────────────


def test_words_and_a_file_are_added(rivera):
    complaint(rivera)
    rivera.says("/complaints")
    rivera.presses("Add more")
    assert "What would you add to C-7K3F-97?" in rivera.first_line
    rivera.says("He handed out samples.")
    rivera.presses("Done")
    kept(rivera, sends_file(rivera), 7)
    rivera.presses("Done")
    assert "Please check your addition" in rivera.first_line
    rivera.presses("Send addition")
    [added] = changes(rivera, AddToComplaint)
    assert (added.number, added.text, added.files) == (FIRST, "He handed out samples.", (7,))
    assert [one.key for one in rivera.sent_out("send_complaint")] == ["complaint:C-7K3F-97"]
    assert changes(rivera, DropErrand)


def test_nothing_added_is_said(rivera):
    complaint(rivera)
    rivera.says("add more to my complaint")
    rivera.says("skip")
    rivera.says("skip")
    assert rivera.first_line.startswith("Nothing was added.")
    assert rivera.conversation.dialog is None


@pytest.mark.parametrize("words", ["withdraw my complaint", "take back my complaint", "button"])
def test_withdrawing_takes_two_taps(rivera, words):
    complaint(rivera)
    if words == "button":
        rivera.says("/complaints")
        rivera.presses("Withdraw")
    else:
        rivera.says(words)
    assert "Withdraw C-7K3F-97?" in rivera.first_line
    assert not changes(rivera, WithdrawComplaint)
    assert [key.danger for key in rivera.keys] == [False, True]
    rivera.presses("Withdraw it")
    assert [one.number for one in changes(rivera, WithdrawComplaint)] == [FIRST]
    assert rivera.sent_out("send_complaint")
    rivera.presses_data("complaints:withdrawn:0:C-7K3F-97")
    assert not changes(rivera, WithdrawComplaint), "a second tap changes nothing"


def test_was_it_fair_is_asked_once(rivera):
    complaint(rivera, status="closed", message="Corrected.")
    rivera.says("/complaints")
    rivera.presses("Not fair")
    assert changes(rivera, RateComplaint) == [RateComplaint(FIRST, "no")]
    rivera.says("/complaints")
    assert "Not fair" not in rivera.labels


# ── the same activity again ─────────────────────────────────────────────────────────────────


def test_the_same_activity_within_ninety_days_is_offered_as_an_addition(rivera):
    complaint(rivera)
    begun(rivera)
    rivera.presses("Promotion")
    rivera.says("webinar on statins")
    assert "You have an open complaint about that activity: C-7K3F-97" in rivera.first_line
    rivera.says("add to it")
    assert rivera.conversation.dialog.name == "complaints"
    assert "What would you add to C-7K3F-97?" in rivera.text


def test_what_was_told_already_goes_along(rivera):
    complaint(rivera)
    rivera.says("/complaint")
    rivera.presses("Start")
    rivera.presses("In my own words")
    rivera.says(STORY)
    rivera.presses("Done")
    rivera.presses("Promotion")
    rivera.says("Webinar on Statins")
    rivera.presses("Add to it")
    assert "something to show" in rivera.text
    rivera.presses("Skip")
    assert STORY in rivera.text
    rivera.presses("Send addition")
    assert changes(rivera, AddToComplaint)[0].text == STORY


@pytest.mark.parametrize(("status", "days"), [("closed", 3), ("withdrawn", 3), ("sent", 91)])
def test_an_old_or_ended_one_is_not_offered(rivera, status, days):
    complaint(rivera, status=status, days=days)
    begun(rivera)
    rivera.presses("Promotion")
    rivera.says("Webinar on Statins")
    assert "Who provided it?" in rivera.text


def test_a_new_one_may_be_wanted_all_the_same(rivera):
    complaint(rivera)
    begun(rivera)
    rivera.presses("Promotion")
    rivera.says("Webinar on Statins")
    rivera.presses("A new complaint")
    assert "Who provided it?" in rivera.text


# ── evidence ────────────────────────────────────────────────────────────────────────────────


def at_evidence(chat):
    begun(chat)
    chat.presses("This bot")
    chat.says(STORY)
    chat.presses("Done")
    chat.presses("Skip")
    return chat


def test_a_file_is_fetched_at_once_and_its_end_is_told(rivera):
    at_evidence(rivera)
    errand = sends_file(rivera)
    assert "Checking “slides.pdf”." in rivera.first_line
    assert errand.values["file_id"]
    kept(rivera, errand, 3)
    assert "“slides.pdf” is kept, 1 of at most 10." in rivera.first_line
    assert rivera.labels == ["Remove: slides.pdf", "Done", "Back"]
    rivera.presses("Remove: slides.pdf")
    assert changes(rivera, DropFile) == [DropFile(3)]
    assert "something to show" in rivera.text


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("too_large", "smaller than 20 MB"),
        ("empty", "it is empty"),
        ("unknown_type", "not truly a PDF, JPG or PNG"),
        ("locked", "locked with a password"),
        ("active", "carries a program"),
        ("two_in_one", "second kind of file"),
        ("damaged", "can't be opened"),
        ("too_complex", "too large to check"),
        ("gone", "send it once more"),
    ],
)
def test_a_refused_file_gets_its_sentence_and_is_not_kept(rivera, reason, words):
    at_evidence(rivera)
    errand = sends_file(rivera)
    said = rivera.hears_of(errand, token=errand.values["token"], problem=reason)
    assert words in said
    assert not rivera.conversation.dialog.answers.get("evidence")
    rivera.presses("Skip")
    assert "How can you be reached?" in rivera.text


def test_nothing_is_sent_while_a_file_is_on_its_way(rivera):
    at_evidence(rivera)
    errand = sends_file(rivera)
    rivera.presses("Done")
    rivera.presses("Skip")
    rivera.presses("Send complaint")
    assert not changes(rivera, FileComplaint)
    assert "I am still checking “slides.pdf”" in rivera.text
    kept(rivera, errand, 4)
    assert "is kept" in rivera.first_line
    rivera.presses("Send complaint")
    [sent] = changes(rivera, FileComplaint)
    assert [piece["kept"] for piece in sent.answers["evidence"]] == [4]


def test_a_file_refused_after_the_step_leaves_it_empty(rivera):
    at_evidence(rivera)
    errand = sends_file(rivera)
    rivera.presses("Done")
    said = rivera.hears_of(errand, token=errand.values["token"], problem="damaged")
    assert "I did not keep “slides.pdf”" in said
    rivera.says("skip")
    assert "Evidence: not provided" in rivera.text


def test_a_file_for_a_draft_that_is_gone_is_not_kept(rivera):
    at_evidence(rivera)
    errand = sends_file(rivera)
    rivera.says("/cancel")
    if rivera.conversation.dialog is not None:
        rivera.presses("Erase")
    kept(rivera, errand, 5)
    assert changes(rivera, DropFile) == [DropFile(5)]
    assert rivera.shown == []


def test_the_same_file_twice_counts_once(rivera):
    at_evidence(rivera)
    kept(rivera, sends_file(rivera), 6)
    said = kept(rivera, sends_file(rivera, "again.pdf"), 6)
    assert "I have “again.pdf” already" in said
    assert len(rivera.conversation.dialog.answers["evidence"]) == 1


def test_erasing_the_draft_erases_its_files(rivera):
    at_evidence(rivera)
    kept(rivera, sends_file(rivera), 8)
    rivera.presses("Done")
    rivera.presses("Skip")
    rivera.presses("Erase")
    assert changes(rivera, DropFile) == [DropFile(8)]


# ── drafts ──────────────────────────────────────────────────────────────────────────────────


def waiting(chat):
    return [one for one in chat.errands if one.name == "wait"][-1]


@pytest.mark.behaviour(56)
def test_a_draft_is_nudged_about_once_and_erased_after_thirty_days(rivera):
    begun(rivera)
    rivera.presses("Promotion")
    errand = waiting(rivera)
    assert errand.due_at == rivera.now + timedelta(days=1)
    rivera.now += timedelta(days=1)
    rivera.hears_of(errand, **errand.values)
    [news] = rivera.turns[-1].news
    assert "Your complaint is still open" in news.outgoing.html
    assert "Wednesday, December 23, 2026" in news.outgoing.html
    erasing = waiting(rivera)
    assert erasing.due_at == errand.due_at + timedelta(days=29)
    rivera.presses_data(news.outgoing.keys[0][0].data)
    assert "Your complaint is as you left it." in rivera.first_line
    later = waiting(rivera)
    rivera.now += timedelta(days=1)
    rivera.hears_of(later, **later.values)
    assert rivera.turns[-1].news[0].key == news.key, "the same key: it is told only once"
    last = waiting(rivera)
    rivera.now += timedelta(days=29)
    rivera.hears_of(last, **last.values)
    assert rivera.conversation.dialog is None
    assert rivera.conversation.aside == {}


def test_a_draft_that_went_on_is_left_alone(rivera):
    begun(rivera)
    errand = waiting(rivera)
    rivera.now += timedelta(hours=3)
    rivera.presses("Promotion")
    rivera.hears_of(errand, **errand.values)
    assert rivera.turns[-1].news == ()
    assert rivera.conversation.dialog is not None


def test_the_consent_promises_what_is_kept(rivera):
    assert "A draft is kept for 30 days" in rivera.says("/complaint")


def test_a_sent_draft_waits_for_nothing(rivera):
    at_the_check_page(rivera)
    rivera.presses("Send complaint")
    assert changes(rivera, DropErrand) == [DropErrand("draft:complaint:1")]
    names = [one.name for one in changes(rivera, RunErrand)]
    assert names == ["send_complaint", "note_complaint"]


def test_the_nudge_can_erase_the_draft(rivera):
    begun(rivera)
    errand = waiting(rivera)
    rivera.now += timedelta(days=1)
    rivera.hears_of(errand, **errand.values)
    erase = rivera.turns[-1].news[0].outgoing.keys[0][1]
    rivera.presses_data(erase.data)
    assert rivera.first_line.startswith("Erased.")
    assert rivera.conversation.dialog is None


# ── the buttons under things ────────────────────────────────────────────────────────────────


def test_a_credit_brings_all_that_is_known_of_it(rivera):
    credit = replace(rivera.physician.credits[0], id=77)
    rivera.physician = replace(rivera.physician, credits=(credit,))
    rivera.presses_data("complaint:credit:0:77")
    known = rivera.conversation.dialog.answers["activity"]
    assert (known["title"], known["day"]) == (credit.title, credit.completed_on.isoformat())


def test_the_letter_has_what_is_known(rivera):
    credit = replace(rivera.physician.credits[0], id=77)
    rivera.physician = replace(rivera.physician, credits=(credit,))
    rivera.presses_data("complaint:credit:0:77")
    rivera.presses("Start")
    rivera.presses("Ask me questions")
    rivera.presses("Credit missing")
    rivera.presses("Draft the letter")
    assert credit.title in rivera.text
    assert "[title]" not in rivera.text


def test_whoever_tells_it_at_once_loses_nothing(rivera):
    rivera.says("/complaint")
    rivera.presses("Start")
    said = rivera.says("They charged me twice and nobody answers my e-mails.")
    assert "Saved." in said
    rivera.presses("Done")
    assert "I have: Certificate, fee or refund" in rivera.text


# ── back, from everywhere ───────────────────────────────────────────────────────────────────

WAY = (
    *("Promotion", "Webinar on Statins", "Acme Heart Institute", "ACCME", "live", "March 12"),
    *(STORY, "done", "a correction", "no", "skip", "no", "yes", "Elena Rivera"),
    *("elena@example.org", "skip"),
)


@pytest.mark.behaviour(7)
@pytest.mark.parametrize("back", ["Back", "back"], ids=["pressed", "typed"])
def test_back_and_keep_lead_to_the_same_question_from_everywhere(rivera, back):
    begun(rivera)
    for words in WAY:
        rivera.says(words)
        if rivera.first_line.startswith(("Saved.", "Please check")):
            continue
        kept = {key: value for key, value in _answers(rivera).items() if key[0] != "_"}
        asked = rivera.text.rsplit("\n", 1)[-1]
        rivera.presses("Back") if back == "Back" else rivera.says(back)
        assert rivera.text != asked
        keep = next(label for label in ("Keep it", "Done", "Skip") if label in rivera.labels)
        rivera.presses(keep)
        assert asked in rivera.text
        assert {key: value for key, value in _answers(rivera).items() if key[0] != "_"} == kept
    assert rivera.first_line == "Please check your complaint before it goes."


def _answers(chat):
    return chat.conversation.dialog.answers
