"""Licenses, certificates, DEA and facts: by the short dialog, by free text, and taken back."""

from datetime import date

import pytest

from bot.model import License


def held(chat):
    return {(one.board, one.type): one.expires for one in chat.physician.licenses}


# ── the short dialog ────────────────────────────────────────────────────────────────────────


def test_a_state_a_type_and_a_month_make_a_license(stranger):
    stranger.says("/licenses")
    assert "no license of yours yet" in stranger.first_line
    stranger.presses("Add")
    stranger.presses("State license")
    assert "MD or DO" in stranger.says("tx")
    stranger.presses("DO")
    stranger.says("10/2027")
    assert stranger.first_line == "Noted: Texas DO, due Sunday, October 31, 2027."
    assert held(stranger) == {("us-tx", "DO"): date(2027, 10, 31)}
    assert stranger.physician.profile.license_type == "DO"
    assert stranger.conversation.dialog is None


def test_without_a_date_the_boards_rule_or_nothing_is_said(stranger):
    stranger.says("i am an MD")
    stranger.says("add my california license")
    assert "when does the license expire" in stranger.first_line
    stranger.says("not sure")
    assert held(stranger) == {("us-ca-md", "MD"): None}
    assert "end date not known yet" in stranger.first_line
    stranger.presses("California: give the date")
    stranger.says("3/31/2027")
    assert held(stranger) == {("us-ca-md", "MD"): date(2027, 3, 31)}


def test_the_date_of_a_license_is_changed_from_the_list(rivera):
    rivera.says("/licenses")
    rivera.presses("Texas MD")
    rivera.presses("Change the date")
    rivera.says("2/28/2029")
    assert rivera.first_line == "Noted: Texas MD, due Wednesday, February 28, 2029."
    rivera.presses("Undo")
    assert held(rivera)["us-tx", "MD"] == date(2027, 2, 28)


def test_a_date_beyond_any_term_is_asked_again(stranger):
    stranger.says("i'm an md licensed in ohio")
    assert "more than twelve years" in stranger.says("10/1/2072")
    assert stranger.says("10/1/2027").startswith("Noted: Ohio MD, due Friday, October 1, 2027.")


@pytest.mark.parametrize(("typed", "board"), [("or", "us-or"), ("IN", "us-in"), ("ohio", "us-oh")])
def test_asked_for_a_state_even_little_words_are_codes(stranger, typed, board):
    stranger.says("i am an MD")
    stranger.says("/licenses")
    stranger.presses("Add")
    stranger.presses("State license")
    stranger.says(typed)
    stranger.presses("MD")
    stranger.says("not sure")
    assert [one.board for one in stranger.physician.licenses] == [board]


def test_a_number_is_shown_by_its_last_three_characters_only(rivera):
    rivera.says("/licenses")
    rivera.presses("Texas MD")
    assert "Number ends in 001" in rivera.text
    assert "TX-DEMO-1001" not in rivera.html


# ── free text ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "line", "license_"),
    [
        (
            "I'm also licensed in Ohio, expires 10/1/27",
            "Noted: Ohio MD, due Friday, October 1, 2027.",
            License("us-oh", "MD", date(2027, 10, 1), id=3),
        ),
        (
            "add my florida DO license, expires 3/31/28",
            "Noted: Florida DO, due Friday, March 31, 2028.",
            License("us-fl-do", "DO", date(2028, 3, 31), id=3),
        ),
    ],
)
def test_a_license_said_in_one_breath_is_noted_and_undone(rivera, text, line, license_):
    before = rivera.physician
    rivera.says(text)
    assert rivera.first_line == line
    assert license_ in rivera.physician.licenses
    rivera.presses("Undo")
    assert "Taken back" in rivera.first_line
    assert rivera.physician.licenses == before.licenses


def test_a_new_date_changes_the_license_that_is_held(rivera):
    rivera.says("update texas expiration to 2-28-2029")
    assert held(rivera)["us-tx", "MD"] == date(2029, 2, 28)
    assert len(rivera.physician.licenses) == 2


def test_the_dea_date_and_its_undo(rivera):
    rivera.says("my new DEA is good thru 5/31/29")
    assert rivera.first_line == "Noted: DEA registration, due Thursday, May 31, 2029."
    assert rivera.physician.profile.dea_expires == date(2029, 5, 31)
    rivera.presses("Undo")
    assert rivera.physician.profile.dea_expires == date(2027, 5, 31)
    assert rivera.physician.profile.facts["dea"] is True


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("my dea expires 5/2028", date(2028, 5, 31)),
        ("my dea is good through may 2028", date(2028, 5, 31)),
    ],
)
def test_a_bare_month_is_its_last_day(rivera, text, day):
    rivera.says(text)
    assert rivera.physician.profile.dea_expires == day


def test_a_month_is_enough_for_a_license(rivera):
    rivera.says("ohio license expires 10/2027")
    assert rivera.first_line == "Noted: Ohio MD, due Sunday, October 31, 2027."


def test_a_certificate_is_noted_and_removed(rivera):
    rivera.says("certified by the american board of pathology")
    assert [one.board for one in rivera.physician.certifications] == ["ABIM", "ABPATH"]
    rivera.says("/licenses")
    rivera.presses("ABPATH")
    rivera.presses("Remove")
    rivera.presses("Remove ABPATH")
    assert [one.board for one in rivera.physician.certifications] == ["ABIM"]
    rivera.presses("Undo")
    assert [one.board for one in rivera.physician.certifications] == ["ABIM", "ABPATH"]


