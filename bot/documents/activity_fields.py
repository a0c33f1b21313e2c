"""The fields of an activity as files give them, checked, and the activity they make."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic import ValidationError as Invalid

from bot.hub.ids import activity_id
from bot.model import Activity, CreditOffer


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that could not be read: its line in the file, from 1, and why.

    `last`: the file could not be read any further, whatever else is in it.
    """

    line: int
    reason: str
    last: bool = field(default=False, compare=False)


def _iso_day(value: Any) -> Any:
    # Pydantic would also take a number for seconds since 1970.
    if value is not None and not isinstance(value, str):
        raise ValueError("a date is written YYYY-MM-DD")
    return value


def _id_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_Id = Annotated[
    str, BeforeValidator(_id_text), StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,23}$")
]
"""PARS has nine digits; files from elsewhere may have ids that a button can hold."""

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
_Day = Annotated[date | None, BeforeValidator(_iso_day)]
_Amount = Annotated[Decimal, Field(ge=0, le=100_000, allow_inf_nan=False)]


class OfferFields(BaseModel):
    """One credit that an activity gives."""

    type: _Text
    amount: _Amount | None = None
    board: _Text | None = None


class ActivityFields(BaseModel):
    """The fields of `data/activities.jsonl`; others are passed over."""

    model_config = ConfigDict(extra="ignore")

    id: _Id | None = None
    title: _Text
    provider: _Text
    activity_type: _Text | None = None
    format: _Text | None = None
    start_date: _Day = None
    end_date: _Day = None
    city: _Text | None = None
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    credits: tuple[OfferFields, ...] = ()
    topics: tuple[_Text, ...] = ()
    specialties: tuple[_Text, ...] = ()
    fee_usd: _Amount | None = None
    open_to_all: bool | None = None
    url: Annotated[str, StringConstraints(pattern=r"^https?://", max_length=2000)] | None = None
    summary: Annotated[str, StringConstraints(max_length=10_000)] | None = None
    source_as_of: _Text | None = None


def activity_from(fields: ActivityFields, taken: dict[str, int]) -> Activity:
    """The activity; `taken` are the ids given in the same file so far, see `free_id`.

    Raises `ValueError` where it would end before it starts.
    """
    if fields.start_date and fields.end_date and fields.end_date < fields.start_date:
        raise ValueError("end_date: it ends before it starts")
    return Activity(
        id=fields.id or free_id(fields.title, fields.provider, taken),
        title=fields.title,
        provider=fields.provider,
        activity_type=fields.activity_type,
        format=fields.format,
        start_date=fields.start_date,
        end_date=fields.end_date,
        city=fields.city,
        state=fields.state,
        credits=tuple(CreditOffer(one.type, one.amount, one.board) for one in fields.credits),
        topics=fields.topics,
        specialties=fields.specialties,
        fee_usd=fields.fee_usd,
        open_to_all=fields.open_to_all,
        url=fields.url,
        summary=fields.summary,
        source_as_of=fields.source_as_of,
    )


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


def reason_of(wrong: Exception) -> str:
    """What is wrong in one line; of several faults the first, with the field's name."""
    if not isinstance(wrong, Invalid):
        return str(wrong)
    first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]
