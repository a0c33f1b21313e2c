"""What can go wrong for a person, in words made for them.

Exception
├── BotError            a person should read this; caught in exactly one place, the assistant
└── anything else       a defect: logged with a reference number, one apology in the chat
"""

from typing import Any


class BotError(Exception):
    """Something the physician should be told: a text's key and its values."""

    def __init__(self, text_key: str, **values: Any) -> None:
        super().__init__(text_key)
        self.text_key = text_key
        self.values = values
