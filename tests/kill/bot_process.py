"""The bot as processes that can be killed: a host that has loaded everything forks one per line.

Reads `start` lines, answers each with the process id of a new bot. The bot is the real rim with
real polling; it keeps each text as a credit and says it back.
"""

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from decimal import Decimal

from bot.assistant import Turn
from bot.handlers.errors import EndError
from bot.handlers.pace import Pace
from bot.handlers.reception import Pulse, initialized, made_bot, reception
from bot.handlers.rim import rim
from bot.handlers.turns import Mind
from bot.model import AddCredit, Credit, Outgoing
from bot.store.engine import open_records
from bot.store.vault import Vault

UNHURRIED = Pace(chat_per_second=1000, chat_burst=1000)


def clock():
    return datetime.now(UTC)


def respond(incoming, physician, conversation, now):
    kept = AddCredit(Credit(incoming.text, date(2026, 11, 1), Decimal(1)))
    return Turn((Outgoing("message", f"got {incoming.text}"),), (kept,), conversation)


def apologize(incoming, conversation, reference):
    return Turn((Outgoing("message", f"sorry {incoming.text}"),), (), conversation)


async def serve(url, api, key):
    records = open_records(url, Vault([key]))
    ended = asyncio.get_running_loop().create_future()

    def end(error: EndError):
        if not ended.done():
            ended.set_result(error)

    async with AsyncExitStack() as stack:
        bot = made_bot("4242:AAH", api, Pulse(clock))
        await stack.enter_async_context(initialized(bot))
        mind = Mind(respond, apologize, clock)
        whole = await stack.enter_async_context(rim(records, mind, bot, end, UNHURRIED))
        await stack.enter_async_context(reception(bot, whole.inbox, None, end))
        await ended


def main():
    # The children are reaped by the kernel, so that a killed one is gone at once.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        process = os.fork()
        if not process:
            os.close(0)
            os.close(1)
            asyncio.run(serve(*sys.argv[1:]))
            os._exit(3)
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
