"""Spreadsheets of all kinds: providers' PARS files, people's own lists, several types a row."""

import io
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from openpyxl import Workbook

from bot.documents.transcripts.read import read_transcript
from bot.documents.transcripts.reading import RefusedError
from tests.documents.files import PARS_HEADER, columned_pdf, ruled_pdf, workbook


def csv(*lines):
    return read_transcript("\n".join(lines).encode(), "credits.csv")


def test_a_provider_s_learner_file():
    sheet = workbook(
        [
            ["Row 1 is guidance: do not change the columns"],
            PARS_HEADER,
            ["Add", 202012345, datetime(2022, 4, 21), "Ann", "Lee", "0401", "TX", "A1", 2.5,  # noqa: DTZ001
             "ABIM", "123456", 2.5, "Medical Knowledge", 2.5, "Patient Safety"],
            ["add", "202012346", "2/3/2022", "Bo", "Roe", "0402", "OH", "B2", 1,
             None, None, None, None, None, None],
            ["Delete", "202012347", "2/3/2022", "Bo", "Roe", "0402", "OH", "B2", 1,
             None, None, None, None, None, None],
        ]
    )  # fmt: skip

    reading = read_transcript(sheet, "917_Learner_Excel.xlsx")

    assert reading.kind == "pars_learners"
    assert [
        (row.activity_id, row.learner, row.completed_on, row.type, row.board, row.amount, row.line)
        for row in reading.rows
    ] == [
        ("202012345", "Ann Lee", date(2022, 4, 21), "ama-pra-1", None, Decimal("2.5"), 3),
        ("202012345", "Ann Lee", date(2022, 4, 21), "moc", "ABIM", Decimal("2.5"), 3),
        ("202012346", "Bo Roe", date(2022, 2, 3), "ama-pra-1", None, Decimal(1), 4),
    ]
    assert {row.assumed for row in reading.rows} == {()}
    assert [(unread.line, unread.reason) for unread in reading.unread] == [(5, "withdrawn")]


def test_amounts_headed_by_their_type_are_credits_of_their_own():
    reading = csv(
        "Date,Title,AMA PRA Cat. 1,AOA 1-A,ABIM MOC Points",
        "4/21/2022,Ethics,1.5,2,1.5",
        "4/22/2022,Pain,,0.25,",
    )

    assert [(r.title, r.type, r.board, str(r.amount)) for r in reading.rows] == [
        ("Ethics", "ama-pra-1", None, "1.5"),
        ("Ethics", "aoa-1a", None, "2"),
        ("Ethics", "moc", "ABIM", "1.5"),
        ("Pain", "aoa-1a", None, "0.25"),
    ]
    assert reading.mapping["amount:moc:ABIM"] == "ABIM MOC Points"


def test_a_type_that_the_file_does_not_state_is_marked_as_assumed():
    (row,) = csv("Date,Title,Credits", "4/21/2022,Ethics,1.5").rows

    assert (row.type, row.assumed) == ("ama-pra-1", ("type",))


def test_points_without_a_board_ask_for_it():
    (row,) = csv("Date,Title,MOC Points", "4/21/2022,Ethics,5").rows

    assert (row.type, row.board, row.assumed) == ("moc", None, ("board",))


def test_points_beside_credits_with_the_board_in_its_own_column():
    rows = csv(
        "Date,Title,Category 1 Credits,MOC Points,Certifying Board",
        "4/21/2022,Ethics,2,2,American Board of Pediatrics",
    ).rows

    assert [(row.type, row.board) for row in rows] == [("ama-pra-1", None), ("moc", "ABP")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",Ethics,1,Cat 1", "date_missing"),
        ("soon,Ethics,1,Cat 1", "date_unreadable"),
        ("4/21/2022,,1,Cat 1", "title_missing"),
        ("4/21/2022,Ethics,,Cat 1", "amount_missing"),
        ("4/21/2022,Ethics,0,Cat 1", "amount_missing"),
        ("4/21/2022,Ethics,lots,Cat 1", "amount_unreadable"),
        ("4/21/2022,Ethics,0.3,Cat 1", "amount_not_in_quarters"),
        ("4/21/2022,Ethics,2022,Cat 1", "amount_too_large"),
        ("4/21/2022,Ethics,1,Attendance", "type_unknown"),
        ('4/21/2022,"=HYPERLINK(""http://x"")",1,Cat 1', "formula"),
        ("4/21/2022,@SUM(A1),1,Cat 1", "formula"),
        ("4/21/2022,+cmd|' /C calc'!A0,1,Cat 1", "formula"),
        ("4/21/2022,Ethics,=1+1,Cat 1", "formula"),
    ],
)
def test_each_line_that_cannot_be_read_has_a_reason(line, reason):
    reading = csv("Date,Title,Credits,Type", line, "4/22/2022,Good,1,Cat 1")

    assert [(unread.line, unread.reason) for unread in reading.unread] == [(2, reason)]
    assert [(row.title, row.line) for row in reading.rows] == [("Good", 3)]


def test_points_of_a_board_nobody_knows():
    reading = csv("Date,Title,MOC Points,Board", "4/21/2022,Ethics,5,Board of Stars")

    assert [unread.reason for unread in reading.unread] == ["board_unknown"]


def test_a_list_without_a_header_is_not_taken_for_one():
    with pytest.raises(RefusedError) as refused:
        csv("4/21/2022,Ethics,1.5 AMA PRA Category 1 Credits", "4/22/2022,Pain,1 Cat 1")

    assert refused.value.reason == "no_columns"


