"""The demo: the bot, a Telegram and a hub of its own, and a chat in this terminal.

Everything speaks real HTTP on loopback and starts afresh each time in a temporary folder, unless
`--keep FOLDER` is given. Standard output carries the chat only.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from bot.app import Running, running
from bot.documents.person import months_on, moved_on, read_person
from bot.handlers.errors import set_up_logging
from bot.model import RunErrand
from bot.settings import read_settings
from bot.store.errands import put_errand
from bot.store.hub_links import Grant, account_of, hub_link_of, keep_hub_link, sync_key
from bot.store.physicians import keep_physician, made_row, physician_of, row_of
from data import HERE
from reminders.answers import Answering, changed, read_reminders, wish_row
from reminders.state import coming
from sandbox.hub import CLIENT_ID, HubSandbox, hub_sandbox
from sandbox.telegram import TelegramSandbox, User, telegram_sandbox
from sandbox.terminal import chat, typed_lines

TOKEN = "1000000001:demo-token-of-the-sandbox"  # noqa: S105 - the stand-in takes any token
FIRST = "demo-texas"
SYNC_LATER = timedelta(hours=6)
PORT = 8080
MIDDAY = time(17)
"""UTC: nine in the morning in California and noon in New York."""


def main(argv: list[str]) -> None:
    """`python -m sandbox demo [--as demo-texas] [--port N] [--keep FOLDER]`."""
    parser = argparse.ArgumentParser(prog="cmebot demo", description=__doc__)
    parser.add_argument("--as", dest="person", default=FIRST, help="who types here")
    parser.add_argument("--port", type=int, default=PORT, help="of the web chat; 0: a free one")
    parser.add_argument("--keep", type=Path, help="a folder whose records outlive the demo")
    given = parser.parse_args(argv)
    chats = {str(entry["id"]): int(entry["chat_id"]) for entry in _people()}
    if given.person not in chats:
        parser.error(f"--as is one of {', '.join(chats)}")
    sys.exit(asyncio.run(_demo(chats[given.person], given.port, given.keep)))


def _people() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(
        (HERE / "demo" / "physicians.json").read_text(encoding="utf-8")
    )
    return read


@dataclass(slots=True)
class DemoClock:
    """The real clock, until it is turned to a later day; from there it goes on."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(tz=UTC) + self.ahead

    def turn_to(self, day: date) -> None:
        """The middle of the morning of that day, when it is day in all of the US."""
        self.ahead += datetime.combine(day, MIDDAY, UTC) - self()


@dataclass(frozen=True, slots=True)
class Demo:
    """A Telegram with the demo's people, a hub that knows them, and the bot between the two."""

    telegram: TelegramSandbox
    hub: HubSandbox
    bot: Running
    people: Mapping[int, User]
    clock: DemoClock

    async def turn_to(self, day: date) -> str | None:
        """Whatever reminders come on that day come now; a sentence where time would go back."""
        if day <= self.clock().date():
            return f"It is {self.clock():%Y-%m-%d} here, and the clock goes forward only."
        await self.settled()
        self.clock.turn_to(day)
        jobs = self.bot.reminders
        await jobs.plan()
        await jobs.refine()
        await jobs.plan()
        await jobs.deliver()
        await self.settled()
        return None

    def loud_day(self, chat_id: int) -> date | None:
        """The next day on which a reminder of this person's makes a sound."""
        with self.bot.records.reading() as session:
            person = physician_of(session, chat_id)
            state = read_reminders(session, person, self.bot.rules, self.clock())
        ahead = coming(state, person, self.bot.rules, most=12)
        return next((message.at.date() for message in ahead if message.sound), None)

    async def settled(self) -> None:
        """Return once the bot has fetched all that was said, answered it and sent the answers."""
        while self.telegram.bot.updates.pending:  # noqa: ASYNC110 - the list has no event
            await asyncio.sleep(0.01)
        await self.bot.settled()


@asynccontextmanager
async def demo(folder: Path, port: int = 0) -> AsyncIterator[Demo]:
    """The whole demo with its files in `folder`; `port` is the web chat's, 0 a free one."""
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(_telegram(port))
        people = {entry["chat_id"]: _user(telegram, entry) for entry in _people()}
        hub = await stack.enter_async_context(hub_sandbox())
        clock = DemoClock()
        bot = await stack.enter_async_context(_bot(telegram.url, hub, folder, clock))
        yield Demo(telegram, hub, bot, people, clock)


