"""Planning reminders for everybody: set-based statements, in slices short enough to let others by.

What a stage is and when somebody's morning begins is worked out by the planner and handed in as
rows; here they only meet the deadlines.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from bot.store.engine import Records
from bot.store.once import INSERTS
from bot.store.reminder_tables import DeadlineRow, ReminderRow, ReminderWishRow
from bot.store.tables import LicenseRow, PhysicianRow

D: Any = sa.inspect(DeadlineRow).local_table.c
L: Any = sa.inspect(LicenseRow).local_table.c
P: Any = sa.inspect(PhysicianRow).local_table.c
R: Any = sa.inspect(ReminderRow).local_table.c
W: Any = sa.inspect(ReminderWishRow).local_table.c

SLICE = 40_000
"""Rows a transaction looks at: some tenths of a second, so that a chat never waits long."""
SLOT = sa.Table(
    "slot",
    sa.MetaData(),
    sa.Column("zone", sa.String, primary_key=True),
    sa.Column("quiet_from", sa.Integer, primary_key=True),
    sa.Column("quiet_until", sa.Integer, primary_key=True),
    sa.Column("minute", sa.Integer, primary_key=True),
    sa.Column("due_at", UTCDateTime),
    prefixes=["TEMPORARY"],
)
TERM = sa.Table(
    "term",
    sa.MetaData(),
    sa.Column("board", sa.String, primary_key=True),
    sa.Column("expires", sa.Date, primary_key=True),
    sa.Column("last_day", sa.Date),
    sa.Column("halfway", sa.Date),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True)
class Term:
    """The cycle of all licenses of one board that end on one day."""

    board: str
    expires: date
    last_day: date
    halfway: date | None


@dataclass(frozen=True, slots=True)
class Window:
    """The last days for which a stage is the present one on the day being planned.

    With `halfway_by`, the half of the cycle must be over by that day.
    """

    stage: str
    first: date
    last: date
    halfway_by: date | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """One kind of wish: a zone, quiet hours and the usual minute of the day."""

    zone: str
    quiet_from: int
    quiet_until: int
    minute: int


def ends_without_cycle(session: Session) -> tuple[tuple[str, date], ...]:
    """(board, end date) of all licenses whose deadline is missing or made from another date."""
    rows = session.execute(
        sa.select(L.board, L.expires)
        .join(DeadlineRow, D.license_id == L.id, isouter=True)
        .where(
            L.expires.is_not(None),
            sa.or_(D.id.is_(None), D.seen != L.expires),
        )
        .distinct()
    )
    return tuple((board, expires) for board, expires in rows)


def keep_terms(records: Records, terms: Sequence[Term]) -> int:
    """Give every license with such an end its deadline; the number of rows written."""
    if not terms:
        return 0
    written = 0
    for first, last in _slices(records, L):
        with records.writing() as session, _terms(session, terms):
            fits = sa.and_(TERM.c.board == L.board, TERM.c.expires == L.expires)
            within = L.id.between(first, last)
            cycle = {
                "last_day": TERM.c.last_day,
                "halfway": TERM.c.halfway,
                "seen": TERM.c.expires,
            }
            moved = sa.update(DeadlineRow).values(**cycle, fresh=True, rolls=False, **_forgotten())
            written += _count(
                session.execute(
                    moved.where(
                        D.license_id == L.id,
                        fits,
                        within,
                        sa.or_(D.seen.is_(None), D.seen != L.expires),
                    )
                )
            )
            holder = sa.literal("license:").concat(sa.cast(L.id, sa.String))
            added = (
                sa.select(
                    L.physician_id,
                    L.id,
                    L.board,
                    holder,
                    *cycle.values(),
                    sa.false(),
                    sa.true(),
                    sa.false(),
                    sa.literal(0),
                )
                .join(TERM, fits)
                .where(
                    within,
                    ~sa.exists().where(D.license_id == L.id),
                )
            )
            names = [
                "physician_id", "license_id", "board", "holder", *cycle,
                "rolls", "fresh", "stopped", "snoozes",
            ]  # fmt: skip
            written += _count(
                session.connection().execute(
                    _insert(records.engine.dialect.name, DeadlineRow, names, added)
                )
            )
    return written


def _forgotten() -> Mapping[str, Any]:
    # A snooze or a planned day belongs to the cycle that is over.
    return {"snoozed_until": None, "snoozes": 0, "planned_on": None, "planned_minute": None}


def keep_wishes(records: Records, zones: Mapping[str, str], otherwise: str) -> int:
    """Give everybody without wishes the usual ones, in the zone of their first license's board."""
    written = 0
    without = ~sa.exists().where(W.physician_id == P.id)
    for first, last in _slices(records, P, without):
        zone = sa.case(zones, value=L.board, else_=otherwise)
        with records.writing() as session:
            earliest = (
                sa.select(L.physician_id, sa.func.min(L.id).label("id"))
                .where(L.physician_id.between(first, last))
                .group_by(L.physician_id)
                .subquery()
            )
            found = (
                sa.select(
                    P.id,
                    zone,
                    *(sa.literal(usual, W[name].type) for name, usual in _usual_wishes().items()),
                )
                .join(earliest, earliest.c.physician_id == P.id, isouter=True)
                .join(LicenseRow, L.id == earliest.c.id, isouter=True)
                .where(
                    P.id.between(first, last),
                    without,
                )
            )
            names = ["physician_id", "zone", *_usual_wishes()]
            written += _count(
                session.connection().execute(
                    _insert(records.engine.dialect.name, ReminderWishRow, names, found)
                )
            )
    return written


