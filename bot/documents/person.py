"""A physician written down as JSON: the format of `--file person.json` and of the demo's people.

Strict: a field that is not known, a date that is not a date and an amount that cannot be are
errors that name the field; nothing is corrected silently.
"""

import calendar
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

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
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bot.model import Certification, Credit, Fact, License, Physician, Profile

MOST_CREDITS = 500
"""More than this for one record is a typing error: no board asks for more in a whole cycle."""

MOST_RECORDS = 5_000
"""More credits than this are not one physician's."""

MOST_BYTES = 5_000_000
"""A longer file is not one physician."""

FIRST_YEAR, LAST_YEAR = 1950, 2100


class PersonError(ValueError):
    """A person that cannot be read: the field, such as `licenses[0].expires`, and what is wrong."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


# ── what the fields may hold ────────────────────────────────────────────────────────────────


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: Any) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("must be a date as YYYY-MM-DD")
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("no such day; a date is written YYYY-MM-DD") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"the year must be between {FIRST_YEAR} and {LAST_YEAR}")
    return day


def _amount(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic reports ValueError only
    amount = Decimal(str(value))
    if not amount.is_finite() or not 0 < amount <= MOST_CREDITS:
        raise ValueError(f"must be more than 0 and at most {MOST_CREDITS}")
    if amount % Decimal("0.25"):
        raise ValueError("must be in quarters, such as 1.25")
    return amount


def _fact(name: str, value: Any) -> Fact:
    word = _fact_words().get(name.partition(":")[0], {})
    kind = word.get("kind")
    if kind == "date":
        return value if value is True and word["about"] == "rule" else _day(value)
    if kind == "yes_no" and not isinstance(value, bool):
        raise ValueError("must be true or false")
    if kind == "number":
        return _number(value, word.get("most", MOST_NUMBER))
    if kind == "parity" and value not in ("even", "odd"):
        raise ValueError("must be even or odd")
    if kind == "letter" and not (isinstance(value, str) and _LETTER.fullmatch(value)):
        raise ValueError("must be one letter")
    if isinstance(value, str) and len(value) > MOST_LETTERS:
        raise ValueError(f"must have at most {MOST_LETTERS} characters")
    if isinstance(value, bool | int | str):
        return value
    raise ValueError("must be true, false, a whole number or a text")


_LETTER = re.compile(r"[A-Za-z]")
MOST_NUMBER = 100_000
MOST_LETTERS = 500


def _number(value: Any, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be a whole number")  # noqa: TRY004 - pydantic reports ValueError
    if not 0 <= value <= most:
        raise ValueError(f"must be from 0 to {most}")
    return value


def _fitting(facts: Mapping[str, Any]) -> dict[str, Fact]:
    """Each fact of its kind; a fact that no rule asks for is kept, it harms nothing."""
    found: dict[str, Fact] = {}
    for name, value in facts.items():
        try:
            found[name] = _fact(name, value)
        except ValueError as error:
            raise PydanticCustomError("fact", "{why}", {"name": name, "why": str(error)}) from error
    return found


@cache
def _fact_words() -> dict[str, dict[str, Any]]:
    facts = json.loads(files("data").joinpath("facts.json").read_text(encoding="utf-8"))
    return {entry["id"]: entry for entry in facts["facts"]}


@cache
def _ids(name: str, kind: str) -> frozenset[str]:
    facts = json.loads(files("data").joinpath(name).read_text(encoding="utf-8"))
    return frozenset(entry["id"] for entry in facts[kind])


@cache
def _license_types(board: str) -> tuple[str, ...]:
    file = files("data").joinpath("requirements", f"{board}.json")
    return tuple(json.loads(file.read_text(encoding="utf-8"))["license_types"])


@cache
def _state_boards() -> frozenset[str]:
    folder = files("data").joinpath("requirements")
    return frozenset(
        entry.name.removesuffix(".json")
        for entry in folder.iterdir()
        if entry.name.endswith(".json")
    )


def _known_board(board: str) -> str:
    if board not in _state_boards():
        raise ValueError(f"{board!r} is no board known here")
    return board


def _known_certifying_board(board: str) -> str:
    if board not in _ids("certifying_boards.json", "boards"):
        raise ValueError(f"{board!r} is no certifying board known here")
    return board


def _known_type(credit_type: str) -> str:
    if credit_type not in _ids("credit_types.json", "credit_types"):
        raise ValueError(f"{credit_type!r} is no credit type known here")
    return credit_type


def _known_specialty(specialty: str) -> str:
    if specialty not in _ids("specialties.json", "specialties"):
        raise ValueError(f"{specialty!r} is no specialty known here")
    return specialty


Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": f"^{_DATE.pattern}$"}),
]
Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    WithJsonSchema(
        {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": MOST_CREDITS,
            "multipleOf": 0.25,
            "description": "Credits (hours where a board says hours), in quarters.",
        }
    ),
]
Text = Annotated[StrictStr, Field(min_length=1, max_length=500)]
TopicIds = tuple[Annotated[StrictStr, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")], ...]
Board = Annotated[StrictStr, AfterValidator(_known_board)]
CertifyingBoard = Annotated[StrictStr, AfterValidator(_known_certifying_board)]
CreditType = Annotated[StrictStr, AfterValidator(_known_type)]
Specialty = Annotated[StrictStr, AfterValidator(_known_specialty)]
FACT_NAME = r"^[a-z][a-z0-9_]*(:[A-Za-z0-9-]+){0,2}$"
FactName = Annotated[StrictStr, Field(pattern=FACT_NAME, max_length=80)]
Facts = Annotated[
    Mapping[FactName, Any],
    AfterValidator(_fitting),
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": {"pattern": FACT_NAME, "maxLength": 80},
            "additionalProperties": {"type": ["boolean", "integer", "string"]},
            "description": "Facts of data/facts.json by their id; an absent fact is unknown. Those "
            "of one license or rule are named `waiver:us-tx`, `confirmed:us-sc:category-2`.",
        }
    ),
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _License(_Part):
    board: Board
    type: Literal["MD", "DO"]
    issued: Day | None = None
    expires: Day | None = None
    first_cycle: StrictBool | None = None
    number: Text | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        types = _license_types(self.board)
        if self.type not in types:
            raise PydanticCustomError(
                "field",
                "{why}",
                {"name": "type", "why": f"{self.board} licenses {' and '.join(types)} only"},
            )
        if self.issued and self.expires and self.issued > self.expires:
            why = "must not be later than expires"
            raise PydanticCustomError("field", "{why}", {"name": "issued", "why": why})
        return self


class _Certification(_Part):
    board: CertifyingBoard
    since: Day | None = None
    expires: Day | None = None


class _Dea(_Part):
    expires: Day


class _Credit(_Part):
    title: Text
    completed_on: Day
    amount: Amount
    type: CreditType = "ama-pra-1"
    provider: Text | None = None
    origin: Literal["hub", "transcript", "typed"] = "hub"
    board: CertifyingBoard | None = None
    topics: TopicIds = ()
    inferred: TopicIds = ()
    activity_id: Annotated[StrictStr, Field(pattern=r"^[0-9]{9}$")] | None = None
    hub_id: Text | None = None
    format: Text | None = None


class _Profile(_Part):
    name: Text | None = None
    license_type: Literal["MD", "DO"] | None = None
    specialty: Specialty | None = None
    facts: Facts = {}


class _Person(_Profile):
    """`profile` holds name, type, specialty and facts where they are not said at the top."""

    id: Text | None = None
    chat_id: Annotated[StrictInt, Field(gt=0)] = 0
    profile: _Profile = _Profile()
    licenses: tuple[_License, ...] = ()
    certifications: tuple[_Certification, ...] = ()
    dea: _Dea | None = None
    credits: Annotated[tuple[_Credit, ...], Field(max_length=MOST_RECORDS)] = ()


# ── reading ─────────────────────────────────────────────────────────────────────────────────


def _field(place: tuple[int | str, ...]) -> str:
    said = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return said.removeprefix(".") or "person"


_PROBLEMS = {
    "extra_forbidden": "no such field",
    "missing": "is missing",
    "tuple_type": "must be a list",
    "model_type": "must be an object",
    "mapping_type": "must be an object",
    "string_type": "must be a text",
    "too_long": f"must have at most {MOST_RECORDS} entries",
}


def read_person_file(content: bytes) -> Physician:
    """The physician in a JSON file. Raises `PersonError`, also for what is no JSON at all."""
    if len(content) > MOST_BYTES:
        raise PersonError("person", f"the file must have at most {MOST_BYTES} bytes")
    try:
        value = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_each_once)
    except UnicodeDecodeError as error:
        raise PersonError("person", "the file must be text in UTF-8") from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, PersonError):
            raise
        raise PersonError("person", f"the file must be JSON: {error}") from error
    return read_person(value)


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        again = next(name for name in names if names.count(name) > 1)
        raise PersonError(again, "stands twice in one object")
    return found


def read_person(value: Mapping[str, Any]) -> Physician:
    """The physician written down in `value`; its `id` is the chat id, 0 where none is given.

    Raises `PersonError` for the first wrong field. An absent fact stays unknown.
    """
    try:
        person = _Person.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        problem = _PROBLEMS.get(first["type"], first["msg"].removeprefix("Value error, "))
        place = first["loc"]
        if first["type"] in ("fact", "field"):
            place = (*place, first["ctx"]["name"])
        raise PersonError(_field(place), problem) from error
    return Physician(
        id=person.chat_id,
        profile=_profile(person),
        licenses=tuple(License(**dict(held)) for held in person.licenses),
        certifications=tuple(Certification(**dict(held)) for held in person.certifications),
        credits=tuple(Credit(**dict(credit)) for credit in person.credits),
    )


def _profile(person: _Person) -> Profile:
    return Profile(
        name=person.name or person.profile.name,
        license_type=person.license_type or person.profile.license_type,
        specialty=person.specialty or person.profile.specialty,
        facts={**person.profile.facts, **person.facts},
        dea_expires=person.dea.expires if person.dea else None,
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a physician as JSON, as kept in `docs/person.schema.json`.

    Which boards, credit types and specialties are known is said by the files of `data`.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "person.schema.json",
        **_Person.model_json_schema(),
        "title": "A physician",
    }


# ── keeping a demo alive ────────────────────────────────────────────────────────────────────

DEMO_LASTS_UNTIL = date(2027, 6, 30)
"""The demo's people are written for November 23, 2026; after this day they move on."""

