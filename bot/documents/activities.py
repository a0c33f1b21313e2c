"""Activities read from files: JSON lines, and PARS activity records in XML or the draft JSON.

Which of them a file is, its first characters say. A broken record is handed out as `Unread` with
its line and reason, and the rest is read on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, BinaryIO

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic import ValidationError as Invalid

from bot.hub.ids import activity_id
from bot.model import Activity, CreditOffer

__all__ = ["Unread", "activity_id", "read_activities"]

LONGEST_LINE = 200_000
"""Bytes of one JSON line; an activity with the longest summary has less than a tenth."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that could not be read: its line in the file, from 1, and why."""

    line: int
    reason: str


def read_activities(path: Path | str) -> Iterator[Activity | Unread]:
    """The activities of a file in its order, each as soon as it is read.

    Raises `OSError` where the file cannot be opened; everything else that is wrong with it is
    said in an `Unread`.
    """
    with Path(path).open("rb") as file:
        yield from _read_lines(file)


# ── JSON lines ──────────────────────────────────────────────────────────────────────────────


def _iso_day(value: Any) -> Any:
    # Pydantic would also take a number for seconds since 1970.
    if value is not None and not isinstance(value, str):
        raise ValueError("a date is written YYYY-MM-DD")
    return value


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
_Day = Annotated[date | None, BeforeValidator(_iso_day)]
_Amount = Annotated[Decimal, Field(ge=0, le=100_000, allow_inf_nan=False)]


class _Offer(BaseModel):
    type: _Text
    amount: _Amount | None = None
    board: _Text | None = None


class _Line(BaseModel):
    """The fields of `data/activities.jsonl`; others are passed over."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")] | None = None
    title: _Text
    provider: _Text
    activity_type: _Text | None = None
    format: _Text | None = None
    start_date: _Day = None
    end_date: _Day = None
    city: _Text | None = None
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    credits: tuple[_Offer, ...] = ()
    topics: tuple[_Text, ...] = ()
    specialties: tuple[_Text, ...] = ()
    fee_usd: _Amount | None = None
    open_to_all: bool | None = None
    url: Annotated[str, StringConstraints(pattern=r"^https?://", max_length=2000)] | None = None
    summary: Annotated[str, StringConstraints(max_length=10_000)] | None = None
    source_as_of: _Text | None = None


def _read_lines(file: BinaryIO) -> Iterator[Activity | Unread]:
    taken: dict[str, int] = {}
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            yield Unread(number, f"longer than {LONGEST_LINE} bytes")
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST_LINE)
        elif text := line.removeprefix(b"\xef\xbb\xbf").strip():
            yield _read_line(number, text, taken)


def _read_line(number: int, text: bytes, taken: dict[str, int]) -> Activity | Unread:
    try:
        line = _Line.model_validate_json(text)
    except Invalid as wrong:
        return Unread(number, reason_of(wrong))
    if line.start_date and line.end_date and line.end_date < line.start_date:
        return Unread(number, "it ends before it starts")
    return Activity(
        id=line.id or free_id(line.title, line.provider, taken),
        title=line.title,
        provider=line.provider,
        activity_type=line.activity_type,
        format=line.format,
        start_date=line.start_date,
        end_date=line.end_date,
        city=line.city,
        state=line.state,
        credits=tuple(CreditOffer(one.type, one.amount, one.board) for one in line.credits),
        topics=line.topics,
        specialties=line.specialties,
        fee_usd=line.fee_usd,
        open_to_all=line.open_to_all,
        url=line.url,
        summary=line.summary,
        source_as_of=line.source_as_of,
    )


def reason_of(wrong: Invalid) -> str:
    """The first thing that is wrong, with the field's name."""
    first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]


def free_id(title: str, provider: str, taken: dict[str, int]) -> str:
    """The id for this title of this provider, another one where it is another activity's.

    Among 200,000 activities some twenty share their nine digits by chance; `taken` remembers
    for one file whose they are.
    """
    whose = hash((title, provider))
    found = activity_id(title, provider)
    attempt = 1
    while taken.setdefault(found, whose) != whose:
        attempt += 1
        found = activity_id(title, f"{provider}\n{attempt}")
    return found
