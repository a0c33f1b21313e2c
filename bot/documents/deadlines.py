"""Deadlines for a calendar: one all-day event a license, certificate or federal duty."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.documents import wording
from bot.model import Standing, State

if TYPE_CHECKING:
    from icalendar import Event

ALARMS = (90, 30, 7)
"""Days before the deadline; the reminders of the chat come at their own days."""

MORNING = timedelta(hours=9)
"""An all-day event begins at midnight; nobody is woken."""


def deadlines_ics(standings: Sequence[Standing], generated_at: datetime) -> bytes:
    """The known deadlines as an iCalendar file (RFC 5545).

    `generated_at` is an aware instant. An event keeps its id while its deadline stays the same, so
    a file imported again changes an entry and adds none.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//cmebot//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "CME deadlines")
    for standing in standings:
        if standing.cycle.last_day is not None:
            calendar.add_component(_event(standing, generated_at))
    return bytes(calendar.to_ical())


def _event(standing: Standing, generated_at: datetime) -> "Event":
    last = standing.cycle.last_day
    if last is None:
        raise ValueError("a standing without a deadline is no event")
    from icalendar import Alarm, Event

    event = Event()
    kind = f"-{standing.type}" if standing.type else ""
    event.add("uid", f"{standing.holder}-{standing.board}{kind}-{last:%Y%m%d}@cmebot")
    event.add("dtstamp", generated_at)
    event.add("dtstart", last)
    event.add("dtend", last + timedelta(days=1))
    event.add("summary", f"{wording.holder(standing)}: {_what(standing)}")
    event.add("description", _description(standing))
    event.add("transp", "TRANSPARENT")
    if standing.source_url:
        event.add("url", standing.source_url)
    for days in ALARMS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"{wording.holder(standing)}: {days} days left")
        alarm.add("trigger", MORNING - timedelta(days=days))
        event.add_component(alarm)
    return event


def _what(standing: Standing) -> str:
    return {
        "license": "renewal deadline",
        "certification": "last day of the cycle",
        "federal": "deadline",
    }[standing.holder]


def _description(standing: Standing) -> str:
    """The open rules as they stood when the file was made; what is met needs no calendar."""
    still = [
        f"{wording.SIGNS[rule.state]} {rule.title}: "
        + ", ".join(filter(None, (wording.figures(rule), wording.STATES[rule.state].lower())))
        for rule in standing.rules
        if rule.state in (State.NOT_MET, State.NOT_YET_KNOWN)
    ]
    as_of = f"Figures as of {standing.as_of}; the board decides." if standing.as_of else ""
    return "\n".join(filter(None, [*(still or ["All known rules were met."]), as_of]))
