"""What a board file says: the shape of `data/requirements/*.json`, version 2.

Every rule stands twice in a file: in words for people (`note`, `categories`, `who`) and as data for
the engine (`accepts`, `applies_if`, `when`, `effects`, ...). The words never decide anything. Hours
are credits; a month count is in whole months; dates are ISO. `docs/board.schema.json` is this
module's export.
"""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.model import LicenseType

VERSION: Literal[2] = 2

Hours = Annotated[float, Field(ge=0, le=1000, multiple_of=0.25)]
Months = Annotated[int, Field(ge=1, le=240)]
Month = Annotated[int, Field(ge=1, le=12)]
Day = Annotated[int, Field(ge=1, le=31)]


class Part(BaseModel):
    """A piece of a board file: frozen, and a word it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# ── conditions ──────────────────────────────────────────────────────────────────────────────


class Bounds(Part):
    """`under` is exclusive, the others inclusive. `at` says when months licensed are counted."""

    under: int | None = None
    at_least: int | None = None
    at_most: int | None = None
    at: Literal["start", "end"] = "end"


class Span(Part):
    """Dates: `from` inclusive, `before` exclusive."""

    from_: date | None = Field(default=None, alias="from")
    before: date | None = None


class Condition(Part):
    """What must be true of the person. Exactly one of the tests is given.

    In a file a bare word is a fact that must be true: `"dea"` is `{"fact": "dea"}`. Facts are
    those of `data/facts.json`, `first_cycle` among them. A `fact` may be tested further: `is` a
    value, `at_least` a number, or, for a date, `in_cycle` or `within_months` before the cycle ends.
    The answer has three values: where a fact is missing it is "unknown", unless the other parts
    settle it.
    """

    fact: str | None = None
    is_: str | None = Field(default=None, alias="is")
    at_least: int | None = None
    in_cycle: bool = False
    within_months: Months | None = None
    any: tuple["When", ...] | None = None
    all: tuple["When", ...] | None = None
    not_: "When | None" = Field(default=None, alias="not")
    specialty: tuple[str, ...] | None = None
    license_type: LicenseType | None = None
    cycle_number: Bounds | None = None
    months_licensed: Bounds | None = None
    issued: Span | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        tests = (
            *(self.fact, self.any, self.all, self.not_, self.specialty, self.license_type),
            *(self.cycle_number, self.months_licensed, self.issued),
        )
        if sum(test is not None for test in tests) != 1:
            raise ValueError("a condition holds exactly one test")
        return self


def _bare_fact(value: object) -> object:
    return {"fact": value} if isinstance(value, str) else value


When = Annotated[Condition, BeforeValidator(_bare_fact, json_schema_input_type=Condition | str)]
Condition.model_rebuild()


# ── which credits ───────────────────────────────────────────────────────────────────────────


class Accepts(Part):
    """Which credits are meant: of any of these types, or kinds of activity, or on these topics.

    `types` are ids of `data/credit_types.json`; `formats` are values of a credit's `format`
    (`volunteer`, `teaching`, `self-study`, `publication`, ... for credits typed in); `other_than`
    turns the types round: every license credit but these.
    """

    types: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    other_than: tuple[str, ...] = ()


# ── the cycle ───────────────────────────────────────────────────────────────────────────────


class Initials(Part):
    """Last names from one letter to another end in years of this parity."""

    first: str
    last: str
    year_parity: Literal["even", "odd"]


class Renewal(Part):
    """How a license's end date follows from the board's rule, where the date is not known.

    `birth_month` with `day` null ends on that month's last day, with `day` 1 on its first.
    `anchor_year` is one year in which a renewal of more than two years fell due.
    """

    kind: Literal[
        "fixed_date", "birth_month", "birth_date", "issue_anniversary", "staggered", "other"
    ]
    month: Month | None = None
    day: Day | None = None
    year_parity: Literal["even", "odd", "birth_year_parity"] | None = None
    anchor_year: int | None = None
    by_last_name: tuple[Initials, ...] = ()
    month_end: bool = False
    note: str


class Alternative(Part):
    """Another way to meet the whole rule: `scale` times the hours from a longer window."""

    credit_window_months: Months
    scale: Annotated[int, Field(ge=2, le=10)]


class WindowChange(Part):
    """Cycles that end on or after a date are counted over another window."""

    cycles_ending_from: date
    credit_window_months: Months


class MonthDay(Part):
    month: Month
    day: Day


class CycleRule(Part):
    """The license's term and the window in which credits count.

    `ends_with` says what closes the window: the `license`'s end date; the `calendar` (the fixed
    date of `renewal`, whatever the license says); the `first_license` (whole windows counted from
    the birthday, birth month or day of issue); or `some_renewal`, every so many renewals, where
    only the physician knows which. `starts_at_birthday` belongs to `first_license`.
    With `calendar`, `license_ends` says when the license itself does.
    `credit_deadline` is a day on which credits must be done before the license ends.
    """

    length_months: Months | None
    license_renewal_months: Months | None
    credit_window_months: Months | None
    renewal: Renewal
    renewal_by_license_type: dict[LicenseType, Renewal] | None = None
    license_ends: Renewal | None = None
    credit_period: Literal["renewal_cycle", "calendar_years", "rolling_months", "other"]
    credit_period_note: str | None
    ends_with: Literal["license", "calendar", "first_license", "some_renewal"] = "license"
    starts_at_birthday: bool = False
    credit_deadline: MonthDay | None = None
    window_changes: tuple[WindowChange, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


# ── rules ───────────────────────────────────────────────────────────────────────────────────


class CategoryRule(Part):
    """A minimum or a cap on some kinds of credit within the total.

    `confirm` is a question only the physician can answer ("are 30 of these in your own field?");
    until it is answered with yes the rule is never met. `per_year` counts `hours` for each year.
    """

    kind: Literal["min", "max"]
    title: str
    hours: Hours
    categories: tuple[str, ...]
    note: str
    accepts: Accepts = Accepts()
    applies_if: tuple[When, ...] = ()
    confirm: str | None = None
    per_year: bool = False


class Clock(Part):
    """A rule's own periods of `n` years, which end on this day of even, odd or all years."""

    month: Month
    day: Day
    year_parity: Literal["even", "odd"] | None = None


