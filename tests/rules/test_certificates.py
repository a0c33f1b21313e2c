"""Certificates: points, credits, what only the portal shows, caps, rolling and fixed periods."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.model import Certification, Credit, Cycle, Physician, Profile, State
from bot.rules.certifying import certification_standing
from bot.rules.person import standings

TODAY = date(2026, 11, 23)
DAY = date(2026, 3, 1)


def judge(rules, board, record=(), facts=None, **held):
    held = held or {"since": date(2018, 1, 1)}
    return certification_standing(
        Certification(board, **held),
        Profile(facts=facts or {}),
        record,
        rules.certifying[board],
        TODAY,
    )


def rule(found, name="total"):
    return next(item for item in found.rules if item.id == name)


def moc(amount, board="ABIM", day=DAY, title="Module", **more):
    return Credit(title, day, Decimal(amount), "moc", board=board, **more)


def cme(amount, day=DAY, title="Course", **more):
    return Credit(title, day, Decimal(amount), **more)


def test_points_of_the_own_board_count_in_its_five_years(rules):
    record = [
        moc(60),
        moc(40, title="Other"),
        moc(50, "ABP"),
        moc(9, day=date(2022, 12, 31)),
        cme(30),
    ]
    found = judge(rules, "ABIM", record)
    total = rule(found)
    assert found.cycle == Cycle(date(2023, 1, 1), date(2027, 12, 31))
    assert (total.state, total.have, total.need, total.unit) == (State.MET, 100, 100, "points")
    assert sorted((item.reason, item.amount) for item in total.left_out) == [
        ("outside_period", 9),
        ("wrong_type", 30),
        ("wrong_type", 50),
    ]


def test_ninety_nine_points_are_not_enough(rules):
    total = rule(judge(rules, "ABIM", [moc(99)]))
    assert (total.state, total.left) == (State.NOT_MET, 1)


def test_a_board_program_elsewhere_waives_the_points(rules):
    total = rule(judge(rules, "ABIM", [], {"other_abms_program": True}))
    assert (total.state, total.relies_on) == (State.DOES_NOT_APPLY, ("other_abms_program",))


def test_without_a_date_the_period_is_asked_for(rules):
    found = judge(rules, "ABIM", [moc(100)], expires=None)
    assert found.cycle == Cycle(None, None, "since")
    assert rule(found).missing_fact == "since"


def test_the_end_date_of_the_certificate_decides(rules):
    found = judge(rules, "ABIM", expires=date(2028, 12, 31))
    assert found.cycle == Cycle(date(2024, 1, 1), date(2028, 12, 31))


def test_what_only_the_portal_shows_waits_for_its_figure(rules):
    assert rule(judge(rules, "ABP"), "part4").missing_fact == "have:ABP:part4"
    assert rule(judge(rules, "ABP", facts={"have:ABP:part4": 25}), "part4").state is State.NOT_MET
    told = rule(judge(rules, "ABP", facts={"have:ABP:part4": 50}), "part4")
    assert (told.state, told.relies_on) == (State.MET, ("have:ABP:part4",))


@pytest.mark.parametrize(
    ("board", "name", "unit"),
    [
        ("ABOG", "articles", "articles"),
        ("ABD", "certlink-participation", "quarters"),
        ("ABEM", "myemcert-modules", "modules"),
        ("ABOHNS", "certlink-questions", "questions"),
    ],
)
def test_boards_that_count_no_credits_keep_their_unit(rules, board, name, unit):
    found = rule(judge(rules, board), name)
    assert (found.unit, found.state) == (unit, State.NOT_YET_KNOWN)


def test_rolling_years_end_today_and_no_day_gives_more_than_twelve(rules):
    record = [cme(20), cme(130, day=date(2021, 11, 20), title="Too old")]
    total = rule(judge(rules, "ABS", record))
    assert total.window == Cycle(date(2021, 11, 24), TODAY)
    assert total.have == 12
    assert [(item.reason, item.amount) for item in total.left_out] == [
        ("outside_period", 130),
        ("cap_reached", 8),
    ]


def test_a_passed_assessment_lowers_the_total(rules):
    total = rule(judge(rules, "ABS", [], {"assessment_passed:ABS": True}))
    assert total.need == 125


def test_no_calendar_year_gives_more_than_its_cap(rules):
    total = rule(judge(rules, "ABA", [cme(80), cme(50, day=date(2025, 2, 1))]))
    assert total.have == 110


def test_the_cme_and_the_points_of_one_completion_count_once(rules):
    record = [
        cme(6, activity_id="900000001"),
        moc(6, "ABPATH", activity_id="900000001", title="Course"),
    ]
    assert rule(judge(rules, "ABPATH", record)).have == 6


def test_a_share_is_counted_in_credits_of_the_whole(rules):
    record = [
        cme(150, title="Prescribed", type="aafp-prescribed"),
        cme(50, title="E", type="aafp-elective"),
    ]
    found = judge(rules, "ABFM", record)
    assert rule(found).state is State.MET
    assert (rule(found, "division-1").need, rule(found, "division-1").have) == (100, 150)


def test_hours_that_must_be_in_the_field_wait_for_the_physician(rules):
    record = [cme(240)]
    assert rule(judge(rules, "ABOS", record)).missing_fact == "confirmed:ABOS:total"
    assert rule(judge(rules, "ABOS", record, {"confirmed:ABOS:total": True})).state is State.MET
    assert (
        rule(judge(rules, "ABOS", record, {"confirmed:ABOS:total": False})).state is State.NOT_MET
    )


def test_a_figure_of_an_earlier_cycle_settles_nothing(rules):
    found = judge(rules, "AOBA", [cme(75, type="aoa-1a")])
    assert found.cycle == Cycle(date(2025, 1, 1), date(2027, 12, 31))
    assert {item.missing_fact for item in found.rules} == {"board_figure"}


def test_a_board_without_a_known_figure_says_so(rules):
    found = judge(rules, "AOBIM")
    assert [item.missing_fact for item in found.rules] == ["board_figure"]


def test_every_certifying_board_can_be_judged_and_names_what_is_missing(rules):
    for board in rules.certifying:
        for item in judge(rules, board).rules:
            assert (item.state is State.NOT_YET_KNOWN) == (item.missing_fact is not None)
            assert item.state is not State.MET or item.id.endswith("cap")


def test_points_are_counted_as_points_whatever_cme_the_activity_gives(rules):
    record = [
        cme(20, activity_id="900000001"),
        moc(10, activity_id="900000001", title="Course"),
        moc(10, activity_id="900000001", title="Course", origin="typed"),
    ]
    total = rule(judge(rules, "ABIM", record))
    assert (total.have, total.left) == (10, 90)
    assert [(item.credit.type, item.amount) for item in total.counted] == [("moc", 10)]
    assert sorted((item.reason, item.credit.type, item.amount) for item in total.left_out) == [
        ("duplicate", "moc", 10),
        ("wrong_type", "ama-pra-1", 20),
    ]


def test_points_that_name_no_board_are_those_of_the_only_certificate(rules):
    point = moc(100, board=None)
    one = Physician(1, certifications=(Certification("ABIM", date(2018, 1, 1)),), credits=(point,))
    two = replace(one, certifications=(*one.certifications, Certification("ABP", date(2018, 1, 1))))
    assert rule(standings(one, rules, TODAY).certifications[0]).state is State.MET
    assert rule(standings(two, rules, TODAY).certifications[0]).state is State.NOT_MET


def test_a_far_end_date_gives_the_period_of_today(rules):
    found = judge(rules, "ABAI", expires=date(2030, 6, 30))
    assert found.cycle == Cycle(date(2026, 7, 1), date(2027, 6, 30))


def test_a_period_fixed_for_all_does_not_hang_on_the_certificate(rules):
    fixed = Cycle(date(2025, 1, 1), date(2027, 12, 31))
    assert judge(rules, "AOBS", expires=date(2029, 12, 31)).cycle == fixed
    assert judge(rules, "ABNS").cycle == Cycle(date(2026, 10, 1), date(2027, 9, 30))
    assert judge(rules, "ABD").cycle == Cycle(date(2026, 1, 1), date(2030, 12, 31))
    assert judge(rules, "UCNS").cycle == Cycle(date(2026, 1, 1), date(2026, 12, 31))


def test_who_joined_an_osteopathic_cycle_late_owes_what_only_the_board_tells(rules):
    late = {"since": date(2026, 6, 1)}
    assert rule(judge(rules, "AOBS", [cme(59)], **late)).missing_fact == "board_figure"
    assert rule(judge(rules, "AOBS", [cme(60)], **late)).state is State.MET
    assert rule(judge(rules, "AOBS", [cme(59)])).state is State.NOT_MET


def test_no_hours_are_asked_of_trainees_by_the_national_board(rules):
    assert rule(judge(rules, "NBPAS", [], {"resident": True})).state is State.DOES_NOT_APPLY


def test_every_figure_of_a_page_of_the_last_cycle_is_one_of_the_last_cycle(rules):
    record = [cme(120, type="aoa-1a")]
    assert {one.missing_fact for one in judge(rules, "AOBFP", record).rules} == {"board_figure"}
