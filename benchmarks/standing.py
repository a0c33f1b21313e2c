"""Standings of 10,000 physicians with 3 licenses and 100 credits each, on one core.

Beside it, in the same run, a plain sum for each license: what a tracker does that only counts
hours between two dates.
"""

import random
import time
from datetime import date, timedelta
from decimal import Decimal

from bot.model import Credit, License, Profile
from bot.rules.cycles import cycle_of
from bot.rules.ledger import read_credits
from bot.rules.person import Rulebook, load_rulebook
from bot.rules.standing import standing
from data import HERE

PHYSICIANS = 10_000
LICENSES = 3
CREDITS = 100
DAYS = 2200
TODAY = date(2026, 11, 23)

Person = tuple[list[License], Profile, list[Credit]]


def person(source: random.Random, rules: Rulebook) -> Person:
    """A record as a hub would give it: mostly Category 1, a topic or two on some."""
    topics, boards = list(rules.topics), list(rules.boards)
    record = [
        Credit(
            title=f"Activity {source.randrange(4000)}",
            completed_on=TODAY - timedelta(days=source.randrange(DAYS)),
            amount=Decimal(source.choice((2, 3, 4, 4, 6, 8, 16))) / 4,
            type=source.choice(("ama-pra-1",) * 8 + ("moc", "ama-pra-2")),
            origin=source.choice(("hub",) * 9 + ("typed",)),
            topics=tuple(source.sample(topics, source.choice((0, 0, 0, 1, 1, 2)))),
            activity_id=str(source.randrange(10**8, 10**9)),
        )
        for _ in range(CREDITS)
    ]
    held = [
        License(
            board,
            rules.boards[board].license_types[0],
            expires=date(2027, source.randrange(1, 13), 28),
            issued=date(2005 + source.randrange(15), 5, 5),
        )
        for board in source.sample(boards, LICENSES)
    ]
    facts = {
        "dea": True,
        "prescribes_controlled": source.choice((True, False)),
        "direct_patient_care": True,
        "resident": False,
    }
    return held, Profile(specialty="internal-medicine", facts=facts), record


def judge(one: Person, rules: Rulebook) -> int:
    held, profile, record = one
    ledger = read_credits(record)
    return sum(
        len(standing(item, profile, ledger, rules.boards[item.board], rules.topics, TODAY).rules)
        for item in held
    )


def plain_sum(one: Person, rules: Rulebook) -> Decimal:
    held, profile, record = one
    total = Decimal(0)
    for item in held:
        cycle = cycle_of(item, profile, rules.boards[item.board], TODAY)
        if cycle.first_day and cycle.last_day:
            total += sum(
                (c.amount for c in record if cycle.first_day <= c.completed_on <= cycle.last_day),
                Decimal(0),
            )
    return total


def main() -> None:
    rules = load_rulebook(HERE)
    source = random.Random(2026)
    people = [person(source, rules) for _ in range(500)]
    for one in people[:50]:
        judge(one, rules)
    judged = rules_judged = 0
    spent = summed = 0.0
    while judged < PHYSICIANS:
        start = time.process_time()
        for one in people:
            rules_judged += judge(one, rules)
        middle = time.process_time()
        for one in people:
            plain_sum(one, rules)
        spent += middle - start
        summed += time.process_time() - middle
        judged += len(people)
    print(f"{judged:,} physicians, {LICENSES} licenses and {CREDITS} credits each, one core")
    print(
        f"standings     {judged / spent:8,.0f} physicians/s, {rules_judged / spent:10,.0f} rules/s"
    )
    print(f"plain sum     {judged / summed:8,.0f} physicians/s")
    print(f"a standing costs {spent / summed:.1f} times a plain sum and judges every rule")


if __name__ == "__main__":
    main()
