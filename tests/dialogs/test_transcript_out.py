"""What goes out: transcripts by period, license and board, calendars, the pace, all of the data."""

import csv
import io
from datetime import date

import pytest
from icalendar import Calendar
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader


def sent(chat):
    (attached,) = [one.attachment for one in chat.shown if one.attachment]
    return attached


def test_a_period_of_two_years_is_both_years_whole(rivera):
    said = rivera.says("send my transcript 2025-2026 pdf")
    assert "January 1, 2025 to December 31, 2026" in said
    text = PdfReader(io.BytesIO(sent(rivera).content)).pages[0].extract_text()
    assert "Elena Rivera" in text
    assert "Jan 1, 2025" in text


def test_a_license_s_transcript_is_of_its_cycle(rivera):
    assert "March 1, 2025 to February 28, 2027" in rivera.says("csv of my credits for texas")
    rows = list(csv.DictReader(io.StringIO(sent(rivera).content.decode("utf-8-sig"))))
    days = [date.fromisoformat(row["Completion Date"]) for row in rows]
    assert len(rows) == 17
    assert min(days) >= date(2025, 3, 1)


def test_a_board_s_transcript_has_no_other_board_s_points(rivera):
    rivera.says("excel of my credits for ABIM")
    book = load_workbook(io.BytesIO(sent(rivera).content))
    boards = {row[5].value for row in book["Credits"].iter_rows(min_row=2)}
    assert boards <= {"ABIM", None, ""}


@pytest.mark.behaviour(38)
def test_verified_and_self_entered_have_sums_of_their_own(rivera):
    said = rivera.says("/transcript")
    assert "Verified: 36 reported by providers." in said
    assert "Not verified: 18 self-entered or from a file." in said
    rivera.presses("PDF")
    text = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(sent(rivera).content)).pages
    )
    assert "verified" in text
    assert "not verified" in text


@pytest.mark.behaviour(38)
def test_a_credit_typed_in_is_called_self_entered_wherever_it_shows(rivera):
    rivera.says("log 2 hrs ethics yesterday from Mayo")
    rivera.presses("Add it")
    assert "self-entered" in rivera.first_line
    assert "2 h · Ethics (Mayo), November 22, 2026 · self-entered" in rivera.says("show my credits")
    rivera.says("csv of my credits for texas")
    assert "Self-entered" in sent(rivera).content.decode("utf-8-sig")
    assert "typed in" in rivera.says("am i on track in texas?")


@pytest.mark.parametrize("words", ["calendar of my deadlines", "/transcript calendar"])
def test_deadlines_go_into_a_calendar(rivera, words):
    assert "Texas MD: Sunday, February 28, 2027" in rivera.says(words)
    events = Calendar.from_ical(sent(rivera).content).walk("VEVENT")
    assert date(2027, 2, 28) in [event["dtstart"].dt for event in events]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("my pace", "Texas MD"),
        ("texas credits over time", "Texas MD"),
        ("/chart california", "California MD"),
        ("show me a graph of my california credits", "California MD"),
    ],
)
def test_the_pace_is_a_picture_with_the_same_figures_in_words(rivera, words, name):
    said = rivera.says(words)
    assert rivera.first_line.startswith(f"{name}: ")
    assert "even pace" in said
    picture = Image.open(io.BytesIO(sent(rivera).content))
    assert picture.size[0] == 1000
    assert len(rivera.shown[0].html) <= 1024


@pytest.mark.parametrize(
    "words", ["chart", "transcript", "calendar of my deadlines", "csv of my credits"]
)
def test_a_stranger_gets_a_plain_sentence(stranger, words):
    assert stranger.says(words)
    assert "<b>" in stranger.shown[0].html


def test_who_already_has_it_names_each_board_and_what_only_the_physician_has(rivera):
    said = rivera.says("who already has my credits")
    assert "Boards can see 15 entries" in said
    assert "California MD: named as taking the hub's record" in said
    assert "Texas MD: can look your reported credits up" in said
    assert "3 entries only you have" in said


@pytest.mark.behaviour(59)
@pytest.mark.parametrize(
    "words", ["/export", "export my data", "download everything you have on me"]
)
def test_everything_is_asked_for_as_a_file_and_not_kept_after_sending(rivera, words):
    assert "Gathering everything" in rivera.says(words)
    assert rivera.errands[-1].name == "export_data"
    rivera.hears({"files": [{"id": 5, "name": "my-cme-data.zip"}]})
    assert sent(rivera).kept == 5
    assert rivera.errands[-1].name == "drop_export"


@pytest.mark.behaviour(59)
def test_the_privacy_notice_offers_the_file(rivera):
    rivera.says("/privacy")
    assert "Get my data as a file" in rivera.labels
    rivera.presses("Get my data as a file")
    assert rivera.errands[-1].name == "export_data"
