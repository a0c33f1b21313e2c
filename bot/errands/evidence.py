"""Fetching a file of a complaint: from Telegram, checked and written anew, kept sealed."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

from telegram.error import TelegramError

from bot.documents.evidence import Evidence, EvidenceRefusedError, file_name
from bot.documents.evidence_sealed import cleaned_sealed
from bot.errands.fetching import GoneError, TooLargeError, fetched
from bot.errands.outside import Outside, OutsideRunner
from bot.handlers.errands import Again, Done, Outcome
from bot.store.errands import Errand
from bot.store.files import KeptFile, NewFile, keep_file

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (2, 10, 60, 300, 900))
"""Between attempts to get a file; after the last the physician is asked to send it again."""

AT_ONCE = asyncio.Semaphore(2)
"""Files taken apart side by side: each costs a process."""

logger = logging.getLogger(__name__)


async def fetch(outside: Outside, errand: Errand) -> Outcome:
    """Get a file and keep it if it is clean.

    Kept before this is settled: the same content is kept once, so a second run finds it.
    """
    values = errand.values
    token = {"token": values["token"]}
    if errand.chat_id is None:
        return Done()
    try:
        content = await fetched(outside.bot, values["file_id"], values.get("size"))
        async with AT_ONCE:
            clean = await asyncio.to_thread(cleaned_sealed, content)
    except EvidenceRefusedError as refused:
        return Done({**token, "problem": refused.reason})
    except TooLargeError:
        return Done({**token, "problem": "too_large"})
    except GoneError:
        return Done({**token, "problem": "gone"})
    except (TelegramError, TimeoutError, OSError) as error:
        logger.warning("a file is fetched later: %s", type(error).__name__)
        if errand.attempts >= len(PAUSES):
            return Done({**token, "problem": "gone"})
        return Again(PAUSES[errand.attempts])
    kept = await asyncio.to_thread(_kept, outside, errand, clean)
    known = {"kept": kept.id, "mime": kept.mime, "size": kept.size, "sha256": kept.sha256}
    return Done({**token, **known, "name": kept.name})


def _kept(outside: Outside, errand: Errand, clean: Evidence) -> KeptFile:
    assert errand.chat_id is not None
    name = file_name(errand.values.get("name"), clean.mime, errand.id)
    about = ("evidence", str(errand.values["subject"]))
    with outside.records.writing() as session:
        file = NewFile(name, clean.mime, clean.content)
        return keep_file(session, errand.chat_id, about, file, outside.clock())


RUNNERS: Mapping[str, OutsideRunner] = {"fetch_evidence": fetch}
