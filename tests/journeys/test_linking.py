"""Linking on a phone: from the chat to the hub's page and back, in a browser."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.model import Credit
from bot.store.physicians import row_of

PHONE = {"width": 390, "height": 844}


@pytest.mark.behaviour(60)
async def test_a_newcomer_connects_her_account_on_the_hubs_page(running, browser):
    nair = running.people[1005]
    running.hub.oauth.interval = 1
    chat = await browser.new_page(viewport=PHONE)
    await chat.goto(f"{running.telegram.url}/?user={nair.id}")
    await nair.says("connect my account")
    shown = await nair.hears("Your code:")
    code = re.search(r"[A-Z]{4}-[A-Z]{4}", shown.text)[0]
    await chat.get_by_text(code).first.wait_for()

    page = await browser.new_page(viewport=PHONE)
    await page.goto(shown.button("Open the hub's page").url)
    await page.get_by_role("button", name="Priya Nair").click()
    said = await page.inner_text("main")
    assert "Your hub account" in said
    assert said.count("Priya Nair") == 2
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    await page.get_by_role("button", name="Connect", exact=True).click()
    assert "Go back to Telegram" in await page.inner_text("main")

    await nair.hears("now reads the hub record of Priya Nair")
    await chat.get_by_text("now reads the hub record of Priya Nair").wait_for()
    await nair.hears("Read: the hub has 0 credits")
    await nair.presses("Yes, tell me", next(m for m in nair.messages if "Shall I tell" in m.text))
    await nair.hears("I'll tell you when a credit arrives")


async def test_the_demos_people_are_really_linked(running, rivera):
    running.hub.report(
        "demo-texas", Credit("Night Shift Medicine", date(2026, 11, 20), Decimal(1), provider="P")
    )
    with running.bot.records.writing() as session:
        row = row_of(session, rivera.id)
        row.synced_at -= timedelta(minutes=5)
    await rivera.says("sync my credits")
    assert "Night Shift Medicine" in (await rivera.hears("1 new credit")).text
    await rivera.says("/unlink")
    await rivera.hears("Disconnected")
    await running.settled()
    assert running.hub.oauth.links_of("demo-texas") == []
