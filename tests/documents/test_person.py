"""A person written as JSON: read exactly, or refused by the name of the wrong field."""

import json
from contextlib import suppress
from copy import deepcopy
from datetime import date
from decimal import Decimal

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bot.__main__ import main
from bot.documents.person import PersonError, moved_on, read_person, read_person_file
from bot.documents.person import json_schema as person_schema
from bot.documents.standings import json_schema as standing_schema
from bot.model import Physician
from data import HERE

DOCS = HERE.parent / "docs"

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
        (["facts", "birth_month"], 13, "facts.birth_month"),
        (["facts", "last_name_initial"], "Doe", "facts.last_name_initial"),
        (["facts", "birth_year_parity"], 1980, "facts.birth_year_parity"),
        (["licenses", 0, "expires"], "2027-W08-7", "licenses[0].expires"),
        (["licenses", 0, "board"], "us-fl-do", "licenses[0].type"),
        (["licenses", 0, "issued"], "2027-03-01", "licenses[0].issued"),
        (["credits"], [PERSON["credits"][0]] * 5001, "credits"),
        (["facts", "dea"], "yes", "facts.dea"),
        (["facts", "dea"], None, "facts.dea"),
        (["facts", "certified_on"], "last year", "facts.certified_on"),
        (["facts", "birth_month"], "March", "facts.birth_month"),
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
        (["facts", "dea"], "must be true or false"),
        (["licenses"], "must be a list"),
        (["dea"], "must be an object"),
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


def test_facts_of_a_single_rule_can_be_given():
    names = ("waiver:us-tx", "have:ABP:part4", "confirmed:us-sc:category-2", "done:tx-ethics")
    person = changed(["facts"], dict(zip(names, (True, 25, True, True), strict=True)))
    assert dict(read_person(person).profile.facts)["have:ABP:part4"] == 25


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "must be JSON"),
        (b"{", "must be JSON"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[" * 100_000, "must be JSON"),
        (b'{"chat_id": ' + b"9" * 5000 + b"}", "must be JSON"),
        (b'{"licenses": [], "licenses": []}', "licenses: stands twice"),
        (b" " * 5_000_001, "at most"),
        (b"[]", "must be an object"),
    ],
)
def test_a_file_that_is_no_person_is_refused(content, problem):
    with pytest.raises(PersonError, match=problem):
        read_person_file(content)


def test_a_file_with_a_byte_order_mark_is_read():
    content = json.dumps(PERSON).encode("utf-8-sig")
    assert read_person_file(content) == read_person(PERSON)


def test_both_schemas_stand_in_the_documentation():
    for name, schema in (("person", person_schema()), ("standing", standing_schema())):
        written = json.loads((DOCS / f"{name}.schema.json").read_text())
        assert written == json.loads(json.dumps(schema))


def test_what_is_read_fits_the_schema_and_what_is_refused_mostly_does_not():
    checker = jsonschema.Draft202012Validator(person_schema())
    people = json.loads((HERE / "demo" / "physicians.json").read_text())
    assert all(checker.is_valid(person) for person in (PERSON, {}, *people))
    for path, value in (
        (["nickname"], "Al"),
        (["licenses", 0, "expires"], "02/28/2027"),
        (["credits", 0, "amount"], 0.3),
        (["credits", 0, "amount"], -2),
        (["facts", "dea"], None),
    ):
        assert not checker.is_valid(changed(path, value)), path


def test_what_the_command_prints_fits_the_schema(tmp_path):
    checker = jsonschema.Draft202012Validator(standing_schema())
    people = [PERSON, {}, *json.loads((HERE / "demo" / "physicians.json").read_text())]
    for number, person in enumerate(people):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(person))
        args = ["standing", "--file", str(file), "--today", "2026-11-23", "--json"]
        result = CliRunner().invoke(main, args)
        assert result.exit_code == 0
        checker.validate(json.loads(result.stdout))


@pytest.mark.parametrize("content", ["{", '{"nickname": 1}', '{"dea": {"expires": "soon"}}'])
def test_a_wrong_file_ends_with_two_and_prints_nothing(tmp_path, content):
    file = tmp_path / "person.json"
    file.write_text(content)
    result = CliRunner().invoke(main, ["standing", "--file", str(file), "--json"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr


def test_a_day_far_off_is_refused(tmp_path):
    args = ["standing", "--physician", "none", "--today", "9999-12-31", "--json"]
    assert CliRunner().invoke(main, args).exit_code == 2
