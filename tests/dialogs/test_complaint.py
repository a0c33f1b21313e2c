"""The complaint, from the first word to the receipt, in every kind and on every way through it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogs.complaint_kinds import KINDS, kind_in
from bot.model import FileComplaint, Incoming, IncomingFile, Kind

STORY = "The speaker showed one company's product for 40 minutes"


def begun(chat, words="/complaint"):
    chat.says(words)
    chat.presses("Start")
    chat.presses("Ask me questions")
    return chat


def filed(chat):
    return [change for change in chat.turns[-1].changes if isinstance(change, FileComplaint)]


def at_the_check_page(chat):
    begun(chat)
    chat.presses("Promotion")
    chat.says("Webinar on Statins")
    chat.says("Acme Heart Institute")
    chat.presses("ACCME")
    chat.presses("Live, once")
    chat.says("about March 12")
    chat.says(STORY)
    chat.presses("Done")
    chat.presses("Skip")
    chat.presses("No")
    chat.presses("Skip")
    chat.presses("No")
    chat.presses("Yes")
    chat.says("Elena Rivera")
    chat.says("elena@example.org")
    chat.presses("Skip")
    assert chat.first_line == "Please check your complaint before it goes."
    return chat


def sends(chat, message_id, text, kind=Kind.TEXT):
    """A message with the number that Telegram gave it."""
    return chat._turn(Incoming(len(chat.turns) + 1, 1, kind, chat.now, text, message_id=message_id))


def sends_file(chat, name, size=1000, kind=Kind.FILE):
    file = IncomingFile(f"id-{name}-{len(chat.turns)}", f"u-{name}", name, None, size)
    return chat._turn(Incoming(len(chat.turns) + 1, 1, kind, chat.now, message_id=99, file=file))


# ── the beginning ───────────────────────────────────────────────────────────────────────────


def test_the_first_message_says_what_it_is_and_repeats_what_was_read(rivera):
    said = rivera.says("i want to complain about a course that was a sales pitch")
    assert rivera.first_line.startswith("I can take that. It needs about five minutes")
    assert "leave out patient details" in said
    assert "not end-to-end encrypted" in said
    assert "I noted: promotion, commercial bias." in said
    assert rivera.labels == ["Start", "What happens next?", "Not now"]


def test_what_happens_next_is_told_and_the_step_stays(rivera):
    rivera.says("/complaint")
    assert "nothing is sent before you tap Send complaint" in rivera.says("what happens next?")
    rivera.presses("Start")
    assert "How would you like to tell it?" in rivera.first_line


@pytest.mark.parametrize("said", ["Not now", "not now", "later"])
def test_not_now_keeps_and_sends_nothing(rivera, said):
    rivera.says("/complaint")
    rivera.says(said)
    assert "not now" in rivera.first_line
    assert rivera.conversation.dialog is None
    assert rivera.conversation.aside == {}


def test_in_ones_own_words_the_fields_are_proposed(rivera):
    rivera.says("/complaint")
    rivera.presses("Start")
    rivera.presses("In my own words")
    rivera.says("On March 12, 2026 the talk was one long advertising for a statin.")
    rivera.presses("Done")
    assert "I have: Promotion, commercial bias" in rivera.text
    rivera.says("yes")
    rivera.says("Webinar on Statins")
    rivera.says("Acme Heart Institute")
    rivera.presses("Not sure")
    rivera.presses("Not sure")
    assert "I have: about March 12, 2026" in rivera.text
    rivera.presses("That's right")
    assert "What would put it right?" in rivera.text


def test_what_is_known_of_an_activity_is_not_asked_again(rivera, sources):
    found = sources.catalog.get("247246362")
    rivera.presses_data("complaint:about:0:247246362")
    rivera.presses("Start")
    rivera.presses("Ask me questions")
    rivera.presses("Promotion")
    assert "Which accreditor" in rivera.text
    known = rivera.conversation.dialog.answers["activity"]
    assert (known["title"], known["provider"]) == (found.title, found.provider)


def test_a_credit_brings_provider_and_date(rivera):
    begun(rivera)
    rivera.presses("Promotion")
    newest = sorted(rivera.physician.credits, key=lambda one: one.completed_on)[-2]
    rivera.says("2")
    assert rivera.conversation.dialog.answers["activity"]["provider"] == newest.provider
    assert "Which accreditor" in rivera.text
    rivera.presses("ACCME")
    rivera.presses("Online")
    assert f"I have: {newest.completed_on:%B} {newest.completed_on.day}, 2026" in rivera.text


# ── kinds and routes ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("instructor was plugging his own book", "promotion"),
        ("half the course was advertising", "promotion"),
        ("the speaker was pushing his own device", "promotion"),
        ("showed one company's product for 40 minutes", "promotion"),
        ("my credit is missing in the passport", "missing_credit"),
        ("speaker hid his conflict of interest", "conflicts"),
        ("they charged me twice and give no refund", "certificate_fee"),
        ("a speaker harassed a colleague", "conduct"),
        ("that provider is not accredited", "false_claim"),
        ("this bot told me something wrong", "bot"),
        ("the slides were outdated", "content"),
        ("hello there", None),
    ],
)
def test_a_story_gives_its_kind_away(text, kind):
    assert kind_in(text) == kind


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
@pytest.mark.parametrize("types", [True, False], ids=["typed", "pressed"])
def test_every_kind_leads_to_the_check_page_and_is_sent(rivera, sources, kind, types):
    begun(rivera)
    label = sources.texts.label(f"complaint.kind.option.{kind.id}", {})
    rivera.says(kind.words[0]) if types else rivera.presses(label)
    for _ in range(20):
        if "Send complaint" in rivera.labels:
            break
        if "Go on" in rivera.labels:
            rivera.presses("Go on")
        elif "What happened?" in rivera.text or "Done" in rivera.labels:
            rivera.presses("Done") if "Done" in rivera.labels else rivera.says(STORY)
        elif "Skip" in rivera.labels:
            rivera.says("skip") if types else rivera.presses("Skip")
        elif "Not sure" in rivera.labels:
            rivera.says("not sure") if types else rivera.presses("Not sure")
        elif "That's right" in rivera.labels:
            rivera.presses("That's right")
        else:
            rivera.says("no") if types else rivera.presses("No")
    rivera.presses("Send complaint")
    assert filed(rivera)[0].answers["kind"] == kind.id
    assert filed(rivera)[0].answers["what"] == STORY


def test_a_missing_credit_goes_to_the_provider_first_with_a_letter(rivera):
    begun(rivera)
    rivera.presses("Credit missing")
    assert "The provider can fix that fastest" in rivera.first_line
    rivera.presses("Draft the letter")
    assert "Please report it to ACCME" in rivera.text
    rivera.presses("That is enough")
    assert "I stop here" in rivera.first_line
    assert filed(rivera) == []


def test_conduct_names_other_bodies_and_a_person(rivera):
    begun(rivera)
    rivera.presses("Conduct")
    assert "911" in rivera.text
    assert "help@example.org" in rivera.text
    assert "Go on" in rivera.labels


def test_a_state_society_is_named_with_its_doubt(rivera):
    begun(rivera)
    rivera.presses("Content")
    rivera.says("Grand Rounds")
    rivera.says("Some Hospital")
    rivera.says("state society")
    said = rivera.says("ohio")
    assert "Ohio State Medical Association" in said
    assert "the activity's accreditation statement decides" in said


def test_a_society_is_known_by_its_name(rivera):
    begun(rivera)
    rivera.presses("Content")
    rivera.says("Grand Rounds")
    rivera.says("Some Hospital")
    assert "Which state's society?" in rivera.says("Texas Medical Association")


def test_older_than_twelve_months_is_said_and_not_blocked(rivera):
    begun(rivera)
    rivera.presses("Promotion")
    rivera.says("Some Webinar")
    rivera.says("Some Hospital")
    rivera.presses("Not sure")
    rivera.says("live event")
    said = rivera.says("june 2024")
    assert "Noted: June 2024. That is more than twelve months ago" in said
    assert "What happened?" in said


# ── one question a message, back, change ────────────────────────────────────────────────────


@pytest.mark.behaviour(7)
def test_every_question_after_the_first_has_back_and_keeps_with_one_tap(rivera):
    begun(rivera)
    rivera.presses("Promotion")
    rivera.says("Webinar on Statins")
    assert "Back" in rivera.labels
    rivera.presses("Back")
    assert "Which activity?" in rivera.text
    assert "So far: Webinar on Statins" in rivera.text
    rivera.presses("Keep it")
    assert "Who provided it?" in rivera.text
    rivera.says("back")
    rivera.says("back")
    assert "So far: Promotion, commercial bias" in rivera.text


@pytest.mark.behaviour(55)
def test_each_message_asks_one_question_and_says_why(rivera, sources):
    begun(rivera)
    for answer in ("Promotion", "Webinar", "Acme", "not sure", "not sure", "not sure", STORY):
        field = rivera.conversation.dialog
        assert rivera.html.count("</b>") <= 2
        assert field.name == "complaint"
        rivera.says(answer)
    for field in ("kind", "activity", "when", "what", "remedy", "evidence", "name", "contact"):
        assert len(sources.texts.html(f"complaint.{field}.why", {"accme": True})) > 15
    assert not re.search(r"\b\d+ of \d+\b", rivera.text)


@pytest.mark.behaviour(57)
def test_the_check_page_lists_all_and_change_returns_straight_to_it(rivera):
    at_the_check_page(rivera)
    page = rivera.text
    assert "Remedy: not provided" in page
    assert "When: about March 12, 2026" in page
    for label in [label for label in rivera.labels if label.startswith("Change: ")]:
        rivera.presses(label)
        assert "Please check" not in rivera.first_line
        rivera.presses("Back")
        assert rivera.text == page
    rivera.presses("Change: Remedy")
    rivera.says("A correction to all who took part.")
    assert rivera.text == page.replace(
        "Remedy: not provided", "Remedy: A correction to all who took part."
    )
    assert not any(
        isinstance(change, FileComplaint) for turn in rivera.turns for change in turn.changes
    )


def test_a_changed_kind_asks_what_now_matters_and_comes_back(rivera):
    at_the_check_page(rivera)
    rivera.presses("Change: Kind")
    rivera.presses("Conduct")
    assert "Others can act on conduct faster" in rivera.first_line
    rivera.presses("Go on")
    assert rivera.first_line == "Please check your complaint before it goes."
    assert "Accreditor" not in rivera.text
    rivera.presses("Send complaint")
    assert "accreditor" not in filed(rivera)[0].answers


# ── the receipt ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.behaviour(58)
def test_the_receipt_has_number_time_and_next_step(rivera):
    at_the_check_page(rivera)
    rivera.presses("Send complaint")
    complaint = filed(rivera)[0]
    assert re.fullmatch(r"C-\w{4}-\w{2}", complaint.number)
    assert complaint.number in rivera.text
    assert "Monday, November 23, 2026" in rivera.text
    assert "We will have read it by Thursday, December 3, 2026" in rivera.text
    assert [key.copy for key in rivera.keys if key.copy] == [complaint.number]
    assert complaint.answers["what"] == STORY
    assert complaint.answers["when"] == {"first": "2026-03-12", "last": "2026-03-12", "about": True}
    assert rivera.conversation.dialog is None


def test_a_double_tap_sends_once(rivera):
    at_the_check_page(rivera)
    send = next(key.data for key in rivera.keys if key.label == "Send complaint")
    rivera.presses_data(send)
    assert len(filed(rivera)) == 1
    rivera.presses_data(send)
    assert filed(rivera) == []
    assert "out of date" in rivera.first_line


# ── leaving, keeping, going on ──────────────────────────────────────────────────────────────


@pytest.mark.behaviour(6)
@pytest.mark.parametrize("words", ["/cancel", "never mind", "stop", "forget it"])
def test_leaving_with_little_said_asks_nothing(rivera, words):
    begun(rivera)
    rivera.presses("Promotion")
    rivera.says(words)
    assert rivera.conversation.dialog is None


@pytest.mark.behaviour(6)
@pytest.mark.parametrize("words", ["/cancel", "never mind", "stop", "forget it"])
def test_leaving_with_much_said_offers_to_keep_it(rivera, words):
    at_the_check_page(rivera)
    rivera.says(words)
    assert "Keep your complaint for later?" in rivera.first_line
    rivera.says(words)
    assert rivera.conversation.dialog is None
    assert "complaint" in rivera.conversation.aside
    rivera.says("/complaint")
    assert "Webinar on Statins" in rivera.text


def test_erased_is_erased(rivera):
    at_the_check_page(rivera)
    rivera.says("/cancel")
    rivera.presses("Erase")
    assert rivera.conversation.dialog is None
    assert rivera.conversation.aside == {}


@pytest.mark.behaviour(56)
def test_a_draft_waits_for_weeks_and_says_what_is_done_and_open(rivera):
    begun(rivera)
    rivera.presses("Promotion")
    rivera.says("Webinar on Statins")
    rivera.says("add my ohio license, expires 10/1/27")
    rivera.now += timedelta(days=14)
    said = rivera.says("/complaint")
    assert "Your complaint is as you left it." in rivera.first_line
    assert "Done: Kind, Activity, Provider." in said
    assert "Open: Accreditor, Kind of activity, When, What happened" in said


@pytest.mark.behaviour(56)
def test_another_form_in_between_loses_nothing(rivera):
    begun(rivera)
    rivera.presses("Promotion")
    rivera.says("Webinar on Statins")
    rivera.says("/licenses")
    rivera.presses("Add")
    assert rivera.conversation.dialog.name == "licenses"
    rivera.says("/cancel")
    rivera.says("/complaint")
    assert "Done: Kind, Activity." in rivera.text


# ── questions in the middle, edits, evidence ────────────────────────────────────────────────


@pytest.mark.behaviour(30)
def test_an_answer_and_a_question_in_one_message_are_both_taken(rivera):
    begun(rivera)
    rivera.presses("Promotion")
    rivera.says("Some Webinar")
    rivera.says("Acme")
    rivera.presses("Not sure")
    rivera.presses("Not sure")
    said = rivera.says(
        "it was the March webinar, i think the 12th or so. wait, how many ethics hours do i"
        " still need in texas"
    )
    assert "ethics" in rivera.first_line.lower() or "Texas" in rivera.first_line
    assert "Noted: about March 12, 2026." in said
    assert "What happened?" in said


@pytest.mark.behaviour(30)
def test_a_question_alone_is_answered_and_the_step_asked_again(rivera):
    begun(rivera)
    rivera.presses("Promotion")
    rivera.says("Some Webinar")
    rivera.says("Acme")
    before = dict(rivera.conversation.dialog.answers)
    said = rivera.says("when is my texas license due?")
    assert "Sunday, February 28, 2027" in said
    assert "Back to your complaint" in said
    assert "Which accreditor" in said
    assert rivera.conversation.dialog.answers == before
    rivera.presses("ACCME")
    assert "Was it live" in rivera.text


def test_a_story_keeps_its_rhetorical_questions(rivera):
    begun(rivera)
    rivera.presses("This bot")
    told = "They sold a drug. How can this be accredited education? Who allows that?"
    rivera.says(told)
    assert rivera.conversation.dialog.answers["what"] == [[None, told]]
    rivera.says("How can that be?")
    assert len(rivera.conversation.dialog.answers["what"]) == 2


def test_an_edited_message_changes_its_answer_and_nothing_else(rivera):
    begun(rivera)
    rivera.presses("This bot")
    sends(rivera, 501, "First par.")
    sends(rivera, 502, "Second part.")
    sends(rivera, 501, "First part.", Kind.EDITED)
    assert "Changed after your edit: What happened." in rivera.text
    rivera.presses("Done")
    assert rivera.conversation.dialog.answers["what"] == [
        [501, "First part."],
        [502, "Second part."],
    ]
    sends(rivera, 777, "never heard of", Kind.EDITED)
    assert rivera.shown == []


@pytest.mark.parametrize(
    ("name", "size", "kept"),
    [
        ("slides.pdf", 1000, True),
        ("shot.PNG", 20_000_000, True),
        ("slides.pdf", 21 * 1024 * 1024, False),
        ("empty.pdf", 0, False),
        ("run.exe", 1000, False),
        ("slides.pdf.exe", 1000, False),
    ],
)
def test_only_small_pictures_and_pdfs_are_taken(rivera, name, size, kept):
    begun(rivera)
    rivera.presses("This bot")
    rivera.says(STORY)
    rivera.presses("Done")
    rivera.presses("Skip")
    sends_file(rivera, name, size)
    assert (f"Checking “{name}”" in rivera.first_line) is kept
    assert ("smaller than 20 MB" in rivera.text) is not kept
    assert bool(rivera.conversation.dialog.answers.get("evidence")) is kept


def test_the_eleventh_file_gets_a_sentence(rivera):
    begun(rivera)
    rivera.presses("This bot")
    rivera.says(STORY)
    rivera.presses("Done")
    rivera.presses("Skip")
    for number in range(12):
        sends_file(rivera, f"{number}.pdf")
    assert "Ten files are the most" in rivera.first_line
    assert len(rivera.conversation.dialog.answers["evidence"]) == 10
    rivera.presses("Done")
    rivera.presses("Skip")
    assert "Evidence: 0.pdf, 1.pdf" in rivera.text


def test_a_voice_note_in_the_middle_loses_nothing(rivera):
    begun(rivera)
    rivera.presses("This bot")
    rivera.says("", Kind.VOICE)
    assert "can't listen" in rivera.first_line
    assert "What happened?" in rivera.text


def test_a_number_of_failures_never_sounds_twice_the_same(rivera):
    begun(rivera)
    rivera.presses("Promotion")
    rivera.says("Some Webinar")
    rivera.says("Acme")
    rivera.presses("Not sure")
    rivera.presses("Not sure")
    said = [rivera.says(text) for text in ("zzz qqq", "xxx yyy", "vvv www")]
    assert said[0] != said[1] != said[2]


def test_the_store_of_answers_holds_no_form_notes_in_what_is_sent(rivera):
    at_the_check_page(rivera)
    rivera.presses("Send complaint")
    assert not any(key.startswith("_") for key in filed(rivera)[0].answers)
    assert {"consent", "style", "route"}.isdisjoint(filed(rivera)[0].answers)


def test_a_form_of_an_older_version_goes_on_with_what_still_fits(rivera):
    at_the_check_page(rivera)
    opened = rivera.conversation.dialog
    older = {**opened.answers, "gone": "x"}
    rivera.conversation = replace(
        rivera.conversation, dialog=replace(opened, version=0, answers=older)
    )
    rivera.says("/complaint")
    assert "Webinar on Statins" in rivera.text
    assert "gone" not in rivera.text


# ── the rest of the chat goes on working ────────────────────────────────────────────────────


@pytest.mark.behaviour(2)
@pytest.mark.parametrize("command", ["/start", "/help", "/settings", "/privacy", "/credits"])
def test_a_command_in_the_middle_answers_and_the_step_stays(rivera, command):
    begun(rivera)
    rivera.presses("Promotion")
    rivera.says("Some Webinar")
    before = rivera.conversation.dialog.answers
    rivera.says(command)
    assert "Who provided it?" not in rivera.first_line
    assert "Who provided it?" in rivera.text
    assert rivera.conversation.dialog.answers == before
    assert "Which accreditor" in rivera.says("Acme Heart Institute")


@pytest.mark.behaviour(29)
@pytest.mark.parametrize("label", ["Start", "What happens next?", "Not now"])
def test_typing_a_forms_button_does_what_pressing_does(rivera, label):
    rivera.says("/complaint")
    rivera.presses(label)
    pressed = rivera.text
    rivera.says("/cancel")
    rivera.says("/complaint")
    assert rivera.says(label.upper()) == pressed


@pytest.mark.behaviour(56)
def test_starting_over_keeps_the_draft(rivera):
    at_the_check_page(rivera)
    rivera.presses_data("start:over:0")
    assert rivera.conversation.dialog is None
    rivera.says("/complaint")
    assert "Webinar on Statins" in rivera.text


@pytest.mark.behaviour(10)
def test_a_button_of_an_earlier_step_changes_nothing(rivera):
    begun(rivera)
    old = next(key.data for key in rivera.keys if key.label.startswith("Promotion"))
    rivera.presses_data(old)
    before = rivera.conversation.dialog
    rivera.presses_data(old)
    assert rivera.conversation.dialog == before
    assert rivera.notices == ["That step is done; here is the open one."]
    assert "Which activity?" in rivera.text
