"""One physician's messages in advance: the day's message, day after day, with given answers.

Pure. The same `message_of_day` decides here and when a reminder is really sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Literal

from reminders.hours import Preferences
from reminders.messages import Holding, Message, message_of_day
from reminders.stages import Deadline, Log, Phase, Sent, phase_of, snooze_end

Deadlines = Callable[[date], Sequence[Deadline]]
"""The deadlines that are live on a day: each holder's present cycle, or the one just over."""
CreditsOpen = Callable[[Deadline, date], bool]
"""Whether something is still missing in this cycle on this day."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a physician answers on a day; it holds from that morning on.

    `board` None means everything. `next` is the new last day of a renewed license, `until` the
    day a snooze ends.
    """

    on: date
    answer: Literal["renewed", "snooze", "stop"]
    board: str | None = None
    until: date | None = None
    next: date | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """All that was sent and answered: a log for each cycle, and what was renewed or stopped.

    `renewed` holds the cycle last closed and the one that follows, if its last day was said.
    """

    logs: Mapping[tuple[tuple[str, str], date], Log]
    renewed: Mapping[tuple[str, str], tuple[Deadline, Deadline | None]]
    stopped: frozenset[tuple[str, str]] = frozenset()
    stopped_all: bool = False


NOTHING = Past({}, {})


def plan(
    deadlines: Deadlines,
    credits_open: CreditsOpen,
    preferences: Preferences,
    first: date,
    last: date,
    *,
    answers: Sequence[Answer] = (),
    past: Past = NOTHING,
) -> Iterator[Message]:
    """All messages from `first` to `last`, both included, in order.

    Whoever has no past on `first` is a late joiner and gets the present stage.
    """
    for answer in sorted((one for one in answers if one.on < first), key=lambda one: one.on):
        past = answered(past, answer, live(deadlines(answer.on), past))
    for day in _days(first, last):
        for answer in (one for one in answers if one.on == day):
            past = answered(past, answer, live(deadlines(day), past))
        holdings = [
            Holding(
                deadline,
                _log(past, deadline),
                partial(_phase, deadline, credits_open),
            )
            for deadline in live(deadlines(day), past)
        ]
        wanted = replace(preferences, stopped=preferences.stopped or past.stopped_all)
        message = message_of_day(holdings, wanted, day)
        if message is not None:
            past = told(past, message, day)
            yield message


def live(deadlines: Sequence[Deadline], past: Past) -> tuple[Deadline, ...]:
    """The deadlines that still speak: "renewed" closes a cycle and opens the next one."""
    current = (_current(deadline, past) for deadline in deadlines)
    return tuple(one for one in current if one is not None)


def answered(past: Past, answer: Answer, deadlines: Sequence[Deadline]) -> Past:
    """What is remembered after an answer."""
    if answer.answer == "stop" and answer.board is None:
        return replace(past, stopped_all=True)
    for deadline in deadlines:
        # A DEA renewal cannot be filed without the training, so it closes that too.
        closes = {"dea": "mate"}.get(answer.board or "") if answer.answer == "renewed" else None
        if answer.board is None or deadline.board in {answer.board, closes}:
            past = _answered_one(past, answer, deadline)
    return past


def told(past: Past, message: Message, day: date) -> Past:
    """What is remembered after a message."""
    logs = dict(past.logs)
    for part in message.parts:
        log = _log(past, part.deadline)
        sent = (*log.sent, Sent(part.stage.name, day))
        logs[(part.deadline.key, part.deadline.last_day)] = replace(log, sent=sent)
    return replace(past, logs=logs)


def _answered_one(past: Past, answer: Answer, deadline: Deadline) -> Past:
    if answer.answer == "renewed":
        return replace(
            past, renewed={**past.renewed, deadline.key: (deadline, _next(deadline, answer))}
        )
    log = _log(past, deadline)
    if answer.answer == "stop":
        return replace(past, stopped=past.stopped | {deadline.key})
    end = snooze_end(deadline, answer.until or answer.on + timedelta(days=1), answer.on)
    snoozed = replace(log, snoozed_until=end, snoozes=log.snoozes + 1, answered_on=answer.on)
    if end is None:
        snoozed = replace(log, answered_on=answer.on)
    return replace(past, logs={**past.logs, (deadline.key, deadline.last_day): snoozed})


def _current(deadline: Deadline, past: Past) -> Deadline | None:
    closed, following = past.renewed.get(deadline.key, (None, None))
    if closed is not None and not closed.confirms:
        return None
    if closed is None or deadline.last_day > (following or closed).last_day:
        return deadline
    return following


def _next(deadline: Deadline, answer: Answer) -> Deadline | None:
    if answer.next is None or answer.next <= deadline.last_day or not deadline.confirms:
        return None
    first_day = deadline.last_day + timedelta(days=1)
    return replace(deadline, first_day=first_day, last_day=answer.next)


def _log(past: Past, deadline: Deadline) -> Log:
    log = past.logs.get((deadline.key, deadline.last_day), Log())
    heard = (
        sent.on for key, one in past.logs.items() if key[0] == deadline.key for sent in one.sent
    )
    return replace(
        log,
        stopped=log.stopped or deadline.key in past.stopped,
        heard_on=max(heard, default=None),
    )


def _phase(deadline: Deadline, credits_open: CreditsOpen, on: date) -> Phase:
    return phase_of(deadline, credits_open=deadline.counts and credits_open(deadline, on))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=count) for count in range((last - first).days + 1))
