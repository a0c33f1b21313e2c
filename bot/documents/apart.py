"""A process of its own for what is done with a foreign file: no environment, a time limit.

The file can hurt only that process. The limits on memory, processor time and open files are the
process's own first act (`bot.documents.transcripts.worker.confine`).
"""

import subprocess
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def run_apart(module: str, question: bytes, seconds: float, most_bytes: int) -> bytes | None:
    """What `main` of a module answers on standard output to a question on standard input.

    At most `most_bytes` and one are given, so that too much can be told. None where the process
    took more than `seconds` or ended badly.
    """
    start = f"import sys; sys.path.insert(0, sys.argv[1]); from {module} import main; main()"
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as reply:
        asked.write(question)
        asked.seek(0)
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
                [sys.executable, "-I", "-B", "-c", start, str(_ROOT)],
                stdin=asked,
                stdout=reply,
                stderr=subprocess.DEVNULL,
                env={},
                cwd=tempfile.gettempdir(),
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
        reply.seek(0)
        return None if done.returncode else reply.read(most_bytes + 1)
