"""An activity as the catalog stores it, and back."""

import json
import re
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from bot.model import Activity, CreditOffer
from bot.store.catalog.tables import ALWAYS
from bot.store.catalog.words import normalised

LASTING_FORMATS = frozenset({"on-demand", "online", "print", "podcast", "enduring", "journal"})
UNKNOWN_AMOUNT = -1

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)|(?<=[A-Z]{3})(2\d)\b")

READ = (
    "number, id, title, provider, activity_type, format, start_date, end_date, city, state, "
    "credits, topics, specialties, fee_usd, open_to_all, url, summary, source_as_of"
)
"""The columns of `activity` that `activity_of` takes, in its order."""


@cache
def _one_time_types() -> frozenset[str]:
    facts = json.loads(files("data").joinpath("activity_types.json").read_text(encoding="utf-8"))
    return frozenset(one["id"] for one in facts["types"] if one["live"] and not one["repeats"])


def is_one_time(activity: Activity) -> bool:
    """Whether it takes place once, so that without an end it ends on the day it starts.

    What says neither its type nor its format is taken for a meeting: a meeting that is over is
    then never offered, at the price of missing some material that is still there.
    """
    if activity.format in LASTING_FORMATS:
        return False
    return activity.activity_type is None or activity.activity_type in _one_time_types()


def window(activity: Activity) -> tuple[date | None, date]:
    """The first and last day on which it can be begun.

    A meeting without dates is over at the end of the year in its title ("ENDO 2024", "ACEP25");
    None says that no date filter can place it. Everything else without an end lasts.
    """
    start, end = activity.start_date, activity.end_date
    if not is_one_time(activity):
        return start or date.min, end or ALWAYS
    if start or end:
        return start or end, end or start or ALWAYS
    years = [int(long or f"20{short}") for long, short in _YEAR.findall(activity.title)]
    return None, date(max(years), 12, 31) if years else ALWAYS


def activity_values(number: int, activity: Activity, words: str = "") -> dict[str, Any]:
    """The row of the table `activity`; `words` is its title as it is compared."""
    first_day, last_day = window(activity)
    return {
        "number": number,
        "id": activity.id,
        "title": activity.title,
        "provider": activity.provider,
        "activity_type": activity.activity_type,
        "format": activity.format,
        "start_date": _text(activity.start_date),
        "end_date": _text(activity.end_date),
        "first_day": _text(first_day),
        "last_day": _text(last_day),
        "city": activity.city,
        "place": normalised(activity.city) if activity.city else None,
        "state": activity.state,
        "fee_usd": _text(activity.fee_usd),
        "free": activity.fee_usd == 0,
        "words": words,
        "open_to_all": activity.open_to_all,
        "credits": json.dumps(
            [[offer.type, _text(offer.amount), offer.board] for offer in activity.credits]
        ),
        "topics": json.dumps(activity.topics),
        "specialties": json.dumps(activity.specialties),
        "url": activity.url,
        "source_as_of": activity.source_as_of,
        "summary": activity.summary,
    }


def tag_values(number: int, activity: Activity) -> list[tuple[str, str, int]]:
    """The rows of the table `tag`: kind, value, number."""
    topics = [("topic", topic, number) for topic in dict.fromkeys(activity.topics)]
    return topics + [("specialty", value, number) for value in dict.fromkeys(activity.specialties)]


def offer_values(number: int, activity: Activity) -> list[tuple[str, str, int, int]]:
    """The rows of the table `offer`: type, board, hundredths, number."""
    offers = {
        (offer.type, offer.board or "", hundredths(offer.amount)) for offer in activity.credits
    }
    return [(*offer, number) for offer in sorted(offers)]


def hundredths(amount: Decimal | None) -> int:
    """Credits come in quarters, so hundredths are exact."""
    return UNKNOWN_AMOUNT if amount is None else int(amount * 100)


def said_values(number: int, activity: Activity) -> tuple[int, str, str, str, str, str]:
    """The row of the index: number, title, provider, place, subjects, summary."""
    place = f"{activity.city or ''} {activity.state or ''}"
    subjects = " ".join((*activity.topics, *activity.specialties))
    return (
        number,
        normalised(activity.title),
        _often(activity.provider),
        _often(place),
        _often(subjects),
        normalised(activity.summary or ""),
    )


def activity_of(row: tuple[Any, ...]) -> Activity:
    """The activity from the columns `READ`."""
    (
        _,
        activity_id,
        title,
        provider,
        activity_type,
        form,
        start,
        end,
        city,
        state,
        offers,
        topics,
        specialties,
        fee,
        open_to_all,
        url,
        summary,
        as_of,
    ) = row
    return Activity(
        id=activity_id,
        title=title,
        provider=provider,
        activity_type=activity_type,
        format=form,
        start_date=date.fromisoformat(start) if start else None,
        end_date=date.fromisoformat(end) if end else None,
        city=city,
        state=state,
        credits=tuple(
            CreditOffer(kind, None if amount is None else Decimal(amount), board)
            for kind, amount, board in json.loads(offers)
        ),
        topics=tuple(json.loads(topics)),
        specialties=tuple(json.loads(specialties)),
        fee_usd=None if fee is None else Decimal(fee),
        open_to_all=None if open_to_all is None else bool(open_to_all),
        url=url,
        summary=summary,
        source_as_of=as_of,
    )


_often = lru_cache(maxsize=2048)(normalised)
"""For what many activities have in common."""


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
