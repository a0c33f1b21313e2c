"""The whole bot as processes that can be killed: a host that has loaded all forks one per line.

A line is JSON: the settings as variables, and how far the bot's clock is ahead in seconds. The
answer is the process id.
"""

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta

from bot.app import running
from bot.handlers.pace import Pace
from bot.settings import Settings


async def serve(variables, ahead):
    import bot.handlers.errands
    import bot.handlers.rim

    unhurried = Pace(chat_per_second=1000, chat_burst=1000)
    bot.handlers.rim.Pace = lambda: unhurried
    bot.handlers.rim.DUE_EVERY = 0.02
    # What a killed process had under way is taken up by the next one at once.
    bot.handlers.errands.LEASE = timedelta(seconds=0.3)
    ended = asyncio.get_running_loop().create_future()

    def end(error):
        ended.set_exception(error)

    def clock():
        return datetime.now(UTC) + timedelta(seconds=ahead)

    async with running(Settings(_env_file=None, **variables), end, clock):
        await ended


def main():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        process = os.fork()
        if not process:
            os.close(0)
            os.close(1)
            told = json.loads(line)
            asyncio.run(serve(told["variables"], told["ahead"]))
            os._exit(3)
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    # Loaded before the first fork, so that a new process is there in a moment.
    import bot.assistant
    import bot.dialogs
    import bot.documents.evidence_sealed  # noqa: F401

    main()
