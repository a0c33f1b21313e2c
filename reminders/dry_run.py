"""Who would get what on a day, and why the others would not; nothing is changed or sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from bot.rules.person import Rulebook
from bot.store import reminder_bulk as bulk
from bot.store import reminders as store
from bot.store.engine import Records
from bot.store.physicians import chat_of, physician_by_id
from reminders.decision import holdings_of
from reminders.hours import Preferences
from reminders.messages import Holding, Message, message_of_day
from reminders.planner import windows, wishes_of
from reminders.stages import Deadline, Log, Phase, due, present
from reminders.state import usual


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to one physician: a message, or for each board the reason for none."""

    physician_id: int
    message: Message | None
    why_not: tuple[tuple[str, str], ...]


def dry_run(records: Records, rules: Rulebook, day: date) -> Iterator[Verdict]:
    """Every physician for whom a stage has come by that day and was not told."""
    with records.reading() as session:
        ids = bulk.candidates(session, windows(day), store.TOLD)
    for physician_id in ids:
        with records.reading() as session:
            verdict = _verdict(session, physician_id, rules, day)
        if verdict is not None:
            yield verdict


def _verdict(session: Session, physician_id: int, rules: Rulebook, day: date) -> Verdict | None:
    physician = physician_by_id(session, physician_id)
    if not physician.id:
        return None
    wish = store.wishes(session, physician_id)
    preferences = wishes_of(wish) if wish else usual(physician)
    heard = wish is not None and wish.heard_on is not None and wish.heard_on >= day
    holdings = holdings_of(session, physician, rules, day)
    blocked = chat_of(session, physician_id) is None
    message = None
    if not blocked:
        message = message_of_day(holdings, preferences, day, heard_today=heard)
    told = {part.deadline.key for part in message.parts} if message else set()
    general = None
    if blocked:
        general = "blocked the bot"
    elif preferences.stopped:
        general = "stopped all reminders"
    elif heard:
        general = "was reminded on that day"
    reasons = tuple(
        (one.deadline.board, reason)
        for one in holdings
        if one.deadline.key not in told
        and (reason := general or why_not(one, preferences, day)) is not None
    )
    if message is None and not reasons:
        return None
    return Verdict(physician_id, message, reasons)


def why_not(holding: Holding, preferences: Preferences, day: date) -> str | None:
    """Why a deadline whose stage has come is not told on this day; None where none has come."""
    deadline, log = holding.deadline, holding.log
    if not any(_came(deadline, phase, preferences, day) for phase in Phase):
        return None
    phase = holding.phase(day)
    if log.stopped:
        return "stopped by the physician"
    if log.snoozed_until is not None and day < log.snoozed_until:
        return f"snoozed until {log.snoozed_until}"
    if not _came(deadline, phase, preferences, day):
        return "credits are met"
    if due(deadline, Log(stopped=log.stopped), phase, preferences, day) is None:
        return "no weekends"
    if due(deadline, log, phase, preferences, day) is not None:
        return "another message goes first"
    stage = present(deadline, phase, preferences, day)
    if stage is not None and any(sent.stage == stage.name for sent in log.sent):
        return None
    return f"less than a week since the last one, of {log.heard_on}"


def _came(deadline: Deadline, phase: Phase, preferences: Preferences, day: date) -> bool:
    return present(deadline, phase, preferences, day) is not None
