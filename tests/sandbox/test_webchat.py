"""The web chat in a real browser, with a small bot behind it; its HTTP side without one."""

import httpx
import pytest
from playwright.async_api import expect
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

MARIA, JAMES = 1001, 1002
HOSTILE = "<img src=x onerror=alert(1)> & <b>not bold</b>"


def rows(*buttons):
    return InlineKeyboardMarkup([[InlineKeyboardButton(**button)] for button in buttons])


async def small_bot(update, context):
    """Answers with buttons; a press edits the message, sends a file or shows an alert."""
    query, message = update.callback_query, update.effective_message
    if query is None and message.document:
        await message.reply_text(f"Got {message.document.file_name}")
    elif query is None:
        await message.reply_html(
            f"<b>You said:</b> {message.text_html}\n"
            "<blockquote expandable>one\ntwo\nthree\nfour</blockquote>",
            reply_markup=rows(
                {"text": "Change it", "callback_data": "edit"},
                {"text": "Erase", "callback_data": "alert", "style": "danger"},
                {"text": "Board", "url": "https://example.org/board"},
                {"text": "Send a file", "callback_data": "file"},
            ),
        )
    elif query.data == "edit":
        await query.answer("Changed")
        await query.edit_message_text("Changed in place")
    elif query.data == "alert":
        await query.answer("Really?", show_alert=True)
    else:
        await query.answer()
        await context.bot.send_document(MARIA, b"BEGIN:VCALENDAR", filename="cme.ics")


@pytest.fixture
async def page(tg, polling, browser_page):
    """Maria's chat with the small bot, open in the browser."""
    tg.user(MARIA, first_name="Maria", last_name="Rivera")
    async with polling(small_bot) as application:
        await application.bot.set_my_commands([("help", "What I can do"), ("stop", "Stop")])
        await browser_page.goto(f"{tg.url}/?user={MARIA}")
        yield browser_page


def bubbles(page):
    return page.locator(".bubble .body")


async def test_a_person_starts_types_presses_and_sees_the_edit_in_place(page, tg):
    await page.get_by_role("button", name="Start").click()
    await expect(bubbles(page).last).to_contain_text("You said: /start")
    await page.get_by_label("Message", exact=True).fill(HOSTILE)
    await page.keyboard.press("Enter")
    await expect(bubbles(page)).to_have_count(4)
    await expect(bubbles(page).last).to_contain_text(f"You said: {HOSTILE}")
    assert await bubbles(page).last.locator("img").count() == 0

    await page.get_by_role("button", name="Change it").last.click()
    await expect(bubbles(page).last).to_contain_text("Changed in place")
    await expect(page.get_by_text("Changed", exact=True)).to_be_visible()
    await expect(bubbles(page)).to_have_count(4)
    assert tg.user(MARIA).last.text == "Changed in place"


async def test_buttons_quotes_files_and_the_menu_do_what_they_show(page, tg):
    await page.get_by_role("button", name="Start").click()
    quote = page.locator(".fold")
    await expect(quote.locator(".toggle")).to_have_attribute("aria-expanded", "false")
    await quote.locator(".toggle").click()
    await expect(quote.locator(".toggle")).to_have_attribute("aria-expanded", "true")

    board = page.get_by_role("link", name="Board")
    await expect(board).to_have_attribute("href", "https://example.org/board")
    await page.get_by_role("button", name="Erase").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Really?")
    await page.get_by_role("button", name="OK").click()

    async with page.expect_download() as download:
        await page.get_by_role("button", name="Send a file").click()
        await page.get_by_role("link", name="cme.ics").click()
    assert (await download.value).suggested_filename == "cme.ics"

    slides = {"name": "slides.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    await page.locator("input[type=file]").set_input_files(slides)
    await expect(bubbles(page).last).to_contain_text("Got slides.pdf")

    await page.get_by_role("button", name="Menu").click()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(bubbles(page).last).to_contain_text("You said: /stop")
    assert tg.user(MARIA).messages[-2].text == "/stop"


async def test_the_page_finds_back_after_the_server_was_away(page, tg):
    await page.get_by_role("button", name="Start").click()
    await expect(bubbles(page)).to_have_count(2)
    await tg.goes_down()
    await expect(page.locator(".status")).to_have_text("connecting…")
    await page.get_by_label("Message", exact=True).fill("are you there?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("the server does not answer")).to_be_visible()
    await expect(page.get_by_label("Message", exact=True)).to_have_value("are you there?")
    await tg.goes_up()
    await expect(page.locator(".status")).to_have_text("bot")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(bubbles(page).last).to_contain_text("You said: are you there?")


async def test_two_chats_stand_side_by_side(page, tg):
    tg.user(JAMES, first_name="James")
    await page.goto(f"{tg.url}/?user={MARIA}&user={JAMES}")
    maria, james = page.locator(".chat").nth(0), page.locator(".chat").nth(1)
    await james.get_by_role("button", name="Start").click()
    await expect(james.locator(".bubble")).to_have_count(2)
    await expect(maria.locator(".bubble")).to_have_count(0)
    await expect(james.get_by_role("combobox")).to_have_value(str(JAMES))


# ── its HTTP side ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def client(tg):
    tg.user(MARIA, first_name="Maria")
    async with httpx.AsyncClient(base_url=tg.url) as opened:
        yield opened


async def test_without_a_name_the_first_person_is_shown(client):
    answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, f"/?user={MARIA}")


async def test_other_sites_and_other_names_of_this_machine_are_turned_away(client, tg):
    post = {"url": f"/chat/{MARIA}/says", "json": {"text": "hello"}}
    assert (await client.post(**post)).status_code == 403
    assert (await client.get("/chat/people", headers={"Host": "evil.test"})).status_code == 403
    assert tg.user(MARIA).messages == []
    assert (await client.post(**post, headers={"X-Sandbox": "1"})).status_code == 200
    assert tg.user(MARIA).messages[0].text == "hello"


async def test_only_pictures_are_shown_by_the_browser_itself(client, tg):
    maria = tg.user(MARIA)
    page = await maria.sends_file("page.html", b"<script>alert(1)</script>", "text/html")
    photo = await maria.sends_photo()
    html = await client.get(f"/chat/files/{page.raw['document']['file_id']}")
    picture = await client.get(f"/chat/files/{photo.raw['photo'][0]['file_id']}")
    assert html.headers["content-disposition"] == "attachment; filename*=UTF-8''page.html"
    assert html.headers["content-type"] == "application/octet-stream"
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.headers["x-content-type-options"] == "nosniff"


async def test_the_page_brings_everything_it_needs(client):
    page = (await client.get(f"/?user={MARIA}")).text
    assert "//" not in page.replace("<!doctype html>", "")
    for asset in ("chat.js", "formatting.js", "chat.css", "icon.svg"):
        assert (await client.get(f"/chat/assets/{asset}")).status_code == 200
    assert (await client.get("/chat/assets/index.html")).status_code == 404
