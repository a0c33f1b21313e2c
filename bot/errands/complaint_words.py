"""A complaint in words, line by line, exactly as its check page showed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, cast

from bot.conversation import Conversation
from bot.dialogs import complaint
from bot.dialogs.context import Context, Lookup
from bot.dialogs.form_fields import NOT_SURE, Field
from bot.dialogs.knowledge import Knowledge
from bot.model import Physician
from bot.texts import Texts
from data import HERE


@dataclass(frozen=True, slots=True)
class Line:
    """One answer: what was asked, and what was said; `told` is False where nothing was."""

    key: str
    label: str
    words: str
    told: bool = True


def worded(answers: Mapping[str, Any], knowledge: Knowledge) -> Sequence[Line]:
    """The answers of a complaint that was sent, in the order of its check page."""
    fields = {field.key: field for field in complaint.FORM.fields if field.listed}
    return tuple(
        _line(fields[key], value, knowledge) for key, value in answers.items() if key in fields
    )


def _line(field: Field, value: Any, knowledge: Knowledge) -> Line:
    label = texts().label(f"complaint.{field.key}.label", {})
    if value is None:
        return Line(field.key, label, texts().label("form.not_provided", {}), told=False)
    if value == NOT_SURE:
        return Line(field.key, label, texts().label("form.not_sure", {}), told=False)
    option = f"complaint.{field.key}.option.{value}" if isinstance(value, str) else ""
    if option in texts().keys:
        return Line(field.key, label, texts().label(option, {}))
    if field.kind.gathers and isinstance(value, str):
        return Line(field.key, label, value)
    return Line(field.key, label, field.kind.words(value, _context(knowledge)))


def _context(knowledge: Knowledge) -> Context:
    """What words of answers are made from: the facts, and nobody in particular."""
    nobody = cast("Lookup", None)
    return Context(knowledge, nobody, Physician(0), Conversation(), _EPOCH, date(1970, 1, 1))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def texts() -> Texts:
    return Texts(HERE / "texts" / "en")
