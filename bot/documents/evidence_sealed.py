"""Evidence is taken apart in a process of its own, without secrets and within limits."""

import json
import sys
from typing import cast, get_args

from bot.documents.apart import run_apart
from bot.documents.evidence import (
    ENDINGS,
    MOST_BYTES,
    Evidence,
    EvidenceRefusedError,
    Reason,
    cleaned,
)
from bot.documents.transcripts.reading import Limits
from bot.documents.transcripts.worker import confine

_LIMITS = Limits(answer_bytes=MOST_BYTES + 100_000, wall_seconds=40, cpu_seconds=30)


def cleaned_sealed(content: bytes) -> Evidence:
    """What `cleaned` makes of a file, without trusting it. Blocks for forty seconds at most.

    Raises `EvidenceRefusedError`; `too_complex` is a file that took more time or memory than any
    evidence needs.
    """
    if not content:
        raise EvidenceRefusedError("empty")
    if len(content) > MOST_BYTES:
        raise EvidenceRefusedError("too_large")
    reply = run_apart(__name__, content, _LIMITS.wall_seconds, _LIMITS.answer_bytes)
    if reply is None or len(reply) > _LIMITS.answer_bytes:
        raise EvidenceRefusedError("too_complex")
    answer, _, made = reply.partition(b"\n")
    told = json.loads(answer)
    if told.get("refused") in get_args(Reason):
        raise EvidenceRefusedError(cast("Reason", told["refused"]))
    if told.get("mime") not in ENDINGS or not made:
        raise EvidenceRefusedError("damaged")
    return Evidence(told["mime"], made)


def main() -> None:
    """Read a file from standard input; answer one line of JSON, and the file written anew."""
    confine(_LIMITS)
    sys.stdout.buffer.write(_answer(sys.stdin.buffer.read()))


def _answer(content: bytes) -> bytes:
    try:
        made = cleaned(content)
    except EvidenceRefusedError as refused:
        return json.dumps({"refused": refused.reason}).encode() + b"\n"
    except (MemoryError, RecursionError):
        return json.dumps({"refused": "too_complex"}).encode() + b"\n"
    return json.dumps({"mime": made.mime}).encode() + b"\n" + made.content
