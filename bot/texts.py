"""The texts a physician reads: TOML files of Jinja2 templates, one file a dialog.

A text's key is the file's name and the path of tables inside it: `complaint.what.ask` is `ask` in
the table `[what]` of `complaint.toml`. Message texts are HTML with every value escaped; labels
(buttons, notices, commands) are plain.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property, partial
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def plain_day(day: date) -> str:
    """`February 28, 2027`."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def full_day(day: date) -> str:
    """`Sunday, February 28, 2027`, as every deadline is written."""
    return f"{WEEKDAYS[day.weekday()]}, {plain_day(day)}"


def short_day(day: date) -> str:
    """`Sat, Jan 9`, where a button has room for no more."""
    return f"{WEEKDAYS[day.weekday()][:3]}, {MONTHS[day.month - 1][:3]} {day.day}"


def month(value: str | None) -> str:
    """`September 2026` from `2026-09` or `2026-09-17`; "an unknown month" from nothing."""
    if not value:
        return "an unknown month"
    parts = value.split("-")
    if len(parts) < 2 or not parts[1].isdigit():  # noqa: PLR2004
        return value
    return f"{MONTHS[int(parts[1]) - 1]} {parts[0]}"


def number(value: Decimal | float) -> str:
    """A figure without idle zeros: 2, 1.5, 0.25."""
    amount = value if isinstance(value, Decimal) else Decimal(str(value))
    return f"{amount.normalize():f}"


def hours(value: Decimal | float) -> str:
    """`2 h`, with a space that does not break."""
    return f"{number(value)}\u00a0h"


def days(count: int) -> str:
    """`1 day`, `97 days`."""
    return f"{count} day" if count == 1 else f"{count:,} days"


def clock(instant: datetime | time) -> str:
    """`7:12 a.m.`, `noon`; the instant is given in the physician's zone."""
    if (instant.hour, instant.minute) in {(0, 0), (12, 0)}:
        return "noon" if instant.hour else "midnight"
    half = "a.m." if instant.hour < 12 else "p.m."  # noqa: PLR2004
    minute = f":{instant.minute:02}" if instant.minute else ""
    return f"{instant.hour % 12 or 12}{minute} {half}"


def count(value: int, one: str, many: str) -> str:
    """`1 activity`, `9 activities`."""
    return f"{value:,} {one if value == 1 else many}"


def listed(words: list[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:  # noqa: PLR2004
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def link(url: str, label: str) -> Markup:
    """A link in Telegram's HTML, both parts escaped."""
    return Markup('<a href="{}">{}</a>').format(url, label)


def ended(text: str) -> str:
    """With a full stop, unless there is one: `at noon.`, `at 9 a.m.`."""
    return text if text.endswith(".") else f"{text}."


FILTERS = {
    "day": full_day,
    "plain_day": plain_day,
    "short_day": short_day,
    "month": month,
    "number": number,
    "hours": hours,
    "days": days,
    "clock": clock,
    "count": count,
    "ended": ended,
    "listed": listed,
    "link": link,
}


class Texts:
    """All texts of one language; a language is a folder of TOML files."""

    def __init__(self, folder: Path) -> None:
        self.sources = dict(_read(folder))
        self._html = _environment(autoescape=True)
        self._plain = _environment(autoescape=False)
        self._compiled: dict[tuple[bool, str], Any] = {}

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(self.sources)

    def html(self, key: str, values: Mapping[str, Any]) -> str:
        """The text in Telegram's HTML; KeyError for an unknown key, UndefinedError for a value
        that the text needs and did not get.
        """
        return _tidy(self._template(key, plain=False).render(values))

    def label(self, key: str, values: Mapping[str, Any]) -> str:
        """The text as plain characters, for buttons, notices and commands."""
        return " ".join(self._template(key, plain=True).render(values).split())

    def _within(
        self, key: str, values: Mapping[str, Any] | None = None, *, plain: bool
    ) -> Markup | str:
        """`{{ text("faq.button.open") }}`: one text inside another."""
        rendered = self._template(key, plain=plain).render(values or {})
        return rendered if plain else Markup(rendered)  # noqa: S704 - rendered with autoescape

    def _template(self, key: str, *, plain: bool) -> Any:
        if (plain, key) not in self._compiled:
            environment = self._plain if plain else self._html
            named = {"text": partial(self._within, plain=plain)}
            self._compiled[plain, key] = environment.from_string(self.sources[key], named)
        return self._compiled[plain, key]


def plain(html: str) -> str:
    """Telegram's HTML as plain words, for scripts and logs of tests."""
    return unescape(re.sub(r"<[^>]+>", "", html))


def _environment(*, autoescape: bool) -> Environment:
    environment = Environment(
        autoescape=autoescape,  # noqa: S701 - labels and notices are plain text to Telegram
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.filters["e"] = escape
    return environment


def _tidy(html: str) -> str:
    """Lines without idle space, at most one blank line in a row."""
    lines: list[str] = []
    for line in html.strip().splitlines():
        stripped = line.rstrip()
        if stripped or (lines and lines[-1]):
            lines.append(stripped)
    return "\n".join(lines)


def _read(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.toml")):
        with path.open("rb") as file:
            yield from _flat(path.stem, tomllib.load(file))


def _flat(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, str):
            yield f"{prefix}.{name}", value
        else:
            yield from _flat(f"{prefix}.{name}", value)
