"""A Telegram of one's own: the Bot API over HTTP, people to play, and a chat in the browser."""

from sandbox.telegram.faults import Broken, Dropped, Flooded, Hanging, Repeated, Slow
from sandbox.telegram.people import Group, Shown, ShownButton, ShownFile, User
from sandbox.telegram.server import TelegramSandbox, run, telegram_sandbox
from sandbox.telegram.world import Recorded, World

__all__ = [
    "Broken",
    "Dropped",
    "Flooded",
    "Group",
    "Hanging",
    "Recorded",
    "Repeated",
    "Shown",
    "ShownButton",
    "ShownFile",
    "Slow",
    "TelegramSandbox",
    "User",
    "World",
    "run",
    "telegram_sandbox",
]
