"""`cmebot remind --plan`: one physician's messages in advance, as JSON lines."""

import json

import pytest
from click.testing import CliRunner

from reminders.commands import remind

PERSON = {
    "license_type": "MD",
    "facts": {"direct_patient_care": True},
    "licenses": [{"board": "us-tx", "type": "MD", "expires": "2027-02-28", "first_cycle": False}],
    "preferences": {"zone": "America/Chicago", "quiet": ["20:00", "08:00"], "days": None},
    "answers": [{"on": "2026-12-01", "board": "us-tx", "answer": "renewed", "next": "2029-02-28"}],
}


def run(tmp_path, person, first="2026-02-01", last="2028-03-01", *more):
    path = tmp_path / "person.json"
    path.write_text(person if isinstance(person, str) else json.dumps(person), encoding="utf-8")
    arguments = ["--plan", "--file", str(path), "--from", first, "--to", last, *more]
    return CliRunner().invoke(remind, arguments)


def lines(tmp_path, person, *dates):
    result = run(tmp_path, person, *(dates or ("2026-02-01", "2028-03-01")), "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_object_a_message(tmp_path):
    assert lines(tmp_path, PERSON) == [
        {"at": at, "boards": ["us-tx"], "stage": stage, "state": "credits_open", "sound": False}
        for at, stage in (
            ("2026-02-28T09:00:00-06:00", "halfway"),
            ("2026-09-01T09:00:00-05:00", "D-180"),
            ("2026-11-30T09:00:00-06:00", "D-90"),
            ("2028-02-29T09:00:00-06:00", "halfway"),
        )
    ]


def test_the_zone_comes_from_the_license_and_quiet_hours_count(tmp_path):
    person = PERSON | {"preferences": {"quiet": ["20:00", "10:30"]}, "answers": []}
    person["licenses"] = [{"board": "us-hi", "type": "MD", "expires": "2028-01-31"}]
    assert lines(tmp_path, person)[0]["at"].endswith("T10:30:00-10:00")


def test_own_days_and_a_snooze(tmp_path):
    person = PERSON | {
        "preferences": {"days": [60, 10]},
        "answers": [
            {"on": "2026-12-30", "board": "us-tx", "answer": "snooze", "until": "2027-01-08"}
        ],
    }
    told = [(one["at"][:10], one["stage"]) for one in lines(tmp_path, person)]
    assert told == [("2027-01-08", "D-60"), ("2027-02-18", "D-10")]


def test_in_words(tmp_path):
    result = run(tmp_path, PERSON)
    assert result.stdout.splitlines()[0] == (
        "Sat 2026-02-28 09:00 -0600  us-tx (halfway, due 2027-02-28)  credits open, silent"
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"preferences": {"zone": "Texas/Austin"}}, "preferences.zone"),
        ({"preferences": {"quiet": ["20:00"]}}, "preferences.quiet"),
        ({"preferences": {"quiet": ["8pm", "08:00"]}}, "preferences.quiet[0]"),
        ({"preferences": {"days": [-3]}}, "preferences.days[0]"),
        ({"preferences": {"colour": "red"}}, "preferences.colour"),
        ({"answers": [{"on": "2026-13-01", "answer": "stop"}]}, "answers[0].on"),
        ({"answers": [{"on": "2026-12-01", "answer": "maybe"}]}, "answers[0].answer"),
        ({"answers": [{"on": "2026-12-01", "answer": "snooze", "board": "us-tx"}]}, "until"),
        ({"answers": [{"on": "2026-12-01", "answer": "stop", "board": "us-oh"}]}, "board"),
        ({"licenses": [{"board": "us-xx", "type": "MD"}]}, "licenses[0].board"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_is_planned(tmp_path, change, field):
    result = run(tmp_path, PERSON | change, "2026-02-01", "2028-03-01", "--json")
    assert result.exit_code == 2
    assert field in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "\x00"])
def test_what_is_no_person_is_refused(tmp_path, text):
    result = run(tmp_path, text)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_days_must_be_given_and_in_order(tmp_path):
    assert run(tmp_path, PERSON, "2027-02-01", "2026-02-01").exit_code == 2
    assert CliRunner().invoke(remind, ["--plan"]).exit_code == 2
