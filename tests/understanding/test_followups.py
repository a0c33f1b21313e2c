"""Conversation: follow-ups inherit, acts are told from questions, two questions are two."""

import pytest

from bot.understanding import UNSURE, understand, unread


@pytest.fixture
def chat(today, lexicon):
    """Says one line after another; each is understood after the first question of the last."""
    previous = None

    def say(text):
        nonlocal previous
        asked = understand(text, today, lexicon, previous)
        previous = asked[0]
        return asked[0]

    return say


@pytest.mark.behaviour(28)
def test_a_requirement_is_followed_through_states_and_boards(chat):
    assert chat("opiod hrs ohio").intent == "requirement"
    west_virginia = chat("and west virgina?")
    assert (west_virginia.intent, west_virginia.slots["jurisdictions"]) == ("requirement", ["WV"])
    assert west_virginia.slots["topics"] == ["opioid-prescribing"]
    osteopathic = chat("what about the DO board")
    assert osteopathic.slots["jurisdictions"] == ["WV"]
    assert osteopathic.slots["license_type"] == "DO"
    due = chat("when is it due?")
    assert (due.intent, due.slots["jurisdictions"]) == ("deadline", ["WV"])


@pytest.mark.behaviour(28)
def test_a_search_is_narrowed_and_widened_and_paged(chat):
    chat("ethics online, 2 hrs")
    free = chat("only free ones")
    assert free.intent == "activity_search"
    assert free.slots == {
        "topics": ["ethics"],
        "format": "online",
        "min_credits": 2,
        "free": True,
    }
    assert chat("in boston").slots["city"] == "boston"
    assert chat("next week").slots["date_from"] == "2026-11-30"
    assert "free" not in chat("any price").slots
    assert chat("next page").act == "next"
    second = chat("the second one")
    assert (second.act, second.slots["pick"]) == ("pick", 2)
    assert chat("not that one").act == "other"


@pytest.mark.behaviour(28)
def test_a_state_can_be_added_or_taken_back(chat):
    chat("how many hours does texas require")
    assert chat("also ohio").slots["jurisdictions"] == ["TX", "OH"]
    assert chat("not texas").slots["jurisdictions"] == ["OH"]


@pytest.mark.behaviour(28)
@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("same for california", {"jurisdictions": ["CA"], "topics": ["opioid-prescribing"]}),
        ("no i meant west virginia", {"jurisdictions": ["WV"], "topics": ["opioid-prescribing"]}),
        ("i said ethics", {"jurisdictions": ["OH"], "topics": ["ethics"]}),
        ("what about DO", {"jurisdictions": ["OH"], "license_type": "DO"}),
        ("and the carolinas?", {"jurisdictions": ["NC", "SC"]}),
    ],
)
def test_a_correction_replaces_what_it_names_and_keeps_the_rest(text, slots, chat):
    chat("opiod hrs ohio")
    asked = chat(text)
    assert asked.intent == "requirement"
    assert {name: asked.slots[name] for name in slots} == slots


@pytest.mark.behaviour(25)
@pytest.mark.parametrize("text", ["nooo the other", "why?", "yes"])
def test_an_act_after_an_unsure_reading_does_not_make_it_sure(text, chat):
    chat("asdf tx thing")
    again = chat(text)
    assert again.confidence < UNSURE
    assert again.slots["jurisdictions"] == ["TX"]
    assert again.runners_up


def test_the_missing_word_after_an_unsure_reading_completes_it(chat):
    assert chat("texas").confidence < UNSURE
    whole = chat("free ethics course")
    assert whole.confidence >= UNSURE
    assert whole.slots["topics"] == ["ethics"]
    assert whole.slots["jurisdictions"] == ["TX"]


def test_a_full_question_inherits_nothing(chat):
    chat("how many hours does texas require")
    other = chat("find free ethics courses in boston")
    assert "jurisdictions" not in other.slots


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("next page", "next"),
        ("more", "next"),
        ("previous page", "previous"),
        ("why?", "why"),
        ("how did you work this out?", "why"),
        ("undo", "undo"),
        ("yes", "yes"),
        ("yep", "yes"),
        ("👍", "yes"),
        ("no", "no"),
        ("nope", "no"),
        ("start over", "start_over"),
        ("never mind", "cancel"),
        ("forget it", "cancel"),
        ("thanks!!", "thanks"),
        ("thank you so much", "thanks"),
        ("hey there", "greeting"),
        ("good morning", "greeting"),
        ("this is bullshit", "swearing"),
        ("grrr", "swearing"),
        ("nooo the other", "other"),
        ("how many hours does texas require", None),
        ("stop the texas reminders", None),
        ("no reminders for texas", None),
    ],
)
def test_acts_are_told_from_questions(text, act, today, lexicon):
    assert understand(text, today, lexicon)[0].act == act