class OfWhich(Part):
    """Some of a topic's hours must be about something narrower."""

    hours: Hours
    topics: tuple[str, ...]
    question: str


class Topic(Part):
    """One topic mandate.

    `accepts` are the topic ids any of which serves; `may_serve` those that serve only when the
    physician confirms that the course fits. `types` narrows the credit types. `courses` stands for
    a course without a set length. `confirm` is asked where only one body's own course counts.
    `proof` is what the physician should check of a course and no data can show. `not_with` are
    rules for which the same hour may not be used again. `first_due_cycle` is the cycle after
    licensure in which a rarer duty falls due for the first time. `due_on` says by when those
    licensed before `effective_from` must have done a one-time duty, `due_months_after_license`
    the others.
    """

    id: str
    topic: str
    title: str
    hours: Hours | None
    frequency: Literal["once", "every_cycle", "first_renewal", "every_n_cycles", "every_n_years"]
    n: int | None
    applies_if: tuple[When, ...]
    counts_toward_total: bool
    effective_from: date | None
    effective_until: date | None
    note: str | None
    accepts: tuple[str, ...] = ()
    may_serve: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    courses: int | None = None
    of_which: OfWhich | None = None
    confirm: str | None = None
    proof: str | None = None
    not_with: tuple[str, ...] = ()
    clock: Clock | None = None
    first_due_cycle: int = 1
    due_months_after_license: int | None = None
    due_on: date | None = None


class TotalInstead(Part):
    """Another total, or other accepted types, that will do for those of whom `when` is true.

    `categories`: what category rules (by id) accept then.
    """

    when: When
    hours: Hours
    accepts: Accepts
    categories: dict[str, Accepts] = {}


# ── what stands in place of hours, and who is let off ───────────────────────────────────────


