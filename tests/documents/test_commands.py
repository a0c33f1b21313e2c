"""`cmebot read-transcript` and `cmebot export-transcript`, for scripts and operators."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.documents.commands import read_transcript
from bot.documents.transcripts.reading import REFUSED, UNREAD
from bot.texts import Texts
from data import HERE
from tests.documents.files import passport


@pytest.fixture
def file(tmp_path):
    def made(content, name):
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return made


def run(command, *arguments):
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_one_json_object_a_row(file):
    result = run(read_transcript, file(passport(), "transcript.pdf"), "--json")

    assert result.exit_code == 0
    assert [json.loads(line) for line in result.stdout.splitlines()][1:3] == [
        {
            "title": "Testing out CME Passport",
            "provider": "Western Regional Medical Center",
            "completed_on": "2022-04-21",
            "type": "moc",
            "board": "ABO",
            "amount": 7,
            "line": 5,
        },
        {
            "title": "Testing 5013 via Excel",
            "provider": "AAA Test Organization",
            "completed_on": "2022-02-16",
            "type": "moc",
            "board": "ABO",
            "amount": 5,
            "line": 9,
        },
    ]


def test_what_could_not_be_read_stands_between_the_rows(file):
    content = b"Date,Title,Cat 1\n4/21/2022,Ethics,1.5\nsoon,Pain,1\n4/23/2022,Sleep,1\n"
    result = run(read_transcript, file(content, "credits.csv"), "--json")

    assert [json.loads(line).get("reason") for line in result.stdout.splitlines()] == [
        None,
        "date_unreadable",
        None,
    ]
    assert json.loads(result.stdout.splitlines()[1]) == {
        "unread": "soon | Pain | 1",
        "line": 3,
        "reason": "date_unreadable",
    }


def test_for_people_the_columns_and_doubts_are_said(file):
    content = b"When,Course,Hours\n4/21/2022,Ethics,1.5\nsoon,Pain,1\n"
    result = run(read_transcript, file(content, "credits.csv"))

    assert "title from “Course”" in result.stdout
    assert "[type not stated in the file]" in result.stdout
    assert "line 3: the completion date cannot be read" in result.stdout


def test_a_refused_file_gets_one_sentence_and_exit_code_2(file):
    result = run(read_transcript, file(b"MZ\x90\x00" + bytes(400), "transcript.pdf"), "--json")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == (
        "This file is named like PDF, but its content is EXE."
        " I do not open files that are not what they say.\n"
    )


def test_every_reason_has_its_words():
    texts = Texts(HERE / "texts" / "en")
    values = {
        "megabytes": 20,
        "claimed": "pdf",
        "found": "exe",
        "pages": 60,
        "rows": 5000,
        "missing": ["title", "amount"],
        "headers": ["Course", "When"],
    }
    said = {key: texts.label(key, values) for key in (*REFUSED.values(), *UNREAD.values())}

    assert all(said.values())
    assert said["documents.refused.no_columns"] == (
        "I found no table of credits: no column for the activity’s title or the credits."
        " The columns I see: Course, When."
    )


def test_every_reason_is_explained_in_the_documentation():
    written = Path("docs/transcripts.md").read_text(encoding="utf-8")

    assert [reason for reason in (*REFUSED, *UNREAD) if f"`{reason}`" not in written] == []
