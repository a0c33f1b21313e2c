"""Delivery: to the hub or by mail, once in its recipient's eyes, however often things break."""

import logging
from datetime import timedelta

import pytest

from sandbox.hub import Broken, Dropped, HalfBody
from tests.complaints.conftest import STORY
from tests.documents.test_evidence import picture, slides

# ── to the hub ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.behaviour(58)
async def test_a_complaint_reaches_the_hub_with_its_evidence(life):
    async with life("hub") as whole, whole.runs() as rivera:
        files = (("slides.pdf", slides(1)), ("shot.png", picture("PNG")))
        number = await rivera.complains(files=files)
        arrived = rivera.hub.complaint(number)
        assert arrived.content["description"] == STORY
        assert arrived.content["activity"]["title"] == "Webinar on Statins"
        assert arrived.content["complainant"]["name"] == "Elena Rivera"
        assert arrived.content["disclosure"] == {"provider": False, "accme": True}
        assert [one["name"] for one in arrived.content["evidence"]] == ["slides.pdf", "shot.png"]
        assert set(arrived.evidence) == {one["sha256"] for one in arrived.content["evidence"]}
        texts = [message.text for message in rivera.person.heard[-2:]]
        assert f"Your complaint has the number {number}" in texts[0]
        assert f"Your complaint {number} has arrived in ACCME's central database." in texts[1]
        assert "received by ACCME" in (await rivera.says("/complaints")).text


async def test_what_may_not_go_to_accme_stays_with_the_operator(life):
    async with life("hub") as whole, whole.runs() as rivera:
        await rivera.complains(accme="no")
        assert rivera.hub.intake.stored == {}
        assert "It stays with the people who run this bot" in rivera.person.last.text
        assert "with the people who run this bot" in (await rivera.says("/complaints")).text


async def test_a_hub_that_is_down_for_two_days_gets_it_once(life, caplog):
    caplog.set_level(logging.WARNING)
    async with life("hub") as whole, whole.runs() as rivera:
        rivera.hub.order(Broken(503), "/complaints", times=None)
        number = await rivera.complains()
        assert "on its way" in (await rivera.says("/complaints")).text
        for _ in range(16):
            await rivera.passes(hours=3)
        assert rivera.hub.intake.stored == {}
        errors = [one for one in caplog.records if one.levelno >= logging.ERROR]
        assert any(number in one.getMessage() for one in errors), "the operator was told"
        assert "takes longer than it should" in (await rivera.says("status of my complaint")).text
        assert "has not arrived yet; I keep trying" in await rivera.told()
        rivera.hub.heal()
        await rivera.passes(hours=7)
        assert rivera.hub.complaint(number).content["description"] == STORY
        await rivera.passes(hours=24)
        assert "has arrived" in await rivera.told()


@pytest.mark.parametrize("fault", [Dropped(after=True), HalfBody(), Dropped()])
async def test_a_hub_that_answers_badly_gets_it_once(life, fault):
    async with life("hub") as whole, whole.runs() as rivera:
        rivera.hub.order(fault, "/complaints", times=4)
        number = await rivera.complains()
        for _ in range(4):
            await rivera.passes(minutes=5)
        assert rivera.hub.complaint(number).status == "received"


async def test_a_hub_without_intake_hands_over_to_mail(life):
    async with life("hub", "mail") as whole, whole.runs() as rivera:
        rivera.hub.order(Broken(404), "/complaints", times=None)
        number = await rivera.complains()
        assert [mail["Subject"] for mail in rivera.box.taken] == [f"Complaint {number}"]
        assert rivera.stored[0].route == "mail"


async def test_the_status_is_followed_and_told(life):
    async with life("hub") as whole, whole.runs() as rivera:
        number = await rivera.complains()
        rivera.hub.advance(number, "in_review", "A notice went to the provider.")
        await rivera.passes(hours=7)
        told = await rivera.told()
        assert f"Your complaint {number} is being read." in told
        assert "A notice went to the provider." in told
        await rivera.passes(days=1)
        rivera.hub.advance(number, "closed", "The provider corrected the slides.")
        await rivera.passes(hours=7)
        told = await rivera.told()
        assert f"Your complaint {number} is closed." in told
        assert "Was this fair?" in told
        await rivera.presses("Partly")
        assert rivera.stored[0].fair == "partly"
        before = len(rivera.hub.calls)
        await rivera.passes(days=40)
        assert len(rivera.hub.calls) == before, "nobody asks about what is closed"


