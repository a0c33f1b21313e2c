"""Files over real HTTP: a list added and taken back; a proof kept and got back; the export."""

import io
import json
from zipfile import ZipFile

import pytest
from PIL import Image

from tests.documents.files import passport, picture_pdf, workbook


def last(person):
    return [shown for shown in person.messages if shown.from_bot][-1]


async def test_a_list_of_one_s_own_is_shown_added_and_taken_back(running, rivera):
    rows = [
        ["Course", "When", "Hrs", "Category", "Given by"],
        ["Sepsis update", "3/5/2026", "1 1/2", "Cat. 1", "Mayo Clinic"],
        ["Asthma in adults", "March 6, 2026", "15 min", "AMA PRA Category 1", "Mayo Clinic"],
    ]
    await rivera.sends_file("mine.xlsx", workbook(rows))
    shown = await rivera.hears("2 credit entries to add from mine.xlsx: 1.75 h.")
    assert running.telegram.called("sendChatAction")
    await rivera.presses("Add these", shown)
    await running.settled()
    assert "now 43.75 of 48 h" in last(rivera).text
    await rivera.presses("Undo", last(rivera))
    await running.settled()
    assert "Taken back: 2 entries." in last(rivera).text
    await rivera.says("/credits list")
    await rivera.hears("18 credit entries on record")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("scan.pdf", picture_pdf, "This PDF is a scan"),
        ("fake.pdf", lambda: b"PK\x03\x04" + bytes(100), "damaged or incomplete"),
        ("empty.csv", lambda: b"", "This file is empty."),
    ],
)
async def test_a_file_that_is_not_read_gets_a_sentence_and_the_bot_goes_on(
    running, rivera, name, content, words
):
    await rivera.sends_file(name, content())
    assert words in (await rivera.hears(f"I can't read {name}")).text
    await rivera.says("opioid hours ohio")
    await rivera.hears("Ohio")


@pytest.mark.behaviour(59)
async def test_a_proof_is_kept_given_back_and_part_of_the_export(running, rivera):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    picture = out.getvalue()
    await rivera.says("log 2 hrs ethics yesterday from Mayo")
    await rivera.presses("Add it", await rivera.hears("Add this credit?"))
    await running.settled()
    await rivera.presses("Attach a certificate", last(rivera))
    await running.settled()
    await rivera.sends_photo(picture)
    kept = await rivera.hears("Kept: certificate.jpg")
    await rivera.presses("Open this credit", kept)
    await running.settled()
    await rivera.presses("Get the certificate", last(rivera))
    await running.settled()
    assert last(rivera).attachment.content == picture

    await rivera.says("/export")
    sent = await rivera.hears("Everything I keep about you")
    with ZipFile(io.BytesIO(sent.attachment.content)) as archive:
        data = json.loads(archive.read("data.json"))
        files = [name for name in archive.namelist() if name.startswith("files/")]
        assert archive.read(files[0]) == picture
        assert b"Ethics" in archive.read("credits.csv")
    assert data["physician"][0]["profile"]["name"] == "Elena Rivera"
    assert {row["board"] for row in data["license"]} == {"us-tx", "us-ca-md"}
    assert len(data["credit"]) == 19
    assert data["kept_file"][0]["name"] == "certificate.jpg"


async def test_a_file_with_another_type_is_no_proof(running, rivera):
    await rivera.says("attach a certificate to the journal credit")
    await rivera.hears("Send me the certificate")
    await rivera.sends_file("certificate.pdf", b"MZ" + bytes(500), "application/pdf")
    await rivera.hears("It is not a PDF, JPG or PNG")


async def test_a_passport_transcript_in_the_web_chat(running, rivera):
    await rivera.sends_file("transcript.pdf", passport(), "application/pdf")
    shown = await rivera.hears("4 credit entries to add from transcript.pdf")
    await rivera.presses("Add these", shown)
    await running.settled()
    await rivera.says("send my transcript as pdf")
    sent = await rivera.hears("22 credit entries")
    assert sent.attachment.content.startswith(b"%PDF")