class Step(Part):
    """The hours due for those licensed for fewer than `under_months` at the cycle's end."""

    under_months: int
    hours: Hours


class Work(Part):
    """Work that lets off hours: a `fact` that counts it, how much frees one hour, at most how many.

    `each` may be less than 1: half a case for each hour frees two hours a case.
    """

    fact: str
    each: Annotated[float, Field(gt=0)]
    most: Hours


class Effect(Part):
    """What follows for `rules` (rule ids; `total`, which takes in the category rules; `all`).

    `waives`: they do not apply. `satisfies`: they count as met. `reduces`: their need becomes
    the hours of the first fitting of `steps`, else `hours`, or shrinks `in_proportion` to the time
    licensed, or by an hour for so much `work`; where nothing fits it stays. With the total its
    category minimums shrink in the same proportion. Nothing else in the file is touched.
    """

    kind: Literal["waives", "satisfies", "reduces"]
    rules: tuple[str, ...] = ("total",)
    hours: Hours | None = None
    steps: tuple[Step, ...] = ()
    in_proportion: bool = False
    work: Work | None = None


class Relief(Part):
    """An equivalent or an exemption.

    Without `when` and `effects` it is words only, and `held_by` names the part of the file that
    says the same as data, or says that it is `nothing` the engine could work out.

    It helps only those of whom `when` is known to be true. `board_decides`: the board must agree,
    so that it never makes a rule met by itself: the standing asks for the board's answer. Where
    `when` is not known it is asked about only with `ask`, or of those of whom `ask_of` is true.
    """

    note: str
    when: When | None = None
    effects: tuple[Effect, ...] = ()
    board_decides: bool = False
    ask: bool = False
    ask_of: When | None = None
    held_by: Literal["applies_if", "cycle", "total", "nothing"] | None = None

    @model_validator(mode="after")
    def _data_or_words(self) -> Self:
        if (self.when is None) == (self.held_by is None):
            raise ValueError("an equivalent or exemption has either `when` or `held_by`")
        if (self.when is None) != (not self.effects):
            raise ValueError("`when` and `effects` belong together")
        return self


class Equivalent(Relief):
    kind: Literal["board_certification", "moc", "residency", "other"]
    satisfies: Literal["total", "categories"]


class Exemption(Relief):
    who: str


class Carryover(Part):
    """How many hours beyond the need of one cycle count in the next, and toward which rules."""

    allowed: bool
    hours: Hours | None
    note: str
    rules: tuple[str, ...] = ("total",)


class Source(Part):
    url: str
    title: str
    kind: Literal["board", "statute", "fsmb", "aggregator"]
    as_of: str | None


class Board(Part):
    """One board's file. `total_hours` null: not known; 0: the board counts none.

    Cycles that end before `total_from` owe no total.
    """

    version: Literal[2] = Field(default=VERSION, alias="schema")
    board_id: str
    jurisdiction: str
    jurisdiction_name: str
    board_name: str
    license_types: tuple[LicenseType, ...]
    aliases: tuple[str, ...]
    website: str | None
    cme_page: str | None
    cycle: CycleRule
    total_hours: Hours | None
    total_from: date | None = None
    total_accepts: Accepts = Accepts()
    total_instead: tuple[TotalInstead, ...] = ()
    never_counts: tuple[str, ...] = ()
    category_rules: tuple[CategoryRule, ...]
    topics: tuple[Topic, ...]
    equivalents: tuple[Equivalent, ...]
    exemptions: tuple[Exemption, ...]
    carryover: Carryover
    late_renewal: str | None
    reporting: str
    record_retention_years: int | None
    notes: tuple[str, ...]
    sources: tuple[Source, ...]
    as_of: str
    confidence: Literal["high", "medium", "low"]
    open_questions: tuple[str, ...]

    def __hash__(self) -> int:
        """Boards are loaded once and compared by identity."""
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a board file, as kept in `docs/board.schema.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "board.schema.json",
        **Board.model_json_schema(by_alias=True),
    }
