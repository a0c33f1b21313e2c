"""The demo's physicians: deterministic, in step with the real activities, and never out of date."""

import json
from datetime import date

import pytest

from bot.documents.person import months_on, read_person
from bot.hub.contract import CreditReceived
from bot.model import Credit, Physician
from data import HERE
from sandbox.hub.accounts import demo_accounts
from sandbox.hub.feed import real_activities

TODAY = date(2026, 11, 23)
NAMES = ["demo-texas", "demo-florida", "demo-done", "demo-overdue", "demo-new"]


@pytest.fixture(scope="module")
def people() -> dict[str, Physician]:
    return {name: account.physician for name, account in demo_accounts(TODAY).items()}


def total(earned: tuple[Credit, ...], first: date, *types: str) -> float:
    return float(sum(c.amount for c in earned if c.completed_on >= first and c.type in types))


def test_they_are_five_and_each_has_a_chat(people):
    assert list(people) == NAMES
    assert [physician.id for physician in people.values()] == [1001, 1002, 1003, 1004, 1005]


def test_texas_is_six_hours_short_with_no_ethics(people):
    rivera = people["demo-texas"]
    cycle = date(2025, 3, 1)
    assert [(one.board, one.expires) for one in rivera.licenses] == [
        ("us-tx", date(2027, 2, 28)),
        ("us-ca-md", date(2027, 3, 31)),
    ]
    assert total(rivera.credits, cycle, "ama-pra-1", "ama-pra-2") == 42
    assert total(rivera.credits, cycle, "ama-pra-1") == 36
    assert not [c for c in rivera.credits if {"ethics", "human-trafficking"} & set(c.topics)]
    assert "direct_patient_care" not in rivera.profile.facts


def test_california_has_its_pain_hours_and_misses_the_grand_rounds_of_march(people):
    rivera = people["demo-texas"]
    pain = [c for c in rivera.credits if "pain-management" in c.topics]
    assert [(c.completed_on.year, c.amount) for c in pain] == [(2014, 12)]
    rounds = [c for c in rivera.credits if c.title == "Medicine Grand Rounds"]
    assert [(c.completed_on, c.amount) for c in rounds] == [
        (date(2025, 3, 20), 4),
        (date(2025, 10, 9), 1.5),
    ]


def test_the_others_are_what_their_names_say(people):
    assert total(people["demo-done"].credits, date(2025, 9, 16), "ama-pra-1") > 50
    (overdue,) = people["demo-overdue"].licenses
    assert 7 <= (TODAY - overdue.expires).days <= 30
    assert total(people["demo-overdue"].credits, date(2024, 11, 1), "ama-pra-1") < 40
    assert [one.type for one in people["demo-florida"].licenses] == ["DO"]
    assert people["demo-new"].licenses == people["demo-new"].credits == ()


def test_credits_of_real_activities_fit_them(people):
    activities = {activity.id: activity for activity in real_activities()}
    matched = 0
    for physician in people.values():
        for credit in physician.credits:
            activity = activities.get(credit.activity_id or "")
            if activity is None:
                continue
            matched += 1
            assert (credit.title, credit.provider) == (activity.title, activity.provider)
            assert credit.topics == activity.topics
            assert credit.completed_on <= (activity.end_date or TODAY)
            assert credit.completed_on >= (activity.start_date or date.min)
    assert matched >= 25


def test_what_no_provider_reports_is_not_at_the_hub():
    accounts = demo_accounts(TODAY)
    reported = [c for account in accounts.values() for c in account.reported]
    assert {credit.type for credit in reported} == {"ama-pra-1", "moc"}
    assert all(credit.hub_id and credit.activity_id for credit in reported)
    assert len({credit.hub_id for credit in reported}) == len(reported)
    assert all(CreditReceived(certification="x", amount=credit.amount) for credit in reported)


@pytest.mark.parametrize(
    ("today", "months"),
    [("2025-01-01", 0), ("2026-11-23", 0), ("2027-06-30", 0), ("2027-07-01", 24),
     ("2029-06-30", 24), ("2029-07-01", 48), ("2051-01-15", 288)],
)  # fmt: skip
def test_the_demo_moves_on_by_whole_cycles(today, months):
    assert months_on(date.fromisoformat(today)) == months


def test_the_end_of_february_stays_the_end_of_february():
    rivera = demo_accounts(date(2028, 1, 10))["demo-texas"].physician
    assert [one.expires for one in rivera.licenses] == [date(2029, 2, 28), date(2029, 3, 31)]
    leap = demo_accounts(date(2028, 1, 10))["demo-florida"].physician.licenses[0].expires
    assert leap == date(2030, 3, 31)


def test_the_file_is_read_without_an_error_and_names_nobody_real():
    people = json.loads((HERE / "demo" / "physicians.json").read_text(encoding="utf-8"))
    for person in people:
        physician = read_person(person)
        assert all("DEMO" in (one.number or "DEMO") for one in physician.licenses)
