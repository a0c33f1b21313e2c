"""Which credits count, which are left out and why, and doubles of one completion."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest

from bot.model import Credit, License, Profile, State
from bot.rules.ledger import read_credits
from bot.rules.standing import standing

TODAY = date(2026, 11, 23)
DAY = date(2026, 3, 1)


def hour(amount="1", title="Update in medicine", day=DAY, **more):
    return Credit(title, day, Decimal(amount), **more)


def judge(rules, board, record, facts=None, **held):
    held = {"expires": date(2027, 3, 31), "issued": date(2010, 1, 1), **held}
    kind = rules.boards[board].license_types[0]
    return standing(
        License(board, kind, **held),
        Profile(facts=facts or {}),
        record,
        rules.boards[board],
        rules.topics,
        TODAY,
    )


def rule(found, name):
    return next(item for item in found.rules if item.id == name)


def reasons(found, name="total"):
    return sorted((item.reason, item.amount) for item in rule(found, name).left_out)


@pytest.mark.behaviour(37)
def test_every_credit_left_out_has_its_reason(rules):
    record = [
        hour("4", "Before the period", date(2025, 3, 20)),
        hour("2", "Reading", type="ama-pra-2"),
        hour("10", "Points", type="moc", board="ABIM"),
        hour("18", "Running an office", topics=("practice-management",)),
        hour("2", "Copied", activity_id="900000001"),
        hour("2", "Copied", origin="typed", activity_id="900000001"),
    ]
    assert reasons(judge(rules, "us-ca-md", record)) == [
        ("cap_reached", 3),
        ("duplicate", 2),
        ("outside_period", 4),
        ("wrong_type", 2),
        ("wrong_type", 10),
    ]


@pytest.mark.behaviour(34)
@pytest.mark.behaviour(43)
def test_what_is_counted_adds_up_to_what_one_has(rules):
    record = [hour("1.5"), hour("0.25", "Another"), hour("3", "Third", topics=("ethics",))]
    total = rule(judge(rules, "us-tx", record), "total")
    assert (total.have, total.need, total.left) == (Decimal("4.75"), 48, Decimal("43.25"))
    assert sum(item.amount for item in total.counted) == total.have


@pytest.mark.behaviour(38)
def test_what_the_physician_typed_in_is_summed_apart(rules):
    record = [hour("5"), hour("2", "Typed", origin="typed"), hour("1", "Read", origin="transcript")]
    found = judge(rules, "us-tx", record)
    assert (found.verified, found.typed_in) == (6, 2)


@pytest.mark.behaviour(42)
def test_a_credit_counts_once_in_each_license(rules):
    record = [hour("10")]
    texas, ohio = judge(rules, "us-tx", record), judge(rules, "us-oh", record)
    assert rule(texas, "total").have == rule(ohio, "total").have == 10


def test_a_topic_guessed_from_the_title_waits_for_the_physician(rules):
    found = judge(rules, "us-tx", [hour("2", "Ethics rounds", inferred=("ethics",))])
    ethics = rule(found, "tx-ethics")
    assert (ethics.state, ethics.have) == (State.NOT_MET, 0)
    assert [item.reason for item in ethics.left_out] == ["topic_not_confirmed"]
    assert rule(found, "total").have == 2


def test_the_hub_s_record_and_the_one_typed_in_are_one_completion(rules):
    record = [
        hour("2", "Ethics for Clinicians", activity_id="900000001"),
        hour("2", "ethics for clinicians", origin="typed", topics=("ethics",)),
    ]
    found = judge(rules, "us-tx", record)
    assert rule(found, "total").have == 2
    assert rule(found, "tx-ethics").state is State.MET
    assert found.typed_in == 0


def test_the_same_title_on_another_day_is_another_completion(rules):
    record = [hour("1", origin="typed"), hour("1", day=date(2026, 3, 8))]
    assert rule(judge(rules, "us-tx", record), "total").have == 2


def test_the_hub_may_report_one_completion_twice(rules):
    first = hour("2", activity_id="900000001", hub_id="a")
    assert rule(judge(rules, "us-tx", [first, replace(first, hub_id="b")]), "total").have == 2


def test_parts_of_one_session_are_no_doubles(rules):
    part = hour("2", activity_id="900000001", hub_id="a")
    assert rule(judge(rules, "us-tx", [part, part]), "total").have == 4


def test_two_credit_types_of_one_activity_count_once_and_serve_either_minimum(rules):
    record = [
        hour("20", "Board review", type="ama-pra-1", activity_id="900000002"),
        hour("20", "Board review", type="aoa-1a", activity_id="900000002"),
    ]
    found = judge(rules, "us-pa-do", record, expires=date(2026, 12, 31))
    assert rule(found, "total").have == 20
    assert rule(found, "category-1").state is State.MET


def test_points_for_certification_never_become_license_hours(rules):
    record = [
        hour("8", activity_id="900000003"),
        hour("8", activity_id="900000003", type="moc", board="ABIM"),
    ]
    assert rule(judge(rules, "us-tx", record), "total").have == 8


def test_credits_dated_in_the_future_do_not_count_yet(rules):
    found = judge(rules, "us-tx", [hour("5", day=date(2026, 12, 1))])
    assert rule(found, "total").have == 0


def test_what_the_period_before_used_up_is_said(rules):
    record = [hour("60", day=date(2025, 1, 10)), hour("40", "New")]
    found = judge(rules, "us-tx", record)
    assert rule(found, "total").state is State.MET
    assert reasons(found) == [("used_by_carryover", 52)]


def test_less_than_a_quarter_is_dropped():
    assert read_credits([hour("1.2"), hour("0.1", "Short")]).quarters == [0, 4]


@pytest.mark.behaviour(35)
def test_a_rule_that_hangs_on_an_unknown_fact_names_it(rules):
    found = judge(rules, "us-tx", [])
    trafficking = rule(found, "tx-human-trafficking")
    assert trafficking.state is State.NOT_YET_KNOWN
    assert trafficking.missing_fact == "direct_patient_care"
    assert rules.facts["direct_patient_care"].question == "Do you treat patients directly?"


@pytest.mark.behaviour(36)
def test_does_not_apply_says_what_it_relies_on(rules):
    clinic = rule(judge(rules, "us-tx", [], {"pain_clinic": False}), "tx-pain-clinic")
    assert clinic.state is State.DOES_NOT_APPLY
    assert clinic.relies_on == ("pain_clinic",)


@pytest.mark.behaviour(40)
def test_every_standing_carries_its_source_month_and_confidence(rules):
    found = judge(rules, "us-tx", [])
    assert (found.as_of, found.confidence) == ("2026-09", "medium")
    assert found.source_url.startswith("https://")


def test_a_waiver_of_the_board_ends_the_duty(rules):
    found = judge(rules, "us-tx", [], {"waiver:us-tx": True})
    assert rule(found, "total").state is State.DOES_NOT_APPLY
    assert rule(found, "total").relies_on == ("waiver:us-tx",)


def test_done_before_the_records_begin_is_taken_at_the_physician_s_word(rules):
    name = "ca-md-pain-end-of-life"
    assert rule(judge(rules, "us-ca-md", []), name).missing_fact == "specialty"
    done = rule(judge(rules, "us-ca-md", [], {f"done:{name}": date(2014, 5, 1)}), name)
    assert done.state is State.MET
    assert done.relies_on == (f"done:{name}",)


def test_a_duty_of_every_cycle_is_not_done_by_a_word(rules):
    found = judge(rules, "us-tx", [], {"done:tx-ethics": True})
    assert rule(found, "tx-ethics").state is State.NOT_MET


def test_a_new_law_binds_only_the_renewals_after_it(rules):
    before = judge(rules, "us-tx", [], expires=date(2026, 11, 30))
    assert rule(before, "tx-nutrition").state is State.DOES_NOT_APPLY
    after = judge(rules, "us-tx", [], expires=date(2027, 2, 28))
    assert rule(after, "tx-nutrition").missing_fact == "board_figure"


def test_records_that_differ_in_their_own_topics_only_keep_one_order():
    record = [hour(), hour(topics=("ethics",)), hour(origin="typed")]
    found = [read_credits(order).counted for order in permutations(record)]
    assert all(counted == found[0] for counted in found)


def test_parts_of_a_series_are_no_doubles(rules):
    record = [
        hour("2", "Advances in cardiology, part 1"),
        hour("2", "Advances in cardiology, part 2", origin="typed"),
        hour("2", "Advances in cardiology part 2", origin="transcript"),
    ]
    found = judge(rules, "us-ca-md", record)
    assert rule(found, "total").have == 4
    assert reasons(found) == [("duplicate", 2)]
