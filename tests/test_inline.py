"""Inline mode's cards: public facts only, whoever asks and whatever is asked."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.handlers.inline import article
from bot.handlers.splitting import visible_length
from bot.inline import inline_answer
from bot.texts import plain
from tests.conftest import NOON

PRIVATE = "That is personal: ask me in private"
OPEN = "Ask me in private"


@pytest.fixture
def look_up(sources):
    return lambda text: inline_answer(text, sources.knowledge, sources.catalog, sources.texts, NOON)


@pytest.mark.behaviour(47)
def test_a_state_and_a_topic_give_the_rule_first_and_then_activities(look_up):
    found = look_up("opioid ohio")
    assert plain(found.cards[0].html).startswith("Ohio, opioid prescribing")
    assert "Source:" in found.cards[0].html
    assert len(found.cards) == 10
    assert all(card.id.startswith("activity.") for card in found.cards[1:])
    assert found.button == OPEN


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("texas", "Texas"),
        ("and west virgina?", "West Virginia"),
        ("ABIM", "American Board of Internal Medicine"),
        ("mate act", "What is the MATE Act"),
        ("what is cme passport", "What is CME Passport"),
        ("ethics manual", "ACP Ethics Manual"),
        ("free human trafficing course", "Human Trafficking"),
    ],
)
def test_public_questions_have_a_card(look_up, text, first):
    assert look_up(text).cards[0].title.startswith(first)


@pytest.mark.behaviour(47)
@pytest.mark.parametrize(
    "text",
    [
        "am i on track in texas",
        "when is my license due",
        "remind me before the deadline",
        "i want to complain about a course",
        "delete my data",
        "add 2 hours ethics yesterday",
        "send me my transcript",
    ],
)
def test_what_is_personal_gets_only_the_way_into_the_private_chat(look_up, text):
    found = look_up(text)
    assert (found.cards, found.button) == ((), PRIVATE)


@pytest.mark.behaviour(47)
def test_no_card_speaks_of_the_reader(look_up):
    for text in ("ethics", "courses for texas", "opioid texas", "california", "podcast"):
        for card in look_up(text).cards:
            assert "your open" not in card.html
            assert "Closes" not in card.html
            assert "you said" not in card.html


def test_nothing_typed_yet_offers_the_private_chat_only(look_up):
    assert look_up("  ") == look_up("")
    assert (look_up("").cards, look_up("").button) == ((), OPEN)


def test_nonsense_gives_no_card(look_up):
    assert look_up("qwxz vbnm zzzz").cards == ()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.sampled_from(["opioid", "tx", "<b>", "&", '"', "*", "ethics", "🙂", "NEAR("])).map(
        " ".join
    )
    | st.text(max_size=300)
)
def test_whatever_is_typed_telegram_could_send_every_card(look_up, text):
    found = look_up(text)
    assert len({card.id for card in found.cards}) == len(found.cards) <= 10
    for card in found.cards:
        sent = article(card)
        assert 1 <= len(sent.id.encode()) <= 64
        assert sent.title
        assert 1 <= visible_length(sent.input_message_content.message_text) <= 4096
