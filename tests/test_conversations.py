"""Conversations as data: each file of `tests/conversations/` is played and must get its answers.

A file names its `person` (a demo physician, or nobody) and its turns. A turn `says` words or
`presses` a button by a part of its label; `gets` are words that the answer must hold, `lacks` words
that it must not, `first` is its whole first line, `buttons` are labels that it shows, and `stores`
the changes that it makes, by name: an empty list where nothing may be stored.
"""

import tomllib
from pathlib import Path

import pytest

from tests.conftest import NOON
from tests.talking import Chat

FOLDER = Path(__file__).parent / "conversations"
KEYS = {"says", "presses", "gets", "lacks", "first", "buttons", "stores"}


def readable(text: str) -> str:
    """Spaces that do not break are typed as plain ones in the files."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_a_conversation_goes_as_written(sources, path):
    script = tomllib.loads(path.read_text(encoding="utf-8"))
    chat = Chat(sources, NOON, person=script.get("person"))
    for turn in script["turn"]:
        assert set(turn) <= KEYS
        if "says" in turn:
            chat.says(turn["says"])
        else:
            assert any(turn["presses"] in label for label in chat.labels), chat.labels
            chat.presses(turn["presses"])
        said = readable(chat.text)
        where = f"{turn.get('says', turn.get('presses'))!r} got:\n{said}"
        assert not [words for words in turn.get("gets", ()) if words not in said], where
        assert not [words for words in turn.get("lacks", ()) if words in said], where
        assert turn.get("first", readable(chat.first_line)) == readable(chat.first_line), where
        assert set(turn.get("buttons", ())) <= set(chat.labels), chat.labels
        if "stores" in turn:
            made = [type(change).__name__ for change in chat.turns[-1].changes]
            assert made == turn["stores"], where
