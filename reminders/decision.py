"""The decision at sending: one physician, one instant, one transaction.

Everything is worked out again from the record as it is now: who is awake, what was said today,
which cycle is running, whether a gap has closed. Only what comes out of that is stored as being
sent, in the same transaction, and only then is Telegram called.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from sqlmodel import Session

from bot.model import Outgoing, Physician
from bot.rules.person import Rulebook
from bot.store import reminders as store
from bot.store.engine import Records
from bot.store.physicians import chat_of, physician_by_id
from bot.store.reminder_tables import DeadlineRow
from bot.store.reminders import Claim, Told
from reminders.deadlines import credits_open_of, deadlines_of
from reminders.hours import Preferences, is_quiet_at, local_day, next_free
from reminders.messages import Holding, Message, Part, message_of_day
from reminders.planner import clock, wishes_of
from reminders.stages import WEEK, Deadline, Log, Phase, Sent, phase_of

Compose = Callable[[Physician, Message, date], Outgoing]
"""A reminder in words, on the physician's local day."""
AGAIN = "@"
"""Between a stage and the day on which the physician wanted to be told of it again."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A reminder that is stored as being sent and now has to go out."""

    physician_id: int
    chat_id: int
    reminders: tuple[int, ...]
    outgoing: Outgoing


def decide(
    records: Records, claim: Claim, rules: Rulebook, compose: Compose, now: datetime
) -> Letter | None:
    """What this physician gets at this instant, stored as being sent; None: nothing now.

    Whatever else is due for the physician is settled with it: sent along, put off or cancelled.
    """
    with records.writing() as session:
        wish = store.wishes(session, claim.physician_id, locked=True)
        besides = store.due_besides(session, claim.physician_id, now)
        ids = {claim.id, *(one.id for one in besides)}
        chat_id = chat_of(session, claim.physician_id)
        if wish is None or chat_id is None:
            store.drop_blocked(session, claim.physician_id, (), now)
            return None
        preferences = wishes_of(wish)
        if is_quiet_at(now, preferences):
            store.postpone(session, ids, next_free(now, preferences), "quiet hours")
            return None
        physician = physician_by_id(session, claim.physician_id)
        today = local_day(now, preferences)
        refresh(session, physician, deadlines_of(physician, rules)(today))
        holdings = holdings_of(session, physician, rules, today)
        # Not "equal to": a clock set back must not open the day a second time.
        heard = wish.heard_on is not None and wish.heard_on >= today
        message = message_of_day(holdings, preferences, today, heard_today=heard)
        if message is None:
            later = None if preferences.stopped else _next(holdings, preferences, today)
            if later is None:
                store.cancel(session, ids, now, "nothing to say")
            else:
                store.postpone(session, ids, later.astimezone(UTC), "not today")
            return None
        if message.waits and message.at > now:
            store.postpone(session, ids, message.at.astimezone(UTC), "later today")
            return None
        outgoing = compose(physician, message, today)
        keys = [key_of(part, holdings) for part in message.parts]
        sending = store.mark_sending(session, keys, claim, now, today)
        if sending is None:
            # Some part was told before: never twice, so nothing of this message goes out.
            store.cancel(session, ids, now, "told before")
            return None
        rest = ids - set(sending)
        tomorrow = _next(holdings, preferences, today)
        if tomorrow is None:
            store.cancel(session, rest, now, "told with another")
        else:
            store.postpone(session, rest, tomorrow.astimezone(UTC), "told with another")
        wish.heard_on = today
        return Letter(claim.physician_id, chat_id, sending, outgoing)


def holdings_of(
    session: Session, physician: Physician, rules: Rulebook, today: date
) -> tuple[Holding, ...]:
    """The physician's deadlines with what was sent and answered; only reads."""
    deadlines = deadlines_of(physician, rules)(today)
    rows = {(row.board, row.holder): row for row in store.cycles(session, physician.id)}
    told = store.told(session, physician.id)
    credits_open = credits_open_of(physician, rules)

    def phase(deadline: Deadline, day: date) -> Phase:
        # A day ahead is judged by what is known today: credits come, they do not go.
        open_ = deadline.counts and credits_open(deadline, max(day, today))
        return phase_of(deadline, credits_open=open_)

    return tuple(
        Holding(deadline, log_of(deadline, rows.get(deadline.key), told), partial(phase, deadline))
        for deadline in deadlines
        if not is_closed(deadline, rows)
    )


def refresh(session: Session, physician: Physician, deadlines: Sequence[Deadline]) -> None:
    """Bring the physician's deadlines on file up to date, so that the planner finds them."""
    ends = {f"license:{held.id}": (held.id, held.expires) for held in physician.licenses}
    nothing = (None, None)
    store.keep_cycles(
        session,
        physician.id,
        [
            store.Cycle(
                one.board, one.holder, one.last_day, one.halfway, *ends.get(one.holder, nothing)
            )
            for one in deadlines
        ],
    )


def log_of(deadline: Deadline, row: DeadlineRow | None, told: Sequence[Told]) -> Log:
    """What was sent and answered in a cycle, from the rows."""
    sent = tuple(
        Sent(one.stage.partition(AGAIN)[0], one.day)
        for one in told
        if (one.board, one.last_day) == (deadline.board, deadline.last_day)
    )
    heard_on = max((one.day for one in told if one.board == deadline.board), default=None)
    if row is None or row.last_day != deadline.last_day:
        return Log(sent=sent, heard_on=heard_on, stopped=row is not None and row.stopped)
    return Log(
        sent=sent,
        snoozed_until=row.snoozed_until,
        snoozes=row.snoozes,
        answered_on=row.answered_on,
        planned_on=row.planned_on,
        planned_hour=None if row.planned_minute is None else clock(row.planned_minute),
        stopped=row.stopped,
        heard_on=heard_on,
    )


def key_of(part: Part, holdings: Sequence[Holding]) -> tuple[str, date, str]:
    """What makes a part unique for ever: board, last day, stage; a repetition has its day too."""
    log = next(one.log for one in holdings if one.deadline.key == part.deadline.key)
    stage = part.stage.name
    if part.asked_for is not None and any(sent.stage == stage for sent in log.sent):
        stage = f"{stage}{AGAIN}{part.asked_for}"
    return (part.deadline.board, part.deadline.last_day, stage)


def is_closed(deadline: Deadline, rows: Mapping[tuple[str, str], DeadlineRow]) -> bool:
    """Whether this cycle was called renewed, or this duty done."""
    row = rows.get(deadline.key)
    if row is None or row.closed_day is None:
        return False
    return deadline.last_day <= row.closed_day or not deadline.confirms


def _next(holdings: Sequence[Holding], preferences: Preferences, today: date) -> datetime | None:
    """When within the week there is something to say, if what keeps it back is only a pause."""
    for days in range(1, WEEK + 1):
        message = message_of_day(holdings, preferences, today + timedelta(days=days))
        if message is not None:
            return message.at
    return None