def _usual_wishes() -> Mapping[str, Any]:
    fields = ReminderWishRow.model_fields
    return {
        name: field.default
        for name, field in fields.items()
        if name not in {"physician_id", "zone"}
    }


def hours_in_use(session: Session) -> tuple[Hours, ...]:
    """Every kind of hours that somebody keeps."""
    kinds = [
        W.zone,
        W.quiet_from,
        W.quiet_until,
        W.minute,
    ]
    return tuple(Hours(*row) for row in session.execute(sa.select(*kinds).distinct()))


def plan_stages(
    records: Records,
    windows: Sequence[Window],
    mornings: Mapping[Hours, datetime],
    *,
    only_fresh: bool = False,
) -> int:
    """Plan the present stage of every deadline that has none yet; the number of rows planned.

    Whoever keeps the usual days is planned here; see `with_own_days` for the others.
    """
    if not mornings:
        return 0
    written = 0
    stages = tuple((one.stage, one.halfway_by is not None) for one in windows)
    days = {
        f"{name}_{place}": getattr(one, name)
        for place, one in enumerate(windows)
        for name in ("first", "last", "halfway_by")
        if getattr(one, name) is not None
    }
    planning = _planning(stages, records.engine.dialect.name, only_fresh=only_fresh)
    seen = (
        sa.update(DeadlineRow)
        .where(D.id.between(sa.bindparam("low"), sa.bindparam("high")), D.fresh)
        .values(fresh=False)
    )
    for low, high in _slices(records, D, D.fresh if only_fresh else None):
        with records.writing() as session, _slots(session, mornings):
            connection = session.connection()
            written += _count(connection.execute(planning, {"low": low, "high": high, **days}))
            connection.execute(seen, {"low": low, "high": high})
    return written


@cache
def _planning(stages: tuple[tuple[str, bool], ...], dialect: str, *, only_fresh: bool) -> Any:
    """The statement that plans one slice; it is large, and the same every day."""
    inside = [_lies_in(place, halfway=halfway) for place, (_, halfway) in enumerate(stages)]
    named = zip(inside, (sa.literal(stage) for stage, _ in stages), strict=True)
    found = (
        sa.select(
            D.physician_id.label("physician_id"),
            D.board.label("board"),
            D.last_day.label("last_day"),
            sa.case(*named, else_=None).label("stage"),
            SLOT.c.due_at.label("due_at"),
        )
        .join(ReminderWishRow, W.physician_id == D.physician_id)
        .join(
            SLOT,
            sa.and_(
                SLOT.c.zone == W.zone,
                SLOT.c.quiet_from == W.quiet_from,
                SLOT.c.quiet_until == W.quiet_until,
                SLOT.c.minute == W.minute,
            ),
        )
        .where(
            D.id.between(sa.bindparam("low"), sa.bindparam("high")),
            *_wanted(),
            W.days.is_(None),
            W.weekends,
            *([D.fresh] if only_fresh else []),
            sa.or_(*inside),
        )
        .subquery()
    )
    new = sa.select(*found.c, sa.literal("planned"), sa.literal(0)).where(
        ~sa.exists().where(
            R.physician_id == found.c.physician_id,
            R.board == found.c.board,
            R.last_day == found.c.last_day,
            R.stage == found.c.stage,
        )
    )
    names = ["physician_id", "board", "last_day", "stage", "due_at", "state", "attempts"]
    return _insert(dialect, ReminderRow, names, new)


