"""Pictures of a standing for the chat: how far each rule is, and the pace over the cycle.

Drawn on a card of their own, so that they read alike on light and dark chats. Every state is said
by a word and a sign, never by color alone; the caption in the chat gives the same figures.
"""

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from bot.documents import wording
from bot.model import RuleStanding, Standing, State
from bot.texts import month

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 1000
"""Pixels; on a phone, text of such a picture is as large as a message's."""

DPI = 100
MOST_RULES = 14
CARD, INK, GREY, TRACK = "#ffffff", "#1b2430", "#5d6875", "#e3e8ee"
COLORS = {
    State.MET: "#1a7f4b",
    State.NOT_MET: "#c2410c",
    State.NOT_YET_KNOWN: "#8a6d00",
    State.DOES_NOT_APPLY: GREY,
}
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 25, 19, 15
"""In points at 72 an inch; 19 points are 26 pixels here."""

PLOT_SIZE = 22
"""Inside the picture of the pace, which has few words and room for large ones."""

LEFT, RIGHT, BAR_END = 40, 960, 500
LINE, BAR = 32, 24
LONGEST_HEAD = 42
"""Characters of a board's name at full size; longer names are set smaller."""

WRAP = 66
"""Characters of a rule's title on one line."""


def progress_chart(standing: Standing) -> bytes:
    """One bar a rule as PNG: what there is of what is needed, with the state in words.

    Rules that do not apply are counted below, not drawn.
    """
    applying = [rule for rule in standing.rules if rule.state is not State.DOES_NOT_APPLY]
    drawn = applying[:MOST_RULES]
    titles = [textwrap.wrap(rule.title, WRAP)[:2] or [""] for rule in drawn]
    notes = _notes(standing, len(applying) - len(drawn))
    heights = [len(title) * LINE + BAR + 30 for title in titles]
    height = 128 + sum(heights) + 26 * len(notes) + 16
    figure, axes = _card(height)
    _head(axes, standing)
    _write(axes, LEFT, 84, wording.cycle(standing), color=GREY)
    top = 128
    for rule, title, taken in zip(drawn, titles, heights, strict=True):
        _bar(axes, top, rule, title)
        top += taken
    for number, note in enumerate(notes):
        _write(axes, LEFT, top + 14 + 26 * number, note, size=SMALL_SIZE, color=GREY)
    return _png(figure)


@dataclass(frozen=True, slots=True)
class Pace:
    """The figures of a pace: `ahead` of an even one (behind where negative), in quarters."""

    title: str
    have: Decimal
    need: Decimal
    unit: str
    ahead: Decimal


def pace_of(standing: Standing, today: date) -> Pace | None:
    """The pace of the rule with the largest need, which is the total where a board has one.

    None where the cycle or the figure is not known, because there is no pace to hold then.
    """
    first, last = standing.cycle.first_day, standing.cycle.last_day
    rule = _paced(standing)
    if first is None or last is None or rule is None or not rule.need or last <= first:
        return None
    passed = min(max((today - first).days, 0), (last - first).days)
    behind = (rule.need * passed / (last - first).days - rule.have) * 4
    ahead = -behind.to_integral_value(ROUND_CEILING) / 4
    return Pace(rule.title, rule.have, rule.need, rule.unit, ahead)


def pace_chart(standing: Standing, today: date) -> bytes | None:
    """Counted credits over the cycle against an even pace, as PNG; None where `pace_of` is."""
    pace, rule = pace_of(standing, today), _paced(standing)
    first, last = standing.cycle.first_day, standing.cycle.last_day
    if pace is None or rule is None or first is None or last is None:
        return None
    figure, axes = _card(620)
    _head(axes, standing)
    summary = f"{rule.title}: {wording.figures(rule)}, {_pace_words(pace)}"
    for number, line in enumerate(textwrap.wrap(summary, 62)[:2]):
        _write(axes, LEFT, 90 + 34 * number, line, size=PLOT_SIZE, color=GREY)
    plot = figure.add_axes((0.085, 0.1, 0.875, 0.66))
    _pace_lines(plot, rule, first, last, today)
    return _png(figure)


def _paced(standing: Standing) -> RuleStanding | None:
    asking = (rule for rule in standing.rules if rule.need and not rule.is_cap)
    return max(asking, key=lambda rule: rule.need or 0, default=None)


# ── one rule ────────────────────────────────────────────────────────────────────────────────


def _bar(axes: "Axes", top: float, rule: RuleStanding, title: Sequence[str]) -> None:
    from matplotlib.patches import FancyBboxPatch

    for number, line in enumerate(title):
        _write(axes, LEFT, top + 12 + LINE * number, line)
    y, color = top + LINE * len(title), GREY if rule.is_cap else COLORS[rule.state]
    length = BAR_END - LEFT

    def strip(width: float, **look: Any) -> None:
        rounded = f"round,pad=0,rounding_size={min(BAR, width) / 2}"
        axes.add_patch(FancyBboxPatch((LEFT, y), width, BAR, boxstyle=rounded, **look))

    strip(length, facecolor=TRACK, edgecolor="none")
    if rule.state is State.NOT_YET_KNOWN:
        strip(length, facecolor="none", edgecolor="#b9c2cc", hatch="//", linewidth=0)
    if share := _share(rule):
        strip(max(length * share, BAR / 2), facecolor=color, edgecolor="none")
    state = f"{wording.sign(rule)} {wording.state(rule)}"
    _write(axes, BAR_END + 22, y + BAR / 2, wording.figures(rule))
    _write(axes, RIGHT, y + BAR / 2, state, color=color, weight="bold", align="right")


