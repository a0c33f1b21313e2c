"""A person written as JSON: read exactly, or refused by the name of the wrong field."""

import json
from contextlib import suppress
from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents.person import PersonError, moved_on, read_person
from bot.model import Physician

PERSON = {
    "license_type": "MD",
    "specialty": "internal-medicine",
    "facts": {
        "dea": True,
        "prescribes_controlled": True,
        "prescribes_opioids": False,
        "direct_patient_care": True,
        "resident": False,
        "certified_on": "2022-08-15",
        "birth_month": 3,
    },
    "licenses": [
        {
            "board": "us-tx",
            "type": "MD",
            "issued": "2015-06-30",
            "expires": "2027-02-28",
            "first_cycle": False,
        }
    ],
    "certifications": [{"board": "ABIM", "since": "2018-01-01"}],
    "dea": {"expires": "2027-05-31"},
    "credits": [
        {
            "title": "Ethics on rounds",
            "provider": "Lakeside Hospital",
            "completed_on": "2026-03-01",
            "type": "ama-pra-1",
            "amount": 2,
            "topics": ["ethics"],
            "origin": "hub",
        }
    ],
}


def changed(path, value):
    """The person with one field otherwise."""
    person = deepcopy(PERSON)
    place = person
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return person


def test_a_person_is_read():
    physician = read_person(PERSON)
    assert physician.profile.license_type == "MD"
    assert physician.profile.specialty == "internal-medicine"
    assert physician.profile.dea_expires == date(2027, 5, 31)
    assert physician.profile.facts["certified_on"] == date(2022, 8, 15)
    assert physician.profile.facts["prescribes_opioids"] is False
    assert "pain_clinic" not in physician.profile.facts
    (license_,) = physician.licenses
    assert (license_.board, license_.expires) == ("us-tx", date(2027, 2, 28))
    (credit,) = physician.credits
    assert (credit.amount, credit.topics, credit.origin) == (Decimal(2), ("ethics",), "hub")


def test_nothing_at_all_is_a_person_of_whom_nothing_is_known():
    physician = read_person({})
    assert physician.licenses == physician.credits == ()
    assert physician.profile.facts == {}


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (["nickname"], "Al", "nickname"),
        (["licenses", 0, "state"], "TX", "licenses[0].state"),
        (["credits", 0, "hours"], 2, "credits[0].hours"),
        (["dea", "number"], "AB1234567", "dea.number"),
        (["license_type"], "MBBS", "license_type"),
        (["specialty"], "heart-things", "specialty"),
        (["licenses", 0, "board"], "us-zz", "licenses[0].board"),
        (["licenses", 0, "type"], "md", "licenses[0].type"),
        (["licenses", 0, "expires"], "2027-02-29", "licenses[0].expires"),
        (["licenses", 0, "expires"], "02/28/2027", "licenses[0].expires"),
        (["licenses", 0, "expires"], 20270228, "licenses[0].expires"),
        (["licenses", 0, "expires"], "20270228", "licenses[0].expires"),
        (["licenses", 0, "expires"], "0027-02-28", "licenses[0].expires"),
        (["licenses", 0, "first_cycle"], "no", "licenses[0].first_cycle"),
        (["licenses"], {"board": "us-tx"}, "licenses"),
        (["certifications", 0, "board"], "ABXX", "certifications[0].board"),
        (["dea"], {}, "dea.expires"),
        (["credits", 0, "amount"], -2, "credits[0].amount"),
        (["credits", 0, "amount"], 0, "credits[0].amount"),
        (["credits", 0, "amount"], 5000, "credits[0].amount"),
        (["credits", 0, "amount"], 0.3, "credits[0].amount"),
        (["credits", 0, "amount"], "2", "credits[0].amount"),
        (["credits", 0, "amount"], True, "credits[0].amount"),
        (["credits", 0, "amount"], float("nan"), "credits[0].amount"),
        (["credits", 0, "amount"], float("inf"), "credits[0].amount"),
        (["credits", 0, "type"], "ama", "credits[0].type"),
        (["credits", 0, "completed_on"], "2026-13-01", "credits[0].completed_on"),
        (["credits", 0, "title"], "", "credits[0].title"),
        (["credits", 0, "origin"], "guess", "credits[0].origin"),
        (["credits", 0, "topics"], "ethics", "credits[0].topics"),
        (["credits", 0, "topics"], ["Ethics!"], "credits[0].topics[0]"),
        (["facts"], ["dea"], "facts"),
        (["facts", "dea"], "yes", "facts"),
        (["facts", "dea"], None, "facts"),
        (["facts", "certified_on"], "last year", "facts"),
        (["facts", "birth_month"], "March", "facts"),
    ],
)
def test_a_wrong_field_is_named(path, value, field):
    with pytest.raises(PersonError) as error:
        read_person(changed(path, value))
    assert error.value.field == field
    assert str(error.value).startswith(f"{field}: ")


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        (["credits", 0, "type"], "no credit type"),
        (["licenses", 0, "board"], "no board known here"),
        (["facts", "dea"], "dea must be true or false"),
        (["licenses", 0, "expires"], "YYYY-MM-DD"),
    ],
)
def test_and_what_is_wrong_is_said_plainly(path, problem):
    with pytest.raises(PersonError, match=problem):
        read_person(changed(path, "nonsense!!"))


@pytest.mark.parametrize("field", ["title", "completed_on", "amount"])
def test_what_a_credit_cannot_be_without_is_missed(field):
    person = deepcopy(PERSON)
    del person["credits"][0][field]
    with pytest.raises(PersonError) as error:
        read_person(person)
    assert (error.value.field, error.value.problem) == (f"credits[0].{field}", "is missing")


@pytest.mark.parametrize("value", [None, 5, "person", [], [PERSON]])
def test_what_is_no_person_is_said_to_be_none(value):
    with pytest.raises(PersonError) as error:
        read_person(value)
    assert error.value.field == "person"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["licenses", "credits", "facts", "board", "amount", "dea", "id"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_is_given_is_read_or_refused(value):
    with suppress(PersonError):
        assert isinstance(read_person(value), Physician)


def test_amounts_are_exact():
    person = changed(["credits", 0, "amount"], 0.75)
    assert read_person(json.loads(json.dumps(person))).credits[0].amount == Decimal("0.75")


def test_dates_move_on_together_and_facts_with_them():
    later = moved_on(read_person(PERSON), 24)
    assert later.licenses[0].expires == date(2029, 2, 28)
    assert later.credits[0].completed_on == date(2028, 3, 1)
    assert later.profile.facts["certified_on"] == date(2024, 8, 15)
    assert later.profile.dea_expires == date(2029, 5, 31)
    assert later.profile.facts["birth_month"] == 3
