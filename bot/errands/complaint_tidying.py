"""Once a day: what was kept for long enough goes, and nothing that waits is forgotten."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.dialogs.complaints import delivery
from bot.dialogs.form import KEPT_DAYS
from bot.errands.outside import Outside, OutsideRunner
from bot.handlers.errands import Again, Outcome
from bot.model import RunErrand
from bot.store import complaints as store
from bot.store.errands import Errand, put_errand, waiting_errand
from bot.store.files import tidy_evidence

EVERY = timedelta(days=1)
KEY = "tidy_complaints"

logger = logging.getLogger(__name__)


async def tidy(outside: Outside, errand: Errand) -> Outcome:
    try:
        await asyncio.to_thread(_tidied, outside)
    except Exception as error:  # noqa: BLE001 - it is run again tomorrow, whatever it was
        logger.error("complaints are tidied later: %s", type(error).__name__)  # noqa: TRY400
    return Again(EVERY)


def _tidied(outside: Outside) -> None:
    now = outside.clock()
    with outside.records.writing() as session:
        for number in store.erase_overdue(session, now.date()):
            logger.warning("complaint %s was erased: its time of keeping is over", number)
        store.tidy_accesses(session, now - store.KEPT_OPEN - store.KEPT_OVER)
        tidy_evidence(session, now - timedelta(days=KEPT_DAYS + 1))
        for one in store.filed(session):
            wanted = delivery(one.number, first=True)
            if one.status == "waiting" and waiting_errand(session, str(wanted.key)) is None:
                logger.error("complaint %s had no delivery under way; it has now", one.number)
                put_errand(session, one.chat_id, wanted, now)


def begun(session: Session, now: datetime) -> None:
    """See to it that the daily errand waits; called at each start."""
    if waiting_errand(session, KEY) is None:
        put_errand(session, None, RunErrand(KEY, "complaints", {}, KEY, outlives=True), now)


RUNNERS: Mapping[str, OutsideRunner] = {KEY: tidy}
