"""Single certificates and plain lists in PDF."""

from datetime import date
from decimal import Decimal

import pytest

from bot.documents.transcripts.read import read_transcript
from bot.documents.transcripts.reading import RefusedError
from tests.documents.files import text_pdf

MAYO = """Certificate of Participation
Mayo Clinic College of Medicine and Science
certifies that
Ann Lee, MD
has participated in the enduring material titled
Opioid Prescribing for the Primary Care Physician
on April 21, 2022
and is awarded 1.5 AMA PRA Category 1 Credits™.
Mayo Clinic College of Medicine and Science is accredited by the ACCME."""

CLAIMED = """CERTIFICATE OF CREDIT
This certifies that Ann Lee, MD has successfully completed the live activity
"Update in Ethics 2025" on 03/15/2025.
Harvard Medical School designates this live activity for a maximum of
12.00 AMA PRA Category 1 Credits™.
Physicians should claim only the credit commensurate with participation.
Credits claimed: 10.5 AMA PRA Category 1 Credit(s)™
Provided by Harvard Medical School"""

OSTEOPATHIC = """Ann Lee, DO has attended
Activity: Pain in Primary Care
Date: 10/2/2024
Sponsor: Texas Osteopathic Medical Association
Awarded 2 AOA Category 1-A credits"""


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            MAYO,
            (
                "Opioid Prescribing for the Primary Care Physician",
                "Mayo Clinic College of Medicine and Science",
                date(2022, 4, 21),
                "ama-pra-1",
                Decimal("1.5"),
            ),
        ),
        (
            CLAIMED,
            (
                "Update in Ethics 2025",
                "Harvard Medical School",
                date(2025, 3, 15),
                "ama-pra-1",
                Decimal("10.5"),
            ),
        ),
        (
            OSTEOPATHIC,
            (
                "Pain in Primary Care",
                "Texas Osteopathic Medical Association",
                date(2024, 10, 2),
                "aoa-1a",
                Decimal(2),
            ),
        ),
    ],
    ids=["sentences", "claimed, not the maximum", "labels"],
)
def test_a_certificate(text, facts):
    reading = read_transcript(text_pdf(text), "certificate.pdf")

    assert reading.kind == "certificate"
    (row,) = reading.rows
    assert (row.title, row.provider, row.completed_on, row.type, row.amount) == facts


def test_a_plain_list():
    text = """My credits
    4/21/2022 Opioid update 1.5 AMA PRA Category 1 Credits
    Ethics in practice, May 2, 2022, 2 hours
    Printed 6/1/2022"""

    reading = read_transcript(text_pdf(text), "list.pdf")

    assert [(r.title, r.completed_on, str(r.amount), r.assumed) for r in reading.rows] == [
        ("Opioid update", date(2022, 4, 21), "1.5", ()),
        ("Ethics in practice", date(2022, 5, 2), "2", ("type",)),
    ]


def test_a_letter_is_no_transcript():
    with pytest.raises(RefusedError) as refused:
        read_transcript(text_pdf("Dear Dr. Lee,\nyour license renews on 4/21/2026."), "letter.pdf")

    assert refused.value.reason == "no_credits"


def test_the_word_activity_does_not_bleed_into_the_title():
    content = text_pdf(
        """CERTIFICATE OF ATTENDANCE
        Stanford University School of Medicine
        certifies that
        Ann Lee, MD
        has participated in the live activity
        Advances in Perioperative Medicine 2026
        held on March 5, 2026
        and is awarded 6.25 AMA PRA Category 1 Credit(s)™"""
    )
    (row,) = read_transcript(content, "certificate.pdf").rows
    assert row.title == "Advances in Perioperative Medicine 2026"
