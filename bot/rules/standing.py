"""Where a physician stands with one license: every rule of the board, and why.

Pure: the same license, profile, credits, board and day give the same standing. A rule is `met`
only if everything known says so; what hangs on a fact that is not known is `not_yet_known` and
names the fact.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import islice, product

from bot.model import Credit, Cycle, License, Profile, RuleStanding, Standing, State
from bot.rules.calendar import window_start
from bot.rules.carryover import carry
from bot.rules.conditions import TRUE, Case, Truth, known
from bot.rules.cycles import deadline, periods_of
from bot.rules.gather import (
    Field,
    Gathered,
    cut,
    gather,
    gather_blocks,
    is_contested,
    set_apart,
    settle,
)
from bot.rules.ledger import Ledger, credits_of, read_credits
from bot.rules.plan import Plan, PlanRule, in_force, plan_of
from bot.rules.reliefs import Reliefs, reliefs_of, share_of
from bot.rules.schema import Board
from bot.rules.topics import Topics
from bot.rules.windows import Windows, windows_of

ZERO = Decimal(0)

MOST_CHOICES = 40
"""Of courses with a choice of what they serve, no more combinations than this are tried."""


def standing(  # noqa: PLR0917 - the six things a standing depends on
    license: License,  # noqa: A002
    profile: Profile,
    credits: Iterable[Credit] | Ledger,  # noqa: A002
    board: Board,
    topics: Topics,
    today: date,
) -> Standing:
    """The standing of one license on a day.

    `profile` is best what `bot.rules.facts.profile_of` makes of a physician, so that what follows
    from other facts is known too. `credits` read once by `read_credits` serve several licenses.
    """
    ledger = read_credits(credits)
    plan = plan_of(board, topics)
    periods = periods_of(license, profile, board, today)
    ends = deadline(license, profile, board, today).day
    if periods.possible:
        judged = [
            _best(plan, Case(board, license, profile, period), ledger, today, ends)
            for period in periods.possible
        ]
        rules = judged[0] if len(judged) == 1 else _agreed(judged, periods.missing_fact)
        first = periods.possible[0]
        cycle = Cycle(first.first_day, first.last_day, periods.missing_fact)
    else:
        cycle = Cycle(None, None, periods.missing_fact)
        case = Case(board, license, profile, None)
        judging = _Judging(plan, case, ledger, today, ends, missing=periods.missing_fact)
        rules = judging.rules()
    typed = sum((c.amount for c in rules[0].counted if c.credit.origin == "typed"), ZERO)
    return Standing(
        holder="license",
        board=board.board_id,
        board_name=board.board_name,
        type=license.type,
        cycle=cycle,
        rules=tuple(rules),
        as_of=board.as_of,
        confidence=board.confidence,
        source_url=board.sources[0].url if board.sources else board.cme_page,
        verified=sum((c.amount for c in rules[0].counted), ZERO) - typed,
        typed_in=typed,
    )


def _best(
    plan: Plan, case: Case, ledger: Ledger, today: date, ends: date | None
) -> list[RuleStanding]:
    """The rules as written; or, if they are not met, another way that the board offers and is."""
    rules = _judged(plan, case, ledger, today, ends)
    period = case.period
    if period is None or not plan.board.cycle.alternatives or _all_met(rules):
        return rules
    for other in plan.board.cycle.alternatives:
        start = window_start(period.credits_until, other.credit_window_months)
        longer = replace(case, period=replace(period, credits_from=start))
        found = _Judging(plan, longer, ledger, today, ends, scale=other.scale).rules()
        if _all_met(found):
            return found
    return rules


def _judged(
    plan: Plan, case: Case, ledger: Ledger, today: date, ends: date | None
) -> list[RuleStanding]:
    """The rules; where the total is open and another would do, by that, or the fact it hangs on."""
    judging = _Judging(plan, case, ledger, today, ends)
    rules = judging.rules()
    topics = [one for place, one in enumerate(rules) if plan.rules[place].topic]
    general = [one for place, one in enumerate(rules) if not plan.rules[place].topic]
    if _all_met(general):
        return rules
    for skipping in judging.other_courses() if _all_met(topics) else ():
        found = _Judging(plan, case, ledger, today, ends, skipping=skipping).rules()
        if _all_met(found):
            return found
    if plan.board.carryover.allowed and case.period and known(case, "first_cycle") is None:
        later = replace(case, license=replace(case.license, first_cycle=False))
        carried = _Judging(plan, later, ledger, today, ends).rules()
        rules = _perhaps(rules, carried, "first_cycle")
    doubtful = judging.doubtful()
    if doubtful:
        free = _Judging(plan, case, ledger, today, ends, ignoring=frozenset(doubtful)).rules()
        rules = _perhaps(rules, free, next(iter(doubtful.values())))
    for test, variant in plan.variants:
        truth = test(case)
        if truth.value is False:
            continue
        other = _Judging(variant, case, ledger, today, ends).rules()
        if truth.value:
            return other
        rules = _perhaps(rules, other, truth.missing)
    return rules


def _perhaps(
    rules: Sequence[RuleStanding], otherwise: Sequence[RuleStanding], missing: str | None
) -> list[RuleStanding]:
    """What is not met but would be otherwise waits for the fact that decides between the two."""
    return [
        replace(one, state=State.NOT_YET_KNOWN, missing_fact=missing)
        if one.state is State.NOT_MET and other.state is State.MET
        else one
        for one, other in zip(rules, otherwise, strict=True)
    ]


_SETTLED = (State.MET, State.DOES_NOT_APPLY)


def _all_met(rules: Sequence[RuleStanding]) -> bool:
    return all(rule.state in _SETTLED for rule in rules)


def _agreed(judged: Sequence[list[RuleStanding]], missing: str | None) -> list[RuleStanding]:
    """Rules whose state is the same in every possible period stand; the others wait."""
    return [
        one
        if all(other.state == one.state for other in same)
        else replace(one, state=State.NOT_YET_KNOWN, missing_fact=missing)
        for one, *same in zip(*judged, strict=True)
    ]


@dataclass(slots=True)
class _Judging:
    """One run over a board's rules for one possible period.

    Rules at the places to be ignored take no hours from the others; those to be skipping use
    other courses than the first so many.
    """

    plan: Plan
    case: Case
    ledger: Ledger
    today: date
    ends: date | None
    scale: int = 1
    missing: str | None = None
    ignoring: frozenset[int] = frozenset()
    skipping: Mapping[int, int] = field(default_factory=dict)
    truths: dict[int, Truth] = field(default_factory=dict)
    needs: dict[int, int | None] = field(default_factory=dict)
    windows: dict[int, Windows | None] = field(default_factory=dict)
    gathered: dict[int, Gathered] = field(default_factory=dict)

    def rules(self) -> list[RuleStanding]:
        reliefs = reliefs_of(self.plan, self.case)
        for place, rule in enumerate(self.plan.rules):
            self.truths[place] = rule.test(self.case) if rule.test else TRUE
            self.needs[place] = self._need(place, rule, reliefs)
        for place, rule in enumerate(self.plan.rules):
            self.windows[place] = windows_of(rule, self.case, self.today, self.ends)
            self.gathered[place] = self._gather(place, rule)
        self._share(reliefs)
        return [self._rule(place, rule, reliefs) for place, rule in enumerate(self.plan.rules)]

    def other_courses(self) -> Iterator[dict[int, int]]:
        """Other courses that the rules apart from the total could use, as what each skips."""
        spare = {
            place: len(self.ledger.courses(self.gathered[place].taken)) - (rule.need or 0)
            for place, rule in enumerate(self.plan.rules)
            if rule.in_courses and not rule.inside
        }
        ranges = [range(max(0, more) + 1) for more in spare.values()]
        for choice in islice(product(*ranges), 1, MOST_CHOICES):
            yield dict(zip(spare, choice, strict=True))

    def doubtful(self) -> dict[int, str]:
        """Rules of which it is not known whether they apply, yet that may take others' hours."""
        return {
            place: truth.missing
            for pair in self.plan.apart
            for place in sorted(pair)
            if (truth := self.truths[place]).value is None
            and truth.missing is not None
            and self.gathered[place].taken
        }

    def _need(self, place: int, rule: PlanRule, reliefs: Reliefs) -> int | None:
        if rule.need is None:
            return None
        topic = rule.topic
        need = rule.need
        if topic is None or (topic.counts_toward_total and topic.frequency == "every_cycle"):
            need *= self.scale
        need = min(need, reliefs.needs.get(place, need))
        if rule.sort == "minimum" and 0 in reliefs.needs:
            need = share_of(need, reliefs.needs[0], self.plan.rules[0].need or 0)
        return need

    def _gather(self, place: int, rule: PlanRule) -> Gathered:
        windows = self.windows[place]
        if windows is None:
            return Gathered()
        confirmed = self.case.facts.get(rule.asks) is True
        if windows.blocks:
            each = self.needs[place] or 0
            self.needs[place] = each * len(windows.blocks)
            return gather_blocks(rule, self.ledger, windows.blocks, each, confirmed=confirmed)
        return gather(rule, self.ledger, windows.span, confirmed=confirmed)

    def _share(self, reliefs: Reliefs) -> None:
        """Carries hours over, and settles what two rules want."""
        plan = self.plan
        counting = [self.gathered[p] for p, r in enumerate(plan.rules) if r.sort != "topic"]
        for place, rule in enumerate(plan.rules):
            if rule.in_courses and not rule.inside and self._binds(place, rule, reliefs):
                skip = self.skipping.get(place, 0)
                wanted = rule.need or 0
                set_apart(self.gathered[place], wanted, counting, self.ledger, skip=skip)
        needs = {
            place: need
            for place, need in self.needs.items()
            if need
            and plan.rules[place].sort != "maximum"
            and not plan.rules[place].in_courses
            and self._binds(place, plan.rules[place], reliefs)
            and self.gathered[place].taken
        }
        caps = {place: self.needs[place] or 0 for place in plan.caps if self._holds(place)}
        if needs and (caps or plan.apart):
            arena = Field(plan.rules, needs, self.gathered, plan.apart, caps, plan.capped)
            if is_contested(arena, self.ledger, self.gathered[0].taken):
                settle(arena, self.ledger)
        for cap, limit in caps.items():
            found = self.gathered[cap]
            if found.have > limit:
                found.have = limit
                found.counted, over = cut(found.counted, limit)
                found.left_out += over
        total = self.needs.get(0)
        if total and plan.board.carryover.allowed and self.gathered[0].have < total:
            carry(plan, self.case, self.ledger, self.gathered, self.needs)

    def _holds(self, place: int) -> bool:
        return self.truths[place].value is not False

    def _binds(self, place: int, rule: PlanRule, reliefs: Reliefs) -> bool:
        day = self.case.period.last_day if self.case.period else self.today
        return (
            self._holds(place)
            and place not in reliefs.waived
            and place not in self.ignoring
            and (rule.topic is None or place not in reliefs.satisfied)
            and (rule.topic is None or in_force(rule.topic, day))
            and self.case.facts.get(f"waived:{rule.key}") is not True
            and not self._was_done(place, rule)
        )

    # ── one rule's state ────────────────────────────────────────────────────────────────────

    def _rule(self, place: int, rule: PlanRule, reliefs: Reliefs) -> RuleStanding:
        found = self.gathered[place]
        need = self.needs[place]
        courses = rule.in_courses and need is not None
        have = len(self.ledger.courses(found.taken)) if courses else found.have
        state, missing, relies, note = self._state(place, rule, have, reliefs)
        windows = self.windows[place]
        exact = Decimal if courses else credits_of
        left = None
        if need is not None and rule.sort != "maximum" and state is not State.DOES_NOT_APPLY:
            left = ZERO if state is State.MET else Decimal(exact(max(0, need - have)))
        elif need is not None:
            left = ZERO
        return RuleStanding(
            id=rule.id,
            title=rule.title,
            state=state,
            have=Decimal(exact(have)),
            need=None if need is None else Decimal(exact(need)),
            left=left,
            missing_fact=missing,
            counted=tuple(found.counted),
            left_out=(*found.left_out, *found.over),
            relies_on=tuple(dict.fromkeys(relies)),
            topics=tuple(sorted(rule.topics)),
            unit="courses" if courses else "credits",
            inside=rule.inside,
            note=note,
            window=windows.shown if windows else None,
            is_cap=rule.sort == "maximum",
        )

    def _state(
        self, place: int, rule: PlanRule, have: int, reliefs: Reliefs
    ) -> tuple[State, str | None, tuple[str, ...], str | None]:
        """The state, the missing fact, what it relies on, and a note."""
        truth = self.truths[place]
        facts = self.case.facts
        day = self.case.period.last_day if self.case.period else self.today
        if rule.topic is not None and not in_force(rule.topic, day):
            return State.DOES_NOT_APPLY, None, (), _in_force_note(rule)
        begun = self.plan.board.total_from
        if rule.topic is None and begun is not None and day < begun:
            return State.DOES_NOT_APPLY, None, (), rule.note
        if truth.value is False:
            return State.DOES_NOT_APPLY, None, truth.relies, rule.note
        if place in reliefs.waived:
            relies, note = reliefs.waived[place]
            return State.DOES_NOT_APPLY, None, relies, note
        if facts.get(f"waived:{rule.key}") is True:
            return State.DOES_NOT_APPLY, None, (f"waived:{rule.key}",), rule.note
        need = self.needs[place]
        if rule.sort == "maximum":
            return State.MET, None, truth.relies, rule.note
        if need == 0:
            return State.DOES_NOT_APPLY, None, reliefs.relies.get(place, ()), rule.note
        if place in reliefs.satisfied and (need is None or have < need):
            relies, note = reliefs.satisfied[place]
            return State.MET, None, relies, note
        if self._was_done(place, rule):
            return State.MET, None, (*truth.relies, f"done:{rule.key}"), rule.note
        missing = self._open(place, rule, have, need, reliefs)
        if missing is None:
            return State.MET, None, (*truth.relies, *reliefs.relies.get(place, ())), rule.note
        if missing == _SHORT:
            return State.NOT_MET, None, truth.relies, rule.note
        return State.NOT_YET_KNOWN, missing, truth.relies, rule.note

    def _open(
        self, place: int, rule: PlanRule, have: int, need: int | None, reliefs: Reliefs
    ) -> str | None:
        """What keeps the rule from being met: None, `_SHORT`, or the one missing fact."""
        truth = self.truths[place]
        if need is None:
            return truth.missing if truth.value is None else "board_figure"
        if self.windows[place] is None:
            unclear = truth.missing if truth.value is None and rule.topic else self.missing
            return unclear or "board_figure"
        found = self.gathered[place]
        confirmed = self.case.facts.get(rule.asks)
        if have >= need:
            unsure = rule.confirm or not self._of_which(place, rule)
            if not unsure or confirmed is True:
                return None
            if confirmed is None:
                return rule.asks
        elif confirmed is None:
            maybe = found.maybe
            if rule.in_courses:
                maybe = len(self.ledger.courses(found.doubtful))
            if have + maybe >= need and truth.value is not None:
                return rule.asks
        if truth.value is None:
            return truth.missing
        return reliefs.settled_by(place, have) or _SHORT

    def _of_which(self, place: int, rule: PlanRule) -> bool:
        """Whether enough of a topic's hours are known to be about the narrower topic."""
        part = rule.topic.of_which if rule.topic else None
        if part is None:
            return True
        narrow = [
            item.amount
            for item in self.gathered[place].counted
            if not set(part.topics).isdisjoint(item.credit.topics)
        ]
        return sum(narrow, ZERO) >= Decimal(part.hours) * self.scale

    def _was_done(self, place: int, rule: PlanRule) -> bool:
        """Whether the physician said that a duty rarer than every cycle was done in time."""
        topic = rule.topic
        if topic is None or topic.frequency == "every_cycle":
            return False
        windows = self.windows[place]
        return windows is not None and windows.holds(self.case.facts.get(f"done:{rule.key}"))


_SHORT = "short"


def _in_force_note(rule: PlanRule) -> str | None:
    return rule.topic.note if rule.topic else None
