"""Files sent in the chat: each gets a sentence, only clean ones are kept; and nothing is logged."""

import hashlib
import io
import json
import logging
import zipfile

import pytest
from click.testing import CliRunner
from PIL import Image

from bot.__main__ import main
from bot.store.complaints import filed
from bot.store.files import content_of, evidence_of, files_about
from tests.complaints.conftest import KEY, STORY
from tests.documents.test_evidence import archive, picture, slides

SECRET_WORDS = ("one company", "Elena Rivera", "elena@example.org", "Webinar on Statins", "Acme")


def drafts_files(rivera):
    with rivera.bot.records.reading() as session:
        return files_about(session, 1001, "evidence", "draft")


async def test_hostile_files_get_a_sentence_and_only_clean_ones_are_kept(life):
    async with life("hub") as whole, whole.runs() as rivera:
        await rivera.drafts("evidence")
        for name, content, size, words in (
            ("slides.pdf", b"MZ\x90\0" + bytes(300), None, "not truly a PDF"),
            ("both.pdf", slides(1) + archive(), None, "second kind of file"),
            ("large.pdf", b"%PDF-1.7", 21_000_000, "smaller than 20 MB"),
            ("empty.pdf", b"", 0, "smaller than 20 MB"),
            ("run.exe", b"MZ", None, "PDF, JPG and PNG files smaller than 20 MB"),
            ("place.jpg", picture(secret="Elena's phone"), None, "is kept, 1 of at most 10"),
        ):
            said = await rivera.sends(name, content, size=size)
            assert words in said.text, name
        [kept] = drafts_files(rivera)
        with rivera.bot.records.reading() as session:
            content = content_of(session, kept.id, 1001)
        assert b"Elena" not in content
        assert dict(Image.open(io.BytesIO(content)).getexif()) == {}
        assert kept.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("count", [14, pytest.param(200, marks=pytest.mark.soak)])
async def test_ten_of_many_files_are_kept_and_each_gets_an_answer(life, count, monkeypatch):
    from bot.documents.evidence import cleaned

    # The same checks without a process of their own for each of so many files.
    monkeypatch.setattr("bot.errands.evidence.cleaned_sealed", cleaned)
    async with life("hub") as whole, whole.runs() as rivera:
        await rivera.drafts("evidence")
        for number in range(count):
            shade = Image.new("RGB", (8, 8), (number, 0, 0))
            written = io.BytesIO()
            shade.save(written, "PNG")
            await rivera.person.sends_file(f"{number}.png", written.getvalue(), "image/png")
        await rivera.settled()
        texts = [message.text for message in rivera.person.heard]
        assert sum("is kept" in text for text in texts) == 10
        assert sum("Ten files are the most" in text for text in texts) >= count - 10 - count // 10
        assert len(drafts_files(rivera)) == 10


# ── nothing in the log, and what the operator sees ──────────────────────────────────────────


def cmebot(rivera, monkeypatch, *arguments):
    monkeypatch.setattr("bot.complaint_commands.utc_now", rivera.clock)
    monkeypatch.setenv("CMEBOT_SECRET_KEY", KEY)
    monkeypatch.setenv("CMEBOT_DATABASE_URL", f"sqlite:///{rivera.folder}/records.sqlite")
    return CliRunner().invoke(main, ["complaints", *arguments])


async def test_a_whole_journey_leaves_nothing_of_it_in_the_log(life, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    async with life("mail") as whole, whole.runs() as rivera:
        rivera.box.mood = "451"
        number = await rivera.complains(files=(("secret slides.png", picture("PNG")),))
        await rivera.says("/complaints")
        rivera.box.mood = "kind"
        await rivera.passes(hours=3)
        cmebot(rivera, monkeypatch, "show", number)
    ours = [one for one in caplog.records if one.name.split(".")[0] in ("bot", "reminders")]
    assert any(number in one.getMessage() for one in ours)
    written = "\n".join(f"{one.getMessage()} {one.exc_text or ''}" for one in ours)
    for words in (*SECRET_WORDS, STORY, "secret slides"):
        assert words not in written
    loud = [one for one in caplog.records if one.levelno >= logging.INFO]
    everything = "\n".join(one.getMessage() for one in loud)
    assert STORY not in everything
    assert "elena@example.org" not in everything


async def test_the_operator_lists_shows_exports_and_closes(life, monkeypatch, tmp_path):
    async with life("mail") as whole, whole.runs() as rivera:
        rivera.box.mood = "550"
        number = await rivera.complains(files=(("shot.png", picture("PNG")),))
        await rivera.passes(hours=2)
        listed = cmebot(rivera, monkeypatch, "list").output
        assert number in listed
        assert "NOT DELIVERED since" in listed
        assert "smtp 550" in listed
        shown = json.loads(cmebot(rivera, monkeypatch, "show", number.lower()).output)
        assert shown["answers"]["what"] == STORY
        assert [file["name"] for file in shown["files"]] == ["shot.png"]
        assert "hub_id" not in shown
        out = tmp_path / "handed on.zip"
        assert "3 files" in cmebot(rivera, monkeypatch, "export", number, "--out", str(out)).output
        with zipfile.ZipFile(out) as made:
            assert made.namelist() == [f"complaint {number}.pdf", "complaint.json", "1 shot.png"]
            assert made.read(f"complaint {number}.pdf").startswith(b"%PDF-")
        folder = tmp_path / "handed on"
        cmebot(rivera, monkeypatch, "export", number, "--out", str(folder))
        assert (folder / "1 shot.png").stat().st_mode & 0o077 == 0
        closed = cmebot(rivera, monkeypatch, "close", number, "--reason", "Handed to ACCME.")
        assert "is closed" in closed.output
        again = cmebot(rivera, monkeypatch, "close", number, "--reason", "Again.")
        assert again.exit_code == 1
        told = await rivera.told()
        assert f"Your complaint {number} is closed." in told
        assert "Handed to ACCME." in told
        acts = [
            line.split("  ")[2]
            for line in cmebot(rivera, monkeypatch, "log").output.split("\n")
            if line
        ]
        assert acts == ["show", "export", "export", "close", "close"]
        assert cmebot(rivera, monkeypatch, "show", "C-0000-00").exit_code == 1
        with rivera.bot.records.reading() as session:
            assert evidence_of(session, number)
            assert filed(session, number)[0].retain_until is not None


async def test_the_copy_is_a_pdf_under_complaints(life):
    async with life("hub") as whole, whole.runs() as rivera:
        number = await rivera.complains()
        await rivera.says("/complaints")
        await rivera.presses("Get a copy")
        sent = rivera.person.last
        assert "Your copy" in sent.text
        assert number in str(sent)
