"""Sixty ways of heading the same columns, and the ways of writing a day, an amount and a type."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.documents.transcripts.amounts import amount_of
from bot.documents.transcripts.credit_names import CreditName, credit_named, type_name
from bot.documents.transcripts.days import day_of
from bot.documents.transcripts.entries import entries_in
from bot.documents.transcripts.read import read_transcript

CATEGORY_1 = "AMA PRA Category 1 Credit(s)™"

# Header => cells; every one of them is Ethics Today of Mayo Clinic on April 21, 2022 for 1.5 of
# Category 1.
HEADERS = Path(__file__).with_name("headers.txt").read_text(encoding="utf-8").splitlines()


def test_there_are_at_least_sixty_headers():
    assert len(set(HEADERS)) >= 60


@pytest.mark.parametrize("case", HEADERS)
def test_a_table_is_read_whatever_its_columns_are_called(case):
    plain = case.replace("\\n", "\n").replace("\\t", "\t")
    header, cells = (part.strip(" ") for part in plain.split(" => "))
    delimiter = max(";\t|,", key=header.count)
    text = io.StringIO()
    lines = (line.split(delimiter) for line in (header, cells))
    csv.writer(text, delimiter=delimiter).writerows(lines)

    reading = read_transcript(text.getvalue().encode(), "credits.csv")

    assert reading.unread == ()
    (row,) = reading.rows
    assert (row.title, row.completed_on) == ("Ethics Today", date(2022, 4, 21))
    assert (row.type, row.board, row.amount) == ("ama-pra-1", None, Decimal("1.5"))
    assert row.provider == ("Mayo Clinic" if "Mayo Clinic" in cells else None)
    assert row.assumed == ()


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0.25", "0.25"),
        (".5", "0.5"),
        ("1/4", "0.25"),
        ("3/4", "0.75"),
        ("1 1/2", "1.5"),
        ("1½", "1.5"),
        ("15 min", "0.25"),
        ("1h30", "1.5"),
        ("1.5*", "1.5"),
        ("12 (twelve)", "12"),
        ("twelve", "12"),
        ("45min", "0.75"),
        ("90 minutes", "1.5"),
        ("3,5", "3.5"),
        ("0,25", "0.25"),
        ("2.00", "2"),
        ("2 hrs", "2"),
        ("2.5h", "2.5"),
        ("1 hr 15 min", "1.25"),
        ("1h 30m", "1.5"),
        ("1:30", "1.5"),
        ("1 hour and 45 minutes", "1.75"),
        ("half an hour", "0.5"),
        ("two", "2"),
        ("1.0 Credit(s)", "1"),
        ("7 pts", "7"),
        ("0", "0"),
    ],
)
def test_amounts(text, amount):
    assert amount_of(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "amount_missing"),
        ("n/a", "amount_missing"),
        ("some", "amount_unreadable"),
        ("-2", "amount_unreadable"),
        ("1/0", "amount_unreadable"),
        ("$25", "amount_unreadable"),
        ("0.33", "amount_not_in_quarters"),
        ("20 min", "amount_not_in_quarters"),
        ("1,500", "amount_too_large"),
        ("202012345", "amount_too_large"),
    ],
)
def test_what_is_no_amount_is_named_not_guessed(text, reason):
    assert amount_of(text) == reason


@pytest.mark.parametrize(
    "value",
    [
        "4/21/2022",
        "04/21/22",
        "4-21-2022",
        "2022-04-21",
        "2022/04/21",
        "20220421",
        "21.04.2022",
        "21/4/2022",
        "April 21, 2022",
        "Apr. 21st, 2022",
        "21 Apr 2022",
        "21-Apr-22",
        "21st of April 2022",
        "Thursday, April 21, 2022",
        "Thu, Apr 21 2022",
        "2022-04-21T23:30:00Z",
        "4/21/2022 10:30 PM",
        "4/19/2022 - 4/21/2022",
        "April 19-21, 2022",
        "Mar 30 - Apr 21, 2022",
        "44672.0",
        44672,
        44672.5,
        date(2022, 4, 21),
        datetime(2022, 4, 21, 23, 59),  # noqa: DTZ001 - spreadsheets know no zones
    ],
)
def test_days(value):
    assert day_of(value) == date(2022, 4, 21)


@pytest.mark.parametrize("text", ["soon", "2/30/2022", "13/45/2022", "2022", "1.5", "", "4/21"])
def test_what_is_no_day(text):
    assert day_of(text) is None


def test_a_column_that_can_only_be_day_first_is_read_so():
    content = b"Date;Title;Cat 1\n21/04/2022;Ethics;1\n05/04/2022;Pain;1\n"

    rows = read_transcript(content, "credits.csv").rows

    assert [row.completed_on for row in rows] == [date(2022, 4, 21), date(2022, 4, 5)]


@pytest.mark.parametrize(
    ("text", "credit_type", "board"),
    [
        (CATEGORY_1, "ama-pra-1", None),
        ("AMA PRA Category 1 Credits™", "ama-pra-1", None),
        ("Cat. 1", "ama-pra-1", None),
        ("CAT I", "ama-pra-1", None),
        ("Category 2", "ama-pra-2", None),
        ("AAFP Prescribed", "aafp-prescribed", None),
        ("Elective", "aafp-elective", None),
        ("AOA 1-A", "aoa-1a", None),
        ("AOA Category I-A", "aoa-1a", None),
        ("Category 1 (AOA)", "aoa-1a", None),
        ("AOA 2B", "aoa-2b", None),
        ("ABIM MOC points", "moc", "ABIM"),
        ("ABO Points", "moc", "ABO"),
        ("ABPath CC", "moc", "ABPATH"),
        ("American Board of Pediatrics MOC Part 2", "moc", "ABP"),
        ("AMA PRA Category 1 Credit and ABIM MOC", "ama-pra-1", None),
        ("IPCE", "ipce", None),
        ("ANCC contact hours", "ancc", None),
    ],
)
def test_credit_types(text, credit_type, board):
    assert credit_named(text) == CreditName(credit_type, board)


@pytest.mark.parametrize("text", ["General Attendance", "Non-Physician", "", "1.5", "Boston"])
def test_what_is_no_credit_type(text):
    assert credit_named(text) is None


@pytest.mark.parametrize(
    "credit_type",
    ["ama-pra-1", "ama-pra-2", "aafp-prescribed", "aafp-elective", "aoa-1a", "aoa-1b", "aoa-2a",
     "aoa-2b", "moc", "ipce", "ancc", "acpe", "aapa-1", "acog-cognate", "rcpsc"],
)  # fmt: skip
def test_every_type_is_read_back_from_its_own_name(credit_type):
    assert credit_named(type_name(credit_type)) == CreditName(credit_type)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "7 AMA PRA Category 1 Credits™ 7 ABO Points 7 Lifelong Learning",
            ["7 ama-pra-1", "7 moc"],
        ),
        ("1.5 AMA PRA Category\n1 Credits™", ["1.5 ama-pra-1"]),
        ("10 ABIM Points 10 Medical Knowledge 5 Patient Safety", ["10 moc"]),
        ("3 ABS Points 3 Accredited CME 3 Self-Assessment", ["3 moc"]),
        ("4 ABP Points 4 Lifelong Learning (Part 2) 2 ABA Points", ["4 moc", "2 moc"]),
        ("2 AOA 1-A; 2 AMA PRA Category 1 Credit(s)", ["2 aoa-1a", "2 ama-pra-1"]),
        ("Category 1: 2.5", ["2.5 ama-pra-1"]),
    ],
)
def test_several_credits_in_one_cell(text, expected):
    found = [f"{entry.amount} {entry.name.type}" for entry in entries_in(text) if entry.name]

    assert found == expected


@pytest.mark.parametrize("denied", ["Non-Category 1", "non-CME", "Not accredited", "Non-AMA"])
def test_a_type_that_is_denied_is_not_named(denied):
    assert credit_named(denied) is None


def test_a_text_that_a_spreadsheet_would_run_is_left_out():
    reading = read_transcript(
        b"Title,Date,Credits\n-2+3+cmd|' /C calc'!A0,4/21/2022,1\nEthics Today,4/21/2022,1\n",
        "credits.csv",
    )
    assert [row.title for row in reading.rows] == ["Ethics Today"]
    assert [(part.line, part.reason) for part in reading.unread] == [(2, "formula")]