def _figures(rule: RuleStanding) -> str:
    """`42 of 48 h`, as the caption says it; a cap asks for nothing, so only its use is said."""
    if rule.is_cap:
        return f"{wording.amount(rule.have)} used"
    said = wording.figures(rule)
    return f"{said} h" if said and rule.unit == "credits" else said


def _share(rule: RuleStanding) -> float:
    if not rule.need:
        return 1.0 if rule.state is State.MET else 0.0
    return float(min(rule.have / rule.need, Decimal(1)))


def _notes(standing: Standing, more: int) -> list[str]:
    idle = sum(rule.state is State.DOES_NOT_APPLY for rule in standing.rules)
    return list(
        filter(
            None,
            [
                f"{more} more in the text." if more > 0 else "",
                f"{idle} more {'does' if idle == 1 else 'do'} not apply." if idle else "",
                "Counted from what is on record so far."
                + (
                    f" Rules as of {month(standing.as_of)}; the board decides."
                    if standing.as_of
                    else ""
                ),
            ],
        )
    )


# ── the pace ────────────────────────────────────────────────────────────────────────────────


def _pace_lines(plot: "Axes", rule: RuleStanding, first: date, last: date, today: date) -> None:
    from matplotlib import dates

    need = float(rule.need or 0)
    days, totals = _steps(rule, first, last, today)
    start, end, now = map(_number, (first, last, today))
    xs = [_number(day) for day in days]
    plot.plot([start, end], [0, need], "--", color=GREY, linewidth=2.5)
    plot.fill_between(xs, totals, step="post", color="#2b6cb0", alpha=0.18, linewidth=0)
    plot.step(xs, totals, where="post", color="#2b6cb0", linewidth=4)
    plot.plot(xs[-1], totals[-1], "o", color="#2b6cb0", markersize=11)
    ceiling = max(need, totals[-1]) * 1.16
    plot.annotate(
        "even pace", (start + (end - start) * 0.34, need * 0.34), (-14, 6),
        textcoords="offset points", color=GREY, fontsize=PLOT_SIZE, ha="right",
    )  # fmt: skip
    if start <= now <= end:
        plot.axvline(now, color=INK, linewidth=1.2, linestyle=":")
        side = "right" if now > (start + end) / 2 else "left"
        plot.annotate(
            "today", (now, ceiling), (-6 if side == "right" else 6, -18),
            textcoords="offset points", color=INK, fontsize=PLOT_SIZE, ha=side,
        )  # fmt: skip
    plot.set_xlim(start, end)
    plot.set_ylim(0, ceiling)
    units: Any = dates
    locator = units.AutoDateLocator(minticks=3, maxticks=6)
    plot.xaxis.set_major_locator(locator)
    plot.xaxis.set_major_formatter(units.ConciseDateFormatter(locator))
    plot.tick_params(labelsize=PLOT_SIZE, colors=GREY, length=0)
    plot.grid(axis="y", color=TRACK)
    plot.set_axisbelow(True)
    for side in ("top", "right", "left"):
        plot.spines[side].set_visible(False)
    plot.spines["bottom"].set_color("#b9c2cc")


def _number(day: date) -> float:
    """A day on matplotlib's axis, which counts from 1970."""
    return float(day.toordinal() - date(1970, 1, 1).toordinal())


def _steps(
    rule: RuleStanding, first: date, last: date, today: date
) -> tuple[list[date], list[float]]:
    """Days and running totals; what was carried over stands at the cycle's first day."""
    counted = sorted(rule.counted, key=lambda item: item.credit.completed_on)
    days = [min(max(item.credit.completed_on, first), last) for item in counted]
    totals = list(accumulate(float(item.amount) for item in counted))
    end = min(max(today, first, *days), last)
    return [first, *days, end], [0.0, *totals, totals[-1] if totals else 0.0]


def _pace_words(pace: Pace) -> str:
    """How far before or behind an even pace, in the rule's own unit."""
    if pace.have >= pace.need:
        return "all there"
    if not pace.ahead:
        return "right at an even pace"
    side = "ahead of" if pace.ahead > 0 else "behind"
    return f"{wording.amount(abs(pace.ahead))} {side} an even pace"


# ── the card ────────────────────────────────────────────────────────────────────────────────


def _card(height: float) -> tuple["Figure", "Axes"]:
    """An empty card whose points are pixels, the origin in the upper left corner."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=CARD)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(height, 0)
    axes.axis("off")
    return figure, axes


def _head(axes: "Axes", standing: Standing) -> None:
    name = wording.holder(standing)
    size = TITLE_SIZE * min(1, LONGEST_HEAD / len(name))
    _write(axes, LEFT, 46, name, size=size, weight="bold")


def _write(
    axes: "Axes",
    x: float,
    y: float,
    text: str,
    *,
    size: float = TEXT_SIZE,
    color: str = INK,
    weight: str = "normal",
    align: str = "left",
) -> None:
    axes.text(
        x, y, text.replace("$", r"\$"), fontsize=size, color=color, fontweight=weight,
        ha=align, va="center",
    )  # fmt: skip


def _png(figure: "Figure") -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    out = io.BytesIO()
    canvas: Any = FigureCanvasAgg(figure)
    canvas.print_png(out, metadata={"Software": None})
    return out.getvalue()
