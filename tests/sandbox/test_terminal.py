"""The chat in a terminal, piped: what is typed, what is shown, and in which order."""

import io
import re
from datetime import date
from pathlib import Path

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from sandbox.terminal import chat, typed_lines

MARIA = 1001
ANSWER = (
    "<b>Ohio</b>: 8 &lt; 20 h, see <a href='https://example.org'>the board</a>\n"
    "<blockquote expandable>Source: code\nas of September 2026</blockquote>"
)


async def clerk(update, context):
    query, message = update.callback_query, update.effective_message
    if query is None:
        row = [InlineKeyboardButton("More", callback_data="more")]
        link = [
            InlineKeyboardButton("Board", url="https://example.org/b"),
            InlineKeyboardButton("A file", callback_data="file"),
        ]
        await message.reply_html(ANSWER, reply_markup=InlineKeyboardMarkup([row, link]))
    elif query.data == "more":
        await query.answer("Here")
        await query.edit_message_text("All of it")
    else:
        await query.answer()
        await context.bot.send_document(MARIA, b"BEGIN:VCALENDAR", filename="../cme.ics")


def taken_away(place):
    content = Path(place).read_bytes()
    Path(place).unlink()
    Path(place).parent.rmdir()
    return content


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def talk(tg, polling, until):
    """Types lines into Maria's chat with the clerk and gives all that was printed."""

    async def talked(*lines, out=None, turn_to=None):
        maria, out = tg.user(MARIA, started=True), out or io.StringIO()

        async def typed():
            for line in lines:
                yield line

        async def settled():
            presses = tg.bot.presses.values()
            await until(lambda: not tg.bot.updates.pending or not maria.messages)
            await until(lambda: maria.messages[-1].from_bot)
            await until(lambda: all(press.answered for press in presses))
            if presses:
                await until(lambda: len(maria.news()) >= 1)

        async with polling(clerk):
            await chat(tg, maria, typed(), out, settled, turn_to=turn_to)
        return out.getvalue()

    return talked


async def test_an_answer_is_printed_as_plain_text_with_numbered_buttons(talk):
    assert await talk("opiod hrs ohio") == (
        "Ohio: 8 < 20 h, see the board (https://example.org/)\n"
        "▸ Source: code\n"
        "  as of September 2026\n"
        "[#1 More]\n"
        "[#2 Board (https://example.org/b)]  [#3 A file]\n"
        "\n"
    )


async def test_a_number_presses_and_the_edit_is_shown_again(talk):
    printed = await talk("ohio", "#1")
    assert printed.endswith("[#3 A file]\n\n(Here)\n(edits) All of it\n\n")


async def test_a_file_is_saved_and_its_place_printed(talk):
    printed = await talk("ohio", "#3")
    [place] = re.findall(r"\[file (\S+)\]", printed)
    assert place.endswith("-cme.ics")
    assert taken_away(place) == b"BEGIN:VCALENDAR"


async def test_a_number_without_a_button_says_so_and_a_link_is_printed(talk):
    printed = await talk("ohio", "#9", "#2")
    assert printed.endswith("There is no button #9.\nhttps://example.org/b\n")


async def test_a_terminal_gets_bold_and_its_prompt_back(talk):
    printed = await talk("ohio", out=Terminal())
    assert "\x1b[1mOhio\x1b[22m: 8 < 20 h" in printed
    assert printed.endswith("\n> \n")


async def test_lines_come_from_a_pipe_until_it_ends():
    piped = io.StringIO("am i on track\n\n/help")
    assert [line async for line in typed_lines(piped)] == ["am i on track\n", "\n", "/help"]


async def test_the_clock_is_turned_to_a_day_and_other_words_are_refused(talk):
    days = []

    async def turn_to(day):
        days.append(day)
        return "It is later here." if len(days) > 1 else None

    shown = await talk("hi", "#day 2026-12-30", "#day 2026-12-01", "#day soon", turn_to=turn_to)
    assert days == [date(2026, 12, 30), date(2026, 12, 1)]
    assert shown.endswith("It is later here.\nsoon is no day; one is written #day 2026-12-30.\n")
