"""Waiting: an errand that does nothing but come back when it is due, with what it was given."""

from collections.abc import Mapping

from bot.errands.outside import Outside, OutsideRunner
from bot.handlers.errands import Done, Outcome
from bot.store.errands import Errand


async def wait(outside: Outside, errand: Errand) -> Outcome:
    return Done(dict(errand.values))


RUNNERS: Mapping[str, OutsideRunner] = {"wait": wait}
