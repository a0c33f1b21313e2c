"""Each method of the Bot API that the sandbox knows, called by python-telegram-bot."""

import io
from datetime import UTC, datetime

import httpx
import pytest
from PIL import Image
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MenuButtonCommands,
    ReplyParameters,
)
from telegram.constants import ChatAction

from sandbox.telegram import TelegramSandbox
from sandbox.telegram.methods import METHODS

MARIA = 1001


@pytest.fixture
def maria(tg):
    return tg.user(MARIA, first_name="Maria", last_name="Rivera", started=True)


def picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(drawn, "PNG")
    return drawn.getvalue()


def keyboard(**button) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Go", **button)]])


async def test_any_well_formed_token_is_a_bot(bot):
    me = await bot.get_me()
    assert (me.id, me.is_bot, bool(me.username)) == (4242, True, True)


async def test_a_text_is_sent_with_its_formatting_and_buttons(bot, maria):
    sent = await bot.send_message(
        MARIA,
        "<b>Texas</b>: 6 &lt; 8\n<blockquote expandable>Source</blockquote>",
        parse_mode="HTML",
        reply_markup=keyboard(callback_data="x" * 64, style="danger"),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert sent.text == "Texas: 6 < 8\nSource"
    assert [entity.type for entity in sent.entities] == ["bold", "expandable_blockquote"]
    [shown] = await maria.hears()
    assert shown.html == "<b>Texas</b>: 6 &lt; 8\n<blockquote expandable>Source</blockquote>"
    assert shown.buttons[0][0].style == "danger"


async def test_a_reply_quotes_the_message_it_answers(bot, maria):
    said = await maria.says("hours in texas")
    sent = await bot.send_message(MARIA, "48", reply_parameters=ReplyParameters(said.id))
    assert sent.reply_to_message.text == "hours in texas"


async def test_a_message_is_dated_by_the_clock_that_was_handed_in(tg, bot, maria):
    tg.world.now = lambda: datetime(2026, 11, 23, 7, 12, tzinfo=UTC)
    sent = await bot.send_message(MARIA, "Good morning")
    assert sent.date == datetime(2026, 11, 23, 7, 12, tzinfo=UTC)
    assert maria.last.date == sent.date


async def test_text_and_buttons_are_edited_in_place(bot, maria):
    sent = await bot.send_message(MARIA, "one", reply_markup=keyboard(callback_data="go"))
    await bot.edit_message_text("two", MARIA, sent.message_id)
    assert (maria.last.text, maria.last.labels, maria.last.edited) == ("two", [], True)
    await bot.edit_message_reply_markup(
        MARIA, sent.message_id, reply_markup=keyboard(url="https://example.org")
    )
    assert maria.last.labels == ["Go"]
    await maria.presses("Go")
    assert maria.opened == ["https://example.org"]
    assert len(maria.heard) == 1


async def test_messages_are_deleted(bot, maria):
    numbers = [(await bot.send_message(MARIA, text)).message_id for text in "abc"]
    assert await bot.delete_message(MARIA, numbers[0])
    assert await bot.delete_messages(MARIA, numbers[1:])
    assert maria.messages == []


async def test_pictures_and_files_arrive_whole(bot, maria):
    await bot.send_photo(MARIA, picture(), caption="<i>Chart</i>", parse_mode="HTML")
    await bot.send_document(MARIA, b"BEGIN:VCALENDAR", filename="cme.ics", caption="Calendar")
    chart, calendar = await maria.hears(2)
    assert (chart.attachment.kind, chart.attachment.content) == ("photo", picture())
    assert chart.html == "<i>Chart</i>"
    assert (calendar.attachment.name, calendar.attachment.content) == (
        "cme.ics",
        b"BEGIN:VCALENDAR",
    )


async def test_a_file_is_sent_again_by_its_id_and_its_caption_edited(bot, maria):
    first = await bot.send_document(MARIA, b"one", filename="a.txt")
    again = await bot.send_document(MARIA, first.document.file_id)
    await bot.edit_message_caption(MARIA, again.message_id, caption="Again")
    assert maria.last.attachment.content == b"one"
    assert maria.last.text == "Again"


async def test_a_file_of_a_person_is_downloaded(bot, maria):
    await maria.sends_file("slides.pdf", b"%PDF-1.7", "application/pdf")
    [update] = await bot.get_updates()
    offered = update.message.document
    assert (offered.file_name, offered.mime_type, offered.file_size) == (
        "slides.pdf",
        "application/pdf",
        8,
    )
    assert await (await offered.get_file()).download_as_bytearray() == b"%PDF-1.7"


async def test_a_press_is_answered_by_a_notice_or_an_alert(bot, maria):
    await bot.send_message(MARIA, "?", reply_markup=keyboard(callback_data="go"))
    press = await maria.presses("Go")
    assert await bot.answer_callback_query(press, "Saved", show_alert=True)
    assert [(notice.text, notice.alert) for notice in maria.notices] == [("Saved", True)]


async def test_typing_is_shown(bot, maria, tg):
    seen = []
    with tg.world.listening(seen.append):
        assert await bot.send_chat_action(MARIA, ChatAction.TYPING)
    assert [event.kind for event in seen] == ["typing"]


async def test_commands_are_set_read_and_deleted_by_scope_and_language(bot):
    await bot.set_my_commands([BotCommand("help", "What I can do")])
    scope = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([("hilfe", "Was ich kann")], scope=scope, language_code="de")
    [default] = await bot.get_my_commands()
    [german] = await bot.get_my_commands(scope=scope, language_code="de")
    assert (default.command, german.command) == ("help", "hilfe")
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()


async def test_name_and_descriptions_are_kept(bot):
    await bot.set_my_name("CME bot")
    await bot.set_my_description("Ask away")
    await bot.set_my_short_description("CME")
    assert (await bot.get_my_name()).name == "CME bot"
    assert (await bot.get_me()).first_name == "CME bot"
    assert (await bot.get_my_description()).description == "Ask away"
    assert (await bot.get_my_short_description()).short_description == "CME"


async def test_the_menu_button_is_kept(bot, maria):
    assert await bot.set_chat_menu_button(MARIA, MenuButtonCommands())
    assert (await bot.get_chat_menu_button(MARIA)).type == "commands"


async def test_a_chat_is_described(bot, maria):
    chat = await bot.get_chat(MARIA)
    assert (chat.type, chat.full_name) == ("private", "Maria Rivera")


async def test_a_bot_leaves_a_group(bot, tg):
    tg.group(-100, "Grand rounds")
    await bot.send_message(-100, "Hello")
    assert await bot.leave_chat(-100)
    assert tg.called("leaveChat")[0].ok


async def test_calls_are_recorded_with_parameters_and_answers(bot, maria, tg):
    await bot.send_message(MARIA, "hello", disable_notification=True)
    [call] = tg.called("sendMessage")
    assert call.parameters["disable_notification"] in (True, "true")
    assert (call.answer["text"], call.code) == ("hello", 200)


@pytest.mark.parametrize("way", ["query", "form", "json", "multipart", "get"])
async def test_parameters_come_in_every_way_that_http_has(tg: TelegramSandbox, maria, way):
    url = f"{tg.url}/bot4242:a-token/SendMessage"
    given = {"chat_id": str(MARIA), "text": "hello"}
    async with httpx.AsyncClient() as client:
        answer = await {
            "query": lambda: client.post(url, params=given),
            "form": lambda: client.post(url, data=given),
            "json": lambda: client.post(url, json={"chat_id": MARIA, "text": "hello"}),
            "multipart": lambda: client.post(url, files={k: (None, v) for k, v in given.items()}),
            "get": lambda: client.get(url, params=given),
        }[way]()
    assert answer.json()["ok"]
    assert maria.last.text == "hello"


def test_every_parameter_that_python_telegram_bot_sends_is_known():
    """The stand-in's table is measured against the signatures of the library itself."""
    import inspect

    not_sent = {
        "self", "read_timeout", "write_timeout", "connect_timeout", "pool_timeout", "api_kwargs",
        "filename", "reply_to_message_id", "allow_sending_without_reply",
        "disable_web_page_preview", "current_offset",
    }  # fmt: skip
    snake = {name: name.replace("_", "") for name in dir(Bot) if not name.startswith("_")}
    compared = 0
    for name, flat in snake.items():
        if flat in METHODS and "_" in name:
            sent = set(inspect.signature(getattr(Bot, name)).parameters) - not_sent
            assert sent <= METHODS[flat].parameters, name
            compared += 1
    assert compared == len(METHODS)
