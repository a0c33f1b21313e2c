"""What a dialog is handed: the facts, the person, the conversation and today's date."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.buttons import Press
from bot.conversation import Conversation
from bot.dialogs.knowledge import Knowledge
from bot.model import Activity, Effect, Found, Incoming, Physician, Question, Search


class Lookup(Protocol):
    """The catalog of activities, as far as a dialog may see it."""

    def search(self, search: Search) -> Found: ...

    def get(self, activity_id: str) -> Activity | None: ...

    def synced_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Context:
    """All that one turn may look at; nothing in it can be changed."""

    knowledge: Knowledge
    catalog: Lookup
    physician: Physician
    conversation: Conversation
    now: datetime
    today: date
    name: str | None = None
    chat_id: int = 0

    @property
    def states(self) -> tuple[str, ...]:
        """The physician's own jurisdictions, in the order of their licenses."""
        boards = self.knowledge.boards
        held = (boards[item.board].jurisdiction for item in self.physician.licenses)
        return tuple(dict.fromkeys(held))

    @property
    def next_revision(self) -> int:
        """The revision that a list remembered by this turn will have."""
        return self.conversation.revision + 1


Answer = Callable[[Question, Context], Sequence[Effect]]
OnPress = Callable[[Press, Context], Sequence[Effect]]
Proceed = Callable[[Incoming, Context], Sequence[Effect] | None]
Rereads = Callable[[Question, Context], Question | None]


@dataclass(frozen=True, slots=True)
class Dialog:
    """One kind of conversation, as a record that everything else is read from.

    `name` is the module's, its text file's and its callback prefix. `intents` are the readings of
    free text that it answers, `command` the slash command (with further `aliases`), `listed`
    whether the command menu shows it. `answer` answers a question at once; `press` takes its
    buttons; `proceed` takes the next message while the dialog is open and returns None for one
    that is clearly something else. `again` asks the open step once more after an interruption.
    `hears` takes what came of an errand (`RunErrand`) that the dialog has sent out.

    Two ways to words that were read as something else: `claims` says of a question's words that
    they are this dialog's own ("export my data"), and its intent is then the dialog's name;
    `rereads` returns the question as the dialog takes it, where that hangs on more than the words
    ("which ones count" after a standing), and None for all others.
    """

    name: str
    answer: Answer
    intents: tuple[str, ...] = ()
    command: str | None = None
    aliases: tuple[str, ...] = ()
    listed: bool = True
    press: OnPress | None = None
    proceed: Proceed | None = None
    again: Callable[[Context], Sequence[Effect]] | None = None
    hears: Callable[[Incoming, Context], Sequence[Effect]] | None = None
    claims: Callable[[str], bool] | None = None
    rereads: Rereads | None = None
