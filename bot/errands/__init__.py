"""What turns want of the outside world, one module a kind; `bot.handlers.errands` runs them.

To add one: a module with `RUNNERS` (errand name -> runner), and its word below.
"""

from collections.abc import Mapping
from functools import partial

from bot.errands import exporting, linking, reading, record, watching
from bot.errands.outside import Outside, OutsideRunner
from bot.handlers.errands import Runner

ALL: Mapping[str, OutsideRunner] = {
    **reading.RUNNERS,
    **exporting.RUNNERS,
    **linking.RUNNERS,
    **record.RUNNERS,
    **watching.RUNNERS,
}


def runners(outside: Outside) -> Mapping[str, Runner]:
    """Every errand's runner, ready to be called with an errand."""
    return {name: partial(run, outside) for name, run in ALL.items()}
