"""What a chat remembers between two messages, as one frozen value that is stored as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.model import Guess, Question

KEPT_LISTS = 6
"""How many earlier lists of results can still be paged through."""


@dataclass(frozen=True, slots=True)
class OpenDialog:
    """A conversation of several steps under way: its name, form version, and answers so far."""

    name: str
    version: int
    revision: int
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The state of one chat.

    `revision` grows with each message that carries buttons; `shown` are the labels and data of the
    newest buttons, so that typing a label works like pressing it; `lists` keeps by revision the
    questions whose results can be paged; `aside` the dialogs that were left to be gone on with
    later, by name; `failures` counts misunderstandings in a row.
    """

    revision: int = 0
    question: Question | None = None
    dialog: OpenDialog | None = None
    shown: tuple[tuple[str, str], ...] = ()
    lists: Mapping[int, Question] = field(default_factory=dict)
    failures: int = 0
    aside: Mapping[str, OpenDialog] = field(default_factory=dict)

    def with_list(self, question: Question) -> "Conversation":
        """The same, with the newest list of results kept under the present revision."""
        kept = dict(sorted({**self.lists, self.revision: question}.items())[-KEPT_LISTS:])
        return replace(self, lists=kept)

    def with_open(self, dialog: OpenDialog | None) -> "Conversation":
        """The same with this dialog open; another one that was open is laid aside, never lost."""
        aside = dict(self.aside)
        if dialog is not None:
            aside.pop(dialog.name, None)
            if self.dialog is not None and self.dialog.name != dialog.name:
                aside[self.dialog.name] = self.dialog
        return replace(self, dialog=dialog, aside=aside)

    def with_aside(self, dialog: OpenDialog) -> "Conversation":
        """The same with what a dialog keeps aside; without answers it is forgotten."""
        aside = {name: kept for name, kept in self.aside.items() if name != dialog.name}
        if dialog.answers:
            aside[dialog.name] = dialog
        return replace(self, aside=aside)

    def with_dialog_aside(self) -> "Conversation":
        """The same with the open dialog, if any, laid aside."""
        if self.dialog is None:
            return self
        return replace(self, dialog=None, aside={**self.aside, self.dialog.name: self.dialog})

    def draft(self, name: str) -> OpenDialog | None:
        """The dialog of that name, whether it is open or laid aside."""
        opened = self.dialog
        return opened if opened and opened.name == name else self.aside.get(name)

    def with_answers(self, name: str, answers: Mapping[str, Any]) -> "Conversation":
        """The same with other answers in that dialog, which stays where it is."""
        kept = self.draft(name)
        if kept is None:
            return self
        changed = replace(kept, answers=answers)
        if kept is self.dialog:
            return replace(self, dialog=changed)
        return replace(self, aside={**self.aside, name: changed})

    def without(self, name: str) -> "Conversation":
        """The same without that dialog, whether it was open or laid aside."""
        opened = self.dialog if self.dialog and self.dialog.name != name else None
        aside = {key: kept for key, kept in self.aside.items() if key != name}
        return replace(self, dialog=opened, aside=aside)


def question_to_json(question: Question) -> dict[str, Any]:
    return {
        "intent": question.intent,
        "slots": dict(question.slots),
        "confidence": question.confidence,
        "text": question.text,
        "runners_up": [[guess.intent, guess.confidence] for guess in question.runners_up],
    }


def question_from_json(value: Mapping[str, Any]) -> Question:
    return Question(
        intent=value["intent"],
        slots=value["slots"],
        confidence=value["confidence"],
        text=value["text"],
        runners_up=tuple(Guess(intent, score) for intent, score in value["runners_up"]),
    )


def _dialog_to_json(dialog: OpenDialog) -> dict[str, Any]:
    return {
        "dialog": dialog.name,
        "version": dialog.version,
        "revision": dialog.revision,
        "answers": dict(dialog.answers),
    }


def _dialog_from_json(value: Mapping[str, Any]) -> OpenDialog:
    return OpenDialog(value["dialog"], value["version"], value["revision"], value["answers"])


def to_json(conversation: Conversation) -> dict[str, Any]:
    """The conversation as JSON values only."""
    dialog = conversation.dialog
    return {
        "revision": conversation.revision,
        "question": conversation.question and question_to_json(conversation.question),
        "dialog": dialog and _dialog_to_json(dialog),
        "aside": [_dialog_to_json(kept) for kept in conversation.aside.values()],
        "shown": [list(pair) for pair in conversation.shown],
        "lists": {str(key): question_to_json(value) for key, value in conversation.lists.items()},
        "failures": conversation.failures,
    }


def from_json(value: Mapping[str, Any]) -> Conversation:
    """The conversation that `to_json` wrote; a missing key takes its default."""
    question = value.get("question")
    dialog = value.get("dialog")
    return Conversation(
        revision=value.get("revision", 0),
        question=question_from_json(question) if question else None,
        dialog=_dialog_from_json(dialog) if dialog else None,
        aside={kept["dialog"]: _dialog_from_json(kept) for kept in value.get("aside", ())},
        shown=tuple((label, data) for label, data in value.get("shown", ())),
        lists={int(key): question_from_json(kept) for key, kept in value.get("lists", {}).items()},
        failures=value.get("failures", 0),
    )
