"""The load of the coming days: how many reminders fall on each, and how a backlog runs off.

An upper bound: whether credits are met is known only at sending, so that every stage counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO

from bot.store import reminder_bulk as bulk
from bot.store.engine import Records
from reminders.stages import STAGES

PER_SECOND = 25
"""Reminders a second, all workers together: Telegram takes about 30 messages."""
HOURS = 11
"""From the usual 09:00 to the usual beginning of the quiet hours at 20:00."""
CAPACITY = PER_SECOND * 3600 * HOURS
WARNING = 0.8


@dataclass(frozen=True, slots=True)
class Load:
    """One day: what falls on it by stage, what is sent, and what waits for the next day."""

    day: date
    stages: Mapping[str, int]
    sent: int
    left: int

    @property
    def due(self) -> int:
        """What falls on this day by itself."""
        return sum(self.stages.values())


def forecast(records: Records, first: date, days: int, capacity: int = CAPACITY) -> list[Load]:
    """The load of so many days from `first` on; what is too much for a day waits for the next."""
    offsets = [stage.offset for stage in STAGES if stage.offset is not None]
    earliest = first - timedelta(days=max(offsets))
    latest = first + timedelta(days=days - min(offsets))
    with records.reading() as session:
        ending = bulk.load_by_day(session, earliest, latest)
        halves = bulk.halves_by_day(session, first, first + timedelta(days=days - 1))
    loads: list[Load] = []
    left = 0
    for day in (first + timedelta(days=count) for count in range(days)):
        stages = {
            stage.name: halves.get(day, 0)
            if stage.offset is None
            else ending.get(day - timedelta(days=stage.offset), 0)
            for stage in STAGES
        }
        waiting = left + sum(stages.values())
        sent = min(waiting, capacity)
        left = waiting - sent
        loads.append(Load(day, stages, sent, left))
    return loads


def table(loads: Sequence[Load], capacity: int = CAPACITY) -> str:
    """The loads as lines: day, what is due, what is sent, what waits; heavy days are marked."""
    lines = [f"{'day':<15}{'due':>12}{'sent':>12}{'waiting':>12}"]
    for load in loads:
        mark = "  heavy" if load.due > WARNING * capacity else ""
        lines.append(
            f"{load.day:%a %Y-%m-%d} {load.due:>12,}{load.sent:>12,}{load.left:>12,}{mark}"
        )
    total = sum(load.due for load in loads)
    lines.append(f"{'together':<15}{total:>12,}   (a day takes {capacity:,})")
    return "\n".join(lines)


def picture(loads: Sequence[Load], capacity: int = CAPACITY) -> bytes:
    """The loads as a PNG: a bar a day, stacked by stage, and the line of what a day takes."""
    from matplotlib import colormaps
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4.5), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    colors = colormaps["viridis"]
    days = [load.day for load in loads]
    floor = [0] * len(loads)
    for place, stage in enumerate(STAGES):
        heights = [load.stages[stage.name] for load in loads]
        shade = colors(place / (len(STAGES) - 1))
        axes.bar(days, heights, bottom=floor, width=0.9, color=shade, label=stage.name)  # type: ignore[arg-type]
        floor = [low + high for low, high in zip(floor, heights, strict=True)]
    if max(floor, default=0) > capacity / 2:
        axes.axhline(capacity, color="tab:red", linewidth=1, label="a day takes")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylabel("reminders (at most)")
    axes.set_title("Reminders a day")
    axes.legend(ncols=2, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    axes.margins(x=0.01)
    figure.autofmt_xdate()
    buffer = BytesIO()
    FigureCanvasAgg(figure).print_figure(buffer, format="png")
    return buffer.getvalue()
