"""The filters of a search, each as the set of activities that pass it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.model import Search
from bot.store.catalog.bits import Bits
from bot.store.catalog.rows import hundredths
from bot.store.catalog.view import View, all_of, any_of
from bot.store.catalog.vocabulary import spellings
from bot.store.catalog.words import normalised, query_words

FORMATS: Mapping[str, str] = {
    "online": "format IN ('on-demand', 'virtual', 'hybrid', 'online')"
    " OR activity_type IN ('internet-enduring-material', 'internet-live')",
    "in-person": "format IN ('in-person', 'hybrid')",
    "live": "format IN ('in-person', 'virtual', 'hybrid')"
    " OR activity_type IN ('course', 'internet-live', 'regularly-scheduled-series')",
    "live-online": "format IN ('virtual', 'hybrid') OR activity_type = 'internet-live'",
    "enduring": "activity_type IN ('enduring-material', 'internet-enduring-material')"
    " OR format = 'on-demand'",
    "journal": "activity_type = 'journal-based'",
    "podcast": "format = 'podcast' OR words LIKE '%podcast%' OR words LIKE '%audio%'",
}
"""What people call a format (see `data/activity_types.json`) in terms of an activity's own
format and type; any other word must be one of these two itself."""

LIKE_PLACE = 0.8


@dataclass(frozen=True, slots=True)
class Filter:
    """One demand of a search, by the name under which it is said to have been let go."""

    name: str
    bits: Bits


def open_on(view: View, search: Search) -> Bits:
    """What can still be begun on the day of the search; with `history` everything."""
    if search.history:
        return view.where("number > 0")
    return view.where("last_day >= ?", search.today.isoformat())


def filters_of(view: View, search: Search) -> list[Filter]:
    """What the search demands, in the order in which it is let go: the cheapest loss first."""
    asked = ((name, find(view, search)) for name, find in _FILTERS.items())
    return [Filter(name, bits) for name, bits in asked if bits is not None]


def _date(view: View, search: Search) -> Bits | None:
    if search.date_from is None and search.date_to is None:
        return None
    first = search.date_from.isoformat() if search.date_from else "0000"
    last = search.date_to.isoformat() if search.date_to else "9999-12-31"
    return view.where("last_day >= ? AND first_day <= ?", first, last)


def _city(view: View, search: Search) -> Bits | None:
    if not search.city:
        return None
    asked = normalised(search.city)
    found = view.where("place = ?", asked)
    if found:
        return found
    places = [place for (place,) in view.rows("SELECT DISTINCT place FROM activity") if place]
    near = process.extractOne(
        asked, places, scorer=OSA.normalized_similarity, score_cutoff=LIKE_PLACE
    )
    return view.where("place = ?", near[0]) if near else 0


def _open_to_all(view: View, search: Search) -> Bits | None:
    if search.open_to_all is None:
        return None
    return view.where("open_to_all = ?", search.open_to_all)


def _state(view: View, search: Search) -> Bits | None:
    return view.where("state = ?", search.state.upper()) if search.state else None


def _min_credits(view: View, search: Search) -> Bits | None:
    if search.min_credits is None:
        return None
    least = hundredths(search.min_credits)
    if search.certifying_board:
        return view.offering(
            "type = 'moc' AND board = ? AND hundredths >= ?", search.certifying_board, least
        )
    if search.credit_type:
        return view.offering("type = ? AND hundredths >= ?", search.credit_type, least)
    return view.offering("type != 'moc' AND hundredths >= ?", least)


def _credit_type(view: View, search: Search) -> Bits | None:
    return view.offering("type = ?", search.credit_type) if search.credit_type else None


def _format(view: View, search: Search) -> Bits | None:
    if not search.format:
        return None
    if search.format in FORMATS:
        return view.where(FORMATS[search.format])
    return view.where("format = ? OR activity_type = ?", search.format, search.format)


def _free(view: View, search: Search) -> Bits | None:
    return view.where("free = ?", search.free) if search.free is not None else None


def _certifying_board(view: View, search: Search) -> Bits | None:
    if not search.certifying_board:
        return None
    return view.offering("type = 'moc' AND board = ?", search.certifying_board)


def _specialty(view: View, search: Search) -> Bits | None:
    return view.tagged("specialty", search.specialty) if search.specialty else None


def _topics(view: View, search: Search) -> Bits | None:
    if not search.topics:
        return None
    return any_of([view.tagged("topic", topic) for topic in search.topics])


def _provider(view: View, search: Search) -> Bits | None:
    if not search.provider:
        return None
    said = [
        any_of([view.saying(one.word, "provider") for one in spellings(view, word)])
        for word in query_words(search.provider)
    ]
    return all_of(said[1:], said[0]) if said else 0


_FILTERS: Mapping[str, Callable[[View, Search], Bits | None]] = {
    "date": _date,
    "city": _city,
    "open_to_all": _open_to_all,
    "state": _state,
    "min_credits": _min_credits,
    "credit_type": _credit_type,
    "format": _format,
    "free": _free,
    "certifying_board": _certifying_board,
    "provider": _provider,
    "specialty": _specialty,
    "topics": _topics,
}
