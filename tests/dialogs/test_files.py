"""Files sent to the chat: what is shown, what is chosen, what is stored, and the way back."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.documents.transcripts.read import read_transcript
from bot.documents.transcripts.reading import Reading, RefusedError
from bot.model import AddCredit, Kind, RemoveCredit
from tests.documents.files import passport, text_pdf, workbook

MINE = """Date,Title,Credits,Credit Type
3/5/2026,Sepsis update,1.5,AMA PRA Category 1
3/6/2026,Opioid prescribing today,2,AMA PRA Category 1
10/12/2026,"Journal reading, internal medicine",2,AMA PRA Category 2
soon,Sleep,1,AMA PRA Category 1
"""

CERTIFICATE = """Certificate of Completion
This certifies that Elena Rivera, MD has participated in the enduring material titled
"Sleep Medicine Basics"
on March 5, 2026
and is awarded 1.25 AMA PRA Category 1 Credits
Provided by Cleveland Clinic"""


def send(chat, name, content):
    """A file and what came of reading it, as the errand tells it."""
    chat.sends(name)
    told = {"file": dict(chat.errands[-1].values)}
    try:
        reading = read_transcript(content, name)
    except RefusedError as refused:
        return chat.hears({**told, "refused": refused.reason, "values": refused.values})
    plain = TypeAdapter(Reading).dump_python(reading, mode="json", exclude_defaults=True)
    return chat.hears({**told, "reading": plain})


def added(chat):
    return [one.credit for one in chat.turns[-1].changes if isinstance(one, AddCredit)]


def test_a_file_is_fetched_after_the_turn_and_shown_before_anything_is_stored(rivera):
    before = rivera.physician
    assert rivera.sends("mine.csv") == ""
    assert rivera.errands[-1].name == "read_file"
    said = send(rivera, "mine.csv", MINE.encode())
    assert rivera.first_line == "2 credit entries to add from mine.csv: 3.5 h."
    assert "Nothing is stored yet." in said
    assert "Already there: 1" in said
    assert "Line 5: the completion date cannot be read" in said
    assert "date from “Date”, title from “Title”" in said
    assert rivera.physician == before


def test_add_these_adds_exactly_what_was_shown_and_undo_takes_exactly_that_back(rivera):
    before = rivera.physician.credits
    send(rivera, "mine.csv", MINE.encode())
    said = rivera.presses("Add these")
    assert [credit.title for credit in added(rivera)] == [
        "Sepsis update",
        "Opioid prescribing today",
    ]
    assert {credit.origin for credit in added(rivera)} == {"transcript"}
    assert added(rivera)[1].topics == ()
    assert "opioid-prescribing" in added(rivera)[1].inferred
    assert "Texas MD, Total: now 45.5 of 48 h" in said
    rivera.presses("Undo")
    assert rivera.physician.credits == before


def test_the_words_on_a_button_do_what_it_does(rivera):
    send(rivera, "mine.csv", MINE.encode())
    rivera.says("add these")
    assert len(added(rivera)) == 2


def test_not_now_stores_nothing_and_the_buttons_are_spent(rivera):
    send(rivera, "mine.csv", MINE.encode())
    add = next(key.data for key in rivera.keys if key.label == "Add these")
    rivera.presses("Not now")
    assert rivera.presses_data(add)
    assert "out of date" in rivera.first_line
    assert added(rivera) == []


def test_a_second_tap_adds_nothing_more(rivera):
    send(rivera, "mine.csv", MINE.encode())
    add = next(key.data for key in rivera.keys if key.label == "Add these")
    rivera.presses_data(add)
    rivera.presses_data(add)
    assert added(rivera) == []


def test_the_same_file_again_has_nothing_new(rivera):
    send(rivera, "passport.pdf", passport())
    rivera.presses("Add these")
    assert "Nothing new" in send(rivera, "passport.pdf", passport())


def test_what_is_doubtful_is_left_out_until_it_is_chosen(rivera):
    twice = b"Date,Title,Credits,Type\n3/5/2026,Sepsis,1,Cat 1\n3/5/2026,Sepsis,1,Cat 1\n"
    assert "it stands twice in the file" in send(rivera, "twice.csv", twice)
    rivera.presses("Add no. 1 too")
    assert "will be added" in rivera.text
    rivera.presses("Add these")
    assert len(added(rivera)) == 2


def test_many_doubts_are_taken_or_left_together(rivera):
    rows = [["Date", "Title", "Credits", "Type"]]
    rows += [["3/5/2026", f"Course {letter * 5}", 1, "Cat 1"] for letter in "abcdef" * 2]
    send(rivera, "twice.xlsx", workbook(rows))
    assert "2 more are doubtful and are left out" in rivera.text
    rivera.presses("Add all doubtful ones")
    assert "Leave all doubtful out" in rivera.labels
    rivera.presses("Add these")
    assert len(added(rivera)) == 12


def test_a_type_that_the_file_does_not_name_can_be_said(rivera):
    said = send(rivera, "bare.csv", b"Date,Title,Credits\n3/5/2026,Sepsis,1\n")
    assert "names no type for 1 entry" in said
    rivera.presses("Change the type")
    rivera.presses("AMA PRA Category 2")
    rivera.presses("Add these")
    assert [credit.type for credit in added(rivera)] == ["ama-pra-2"]


def test_two_files_wait_side_by_side(rivera):
    send(rivera, "one.csv", b"Date,Title,Credits,Type\n3/5/2026,Sepsis,1,Cat 1\n")
    first = next(key.data for key in rivera.keys if key.label == "Add these")
    send(rivera, "two.csv", b"Date,Title,Credits,Type\n3/6/2026,Asthma,1,Cat 1\n")
    rivera.presses("Add these")
    assert [credit.title for credit in added(rivera)] == ["Asthma"]
    rivera.presses_data(first)
    assert [credit.title for credit in added(rivera)] == ["Sepsis"]


def test_a_file_in_the_middle_of_a_form_leaves_the_form_open(rivera):
    rivera.says("log 2 credits yesterday")
    assert "What was it?" in rivera.text
    send(rivera, "mine.csv", MINE.encode())
    rivera.says("Sepsis rounds")
    assert "Add this credit?" in rivera.text


def test_a_single_certificate_is_one_credit_to_confirm_or_correct(rivera):
    said = send(rivera, "certificate.pdf", text_pdf(CERTIFICATE))
    assert rivera.first_line == "One credit in certificate.pdf."
    assert "1.25 h · Sleep Medicine Basics, March 5, 2026 (Cleveland Clinic)" in said
    rivera.presses("Correct it")
    rivera.presses("Amount")
    rivera.says("1")
    rivera.presses("Add it")
    (credit,) = added(rivera)
    assert (credit.title, str(credit.amount), credit.origin) == (
        "Sleep Medicine Basics",
        "1",
        "typed",
    )


def test_the_certificate_itself_can_be_kept_as_proof(rivera):
    send(rivera, "certificate.pdf", text_pdf(CERTIFICATE))
    rivera.presses("Add it")
    rivera.presses("Keep the file as proof")
    errand = rivera.errands[-1]
    assert errand.name == "keep_proof"
    assert errand.values["credit_id"] == rivera.physician.credits[-1].id


def test_a_long_file_is_folded_and_paged(rivera):
    rows = [["Date", "Title", "Credits", "Credit Type"]]
    rows += [
        ["3/5/2026", f"Session {at} of a <long> & winding series", 1, "Cat 1"] for at in range(300)
    ]
    send(rivera, "long.xlsx", workbook(rows))
    assert "300 credit entries" in rivera.first_line
    assert all(len(one.html) <= 4096 for one in rivera.shown)
    rivera.presses("Show all")
    assert "12. 1 h" in rivera.text
    rivera.presses("Next")
    assert "13. 1 h" in rivera.text
    rivera.presses("Back")
    rivera.presses("Add these")
    assert len(added(rivera)) == 300
    rivera.presses("Undo")
    assert sum(isinstance(one, RemoveCredit) for one in rivera.turns[-1].changes) == 300


def test_rows_of_other_people_are_never_added(rivera):
    several = (
        b"First Name,Last Name,Title,Date,Credits,Type\n"
        b"Elena,Rivera,Sepsis,3/5/2026,1,Cat 1\nBo,Roe,Asthma,3/5/2026,1,Cat 1\n"
    )
    send(rivera, "learners.csv", several)
    rivera.presses("Add these")
    assert [credit.title for credit in added(rivera)] == ["Sepsis"]


def test_a_file_of_strangers_is_not_taken(stranger):
    several = (
        b"First Name,Last Name,Title,Date,Credits,Type\n"
        b"Ann,Lee,Sepsis,3/5/2026,1,Cat 1\nBo,Roe,Asthma,3/5/2026,1,Cat 1\n"
    )
    assert "2 people" in send(stranger, "learners.csv", several)
    assert stranger.labels == []


def test_a_picture_gets_a_clear_sentence_and_two_ways_on(rivera):
    said = rivera.sends(None, Kind.PHOTO)
    assert "read pictures" in said
    assert rivera.labels == ["Type a credit in", "Keep it as proof"]
    rivera.presses("Keep it as proof")
    rivera.presses("1")
    assert rivera.errands[-1].name == "keep_proof"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel format"),
        ("empty.csv", b"", "This file is empty."),
        ("fake.pdf", b"Title,Date,Credits\n", "not what they say"),
        ("notes.csv", b"Title,Notes\nA,b\n", "no column for the completion date"),
    ],
)
def test_each_refusal_is_a_clear_sentence_and_the_bot_goes_on(rivera, name, content, words):
    said = send(rivera, name, content)
    assert rivera.first_line == f"I can't read {name}, so nothing was added."
    assert words in said
    assert "Ohio" in rivera.says("opioid hrs ohio")


def test_a_file_larger_than_telegram_gives_is_refused_at_once(rivera):
    assert "too large" in rivera.sends("huge.pdf", size=21_000_000)
    assert rivera.errands == []


def test_a_file_that_telegram_lost_and_a_failure_are_said(rivera):
    rivera.sends("mine.csv")
    told = {"file": dict(rivera.errands[-1].values)}
    assert "no longer has mine.csv" in rivera.hears({**told, "problem": "gone"})
    assert "E-1234" in rivera.hears({"failed": "E-1234"})


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(title=st.text("<>&\"'🙂ab/ {}%", min_size=3, max_size=80))
def test_whatever_stands_in_a_file_never_breaks_the_markup(stranger, title):
    rows = [["Date", "Title", "Credits"], ["3/5/2026", f"T {title}", 1]]
    send(stranger, "odd.xlsx", workbook(rows))
    for shown in stranger.shown:
        assert "<script" not in shown.html
        assert len(shown.html) <= 4096
