"""The numbered behaviours that one turn can show, as a physician would meet them."""

import itertools
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import dialogs
from bot.assistant import _acknowledged, _shown
from bot.buttons import LIMIT, pack, unpack
from bot.model import AcknowledgePress, Attachment, Incoming, Kind, Say
from bot.texts import plain

EXAMPLES = [
    json.loads(line)
    for line in (Path(__file__).parent / "understanding" / "utterances_dev.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]

FOLDED = re.compile(r"<blockquote expandable>(.*?)</blockquote>", re.DOTALL)
AWKWARD = "<>&\"'🙂abco hirxt/?.שלום\u202e%{}"

COMMANDS_EVERYWHERE = ("/start", "/help", "/privacy", "/cancel", "/settings")

STATES_OF_A_CHAT = {
    "new": (),
    "after an answer": ("opioid hours ohio",),
    "after a list": ("free ethics course online",),
    "after a failure": ("asdf qwer",),
    "after two failures": ("asdf qwer", "zxcv uiop"),
}


@pytest.mark.behaviour(1)
def test_start_is_short_says_what_it_is_and_shows_four_buttons(stranger):
    said = stranger.says("/start")
    assert len(said) <= 600
    assert "bot" in said
    assert "no clinical or legal advice" in said
    assert len(stranger.keys) == 4


@pytest.mark.behaviour(2)
@pytest.mark.parametrize("command", COMMANDS_EVERYWHERE)
@pytest.mark.parametrize("before", STATES_OF_A_CHAT.values(), ids=STATES_OF_A_CHAT.keys())
def test_the_great_commands_answer_in_every_state(stranger, command, before):
    for text in before:
        stranger.says(text)
    assert stranger.says(command)
    assert "don't know the command" not in stranger.text


@pytest.mark.behaviour(3)
def test_the_command_list_is_short_and_specific(sources):
    listed = dialogs.listed_commands(sources.texts)
    assert 3 <= len(listed) <= 12
    for command, description in listed:
        assert re.fullmatch(r"[a-z]+", command)
        assert 0 < len(description) <= 40
        assert command in dialogs.COMMANDS


@pytest.mark.behaviour(5)
def test_an_unknown_start_payload_is_explained(stranger):
    said = stranger.says("/start abc_DEF-123")
    assert "not valid any more" in said
    assert "continuing medical education" in said


@pytest.mark.behaviour(8)
def test_every_press_is_acknowledged_first_of_all(rivera):
    rivera.says("am i on track in texas?")
    for key in [key for key in rivera.keys if key.data]:
        rivera.presses_data(key.data)
        assert rivera.turns[-1].outgoing[0].kind == "notice"
        assert len(rivera.notices) == 1
        assert len(rivera.notices[0]) <= 200


@pytest.mark.behaviour(9)
def test_five_page_turns_make_no_new_message(stranger):
    stranger.says("find courses on opioid prescribing")
    for _ in range(5):
        step = "Next" if "Next" in stranger.labels else "Previous"
        stranger.presses(step)
        assert [one.kind for one in stranger.shown] == ["edit"]


@pytest.mark.behaviour(10)
def test_an_outdated_list_changes_nothing_and_offers_a_fresh_one(stranger):
    stranger.says("find courses on opioid prescribing")
    old = next(key.data for key in stranger.keys if key.label == "Next")
    for topic in ("ethics", "pain", "stroke", "diabetes", "asthma", "cancer", "dementia"):
        stranger.says(f"find courses on {topic}")
    stranger.presses_data(old)
    assert "out of date" in stranger.first_line
    assert stranger.turns[-1].changes == ()
    assert "Show a fresh one" in stranger.labels


@pytest.mark.behaviour(10)
@pytest.mark.parametrize("data", ["", "x", "nothing:at:all", "a:b", "requirement:ask:zz", "é" * 40])
def test_foreign_callback_data_is_a_named_case(stranger, data):
    stranger.presses_data(data)
    assert "out of date" in stranger.first_line


@pytest.mark.behaviour(11)
def test_an_unknown_command_gets_the_nearest_known_one(stranger):
    assert "/requirements" in stranger.says("/requirments")


ANSWERS = (
    "opioid hrs ohio",
    "cme requirements in texas",
    "and west virgina?",
    "free ethics course online",
    "when is my texas license due",
    "what is cme passport",
    "MATE act requirement",
    "requirements for ABIM",
    "florida carry over",
    "/help",
    "/privacy",
    "how much amoxicillin for otitis in a 2 year old",
    "am i on track",
)


@pytest.mark.behaviour(12)
@pytest.mark.parametrize("text", ANSWERS)
def test_the_first_line_answers_and_the_open_part_is_short(rivera, text):
    rivera.says(text)
    for shown in rivera.shown:
        open_part = FOLDED.sub("", shown.html)
        assert len(plain(open_part)) <= 700
    assert "<b>" in rivera.shown[0].html.split("\n", 1)[0]


@pytest.mark.behaviour(13)
@pytest.mark.parametrize("code", ["TX", "CA", "IL", "MA", "NY", "NM", "OH", "PA", "MI", "PR"])
def test_no_message_is_longer_than_telegram_takes(stranger, code):
    stranger.says(f"cme requirements in {code}")
    assert all(len(shown.html) <= 4096 for shown in stranger.shown)
    stranger.presses("More on this board")
    assert all(len(shown.html) <= 4096 for shown in stranger.shown)


@pytest.mark.behaviour(14)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.text(
        alphabet=st.sampled_from("<>&\"'🙂abco hirxt/?.שלום\u202e%{}"), min_size=1, max_size=200
    )
)
def test_whatever_is_typed_never_breaks_the_markup(stranger, text):
    stranger.says(text)
    for shown in stranger.shown:
        assert_telegram_html(shown.html)


@pytest.mark.behaviour(15)
def test_sources_are_folded(stranger):
    stranger.says("cme requirements in texas")
    assert any("Source:" in part for part in FOLDED.findall(stranger.html))
    assert "Source:" not in FOLDED.sub("", stranger.html)


@pytest.mark.behaviour(17)
def test_a_picture_always_goes_out_with_its_figures_in_words(stranger, sources):
    picture = Attachment("photo", "progress.png", b"png")
    said = Say("deadline.none", {}, attachment=picture)
    incoming = Incoming(1, 1, Kind.TEXT, stranger.now, text="x")
    shown = _shown(said, incoming, sources.texts)
    assert shown.attachment == picture
    assert plain(shown.html)


@pytest.mark.behaviour(18)
@pytest.mark.parametrize("text", ANSWERS)
def test_at_most_one_emoji(rivera, text):
    rivera.says(text)
    for shown in rivera.shown:
        assert sum(ord(letter) >= 0x1F300 for letter in shown.html) <= 1


@pytest.mark.behaviour(19)
def test_only_deletion_is_red_and_its_label_names_the_act(stranger):
    stranger.says("/privacy")
    red = [key.label for key in stranger.keys if key.danger]
    assert red == ["Delete my data"]
    stranger.presses("Delete my data")
    assert stranger.labels[0] == "Keep my data"
    assert [key.label for key in stranger.keys if key.danger] == ["Delete my data for good"]


@pytest.mark.behaviour(20)
@pytest.mark.parametrize("text", ANSWERS)
def test_buttons_fit_and_carry_nothing_personal(rivera, text):
    rivera.says(text)
    for key in rivera.keys:
        assert len(key.data.encode()) <= LIMIT
        assert 0 < len(key.label) <= 30
        assert "Rivera" not in key.data + key.label
        assert "DEMO-1001" not in key.data + key.label


@pytest.mark.behaviour(21)
def test_deadlines_are_days_with_weekday_month_and_year(rivera):
    assert "Sunday, February 28, 2027" in rivera.says("when is my texas license due")


@pytest.mark.behaviour(24)
@pytest.mark.parametrize(
    ("text", "state", "topic"),
    [
        ("tx opiod hrs?", "Texas", "opioid prescribing"),
        ("opiod hrs ohio", "Ohio", "opioid prescribing"),
        ("west virgina pain managment hours", "West Virginia", "pain management"),
    ],
)
def test_the_head_repeats_what_was_read(stranger, text, state, topic):
    stranger.says(text)
    assert state in stranger.first_line
    assert topic in stranger.first_line.lower()


@pytest.mark.behaviour(25)
@pytest.mark.behaviour(27)
def test_a_failure_names_what_was_read_and_offers_guesses(stranger):
    stranger.says("asdf tx thing")
    assert "Texas" in stranger.first_line
    assert 2 <= len(stranger.labels) <= 3


@pytest.mark.behaviour(26)
def test_three_failures_never_sound_alike_and_end_with_people(stranger):
    said = [stranger.says(text) for text in ("asdf qwer", "zxcv uiop", "hjkl bnm")]
    assert len({text.split("\n", 1)[0] for text in said}) == 3
    assert "help@example.org" in said[2]


@pytest.mark.behaviour(26)
def test_further_failures_never_repeat_the_last_words(stranger):
    said = [
        stranger.says(text)
        for text in ("asdf qwer", "zxcv uiop", "hjkl bnm", "qwx", "vbnx", "ghjx")
    ]
    assert all(one != other for one, other in pairwise(said))


@pytest.mark.behaviour(29)
def test_typing_a_button_does_what_pressing_does(rivera):
    rivera.says("opioid hrs ohio")
    labels = [key.label for key in rivera.keys if key.data]
    for label in labels:
        rivera.says("opioid hrs ohio")
        rivera.presses(label)
        pressed = rivera.text
        rivera.says("opioid hrs ohio")
        assert rivera.says(label.upper()) == pressed


@pytest.mark.behaviour(31)
@pytest.mark.parametrize(
    "text",
    ["how much amoxicillin for otitis in a 2 year old", "can i sue my hospital"],
)
def test_clinical_and_legal_questions_are_declined_with_what_can_be_done(stranger, text):
    said = stranger.says(text)
    assert "I can't advise" in said
    assert "Find activities" in stranger.labels


@pytest.mark.behaviour(31)
@pytest.mark.parametrize(
    ("text", "declined"),
    [
        ("is ozempic safe with metformin", "on treatment"),
        ("can i sue my hospital", "on legal matters"),
        ("nurse ceu requirements florida", "for physicians, MD and DO"),
        ("uk gmc revalidation points", "other countries"),
        ("will it rain in seattle saturday", "on that"),
    ],
)
def test_a_refusal_says_what_it_refuses(stranger, text, declined):
    stranger.says(text)
    assert declined in stranger.first_line


@pytest.mark.behaviour(32)
def test_without_data_it_says_so_and_points_to_the_board(stranger):
    said = stranger.says("how many hours of acupuncture does wyoming need")
    assert "Wyoming" in said
    assert not re.search(r"acupuncture: \d", said)


@pytest.mark.behaviour(22)
@pytest.mark.parametrize("text", ANSWERS)
def test_link_previews_are_off(rivera, text):
    rivera.says(text)
    assert not any(shown.preview for shown in rivera.shown)


@pytest.mark.behaviour(31)
@pytest.mark.parametrize(
    "kind", [Kind.VOICE, Kind.PHOTO, Kind.FILE, Kind.STICKER, Kind.LOCATION, Kind.CONTACT]
)
def test_what_is_not_text_gets_a_kind_answer(stranger, kind):
    assert stranger.says("", kind)
    assert "Sorry, that failed" not in stranger.text


@pytest.mark.parametrize("kind", [Kind.GROUP, Kind.EDITED, Kind.BLOCKED])
def test_groups_and_edits_are_met_with_silence(stranger, kind):
    stranger.says("opioid hrs ohio", kind)
    assert stranger.shown == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "🙂🙂🙂",
        "a" * 4096,
        "<" * 4000,
        "שלום עולם",
        "\u202eoihO srh",
        "?",
        "/",
        "//",
        "#2",
    ],
)
def test_odd_texts_get_an_answer(stranger, text):
    assert stranger.says(text)
    for shown in stranger.shown:
        assert_telegram_html(shown.html)