STEP_MONTHS = 24
"""A whole cycle of most boards, so that odd and even years stay what they were."""


def months_on(today: date) -> int:
    """By how many months the demo's dates move so that they fit `today`: 0, 24, 48, ..."""
    late = (today.year - DEMO_LASTS_UNTIL.year) * 12 + today.month - DEMO_LASTS_UNTIL.month
    return max(0, -(-late // STEP_MONTHS)) * STEP_MONTHS


def _later(day: date | None, months: int) -> date | None:
    if day is None:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    was_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if was_last else min(day.day, last))


def moved_on(physician: Physician, months: int) -> Physician:
    """The same physician with every date `months` later; a month's last day stays its last."""
    if not months:
        return physician
    profile = physician.profile
    return replace(
        physician,
        profile=replace(
            profile,
            dea_expires=_later(profile.dea_expires, months),
            facts={
                name: (_later(fact, months) or fact) if isinstance(fact, date) else fact
                for name, fact in profile.facts.items()
            },
        ),
        licenses=tuple(
            replace(one, issued=_later(one.issued, months), expires=_later(one.expires, months))
            for one in physician.licenses
        ),
        certifications=tuple(
            replace(one, since=_later(one.since, months), expires=_later(one.expires, months))
            for one in physician.certifications
        ),
        credits=tuple(
            replace(credit, completed_on=_later(credit.completed_on, months) or credit.completed_on)
            for credit in physician.credits
        ),
    )