async def _demo(chat_id: int, port: int, keep: Path | None) -> int:
    async with AsyncExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cmebot-")))
        shown = await stack.enter_async_context(demo(folder, port))
        _say(f"Web chat: {shown.telegram.url}/?user={chat_id}   (Ctrl-D ends)")
        if (day := await asyncio.to_thread(shown.loud_day, chat_id)) is not None:
            _say(f"#day {day} turns the clock to that day, and the reminders of that day come.")
        person = shown.people[chat_id]
        await chat(
            shown.telegram, person, typed_lines(), sys.stdout, shown.settled, turn_to=shown.turn_to
        )
    return 0


@asynccontextmanager
async def _telegram(port: int) -> AsyncIterator[TelegramSandbox]:
    """On the wished port, or on a free one where that is taken."""
    async with AsyncExitStack() as stack:
        try:
            yield await stack.enter_async_context(telegram_sandbox(flood=False, port=port))
        except OSError:
            if port == 0:
                raise
            yield await stack.enter_async_context(telegram_sandbox(flood=False, port=0))


@asynccontextmanager
async def _bot(
    telegram_url: str, hub: HubSandbox, folder: Path, clock: DemoClock
) -> AsyncIterator[Running]:
    """The bot as `cmebot run` makes it, with the demo's people already known and linked."""
    settings = read_settings(
        token=TOKEN,
        telegram_api_url=telegram_url,
        hub_url=hub.url,
        hub_client_id=CLIENT_ID,
        database_url=f"sqlite:///{folder / 'records.sqlite'}",
        catalog=folder / "catalog.sqlite",
        secret_keys=_key(folder),
        log="WARNING",
    )
    set_up_logging(settings.log)
    async with running(settings, _ended, clock) as bot:
        await asyncio.to_thread(_acquaint, bot, hub, clock())
        yield bot


def _ended(error: Exception) -> None:
    _say(f"The demo cannot go on: {error}")
    os._exit(1)


def _acquaint(bot: Running, hub: HubSandbox, now: datetime) -> None:
    """The demo's people, known and linked; who has disconnected meanwhile stays so.

    The hub begins with empty hands each time, so that a kept link needs new tokens.
    """
    months = months_on(now.date())
    with bot.records.writing() as session:
        for entry in _people():
            chat_id = entry["chat_id"]
            known = row_of(session, chat_id)
            if known is None:
                read_at = now if entry.get("licenses") else None
                person = replace(moved_on(read_person(entry), months), synced_at=read_at)
                keep_physician(session, chat_id, person, now)
                told = physician_of(session, chat_id)
                at = Answering(session, told, bot.rules, now)
                changed(at)
                # On its first day the demo waits to be spoken to.
                wish_row(at).heard_on = at.today
            elif hub_link_of(session, known.id or 0) is None:
                continue
            if not entry.get("licenses"):
                # The newcomer begins with nothing, and can try how linking goes.
                continue
            said = hub.oauth.linked(CLIENT_ID, str(entry["id"]), str(entry["name"]))
            granted = Grant(
                account=account_of(bot.records.vault, str(entry["id"])),
                name=str(entry["name"]),
                since=now,
                access=said["access_token"],
                refresh=said["refresh_token"],
                expires_at=now + timedelta(seconds=said["expires_in"]),
            )
            keep_hub_link(session, made_row(session, chat_id, now), granted, now)
            # Known from the start, so that nothing need be read, and told, at once.
            later = RunErrand("hub_sync", "hub", key=sync_key(chat_id), due_at=now + SYNC_LATER)
            put_errand(session, chat_id, later, now)


def _user(telegram: TelegramSandbox, person: dict[str, Any]) -> User:
    first, _, last = str(person["name"]).partition(" ")
    return telegram.user(person["chat_id"], first, last_name=last, language_code="en", started=True)


def _key(folder: Path) -> str:
    """A key of the demo's own, in a folder apart from the records, readable by its owner only."""
    path = folder / "keys" / "demo.key"
    if not path.exists():
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key())
    return path.read_text(encoding="ascii").strip()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
