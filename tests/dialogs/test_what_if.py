"""What would be, if: nothing is stored, and the answer says so."""

import pytest

from tests.conftest import NOON
from tests.talking import Chat


def held(chat):
    return [one.board for one in chat.physician.licenses]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("if i add a nevada license", "Nevada MD would ask for 40\u00a0h every 2 years"),
        ("what if i get licensed in ohio", "Ohio MD would ask for 50\u00a0h every 2 years"),
        ("what if i got a GA license exp 3/31/28", "Georgia MD would ask for 40\u00a0h"),
    ],
)
def test_a_license_in_thought_shows_what_it_would_ask(rivera, text, words):
    rivera.says(text)
    assert rivera.first_line.startswith(f"Nothing is stored. {words}")
    assert "I would ask you: " in rivera.text
    assert rivera.turns[-1].changes == ()
    assert held(rivera) == ["us-tx", "us-ca-md"]


def test_it_is_added_for_real_by_its_button(rivera):
    rivera.says("if i add a nevada license")
    rivera.presses("Add Nevada MD")
    assert "Nevada: when does the license expire?" in rivera.first_line
    rivera.says("6/30/2027")
    assert "us-nv-md" in held(rivera)


def test_a_license_with_its_date_is_added_at_once(rivera):
    rivera.says("what if i got a georgia license expires 3/31/28")
    rivera.presses("Add Georgia MD")
    assert rivera.first_line == "Noted: Georgia MD, due Friday, March 31, 2028."
    rivera.presses("Undo")
    assert held(rivera) == ["us-tx", "us-ca-md"]


def test_a_license_dropped_in_thought(rivera):
    rivera.says("what if i drop california")
    assert rivera.first_line == ("Nothing is stored. Without California MD, this would be left:")
    assert rivera.turns[-1].changes == ()
    rivera.presses("Remove California MD")
    assert rivera.first_line == "Remove California MD?"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "what would change if i take 2 h of ethics",
            "Nothing is stored. With 2\u00a0h of medical ethics: Texas MD: 4\u00a0h short instead",
        ),
        (
            "would i be done in texas if i take 6 hours",
            "Nothing is stored. With 6\u00a0h: Texas MD: 1 rule open, 2 rules wait for an answer.",
        ),
    ],
)
def test_hours_in_thought_show_the_new_figures(rivera, text, line):
    rivera.says(text)
    assert rivera.first_line.startswith(line)
    assert "California MD: 1" in rivera.first_line
    assert rivera.turns[-1].changes == ()
    assert len(rivera.physician.credits) == 18


def test_hours_that_change_nothing_say_so(sources):
    chat = Chat(sources, NOON, person="demo-done")
    chat.says("what if i take 2 more hours of nutrition")
    assert "nothing would change; no open rule takes it" in chat.first_line


def test_another_answer_in_thought_and_then_noted(sources):
    chat = Chat(sources, NOON, person="demo-done")
    chat.says("what if i worked in a pain clinic")
    assert chat.first_line == "Nothing is stored. Then: Ohio MD: 1 rule open."
    assert chat.physician.profile.facts["pain_clinic"] is False
    chat.presses("It is so: note it")
    assert chat.physician.profile.facts["pain_clinic"] is True
    chat.presses("Undo")
    assert chat.physician.profile.facts["pain_clinic"] is False


def test_a_certificate_in_thought(sources):
    chat = Chat(sources, NOON, person="demo-done")
    chat.says("what if i get abim certified")
    assert chat.first_line.startswith("Nothing is stored. With ABIM")
    chat.presses("Add ABIM")
    assert "ABIM" in [one.board for one in chat.physician.certifications]


@pytest.mark.parametrize(
    "text", ["what happens if i miss the deadline in texas", "what if i dont finish in time ohio"]
)
def test_being_late_is_no_supposition_of_this_kind(rivera, text):
    assert "Nothing is stored" not in rivera.says(text)


def test_the_follow_up_is_about_the_real_standing(rivera):
    rivera.says("if i add a nevada license")
    rivera.says("and california?")
    assert rivera.first_line.startswith("California MD: 18\u00a0h short")
