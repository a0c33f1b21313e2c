"""Telling news: at most one unprompted message a day, never at night, reminders first.

News wait in the store (`bot.store.news`). On a day on which a reminder is due they wait for the
next one, because a deadline does not. What waits together goes out as one message.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.model import Outgoing
from bot.rules.person import Rulebook
from bot.store import outbox
from bot.store import reminders as store
from bot.store.engine import Records
from bot.store.news import (
    WaitingNews,
    mark_told,
    news_of,
    physicians_with_news,
    put_off_news,
)
from bot.store.physicians import chat_of, physician_by_id
from reminders.answers import Answering, wish_row
from reminders.decision import holdings_of
from reminders.hours import is_quiet_at, local_day, moment, next_free
from reminders.messages import message_of_day
from reminders.planner import wishes_of

AT_ONCE = 200
"""Physicians looked at in one sweep."""

TOGETHER = 3
"""News in one message; more wait for the next day."""

BLOCKED_PAUSE = timedelta(days=1)


def tell_news(records: Records, rules: Rulebook, now: datetime) -> int:
    """Put into the outbox whatever news may be told now; how many physicians get some."""
    with records.reading() as session:
        ids = physicians_with_news(session, now, AT_ONCE)
    told = 0
    for physician_id in ids:
        with records.writing() as session:
            told += _tell(session, physician_id, rules, now)
    return told


def _tell(session: Session, physician_id: int, rules: Rulebook, now: datetime) -> bool:
    chat_id = chat_of(session, physician_id)
    if chat_id is None:
        put_off_news(session, physician_id, now + BLOCKED_PAUSE)
        return False
    physician = physician_by_id(session, physician_id)
    store.wishes(session, physician_id, locked=True)
    wish = wish_row(Answering(session, physician, rules, now))
    preferences = wishes_of(wish)
    today = local_day(now, preferences)
    tomorrow = moment(today + timedelta(days=1), preferences)
    heard = wish.heard_on is not None and wish.heard_on >= today
    if not heard and is_quiet_at(now, preferences):
        put_off_news(session, physician_id, next_free(now, preferences))
        return False
    holdings = holdings_of(session, physician, rules, today)
    if heard or message_of_day(holdings, preferences, today, heard_today=False) is not None:
        put_off_news(session, physician_id, tomorrow)
        return False
    waiting = news_of(session, physician_id)[:TOGETHER]
    key = "news:" + ",".join(str(news.id) for news in waiting)
    outbox.put_once(session, chat_id, _together(waiting), key, now)
    mark_told(session, [news.id for news in waiting])
    put_off_news(session, physician_id, tomorrow)
    wish.heard_on = today
    return True


def _together(waiting: tuple[WaitingNews, ...]) -> Outgoing:
    first = waiting[0].outgoing
    if len(waiting) == 1:
        return first
    html = "\n\n".join(news.outgoing.html for news in waiting)
    keys = tuple(row for news in waiting for row in news.outgoing.keys)
    return replace(first, html=html, keys=keys, attachment=None)
