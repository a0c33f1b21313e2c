"""What holds for every certifying board and every set of credits."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import Certification, Credit, Profile, State
from bot.rules.certifying import certification_standing
from bot.rules.person import load_rulebook
from data import HERE

RULES = load_rulebook(HERE)
TODAY = date(2026, 11, 23)
TYPES = ("ama-pra-1", "ama-pra-2", "aafp-prescribed", "aoa-1a", "aoa-2a", "moc")
quick = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def credits_for(draw, board):
    kind = draw(st.sampled_from(TYPES))
    return Credit(
        title=f"Course number {draw(st.integers(0, 10**6))}",
        completed_on=TODAY - timedelta(days=draw(st.integers(0, 2500))),
        amount=Decimal(draw(st.integers(1, 200))) / 4,
        type=kind,
        origin=draw(st.sampled_from(("hub", "typed"))),
        board=draw(st.sampled_from((board, "ABIM"))) if kind == "moc" else None,
        topics=tuple(draw(st.lists(st.sampled_from(("patient-safety", "ethics")), max_size=1))),
    )


@st.composite
def situations(draw):
    board = draw(st.sampled_from(sorted(RULES.certifying)))
    held = Certification(
        board,
        draw(st.none() | st.dates(date(1995, 1, 1), TODAY)),
        draw(st.none() | st.dates(date(2026, 1, 1), date(2036, 12, 31))),
    )
    return held, draw(st.lists(credits_for(board), max_size=10))


def judged(held, record):
    board = RULES.certifying[held.board]
    return certification_standing(held, Profile(), record, board, TODAY).rules


@quick
@given(situations(), st.data())
def test_one_more_credit_never_makes_a_met_rule_unmet(situation, data):
    held, record = situation
    more = data.draw(credits_for(held.board))
    met = {rule.id for rule in judged(held, record) if rule.state is State.MET}
    assert met <= {r.id for r in judged(held, [*record, more]) if r.state is State.MET}


@quick
@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_credits_does_not_matter(situation, shuffling):
    held, record = situation
    shuffled = list(record)
    shuffling.shuffle(shuffled)
    assert judged(held, shuffled) == judged(held, record)


@quick
@given(situations(), st.data())
def test_splitting_a_credit_changes_no_figure(situation, data):
    held, record = situation
    whole = data.draw(credits_for(held.board))
    part = Decimal(data.draw(st.integers(1, int(whole.amount * 4)))) / 4
    if part == whole.amount:
        return
    parts = [replace(whole, amount=part), replace(whole, amount=whole.amount - part)]
    one, two = judged(held, [*record, whole]), judged(held, [*record, *parts])
    assert [(r.have, r.state) for r in one] == [(r.have, r.state) for r in two]


@quick
@given(situations())
def test_figures_add_up_and_what_is_missing_is_named(situation):
    held, record = situation
    for rule in judged(held, record):
        assert sum((item.amount for item in rule.counted), Decimal(0)) == rule.have
        assert rule.left is None or rule.left >= 0
        assert (rule.state is State.NOT_YET_KNOWN) == (rule.missing_fact is not None)
        assert not (rule.state is State.MET and rule.left)


@quick
@given(situations())
def test_the_period_holds_today_or_is_the_last_there_was(situation):
    held, _ = situation
    board = RULES.certifying[held.board]
    cycle = certification_standing(held, Profile(), [], board, TODAY).cycle
    if cycle.last_day is None:
        assert cycle.missing_fact == "since"
    elif held.expires is None or held.expires >= TODAY:
        assert cycle.first_day <= TODAY <= cycle.last_day
    else:
        assert cycle.first_day <= held.expires <= cycle.last_day
