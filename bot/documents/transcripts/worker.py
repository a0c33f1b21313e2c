"""The other side of `sealed`: reads one file in a process that may be ended at any moment."""

import json
import resource
import sys
from typing import Any

from pydantic import TypeAdapter

from bot.documents.transcripts.read import read_transcript
from bot.documents.transcripts.reading import Limits, Reading, RefusedError


def main() -> None:
    """Read an order (one line of JSON) and the file from standard input, answer in JSON."""
    order = json.loads(sys.stdin.buffer.readline())
    limits = TypeAdapter(Limits).validate_python(order["limits"])
    confine(limits)
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read(), order["name"], limits))


def answer(content: bytes, name: str | None, limits: Limits) -> bytes:
    """`{"reading": ...}` or `{"refused": reason, "values": ...}`."""
    try:
        reading = read_transcript(content, name, limits)
    except RefusedError as refused:
        return _refusal(refused.reason, refused.values)
    except (MemoryError, RecursionError):
        return _refusal("too_complex", {})
    return b'{"reading": ' + TypeAdapter(Reading).dump_json(reading) + b"}"


def confine(limits: Limits) -> None:
    """Give up what a reader of files does not need. Limits that the system lacks are left out."""
    for kind, most in (
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.answer_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        try:
            _, hard = resource.getrlimit(kind)
            ceiling = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (ceiling, ceiling))
        except (ValueError, OSError):
            # macOS refuses limits of address space; the wall clock outside still holds there.
            continue


def _refusal(reason: str, values: dict[str, Any]) -> bytes:
    return json.dumps({"refused": reason, "values": values}).encode()
