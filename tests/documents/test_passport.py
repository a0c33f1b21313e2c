"""CME Passport's transcript, however its generator sets the cells."""

from datetime import date
from decimal import Decimal

import pytest

from bot.documents.transcripts.read import read_transcript
from bot.documents.transcripts.reading import Limits
from tests.documents.files import BOLD, VAN_GOGH, Look, passport

OPIOIDS = (
    "Opioid Analgesics: Risk Evaluation and Mitigation Strategy Update for Ophthalmic Surgeons"
)
WESTERN = "Western Regional Medical Center"
READ = [
    ("Testing out CME Passport", WESTERN, date(2022, 4, 21), "ama-pra-1", None, Decimal(7)),
    ("Testing out CME Passport", WESTERN, date(2022, 4, 21), "moc", "ABO", Decimal(7)),
    (
        "Testing 5013 via Excel",
        "AAA Test Organization",
        date(2022, 2, 16),
        "moc",
        "ABO",
        Decimal(5),
    ),
    (OPIOIDS, WESTERN, date(2021, 12, 2), "ama-pra-1", None, Decimal("1.5")),
]
NARROW = (62.0, 140.0, 110.0)
LOOKS = {
    "plain": Look(),
    "ruled": Look(grid=True),
    "underlined": Look(lines=True),
    "centered": Look(valign="MIDDLE"),
    "at the foot": Look(valign="BOTTOM"),
    "centered and underlined": Look(valign="MIDDLE", lines=True),
    "bold titles": Look(title_style=BOLD, grid=True),
    "narrow": Look(widths=NARROW),
    "narrow and centered": Look(widths=NARROW, valign="MIDDLE"),
    "header once": Look(repeat=0),
}


def read(content, limits=Limits()):  # noqa: B008 - a frozen value
    return read_transcript(content, "transcript.pdf", limits)


def facts(reading):
    return [
        (row.title, row.provider, row.completed_on, row.type, row.board, row.amount)
        for row in reading.rows
    ]


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_wrapped_titles_providers_and_points_without_credits(look):
    reading = read(passport(look=look))

    assert reading.kind == "cme_passport"
    assert reading.unread == ()
    assert facts(reading) == READ


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_many_pages(look):
    entries = [
        (f"{1 + n % 12}/{1 + n % 28}/2025", f"{title} {n}", provider, earned)
        for n in range(12)
        for _, title, provider, earned in VAN_GOGH
    ]

    reading = read(passport(entries, look))

    assert len(reading.rows) == 12 * len(READ)
    assert {row.title for row in reading.rows} == {title for _, title, _, _ in entries}
    assert {row.provider for row in reading.rows} == {WESTERN, "AAA Test Organization"}


def test_medical_education_and_points_of_one_completion_in_rows_of_their_own():
    apart = [
        ("4/21/2022", "Ethics", WESTERN, ("2 AMA PRA Category 1 Credits™",)),
        ("4/21/2022", "Ethics", WESTERN, ("2 ABIM Points", "2 Medical Knowledge")),
    ]

    rows = read(passport(apart)).rows

    assert [(row.type, row.board, row.amount) for row in rows] == [
        ("ama-pra-1", None, Decimal(2)),
        ("moc", "ABIM", Decimal(2)),
    ]


def test_a_provider_that_takes_two_lines():
    provider = "Accreditation Council for Graduate Medical Education"
    entries = [("4/21/2022", "Annual Conference", provider, VAN_GOGH[0][3])]

    rows = read(passport(entries, Look(widths=NARROW))).rows

    assert {(row.title, row.provider) for row in rows} == {("Annual Conference", provider)}


def test_what_cannot_be_read_is_listed_with_its_line():
    odd = [
        *VAN_GOGH[:1],
        ("4/20/2022", "A talk", WESTERN, ("2 Gold Stars",)),
        ("4/19/2022", "Another talk", WESTERN, ("Pending",)),
        ("4/18/2022", "A third talk", WESTERN, ("0.3 AMA PRA Category 1 Credits™",)),
    ]

    reading = read(passport(odd))

    assert facts(reading) == READ[:2]
    assert [(u.reason, "talk" in u.text) for u in reading.unread] == [
        ("type_unknown", True),
        ("amount_missing", True),
        ("amount_not_in_quarters", True),
    ]
    assert [u.line for u in reading.unread] == sorted({u.line for u in reading.unread})


def test_a_day_that_is_still_to_come_is_not_believed():
    limits = Limits(latest=date(2022, 1, 1))

    reading = read(passport(), limits)

    assert [row.title for row in reading.rows] == [OPIOIDS]
    assert {unread.reason for unread in reading.unread} == {"date_in_future"}


def test_an_empty_transcript_is_read_as_one():
    reading = read(passport(()))

    assert (reading.kind, reading.rows, reading.unread) == ("cme_passport", (), ())
