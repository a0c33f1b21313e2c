"""A credit that should have come by now: its dialog is reminded of it."""

from bot.errands.outside import Outside
from bot.handlers.errands import Done, Outcome
from bot.store.errands import Errand


async def overdue(outside: Outside, errand: Errand) -> Outcome:
    """The day has come; the dialog looks whether it is still waited for."""
    return Done({"watch": errand.values["watch"]})


RUNNERS = {"watch_overdue": overdue}
