"""The chat in a terminal: typed lines are messages, `#2` presses the second button.

`#day 2026-12-30` turns the clock to that day, where there is one to turn.

Works at a prompt and in a pipe; what is shown is what the sandbox's Telegram shows, so nothing
here knows the bot.
"""

import asyncio
import os
import re
import sys
import tempfile
import threading
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TextIO

from sandbox.telegram import Shown, ShownButton, TelegramSandbox, User
from sandbox.telegram.world import Event

PROMPT = "> "
PRESS = re.compile(r"#(\d{1,3})")
DAY = re.compile(r"#day\s+(\S+)", re.IGNORECASE)

TurnTo = Callable[[date], Awaitable[str | None]]
"""Turns the clock to a day and lets come what comes on it; a sentence where it cannot."""
STYLES = {"b": ("\x1b[1m", "\x1b[22m"), "i": ("\x1b[3m", "\x1b[23m"), "u": ("\x1b[4m", "\x1b[24m")}
TAG = re.compile(r"<(/?)([a-z-]+)([^>]*)>")
FOLDED = re.compile(r"<blockquote expandable>(.*?)</blockquote>", re.DOTALL)
QUOTED = re.compile(r"<blockquote>(.*?)</blockquote>", re.DOTALL)
LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
CLEAR_LINE = "\r\x1b[K"
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


# ── words ───────────────────────────────────────────────────────────────────────────────────


def as_lines(message: Shown, *, styled: bool, saved: Callable[[Shown], str]) -> list[str]:
    """A message of the bot as lines of text; `saved` stores its file and says where."""
    lines = [saved(message)] if message.attachment else []
    text = UNSAFE.sub("", message.html)
    text = FOLDED.sub(lambda fold: "▸ " + fold[1].replace("\n", "\n  "), text)
    text = QUOTED.sub(lambda quote: "│ " + quote[1].replace("\n", "\n│ "), text)
    text = LINK.sub(lambda link: link[2] if link[1] in link[2] else f"{link[2]} ({link[1]})", text)
    text = TAG.sub(lambda tag: _style(tag, styled=styled), text)
    for escaped, plain in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(escaped, plain)
    if text:
        lines += text.split("\n")
    if message.edited and lines:
        lines[0] = f"(edits) {lines[0]}"
    numbers = iter(range(1, 1000))
    lines += ["  ".join(_label(next(numbers), button) for button in row) for row in message.buttons]
    return lines


def _style(tag: "re.Match[str]", *, styled: bool) -> str:
    closing, name, _ = tag.groups()
    return STYLES[name][bool(closing)] if styled and name in STYLES else ""


def _label(number: int, button: ShownButton) -> str:
    extra = f" ({button.url})" if button.url else f" ({button.copy})" if button.copy else ""
    return UNSAFE.sub("", f"[#{number} {button.label}{extra}]")


# ── the chat ────────────────────────────────────────────────────────────────────────────────


async def chat(
    tg: TelegramSandbox,
    user: User,
    lines: AsyncIterable[str],
    out: TextIO,
    settled: Callable[[], Awaitable[None]],
    *,
    turn_to: TurnTo | None = None,
) -> None:
    """Plays `user` from typed lines until they end, and shows all that the bot says.

    `settled` returns once the bot has nothing left to do for this chat. On a terminal messages
    are shown as they come; in a pipe after each line, once the bot has settled.
    """
    screen = Screen(user, out)
    with tg.world.listening(screen.notes):
        async for line in lines:
            text = line.strip()
            if text:
                await _does(screen, user, text, turn_to)
                await settled()
            screen.show()
        await settled()
        screen.show()
    if screen.live:
        out.write("\n")


async def _does(screen: "Screen", user: User, text: str, turn_to: TurnTo | None) -> None:
    day = DAY.fullmatch(text)
    if day is not None and turn_to is not None:
        await _turns(screen, day[1], turn_to)
        return
    press = PRESS.fullmatch(text)
    if press is None:
        await user.says(text)
        return
    message, buttons = screen.newest_buttons()
    number = int(press[1])
    if message is None or not 1 <= number <= len(buttons):
        screen.print(f"There is no button #{number}.")
        return
    button = buttons[number - 1]
    if button.data:
        await user.presses(button.data, message)
    else:
        screen.print(button.url or button.copy)


