"""Following a complaint: what the hub says of it, and a word every thirty days while it is open."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

from bot.dialogs.complaints import NOTE_AFTER
from bot.errands.complaint_delivery import FOLLOWED_EVERY
from bot.errands.outside import Outside, OutsideRunner
from bot.handlers.errands import Again, Done, Outcome
from bot.hub.complaints import ComplaintReceipt, complaint_status
from bot.hub.errors import HubError
from bot.model import ComplaintStatus
from bot.store import complaints as store
from bot.store.complaints import Filed
from bot.store.errands import Errand

STATUSES: Mapping[str, ComplaintStatus] = {
    "received": "sent",
    "in_review": "in_review",
    "closed": "closed",
    "withdrawn": "withdrawn",
}
LONGEST_PAUSE = timedelta(days=1)

logger = logging.getLogger(__name__)


async def follow(outside: Outside, errand: Errand) -> Outcome:
    """Ask the hub where a complaint stands; what changed is told to its author."""
    number = str(errand.values["number"])
    one = await asyncio.to_thread(_read, outside, number)
    if one is None or not one.open or one.hub_id is None or outside.hub is None:
        return Done()
    try:
        receipt = await complaint_status(outside.hub, one.hub_id)
    except (HubError, OSError) as error:
        logger.warning("complaint %s is followed later: %s", number, type(error).__name__)
        return Again(FOLLOWED_EVERY, errand.values)
    changed = await asyncio.to_thread(_noted, outside, one, receipt)
    status = STATUSES[receipt.status]
    if not changed:
        return Again(FOLLOWED_EVERY, errand.values)
    told = {"number": number, "news": _news(status), "at": outside.clock().isoformat()}
    if status in ("closed", "withdrawn"):
        return Done(told)
    return Again(FOLLOWED_EVERY, errand.values, told)


def _news(status: ComplaintStatus) -> str:
    return "open" if status == "sent" else status


def _noted(outside: Outside, one: Filed, receipt: ComplaintReceipt) -> bool:
    at = outside.clock()
    with outside.records.writing() as session:
        status = STATUSES[receipt.status]
        return store.note_status(session, one.number, status, receipt.message, at)


async def note(outside: Outside, errand: Errand) -> Outcome:
    """Nothing was said of an open complaint for thirty days: say that it is still open."""
    number = str(errand.values["number"])
    one = await asyncio.to_thread(_read, outside, number)
    if one is None or not one.open or errand.chat_id is None:
        return Done()
    now = outside.clock()
    quiet = now - one.told_at
    if quiet < NOTE_AFTER:
        return Again(NOTE_AFTER - quiet, errand.values)
    told = {"number": number, "news": "open", "at": now.isoformat()}
    return Again(
        NOTE_AFTER,
        errand.values,
        told,
        store=lambda session: store.note_told(session, number, now),
    )


def _read(outside: Outside, number: str) -> Filed | None:
    with outside.records.reading() as session:
        return next(iter(store.filed(session, number)), None)


RUNNERS: Mapping[str, OutsideRunner] = {"follow_complaint": follow, "note_complaint": note}
