"""From Telegram to Telegram through everything between, by polling and by webhook."""

import socket
import threading
from datetime import UTC, datetime

import httpx
import pytest

from bot.assistant import Turn
from bot.handlers.reception import Webhook
from bot.handlers.updates import ALLOWED
from bot.model import Attachment, Key, Kind, Outgoing, SetFact
from bot.store import inbox
from bot.store.physicians import blocked_since, language_of
from sandbox.telegram.faults import Repeated
from tests.handlers.conftest import echo, until


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def webhook():
    port = free_port()
    return Webhook(f"http://127.0.0.1:{port}", "127.0.0.1", port, "a1b2c3", "s3cret")


@pytest.fixture(params=["polling", "webhook"])
def way(request):
    return {"webhook": webhook() if request.param == "webhook" else None}


async def test_texts_are_answered_in_order_in_every_chat(tg, running, done, way):
    async with running(**way):
        users = [tg.user(number, f"Guest {number}") for number in range(1001, 1006)]
        for count in range(4):
            for user in users:
                await user.says(f"message {count}")
        for user in users:
            await user.hears(lambda shown: shown.text == "You said: message 3")
    texts = [f"message {count}" for count in range(4)]
    for user in users:
        assert [shown.text for shown in user.heard] == [f"You said: {text}" for text in texts]
        assert done(user.id) == texts


async def test_a_press_is_acknowledged_and_the_message_edited_in_place(tg, running, way):
    def respond(incoming, physician, conversation, now):
        if incoming.kind is Kind.PRESS:
            return echo(incoming, physician, conversation, now)
        keys = ((Key("Yes", data="form:yes:1"), Key("Delete", data="form:no:1", danger=True)),)
        return Turn((Outgoing("message", "<b>Sure?</b>", keys),), (), conversation)

    async with running(respond, **way):
        maria = tg.user(1001, "Maria")
        await maria.says("hello")
        (asked,) = await maria.hears()
        assert asked.html == "<b>Sure?</b>"
        assert [button.style for button in asked.buttons[0]] == ["", "danger"]
        await maria.presses("Yes")
        (edited,) = await maria.hears()
        assert (edited.id, edited.text, edited.edited) == (asked.id, "pressed form:yes:1", True)
        assert [notice.text for notice in maria.notices] == ["Done"]


async def test_an_update_delivered_twice_is_done_once(tg, running, done):
    async with running() as bot:
        maria = tg.user(1001)
        tg.order(Repeated())
        await maria.says("once")
        await maria.hears("once")
        await maria.says("next")
        await maria.hears("next")
        await bot.rim.settled()
    assert done(1001) == ["once", "next"]
    assert [shown.text for shown in maria.heard] == ["You said: once", "You said: next"]


async def test_a_slow_turn_in_one_chat_delays_no_other(tg, running):
    let_go = threading.Event()

    def respond(incoming, physician, conversation, now):
        if incoming.text == "slow":
            assert let_go.wait(30)
        return echo(incoming, physician, conversation, now)

    async with running(respond):
        maria, omar = tg.user(1001), tg.user(1002)
        await maria.says("slow")
        try:
            await omar.says("quick")
            await omar.hears("quick")
            assert maria.heard == []
        finally:
            let_go.set()
        await maria.hears("slow")


@pytest.mark.behaviour(8)
async def test_work_that_takes_long_shows_typing_and_ends_the_waiting_of_a_press(tg, running):
    let_go = threading.Event()

    def respond(incoming, physician, conversation, now):
        if incoming.kind is Kind.PRESS:
            assert let_go.wait(30)
            return echo(incoming, physician, conversation, now)
        keys = ((Key("Chart", data="chart:draw:1"),),)
        return Turn((Outgoing("message", "Draw?", keys),), (), conversation)

    async with running(respond) as bot:
        maria = tg.user(1001)
        await maria.says("hello")
        await maria.hears("Draw?")
        await maria.presses("Chart")
        try:
            await until(lambda: tg.called("sendChatAction"))
            assert [call.ok for call in tg.called("answerCallbackQuery")] == [True]
        finally:
            let_go.set()
        await maria.hears("pressed chart:draw:1")
        await bot.rim.settled()


async def test_pictures_and_files_go_out_with_their_words(tg, running):
    def respond(incoming, physician, conversation, now):
        chart = Attachment("photo", "chart.png", PNG)
        file = Attachment("document", "transcript.csv", b"title,amount\n")
        return Turn(
            (
                Outgoing("message", "42 of 48", attachment=chart),
                Outgoing("message", "Here it is", attachment=file),
            ),
            (),
            conversation,
        )

    async with running(respond):
        maria = tg.user(1001)
        await maria.says("chart")
        chart, file = await maria.hears(2)
    assert (chart.text, chart.attachment.kind, chart.attachment.content) == (
        "42 of 48",
        "photo",
        PNG,
    )
    assert (file.attachment.name, file.attachment.content) == ("transcript.csv", b"title,amount\n")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


@pytest.mark.behaviour(13)
async def test_what_is_too_long_comes_in_parts_with_the_buttons_under_the_last(tg, running):
    paragraphs = [f"<b>{number}</b> " + "word " * 150 for number in range(12)]

    def respond(incoming, physician, conversation, now):
        answer = Outgoing("message", "\n\n".join(paragraphs), ((Key("More", data="a:b:1"),),))
        return Turn((answer,), (), conversation)

    async with running(respond):
        maria = tg.user(1001)
        await maria.says("everything")
        shown = await maria.hears(3)
    assert [message.labels for message in shown] == [[], [], ["More"]]
    assert all(len(message.text) <= 4096 for message in shown)
    assert "\n\n".join(message.html for message in shown).split() == " ".join(paragraphs).split()


