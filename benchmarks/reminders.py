"""Planning one day for as many physicians as the US has, on SQLite and one core.

`python -m benchmarks.reminders [physicians]`: prints one JSON object. `first_s` is the very first
run, which gives every license its deadline and everybody their wishes; `day_s` is an ordinary day
after it, the figure to hold: at most 90 s and 500 MB. The peer is a loop in Python over the same
rows that asks the pure calendar for each deadline, without storing anything.
"""

import asyncio
import json
import random
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from time import process_time
from typing import TypeVar

import sqlalchemy as sa
from cryptography.fernet import Fernet

from bot.model import Outgoing
from bot.rules.boards import load_boards
from bot.rules.person import load_rulebook
from bot.rules.schema import Board
from bot.store.engine import Records, open_records
from bot.store.reminder_tables import DeadlineRow, ReminderRow
from bot.store.schema import migrate
from bot.store.vault import Vault
from bot.texts import Texts
from data import HERE
from reminders.delivery import Delivery, Outcome, Posted
from reminders.forecast import forecast
from reminders.hours import Preferences
from reminders.planner import plan_day
from reminders.stages import Deadline, Phase, present
from reminders.words import Words

T = TypeVar("T")
PHYSICIANS = 1_100_000
WITH_TWO, WITH_THREE = 0.36, 0.095
"""Shares of physicians with a second and a third license: 1.6 million for 1.1 million."""
TODAY = date(2026, 11, 23)
BATCH = 20_000
DECIDED = 500


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PHYSICIANS
    boards = load_boards(HERE / "requirements")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.sqlite"
        url = f"sqlite:///{path}"
        migrate(url)
        records = open_records(url, Vault([Fernet.generate_key().decode()]))
        licenses = fill(records, list(boards.values()), count)
        figures: dict[str, object] = {"physicians": count, "licenses": licenses}
        first, figures["first_s"] = timed(lambda: plan_day(records, boards, TODAY))
        figures["first_planned"] = first.reminders
        next_day = TODAY + timedelta(days=1)
        second, figures["day_s"] = timed(lambda: plan_day(records, boards, next_day))
        figures["day_planned"] = second.reminders
        again, figures["repeated_s"] = timed(lambda: plan_day(records, boards, next_day))
        figures["repeated_planned"] = again.reminders
        _, figures["forecast_s"] = timed(lambda: forecast(records, next_day, 60))
        figures["sent_per_s"] = asyncio.run(sent_per_second(records, next_day))
        figures["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        reached, figures["peer_loop_s"] = timed(lambda: peer(records, next_day))
        figures["peer_reached"] = reached
        with records.reading() as session:
            planned = sa.select(sa.func.count()).select_from(ReminderRow)
            figures["rows"] = session.execute(planned).scalar()
        figures["file_mb"] = path.stat().st_size // 2**20
        records.close()
    print(json.dumps(figures))


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What the work gives, and the seconds it took: of one core, not of the wall."""
    start = process_time()
    result = work()
    return result, round(process_time() - start, 1)


def fill(records: Records, boards: list[Board], count: int) -> int:
    """So many physicians, each with one to three licenses; the number of licenses."""
    draw = random.Random(20261123)
    profile = records.vault.seal({"facts": {}})
    now = datetime(2026, 11, 1, tzinfo=UTC).strftime("%Y-%m-%d %H:%M:%S.000000")
    people = ((n, 10_000 + n, now, profile) for n in range(1, count + 1))
    held = holdings(draw, boards, count)
    writer = records.engine.execution_options(writing=True)
    total = 0
    with writer.begin() as connection:
        while batch := list(islice(people, BATCH)):
            connection.exec_driver_sql(
                "INSERT INTO physician (id, chat_id, created_at, profile) VALUES (?, ?, ?, ?)",
                batch,
            )
        while rows := list(islice(held, BATCH)):
            total += len(rows)
            connection.exec_driver_sql(
                "INSERT INTO license (physician_id, board, type, expires) VALUES (?, ?, ?, ?)",
                rows,
            )
    return total


def holdings(
    draw: random.Random, boards: list[Board], count: int
) -> Iterator[tuple[int, str, str, str]]:
    for physician in range(1, count + 1):
        more = draw.random()
        for board in draw.choices(boards, k=1 + (more < WITH_TWO) + (more < WITH_THREE)):
            yield physician, board.board_id, "MD", end(draw, board).isoformat()


def end(draw: random.Random, board: Board) -> date:
    """An end date by the board's rule, so that days on which many end are as heavy as they are."""
    renewal = board.cycle.renewal
    if renewal.kind == "fixed_date" and renewal.month and renewal.day:
        return date(2027 + draw.randrange(2), renewal.month, min(renewal.day, 28))
    return TODAY + timedelta(days=draw.randrange(-10, 720))


async def sent_per_second(records: Records, day: date) -> int:
    """How many reminders one worker decides, stores, hands over and settles in a second of a core;
    25 are all that Telegram takes.
    """
    rules = load_rulebook(HERE)
    words = Words(rules, Texts(HERE / "texts" / "en"))

    async def post(_chat_id: int, _outgoing: Outgoing) -> Posted:
        return Posted(Outcome.SENT, 1)

    noon = datetime.combine(day, time(21), UTC)
    worker = Delivery(records, rules, words, post, lambda: noon, per_second=DECIDED)
    begun = process_time()
    sent = await worker.tick()
    return round(sent / (process_time() - begun))


def peer(records: Records, day: date) -> int:
    """The same question asked deadline by deadline in Python."""
    usual = Preferences()
    columns = sa.inspect(DeadlineRow).local_table.c
    reached = 0
    with records.reading() as session:
        rows = session.execute(
            sa.select(columns.board, columns.last_day, columns.halfway).execution_options(
                yield_per=BATCH
            )
        )
        for board, last_day, halfway in rows:
            first_day = halfway - (last_day - halfway) if halfway else None
            deadline = Deadline(board, last_day, first_day)
            reached += present(deadline, Phase.CREDITS_OPEN, usual, day) is not None
    return reached


if __name__ == "__main__":
    main()
