"""What `remind --plan` reads besides the person: preferences and answers, as strict."""

from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
)

from bot.documents.person import PersonError, read_person
from bot.model import Physician
from reminders.hours import Preferences, inferred_zone
from reminders.plan import Answer

LONGEST = 730
"""No own day lies further before a deadline than two years."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("no such time zone; one is written America/Chicago") from error
    return name


def _clock(value: Any) -> time:
    try:
        return time.fromisoformat(value if len(value) == len("09:00") else "")
    except (TypeError, ValueError) as error:
        raise ValueError("must be a time as HH:MM") from error


def _day(value: Any) -> date:
    if not isinstance(value, str) or len(value) != len("2026-12-01"):
        raise ValueError("must be a date as YYYY-MM-DD")
    return date.fromisoformat(value)


Clock = Annotated[time, BeforeValidator(_clock)]
Day = Annotated[date, BeforeValidator(_day)]
Days = Annotated[tuple[Annotated[StrictInt, Field(ge=0, le=LONGEST)], ...], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Preferences(_Part):
    zone: Annotated[StrictStr, AfterValidator(_zone)] | None = None
    quiet: tuple[Clock, Clock] = (time(20), time(8))
    hour: Clock = time(9)
    days: Days | None = None
    weekends: StrictBool = True


class _Answer(_Part):
    on: Day
    answer: Literal["renewed", "snooze", "stop"]
    board: StrictStr | None = None
    until: Day | None = None
    next: Day | None = None


class _Wishes(_Part):
    preferences: _Preferences = _Preferences()
    answers: tuple[_Answer, ...] = ()


def read_wishes(value: Mapping[str, Any]) -> tuple[Physician, Preferences, tuple[Answer, ...]]:
    """The physician, their preferences and their answers; `PersonError` names a wrong field.

    Without a zone it is inferred from the first license's state.
    """
    if not isinstance(value, Mapping):
        raise PersonError("person", "must be a JSON object")
    own = {name: value[name] for name in ("preferences", "answers") if value.get(name) is not None}
    physician = read_person({k: v for k, v in value.items() if k not in _Wishes.model_fields})
    try:
        wishes = _Wishes.model_validate(own)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        problem = {"extra_forbidden": "no such field", "missing": "is missing"}.get(
            first["type"], message
        )
        raise PersonError(place.removeprefix("."), problem) from error
    _check(physician, wishes.answers)
    said = wishes.preferences
    boards = tuple(held.board for held in physician.licenses)
    preferences = Preferences(
        said.zone or inferred_zone(boards), said.quiet, said.hour, said.days, said.weekends
    )
    return physician, preferences, tuple(Answer(**dict(one)) for one in wishes.answers)


def _check(physician: Physician, answers: tuple[_Answer, ...]) -> None:
    held = {one.board for one in physician.licenses}
    held |= {one.board for one in physician.certifications}
    held |= {"dea", "mate"} if physician.profile.dea_expires else set()
    for place, answer in enumerate(answers):
        if answer.board is not None and answer.board not in held:
            raise PersonError(f"answers[{place}].board", f"{answer.board!r} is not held")
        if answer.board is None and answer.answer != "stop":
            raise PersonError(f"answers[{place}].board", "is missing")
        if answer.answer == "snooze" and answer.until is None:
            raise PersonError(f"answers[{place}].until", "is missing")
        if answer.until is not None and answer.until < answer.on:
            raise PersonError(f"answers[{place}].until", "lies before the answer")
        if answer.next is not None and answer.next <= answer.on:
            raise PersonError(f"answers[{place}].next", "lies before the answer")
