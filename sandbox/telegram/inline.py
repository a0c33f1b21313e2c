"""Inline mode: what a bot may answer to `@bot words`, checked as Telegram checks it.

Only articles with a text are known: this product offers nothing else.
"""

import re
from typing import Any

from sandbox.telegram.keyboard import checked_markup
from sandbox.telegram.markup import Json, parse_html, plain, units
from sandbox.telegram.messages import TEXT_UNITS
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.refusals import QUERY_TOO_OLD, bad_request
from sandbox.telegram.world import Bot, Query, World

RESULTS = 50
ID_BYTES = 64
OFFSET_BYTES = 64
CACHE_SECONDS = 300
"""How long an answer is given again where the bot says nothing else."""

START = re.compile(r"[A-Za-z0-9_-]{1,64}")
ARTICLE = frozenset({
    "type", "id", "title", "input_message_content", "reply_markup", "url", "description",
    "thumbnail_url", "thumbnail_width", "thumbnail_height",
})  # fmt: skip
CONTENT = frozenset(
    {"message_text", "parse_mode", "entities", "link_preview_options", "disable_web_page_preview"}
)


def answer_inline_query(world: World, bot: Bot, given: Parameters) -> bool:
    query = bot.queries.get(given.text("inline_query_id"))
    late = query is not None and world.monotonic() - query.at > world.query_lifetime
    if query is None or query.answer is not None or late:
        raise bad_request(QUERY_TOO_OLD)
    results = given.structure("results")
    if not isinstance(results, list):
        raise bad_request("can't parse inline query results JSON array")
    if len(results) > RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    checked = [_result(one) for one in results]
    if len({one["id"] for one in checked}) < len(checked):
        raise bad_request("RESULT_ID_DUPLICATE")
    seconds = given.integer("cache_time", CACHE_SECONDS)
    if seconds < 0:
        raise bad_request("CACHE_TIME_INVALID")
    if len(given.text("next_offset").encode()) > OFFSET_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    query.answer = {
        "results": checked,
        "button": _button(given.structure("button")),
        "next_offset": given.text("next_offset"),
        "personal": given.flag("is_personal"),
        "until": world.monotonic() + seconds,
    }
    query.answered.set()
    return True


def cached(world: World, bot: Bot, asked: Query) -> Json | None:
    """An earlier answer to the same words that Telegram gives again without asking the bot."""
    now = world.monotonic()
    for query in bot.queries.values():
        answer = query.answer
        if not answer or answer["until"] <= now:
            continue
        own = query.user_id == asked.user_id
        same = (query.text, query.offset) == (asked.text, asked.offset)
        if same and (own or not answer["personal"]):
            return answer
    return None


def _result(result: Any) -> Json:
    if not isinstance(result, dict):
        raise bad_request("can't parse inline query result: expected an Object")
    kind = result.get("type")
    if kind != "article":
        raise bad_request(f"this stand-in knows no inline results of type {kind}")
    unknown = result.keys() - ARTICLE
    if unknown:
        raise bad_request(f"InlineQueryResultArticle has no {', '.join(sorted(unknown))}")
    number = result.get("id")
    if not isinstance(number, str) or not 1 <= len(number.encode()) <= ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    if not str(result.get("title", "")).strip():
        raise bad_request("can't parse inline query result: article title must be non-empty")
    content = result.get("input_message_content")
    if not isinstance(content, dict):
        raise bad_request("can't parse inline query result: input_message_content is missing")
    checked = {"id": number, "title": result["title"], "description": result.get("description", "")}
    return checked | {
        "content": _text(content),
        "reply_markup": checked_markup(result.get("reply_markup")),
    }


def _text(content: Json) -> Json:
    unknown = content.keys() - CONTENT
    if unknown:
        raise bad_request(f"InputTextMessageContent has no {', '.join(sorted(unknown))}")
    source, mode = str(content.get("message_text", "")), str(content.get("parse_mode", "")).lower()
    if mode not in ("", "html"):
        raise bad_request("unsupported parse_mode")
    text, entities = parse_html(source) if mode else plain(source)
    if not text:
        raise bad_request("message text is empty")
    if units(text) > TEXT_UNITS:
        raise bad_request("MESSAGE_TOO_LONG")
    return {"text": text, "entities": entities}


def _button(button: Any) -> Json | None:
    if button is None:
        return None
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise bad_request("can't parse inline query results button: text must be non-empty")
    start = button.get("start_parameter")
    if start is None:
        raise bad_request("this stand-in knows only buttons with a start_parameter")
    if not START.fullmatch(str(start)):
        raise bad_request("START_PARAM_INVALID")
    return {"text": button["text"], "start_parameter": start}
