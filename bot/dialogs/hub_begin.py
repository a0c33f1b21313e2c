"""Asking the hub for a code to connect this chat, with or without a deep link's token."""

import re

from bot.dialogs.context import Context
from bot.model import RunErrand

LINK_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")
"""128 bits or more in base64url; Telegram passes at most 64 such characters with `/start`."""


def link_token_of(start_argument: str) -> str | None:
    """The deep link's token that came with `/start`; None where it has not the form of one."""
    argument = start_argument.strip()
    return argument if LINK_TOKEN.fullmatch(argument) else None


def begin(context: Context, *, token: str = "", again: bool = False) -> RunErrand:
    """`again`: a new code, also where an earlier one is still good."""
    values = {"name": context.name or "", "token": token, "again": again}
    return RunErrand("hub_begin", "hub", values)
