"""What holds for every board and every set of credits."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import Credit, License, Profile, State
from bot.rules.allocation import Contest, Lot, allocate
from bot.rules.gather import gather
from bot.rules.ledger import read_credits
from bot.rules.person import load_rulebook
from bot.rules.plan import plan_of
from bot.rules.standing import standing
from data import HERE

RULES = load_rulebook(HERE)
TODAY = date(2026, 11, 23)
TYPES = ("ama-pra-1", "ama-pra-2", "aafp-prescribed", "aoa-1a", "aoa-1b", "aoa-2a", "moc")
FACTS = ("dea", "prescribes_controlled", "prescribes_opioids", "direct_patient_care", "resident")
BOARDS = sorted(RULES.boards)

settings.register_profile(
    "rules", deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow]
)
quick = settings.get_profile("rules")


def words_of(board):
    """The topics the board asks for, and one that it does not."""
    found = {word for topic in RULES.boards[board].topics for word in topic.accepts}
    return [*sorted(found), "telehealth"]


@st.composite
def credits_for(draw, board, origins=("hub", "typed")):
    serial = draw(st.integers(0, 10**6))
    return Credit(
        title=f"Course number {serial}",
        completed_on=TODAY - timedelta(days=draw(st.integers(0, 1500))),
        amount=Decimal(draw(st.integers(1, 120))) / 4,
        type=draw(st.sampled_from(TYPES)),
        origin=draw(st.sampled_from(origins)),
        topics=tuple(draw(st.lists(st.sampled_from(words_of(board)), max_size=2, unique=True))),
        format=draw(st.sampled_from((None, None, None, "volunteer", "teaching"))),
    )


@st.composite
def situations(draw):
    board = draw(st.sampled_from(BOARDS))
    facts = {name: draw(st.sampled_from((True, False, None))) for name in FACTS}
    held = License(
        board,
        draw(st.sampled_from(RULES.boards[board].license_types)),
        expires=draw(st.dates(date(2026, 12, 1), date(2028, 12, 31))),
        issued=draw(st.none() | st.dates(date(1990, 1, 1), date(2026, 11, 1))),
    )
    profile = Profile(
        specialty=draw(st.sampled_from((None, "internal-medicine", "pathology"))),
        facts={name: value for name, value in facts.items() if value is not None},
    )
    return held, profile, draw(st.lists(credits_for(board), max_size=12))


def judged(held, profile, record):
    board = RULES.boards[held.board]
    return standing(held, profile, record, board, RULES.topics, TODAY)


@quick
@given(situations(), st.data())
def test_one_more_credit_never_makes_a_met_rule_unmet(situation, data):
    held, profile, record = situation
    more = data.draw(credits_for(held.board))
    before, after = judged(held, profile, record), judged(held, profile, [*record, more])
    was_met = {rule.id for rule in before.rules if rule.state is State.MET}
    still = {rule.id for rule in after.rules if rule.state is State.MET}
    assert was_met <= still


@quick
@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_credits_does_not_matter(situation, shuffling):
    held, profile, record = situation
    shuffled = list(record)
    shuffling.shuffle(shuffled)
    assert judged(held, profile, shuffled) == judged(held, profile, record)


@quick
@given(situations(), st.data())
def test_splitting_a_credit_changes_no_total(situation, data):
    held, profile, record = situation
    whole = data.draw(credits_for(held.board))
    part = Decimal(data.draw(st.integers(1, int(whole.amount * 4)))) / 4
    if part == whole.amount:
        return
    parts = [replace(whole, amount=part), replace(whole, amount=whole.amount - part)]
    one = judged(held, profile, [*record, whole])
    two = judged(held, profile, [*record, *parts])
    for before, after in zip(one.rules, two.rules, strict=True):
        if before.unit == "credits":
            assert (after.have, after.state) == (before.have, before.state)


@quick
@given(situations(), st.integers(0, 1500), st.integers(0, 700))
def test_a_longer_window_never_counts_less(situation, days, longer):
    held, _, record = situation
    ledger = read_credits(record)
    last = TODAY.toordinal()
    for rule in plan_of(RULES.boards[held.board], RULES.topics).rules:
        short = gather(rule, ledger, (last - days, last))
        long = gather(rule, ledger, (last - days - longer, last))
        assert short.have <= long.have


@quick
@given(situations())
def test_what_is_counted_and_left_out_adds_up(situation):
    held, profile, record = situation
    for rule in judged(held, profile, record).rules:
        if rule.unit == "credits":
            assert sum((item.amount for item in rule.counted), Decimal(0)) == rule.have, rule.id
        for item in (*rule.counted, *rule.left_out):
            assert 0 < item.amount <= item.credit.amount
    total = judged(held, profile, record).rules[0]
    everything = sum((credit.amount for credit in record), Decimal(0))
    counted = sum((item.amount for item in total.counted), Decimal(0))
    left_out = sum((item.amount for item in total.left_out), Decimal(0))
    if total.window is not None:
        assert counted + left_out == everything
        assert counted == total.have


@quick
@given(situations())
def test_not_yet_known_names_a_fact_and_met_leaves_nothing(situation):
    for rule in judged(*situation).rules:
        assert (rule.state is State.NOT_YET_KNOWN) == (rule.missing_fact is not None), rule.id
        if rule.state is State.MET:
            assert rule.left == 0


@st.composite
def contests(draw):
    """Small cases of the shapes that boards have: topics apart from totals or from each other."""
    topics = draw(st.integers(1, 2))
    rules = topics + draw(st.integers(1, 2))
    capped = frozenset(range(topics, rules))
    apart = {
        frozenset((topic, rule))
        for topic in range(topics)
        if draw(st.booleans())
        for rule in capped
    }
    if topics == 2 and draw(st.booleans()):
        apart.add(frozenset((0, 1)))
    limits = {100: draw(st.integers(0, 4))} if draw(st.booleans()) else {}
    lots = [
        Lot(
            draw(st.integers(1, 3)),
            frozenset(draw(st.sets(st.integers(0, rules - 1), min_size=1))),
            frozenset(limits) if draw(st.booleans()) else frozenset(),
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    needs = {rule: draw(st.integers(1, 4)) for rule in range(rules)}
    return lots, Contest(needs, frozenset(apart), limits, capped)


def can_meet_all(lots, contest):
    """Tries every use of every single quarter, keeping what has been served so far."""
    rules = sorted(contest.needs)
    reached = {((0,) * len(rules), (0,) * len(contest.limits))}
    for lot in [each for each in lots for _ in range(each.amount)]:
        uses = [
            frozenset(use)
            for size in range(len(lot.serves) + 1)
            for use in combinations(sorted(lot.serves), size)
            if not any(pair <= frozenset(use) for pair in contest.apart)
        ]
        reached = {
            (
                tuple(
                    min(contest.needs[rule], got + (rule in use))
                    for rule, got in zip(rules, served, strict=True)
                ),
                tuple(
                    used + (cap in lot.caps and bool(use & contest.capped))
                    for cap, used in zip(sorted(contest.limits), under, strict=True)
                ),
            )
            for served, under in reached
            for use in uses
        }
        reached = {
            (served, under)
            for served, under in reached
            if all(
                used <= contest.limits[cap]
                for cap, used in zip(sorted(contest.limits), under, strict=True)
            )
        }
    return any(served == tuple(contest.needs[rule] for rule in rules) for served, _ in reached)


@settings(quick, max_examples=120)
@given(contests())
def test_hours_are_shared_out_as_well_as_by_trying_everything(case):
    lots, contest = case
    served = dict.fromkeys(contest.needs, 0)
    for share in allocate(lots, contest):
        for pattern, amount in share.items():
            assert amount.denominator == 1
            for rule in pattern:
                served[rule] += int(amount)
    met = all(served[rule] >= need for rule, need in contest.needs.items())
    assert met == can_meet_all(lots, contest)


def test_a_met_rule_stays_met_while_a_whole_record_is_read_in():
    """The same property over a long history instead of one step, on every board."""
    source = random.Random(7)
    for board in BOARDS:
        held = License(board, RULES.boards[board].license_types[0], expires=date(2027, 6, 30))
        profile, record, met = Profile(facts={"dea": True}), [], set()
        for number in range(25):
            record.append(
                Credit(
                    f"Lecture {number}",
                    TODAY - timedelta(days=source.randrange(900)),
                    Decimal(source.randrange(1, 60)) / 4,
                    source.choice(TYPES),
                    topics=tuple(source.sample(words_of(board), 1)),
                )
            )
            rules = judged(held, profile, record).rules
            now = {rule.id for rule in rules if rule.state is State.MET}
            assert met <= now, board
            met = now