async def test_a_word_at_least_every_thirty_days(life):
    async with life("hub") as whole, whole.runs() as rivera:
        number = await rivera.complains()
        await rivera.passes(days=31)
        assert f"Your complaint {number} is still open" in await rivera.told()
        await rivera.passes(days=31)
        heard = len(rivera.person.heard)
        assert f"Your complaint {number} is still open" in await rivera.told()
        assert len(rivera.person.heard) == heard + 1


async def test_more_and_a_withdrawal_reach_the_hub(life):
    async with life("hub") as whole, whole.runs() as rivera:
        number = await rivera.complains()
        await rivera.says("/complaints")
        await rivera.presses("Add more")
        await rivera.says("He also handed out samples.")
        await rivera.says("done")
        await rivera.sends("samples.png", picture("PNG"))
        await rivera.says("done")
        await rivera.presses("Send addition")
        arrived = rivera.hub.complaint(number)
        assert arrived.additions[0].startswith("He also handed out samples.")
        assert "samples.png" in arrived.additions[0]
        assert len(arrived.evidence) == 1
        await rivera.says("withdraw my complaint")
        assert arrived.status == "received"
        await rivera.presses("Withdraw it")
        assert arrived.status == "withdrawn"
        assert "withdrawn by you" in (await rivera.says("/complaints")).text


async def test_what_was_withdrawn_before_it_went_out_is_never_sent(life):
    async with life("hub") as whole, whole.runs() as rivera:
        await rivera.drafts("postal")
        await rivera.says("skip")
        worker = rivera.bot.rim.errands
        worker._closing = True
        await rivera.person.presses("Send complaint")
        await rivera.person.hears("has the number")
        await rivera.person.says("withdraw my complaint")
        await rivera.person.hears("Withdraw C-")
        await rivera.person.presses("Withdraw it")
        await rivera.person.hears("is withdrawn")
        worker._closing = False
        await rivera.settled()
        assert rivera.hub.intake.stored == {}


async def test_what_may_have_gone_out_is_withdrawn_there_too(life):
    async with life("hub") as whole, whole.runs() as rivera:
        rivera.hub.order(Dropped(after=True), "/complaints", times=3)
        number = await rivera.complains()
        rivera.hub.heal()
        await rivera.says("withdraw my complaint")
        await rivera.presses("Withdraw it")
        await rivera.passes(minutes=5)
        assert rivera.hub.complaint(number).status == "withdrawn"


# ── by mail ─────────────────────────────────────────────────────────────────────────────────


async def test_a_complaint_comes_by_mail_with_pdf_and_evidence(life):
    async with life("mail") as whole, whole.runs() as rivera:
        number = await rivera.complains(files=(("slides.pdf", slides(1)),))
        [mail] = rivera.box.taken
        assert mail["To"] == "complaints@readers.example"
        assert mail["Subject"] == f"Complaint {number}"
        assert STORY in mail.get_body().get_content()
        names = [part.get_filename() for part in mail.iter_attachments()]
        assert names == [f"complaint {number}.pdf", "slides.pdf"]
        pdf = next(mail.iter_attachments()).get_content()
        assert pdf.startswith(b"%PDF-")
        assert "has arrived with the people who read complaints" in rivera.person.last.text


@pytest.mark.parametrize(
    "mood",
    [
        *("451", "550", "hangs", "takes and closes"),
        *(
            pytest.param(mood, marks=pytest.mark.soak)
            for mood in ("450", "554", "closes", "takes and hangs")
        ),
    ],
)
async def test_a_mail_server_in_any_mood_gets_one_mail_at_last(life, mood, monkeypatch):
    monkeypatch.setattr("bot.errands.mail.SECONDS", 0.2)
    async with life("mail") as whole, whole.runs() as rivera:
        rivera.box.mood = mood
        number = await rivera.complains()
        assert rivera.stored[0].delivered_at is None
        assert rivera.stored[0].trouble.startswith("smtp")
        for _ in range(4):
            await rivera.passes(hours=2)
        tries = rivera.box.tries
        assert tries >= 2
        rivera.box.mood = "kind"
        await rivera.passes(hours=7)
        assert [mail["Subject"] for mail in rivera.box.distinct] == [f"Complaint {number}"]
        assert rivera.stored[0].delivered_at is not None
        await rivera.passes(days=3)
        assert rivera.box.tries == tries + 1