@pytest.mark.parametrize(
    ("text", "pick"),
    [("2", 2), ("the first one", 1), ("number three", 3), ("the last one", -1), ("4th", 4)],
)
def test_a_pick_says_which(text, pick, today, lexicon):
    (question,) = understand(text, today, lexicon)
    assert (question.act, question.slots["pick"]) == ("pick", pick)


@pytest.mark.parametrize("text", ["thanks", "hello", "wtf"])
def test_courtesy_is_met_as_help_and_never_as_a_guess(text, today, lexicon):
    (question,) = understand(text, today, lexicon)
    assert question.intent == "help"
    assert question.confidence >= UNSURE


def test_an_act_without_an_earlier_question_is_unsure(today, lexicon):
    assert understand("not that one", today, lexicon)[0].confidence < UNSURE


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("how many hours does texas need and when is it due?", ["requirement", "deadline"]),
        ("am i on track? also remind me 30 days before", ["credit_status", "reminder_settings"]),
        ("when is ohio due? find me ethics courses", ["deadline", "activity_search"]),
        ("what does texas require? what does ohio require?", ["requirement", "requirement"]),
        ("add 2 hours of ethics from mayo and send my transcript", ["add_credit", "transcript"]),
    ],
)
def test_two_questions_in_one_message_are_two(text, intents, today, lexicon):
    assert [q.intent for q in understand(text, today, lexicon)] == intents


def test_the_second_question_takes_the_state_of_the_first(today, lexicon):
    first, second = understand("how many hours does texas need and when is it due?", today, lexicon)
    assert first.slots["jurisdictions"] == second.slots["jurisdictions"] == ["TX"]


@pytest.mark.parametrize(
    "text",
    [
        "okay so i think i did the ethics one, can you check if texas has it and how many are left",
        "is VA mine to renew soon? the state not the hospital",
        "what's the gap between what I have and what Oklahoma wants",
        "I don't prescribe controlled substances. Do I need the TN course?",
        "i paid $899 and the site is down, who do i report this to",
        "free ethics and opioid courses in boston and chicago",
    ],
)
def test_one_question_stays_one(text, today, lexicon):
    assert len(understand(text, today, lexicon)) == 1


@pytest.mark.behaviour(27)
def test_nonsense_keeps_the_state_and_loses_confidence(today, lexicon):
    (question,) = understand("asdf tx thing", today, lexicon)
    assert question.slots.get("jurisdictions") == ["TX"]
    assert question.confidence < UNSURE
    assert unread("asdf tx thing", lexicon) == ("asdf",)


@pytest.mark.behaviour(25)
@pytest.mark.parametrize("text", ["texas", "asdf tx thing", "ABIM"])
def test_an_unsure_reading_names_its_runners_up(text, today, lexicon):
    (question,) = understand(text, today, lexicon)
    assert question.confidence < UNSURE
    assert question.runners_up
    shares = [question.confidence, *(guess.confidence for guess in question.runners_up)]
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("text", ["", " ", "?!?", "…", "\u202e", "🙂🙂"])
def test_wordless_messages_are_not_understood(text, today, lexicon):
    (question,) = understand(text, today, lexicon)
    assert question.confidence < UNSURE


@pytest.mark.behaviour(28)
def test_a_state_takes_the_place_of_a_certifying_board_and_the_reverse(today, lexicon):
    abim = understand("what do i need for abim this year", today, lexicon)[0]
    california = understand("and pain hours in california", today, lexicon, abim)[0]
    assert california.slots == {"jurisdictions": ["CA"], "topics": ["pain-management"]}
    texas = understand("am i on track in texas", today, lexicon)[0]
    assert understand("and abim?", today, lexicon, texas)[0].slots == {"certifying_board": "ABIM"}
