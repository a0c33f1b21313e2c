"""Random walks over the complaint's form: no dead end, no defect, and what is sent was shown."""

import random

import pytest

from bot.model import FileComplaint, Incoming, IncomingFile, Kind
from tests.conftest import NOON
from tests.dialogs.test_form_texts import shown_answers
from tests.talking import Chat

WORDS = (
    *("yes", "no", "not sure", "skip", "back", "done", "never mind", "1", "9", "stop"),
    *("ohio", "March 12", "june 2023", "31/31/31", "a", "elena@example.org", "555 010 2030"),
    "The speaker showed one company's product for 40 minutes",
    "wait, how many ethics hours do i need in texas?",
    "when is my texas license due?",
    "<b>&amp; {{ 7 * 7 }} %s \u202e🙂",
    "i want to complain about a course that was a sales pitch",
    *("/cancel", "/complaint", "/licenses", "/help", "send complaint", ""),
)

MOST_STEPS = 60


def walk(chat: Chat, chance: random.Random) -> str:
    """One walk from the first word to `sent`, `kept`, `erased` or `left`."""
    chat.says("/complaint")
    for step in range(MOST_STEPS):
        before = shown_answers(chat)
        _one_step(chat, chance, step)
        for change in chat.turns[-1].changes:
            if isinstance(change, FileComplaint):
                assert before == shown_answers(chat, change.answers)
                return "sent"
        assert chat.shown or not chat.turns[-1].changes
        if chance.random() < 0.7:
            _fetched(chat, chance)
        if chat.conversation.dialog is None:
            return "kept" if chat.conversation.aside else "left"
    return _way_out(chat)


FORWARD = ("pick", "skip", "unsure", "right", "keep", "done", "send", "stay", "drop")


def _one_step(chat: Chat, chance: random.Random, step: int) -> None:
    """Mostly onward, by button or in words; every seventh step is anything at all."""
    keys = [key for key in chat.keys if key.data.startswith("complaint:")]
    onward = [key for key in keys if key.data.split(":")[1] in FORWARD]
    likely = chance.random()
    if likely < 0.75 and onward:
        chat.presses_data(chance.choice(onward).data)
    elif likely < 0.86:
        _types(chat, "Acme, 555 010 2030, in March 2026", step)
    elif likely < 0.9 and keys:
        chat.presses_data(chance.choice(keys).data)
    elif likely < 0.92 or (likely < 0.96 and "something to show" in chat.text):
        file = IncomingFile("f", "u", chance.choice(["a.pdf", "a.exe"]), None, 10)
        chat._turn(Incoming(step, 1, Kind.FILE, chat.now, message_id=step, file=file))
    elif likely < 0.94:
        number = chance.randrange(1000, step + 1002)
        chat._turn(Incoming(step, 1, Kind.EDITED, chat.now, "edited", message_id=number))
    else:
        _types(chat, chance.choice(WORDS), step)


def _fetched(chat: Chat, chance: random.Random) -> None:
    """What came of the files that are on their way; some are refused, some are the same twice."""
    asked = [one for one in chat.errands if one.name == "fetch_evidence"]
    for errand in asked[chat.__dict__.get("told", 0) :]:
        token = {"token": errand.values["token"]}
        if chance.random() < 0.3:
            chat.hears_of(errand, **token, problem=chance.choice(["damaged", "gone", "locked"]))
        else:
            known = {"name": "a.pdf", "mime": "application/pdf", "size": 10, "sha256": "0" * 64}
            chat.hears_of(errand, **token, kept=chance.randrange(1, 20), **known)
    chat.told = len(asked)


def _types(chat: Chat, text: str, step: int) -> None:
    chat._turn(Incoming(step, 1, Kind.TEXT, chat.now, text, message_id=step + 1000))


def _way_out(chat: Chat) -> str:
    """From wherever a walk stands, leaving takes at most two messages."""
    chat.says("/cancel")
    if chat.conversation.dialog is not None:
        chat.says("/cancel")
    assert chat.conversation.dialog is None
    return "kept" if chat.conversation.aside else "left"


@pytest.mark.behaviour(57)
@pytest.mark.parametrize("seed", range(4))
def test_every_walk_ends_and_sends_what_was_shown(sources, seed):
    chance = random.Random(seed)
    ends = {walk(Chat(sources, NOON, person="demo-texas"), chance) for _ in range(15)}
    assert ends <= {"sent", "kept", "left"}
    assert {"sent", "left"} <= ends


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_walks(sources):
    chance = random.Random(20261123)
    ends = [walk(Chat(sources, NOON, person="demo-texas"), chance) for _ in range(10_000)]
    assert set(ends) == {"sent", "kept", "left"}
