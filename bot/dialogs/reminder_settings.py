"""The page of `/reminders`: the next dates, and everything that can be set, edited in place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time
from typing import Any

from bot.buttons import pack
from bot.dialogs.context import Context
from bot.dialogs.reminder_words import ZONES, spoken_days, zone_name
from bot.model import Button, ChangeReminderWishes, Edit, Rows, Say
from reminders.hours import is_quiet
from reminders.messages import Message
from reminders.state import Reminders, Running, coming, name_of, zone_choices

NAME = "reminders"
HOURS = (time(8), time(9), time(12), time(17), time(18), time(19))
QUIETS = (
    (time(20), time(8)),
    (time(21), time(7)),
    (time(22), time(6)),
    (time(18), time(9)),
)
DAYS: tuple[tuple[int, ...], ...] = ((90, 30, 7), (60, 10), (30, 7, 1))
MOST_BOARDS = 8


def button(label: str, step: str, argument: str = "", **values: Any) -> Button:
    """A button of this dialog."""
    return Button(label, pack(NAME, step, argument), values=values)


def back() -> Button:
    return button("reminders.button.back", "all")


# ── the page ────────────────────────────────────────────────────────────────────────────────


def page(state: Reminders, context: Context, *, note: str | None = None) -> Say:
    """All of it; `note` is the text key of a line said first, about what has just changed."""
    values = {**page_values(state, context), "note": note}
    return Say("reminders.page", values, (*_zone_asked(state, context), *_buttons(state)))


def edited(shown: Say) -> Edit:
    """The same in place of the message whose button was pressed."""
    return Edit(shown.key, shown.values, shown.buttons)


def page_values(state: Reminders, context: Context) -> dict[str, Any]:
    wishes = state.preferences
    rules = context.knowledge.rules
    return {
        "running": len(state.running),
        "stopped": wishes.stopped,
        "next": [_next(one, context) for one in coming(state, context.physician, rules)],
        "hour": wishes.hour,
        "quiet": None if wishes.quiet[0] == wishes.quiet[1] else wishes.quiet,
        "zone": zone_name(wishes.zone),
        "zone_said": state.zone_said,
        "zones": len(zone_choices(context.physician)),
        "weekends": wishes.weekends,
        "days": spoken_days(wishes.days) if wishes.days else None,
        "silent": [name_of(one.deadline, rules) for one in state.running if one.log.stopped],
        "renewed": [name_of(one.deadline, rules) for one in state.running if one.closed],
    }


def _next(message: Message, context: Context) -> dict[str, Any]:
    today = message.at.date()
    rules = context.knowledge.rules
    return {
        "day": today,
        "hour": message.at.time(),
        "what": [name_of(part.deadline, rules) for part in message.parts],
        "left": message.worst.deadline.days_left(today),
        "asked": message.worst.asked_for is not None,
    }


def _zone_asked(state: Reminders, context: Context) -> Rows:
    """In a state with two zones, a button for each until one of them is said."""
    own = zone_choices(context.physician)
    if state.zone_said or state.preferences.stopped or len(own) == 1:
        return ()
    return (tuple(Button(zone_name(zone), _zone_data(zone), literal=True) for zone in own[:2]),)


def _zone_data(zone: str) -> str:
    codes = {known: name for name, known in ZONES.items()}
    return pack(NAME, "zone", codes.get(zone, zone))


def _buttons(state: Reminders) -> Rows:
    wishes = state.preferences
    if wishes.stopped:
        return ((button("reminders.button.resume_all", "resume"),),)
    days = spoken_days(wishes.days) if wishes.days else None
    return (
        (
            button("reminders.button.hour", "hours", hour=wishes.hour),
            button(
                "reminders.button.weekends",
                "weekends",
                _bit(not wishes.weekends),
                on=wishes.weekends,
            ),
        ),
        (
            button("reminders.button.quiet", "quiets"),
            button("reminders.button.zone", "zones", zone=zone_name(wishes.zone)),
        ),
        (
            button("reminders.button.days", "days", days=days),
            button("reminders.button.boards", "boards"),
        ),
        (button("reminders.button.stop_all", "stopall"),),
    )


def _bit(value: bool) -> str:
    return "1" if value else "0"


# ── choices ─────────────────────────────────────────────────────────────────────────────────


def hours_page(state: Reminders, *, refused: time | None = None) -> Say:
    """An hour to choose; `refused` lies in the quiet hours, and the rule is said."""
    quiet = state.preferences.quiet
    free = [hour for hour in HOURS if not is_quiet(hour, quiet)]
    buttons = [button("reminders.button.at", "hour", f"{hour:%H%M}", hour=hour) for hour in free]
    values = {"hour": state.preferences.hour, "refused": refused, "quiet": quiet}
    rows = [*_rows(buttons, 3)]
    if refused is not None:
        rows.append((button("reminders.button.quiet", "quiets"),))
    return Say("reminders.hours", values, (*rows, (back(),)))


def quiets_page(state: Reminders) -> Say:
    buttons = [
        button(
            "reminders.button.from_to", "quiet", f"{start:%H%M}-{end:%H%M}", start=start, end=end
        )
        for start, end in QUIETS
    ]
    return Say(
        "reminders.quiets", {"quiet": state.preferences.quiet}, (*_rows(buttons, 2), (back(),))
    )


def zones_page(state: Reminders, context: Context) -> Say:
    """The zones of the first license's state come first."""
    own = zone_choices(context.physician)
    names = {zone_name(zone): zone for zone in (*own, *ZONES.values())}
    buttons = [Button(name, _zone_data(zone), literal=True) for name, zone in names.items()]
    values = {
        "zone": zone_name(state.preferences.zone),
        "said": state.zone_said,
        "several": len(own) > 1,
    }
    return Say("reminders.zones", values, (*_rows(buttons, 2), (back(),)))