def test_being_a_do_is_noted(stranger):
    stranger.says("i am a DO")
    assert stranger.first_line == "Noted: you are a DO."
    assert stranger.physician.profile.license_type == "DO"
    stranger.presses("Undo")
    assert stranger.physician.profile.license_type is None


@pytest.mark.parametrize("text", ["if i add a nevada license", "what if i get a nevada license"])
def test_what_if_stores_nothing(rivera, text):
    rivera.says(text)
    assert "Nevada" in rivera.first_line
    assert rivera.turns[-1].changes == ()
    assert rivera.conversation.dialog is None


def test_adding_only_in_thought_shows_what_it_would_ask(rivera):
    rivera.says("/licenses if i add nevada")
    assert rivera.first_line.startswith("Nothing is stored. Nevada MD would ask for 40")
    rivera.presses("What Nevada asks for")
    assert "Nevada" in rivera.first_line
    assert len(rivera.physician.licenses) == 2


# ── removing ────────────────────────────────────────────────────────────────────────────────


def test_removing_asks_once_and_its_button_stands_elsewhere(rivera):
    rivera.says("remove my california license")
    assert rivera.first_line == "Remove California MD?"
    assert rivera.labels == ["Keep it", "Remove California MD"]
    assert [key.danger for key in rivera.keys] == [False, True]
    rivera.presses("Keep it")
    assert len(rivera.physician.licenses) == 2
    rivera.says("remove my california license")
    rivera.presses("Remove California MD")
    assert [one.board for one in rivera.physician.licenses] == ["us-tx"]


def test_what_is_not_held_is_not_removed(rivera):
    rivera.says("take off my lapsed KS license")
    assert "no Kansas license" in rivera.first_line
    assert rivera.turns[-1].changes == ()


# ── facts ───────────────────────────────────────────────────────────────────────────────────


def test_facts_are_listed_changed_and_forgotten(rivera):
    rivera.says("/licenses")
    rivera.presses("What I told you")
    assert "1. Do you hold a DEA registration? Yes." in rivera.text
    rivera.presses("Change 1")
    rivera.presses("No")
    assert rivera.physician.profile.facts["dea"] is False
    rivera.presses("Undo")
    assert rivera.physician.profile.facts["dea"] is True
    rivera.says("/licenses")
    rivera.presses("What I told you")
    rivera.presses("Change 1")
    rivera.presses("Forget it")
    assert "dea" not in rivera.physician.profile.facts


# ── in the middle ───────────────────────────────────────────────────────────────────────────


@pytest.mark.behaviour(30)
def test_a_question_in_the_middle_is_answered_and_the_entry_goes_on(rivera):
    rivera.says("i also practice in west virginia")
    said = rivera.says("how many ethics hours do i need in texas?")
    assert "Texas, medical ethics" in said
    assert "Back to your license entry" in said
    assert "West Virginia: when does the license expire?" in said
    rivera.says("6/30/2027")
    assert held(rivera)["us-wv-md", "MD"] == date(2027, 6, 30)


@pytest.mark.behaviour(6)
@pytest.mark.parametrize("words", ["/cancel", "never mind", "stop", "forget it"])
def test_one_word_leaves_the_entry(rivera, words):
    rivera.says("i also practice in west virginia")
    rivera.says(words)
    assert rivera.conversation.dialog is None
    assert "Left it" in rivera.first_line
    assert len(rivera.physician.licenses) == 2


@pytest.mark.behaviour(10)
def test_a_second_tap_on_an_old_step_changes_nothing(stranger):
    stranger.says("/licenses")
    stranger.presses("Add")
    old = next(key.data for key in stranger.keys if key.label == "State license")
    stranger.presses_data(old)
    stranger.presses_data(old)
    assert stranger.notices == ["That step is done; here is the open one."]
    assert "Which state?" in stranger.first_line
    assert stranger.turns[-1].changes == ()


# ── dates about oneself ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("i was born in march", "Noted: In which month were you born? March."),
        (
            "my texas license was issued in june 2015",
            "Noted: When was this license first issued? (Texas MD) June 1, 2015.",
        ),
        (
            "this is my first renewal in california",
            "Noted: Is this your first renewal of this license? (California MD) Yes.",
        ),
    ],
)
def test_dates_about_oneself_are_noted_and_undone(rivera, text, line):
    before = rivera.physician
    rivera.says(text)
    assert rivera.first_line == line
    rivera.presses("Undo")
    assert rivera.physician == before


def test_an_exam_passed_is_noted_for_the_certificate_that_is_held(rivera):
    rivera.says("i passed ABIM in 2022")
    assert rivera.physician.profile.facts["certified_on"] == date(2022, 1, 1)


def test_what_was_noted_tells_its_effect(rivera):
    rivera.says("I'm also licensed in Ohio, expires 10/1/27")
    assert "Ohio MD: new, 22.5\u00a0h short, 2 rules wait for an answer." in rivera.text


def test_i_am_a_do_is_no_follow_up_on_a_standing(rivera):
    rivera.says("am i on track")
    assert rivera.says("i am a DO").startswith("Noted: you are a DO.")
