"""Certifying boards: what they ask for and where a certificate stands.

Many boards count what no record outside their portal shows (questions, modules, quarters, their
own kinds of points): such a rule waits for the figure of the portal, kept as `have:BOARD:rule`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field

from bot.model import (
    Certification,
    Counted,
    Credit,
    Cycle,
    LeftOut,
    Profile,
    RuleStanding,
    Standing,
    State,
)
from bot.rules.calendar import add_months, window_start
from bot.rules.gather import cut
from bot.rules.ledger import POINTS, Ledger, credits_of, quarters_of, read_credits, union
from bot.rules.schema import Part

ZERO = Decimal(0)
PERCENT = 100

UNITS = {
    "moc_points": "points",
    "qi_points": "points",
    **dict.fromkeys(("ama_pra_1", "ama_pra_1_or_equivalent", "sa_cme", "sam_credits"), "credits"),
    **dict.fromkeys(("sa_credits", "sae_credits"), "credits"),
}
"""What the boards' own units are called for people, where it is not the same word."""


class Instead(Part):
    """Another amount for those of whom the fact is true; 0: nothing is due."""

    fact: str
    amount: int


class Requirement(Part):
    """One demand of a certifying board.

    `types` are the credit types that count, `points` the board's own MOC points; without either
    only the portal (or, with `confirm`, the physician) can tell. `period_months` 0 is a day.
    `share_of` makes `amount` a percentage of another rule's need. `first_part`: only the first
    period of the cycle. `valid_until`: a figure of an earlier cycle, which settles nothing later.
    """

    id: str
    kind: str
    amount: int
    unit: str
    period_months: int
    bound: Literal["min", "max"]
    rolling: bool
    note: str
    types: tuple[str, ...] = ()
    points: bool = False
    topics: tuple[str, ...] = ()
    confirm: str | None = None
    share_of: str | None = None
    first_part: bool = False
    valid_until: date | None = None
    instead: Instead | None = None


class CertifyingBoard(Part):
    """A certifying board as in `data/certifying_boards.json`; `cycle_months` is its period.

    `as_of` is the month (YYYY-MM) in which the file's figures were gathered.

    `fixed_period_start` is the first day of a period that is the same for all its diplomates;
    `prorated`: who joined after its start owes less, by a figure that only the board tells.
    """

    id: str
    abbr: str
    name: str
    family: str
    website: str
    aliases: tuple[str, ...]
    collaborates_with_accme: bool
    collaboration: dict[str, Any] | None
    pars_board_name: str | None
    program_name: str
    moc_credit_types: tuple[str, ...]
    moc_credit_types_confidence: str | None
    cycle_months: int = Field(ge=1)
    fixed_period_start: date | None = None
    prorated: bool = False
    requirements: tuple[Requirement, ...]
    other_rules: tuple[str, ...]
    open_questions: tuple[str, ...]
    sources: tuple[dict[str, str], ...]
    confidence: str
    as_of: str | None = None


class _File(Part):
    meta: dict[str, Any]
    boards: tuple[CertifyingBoard, ...]


def load_certifying_boards(path: Path) -> Mapping[str, CertifyingBoard]:
    """Reads `data/certifying_boards.json`: id -> board."""
    file = _File.model_validate_json(path.read_bytes())
    month = str(file.meta["as_of"])[: len("YYYY-MM")]
    return {board.id: board.model_copy(update={"as_of": month}) for board in file.boards}


@dataclass(frozen=True, slots=True)
class _Found:
    counted: list[Counted]
    left_out: list[LeftOut]

    @property
    def have(self) -> Decimal:
        return sum((item.amount for item in self.counted), ZERO)


def certification_standing(
    certification: Certification,
    profile: Profile,
    credits: Iterable[Credit],  # noqa: A002
    board: CertifyingBoard,
    today: date,
) -> Standing:
    """The standing of one certificate on a day."""
    cycle = certificate_cycle(certification, board, today)
    ledger = read_credits(_as_counted(credits, board))
    caps = [rule for rule in board.requirements if rule.bound == "max"]
    needs = {rule.id: rule.amount for rule in board.requirements}
    rules = [
        _rule(rule, board, cycle, profile, ledger, caps, needs, today)
        for rule in board.requirements
    ]
    if board.prorated and _joined_late(certification, cycle):
        rules = [_less_due(rule) for rule in rules]
    if not rules:
        rules = [_no_figure(board)]
    first = rules[0].counted
    typed = sum((item.amount for item in first if item.credit.origin == "typed"), ZERO)
    return Standing(
        holder="certification",
        board=board.id,
        board_name=board.name,
        type=None,
        cycle=cycle,
        rules=tuple(rules),
        as_of=board.as_of,
        confidence=board.confidence,
        source_url=board.sources[0]["url"] if board.sources else board.website,
        verified=sum((item.amount for item in first), ZERO) - typed,
        typed_in=typed,
    )


