"""Foreign files are read in a process of their own, without secrets and within limits.

A file can hurt only the process that reads it: time, memory, the number of open files and the
length of the answer are bounded there, its environment is empty, and what it answers is checked
like any other foreign text.
"""

import json

from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.documents.apart import run_apart
from bot.documents.transcripts.reading import FileReason, Limits, Reading, RefusedError

_WORKER = "bot.documents.transcripts.worker"


class _Answer(BaseModel):
    reading: Reading | None = None
    refused: FileReason | None = None
    values: dict[str, str | int | list[str]] = {}


def read_sealed(content: bytes, name: str | None, limits: Limits | None = None) -> Reading:
    """What `read_transcript` reads, without trusting the file. Blocks for `wall_seconds` at most.

    RefusedError says why a whole file cannot be read; `too_complex` is a file that took more time
    or memory than any transcript needs.
    """
    limits = limits or Limits()
    if len(content) >= limits.file_bytes:
        raise RefusedError("too_large", megabytes=limits.file_bytes // 1_000_000)
    order = {"name": name, "limits": TypeAdapter(Limits).dump_python(limits, mode="json")}
    asked = json.dumps(order).encode() + b"\n" + content
    reply = run_apart(_WORKER, asked, limits.wall_seconds, limits.answer_bytes)
    if reply is None:
        raise RefusedError("too_complex")
    answer = _parse(reply)
    if answer is None:
        raise RefusedError("damaged")
    if answer.reading is None:
        raise RefusedError(answer.refused or "damaged", **answer.values)
    return answer.reading


def _parse(reply: bytes) -> _Answer | None:
    try:
        return _Answer.model_validate_json(reply)
    except ValidationError:
        return None