def _lies_in(place: int, *, halfway: bool) -> sa.ColumnElement[bool]:
    first, last, half = (
        sa.bindparam(f"{n}_{place}", type_=sa.Date) for n in ("first", "last", "halfway_by")
    )
    inside: sa.ColumnElement[bool] = D.last_day.between(first, last)
    return sa.and_(inside, D.halfway <= half) if halfway else inside


def with_own_days(
    session: Session, first: date, last: date
) -> Iterator[tuple[ReminderWishRow, DeadlineRow]]:
    """Deadlines of physicians with days of their own, their last day within these."""
    rows = session.execute(
        sa.select(ReminderWishRow, DeadlineRow)
        .join(DeadlineRow, D.physician_id == W.physician_id)
        .where(
            *_wanted(),
            D.last_day.between(first, last),
            sa.or_(W.days.is_not(None), ~W.weekends),
        )
        .execution_options(yield_per=1000)
    )
    yield from rows


def candidates(session: Session, windows: Sequence[Window], told: Sequence[str]) -> tuple[int, ...]:
    """Physicians with a deadline whose present stage was not told; and all with own days."""
    inside = [
        sa.and_(
            D.last_day.between(one.first, one.last),
            *([D.halfway <= one.halfway_by] if one.halfway_by else []),
        )
        for one in windows
    ]
    stage = sa.case(*zip(inside, (sa.literal(w.stage) for w in windows), strict=True), else_=None)
    was_told = sa.exists().where(
        R.physician_id == D.physician_id,
        R.board == D.board,
        R.last_day == D.last_day,
        R.stage == stage,
        R.state.in_(told),
    )
    found = (
        sa.select(D.physician_id)
        .join(ReminderWishRow, W.physician_id == D.physician_id, isouter=True)
        .where(sa.or_(*inside), sa.or_(~was_told, W.days.is_not(None)))
        .distinct()
        .order_by(D.physician_id)
    )
    return tuple(session.execute(found).scalars())


def load_by_day(session: Session, first: date, last: date) -> Mapping[date, int]:
    """How many deadlines that speak have this last day, for each day between the two."""
    rows = session.execute(
        sa.select(D.last_day, sa.func.count())
        .join(ReminderWishRow, W.physician_id == D.physician_id)
        .where(*_wanted(), D.last_day.between(first, last))
        .group_by(D.last_day)
    )
    return {day: count for day, count in rows}  # noqa: C416 - rows are not pairs to dict()


def halves_by_day(session: Session, first: date, last: date) -> Mapping[date, int]:
    """How many cycles are half over on each day between the two."""
    rows = session.execute(
        sa.select(D.halfway, sa.func.count())
        .join(ReminderWishRow, W.physician_id == D.physician_id)
        .where(*_wanted(), D.halfway.between(first, last))
        .group_by(D.halfway)
    )
    return {day: count for day, count in rows}  # noqa: C416 - rows are not pairs to dict()


def _wanted() -> Sequence[sa.ColumnElement[bool]]:
    return (
        ~D.stopped,
        ~W.stopped,
        sa.or_(
            D.closed_day.is_(None),
            D.closed_day < D.last_day,
        ),
    )


def _slots(session: Session, mornings: Mapping[Hours, datetime]) -> AbstractContextManager[None]:
    rows = [{**asdict(hours), "due_at": due_at} for hours, due_at in mornings.items()]
    return _temporary(session, SLOT, rows)


def _terms(session: Session, terms: Sequence[Term]) -> AbstractContextManager[None]:
    return _temporary(session, TERM, [asdict(one) for one in terms])


@contextmanager
def _temporary(
    session: Session, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> Iterator[None]:
    """A table of this connection only; a list of values could not be joined by an index."""
    table.create(session.connection())
    session.execute(sa.insert(table), list(rows))
    yield
    table.drop(session.connection())


def _slices(
    records: Records, table: Any, where: sa.ColumnElement[bool] | None = None
) -> Iterator[tuple[int, int]]:
    """Ranges of a table's ids that hold at most `SLICE` rows each."""
    bounds = sa.select(sa.func.min(table.id), sa.func.max(table.id))
    with records.reading() as session:
        first, last = session.execute(bounds if where is None else bounds.where(where)).one()
    if first is None:
        return
    for start in range(first, last + 1, SLICE):
        yield start, min(start + SLICE - 1, last)


def _insert(dialect: str, table: Any, names: Sequence[str], found: Any) -> Any:
    insert = INSERTS[dialect](table).from_select(names, found, include_defaults=False)
    # Without the option an insert's number of rows is not kept on PostgreSQL.
    return insert.on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def _count(result: Any) -> int:
    return max(0, int(result.rowcount))