async def test_every_kind_of_message_reaches_the_assistant_under_its_name(tg, running):
    seen = []

    def respond(incoming, physician, conversation, now):
        seen.append((incoming.kind, incoming.text))
        return Turn(conversation=conversation)

    async with running(respond):
        maria = tg.user(1001)
        said = await maria.says("مرحبا 👩‍⚕️")
        await maria.sends_file("transcript.pdf", b"%PDF", "application/pdf", "my transcript")
        await maria.sends_photo()
        await maria.sends_voice()
        await maria.sends_sticker()
        await maria.sends_location()
        await maria.sends_contact(forwarded=True)
        await maria.sends({"dice": {"emoji": "🎲", "value": 3}})
        await maria.edits(said, "corrected")
        await maria.says("am i on track", tg.group(-500))
        await maria.says("last")
        await until(lambda: (Kind.TEXT, "last") in seen)
    own = [entry for entry in seen if entry[0] is not Kind.GROUP]
    assert own == [
        (Kind.TEXT, "مرحبا 👩‍⚕️"),
        (Kind.FILE, "my transcript"),
        (Kind.PHOTO, ""),
        (Kind.VOICE, ""),
        (Kind.STICKER, ""),
        (Kind.LOCATION, ""),
        (Kind.CONTACT, ""),
        (Kind.OTHER, ""),
        (Kind.EDITED, "corrected"),
        (Kind.TEXT, "last"),
    ]
    assert (Kind.GROUP, "am i on track") in seen


async def test_in_a_group_nobody_is_known_and_nothing_is_kept(tg, running, done):
    known = []

    def respond(incoming, physician, conversation, now):
        known.append((incoming.kind, physician.id))
        return echo(incoming, physician, conversation, now)

    async with running(respond) as bot:
        maria = tg.user(1001)
        await maria.says("mine")
        await maria.hears()
        await maria.says("am i on track", tg.group(-500))
        await until(lambda: len(known) == 2)
        await bot.rim.settled()
    assert known[1] == (Kind.GROUP, 0)
    assert done(-500) == []


async def test_only_the_kinds_that_are_handled_are_asked_for(tg, running):
    async with running():
        maria = tg.user(1001)
        await maria.says("hello")
        await maria.hears()
    assert tg.bot.updates.allowed == set(ALLOWED)


async def test_a_physician_who_blocks_and_returns_is_known_to_have_done_so(tg, running, records):
    async with running():
        maria = tg.user(1001, language_code="es")
        await maria.says("hello")
        await maria.hears()
        await maria.blocks()
        await until(lambda: _blocked(records) is not None)
        await maria.unblocks()
        await maria.says("back")
        await maria.hears("back")
    assert _blocked(records) is None
    with records.reading() as session:
        assert language_of(session, 1001) == "es"


def _blocked(records):
    with records.reading() as session:
        return blocked_since(session, 1001)


async def test_a_webhook_takes_no_call_without_its_secret(tg, running, done):
    hook = webhook()
    update = {"update_id": 1, "message": {"message_id": 1, "date": 0, "text": "forged"}}
    update["message"] |= {"chat": {"id": 1001, "type": "private"}}
    async with running(webhook=hook) as bot, httpx.AsyncClient() as client:
        answers = [
            await client.post(f"{hook.url}/{hook.path}", json=update),
            await client.post(
                f"{hook.url}/{hook.path}",
                json=update,
                headers={"X-Telegram-Bot-Api-Secret-Token": "guess"},
            ),
            await client.post(f"{hook.url}/", json=update),
        ]
        await bot.rim.settled()
    assert [answer.status_code for answer in answers] == [403, 403, 404]
    assert done(1001) == []


async def test_what_was_sent_while_the_bot_was_down_is_answered_after_the_start(tg, running, done):
    maria = tg.user(1001)
    async with running():
        await maria.says("before")
        await maria.hears("before")
    await maria.says("meanwhile")
    async with running():
        await maria.hears("meanwhile")
    assert done(1001) == ["before", "meanwhile"]


async def test_an_update_that_was_stored_and_not_answered_is_answered_after_a_restart(
    tg, running, records, done
):
    maria = tg.user(1001)
    async with running():
        await maria.says("first")
        await maria.hears("first")
    stored = dict(MESSAGE, text="stored")
    with records.writing() as session:
        inbox.receive(session, 1, 1001, {"update_id": 1, "message": stored}, NOW)
    async with running(receiving=False) as bot:
        await bot.rim.settled()
    assert done(1001) == ["first", "stored"]
    assert maria.last.text == "You said: stored"


MESSAGE = {
    "message_id": 5,
    "date": 1,
    "chat": {"id": 1001, "type": "private", "first_name": "Maria"},
    "from": {"id": 1001, "is_bot": False, "first_name": "Maria"},
}
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


async def test_changes_and_answers_of_a_turn_are_one(tg, running, records, done):
    """A turn that fails after its changes were decided leaves none of them."""

    def respond(incoming, physician, conversation, now):
        turn = echo(incoming, physician, conversation, now)
        if incoming.text == "broken":
            return Turn(turn.outgoing, (*turn.changes, SetFact("dea", object())), conversation)
        return turn

    async with running(respond):
        maria = tg.user(1001)
        await maria.says("broken")
        await maria.hears("Sorry (E-")
        await maria.says("fine")
        await maria.hears("fine")
    assert done(1001) == ["fine"]
    assert [shown.text for shown in maria.heard if "broken" in shown.text] == []
