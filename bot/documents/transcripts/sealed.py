"""Foreign files are read in a process of their own, without secrets and within limits.

A file can hurt only the process that reads it: time, memory, the number of open files and the
length of the answer are bounded there, its environment is empty, and what it answers is checked
like any other foreign text.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.documents.transcripts.reading import FileReason, Limits, Reading, RefusedError

_ROOT = Path(__file__).parents[3]
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    "from bot.documents.transcripts.worker import main; main()"
)


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
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as reply:
        question.write(json.dumps(order).encode() + b"\n" + content)
        question.seek(0)
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
                [sys.executable, "-I", "-B", "-c", _START, str(_ROOT)],
                stdin=question,
                stdout=reply,
                stderr=subprocess.DEVNULL,
                env={},
                cwd=tempfile.gettempdir(),
                timeout=limits.wall_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise RefusedError("too_complex") from late
        reply.seek(0)
        answer = _parse(reply.read(limits.answer_bytes + 1))
    if done.returncode != 0 or answer is None:
        raise RefusedError("too_complex" if done.returncode else "damaged")
    if answer.reading is None:
        raise RefusedError(answer.refused or "damaged", **answer.values)
    return answer.reading


def _parse(reply: bytes) -> _Answer | None:
    try:
        return _Answer.model_validate_json(reply)
    except ValidationError:
        return None
