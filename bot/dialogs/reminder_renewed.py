"""Having renewed: the cycle is closed, the new date asked for and kept, and all can be undone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.buttons import LIMIT, Press, pack
from bot.dialogs import holdings
from bot.dialogs.context import Context
from bot.dialogs.reminder_settings import NAME, argument, button
from bot.model import (
    AnswerReminder,
    Button,
    Change,
    ChangeProfile,
    DropDialog,
    Effect,
    KeepCertification,
    KeepDialog,
    KeepLicense,
    Say,
)
from bot.rules.calendar import ONE_DAY
from reminders.state import Running, name_of, next_last_day

VERSION = 1
FARTHEST = timedelta(days=12 * 366)
"""No board or agency gives a longer term; a date beyond it is a typing error."""


def renewed(one: Running, context: Context, day: date | None = None) -> Sequence[Effect]:
    """The cycle is closed at once, so that nothing more is said of it; then until when it holds."""
    deadline = one.deadline
    closed = AnswerReminder(deadline.board, deadline.last_day, "renewed")
    what = name_of(deadline, context.knowledge.rules)
    undo = _undo(one, context)
    if not deadline.confirms:
        return [closed, Say("reminders.done", {"what": what}, ((undo,),))]
    if day is not None:
        return _dated(one, day, context)
    proposed = next_last_day(deadline, context.knowledge.rules)
    values = {"what": what, "proposed": proposed, "document": _document(one, context)}
    rows: list[tuple[Button, ...]] = []
    if proposed is not None:
        data = pack(NAME, "until", f"{argument(one)}/{proposed:%Y%m%d}")
        rows.append((Button("reminders.button.proposed", data, values={"day": proposed}),))
    rows.append((button("reminders.button.unknown", "nodate", argument(one)), undo))
    kept = KeepDialog(NAME, VERSION, {"step": "renewed", "one": argument(one)})
    return [closed, Say("reminders.until_when", values, tuple(rows)), kept]


def until(one: Running, day: date | None, context: Context) -> Sequence[Effect]:
    """The new last day, typed or taken from the proposal; None: said to be not known yet."""
    what = name_of(one.deadline, context.knowledge.rules)
    if day is None:
        undo = _undo(one, context)
        return [DropDialog(), Say("reminders.no_date", {"what": what}, ((undo,),))]
    return [*_dated(one, day, context), DropDialog()]


def is_sound(one: Running, day: date, context: Context) -> bool:
    """A new last day lies after the old one, and not beyond any term."""
    return one.deadline.last_day < day <= context.today + FARTHEST


def _dated(one: Running, day: date, context: Context) -> Sequence[Effect]:
    deadline = one.deadline
    what = name_of(deadline, context.knowledge.rules)
    if not is_sound(one, day, context):
        values = {"what": what, "day": day, "last": deadline.last_day}
        kept = KeepDialog(NAME, VERSION, {"step": "renewed", "one": argument(one)})
        unknown = button("reminders.button.unknown", "nodate", argument(one))
        return [Say("reminders.odd_date", values, ((unknown,),)), kept]
    values = {"what": what, "day": day, "first": deadline.last_day + ONE_DAY}
    return [
        AnswerReminder(deadline.board, deadline.last_day, "renewed"),
        *_moved(one, day, context),
        Say("reminders.renewed", values, ((_undo(one, context),),)),
    ]


def _document(one: Running, context: Context) -> str:
    """What the new date stands on."""
    if one.deadline.board == "dea":
        return "registration"
    is_license = holdings.held_license(one.deadline.board, context) is not None
    return "license" if is_license else "certificate"


def _moved(one: Running, day: date, context: Context) -> Sequence[Change]:
    """The new end date on the license, the certificate or the DEA registration."""
    board = one.deadline.board
    if held := holdings.held_license(board, context):
        first = None if held.first_cycle is None else False
        return (KeepLicense(replace(held, expires=day, first_cycle=first)),)
    if certificate := holdings.held_certification(board, context):
        return (KeepCertification(replace(certificate, expires=day)),)
    return (ChangeProfile({"dea_expires": day}),) if board == "dea" else ()


# ── the way back ────────────────────────────────────────────────────────────────────────────


def _undo(one: Running, context: Context) -> Button:
    """Carries the end date that stood there before; nothing else is changed by "renewed"."""
    board = one.deadline.board
    first = ""
    before: date | None = None
    if held := holdings.held_license(board, context):
        before, first = held.expires, {True: "1", False: "0", None: ""}[held.first_cycle]
    elif certificate := holdings.held_certification(board, context):
        before = certificate.expires
    elif board == "dea":
        before = context.physician.profile.dea_expires
    data = pack(NAME, "undo", f"{argument(one)}/{f'{before:%Y%m%d}' if before else ''}/{first}")
    assert len(data.encode()) <= LIMIT
    return Button("reminders.button.undo", data)


def undone(pressed: Press, context: Context) -> tuple[str, date, Sequence[Change]] | None:
    """The board, the cycle opened again, and the changes; None for what no button says."""
    try:
        board, last, before, first = pressed.argument.split("/")
        last_day = date.fromisoformat(last)
        ended = date.fromisoformat(before) if before else None
    except ValueError:
        return None
    back: tuple[Change, ...] = ()
    if held := holdings.held_license(board, context):
        known = {"1": True, "0": False}.get(first)
        back = (KeepLicense(replace(held, expires=ended, first_cycle=known)),)
    elif certificate := holdings.held_certification(board, context):
        back = (KeepCertification(replace(certificate, expires=ended)),)
    elif board == "dea":
        back = (ChangeProfile({"dea_expires": ended}),)
    elif board != "mate":
        return None
    return board, last_day, (*back, AnswerReminder(board, last_day, "reopened"))


def values_of(board: str, context: Context) -> dict[str, Any]:
    """The name of a board that may have no running deadline any more."""
    rules = context.knowledge.rules.boards.get(board)
    named = {"dea": "DEA registration", "mate": "MATE Act training"}
    return {"what": rules.jurisdiction_name if rules else named.get(board, board)}
