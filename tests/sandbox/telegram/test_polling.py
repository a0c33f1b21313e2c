"""Long polling: what is confirmed is forgotten, what is not comes again."""

import asyncio

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import Conflict

MARIA = 1001


async def echo(update: Update, _context) -> None:
    if update.callback_query:
        await update.callback_query.answer("Noted")
        await update.callback_query.edit_message_text(
            f"<b>{update.callback_query.data}</b>", "HTML"
        )
    elif update.message:
        row = [InlineKeyboardButton("Yes", callback_data="yes")]
        await update.message.reply_html(
            f"You said: {update.message.text_html}", reply_markup=InlineKeyboardMarkup([row])
        )


async def test_a_message_is_answered_and_a_press_edits_in_place(tg, polling):
    maria = tg.user(MARIA, first_name="Maria")
    async with polling(echo):
        await maria.says("hello <you>")
        [answer] = await maria.hears()
        assert answer.text == "You said: hello <you>"
        assert answer.labels == ["Yes"]

        await maria.presses("Yes")
        [edited] = await maria.hears()
    assert (edited.id, edited.html, edited.edited) == (answer.id, "<b>yes</b>", True)
    assert [notice.text for notice in maria.notices] == ["Noted"]


async def test_messages_written_before_the_bot_came_wait_for_it(tg, polling):
    maria = tg.user(MARIA)
    await maria.starts("texas")
    async with polling(echo):
        assert (await maria.hears("/start texas")).from_bot


async def test_an_offset_confirms_and_forgets(tg, bot):
    maria = tg.user(MARIA)
    for text in "abc":
        await maria.says(text)
    first = await bot.get_updates(limit=2)
    assert [update.message.text for update in first] == ["a", "b"]
    assert await bot.get_updates(limit=2) == first
    [third] = await bot.get_updates(offset=first[-1].update_id + 1)
    assert third.message.text == "c"
    assert third.update_id == first[-1].update_id + 1
    assert await bot.get_updates(offset=third.update_id + 1) == ()
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_a_negative_offset_keeps_the_last(tg, bot):
    for text in "abc":
        await tg.user(MARIA).says(text)
    [last] = await bot.get_updates(offset=-1)
    assert last.message.text == "c"


async def test_a_poll_waits_for_the_next_message(tg, bot, until):
    maria = tg.user(MARIA)
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await until(lambda: tg.bot.updates.poll)
    assert not poll.done()
    await maria.says("now")
    [update] = await poll
    assert update.message.text == "now"


async def test_the_kinds_a_bot_wants_are_remembered(tg, bot):
    maria = tg.user(MARIA)
    await bot.get_updates(allowed_updates=["message"])
    said = await maria.says("kept")
    await maria.edits(said, "not wanted")
    await maria.blocks()
    assert [update.message.text for update in await bot.get_updates()] == ["kept"]
    await bot.get_updates(allowed_updates=["my_chat_member"])
    await maria.unblocks()
    assert [bool(update.my_chat_member) for update in await bot.get_updates()] == [False, True]


async def test_of_two_pollers_the_first_is_told_to_stop(tg, bot, until):
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await until(lambda: tg.bot.updates.poll)
    async with httpx.AsyncClient() as client:
        second = await client.get(f"{tg.url}/bot{bot.token}/getUpdates")
    assert second.json() == {"ok": True, "result": []}
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first


async def test_there_is_no_polling_beside_a_webhook(bot):
    await bot.set_webhook("https://example.org/hook")
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_a_second_bot_has_its_own_chats(tg, bot):
    tg.user(MARIA)
    await tg.user(MARIA).says("to the first")
    async with Bot("77:b", base_url=f"{tg.url}/bot") as other:
        assert await other.get_updates() == ()
    assert len(await bot.get_updates()) == 1


# ── what people can send ────────────────────────────────────────────────────────────────────

SENDS = {
    "text": lambda phil: phil.says("hello"),
    "document": lambda phil: phil.sends_file("a.pdf", b"%PDF", "application/pdf"),
    "photo": lambda phil: phil.sends_photo(),
    "sticker": lambda phil: phil.sends_sticker(),
    "voice": lambda phil: phil.sends_voice(),
    "location": lambda phil: phil.sends_location(),
    "contact": lambda phil: phil.sends_contact(forwarded=True),
    "dice": lambda phil: phil.sends({"dice": {"emoji": "🎲", "value": 4}}),
}


@pytest.mark.parametrize("kind", SENDS)
async def test_the_bot_gets_what_a_person_sends(tg, bot, kind):
    await SENDS[kind](tg.user(MARIA))
    [update] = await bot.get_updates()
    assert getattr(update.message, kind)
    assert update.effective_user.id == MARIA
    if kind == "contact":
        assert update.message.forward_origin.sender_user_name == "A colleague"


async def test_edits_blocks_and_groups_are_updates_of_their_own(tg, bot):
    maria = tg.user(MARIA)
    rounds = tg.group(-100500, "Grand rounds")
    said = await maria.says("one")
    await maria.edits(said, "two")
    await maria.blocks()
    await maria.says("hi all", chat=rounds)
    added, _, edited, blocked, in_group = await bot.get_updates()
    assert added.my_chat_member.new_chat_member.status == "member"
    assert edited.edited_message.text == "two"
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert blocked.my_chat_member.new_chat_member.user.id == bot.id
    assert (in_group.message.chat.type, in_group.message.chat.id) == ("supergroup", -100500)


async def test_a_button_that_is_not_there_says_which_are(tg, bot):
    maria = tg.user(MARIA, started=True)
    row = [InlineKeyboardButton("Number", copy_text={"text": "C-7K3F-92"})]
    await bot.send_message(MARIA, "Sent", reply_markup=InlineKeyboardMarkup([row]))
    await maria.presses("Numb")
    assert maria.clipboard == "C-7K3F-92"
    with pytest.raises(AssertionError, match=r"no button 'Erase' among \['Number'\]"):
        await maria.presses("Erase")
    with pytest.raises(AssertionError, match=r"waited 0.01 s for 'more' and heard:\n  'Sent'"):
        await maria.hears("more", timeout=0.01)
