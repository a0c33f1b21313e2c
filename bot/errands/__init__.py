"""What turns want of the outside world, one module a kind; `bot.handlers.errands` runs them.

To add one: a module with `RUNNERS` (errand name -> runner), and its word below.
"""

from collections.abc import Mapping
from functools import partial

from bot.errands import (
    complaint_copy,
    complaint_delivery,
    complaint_following,
    complaint_tidying,
    evidence,
    exporting,
    linking,
    reading,
    record,
    timers,
    watching,
)
from bot.errands.outside import Outside, OutsideRunner
from bot.handlers.errands import Runner

ALL: Mapping[str, OutsideRunner] = {
    name: run
    for module in (
        complaint_copy,
        complaint_delivery,
        complaint_following,
        complaint_tidying,
        evidence,
        exporting,
        linking,
        reading,
        record,
        timers,
        watching,
    )
    for name, run in module.RUNNERS.items()
}


def runners(outside: Outside) -> Mapping[str, Runner]:
    """Every errand's runner, ready to be called with an errand."""
    return {name: partial(run, outside) for name, run in ALL.items()}
