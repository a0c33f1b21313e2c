"""What Telegram refuses, the sandbox refuses, in Telegram's words and with its codes."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from sandbox.telegram import telegram_sandbox

MARIA = 1001
STRANGER = 1002
LONG = "x" * 4096
PHOTO_LIMIT = "the maximum size is 10485760 bytes"


def button(**action):
    return {"inline_keyboard": [[{"text": "Go", **action}]]}


@pytest.fixture
async def call(tg):
    """Calls a method as any bot would and gives the code and the description."""
    tg.user(MARIA, started=True)
    tg.user(STRANGER)
    async with httpx.AsyncClient(base_url=f"{tg.url}/bot4242:a-token/") as client:

        async def called(method, **given):
            answer = (await client.post(method, json=given)).json()
            return answer.get("error_code", 200), answer.get("description", "")

        yield called


SENDING = {
    "no text": ({"text": ""}, "message text is empty"),
    "only blanks": ({"text": " \n "}, "text must be non-empty"),
    "only tags": ({"text": "<b> </b>", "parse_mode": "HTML"}, "text must be non-empty"),
    "too long": ({"text": LONG + "x"}, "message is too long"),
    "too long in UTF-16": ({"text": "😀" * 2049}, "message is too long"),
    "no chat": ({"chat_id": "", "text": "x"}, "chat_id is empty"),
    "unknown chat": ({"chat_id": 5, "text": "x"}, "chat not found"),
    "no such name": ({"chat_id": "@nobody", "text": "x"}, "chat not found"),
    "other parse mode": ({"text": "x", "parse_mode": "INVALID"}, "unsupported parse_mode"),
    "unclosed tag": (
        {"text": "<b>x", "parse_mode": "HTML"},
        "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
    "unknown tag": (
        {"text": "é<p>x</p>", "parse_mode": "HTML"},
        'can\'t parse entities: Unsupported start tag "p" at byte offset 2',
    ),
    "crossed tags": (
        {"text": "<b><i>x</b></i>", "parse_mode": "HTML"},
        'can\'t parse entities: Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
    ),
    "entity outside": (
        {"text": "hello", "entities": [{"type": "bold", "offset": 0, "length": 100}]},
        "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 100",
    ),
    "entity unknown": (
        {"text": "hello", "entities": [{"type": "loud", "offset": 0, "length": 1}]},
        "can't parse MessageEntity: Unsupported type specified",
    ),
    "reply to nothing": (
        {"text": "x", "reply_parameters": {"message_id": 999}},
        "message to be replied not found",
    ),
    "65 bytes of data": (
        {"text": "x", "reply_markup": button(callback_data="é" * 32 + "x")},
        "BUTTON_DATA_INVALID",
    ),
    "no action": (
        {"text": "x", "reply_markup": button()},
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    "no label": (
        {"text": "x", "reply_markup": {"inline_keyboard": [[{"callback_data": "a"}]]}},
        "can't parse inline keyboard button: Can't find field \"text\"",
    ),
    "wrong address": (
        {"text": "x", "reply_markup": button(url="not-a-url")},
        "inline keyboard button URL 'not-a-url' is invalid: Wrong HTTP URL",
    ),
    "other protocol": (
        {"text": "x", "reply_markup": button(url="ftp://example.com")},
        "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol",
    ),
    "257 to copy": (
        {"text": "x", "reply_markup": button(copy_text={"text": "x" * 257})},
        "BUTTON_COPY_TEXT_INVALID",
    ),
    "101 buttons": (
        {
            "text": "x",
            "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]] * 101},
        },
        "reply markup is too long",
    ),
    "no markup": ({"text": "x", "reply_markup": [1]}, "object expected as reply markup"),
    "unknown parameter": (
        {"text": "x", "disable_notifications": True},
        "sendMessage has no parameter disable_notifications",
    ),
}


@pytest.mark.parametrize("case", SENDING)
async def test_a_text_that_telegram_would_not_take(call, case, tg):
    given, description = SENDING[case]
    assert await call("sendMessage", **({"chat_id": MARIA} | given)) == (
        400,
        f"Bad Request: {description}",
    )
    assert tg.user(MARIA).messages == []


@pytest.mark.parametrize(
    "given",
    [
        {"text": LONG},
        {"text": "<b>" + LONG + "</b>", "parse_mode": "HTML"},
        {"text": "&amp;" * 4096, "parse_mode": "HTML"},
        {"text": "x", "reply_markup": button(callback_data="x" * 64)},
        {"text": "x", "reply_markup": button(copy_text={"text": "x" * 256})},
        {"text": "x", "reply_parameters": {"message_id": 9, "allow_sending_without_reply": True}},
    ],
    ids=["4096", "4096 within tags", "4096 written longer", "64 bytes", "256 to copy", "reply"],
)
async def test_what_just_fits_is_taken(call, given):
    assert await call("sendMessage", chat_id=MARIA, **given) == (200, "")


OTHERS = {
    "caption": (
        "sendPhoto",
        {"photo": "x", "caption": "x" * 1025},
        "message caption is too long",
    ),
    "no picture": ("sendPhoto", {}, "there is no photo in the request"),
    "no file": ("sendDocument", {}, "there is no document in the request"),
    "file unknown": (
        "sendDocument",
        {"document": "AgAD"},
        "wrong remote file identifier specified: Wrong string length",
    ),
    "file from the web": (
        "sendDocument",
        {"document": "https://example.org/a.pdf"},
        "failed to get HTTP URL content",
    ),
    "edit nothing": (
        "editMessageText",
        {"message_id": 77, "text": "x"},
        "message to edit not found",
    ),
    "edit no number": (
        "editMessageText",
        {"text": "x"},
        "message identifier is not specified",
    ),
    "delete nothing": ("deleteMessage", {"message_id": 77}, "message to delete not found"),
    "action": ("sendChatAction", {"action": "sleep"}, "wrong parameter action in request"),
}


@pytest.mark.parametrize("case", OTHERS)
async def test_what_other_methods_do_not_take(call, case):
    method, given, description = OTHERS[case]
    assert await call(method, chat_id=MARIA, **given) == (400, f"Bad Request: {description}")


async def test_an_edit_that_changes_nothing(call, bot, tg):
    sent = await bot.send_message(MARIA, "<b>one</b>", parse_mode="HTML")
    code, text = await call(
        "editMessageText",
        chat_id=MARIA,
        message_id=sent.message_id,
        text="<strong>one</strong>",
        parse_mode="HTML",
    )
    assert code == 400
    assert text.startswith("Bad Request: message is not modified: specified new message content")
    assert not tg.user(MARIA).last.edited


async def test_edits_of_what_cannot_be_edited(call, bot, tg):
    said = await tg.user(MARIA).says("mine")
    theirs = {"chat_id": MARIA, "message_id": said.id, "text": "yours"}
    assert await call("editMessageText", **theirs) == (
        400,
        "Bad Request: message can't be edited",
    )
    sent = await bot.send_document(MARIA, b"x", filename="a.txt")
    code, text = await call("editMessageText", chat_id=MARIA, message_id=sent.message_id, text="x")
    assert (code, text) == (400, "Bad Request: there is no text in the message to edit")
    sent = await bot.send_message(MARIA, "x")
    code, text = await call(
        "editMessageText", chat_id=MARIA, message_id=sent.message_id, text=LONG + "x"
    )
    assert (code, text) == (400, "Bad Request: MESSAGE_TOO_LONG")


async def test_a_message_older_than_two_days_cannot_be_deleted(call, bot, tg):
    sent = await bot.send_message(MARIA, "x")
    before = tg.world.now
    tg.world.now = lambda: before() + timedelta(hours=49)
    assert await call("deleteMessage", chat_id=MARIA, message_id=sent.message_id) == (
        400,
        "Bad Request: message can't be deleted for everyone",
    )


TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


async def test_a_press_is_answered_once_and_in_time(call, bot, tg):
    maria = tg.user(MARIA)
    await bot.send_message(MARIA, "?", reply_markup=button(callback_data="go"))
    press = await maria.presses("Go")
    assert await call("answerCallbackQuery", callback_query_id=press) == (200, "")
    assert await call("answerCallbackQuery", callback_query_id=press) == (400, TOO_OLD)
    assert await call("answerCallbackQuery", callback_query_id="invented") == (400, TOO_OLD)
    late = await maria.presses("Go")
    tg.world.press_lifetime = -1
    assert await call("answerCallbackQuery", callback_query_id=late) == (400, TOO_OLD)


async def test_who_cannot_be_written_to(call, tg):
    maria = tg.user(MARIA)
    assert await call("sendMessage", chat_id=STRANGER, text="x") == (
        403,
        "Forbidden: bot can't initiate conversation with a user",
    )
    await maria.blocks()
    assert await call("sendMessage", chat_id=MARIA, text="x") == (
        403,
        "Forbidden: bot was blocked by the user",
    )
    await maria.unblocks()
    assert await call("sendMessage", chat_id=MARIA, text="x") == (200, "")
    maria.deletes_account()
    assert await call("sendMessage", chat_id=MARIA, text="x") == (
        403,
        "Forbidden: user is deactivated",
    )


async def test_files_that_are_too_large(call, tg, bot):
    maria = tg.user(MARIA)
    await maria.sends_file("scan.pdf", b"%PDF", "application/pdf", size=20 * 1024 * 1024 + 1)
    [update] = await bot.get_updates()
    assert await call("getFile", file_id=update.message.document.file_id) == (
        400,
        "Bad Request: file is too big",
    )
    assert await call("getFile", file_id="x") == (
        400,
        "Bad Request: wrong file_id or the file is temporarily unavailable",
    )
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{tg.url}/bot4242:a-token/sendDocument",
            data={"chat_id": MARIA},
            files={"document": ("big.bin", bytes(50 * 1024 * 1024 + 1))},
        )
    assert (answer.status_code, answer.json()["description"]) == (413, "Request Entity Too Large")


@pytest.mark.parametrize(
    ("name", "content", "description"),
    [
        ("a.png", b"no picture", "IMAGE_PROCESS_FAILED"),
        ("a.png", b"", "file must be non-empty"),
        (
            "a.png",
            bytes(10 * 1024 * 1024 + 1),
            f"file of size 10485761 bytes is too big for a photo; {PHOTO_LIMIT}",
        ),
    ],
    ids=["no picture", "empty", "over 10 MB"],
)
async def test_pictures_that_are_none(call, tg, name, content, description):
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{tg.url}/bot4242:a-token/sendPhoto",
            data={"chat_id": MARIA},
            files={"photo": (name, content)},
        )
    assert answer.json()["description"] == f"Bad Request: {description}"


@pytest.mark.parametrize(
    ("path", "code", "description"),
    [
        ("/botnonsense/getMe", 404, "Not Found"),
        ("/bot4242:a-token/getYou", 404, "Not Found: method not found"),
        ("/bot1:revoked/getMe", 401, "Unauthorized"),
    ],
)
async def test_wrong_tokens_and_methods(tg, path, code, description):
    tg.world.revoked.add("1:revoked")
    async with httpx.AsyncClient() as client:
        answer = await client.get(tg.url + path)
    assert (answer.status_code, answer.json()["description"]) == (code, description)


async def test_without_strictness_unknown_parameters_pass_as_with_telegram():
    async with telegram_sandbox(strict=False) as tg, httpx.AsyncClient() as client:
        tg.user(MARIA, started=True)
        given = {"chat_id": MARIA, "text": "x", "disable_notifications": True}
        answer = await client.post(f"{tg.url}/bot1:a/sendMessage", json=given)
    assert answer.json()["ok"]


@pytest.mark.parametrize(
    ("method", "given", "description"),
    [
        (
            "setMyCommands",
            {"commands": [{"command": "Help!", "description": "x"}]},
            "BOT_COMMAND_INVALID",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "help", "description": ""}]},
            "BOT_COMMAND_DESCRIPTION_INVALID",
        ),
        ("setMyDescription", {"description": "x" * 513}, "DESCRIPTION_TOO_LONG"),
        ("setMyName", {"name": "x", "language_code": "english"}, "invalid language code specified"),
        (
            "setWebhook",
            {"url": "http://example.org/hook"},
            "bad webhook: An HTTPS URL must be provided for webhook",
        ),
        (
            "setWebhook",
            {"url": "https://example.org/hook", "secret_token": "with blanks"},
            "secret token contains unallowed characters",
        ),
    ],
)
async def test_settings_that_telegram_would_not_take(call, method, given, description):
    assert await call(method, **given) == (400, f"Bad Request: {description}")


# ── flood ───────────────────────────────────────────────────────────────────────────────────


async def test_one_message_a_second_to_a_chat(call, tg):
    clock = iter([0.0, 0.4, 1.0])
    tg.world.monotonic = lambda: next(clock)
    tg.world.flood.watching = True
    answers = [await call("sendMessage", chat_id=MARIA, text="x") for _ in range(3)]
    assert answers == [(200, ""), (429, "Too Many Requests: retry after 1"), (200, "")]


async def test_thirty_messages_a_second_overall(call, tg):
    for number in range(2000, 2031):
        tg.user(number, started=True)
    tg.world.monotonic = lambda: 0.0
    tg.world.flood.watching = True
    answers = [
        (await call("sendMessage", chat_id=number, text="x"))[0] for number in range(2000, 2031)
    ]
    assert answers == [200] * 30 + [429]


async def test_a_flood_says_when_to_try_again(tg):
    tg.user(MARIA, started=True)
    tg.world.flood.watching = True
    async with httpx.AsyncClient(base_url=f"{tg.url}/bot4242:a-token/") as client:
        sends = [client.post("sendMessage", json={"chat_id": MARIA, "text": "x"}) for _ in "ab"]
        answers = [one.json() for one in await asyncio.gather(*sends)]
    [refused] = [one for one in answers if not one["ok"]]
    assert refused["parameters"] == {"retry_after": 1}


def card(**changes):
    content = {"message_text": "<b>x</b>", "parse_mode": "HTML"}
    return {"type": "article", "id": "1", "title": "X", "input_message_content": content} | changes


INLINE = {
    "no list": ({"results": {}}, "can't parse inline query results JSON array"),
    "too many": ({"results": [card(id=str(n)) for n in range(51)]}, "RESULTS_TOO_MUCH"),
    "one id twice": ({"results": [card(), card()]}, "RESULT_ID_DUPLICATE"),
    "long id": ({"results": [card(id="x" * 65)]}, "RESULT_ID_INVALID"),
    "no id": ({"results": [card(id="")]}, "RESULT_ID_INVALID"),
    "no title": (
        {"results": [card(title=" ")]},
        "can't parse inline query result: article title must be non-empty",
    ),
    "no text": ({"results": [card(input_message_content={"message_text": ""})]}, "message text is"),
    "long text": (
        {"results": [card(input_message_content={"message_text": LONG + "x"})]},
        "MESSAGE_TOO_LONG",
    ),
    "unknown tag": (
        {"results": [card(input_message_content={"message_text": "<p>", "parse_mode": "HTML"})]},
        "can't parse entities",
    ),
    "unknown field": ({"results": [card(colour="red")]}, "InlineQueryResultArticle has no colour"),
    "long button data": (
        {"results": [card(reply_markup=button(callback_data="x" * 65))]},
        "BUTTON_DATA_INVALID",
    ),
    "long offset": ({"results": [], "next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
    "bad start": (
        {"results": [], "button": {"text": "Go", "start_parameter": "no blanks"}},
        "START_PARAM_INVALID",
    ),
    "another query": ({"results": [], "inline_query_id": "7"}, "query is too old"),
}


@pytest.mark.parametrize(("given", "text"), INLINE.values(), ids=INLINE)
async def test_what_cannot_be_an_inline_answer(tg, call, given, text):
    await call("getMe")
    asking = asyncio.create_task(tg.user(MARIA).asks_inline("opioid ohio"))
    await asyncio.sleep(0)
    [number] = tg.bot.queries
    code, description = await call("answerInlineQuery", **{"inline_query_id": number, **given})
    assert code == 400
    assert text in description
    assert await call("answerInlineQuery", inline_query_id=number, results=[card()]) == (200, "")
    assert (await asking).results[0].html == "<b>x</b>"
    second = await call("answerInlineQuery", inline_query_id=number, results=[])
    assert "query is too old" in second[1]