def certificate_cycle(certification: Certification, board: CertifyingBoard, today: date) -> Cycle:
    """The board's period that holds today: fixed for all, back from the end date, or since the
    start.

    After the end date the period that ended with it stays the one that is judged.
    """
    months, expires = board.cycle_months, certification.expires
    if board.fixed_period_start is not None:
        return _part(board.fixed_period_start, months, min(today, expires or today))
    if expires is not None:
        number = 0
        while window_start(add_months(expires, -months * number), months) > today:
            number += 1
        last = add_months(expires, -months * number)
        return Cycle(window_start(last, months), last)
    if certification.since is None:
        return Cycle(None, None, "since")
    return _part(certification.since, months, today)


def _joined_late(certification: Certification, cycle: Cycle) -> bool:
    since = certification.since
    return since is not None and cycle.first_day is not None and since > cycle.first_day


def _less_due(rule: RuleStanding) -> RuleStanding:
    """What is not met by the full figure may be met by the one that is due."""
    if rule.state is not State.NOT_MET:
        return rule
    return replace(rule, state=State.NOT_YET_KNOWN, missing_fact="board_figure")


def _part(start: date, months: int, day: date) -> Cycle:
    """The part of so many months, counted from `start`, that holds the day."""
    number = 0
    while add_months(start, months * (number + 1)) <= day:
        number += 1
    after = add_months(start, months * (number + 1))
    return Cycle(add_months(start, months * number), date.fromordinal(after.toordinal() - 1))


def _as_counted(credits: Iterable[Credit], board: CertifyingBoard) -> Iterable[Credit]:  # noqa: A002
    """The board's own points as credit of a type of its name; points of others stay as they are.

    Where the board counts credits, the CME of the same completion is seen as a double of its
    points; where it counts points, the CME has nothing to do with them.
    """
    own = board.id if any(rule.points for rule in board.requirements) else None
    for credit in credits:
        if credit.type == POINTS and (credit.board or "").upper() == board.id:
            yield replace(credit, type=board.id, board=own)
        else:
            yield credit


def _window(rule: Requirement, cycle: Cycle, today: date) -> Cycle:
    if rule.rolling:
        return Cycle(window_start(today, rule.period_months), today)
    if cycle.first_day is None or cycle.last_day is None:
        return cycle
    length = rule.period_months
    if rule.first_part:
        return _part(cycle.first_day, length, cycle.first_day)
    if add_months(cycle.first_day, length) <= cycle.last_day and length:
        return _part(cycle.first_day, length, min(max(today, cycle.first_day), cycle.last_day))
    first = window_start(cycle.last_day, length) if length else cycle.first_day
    return Cycle(min(first, cycle.first_day), cycle.last_day)


def _rule(  # noqa: PLR0917 - one call, all by name of the caller's own variables
    rule: Requirement,
    board: CertifyingBoard,
    cycle: Cycle,
    profile: Profile,
    ledger: Ledger,
    caps: list[Requirement],
    needs: Mapping[str, int],
    today: date,
) -> RuleStanding:
    window = _window(rule, cycle, today)
    name = f"{board.id}:{rule.id}"
    need = Decimal(rule.amount)
    if rule.share_of is not None:
        need = Decimal(needs[rule.share_of]) * rule.amount / PERCENT
    relies: tuple[str, ...] = ()
    if rule.instead is not None:
        fact = rule.instead.fact
        asked = f"{fact}:{board.id}" if fact == "assessment_passed" else fact
        if profile.facts.get(asked) is True:
            need, relies = Decimal(rule.instead.amount), (asked,)
    found = _gathered(rule, board, ledger, caps, window, today)
    have = found.have
    told = profile.facts.get(f"have:{name}")
    measured = bool(rule.types or rule.points)
    if isinstance(told, int) and not isinstance(told, bool) and told > have:
        have, measured, relies = Decimal(told), True, (*relies, f"have:{name}")
    state, missing = _state(rule, name, window, have, need, profile, measured=measured)
    left = ZERO if state in (State.MET, State.DOES_NOT_APPLY) else max(ZERO, need - have)
    return RuleStanding(
        id=rule.id,
        title=_title(rule),
        state=state,
        have=have,
        need=need,
        left=left,
        missing_fact=missing,
        counted=tuple(found.counted),
        left_out=tuple(found.left_out),
        relies_on=relies,
        topics=rule.topics,
        unit="credits" if rule.share_of else UNITS.get(rule.unit, rule.unit),
        note=rule.note,
        window=window,
    )


