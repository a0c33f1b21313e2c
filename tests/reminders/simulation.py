"""Months of reminders in seconds: the real planner and delivery, a clock, and people who listen."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from bot.model import License, Outgoing, Physician, Profile
from bot.store import reminders as store
from bot.store.physicians import keep_physician, physician_of
from bot.store.reminder_tables import ReminderRow, ReminderWishRow
from reminders.delivery import Delivery, Outcome, Posted
from reminders.planner import plan_day
from reminders.scheduler import refine

R = sa.inspect(ReminderRow).local_table.c


class KilledError(BaseException):
    """The process is gone, at this very instant."""


@dataclass
class People:
    """The other side of Telegram: what arrived where and when; and what may go wrong on the way.

    `trouble` draws for every call: nothing, a refusal, or the death of the process before or
    after the message arrived.
    """

    clock: object
    trouble: object = lambda _: None
    received: list = field(default_factory=list)
    blocked: set = field(default_factory=set)

    async def post(self, chat_id, outgoing):
        trouble = self.trouble(chat_id)
        if chat_id in self.blocked:
            return Posted(Outcome.BLOCKED)
        if trouble == "killed before":
            raise KilledError
        if trouble == "flood":
            return Posted(Outcome.NOT_SENT, wait=3.0)
        if trouble == "no connection":
            return Posted(Outcome.NOT_SENT)
        if trouble == "no answer":
            self.received.append((self.clock(), chat_id, outgoing.html))
            return Posted(Outcome.UNKNOWN)
        self.received.append((self.clock(), chat_id, outgoing.html))
        if trouble == "killed after":
            raise KilledError
        return Posted(Outcome.SENT, len(self.received))


def as_words(physician, message, today):
    """A reminder a test can read: board, stage and last day of each part."""
    parts = (
        f"{part.deadline.board} {part.stage.name} {part.deadline.last_day}"
        for part in message.parts
    )
    return Outgoing("message", "|".join(parts), silent=not message.sound)


def settle_in(records, chat_id, physician, now):
    """Put somebody into the records; the physician as stored."""
    with records.writing() as session:
        keep_physician(session, chat_id, physician, now)
        return physician_of(session, chat_id)


def wish(records, physician, **changes):
    with records.writing() as session:
        row = store.wishes(session, physician.id)
        if row is None:
            row = ReminderWishRow(physician_id=physician.id, zone="America/Chicago", refined=True)
        for name, value in changes.items():
            setattr(row, name, value)
        session.add(row)


def delivery(records, rules, people, clock, **more):
    return Delivery(records, rules, as_words, people.post, clock, **more)


def next_due(records, now):
    """The instant at which the delivery next has something to look at."""
    with records.reading() as session:
        due = session.execute(sa.select(sa.func.min(R.due_at)).where(R.state == "planned"))
        leased = session.execute(
            sa.select(sa.func.min(R.claimed_at)).where(R.state.in_(("claimed", "sending")))
        )
        times = [due.scalar(), leased.scalar()]
    if times[1] is not None:
        times[1] += store.LEASE + timedelta(seconds=1)
    return max(
        now, min((at for at in times if at is not None), default=datetime.max.replace(tzinfo=UTC))
    )


def live_through(records, rules, clock, until, workers, *, on_day=None, on_kill=None):
    """Plan each day and deliver all that comes due, until a day is reached."""
    runner = asyncio.Runner()
    while clock.now.date() < until:
        day_end = datetime.combine(clock.now.date() + timedelta(days=1), time(0), UTC)
        if on_day is not None:
            on_day(clock.now.date())
        refine(records, rules, clock.now, 10_000)
        plan_day(records, rules.boards, clock.now.date())
        while (due := next_due(records, clock.now)) < day_end:
            clock.now = due
            for place, worker in enumerate(workers):
                try:
                    runner.run(worker.tick())
                except KilledError:
                    # What else was under way dies with the loop.
                    runner.close()
                    runner = asyncio.Runner()
                    workers[place] = on_kill(worker)
            clock.go(seconds=1)
        clock.now = day_end
    runner.close()


ZONED = {
    "us-tx": "America/Chicago",
    "us-ca-md": "America/Los_Angeles",
    "us-oh": "America/New_York",
    "us-hi": "Pacific/Honolulu",
    "us-gu": "Pacific/Guam",
    "us-pr": "America/Puerto_Rico",
    "us-id": "America/Boise",
    "us-az-md": "America/Phoenix",
}


def invented(draw, start):
    """A physician with one to three licenses that end within two years."""
    boards = draw.sample(sorted(ZONED), draw.choice((1, 1, 1, 2, 3)))
    near = start + timedelta(days=draw.randrange(20, 700))
    licenses = tuple(
        License(
            board,
            "MD",
            # Some end within a week of each other, as couples of licenses do.
            expires=near + timedelta(days=draw.choice((0, 3, 6, 40, 200)) if place else 0),
            first_cycle=False,
        )
        for place, board in enumerate(boards)
    )
    dea = start + timedelta(days=draw.randrange(20, 700)) if draw.random() < 0.3 else None
    return Physician(0, Profile(name="Ada Moreno", dea_expires=dea), licenses=licenses)


def read(html):
    """(board, stage, last day) of each part of a message of `as_words`."""
    for part in html.split("|"):
        board, stage, last_day = part.split(" ")
        yield board, stage, date.fromisoformat(last_day)
