"""Reminders in the chat: what comes next, when and how, and every answer to a reminder."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.buttons import Press
from bot.dialogs import activity_search, menu, offers, standings
from bot.dialogs import reminder_pauses as pauses
from bot.dialogs import reminder_renewed as renewal
from bot.dialogs import reminder_settings as settings
from bot.dialogs.context import Context, Dialog
from bot.dialogs.knowledge import folded
from bot.dialogs.reminder_settings import argument, back, button, edited
from bot.dialogs.reminder_words import ZONES, Wish, read_day, read_days, read_hour, read_wish
from bot.model import (
    AcknowledgePress,
    Button,
    Change,
    ChangeReminderWishes,
    DropDialog,
    Edit,
    Effect,
    Incoming,
    KeepDialog,
    Kind,
    Question,
    Remember,
    Rows,
    Say,
    State,
)
from bot.understanding.dates import read_date
from reminders.hours import is_quiet
from reminders.stages import MOST_OWN_DAYS, snooze_end
from reminders.state import Reminders, Running, name_of, unasked
from reminders.words import deadline_of

NAME = settings.NAME
VERSION = renewal.VERSION

NOTES = {
    "days": "reminders.noted.days",
    "quiet": "reminders.noted.quiet",
    "hour": "reminders.noted.hour",
    "zone": "reminders.noted.zone",
    "weekends": "reminders.noted.weekends",
}


def state_of(context: Context) -> Reminders:
    """As the records have it; where there are none, as it is for somebody who never answered."""
    state = context.physician.kept(Reminders)
    if state.today is not None:
        return state
    return unasked(context.physician, context.knowledge.rules, context.today)


# ── free words and /reminders ───────────────────────────────────────────────────────────────


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """What a message wishes is done at once and said; without a wish the page is shown."""
    state = state_of(context)
    if not state.running:
        return [Say("reminders.nothing", {}, (_add(),))]
    wish = read_wish(question.text, pauses.local_today(state, context))
    if not wish.days and (before := question.slots.get("days_before")) and not wish.snooze:
        wish = replace(wish, days=(int(before),))
    named = _named(question, state, context)
    if _names_other(question, named):
        return [_not_held(question, state, context)]
    return [Remember(question), *_wished(wish, named, state, context)]


def _wished(
    wish: Wish, named: Sequence[Running], state: Reminders, context: Context
) -> Sequence[Effect]:
    if wish.snooze:
        return pauses.snooze_said(wish, named, state, context) or _shown(named, state, context)
    if wish.resume:
        return _resumed(named, state, context)
    if wish.stop:
        return _stop_said(named, context)
    if wish.day is not None and not wish.days:
        return pauses.plan_said(wish, named, state, context) or _shown(named, state, context)
    changes: dict[str, Any] = {}
    if wish.weekends is not None:
        changes["weekends"] = wish.weekends
    if wish.zone is not None:
        changes["zone"] = wish.zone
    if wish.quiet is not None:
        changes["quiet"] = wish.quiet
    if wish.days:
        changes["days"] = wish.days[:MOST_OWN_DAYS]
    if wish.usual_days:
        changes["days"] = None
    if wish.hour is not None:
        if is_quiet(wish.hour, changes.get("quiet", state.preferences.quiet)):
            return [settings.hours_page(state, refused=wish.hour)]
        changes["hour"] = wish.hour
    if changes:
        change, after = settings.wished(state, changes)
        return [change, settings.page(after, context, note=_note(changes))]
    return _shown(named, state, context)


def _shown(named: Sequence[Running], state: Reminders, context: Context) -> Sequence[Effect]:
    """What was named, as it stands; the page where nothing was."""
    return [_card(named[0], state, context)] if named else _page(state, context)


def _page(state: Reminders, context: Context) -> Sequence[Effect]:
    """The page; in a state with two zones the zone is asked for once, below it."""
    effects: list[Effect] = [settings.page(state, context)]
    opened = context.conversation.dialog
    if opened is None or opened.name == NAME:
        effects.append(KeepDialog(NAME, VERSION, {"step": "settings"}))
    return effects


def _note(changes: dict[str, Any]) -> str:
    return next(text for name, text in NOTES.items() if name in changes)


def _named(question: Question, state: Reminders, context: Context) -> list[Running]:
    """The running deadlines that a message names: by state, certifying board, or duty."""
    codes = question.slots.get("jurisdictions", ())
    certifying = question.slots.get("certifying_board")
    words = set(folded(question.text).split())
    boards = context.knowledge.boards
    return [
        one
        for one in state.running
        if (one.deadline.board in boards and boards[one.deadline.board].jurisdiction in codes)
        or one.deadline.board == certifying
        or (one.deadline.board in {"dea", "mate"} and one.deadline.board in words)
    ]


def _names_other(question: Question, named: Sequence[Running]) -> bool:
    said = question.slots.get("jurisdictions") or question.slots.get("certifying_board")
    return bool(said) and not named


def _not_held(question: Question, state: Reminders, context: Context) -> Say:
    names = context.knowledge.jurisdictions
    said = [names[code] for code in question.slots.get("jurisdictions", ())]
    if board := question.slots.get("certifying_board"):
        said.append(board)
    values = {
        "said": said,
        "held": [name_of(one.deadline, context.knowledge.rules) for one in state.running],
    }
    return Say("reminders.not_held", values, ((back(),),))


def _add() -> tuple[Button, ...]:
    return (offers.ask("licenses", "reminders.button.add"), menu.button())


# ── one deadline ────────────────────────────────────────────────────────────────────────────


def _card(one: Running, state: Reminders, context: Context) -> Say:
    """One deadline with every answer to its reminders."""
    deadline = one.deadline
    today = pauses.local_today(state, context)
    values = {
        "what": name_of(deadline, context.knowledge.rules),
        "day": deadline.last_day,
        "left": deadline.days_left(today),
        "stopped": one.log.stopped,
        "renewed": one.closed,
        "snoozed": one.log.snoozed_until,
        "planned": one.log.planned_on if _lies_ahead(one, today) else None,
        "confirms": deadline.confirms,
    }
    return Say("reminders.one", values, _card_buttons(one, today, context))


def _lies_ahead(one: Running, today: date) -> bool:
    return one.log.planned_on is not None and one.log.planned_on >= today


def _card_buttons(one: Running, today: date, context: Context) -> Rows:
    named = argument(one)
    if one.log.stopped:
        return ((button("reminders.button.resume", "resume", named),), (back(),))
    if one.closed:
        return ((button("reminders.button.reopen", "reopen", named),), (back(),))
    done = "reminders.button.renewed" if one.deadline.confirms else "reminders.button.done"
    middle = [button("reminders.button.plan", "plan", named)]
    if snooze_end(one.deadline, one.deadline.last_day, today) is not None:
        middle.append(button("reminders.button.snooze", "snooze", named))
    what = name_of(one.deadline, context.knowledge.rules)
    return (
        (button(done, "renewed", named),),
        tuple(middle),
        (button("reminders.button.find", "find", named),),
        (button("reminders.button.stop", "stop", named, what=what),),
        (back(),),
    )


# ── buttons ─────────────────────────────────────────────────────────────────────────────────


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    if (question := offers.asked(pressed, "reminder_settings")) is not None:
        return answer(question, context)
    state = state_of(context)
    shown = _setting_page(pressed, state, context)
    if shown is not None:
        return [edited(shown)]
    changes = _setting(pressed)
    if changes is not None:
        return _set(changes, state, context)
    if pressed.step in ("stopall", "stopeverything"):
        return _stop_all(pressed, state, context)
    if pressed.step == "resume" and not pressed.argument:
        return _resume_all(state, context)
    if pressed.step == "undo":
        return _undo(pressed, context)
    return _on_one(pressed, state, context)


def _setting_page(pressed: Press, state: Reminders, context: Context) -> Say | None:
    match pressed.step:
        case "all":
            return settings.page(state, context)
        case "hours":
            return settings.hours_page(state)
        case "quiets":
            return settings.quiets_page(state)
        case "zones":
            return settings.zones_page(state, context)
        case "days":
            return settings.days_page(state)
        case "boards":
            return settings.boards_page(state, context)
        case _:
            return None


def _setting(pressed: Press) -> dict[str, Any] | None:
    """What a button of a settings page changes; None for another button, or a broken one."""
    said = pressed.argument
    try:
        match pressed.step:
            case "weekends":
                return {"weekends": said == "1"}
            case "hour":
                return {"hour": time.fromisoformat(said)}
            case "quiet":
                start, _, end = said.partition("-")
                return {"quiet": (time.fromisoformat(start), time.fromisoformat(end))}
            case "zone":
                return {"zone": ZoneInfo(ZONES.get(said, said)).key}
            case "own" if said == "usual":
                return {"days": None}
            case "own":
                return {"days": tuple(int(day) for day in said.split("+"))}
            case _:
                return None
    except (ValueError, KeyError, OSError):
        return None


def _set(changes: dict[str, Any], state: Reminders, context: Context) -> Sequence[Effect]:
    change, after = settings.wished(state, changes)
    if "quiet" in changes and is_quiet(after.preferences.hour, changes["quiet"]):
        # What lies in the quiet hours would come at their end anyway: the page says so.
        change, after = settings.wished(state, {**changes, "hour": changes["quiet"][1]})
    return [AcknowledgePress("reminders.notice"), change, edited(settings.page(after, context))]


def _on_one(pressed: Press, state: Reminders, context: Context) -> Sequence[Effect]:
    """A button about one deadline; one of an earlier cycle changes nothing and says so."""
    board, _, rest = pressed.argument.partition("/")
    last, _, more = rest.partition("/")
    named = deadline_of(f"{board}/{last}")
    one = state.of(*named) if named else None
    if one is None:
        return _outdated(board, state, context)
    if one.closed and pressed.step not in ("reopen", "renewed", "until", "nodate", "one"):
        return [edited(_card(one, state, context))]
    match pressed.step:
        case "one":
            return [edited(_card(one, state, context))]
        case "renewed":
            return pauses.in_place(renewal.renewed(one, context))
        case "until" | "nodate":
            day = pauses.day_of(more) if pressed.step == "until" else None
            return pauses.in_place(renewal.until(one, day, context))
        case "reopen":
            return _again(one, "reopened", state, context)
        case "resume":
            return _again(one, "resumed", state, context)
        case "stop":
            return [edited(_confirm_stop(one, context))]
        case "stopit":
            return pauses.in_place(_stopped(one, context))
        case "find":
            return _find(one, context)
        case "snooze" | "snoozed" | "snooze_date":
            found = pauses.snooze_pressed(pressed.step, one, more, state, context)
            return found or _outdated(board, state, context)
        case "plan" | "plan_on" | "plan_at" | "plan_date":
            found = pauses.plan_pressed(pressed.step, one, more, state, context)
            return found or _outdated(board, state, context)
        case _:
            return _outdated(board, state, context)


def _outdated(board: str, state: Reminders, context: Context) -> Sequence[Effect]:
    """A button of a cycle that is over, or of something not held any more."""
    now = state.of(board)
    values = {
        "what": name_of(now.deadline, context.knowledge.rules) if now else None,
        "day": now.deadline.last_day if now else None,
    }
    mine = button("reminders.button.mine", "all")
    notice = AcknowledgePress("start.outdated_notice")
    return [notice, Say("reminders.outdated", values, ((mine,),))]


def _find(one: Running, context: Context) -> Sequence[Effect]:
    """Activities for what this deadline still asks for."""
    found = next(
        (each for each in standings.everything(context) if each.board == one.deadline.board), None
    )
    open_ = standings.in_state(found, State.NOT_MET) if found else []
    topics = [topic for rule in open_ for topic in rule.topics[:1]][:1]
    question = Question("activity_search", {"topics": topics} if topics else {})
    return [pauses.answered(one, "heard"), *activity_search.answer(question, context)]


def _undo(pressed: Press, context: Context) -> Sequence[Effect]:
    found = renewal.undone(pressed, context)
    if found is None:
        return _outdated(pressed.argument.partition("/")[0], state_of(context), context)
    board, day, changes = found
    values = {**renewal.values_of(board, context), "day": day}
    return [*changes, DropDialog(), Edit("reminders.undone", values, ((pauses.mine(),),))]


# ── stop and start ──────────────────────────────────────────────────────────────────────────


def _stop_said(named: Sequence[Running], context: Context) -> Sequence[Effect]:
    """Saying it is the first of the two taps."""
    if not named:
        return [_confirm_all()]
    return [_confirm_stop(one, context) for one in named]


def _confirm_stop(one: Running, context: Context) -> Say:
    what = name_of(one.deadline, context.knowledge.rules)
    keep = button("reminders.button.keep", "one", argument(one))
    stop = replace(
        button("reminders.button.stopit", "stopit", argument(one), what=what), danger=True
    )
    values = {"what": what, "day": one.deadline.last_day}
    return Say("reminders.stop_ask", values, ((keep,), (stop,)))


def _stopped(one: Running, context: Context) -> Sequence[Effect]:
    what = name_of(one.deadline, context.knowledge.rules)
    values = {"what": what, "day": one.deadline.last_day}
    resume = button("reminders.button.resume", "resume", argument(one))
    return [
        pauses.answered(one, "stopped"),
        Say("reminders.stopped", values, ((resume, pauses.mine()),)),
    ]


def _confirm_all() -> Say:
    keep = button("reminders.button.keep_all", "all")
    stop = replace(button("reminders.button.stopeverything", "stopeverything"), danger=True)
    return Say("reminders.stop_all_ask", {}, ((keep,), (stop,)))


def _stop_all(pressed: Press, state: Reminders, context: Context) -> Sequence[Effect]:
    if pressed.step == "stopall":
        return [edited(_confirm_all())]
    resume = button("reminders.button.resume_all", "resume")
    first = min((one.deadline.last_day for one in state.running), default=None)
    said = Edit("reminders.stopped_all", {"day": first}, ((resume,),))
    effects: list[Effect] = [ChangeReminderWishes({"stopped": True}), said]
    opened = context.conversation.dialog
    if opened is None or opened.name == NAME:
        effects.append(KeepDialog(NAME, VERSION, {"step": "settings"}))
    return effects


def _resume_all(state: Reminders, context: Context) -> Sequence[Effect]:
    change, after = settings.wished(state, {"stopped": False})
    return [change, edited(settings.page(after, context, note="reminders.noted.resumed"))]


def _resumed(named: Sequence[Running], state: Reminders, context: Context) -> Sequence[Effect]:
    """Everything stopped starts again, or only what was named."""
    wanted = [one for one in (named or state.running) if one.log.stopped]
    changes: list[Change] = [pauses.answered(one, "resumed") for one in wanted]
    after = state
    for one in wanted:
        after = after.with_log(one.deadline.board, stopped=False)
    if state.preferences.stopped:
        change, after = settings.wished(after, {"stopped": False})
        changes.append(change)
    note = "reminders.noted.resumed" if changes else None
    return [*changes, settings.page(after, context, note=note)]


def _again(one: Running, what: Any, state: Reminders, context: Context) -> Sequence[Effect]:
    log = replace(one.log, stopped=False) if what == "resumed" else one.log
    after = replace(one, log=log, closed=False if what == "reopened" else one.closed)
    return [pauses.answered(one, what), edited(_card(after, state, context))]


# ── said while something is open, and "i renewed" ───────────────────────────────────────────


def proceed(incoming: Incoming, context: Context) -> Sequence[Effect] | None:
    """A date, an hour or days typed after the question for them; None for anything else."""
    opened = context.conversation.dialog
    if opened is None or incoming.kind is not Kind.TEXT or incoming.text.startswith("/"):
        return None
    state = state_of(context)
    named = deadline_of(str(opened.answers.get("one", "")))
    one = state.of(*named) if named else None
    text = incoming.text.strip()
    if opened.answers.get("step") == "settings":
        return _proceed_settings(text, state, context)
    if one is None:
        return None
    if folded(text) in {"undo", "no", "stop", "cancel", "never mind"}:
        return None
    day = read_day(text, pauses.local_today(state, context))
    if day is None:
        return None
    match opened.answers.get("step"):
        case "renewed":
            return renewal.until(one, day, context)
        case "snooze":
            return [*pauses.snoozed(one, day, state, context), DropDialog()]
        case "plan":
            hour = read_hour(text)
            if hour is None:
                return [pauses.hour_choices(one, day, state, context), DropDialog()]
            return [*pauses.planned(one, day, hour, state, context), DropDialog()]
        case _:
            return None


def _proceed_settings(text: str, state: Reminders, context: Context) -> Sequence[Effect] | None:
    """After the page: "60 and 10", "start again"; whole sentences are understood elsewhere."""
    if len(text.split()) > 5:  # noqa: PLR2004 - more says what it is about
        return None
    wish = read_wish(text, pauses.local_today(state, context))
    if wish.resume:
        return [*_resumed((), state, context), DropDialog()]
    days = read_days(text)
    if days and not wish.snooze and wish.day is None:
        change, after = settings.wished(state, {"days": days[:MOST_OWN_DAYS]})
        return [change, settings.page(after, context, note="reminders.noted.days"), DropDialog()]
    if wish.zone or wish.quiet:
        return [*_wished(wish, (), state, context), DropDialog()]
    return None


def days_alone(text: str, context: Context) -> Sequence[Effect] | None:
    """The bare "60 and 10" of somebody with deadlines; None for anything with other words."""
    days = read_days(text)
    is_bare = set(folded(text).split()) <= {*map(str, days), "and", "days", "day", "before"}
    if len(days) < 2 or not is_bare or not context.physician.licenses:  # noqa: PLR2004
        return None
    state = state_of(context)
    change, after = settings.wished(state, {"days": days[:MOST_OWN_DAYS]})
    return [change, settings.page(after, context, note="reminders.noted.days")]


def said_renewed(question: Question, context: Context) -> Sequence[Effect] | None:
    """Told in words, as "i renewed, next is 2/28/29"; None where nothing running is meant."""
    state = state_of(context)
    named = _named(question, state, context)
    if not state.running or _names_other(question, named):
        return None
    one = pauses.nearest(named, state)
    if one is None:
        return None
    said = question.slots.get("expires_on")
    day = (
        date.fromisoformat(said)
        if said
        else read_date(question.text, pauses.local_today(state, context))
    )
    # "Renewed yesterday" is a day too, but no new last day.
    if day is not None and day <= one.deadline.last_day:
        day = None
    return renewal.renewed(one, context, day)


# ── back after having blocked the bot ───────────────────────────────────────────────────────


def missed(context: Context) -> Sequence[Effect]:
    """What could not reach the physician while they had the bot blocked."""
    if context.physician.blocked_at is None:
        return ()
    state = state_of(context)
    if not state.missed:
        return ()
    today = pauses.local_today(state, context)
    due = sorted(
        (one for one in state.running if not one.closed and not one.log.stopped),
        key=lambda one: one.deadline.last_day,
    )
    entries = [
        {
            "what": name_of(one.deadline, context.knowledge.rules),
            "day": one.deadline.last_day,
            "left": one.deadline.days_left(today),
        }
        for one in due[:3]
    ]
    return [
        Say("reminders.missed", {"count": state.missed, "entries": entries}, ((pauses.mine(),),))
    ]


DIALOG = Dialog(
    NAME,
    answer,
    intents=("reminder_settings",),
    command="reminders",
    aliases=("settings",),
    press=press,
    proceed=proceed,
)