def _state(  # noqa: PLR0917
    rule: Requirement,
    name: str,
    window: Cycle,
    have: Decimal,
    need: Decimal,
    profile: Profile,
    *,
    measured: bool,
) -> tuple[State, str | None]:
    if rule.bound == "max":
        return State.MET, None
    if need == 0:
        return State.DOES_NOT_APPLY, None
    confirmed = profile.facts.get(f"confirmed:{name}")
    if not measured:
        if rule.confirm is None:
            return State.NOT_YET_KNOWN, f"have:{name}"
        if confirmed is None:
            return State.NOT_YET_KNOWN, f"confirmed:{name}"
        return (State.MET if confirmed is True else State.NOT_MET), None
    if window.last_day is None and f"have:{name}" not in profile.facts:
        return State.NOT_YET_KNOWN, window.missing_fact
    if rule.valid_until is not None and (window.last_day or date.max) > rule.valid_until:
        return State.NOT_YET_KNOWN, "board_figure"
    if have < need:
        return State.NOT_MET, None
    if rule.confirm is not None and confirmed is not True:
        if confirmed is None:
            return State.NOT_YET_KNOWN, f"confirmed:{name}"
        return State.NOT_MET, None
    return State.MET, None


def _gathered(  # noqa: PLR0917
    rule: Requirement,
    board: CertifyingBoard,
    ledger: Ledger,
    caps: list[Requirement],
    window: Cycle,
    today: date,
) -> _Found:
    if not (rule.types or rule.points) or window.first_day is None or window.last_day is None:
        return _Found([], [])
    wanted = {board.id} if rule.points else {*rule.types, board.id}
    fitting = union(ledger.types, wanted)
    if rule.topics:
        fitting &= union(ledger.topics, rule.topics)
    last = min(window.last_day, today)
    inside = ledger.within(window.first_day.toordinal(), last.toordinal())
    doubles = fitting & ledger.duplicates
    counted = ledger.counts(fitting & inside & ~doubles)
    left_out = ledger.left_out(fitting & ~inside, "outside_period")
    left_out += ledger.left_out(doubles & inside, "duplicate")
    if not rule.topics:
        left_out += ledger.left_out(ledger.everything & ~fitting & inside, "wrong_type")
    for cap in caps if rule.id == "total" else ():
        counted, over = _capped(counted, cap)
        left_out += over
    return _Found([_own(item, board) for item in counted], [_own(i, board) for i in left_out])


_Item = TypeVar("_Item", Counted, LeftOut)


def _own(item: _Item, board: CertifyingBoard) -> _Item:
    """The record as it came: the board's points under their own type."""
    if item.credit.type != board.id:
        return item
    return replace(item, credit=replace(item.credit, type=POINTS, board=board.id))


def _capped(counted: list[Counted], cap: Requirement) -> tuple[list[Counted], list[LeftOut]]:
    """No more than the cap on one day or in one calendar year, the earliest first."""
    by_part: dict[object, list[Counted]] = {}
    for item in counted:
        day = item.credit.completed_on
        by_part.setdefault(day.year if cap.period_months else day, []).append(item)
    kept: list[Counted] = []
    over: list[LeftOut] = []
    for items in by_part.values():
        part_kept, part_over = cut(items, quarters_of(cap.amount))
        kept += part_kept
        over += part_over
    return kept, over


def _title(rule: Requirement) -> str:
    return rule.kind.replace("_", " ").capitalize()


def _no_figure(board: CertifyingBoard) -> RuleStanding:
    """The one line of a board for which no figure was found."""
    return RuleStanding(
        id="total",
        title="Total",
        state=State.NOT_YET_KNOWN,
        have=credits_of(0),
        need=None,
        left=None,
        missing_fact="board_figure",
        note=board.other_rules[0] if board.other_rules else None,
    )