def test_a_press_is_never_answered_twice():
    notice = AcknowledgePress("start.outdated_notice")
    assert _acknowledged([notice, AcknowledgePress()]) == [notice]


@given(
    st.text(st.characters(exclude_characters=":"), min_size=1, max_size=12),
    st.text(st.characters(exclude_characters=":"), min_size=1, max_size=12),
    st.text(max_size=12),
    st.integers(0, 10**6),
)
def test_buttons_come_back_as_they_were_packed(dialog, step, argument, revision):
    try:
        data = pack(dialog, step, argument, revision)
    except ValueError:
        return
    press = unpack(data)
    assert press is not None
    assert (press.dialog, press.step, press.argument) == (dialog, step, argument)
    assert press.revision == revision


TAGS = {"b", "i", "u", "s", "a", "code", "pre", "blockquote"}


def assert_telegram_html(html: str) -> None:
    """Only Telegram's tags, properly nested, and no bare special character."""
    open_tags: list[str] = []
    rest = html
    for tag in re.finditer(r"<(/?)([a-z]+)([^<>]*)>", html):
        closing, name = tag.group(1), tag.group(2)
        assert name in TAGS
        if closing:
            assert open_tags.pop() == name
        else:
            open_tags.append(name)
    assert open_tags == []
    rest = re.sub(r"</?[a-z]+[^<>]*>", "", rest)
    assert not re.search(r"[<>]", rest)
    assert not re.search(r"&(?!(lt|gt|amp|quot|#\d+);)", rest)


def test_every_pair_of_answers_can_follow_each_other(rivera):
    for first, second in itertools.pairwise([*ANSWERS, *reversed(ANSWERS)]):
        rivera.says(first)
        assert rivera.says(second)


@pytest.mark.parametrize("entry", EXAMPLES, ids=[entry["id"] for entry in EXAMPLES])
def test_every_example_gets_an_answer_in_telegram_html(rivera, entry):
    assert rivera.says(entry["text"])
    for shown in rivera.shown:
        assert_telegram_html(shown.html)
        assert len(shown.html) <= 4096
        assert all(len(key.data.encode()) <= LIMIT for row in shown.keys for key in row)


def test_every_intent_has_a_dialog():
    assert {entry["intent"] for entry in EXAMPLES} <= set(dialogs.ANSWERING)