def test_activities_not_finished_are_no_credits():
    reading = csv("Date,Title,Credits,Type,Status", "4/21/2022,Ethics,1,Cat 1,In Progress")

    assert [unread.reason for unread in reading.unread] == ["not_completed"]


def test_headings_sums_footers_and_repeated_headers_are_passed_over():
    reading = csv(
        "Transcript of Ann Lee",
        "Printed 5/1/2022",
        "",
        "Date,Title,Category 1 Credits",
        "4/21/2022,Total joint replacement,1",
        "Total,,1",
        "Date,Title,Category 1 Credits",
        "4/22/2022,Sum of all fears,2",
        "Grand total:,,3",
        "End of report,,",
    )

    assert [(r.title, r.line) for r in reading.rows] == [
        ("Total joint replacement", 5),
        ("Sum of all fears", 8),
    ]
    assert reading.unread == ()


def test_lines_are_counted_through_cells_of_several_lines():
    reading = csv("Date,Title,Cat 1", '4/21/2022,"Ethics\nToday",1', "4/22/2022,Pain,1")

    assert [(r.title, r.line) for r in reading.rows] == [("Ethics Today", 2), ("Pain", 4)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_text_in_any_common_encoding(encoding):
    content = "Date,Title,Provider,Cat 1\n4/21/2022,Café médical,Clínica,1\n".encode(encoding)

    (row,) = read_transcript(content, "credits.csv").rows

    assert (row.title, row.provider) == ("Café médical", "Clínica")


def test_saved_values_of_formulas_are_read_and_formulas_without_are_named():
    sheet = workbook(
        [["Date", "Title", "Cat 1"], ["4/21/2022", "Ethics", "=1+1"], ["4/22/2022", "Pain", 2]]
    )

    reading = read_transcript(sheet, "credits.xlsx")

    assert [row.title for row in reading.rows] == ["Pain"]
    assert [(u.text, u.line, u.reason) for u in reading.unread] == [
        ("4/21/2022 | Ethics | =1+1", 2, "formula")
    ]


@pytest.mark.parametrize("title", ["=HYPERLINK(1)", "@SUM(A1)", "+cmd|' /C calc'!A0"])
def test_texts_of_a_workbook_that_would_be_formulas_elsewhere_are_named_too(title):
    sheet = workbook([["Date", "Title", "Cat 1"], ["4/21/2022", title, 1]])

    assert [u.reason for u in read_transcript(sheet, "credits.xlsx").unread] == ["formula"]


def test_days_and_durations_as_spreadsheets_keep_them():
    sheet = workbook(
        [
            ["Title", "Date", "Hours", "Type"],
            ["Ethics", date(2022, 4, 21), time(1, 30), "Cat 1"],
            ["Pain", 44672, 1.5, "Cat 1"],
            ["Turned into a day by Excel", date(2022, 4, 21), date(2022, 1, 4), "Cat 1"],
        ]
    )

    reading = read_transcript(sheet, "credits.xlsx")

    assert [(r.title, r.completed_on, str(r.amount)) for r in reading.rows] == [
        ("Ethics", date(2022, 4, 21), "1.5"),
        ("Pain", date(2022, 4, 21), "1.5"),
    ]
    assert [unread.reason for unread in reading.unread] == ["amount_unreadable"]


def test_the_sheet_with_credits_is_found_among_others():
    sheet = workbook(
        [["Welcome", "to my file"]], [["Date", "Title", "Cat 1"], ["4/21/2022", "Ethics", 1]]
    )

    assert [row.title for row in read_transcript(sheet, "x.xlsx").rows] == ["Ethics"]


COLUMNS = ("Date", "Course Title", "Sponsor", "Credits", "Type")
LISTED = (
    ("4/21/2022", "Opioid update", "Mayo Clinic", "1.5", "AMA PRA Cat. 1"),
    ("5/2/2022", "A title of some more words", "Texas Medical Assoc.", "12.0", "AOA 1-A"),
)
FACTS = [
    ("Opioid update", "Mayo Clinic", "ama-pra-1", Decimal("1.5")),
    ("A title of some more words", "Texas Medical Assoc.", "aoa-1a", Decimal(12)),
]


@pytest.mark.parametrize(
    "content",
    [
        columned_pdf((COLUMNS, *LISTED), (40, 110, 300, 430, 480)),
        ruled_pdf((COLUMNS, *LISTED), (60, 100, 100, 60, 100)),
    ],
    ids=["columns", "strokes"],
)
def test_transcripts_of_other_makers_as_pdf(content):
    reading = read_transcript(content, "transcript.pdf")

    assert reading.kind == "pdf_table"
    assert reading.unread == ()
    assert [(r.title, r.provider, r.type, r.amount) for r in reading.rows] == FACTS


def test_cells_merged_downward_hold_for_every_row_they_cover():
    book = Workbook()
    sheet = book.active
    for row in (
        ["Completion Date", "Activity", "Credits", "Type"],
        [date(2026, 3, 5), "Morning", 1, "Cat 1"],
        [None, "Afternoon", 2, "Cat 1"],
        [date(2026, 3, 6), "Next day", 1, "Cat 1"],
    ):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    out = io.BytesIO()
    book.save(out)

    reading = read_transcript(out.getvalue(), "mine.xlsx")

    assert [(row.title, row.completed_on.day) for row in reading.rows] == [
        ("Morning", 5),
        ("Afternoon", 5),
        ("Next day", 6),
    ]


def test_an_average_below_the_table_is_no_credit():
    reading = csv("Title,Date,Credits", "Ethics,4/21/2022,1.5", "Average,,1.5")
    assert len(reading.rows) == 1
    assert reading.unread == ()
