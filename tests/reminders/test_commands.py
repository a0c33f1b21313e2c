"""`cmebot remind --plan`: one physician's messages in advance, as JSON lines."""

import json
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from bot.model import License, Physician
from reminders import answers
from reminders.answers import Answering
from reminders.commands import remind
from reminders.forecast import forecast
from reminders.planner import plan_day
from tests.reminders.conftest import KEY
from tests.reminders.simulation import People, delivery, live_through, settle_in

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


# ── for the operator ────────────────────────────────────────────────────────────────────────


@pytest.fixture
def operator(records, url, monkeypatch, tmp_path):
    """The operator's shell: the settings of the records, and the command."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CMEBOT_DATABASE_URL", url)
    monkeypatch.setenv("CMEBOT_SECRET_KEY", KEY)

    def call(*arguments):
        result = CliRunner().invoke(remind, arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    return call


def held(board, expires):
    return Physician(0, licenses=(License(board, "MD", expires=expires, first_cycle=False),))


def test_a_dry_run_tells_who_gets_what_and_why_not(records, rules, operator, clock):
    day = date(2026, 12, 30)
    texas = settle_in(records, 1, held("us-tx", date(2027, 2, 28)), clock())
    snoozed = settle_in(records, 2, held("us-tx", date(2027, 2, 28)), clock())
    quiet = settle_in(records, 3, held("us-tx", date(2027, 2, 28)), clock())
    settle_in(records, 4, held("us-oh", date(2029, 10, 1)), clock())
    plan_day(records, rules.boards, day)
    with records.writing() as session:
        answers.snooze(Answering(session, snoozed, rules, clock()), "us-tx", date(2027, 1, 6))
        answers.stop(Answering(session, quiet, rules, clock()), None)
    lines = [
        json.loads(line) for line in operator("--dry-run", "--on", str(day), "--json").splitlines()
    ]
    assert lines == [
        {
            "physician": texas.id,
            "at": "2026-12-30T09:00:00-06:00",
            "boards": ["us-tx"],
            "stage": "D-60",
            "state": "credits_open",
            "sound": True,
        },
        {"physician": snoozed.id, "board": "us-tx", "why_not": "snoozed until 2027-01-06"},
        {"physician": quiet.id, "board": "us-tx", "why_not": "stopped all reminders"},
    ]
    words = operator("--dry-run", "--on", str(day))
    assert f"{texas.id}: Wed 2026-12-30 09:00 -0600  us-tx (D-60, due 2027-02-28)" in words
    assert f"{snoozed.id}: us-tx: not on this day, snoozed until 2027-01-06" in words


def test_a_dry_run_changes_nothing(records, rules, operator, clock):
    settle_in(records, 1, held("us-tx", date(2027, 2, 28)), clock())
    plan_day(records, rules.boards, date(2026, 12, 30))
    first = operator("--dry-run", "--on", "2026-12-30", "--json")
    assert operator("--dry-run", "--on", "2026-12-30", "--json") == first
    assert json.loads(operator("--metrics", "--on", "2026-12-30", "--json"))["planned"] == 1


def test_a_forecast_as_table_and_picture(records, rules, operator, clock, tmp_path):
    for chat in range(1, 4):
        settle_in(records, chat, held("us-tx", date(2027, 2, 28)), clock())
    plan_day(records, rules.boards, date(2026, 11, 23))
    picture = tmp_path / "load.png"
    table = operator("--forecast", "--on", "2027-02-20", "--days", "10", "--picture", str(picture))
    rows = {line.split()[1]: line.split()[2:] for line in table.splitlines()[1:-1]}
    assert rows["2027-02-21"] == ["3", "3", "0"]
    assert rows["2027-02-22"] == ["0", "0", "0"]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_backlog_runs_off_over_the_days(records, rules, clock):
    for chat in range(1, 8):
        settle_in(records, chat, held("us-tx", date(2027, 2, 28)), clock())
    plan_day(records, rules.boards, date(2026, 11, 23))
    loads = forecast(records, date(2027, 2, 21), 4, capacity=3)
    assert [(load.due, load.sent, load.left) for load in loads] == [
        (7, 3, 4), (0, 3, 1), (0, 1, 0), (0, 0, 0),
    ]  # fmt: skip


def test_metrics_count_what_became_of_a_day(records, rules, operator, clock):
    clock.now = datetime(2026, 12, 29, tzinfo=UTC)
    people = People(clock)
    for chat in (1, 2):
        settle_in(records, chat, held("us-tx", date(2027, 2, 28)), clock())
    people.blocked.add(2)
    live_through(
        records, rules, clock, date(2026, 12, 30), [delivery(records, rules, people, clock)]
    )
    found = json.loads(operator("--metrics", "--on", "2026-12-29", "--json"))
    assert (found["sent"], found["blocked"]) == (1, 1)
    assert operator("--metrics", "--on", "2026-12-29").split()[:2] == ["blocked", "1"]


def test_without_a_key_the_operator_is_told_which_setting_is_missing(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CMEBOT_SECRET_KEY", raising=False)
    result = CliRunner().invoke(remind, ["--forecast"])
    assert result.exit_code == 1
    assert "CMEBOT_SECRET_KEY" in result.stderr


def test_one_thing_at_a_time():
    assert CliRunner().invoke(remind, ["--forecast", "--dry-run"]).exit_code == 2
    assert CliRunner().invoke(remind, []).exit_code == 2
