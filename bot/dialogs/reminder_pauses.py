"""Putting a reminder off: a snooze, or a day and an hour of the physician's choice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from bot.dialogs.context import Context
from bot.dialogs.reminder_renewed import VERSION
from bot.dialogs.reminder_settings import NAME, argument, back, button, edited
from bot.dialogs.reminder_words import Wish
from bot.model import AnswerReminder, Button, Edit, Effect, KeepDialog, Rows, Say
from reminders.hours import is_quiet, moment
from reminders.stages import WEEK, offers_other_days, snooze_end
from reminders.state import Reminders, Running, name_of

FREE_EVENINGS = (5, 6, 1)
"""Saturday, Sunday and Tuesday: days on which courses get done."""
OFFERED_DAYS = 3
PLANNED_HOURS = (time(9), time(12), time(17), time(19))


def local_today(state: Reminders, context: Context) -> date:
    """The physician's local day."""
    return state.today or context.today


def answered(one: Running, answer_: Any, **more: Any) -> AnswerReminder:
    """The answer to the reminders of this very cycle."""
    return AnswerReminder(one.deadline.board, one.deadline.last_day, answer_, **more)


def mine() -> Button:
    """The way to the page."""
    return button("reminders.button.mine", "all")


def day_of(text: str) -> date | None:
    """The day in a button; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def nearest(named: Sequence[Running], state: Reminders) -> Running | None:
    """What "snooze" or "i renewed" without a name means: the last told, else the next due."""
    pool = [one for one in (named or state.running) if not one.closed and not one.log.stopped]
    told = [one for one in pool if one.log.last is not None]
    if told:
        return max(told, key=lambda one: one.log.last.on if one.log.last else date.min)
    return min(pool, key=lambda one: one.deadline.last_day, default=None)


def in_place(effects: Sequence[Effect]) -> Sequence[Effect]:
    """What would be said anew, said in place of the message whose button was pressed."""
    return [edited(one) if isinstance(one, Say) else one for one in effects]


# ── snooze ──────────────────────────────────────────────────────────────────────────────────


def snooze_said(
    wish: Wish, named: Sequence[Running], state: Reminders, context: Context
) -> Sequence[Effect] | None:
    """What words ask: Snooze till monday; None where nothing can be meant."""
    one = nearest(named, state)
    if one is None:
        return None
    if wish.day is None:
        return [snooze_choices(one, state, context)]
    return snoozed(one, wish.day, state, context)


def snooze_choices(one: Running, state: Reminders, context: Context) -> Say:
    """Until when; in the last week there is nothing to choose."""
    today = local_today(state, context)
    values = {
        "what": name_of(one.deadline, context.knowledge.rules),
        "limit": one.snooze_limit,
    }
    if snooze_end(one.deadline, one.deadline.last_day, today) is None:
        plan = button("reminders.button.plan", "plan", argument(one))
        return Say("reminders.too_late", values, ((plan,), (back(),)))
    row = [button("reminders.button.tomorrow", "snoozed", f"{argument(one)}/1")]
    if snooze_end(one.deadline, today + timedelta(days=WEEK), today) == today + timedelta(
        days=WEEK
    ):
        row.append(button("reminders.button.week", "snoozed", f"{argument(one)}/{WEEK}"))
    row.append(button("reminders.button.date", "snooze_date", argument(one)))
    return Say(
        "reminders.snooze_ask",
        values,
        (tuple(row), (button("reminders.button.back", "one", argument(one)),)),
    )


def snooze_pressed(
    step: str, one: Running, more: str, state: Reminders, context: Context
) -> Sequence[Effect] | None:
    """Its buttons; None for one that no message of today has."""
    if step == "snooze":
        return [edited(snooze_choices(one, state, context))]
    if step == "snoozed" and more.isdigit():
        day = local_today(state, context) + timedelta(days=int(more))
        return in_place(snoozed(one, day, state, context))
    if step != "snooze_date":
        return None
    values = {
        "what": name_of(one.deadline, context.knowledge.rules),
        "limit": one.snooze_limit,
    }
    ask = Edit(
        "reminders.snooze_date", values, ((button("reminders.button.back", "one", argument(one)),),)
    )
    return [ask, KeepDialog(NAME, VERSION, {"step": "snooze", "one": argument(one)})]


def snoozed(one: Running, day: date, state: Reminders, context: Context) -> Sequence[Effect]:
    """Quiet until that day, at most until D-7; after two in a row other days are offered."""
    today = local_today(state, context)
    end = snooze_end(one.deadline, day, today)
    if end is None:
        return [snooze_choices(one, state, context)]
    comes = moment(end, state.preferences)
    twice = offers_other_days(replace(one.log, snoozes=one.log.snoozes + 1))
    values = {
        "what": name_of(one.deadline, context.knowledge.rules),
        "day": end,
        "hour": comes.time(),
        "cut": end < day,
        "twice": twice,
    }
    rows: Rows = ((mine(),),)
    if twice:
        rows = ((button("reminders.button.other_days", "days"), mine()),)
    changed = answered(one, "snoozed", day=end)
    return [changed, Say("reminders.snoozed", values, rows)]


# ── a day and an hour ───────────────────────────────────────────────────────────────────────


def plan_said(
    wish: Wish, named: Sequence[Running], state: Reminders, context: Context
) -> Sequence[Effect] | None:
    """What words ask: Remind me on saturday at 10; None where nothing can be meant."""
    one = nearest(named, state)
    if one is None or wish.day is None:
        return None
    if wish.hour is None:
        return [hour_choices(one, wish.day, state, context)]
    return planned(one, wish.day, wish.hour, state, context)


def plan_pressed(
    step: str, one: Running, more: str, state: Reminders, context: Context
) -> Sequence[Effect] | None:
    """Its buttons; None for one that no message of today has."""
    day_text, _, hour_text = more.partition("/")
    day = day_of(day_text)
    if step == "plan":
        return [answered(one, "heard"), edited(_day_choices(one, state, context))]
    if step == "plan_on" and day is not None:
        return [edited(hour_choices(one, day, state, context))]
    if step == "plan_at" and day is not None and hour_text.isdigit():
        hour = time(int(hour_text[:2]) % 24, int(hour_text[2:] or 0) % 60)
        return in_place(planned(one, day, hour, state, context))
    if step != "plan_date":
        return None
    values = {"what": name_of(one.deadline, context.knowledge.rules)}
    ask = Edit(
        "reminders.plan_date", values, ((button("reminders.button.back", "one", argument(one)),),)
    )
    return [ask, KeepDialog(NAME, VERSION, {"step": "plan", "one": argument(one)})]


def _day_choices(one: Running, state: Reminders, context: Context) -> Say:
    today = local_today(state, context)
    ahead = (today + timedelta(days=count) for count in range(1, 15))
    wanted = FREE_EVENINGS if state.preferences.weekends else (1, 3)
    days = [
        day for day in ahead if day.weekday() in wanted and day <= max(one.deadline.last_day, today)
    ][:OFFERED_DAYS]
    if not days:
        days = [today + timedelta(days=1)]
    named = argument(one)
    buttons = tuple(
        button("reminders.button.day", "plan_on", f"{named}/{day:%Y%m%d}", day=day) for day in days
    )
    values = {
        "what": name_of(one.deadline, context.knowledge.rules),
        "hour": state.preferences.hour,
    }
    other = button("reminders.button.another_day", "plan_date", named)
    return Say(
        "reminders.plan_ask",
        values,
        (buttons, (other, button("reminders.button.back", "one", named))),
    )


def hour_choices(one: Running, day: date, state: Reminders, context: Context) -> Say:
    """The hours of a day that are not quiet."""
    usual = state.preferences.hour
    quiet = state.preferences.quiet
    hours = sorted({usual, *PLANNED_HOURS})
    named = f"{argument(one)}/{day:%Y%m%d}"
    buttons = [
        button("reminders.button.at", "plan_at", f"{named}/{hour:%H%M}", hour=hour)
        for hour in hours
        if not is_quiet(hour, quiet)
    ][:4]
    values = {"what": name_of(one.deadline, context.knowledge.rules), "day": day}
    return Say(
        "reminders.plan_hour",
        values,
        (tuple(buttons), (button("reminders.button.back", "plan", argument(one)),)),
    )


def planned(
    one: Running, day: date, hour: time, state: Reminders, context: Context
) -> Sequence[Effect]:
    """The day and hour kept, or said to be over."""
    comes = moment(day, state.preferences, hour)
    values = {
        "what": name_of(one.deadline, context.knowledge.rules),
        "day": comes.date(),
        "hour": comes.time(),
        "moved": comes.time() != hour,
        "quiet": state.preferences.quiet,
    }
    if comes <= context.now:
        return [Say("reminders.plan_past", values, ((_another_day(one),),))]
    change = answered(one, "planned", day=day, hour=hour)
    return [change, Say("reminders.planned", values, ((_another_day(one), mine()),))]


def _another_day(one: Running) -> Button:
    return button("reminders.button.another_day", "plan", argument(one))
