"""One sync in a process of its own that kills itself (SIGKILL) at its first page.

Arguments: the hub's address, the catalog's file, records a page, and the moment: `asked` (before
the page is stored), `half` (in the middle of its transaction), `stored` (right after it), or
`never`.
"""

import asyncio
import os
import signal
import sys
from itertools import islice

from bot.hub.client import HubClient
from bot.hub.sync import sync_activities
from bot.store.catalog import open_catalog
from sandbox.hub import CLIENT_ID


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def half(activities):
    """The first half; whoever asks for more is dead."""
    yield from islice(activities, len(activities) // 2)
    die()


class Mortal:
    """The real catalog, whose process dies at the moment."""

    def __init__(self, catalog, moment):
        self.catalog, self.moment = catalog, moment

    def sync_state(self):
        return self.catalog.sync_state()

    def apply_page(self, activities, *rest):
        if self.moment == "asked":
            die()
        self.catalog.apply_page(half(activities) if self.moment == "half" else activities, *rest)
        if self.moment == "stored":
            die()


async def main(url, path, page_size, moment):
    catalog = open_catalog(path)
    async with HubClient(url, client_id=CLIENT_ID) as client:
        report = await sync_activities(client, Mortal(catalog, moment), page_size=int(page_size))
    catalog.close()
    return 0 if report.complete else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
