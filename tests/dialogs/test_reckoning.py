"""The reckoning adds up for any record, page by page, and leaves no credit without a word."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import Conversation
from bot.dialogs import reckoning, standings
from bot.dialogs.context import Context
from bot.model import Credit, License, Physician, Profile
from tests.conftest import NOON, TODAY

TYPES = ("ama-pra-1", "ama-pra-2", "aoa-1a", "aafp-prescribed")
TOPICS = ((), ("ethics",), ("opioid-prescribing",), ("pain-management", "end-of-life-care"))

credits_ = st.builds(
    Credit,
    title=st.text("abcdefgh <&", min_size=1, max_size=90),
    completed_on=st.dates(date(2014, 1, 1), TODAY),
    amount=st.integers(1, 80).map(lambda quarters: Decimal(quarters) / 4),
    type=st.sampled_from(TYPES),
    origin=st.sampled_from(("hub", "transcript", "typed")),
    topics=st.sampled_from(TOPICS),
)


def context_of(sources, board, found):
    kind = "DO" if board.endswith("-do") else "MD"
    numbered = tuple(replace(one, id=place) for place, one in enumerate(found, 1))
    held = License(board, kind, date(2027, 2, 28), date(2013, 2, 20), first_cycle=False, id=1)
    person = Physician(1, Profile(license_type=kind), (held,), (), numbered)
    return Context(sources.knowledge, sources.catalog, person, Conversation(), NOON, TODAY)


@pytest.mark.behaviour(43)
@pytest.mark.parametrize("board", ["us-tx", "us-ca-md", "us-fl-do"])
@given(found=st.lists(credits_, max_size=60))
@settings(max_examples=25, deadline=None)
def test_the_lines_of_all_pages_add_up_to_what_is_had(sources, board, found):
    context = context_of(sources, board, found)
    one = standings.of_licenses(context)[0]
    first = reckoning.page(one, 0, context)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for place in range(first.values["pages"]):
        for section in reckoning.page(one, place, context).values["sections"]:
            for line in section["lines"]:
                sums[section["title"]] += line["amount"]
    for rule in one.rules:
        if rule.state.value != "does_not_apply" and rule.unit == "credits" and not rule.is_cap:
            title = rule.title.rstrip(".")
            if len(title) <= 160:
                assert sums[title] == sum((i.amount for i in rule.counted), Decimal(0))
    total = one.rules[0]
    if total.state.value != "does_not_apply":
        assert sums["Total"] == total.have


@pytest.mark.behaviour(37)
@given(found=st.lists(credits_, max_size=40))
@settings(max_examples=25, deadline=None)
def test_every_credit_is_counted_in_the_total_or_left_out_with_a_reason(sources, found):
    context = context_of(sources, "us-tx", found)
    one = standings.of_licenses(context)[0]
    told = reckoning.left_out(one, 0, context).values
    lines = [
        line
        for place in range(told["pages"])
        for line in reckoning.left_out(one, place, context).values["lines"]
    ]
    assert len(lines) == told["count"]
    assert all(line["reason"] for line in lines)
    counted = {item.credit.id for item in one.rules[0].counted}
    missing = [credit for credit in context.physician.credits if credit.id not in counted]
    assert len(lines) >= len(missing)
