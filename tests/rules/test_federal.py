"""The MATE Act's eight hours and the DEA registration."""

from datetime import date
from decimal import Decimal

import pytest

from bot.model import Certification, Credit, Physician, Profile, State
from bot.rules.facts import profile_of
from bot.rules.federal import federal_standing
from bot.rules.person import standings

TODAY = date(2026, 11, 23)


def course(amount, *topics, day=date(2019, 5, 1), **more):
    return Credit(f"On {topics}", day, Decimal(amount), topics=topics, **more)


def judge(rules, facts, record=(), expires=None):
    profile = Profile(facts=facts, dea_expires=expires)
    mate, dea = federal_standing(profile, record, rules.federal, rules.topics, TODAY)
    return mate.rules[0], dea.rules[0]


def test_eight_hours_of_any_year_and_any_number_of_courses(rules):
    mate, _ = judge(rules, {"dea": True}, [course(5, "substance-use-disorder"), course(3, "mate")])
    assert (mate.state, mate.have, mate.need) == (State.MET, 8, 8)


def test_it_is_asked_first_whether_the_statement_was_made(rules):
    mate, _ = judge(rules, {"dea": True}, [course(7, "mate")])
    assert (mate.missing_fact, mate.left) == ("mate_attested", 1)


@pytest.mark.parametrize("way", ["mate_attested", "addiction_certified", "graduated_with_training"])
def test_three_ways_close_the_duty_without_hours(rules, way):
    mate, _ = judge(rules, {"dea": True, way: True})
    assert (mate.state, mate.relies_on) == (State.MET, (way,))


def test_not_attested_and_short_is_not_met(rules):
    mate, _ = judge(rules, {"dea": True, "mate_attested": False}, [course(7.75, "mate")])
    assert (mate.state, mate.left) == (State.NOT_MET, Decimal("0.25"))


def test_opioid_prescribing_alone_may_fall_short(rules):
    facts, record = {"dea": True}, [course(8, "opioid-prescribing")]
    assert judge(rules, facts, record)[0].missing_fact == "confirmed:mate"
    confirmed = {**facts, "confirmed:mate": True}
    assert judge(rules, confirmed, record)[0].state is State.MET


def test_no_registration_no_duty(rules):
    mate, dea = judge(rules, {"dea": False})
    assert (mate.state, mate.relies_on) == (State.DOES_NOT_APPLY, ("dea",))
    assert dea.state is State.DOES_NOT_APPLY


def test_nothing_known_asks_for_the_registration(rules):
    mate, dea = judge(rules, {})
    assert mate.missing_fact == dea.missing_fact == "dea"


def test_the_registration_runs_three_years(rules):
    profile = Profile(dea_expires=date(2027, 5, 31))
    _, dea = federal_standing(profile, (), rules.federal, rules.topics, TODAY)
    assert (dea.cycle.first_day, dea.cycle.last_day) == (date(2024, 6, 1), date(2027, 5, 31))
    assert dea.rules[0].state is State.MET


def test_a_registration_that_ran_out_is_not_in_force(rules):
    assert judge(rules, {"dea": True}, expires=date(2026, 11, 22))[1].state is State.NOT_MET
    assert judge(rules, {"dea": True})[1].missing_fact == "dea_expires"


def test_what_follows_from_what_was_said_is_known_too(rules):
    facts = profile_of(
        Physician(
            1,
            Profile(facts={"prescribes_opioids": True}, dea_expires=date(2027, 1, 1)),
            certifications=(Certification("ABIM", date(2018, 1, 1)),),
        ),
        rules.facts,
    ).facts
    assert facts["dea"] is True
    assert facts["prescribes_controlled"] is True
    assert facts["certified_on"] == date(2018, 1, 1)


def test_a_certificate_of_no_abms_or_aoa_board_is_no_exam_passed(rules):
    physician = Physician(1, certifications=(Certification("NBPAS", date(2026, 1, 1)),))
    assert "certified_on" not in profile_of(physician, rules.facts).facts


def test_what_was_said_outright_wins(rules):
    said = {"prescribes_opioids": True, "prescribes_controlled": False, "dea": False}
    physician = Physician(1, Profile(facts=said, dea_expires=date(2027, 1, 1)))
    assert profile_of(physician, rules.facts).facts == said


def test_a_stranger_has_federal_questions_only(rules):
    found = standings(Physician(1), rules, TODAY)
    assert (found.licenses, found.certifications) == ((), ())
    assert [one.board for one in found.federal] == ["mate", "dea"]


def test_hours_that_only_the_physician_claims_come_from_no_accepted_organization(rules):
    claimed = course(8, "mate", type="ama-pra-2")
    mate, _ = judge(rules, {"dea": True, "mate_attested": False}, [claimed])
    assert (mate.state, mate.have) == (State.NOT_MET, 0)
    assert [(item.reason, item.amount) for item in mate.left_out] == [("wrong_type", 8)]


def test_a_certificate_of_an_abms_board_is_known_as_one(rules):
    def facts(board):
        return profile_of(Physician(1, certifications=(Certification(board),)), rules.facts).facts

    assert facts("ABIM")["abms_certified"] is True
    assert "abms_certified" not in facts("AOBIM")
    assert "abms_certified" not in facts("NBPAS")
