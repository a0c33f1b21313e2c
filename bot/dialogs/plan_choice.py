"""Which activities close the most of what is open: chosen one by one, each proved by the engine.

An activity is first weighed by its topics and hours; the most promising are then taken in thought
and the standings worked out anew, so that no figure of a plan is a guess.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.dialogs import standings
from bot.dialogs.afterwards import after
from bot.dialogs.context import Context
from bot.model import Activity, AddCredit, Credit, RuleStanding, Search, Standing, State

MOST_STEPS = 4
TRIED = 8
"""Activities of each round for which the standings are worked out."""

PER_TOPIC = 15
ANY_TOPIC = 40
"""How many activities are looked at for a topic, and for hours of any topic."""

TOPIC_WEIGHT = Decimal(3)
"""An hour of an asked-for topic is harder to come by than one of any topic."""

BESIDE_WEIGHT = Decimal("0.05")
"""What closes rules of licenses that were not asked about decides only between equals."""

WASTE_WEIGHT = Decimal("0.05")
"""Each hour that one has to sit through, as it weighs against what it closes."""

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Closed:
    """What one activity does for one rule: `closed` of what was `left`, in the rule's unit."""

    board: str
    rule: RuleStanding
    closed: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """One activity of a plan, its hours, and the rules that it closes or brings nearer."""

    activity: Activity
    hours: Decimal
    closes: tuple[Closed, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the courses should be; `cheapest` sets price before the number of courses.

    `budget` is the most that all together may cost, in dollars; a price not given is no price.
    """

    cheapest: bool = False
    free: bool = False
    format: str | None = None
    budget: Decimal | None = None


@dataclass(slots=True)
class _Found:
    steps: list[Step] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)


def choose(
    boards: frozenset[str], wishes: Wishes, context: Context
) -> tuple[tuple[Step, ...], Context]:
    """The activities in the order to take them, and the turn as if all had been taken."""
    found = _Found(taken={credit.activity_id or "" for credit in context.physician.credits})
    later = context
    candidates = _candidates(boards, wishes, context)
    while len(found.steps) < MOST_STEPS:
        affordable = [one for one in candidates if _fits(one[0], found.steps, wishes)]
        best = _best(affordable, boards, wishes, found.taken, later)
        if best is None:
            break
        step, later = best
        found.steps.append(step)
        found.taken.add(step.activity.id)
    return tuple(found.steps), later


def _fits(activity: Activity, steps: Sequence[Step], wishes: Wishes) -> bool:
    """Whether the activity is within what is left of the budget."""
    if wishes.budget is None:
        return True
    spent = sum((step.activity.fee_usd or ZERO for step in steps), ZERO)
    return activity.fee_usd is not None and spent + activity.fee_usd <= wishes.budget


# ── what could be taken ─────────────────────────────────────────────────────────────────────


def _candidates(
    boards: frozenset[str], wishes: Wishes, context: Context
) -> list[tuple[Activity, tuple[Credit, ...]]]:
    open_ = [
        (one, rule)
        for one in standings.everything(context)
        if one.board in boards
        for rule in standings.in_state(one, State.NOT_MET)
    ]
    base = Search(
        today=context.today,
        format=wishes.format,
        free=True if wishes.free else None,
        limit=PER_TOPIC,
    )
    topics = {standings.main_topic(rule, one, context) for one, rule in open_ if rule.topics}
    searches = [replace(base, topics=(topic,)) for topic in sorted(filter(None, topics))]
    specialty = context.physician.profile.specialty
    if any(not rule.topics for _, rule in open_):
        searches.append(replace(base, specialty=specialty, limit=ANY_TOPIC))
        searches.append(replace(base, limit=ANY_TOPIC))
    certifying = [one.board for one, _ in open_ if one.holder == "certification"]
    searches += [replace(base, certifying_board=board, limit=ANY_TOPIC) for board in certifying]
    found: dict[str, Activity] = {}
    for search in searches:
        page = context.catalog.search(search)
        if not page.relaxed:
            found.update({hit.activity.id: hit.activity for hit in page.hits})
    offered = ((activity, credits_of(activity, context.today)) for activity in found.values())
    return [(activity, credits_) for activity, credits_ in offered if credits_]


def credits_of(activity: Activity, today: date) -> tuple[Credit, ...]:
    """The credits that completing it would give; none where its page names no amount."""
    day = max(activity.start_date or today, today)
    return tuple(
        Credit(
            title=activity.title,
            completed_on=day,
            amount=offer.amount,
            type=offer.type,
            provider=activity.provider,
            board=offer.board,
            topics=activity.topics,
            activity_id=activity.id,
        )
        for offer in activity.credits
        if offer.amount
    )


def hours_of(credits_: Iterable[Credit]) -> Decimal:
    """The hours of one completion: its largest credit that is no points."""
    amounts = [credit.amount for credit in credits_]
    hours = [credit.amount for credit in credits_ if credit.type != "moc"]
    return max(hours or amounts)


# ── the best of them ────────────────────────────────────────────────────────────────────────


def _best(
    candidates: Sequence[tuple[Activity, tuple[Credit, ...]]],
    boards: frozenset[str],
    wishes: Wishes,
    taken: set[str],
    context: Context,
) -> tuple[Step, Context] | None:
    before = standings.everything(context)
    open_ = [(one.board, rule) for one in before for rule in standings.in_state(one, State.NOT_MET)]
    weighed = sorted(
        (
            (_order(_promise(activity, credits_, open_, boards), activity, credits_, wishes), place)
            for place, (activity, credits_) in enumerate(candidates)
            if activity.id not in taken and _promise(activity, credits_, open_, boards) > 0
        ),
    )
    proved: list[tuple[Any, int, Step, Context]] = []
    for _, place in weighed[:TRIED]:
        activity, credits_ = candidates[place]
        later = after([AddCredit(credit) for credit in credits_], context)
        closes = _closes(before, standings.everything(later))
        gain = sum((_weight(each.board, each.rule, boards) * each.closed for each in closes), ZERO)
        hours = hours_of(credits_)
        if any(each.board in boards for each in closes):
            worth = gain - WASTE_WEIGHT * hours
            order = _order(worth, activity, credits_, wishes)
            proved.append((order, place, Step(activity, hours, closes), later))
    if not proved:
        return None
    _, _, step, later = min(proved, key=lambda one: one[:2])
    return step, later


def _order(
    worth: Decimal, activity: Activity, credits_: Sequence[Credit], wishes: Wishes
) -> tuple[Any, ...]:
    """What comes first: the most closed; where the cheapest is wished, the price before it."""
    unknown = activity.fee_usd is None
    fee = activity.fee_usd or ZERO
    if wishes.cheapest:
        return (unknown, fee / max(worth, Decimal("0.01")), -worth, hours_of(credits_))
    return (-worth, unknown, fee, hours_of(credits_))


def _promise(
    activity: Activity,
    credits_: Sequence[Credit],
    open_: Sequence[tuple[str, RuleStanding]],
    boards: frozenset[str],
) -> Decimal:
    """About how much of the open rules it would close, by its topics and hours alone."""
    amount = hours_of(credits_)
    worth = ZERO
    for board, rule in open_:
        if rule.topics and not set(rule.topics) & set(activity.topics):
            continue
        worth += _weight(board, rule, boards) * min(rule.left or ZERO, amount)
    return worth - WASTE_WEIGHT * amount


def _weight(board: str, rule: RuleStanding, boards: frozenset[str]) -> Decimal:
    weight = TOPIC_WEIGHT if rule.topics else Decimal(1)
    return weight if board in boards else weight * BESIDE_WEIGHT


def _closes(before: Sequence[Standing], later: Sequence[Standing]) -> tuple[Closed, ...]:
    """The rules that are met or nearer now; one that would still wait for a word is not."""
    left: Mapping[tuple[str, str], RuleStanding] = {
        (one.board, rule.id): rule for one in before for rule in one.rules
    }
    found = []
    for one in later:
        for rule in one.rules:
            old = left.get((one.board, rule.id))
            if old is None or old.state is not State.NOT_MET or rule.is_cap:
                continue
            if rule.state is State.NOT_YET_KNOWN:
                continue
            closed = (old.left or ZERO) - (rule.left or ZERO)
            if closed > 0:
                found.append(Closed(one.board, rule, closed, rule.left or ZERO))
    return tuple(found)
