"""An activity in words: one entry of a list, and everything that is known of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.dialogs.context import Context
from bot.model import Activity, CreditOffer, RuleStanding, Standing

QUOTED = 60
"""Characters of the physician's own words said back in the head of an answer."""

OpenRules = Sequence[tuple[Standing, RuleStanding]]

LENGTHS = ((72, 28), (60, 28), (52, 26), (44, 24), (38, 20), (32, 16), (26, 14))
SUBJECT_LENGTH = 26
ROOM = 585
"""Characters that the entries of a page may have together: an answer fits a phone's screen. The
longest lengths of title and provider with which they do are taken."""

FORMATS: Mapping[str, str] = {
    "on-demand": "on demand",
    "in-person": "in person",
    "virtual": "live online",
    "hybrid": "in person or online",
}
SHORT: Mapping[str, str] = {
    "ama-pra-1": "Cat 1",
    "ama-pra-2": "Cat 2",
    "aafp-prescribed": "AAFP",
    "aafp-elective": "AAFP elective",
    "aoa-1a": "AOA 1-A",
    "aoa-1b": "AOA 1-B",
    "aoa-2a": "AOA 2-A",
    "aoa-2b": "AOA 2-B",
    "ipce": "IPCE",
}
"""Credit types as physicians write them; others go by their id."""


def entries(
    activities: Sequence[Activity],
    rules: OpenRules,
    context: Context,
    *,
    told: Sequence[str] = (),
    room: int = ROOM,
) -> list[dict[str, Any]]:
    """The activities as entries of a list, their titles as long as the page has room for.

    `told` are subjects that stand over the list and need not be said in each entry.
    """
    shown: list[dict[str, Any]] = []
    for lengths in LENGTHS:
        shown = [_entry(one, rules, lengths, told, context) for one in activities]
        if sum(_length(entry) for entry in shown) <= room:
            break
    return shown


def _length(entry: Mapping[str, Any]) -> int:
    said = (entry["title"], entry["provider"], *entry["facts"], *entry["closes"][:1])
    return len("1. \n") + sum(len(part) + len(" · ") for part in said)


def _entry(
    activity: Activity,
    rules: OpenRules,
    lengths: tuple[int, int],
    told: Sequence[str],
    context: Context,
) -> dict[str, Any]:
    facts = (when(activity), in_short(activity), price(activity))
    return {
        "title": shortened(activity.title, lengths[0]),
        "provider": shortened(activity.provider, lengths[1]),
        "facts": [fact for fact in facts if fact],
        "closes": _closes_in_short(activity, rules, told, context),
        "over": is_over(activity, context),
    }


def shortened(text: str, length: int) -> str:
    """At most so many characters, cut after a whole word wherever there is one."""
    if len(text) <= length:
        return text
    kept = text[: length - 1]
    if not text[length - 1].isspace() and " " in kept:
        kept = kept[: kept.rindex(" ")]
    return kept.rstrip(" ,;:.–—-(/&|“\"'") + "…"


def when(activity: Activity) -> str:
    """`March 4, 2027` and the place for a meeting, the way of taking part for all else."""
    form = FORMATS.get(activity.format or "", activity.format or "")
    start, end = activity.start_date, activity.end_date
    if activity.format == "on-demand" or not start or not end or (end - start).days > LONGEST:
        return form
    where = f", {form}" if activity.format == "virtual" else place(activity)
    return f"{days(start, end)}{where}"


LONGEST = 31
"""Days: what goes on for longer is no meeting, whatever its format says."""


def days(start: Any, end: Any) -> str:
    """`Mar 4, 2027` or `Mar 4 to 6, 2027`."""
    first = f"{start:%b} {start.day}"
    if start == end:
        return f"{first}, {start.year}"
    same_month = (start.year, start.month) == (end.year, end.month)
    last = str(end.day) if same_month else f"{end:%b} {end.day}"
    if start.year != end.year:
        return f"{first}, {start.year} to {last}, {end.year}"
    return f"{first} to {last}, {end.year}"


def place(activity: Activity) -> str:
    """`, Columbus, OH`; nothing where no place is known."""
    return "".join(f", {part}" for part in (activity.city, activity.state) if part)


def in_short(activity: Activity) -> str:
    """`1.5 h Cat 1` or `10 ABIM points`: the first credit with a figure, else the first type."""
    offers = sorted(activity.credits, key=lambda offer: offer.amount is None)
    return _offer(offers[0]) if offers else ""


def _offer(offer: CreditOffer) -> str:
    if offer.type == "moc":
        unit = f"{offer.board or 'MOC'} point{'' if offer.amount == 1 else 's'}"
        return unit if offer.amount is None else f"{offer.amount.normalize():f} {unit}"
    name = SHORT.get(offer.type, offer.type)
    return name if offer.amount is None else f"{offer.amount.normalize():f}\u00a0h {name}"


def price(activity: Activity) -> str:
    if activity.fee_usd is None:
        return "price not given"
    return f"${activity.fee_usd.normalize():,f}" if activity.fee_usd else "free"


def is_over(activity: Activity, context: Context) -> bool:
    return activity.end_date is not None and activity.end_date < context.today


def _serves(activity: Activity, rules: OpenRules) -> list[tuple[Standing, RuleStanding, str]]:
    """The open rules that it serves, each with how much of it: `1 of 2 h`."""
    offered = max(
        (offer.amount for offer in activity.credits if offer.amount and offer.type != "moc"),
        default=None,
    )
    if offered is None:
        return []
    return [
        (one, rule, f"{min(rule.left, offered).normalize():f} of {rule.left.normalize():f}\u00a0h")
        for one, rule in rules
        if rule.left and set(rule.topics) & set(activity.topics)
    ]


def _closes_in_short(
    activity: Activity, rules: OpenRules, told: Sequence[str], context: Context
) -> list[str]:
    served = _serves(activity, rules)
    if len(served) > 1:
        return [f"serves {len(served)} of your open rules"]
    subjects = [subject_of(rule, context) for _, rule, _ in served]
    return [
        f"closes {amount}" if subject in told else f"closes {amount} {subject}"
        for subject, (_, _, amount) in zip(subjects, served, strict=True)
    ]


def subject_of(rule: RuleStanding, context: Context) -> str:
    """The rule in a word or two: the topic that its id names, else the beginning of its title."""
    named = next((topic for topic in rule.topics if topic in rule.id), None)
    return context.knowledge.topic_name(named) if named else shortened(rule.title, SUBJECT_LENGTH)


def details(activity: Activity, rules: OpenRules, context: Context) -> dict[str, Any]:
    """All that is known of an activity, with what it would close and for whom."""
    boards = context.knowledge.boards
    return {
        "activity": activity,
        "when": when(activity),
        "credit": [_whole_offer(offer, context) for offer in activity.credits],
        "price": price(activity),
        "topics": [context.knowledge.topic_name(topic) for topic in activity.topics],
        "closes": [
            {
                "whose": boards[one.board].jurisdiction_name if one.board in boards else one.board,
                "rule": rule.title,
                "amount": amount,
            }
            for one, rule, amount in _serves(activity, rules)
        ],
        "over": is_over(activity, context),
    }


def _whole_offer(offer: CreditOffer, context: Context) -> str:
    """`1.5 h AMA PRA Category 1 Credit`, or the type alone where the page names no figure."""
    if offer.type == "moc":
        return _offer(offer)
    name = context.knowledge.credit_types.get(offer.type, offer.type)
    return name if offer.amount is None else f"{offer.amount.normalize():f}\u00a0h {name}"
