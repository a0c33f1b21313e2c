"""Workers as processes that can be killed: a host that has loaded everything forks one a line.

Reads instants, answers each with the process id of a new worker whose clock begins there.
"""

import asyncio
import os
import signal
import sys
import time
from datetime import datetime, timedelta

from telegram import Bot

from bot.handlers.pace import Pace
from bot.rules.person import load_rulebook
from bot.store.engine import open_records
from bot.store.vault import Vault
from data import HERE
from reminders.delivery import Delivery
from reminders.telegram import telegram_post
from tests.reminders.simulation import as_words

UNHURRIED = Pace(chat_per_second=1000, chat_burst=1000)


async def work(rules, url, api, key, begins):
    records = open_records(url, Vault([key]))
    started = time.monotonic()

    def clock():
        # A second of the test is a minute of the worker's.
        return begins + timedelta(seconds=60 * (time.monotonic() - started))

    async with Bot("4242:AAH", base_url=f"{api}/bot", base_file_url=f"{api}/file/bot") as bot:
        worker = Delivery(records, rules, as_words, telegram_post(bot, UNHURRIED), clock)
        while True:
            await worker.tick()
            await asyncio.sleep(0.01)


def main():
    url, api, key = sys.argv[1:]
    rules = load_rulebook(HERE)
    # The children are reaped by the kernel, so that a killed one is gone at once.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        process = os.fork()
        if not process:
            os.close(0)
            os.close(1)
            asyncio.run(work(rules, url, api, key, datetime.fromisoformat(line.strip())))
            os._exit(3)
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
