"""python-telegram-bot's real polling against the sandbox."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update


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
    maria = tg.user(1001, first_name="Maria")
    async with polling(echo):
        await maria.says("hello <you>")
        [answer] = await maria.hears()
        assert answer.text == "You said: hello <you>"
        assert answer.labels == ["Yes"]

        await maria.presses("Yes")
        [edited] = await maria.hears()
    assert (edited.id, edited.html, edited.edited) == (answer.id, "<b>yes</b>", True)
    assert [notice.text for notice in maria.notices] == ["Noted"]