async def test_a_mail_sent_again_is_the_same_to_the_byte(life, monkeypatch):
    monkeypatch.setattr("bot.errands.mail.SECONDS", 0.2)
    async with life("mail") as whole, whole.runs() as rivera:
        rivera.box.mood = "takes and closes"
        await rivera.complains(files=(("shot.png", picture("PNG")),))
        first = rivera.box.raw
        rivera.box.mood = "kind"
        await rivera.passes(hours=1)
        assert rivera.box.raw == first


async def test_a_mail_server_that_is_not_there_is_waited_for(life):
    async with life("mail") as whole:
        port, whole.box.port = whole.box.port, 1
        async with whole.runs() as rivera:
            await rivera.complains()
            await rivera.passes(hours=2)
            assert rivera.stored[0].late_at is not None
        whole.box.port = port
        async with whole.runs() as rivera:
            await rivera.passes(hours=7)
            assert len(rivera.box.taken) == 1


async def test_more_and_a_withdrawal_come_as_answers_to_the_first_mail(life):
    async with life("mail") as whole, whole.runs() as rivera:
        number = await rivera.complains()
        await rivera.says(f"add more to my complaint {number}")
        await rivera.says("He also handed out samples.")
        await rivera.says("done")
        await rivera.says("skip")
        await rivera.presses("Send addition")
        await rivera.says("withdraw my complaint")
        await rivera.presses("Withdraw it")
        first, added, withdrawn = rivera.box.taken
        assert "samples" in added.get_content()
        assert [one["In-Reply-To"] for one in (added, withdrawn)] == [first["Message-ID"]] * 2
        assert len(rivera.box.distinct) == 3


async def test_evidence_too_large_for_a_mail_is_named_and_kept(life, monkeypatch):
    monkeypatch.setattr("bot.errands.complaint_delivery.MOST_ATTACHED", 100)
    async with life("mail") as whole, whole.runs() as rivera:
        await rivera.complains(files=(("shot.png", picture("PNG")),))
        [mail] = rivera.box.taken
        assert "Too large for this mail, kept by those who run the bot: shot.png" in (
            mail.get_body().get_content()
        )
        assert len(list(mail.iter_attachments())) == 1


# ── with nobody to send it to ───────────────────────────────────────────────────────────────


async def test_without_hub_and_mail_it_stays_and_the_text_says_so(life):
    async with life() as whole, whole.runs() as rivera:
        await rivera.complains()
        assert "It stays with the people who run this bot" in rivera.person.last.text
        assert rivera.stored[0].status == "held"
        await rivera.passes(days=2)
        assert rivera.stored[0].late_at is None


async def test_a_lost_errand_is_found_by_the_daily_look(life):
    from bot.store.errands import drop_errand

    async with life("hub") as whole, whole.runs() as rivera:
        rivera.hub.order(Broken(503), "/complaints", times=None)
        number = await rivera.complains()
        with rivera.bot.records.writing() as session:
            drop_errand(session, f"complaint:{number}", rivera.clock())
        rivera.hub.heal()
        await rivera.passes(days=1, minutes=1)
        await rivera.passes(minutes=1)
        assert rivera.hub.complaint(number).status == "received"


async def test_what_was_sent_is_delivered_though_the_physician_deletes_everything(life):
    async with life("mail") as whole, whole.runs() as rivera:
        rivera.box.mood = "451"
        number = await rivera.complains(files=(("shot.png", picture("PNG")),))
        await rivera.says("/delete")
        await rivera.presses("Delete my data for good")
        rivera.box.mood = "kind"
        await rivera.passes(hours=1)
        [mail] = rivera.box.taken
        assert mail["Subject"] == f"Complaint {number}"
        assert len(list(mail.iter_attachments())) == 2
        assert rivera.stored[0].chat_id is None
        assert "no complaint yet" in (await rivera.says("/complaints")).text


async def test_kept_for_as_long_as_is_said_and_no_longer(life):
    async with life("hub") as whole, whole.runs() as rivera:
        number = await rivera.complains(files=(("shot.png", picture("PNG")),))
        rivera.hub.advance(number, "closed", "Done.")
        await rivera.passes(hours=7)
        assert rivera.stored[0].retain_until - rivera.clock().date() == timedelta(days=730)
        await rivera.passes(days=731, hours=1)
        assert rivera.stored == ()
