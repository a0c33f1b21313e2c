"""A second transcript of the same year adds nothing twice."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.documents.matching import match
from bot.documents.transcripts.reading import Row

ROW = Row(
    title="Opioid Prescribing for the Primary Care Physician",
    provider="Mayo Clinic",
    completed_on=date(2026, 4, 21),
    type="ama-pra-1",
    board=None,
    amount=Decimal("1.5"),
    line=2,
)
CREDIT = ROW.as_credit()


def test_a_row_becomes_a_credit_that_says_where_it_came_from():
    assert (CREDIT.origin, CREDIT.title, CREDIT.amount) == ("transcript", ROW.title, ROW.amount)


def test_an_empty_record_takes_everything():
    rows = (ROW, replace(ROW, title="Ethics", line=3))

    assert match(rows, ()).new == rows


@pytest.mark.parametrize(
    "credit",
    [
        CREDIT,
        replace(CREDIT, title="OPIOID PRESCRIBING for the primary-care physician"),
        replace(CREDIT, title="Opioid Prescribing for the Primary Care Physicians"),
        replace(CREDIT, provider="Mayo", origin="hub", topics=("opioid-prescribing",)),
    ],
    ids=["equal", "case", "an s more", "other provider's spelling"],
)
def test_what_is_there_already_is_not_added(credit):
    preview = match((ROW,), (credit,))

    assert [(p.row, p.credit) for p in preview.present] == [(ROW, credit)]
    assert (preview.new, preview.doubtful) == ((), ())


@pytest.mark.parametrize(
    ("credit", "differs"),
    [
        (replace(CREDIT, completed_on=date(2026, 4, 23)), "other_date"),
        (replace(CREDIT, amount=Decimal(1)), "other_amount"),
        (replace(CREDIT, title="Opioid Prescribing for the Prim"), "other_title"),
        (
            replace(CREDIT, title="Opioid Prescribing: Enduring Material"),
            "other_title",
        ),
    ],
)
def test_what_may_be_there_is_asked(credit, differs):
    preview = match((ROW,), (credit,))

    assert [(d.credit, d.differs) for d in preview.doubtful] == [(credit, differs)]
    assert preview.new == ()


@pytest.mark.parametrize(
    "credit",
    [
        replace(CREDIT, title="Ethics"),
        replace(CREDIT, completed_on=date(2026, 4, 28)),
        replace(CREDIT, completed_on=date(2025, 4, 21)),
        replace(CREDIT, type="moc", board="ABIM"),
        replace(CREDIT, type="aafp-prescribed"),
    ],
    ids=["title", "a week later", "a year before", "points", "another type"],
)
def test_what_is_another_thing_is_new(credit):
    assert match((ROW,), (credit,)).new == (ROW,)


def test_sessions_of_a_series_are_told_apart_by_their_number():
    four, five = (replace(ROW, title=f"Medicine Grand Rounds, Session {n}") for n in (4, 5))

    assert match((five,), (four.as_credit(),)).new == (five,)


def test_activity_ids_decide_where_both_have_one():
    row = replace(ROW, title="ACCME activity 202012345", activity_id="202012345")
    same = replace(CREDIT, activity_id="202012345")
    other = replace(CREDIT, activity_id="999999999")

    assert match((row,), (other, same)).present[0].credit is same


def test_two_equal_rows_and_one_credit_leave_one_to_ask_about():
    preview = match((ROW, replace(ROW, line=3)), (CREDIT,))

    assert [p.row.line for p in preview.present] == [2]
    assert [(d.row.line, d.differs) for d in preview.doubtful] == [(3, "twice_in_file")]


def test_a_row_stated_twice_in_one_file_is_asked_about_once():
    preview = match((ROW, replace(ROW, line=9)), ())

    assert [row.line for row in preview.new] == [2]
    assert [(d.row.line, d.differs) for d in preview.doubtful] == [(9, "twice_in_file")]


def test_a_type_only_assumed_may_be_the_credit_s_own():
    assumed = replace(ROW, assumed=("type",))
    preview = match((assumed,), (replace(CREDIT, type="aafp-prescribed"),))

    assert [d.differs for d in preview.doubtful] == ["other_type"]