def days_page(state: Reminders) -> Say:
    buttons = [
        button("reminders.button.own", "own", "+".join(map(str, days)), days=spoken_days(days))
        for days in DAYS
    ]
    usual = button("reminders.button.usual", "own", "usual")
    days = state.preferences.days
    values = {"days": spoken_days(days) if days else None}
    return Say("reminders.days", values, ((usual,), *_rows(buttons, 2), (back(),)))


def boards_page(state: Reminders, context: Context) -> Say:
    """Every deadline with its state; a tap opens it."""
    rules = context.knowledge.rules
    entries = [
        {
            "what": name_of(one.deadline, rules),
            "day": one.deadline.last_day,
            "state": _state(one),
            "until": one.log.snoozed_until,
        }
        for one in state.running
    ]
    buttons = [
        Button(name_of(one.deadline, rules), pack(NAME, "one", argument(one)), literal=True)
        for one in state.running[:MOST_BOARDS]
    ]
    return Say("reminders.boards", {"entries": entries}, (*_rows(buttons, 2), (back(),)))


def argument(one: Running) -> str:
    """What a button says of a deadline."""
    return f"{one.deadline.board}/{one.deadline.last_day:%Y%m%d}"


def _state(one: Running) -> str:
    if one.log.stopped:
        return "stopped"
    if one.closed:
        return "renewed"
    return "snoozed" if one.log.snoozed_until else "on"


def _rows(buttons: Sequence[Button], wide: int) -> Rows:
    return tuple(tuple(buttons[at : at + wide]) for at in range(0, len(buttons), wide))


# ── changes ─────────────────────────────────────────────────────────────────────────────────


def wished(state: Reminders, changes: Mapping[str, Any]) -> tuple[ChangeReminderWishes, Reminders]:
    """The change, and the reminders as they are after it."""
    after = replace(state.preferences, **changes)
    said = state.zone_said or "zone" in changes
    return ChangeReminderWishes(changes), replace(state, preferences=after, zone_said=said)
