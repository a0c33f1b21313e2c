"""The outside world as errands reach it, built once by the composition root."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from telegram import Bot

from bot.dialogs.knowledge import Knowledge
from bot.handlers.errands import Outcome
from bot.hub.client import HubClient
from bot.settings import Settings
from bot.store.catalog import Catalog
from bot.store.engine import Records
from bot.store.errands import Errand


@dataclass(frozen=True, slots=True)
class Outside:
    """What errands may use; `hub` is None where no hub is set."""

    records: Records
    catalog: Catalog
    knowledge: Knowledge
    bot: Bot
    hub: HubClient | None
    settings: Settings
    clock: Callable[[], datetime]


OutsideRunner = Callable[[Outside, Errand], Awaitable[Outcome]]
