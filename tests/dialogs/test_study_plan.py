"""What to take to finish: chosen by what it closes, proved by the engine, sums shown."""

import re
from decimal import Decimal

import pytest

from bot.dialogs.plan_choice import Wishes, choose, credits_of
from bot.handlers.splitting import visible_length
from bot.model import Activity, CreditOffer
from tests.conftest import NOON, TODAY
from tests.talking import Chat


def sums(chat):
    """(have, more, then) of each line of the sums."""
    found = re.findall(r": ([\d.]+) \+ ([\d.]+) = ([\d.]+) of ", chat.text)
    return [tuple(Decimal(part) for part in line) for line in found]


@pytest.mark.parametrize(
    "text", ["fastest way to finish texas", "which courses finish everything, cheapest", "/plan"]
)
def test_a_plan_names_courses_what_they_close_and_the_sums(rivera, text):
    rivera.says(text)
    assert re.match(r"\d activit(y|ies), [\d.]+\u00a0h", rivera.first_line)
    assert "closes 2 of 2\u00a0h, Medical ethics" in rivera.text
    assert sums(rivera)
    assert all(have + more == then for have, more, then in sums(rivera))
    assert rivera.turns[-1].changes == ()
    assert visible_length(rivera.html) <= 4096
    assert "not yet known, so the list may grow" in rivera.text


def test_the_total_of_texas_is_what_the_engine_counts(rivera):
    rivera.says("fastest way to finish texas")
    assert "Texas MD, Total: 42 + 10 = 52 of 48" in rivera.text
    assert "Texas MD would have nothing short that I know of" in rivera.first_line


@pytest.mark.parametrize(("wish", "words"), [("cheaper", "by price"), ("only free", "free")])
def test_a_wish_goes_on_with_the_plan(rivera, wish, words):
    rivera.says("fastest way to finish california")
    rivera.says(wish)
    assert words in rivera.text
    assert "California MD" in rivera.first_line
    assert "price not given" not in rivera.text or wish != "only free"


def test_only_online_and_any_price_are_buttons_too(rivera):
    rivera.says("fastest way to finish california")
    rivera.presses("Only free")
    assert rivera.shown[0].kind == "edit"
    prices = re.findall(r"\u00a0h · (free|\$|price)", rivera.text)
    assert prices
    assert set(prices) == {"free"}
    rivera.presses("Any price")
    assert "Only free" in rivera.labels


def test_a_step_is_opened_by_its_number(rivera):
    rivera.says("fastest way to finish texas")
    rivera.presses("1")
    assert "ACP Ethics Manual" in rivera.first_line


def test_nothing_open_is_said(sources):
    chat = Chat(sources, NOON, person="demo-done")
    chat.says("make me a plan")
    assert chat.first_line.startswith("Nothing is short by the rules I know")


def test_a_period_that_is_over_is_said(sources):
    chat = Chat(sources, NOON, person="demo-overdue")
    chat.says("fastest way to finish georgia")
    assert "Georgia MD's period ended Saturday, October 31, 2026" in chat.text


def test_without_a_license_there_is_no_plan(stranger):
    stranger.says("fastest way to finish texas")
    assert "I know no license of yours yet" in stranger.first_line
    assert "Add a license" in stranger.labels


def test_a_state_that_is_not_held(rivera):
    rivera.says("fastest way to finish ohio")
    assert rivera.first_line == "I know no Ohio license of yours, so I can't plan for it."


def test_every_step_closes_something_and_none_twice(rivera, sources):
    rivera.says("am i on track")
    from bot.dialogs.context import Context

    context = Context(
        sources.knowledge, sources.catalog, rivera.physician, rivera.conversation, NOON, TODAY
    )
    steps, later = choose(frozenset({"us-tx", "us-ca-md"}), Wishes(), context)
    assert steps
    assert all(step.closes for step in steps)
    assert len({step.activity.id for step in steps}) == len(steps)
    assert len(later.physician.credits) > len(context.physician.credits)


def test_an_activity_without_an_amount_gives_no_credit():
    activity = Activity("1", "t", "p", credits=(CreditOffer("ama-pra-1"),))
    assert credits_of(activity, TODAY) == ()


@pytest.mark.parametrize("text", ["finish everything for under $100", "finish florida under $100"])
def test_a_budget_is_kept(sources, text):
    chat = Chat(sources, NOON, person="demo-florida")
    chat.says(text)
    assert "within $100" in chat.text
    assert "price not given" not in chat.text
    prices = [Decimal(price) for price in re.findall(r" · \$([\d.]+)", chat.text)]
    assert sum(prices) <= 100


def test_any_format_takes_the_wish_back(sources):
    chat = Chat(sources, NOON, person="demo-florida")
    chat.says("fastest way to finish florida")
    chat.says("only in person")
    assert "try without that wish" in chat.first_line
    chat.presses("Any format")
    assert "activities" in chat.first_line