async def _turns(screen: "Screen", text: str, turn_to: TurnTo) -> None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        screen.print(f"{text} is no day; one is written #day 2026-12-30.")
        return
    if (problem := await turn_to(day)) is not None:
        screen.print(problem)


@dataclass(slots=True)
class Screen:
    """What of a chat has been shown, and where it is written."""

    user: User
    out: TextIO
    files: Path | None = None
    _waiting: list[Event] = field(default_factory=list)
    _with_buttons: int | None = None

    @property
    def live(self) -> bool:
        return self.out.isatty()

    def notes(self, event: Event) -> None:
        """Remembers what is to be shown; on a terminal shows it at once."""
        if event.chat_id == self.user.id and event.from_bot:
            self._waiting.append(event)
            if self.live:
                self.show()

    def show(self) -> None:
        """Writes all that came since the last time; a message that changed twice once."""
        waiting, self._waiting = self._waiting, []
        numbers: dict[int, None] = {}
        for event in waiting:
            if event.kind == "notice" and event.text:
                self.print(f"({event.text})")
            elif event.kind in {"message", "edited"} and event.message_id is not None:
                numbers[event.message_id] = None
        for number in numbers:
            message = next((one for one in self.user.messages if one.id == number), None)
            if message is not None:
                if message.buttons:
                    self._with_buttons = number
                lines = as_lines(message, styled=self.live, saved=self._saved)
                self.print("\n".join(lines) + "\n")

    def print(self, text: str) -> None:
        """Writes without tearing the line that is being typed."""
        if self.live:
            self.out.write(f"{CLEAR_LINE}{text}\n{PROMPT}{_typed_so_far()}")
        else:
            self.out.write(f"{text}\n")
        self.out.flush()

    def newest_buttons(self) -> tuple[Shown | None, list[ShownButton]]:
        """The message whose buttons have numbers now, and the buttons in their order."""
        for message in reversed(self.user.messages):
            if message.id == self._with_buttons and message.buttons:
                return message, [button for row in message.buttons for button in row]
        return None, []

    def _saved(self, message: Shown) -> str:
        attachment = message.attachment
        assert attachment is not None
        if self.files is None:
            self.files = Path(tempfile.mkdtemp(prefix="cmebot-"))
        name = Path(attachment.name or attachment.kind).name
        path = self.files / f"{message.id}-{name}"
        path.write_bytes(attachment.content)
        return f"[{'picture' if attachment.kind == 'photo' else 'file'} {path}]"


# ── typing ──────────────────────────────────────────────────────────────────────────────────


async def typed_lines(source: TextIO | None = None) -> AsyncIterator[str]:
    """Lines of standard input (or another file), with a prompt and editing on a terminal."""
    file = sys.stdin if source is None else source
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()

    def hand_over(line: str | None) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(lines.put_nowait, line)

    def read() -> None:
        with suppress(EOFError, ValueError):
            while True:
                hand_over(_next_line(file))
        hand_over(None)

    with _terminal_kept(file):
        # A daemon, because a thread that waits for a key cannot be told to stop.
        threading.Thread(target=read, name="typing", daemon=True).start()
        while (line := await lines.get()) is not None:
            yield line


def _next_line(file: TextIO) -> str:
    if file is sys.stdin and file.isatty():
        with suppress(ImportError):
            import readline  # noqa: F401 - gives input() its line editing
        return input(PROMPT)
    line = file.readline()
    if not line:
        raise EOFError
    return line


def _typed_so_far() -> str:
    if "readline" not in sys.modules:
        return ""
    return str(sys.modules["readline"].get_line_buffer())


@contextmanager
def _terminal_kept(file: TextIO) -> Iterator[None]:
    """Leaves the terminal as it was, though the typing thread is cut off in mid-line."""
    if not file.isatty() or os.name != "posix":
        yield
        return
    import termios

    before = termios.tcgetattr(file.fileno())
    try:
        yield
    finally:
        termios.tcsetattr(file.fileno(), termios.TCSANOW, before)
