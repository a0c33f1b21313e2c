"""Values as JSON and back, for what a conversation must remember between two messages."""

from typing import Any

from pydantic import TypeAdapter

from bot.documents.transcripts.reading import Reading
from bot.model import Credit

_CREDIT = TypeAdapter(Credit)
_READING = TypeAdapter(Reading)


def credit_to_json(credit: Credit) -> dict[str, Any]:
    written: dict[str, Any] = _CREDIT.dump_python(credit, mode="json", exclude_defaults=True)
    return written


def credit_from_json(value: Any) -> Credit:
    return _CREDIT.validate_python(value)


def reading_from_json(value: Any) -> Reading:
    return _READING.validate_python(value)
