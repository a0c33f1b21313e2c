"""What a board demands: the topic that was asked, in words that can be read on a phone."""

import pytest


def test_a_topic_that_only_this_board_knows_is_the_answer(stranger):
    stranger.says("do i need sexual harrasment training in illinois")
    assert stranger.first_line.startswith("Illinois, sexual harassment")
    assert "1\u00a0h every 3 years" in stranger.first_line


def test_a_question_that_goes_on_is_about_the_same_state(stranger):
    stranger.says("cme requirements in illinois")
    stranger.says("and how long do i keep the certificates")
    assert stranger.first_line.startswith("Illinois: keep")


def test_a_long_list_of_specialties_is_not_read_out(stranger):
    stranger.says("pain management hours california")
    assert "12\u00a0h once unless your specialty is one of 10" in stranger.first_line
    assert len(stranger.first_line) < 260


@pytest.mark.behaviour(36)
def test_a_cap_gets_no_tick(rivera):
    rivera.says("am i on track in texas?")
    assert (
        "· Competency evaluation or practice monitoring for the board: 0 used, at most 12 count"
        in rivera.text
    )
    assert "✓ One formal credit" not in rivera.text


def test_the_federal_hours_come_from_the_federal_rules(stranger):
    stranger.says("who must do the MATE training, is it required for DEA")
    assert stranger.first_line.startswith("MATE Act: 8 hours, once") or "MATE" in stranger.text
