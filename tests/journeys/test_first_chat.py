"""A first chat, as a physician would have it: in the chat window, in the browser, in a pipe."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from playwright.async_api import expect


async def test_a_question_a_button_an_edit_and_a_follow_up(running, rivera):
    await rivera.says("opiod hrs ohio")
    answer = await rivera.hears("Ohio, opioid prescribing")
    assert "All Ohio rules" in answer.labels

    await rivera.says("am i on track in texas?")
    standing = await rivera.hears("Texas MD: 6\u00a0h short")
    await rivera.presses("How did you work this out?", standing)
    await running.settled()
    assert rivera.messages[-1].id == standing.id
    assert rivera.messages[-1].edited
    assert "42 of 48\u00a0h = the credits below." in rivera.messages[-1].text

    await rivera.says("and california?")
    assert "California MD: 18\u00a0h short" in (await rivera.hears("California")).text


async def test_an_answered_fact_is_kept_over_turns(running, rivera):
    await rivera.says("am i on track in texas?")
    standing = await rivera.hears("Texas MD")
    await rivera.presses("Do you treat patients?", standing)
    await running.settled()
    assert "Do you treat patients directly?" in rivera.messages[-1].text
    await rivera.presses("Yes", rivera.messages[-1])
    await running.settled()
    assert "Human trafficking prevention course approved by Texas HHSC: now due" in (
        rivera.messages[-1].text
    )
    await rivera.says("/credits texas")
    again = await rivera.hears("Texas MD")
    assert "Do you treat patients directly?" not in again.text


async def test_a_stranger_gets_rules_without_an_account(running):
    stranger = running.telegram.user(2001, "Noor", started=True)
    await stranger.says("cme requirements in florida")
    assert "Florida (MD board): 40" in (await stranger.hears("Florida")).text
    await stranger.says("am i on track?")
    assert "I know no license" in (await stranger.hears("I know no license")).text


async def test_odd_messages_are_met_kindly(running, rivera):
    await rivera.sends_voice()
    await rivera.hears("voice notes")
    await rivera.sends_sticker()
    await rivera.hears("Nice one")
    await rivera.sends_photo()
    await rivera.hears("pictures")
    await rivera.sends_location()
    await rivera.hears("locations")
    await rivera.says("🙂🙂")
    await rivera.hears(1)
    assert not any("failed on my side" in shown.text for shown in rivera.messages)


async def test_deleted_data_is_gone(running, rivera):
    await rivera.says("/privacy")
    notice = await rivera.hears("encrypted")
    await rivera.presses("Delete my data", notice)
    await running.settled()
    await rivera.presses("Delete my data for good", rivera.messages[-1])
    await running.settled()
    assert "Deleted." in rivera.messages[-1].text
    await rivera.says("am i on track?")
    await rivera.hears("I know no license")


async def test_the_web_chat_shows_question_press_and_edit(running, rivera, browser_page, tmp_path):
    await browser_page.goto(f"{running.telegram.url}/?user=1001")
    await browser_page.get_by_role("button", name="Start").click()
    bubbles = browser_page.locator(".bubble .body")
    await expect(bubbles.last).to_contain_text("/help lists everything")
    await browser_page.get_by_label("Message", exact=True).fill("am i on track in texas?")
    await browser_page.keyboard.press("Enter")
    await expect(bubbles.last).to_contain_text("; due Sunday, February 28, 2027")
    picture = Path(os.environ.get("CMEBOT_SCREENSHOT") or tmp_path / "webchat.png")
    await browser_page.screenshot(path=picture)
    assert (await asyncio.to_thread(picture.stat)).st_size > 10_000
    count = await bubbles.count()
    await browser_page.get_by_role("button", name="How did you work this out?").click()
    await expect(bubbles.last).to_contain_text("42 of 48")
    assert await bubbles.count() == count


PIPED = "am i on track in texas?\nopiod hrs ohio\nfree ethics course online\n/help\n"


async def test_a_pipe_gets_every_answer_and_ends_well():
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bot", "demo", "--port", "0"],
        input=PIPED,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    places = [
        done.stdout.index(words)
        for words in (
            "Texas MD: 6\u00a0h short",
            "Ohio, opioid prescribing",
            "activities: medical ethics",
            "Ask me in your own words",
        )
    ]
    assert places == sorted(places)
