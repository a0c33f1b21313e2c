"""`import-activities` and `search` as scripts use them: real processes, real files."""

import json
import os
import subprocess
import sys

import pytest

from data import HERE

LINE = {
    "title": "Ethics at the Bedside",
    "provider": "Mayo Clinic",
    "activity_type": "internet-enduring-material",
    "format": "on-demand",
    "credits": [{"type": "ama-pra-1", "amount": 2}],
    "topics": ["ethics"],
}
GOOD_XML = (
    "<MedicalEducationMetrics><Lom><general><title>Good</title></general></Lom>"
    "<XtensibleInfo><ProviderName>CDC</ProviderName></XtensibleInfo></MedicalEducationMetrics>"
)


@pytest.fixture
def cmebot(tmp_path):
    """Run a command with a catalog of its own; standard input as text or bytes."""

    def run(*arguments, stdin=b""):
        given = stdin if isinstance(stdin, bytes) else stdin.encode()
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            input=given,
            capture_output=True,
            env={**os.environ, "CMEBOT_CATALOG": str(tmp_path / "catalog.sqlite")},
            check=False,
        )

    return run


@pytest.fixture
def file(tmp_path):
    def made(name, content):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return str(path)

    return made


def objects(done):
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_the_real_activities_go_in_and_are_found_misspelt(cmebot):
    read = cmebot("import-activities", str(HERE / "activities.jsonl"))
    assert read.returncode == 0
    assert b"381 read, 0 not read" in read.stderr
    assert read.stdout == b""
    queries = "acp ethcis manaul\n\nhumn traficking texs\n"
    done = cmebot("search", "--json", "--limit", "3", stdin=queries)
    first, empty, last = objects(done)
    assert first["query"] == "acp ethcis manaul"
    assert first["results"][0]["title"].startswith("ACP Ethics Manual")
    assert set(first["results"][0]) >= {"id", "title", "provider", "score"}
    assert 0 < first["milliseconds"] < 1000
    assert first["relaxed"] == []
    assert len(first["results"]) == 3 <= first["total"]
    assert (empty["query"], empty["total"], empty["results"]) == ("", 0, [])
    assert last["results"][0]["title"] == "Identifying Human Trafficking in Texas: What Physicians Need to Know"  # fmt: skip # noqa: E501


def test_what_is_over_is_named_only_where_nothing_open_says_as_much(cmebot, file):
    over = {**LINE, "title": "Dengue Update of the Tropics", "end_date": "2020-01-01"}
    later = {**LINE, "title": "Dengue for Everybody"}
    cmebot("import-activities", file("a.jsonl", f"{json.dumps(over)}\n{json.dumps(later)}\n"))
    whole, part = objects(
        cmebot("search", "--json", stdin="dengue update of the tropics\ndengue\n")
    )
    assert [one["over"] for one in whole["results"]] == [True, False]
    assert "over" in whole["relaxed"]
    assert [one["title"] for one in part["results"]] == ["Dengue for Everybody"]
    text = cmebot("search", "dengue", "update", "tropics")
    assert b"(is over)" in text.stdout.splitlines()[0]


HOSTILE = [
    "title:ethics OR 1=1",
    "ethics* NEAR(a b)",
    '"); DROP TABLE activity; --',
    '"unclosed',
    "{title provider}: ethics",
    "^ethics + bedside",
    "NOT AND OR NEAR",
    "-ethics",
    "🙂🙂🙂",
    "\u202eethics\u202c \x00",
    "ethics " * 600,
    "x" * 4000,
    "%s %d {0} ${x} \\",
    "'",
]


def test_no_query_is_read_as_syntax_and_each_has_one_object(cmebot, file):
    cmebot("import-activities", file("a.jsonl", json.dumps(LINE)))
    raw = b"\n".join([*(one.encode() for one in HOSTILE), b"\xff\xfe ethics \xc3"])
    done = cmebot("search", "--json", stdin=raw)
    answers = objects(done)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(answers) == len(HOSTILE) + 1
    asked = dict(zip(HOSTILE, answers, strict=False))
    for query in ("title:ethics OR 1=1", "ethics* NEAR(a b)", "ethics " * 600, "-ethics"):
        assert asked[query]["total"] == 1, query
    assert asked["x" * 4000]["total"] == 0
    assert cmebot("search", "ethics").stdout.startswith(b"Ethics at the Bedside")


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (f'{{"title": 1}}\n{json.dumps(LINE)}\n', 0, "a.txt, line 1: title:"),
        ("no json\n", 2, "line 1: Invalid JSON"),
        ("", 2, "line 1: the file is empty"),
        (f"<ACCMEActivities>\n{GOOD_XML}\n<broken>", 2, "line 3: malformed XML"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]>\n<a>&x;</a>", 2, "line 1: a document type"),
        (f"<ACCMEActivities>{GOOD_XML}</ACCMEActivities>", 0, "1 read, 0 not read"),
    ],
)
def test_an_import_says_what_it_left_out_and_why(cmebot, file, content, code, said):
    done = cmebot("import-activities", file("a.txt", content))
    assert (done.returncode, done.stdout) == (code, b"")
    assert said in done.stderr.decode()


def test_good_records_before_the_fault_are_kept(cmebot, file):
    cmebot("import-activities", file("a.xml", f"<ACCMEActivities>{GOOD_XML}<broken>"))
    assert b"Good" in cmebot("search", "good").stdout
