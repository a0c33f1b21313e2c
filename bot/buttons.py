"""The one codec for what a button carries: `dialog:step:revision[:argument]`, at most 64 bytes.

Telegram refuses longer callback data; nothing personal (names, numbers) is ever put in it.
"""

from dataclasses import dataclass

LIMIT = 64
"""Bytes of callback data that the Bot API takes."""


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: which dialog, which step, made at which revision, and its argument."""

    dialog: str
    step: str
    revision: int = 0
    argument: str = ""


def pack(dialog: str, step: str, argument: str = "", revision: int = 0) -> str:
    """The callback data of a button; ValueError where it would not fit or not come back whole."""
    if ":" in dialog or ":" in step:
        msg = f"a colon in the name of {dialog!r} or {step!r}"
        raise ValueError(msg)
    data = f"{dialog}:{step}:{revision:x}" + (f":{argument}" if argument else "")
    if len(data.encode()) > LIMIT:
        msg = f"{data!r} is longer than {LIMIT} bytes"
        raise ValueError(msg)
    return data


def unpack(data: str) -> Press | None:
    """The press behind callback data, or None for anything that `pack` did not make."""
    parts = data.split(":", 3)
    if len(parts) < 3 or not parts[0] or not parts[1]:  # noqa: PLR2004
        return None
    try:
        revision = int(parts[2], 16)
    except ValueError:
        return None
    return Press(parts[0], parts[1], revision, parts[3] if len(parts) > 3 else "")  # noqa: PLR2004
