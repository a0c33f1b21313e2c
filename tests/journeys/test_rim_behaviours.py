"""Behaviours that only the whole product over HTTP can show."""

import pytest


@pytest.mark.behaviour(3)
@pytest.mark.behaviour(4)
async def test_commands_and_the_menu_button_are_registered(running, rivera):
    await rivera.says("hello")
    await rivera.hears("continuing medical education")
    commands = running.telegram.called("setMyCommands")[-1].parameters["commands"]
    assert 3 <= len(commands) <= 12
    menu = running.telegram.called("setChatMenuButton")[-1].parameters["menu_button"]
    assert menu["type"] == "commands"


@pytest.mark.behaviour(8)
async def test_a_press_is_acknowledged_before_anything_else(running, rivera):
    await rivera.says("opioid hours ohio")
    answer = await rivera.hears("Ohio")
    before = len(running.telegram.calls)
    await rivera.presses("All Ohio rules", answer)
    await running.settled()
    sent = [call.method for call in running.telegram.calls[before:] if call.method != "getUpdates"]
    assert sent[0] == "answerCallbackQuery"


@pytest.mark.behaviour(10)
async def test_a_double_tap_has_the_effect_of_one(running, rivera):
    await rivera.says("free ethics course online")
    page = await rivera.hears("medical ethics")
    await rivera.presses("1", page)
    await rivera.presses_data(page.id, page.buttons[0][0].data)
    await running.settled()
    assert [shown.id for shown in rivera.messages if shown.from_bot][-1] == page.id


@pytest.mark.behaviour(23)
@pytest.mark.parametrize("language", ["en", "es", "pt-br", ""])
async def test_a_language_without_texts_gets_english(running, language):
    guest = running.telegram.user(3001, "Ana", language_code=language, started=True)
    await guest.says("/start")
    await guest.hears("continuing medical education")


@pytest.mark.behaviour(33)
async def test_with_the_hub_down_the_copy_answers_with_its_age(running, rivera):
    await running.hub.goes_down()
    await rivera.says("am i on track in texas?")
    answer = await rivera.hears("Texas MD")
    assert "hub read" in answer.text
    await rivera.says("free ethics course online")
    assert "activities" in (await rivera.hears("medical ethics")).text


async def test_a_message_in_a_group_tells_nothing_personal(running, rivera):
    group = running.telegram.group(-5, "Grand rounds")
    await rivera.says("am i on track in texas?", chat=group)
    await running.settled()
    assert not any("short" in shown.text for shown in group.messages if shown.from_bot)
