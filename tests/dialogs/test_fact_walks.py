"""Every missing fact of every board can be asked, answered, undone and changed, to the end."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.buttons import LIMIT, pack
from bot.dialogs import fact_words, standings
from bot.dialogs.afterwards import after
from bot.dialogs.context import Context
from bot.dialogs.differences import differences
from bot.dialogs.knowledge import Knowledge
from bot.dialogs.said_dates import said_dates
from bot.model import (
    Certification,
    KeepLicense,
    License,
    Physician,
    Profile,
    Question,
    SetFact,
    State,
)
from bot.rules.person import load_rulebook
from data import HERE
from tests.conftest import NOON, TODAY
from tests.talking import Chat

KNOWLEDGE = Knowledge(HERE)
BOARDS = sorted(KNOWLEDGE.boards)
MOST_ANSWERS = 40

SAID = {
    "yes_no": "no",
    "past_day": "june 2015",
    "future_day": "6/30/2028",
    "month": "march",
    "number": "7",
    "specialty": "dermatology",
    "parity": "odd",
    "letter": "R",
}
"""What is typed to each kind of question."""


def kind_of(chat) -> str:
    from bot.dialogs.fact import _kind_of

    opened = chat.conversation.dialog
    assert opened is not None
    return _kind_of(opened.answers, context_of(chat))


def context_of(chat) -> Context:
    sources = chat.sources
    return Context(
        sources.knowledge, sources.catalog, chat.physician, chat.conversation, NOON, TODAY
    )


def chat_with(sources, *, licenses=(), certifications=()):
    chat = Chat(sources, NOON)
    kinds = {held.type for held in licenses} or {"MD"}
    profile = Profile(license_type=kinds.pop())
    chat.physician = Physician(1, profile, tuple(licenses), tuple(certifications))
    return chat


def answered_to_the_end(chat) -> int:
    """Answers each offered question until none is left; returns how many there were."""
    for number in range(MOST_ANSWERS):
        chat.says("/credits")
        asks = [key for key in chat.keys if key.data.startswith("fact:ask")]
        if not asks:
            return number
        chat.presses_data(asks[0].data)
        before = chat.physician
        chat.says(SAID[kind_of(chat)])
        assert chat.physician != before, chat.text
        assert chat.conversation.dialog is None
        undo = next(key.data for key in chat.keys if key.label == "Undo")
        after_answer = chat.physician
        chat.presses_data(undo)
        assert chat.physician == before
        chat.physician = after_answer
    pytest.fail("the questions never end")


@pytest.mark.parametrize("board", BOARDS)
def test_the_questions_of_a_board_come_to_an_end(sources, board):
    kind = "DO" if board.endswith("-do") else "MD"
    chat = chat_with(sources, licenses=[License(board, kind, None, id=1)])
    answered_to_the_end(chat)
    found = standings.of_licenses(context_of(chat))
    waiting = [
        rule.missing_fact
        for one in found
        for rule in one.rules
        if rule.state is State.NOT_YET_KNOWN and rule.missing_fact != "board_figure"
    ]
    assert waiting == []


@pytest.mark.parametrize("board", sorted(KNOWLEDGE.certifying_boards))
def test_the_questions_of_a_certifying_board_come_to_an_end(sources, board):
    chat = chat_with(sources, certifications=[Certification(board, id=1)])
    assert answered_to_the_end(chat) < MOST_ANSWERS


def test_every_fact_fits_its_buttons_and_comes_back():
    rules = load_rulebook(HERE)
    keys = [
        f"{kind}:{topic.id}"
        for board in rules.boards.values()
        for topic in board.topics
        for kind in ("confirmed", "done", "waived")
    ]
    keys += [
        f"{kind}:{board.id}:{demand.id}"
        for board in rules.certifying.values()
        for demand in board.requirements
        for kind in ("have", "confirmed")
    ]
    keys += [f"issued@{board}" for board in BOARDS] + [f"waiver:{board}" for board in BOARDS]
    for key in keys:
        for step in ("ask", "change", "forget"):
            assert len(pack("fact", step, fact_words.in_button(key)).encode()) <= LIMIT
        undo = f"{fact_words.in_button(key)}=2027-12-31"
        assert len(pack("fact", "undo", undo).encode()) <= LIMIT


def test_a_name_too_long_for_a_button_is_found_again(sources):
    name = "confirmed:ABPHYSSPEC:self-assessment-questions"
    chat = chat_with(sources)
    facts = {name: True}
    chat.physician = replace(chat.physician, profile=replace(chat.physician.profile, facts=facts))
    short = fact_words.in_button(name)
    assert short != name
    assert fact_words.from_button(short, context_of(chat)) == name


@given(
    value=st.one_of(st.booleans(), st.dates(date(1960, 1, 1), date(2026, 1, 1)), st.integers(1, 31))
)
@settings(max_examples=60, deadline=None)
def test_a_value_in_a_button_comes_back_the_same(sources, value):
    name = {bool: "dea", date: "certified_on", int: "birth_day"}[type(value)]
    context = context_of(Chat(sources, NOON))
    assert fact_words.read_back(name, fact_words.written(value), context) == value


@given(facts=st.dictionaries(st.sampled_from(sorted(KNOWLEDGE.facts)), st.booleans(), max_size=6))
@settings(max_examples=40, deadline=None)
def test_an_unchanged_record_has_no_differences(sources, facts):
    chat = Chat(sources, NOON, person="demo-texas")
    context = after([SetFact(name, value) for name, value in facts.items()], context_of(chat))
    assert differences(context, after([], context)) == []


def test_a_change_in_thought_leaves_the_record_alone(sources):
    chat = Chat(sources, NOON, person="demo-texas")
    context = context_of(chat)
    later = after([KeepLicense(License("us-oh", "MD", date(2027, 10, 1)))], context)
    assert len(context.physician.licenses) == 2
    assert [entry["name"] for entry in differences(context, later)] == ["Ohio MD"]


@pytest.mark.parametrize(
    ("text", "slots", "said"),
    [
        ("my birthday is in june", {}, {"birth_month": 6}),
        ("born on the 5th of june", {}, {"birth_month": 6, "birth_day": 5}),
        ("born june 5, 1975", {}, {"birth_month": 6, "birth_day": 5}),
        (
            "texas license first issued 2/20/2013",
            {"jurisdictions": ["TX"]},
            {"issued@us-tx": date(2013, 2, 20)},
        ),
        (
            "not my first renewal in california",
            {"jurisdictions": ["CA"]},
            {"first_cycle@us-ca-md": False},
        ),
        ("issued in 2013", {}, {}),
        ("what is due in march", {}, {}),
    ],
)
def test_dates_in_free_words(sources, text, slots, said):
    context = context_of(Chat(sources, NOON, person="demo-texas"))
    assert said_dates(Question("add_license", slots, text=text), context) == said
