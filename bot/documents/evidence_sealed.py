"""Evidence is taken apart in a process of its own, without secrets and within limits."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import cast, get_args

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

_ROOT = Path(__file__).parents[2]
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    "from bot.documents.evidence_sealed import main; main()"
)
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
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as reply:
        question.write(content)
        question.seek(0)
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
                [sys.executable, "-I", "-B", "-c", _START, str(_ROOT)],
                stdin=question,
                stdout=reply,
                stderr=subprocess.DEVNULL,
                env={},
                cwd=tempfile.gettempdir(),
                timeout=_LIMITS.wall_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise EvidenceRefusedError("too_complex") from late
        reply.seek(0)
        answer, _, made = reply.read().partition(b"\n")
    if done.returncode:
        raise EvidenceRefusedError("too_complex")
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
