"""Where the physician stands: all standings of one person, in the order they are told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from bot.dialogs.context import Context
from bot.dialogs.guessed_topics import with_guesses
from bot.dialogs.knowledge import folded
from bot.model import Gap, Question, RuleStanding, Standing, State
from bot.rules.person import Standings, standings
from bot.rules.plan import in_force

UNPUBLISHED = "board_figure"
"""The missing fact of a rule for which the board itself has given no figure."""

_ALL_OF_IT = frozenset({"overall", "everything", "everywhere", "altogether", "all"})
_FEDERAL = frozenset({"dea", "mate", "federal"})
_CERTIFIED = frozenset({"certification", "certifications", "certificate", "moc", "certified"})


def all_of(context: Context) -> Standings:
    """All standings there are, the topics guessed from titles not counted but known."""
    return standings(with_guesses(context), context.knowledge.rules, context.today)


def of_licenses(context: Context) -> tuple[Standing, ...]:
    """One standing a license, the nearest last day first."""
    return _by_deadline(all_of(context).licenses)


def everything(context: Context) -> tuple[Standing, ...]:
    """Licenses first, then certifications, then what federal law asks."""
    found = all_of(context)
    return (
        *_by_deadline(found.licenses),
        *_by_deadline(found.certifications),
        *(one for one in found.federal if _is_federal_duty(one, context)),
    )


def _by_deadline(found: Sequence[Standing]) -> tuple[Standing, ...]:
    return tuple(sorted(found, key=lambda one: one.cycle.last_day or date.max))


def _is_federal_duty(one: Standing, context: Context) -> bool:
    """Federal duties are told to those who have, or may have, a DEA registration."""
    profile = context.physician.profile
    if profile.dea_expires is not None or profile.facts.get("dea") is True:
        return True
    unsure = profile.facts.get("dea") is None and bool(context.physician.licenses)
    return unsure and one.board == "mate"


def asked(question: Question, context: Context) -> tuple[Standing, ...]:
    """The standings that a question is about, and of them the rules on the topics it names."""
    slots = question.slots
    topics = slots.get("topics", ())
    words = set(folded(question.text).split())
    if board := slots.get("certifying_board"):
        return tuple(one for one in all_of(context).certifications if one.board == board)
    if "mate" in topics or (words & _FEDERAL and not slots.get("jurisdictions")):
        return all_of(context).federal if context.physician.licenses else ()
    if words & _ALL_OF_IT and not (topics or slots.get("jurisdictions")):
        return everything(context)
    if words & _CERTIFIED and not (topics or slots.get("jurisdictions")):
        return _by_deadline(all_of(context).certifications)
    found = of_licenses(context)
    if codes := slots.get("jurisdictions"):
        boards = context.knowledge.boards
        found = tuple(one for one in found if boards[one.board].jurisdiction in codes)
    elif not found:
        found = _by_deadline(all_of(context).certifications)
    if topics:
        found = tuple(_about(one, topics, context) for one in found)
        found = tuple(one for one in found if one.rules)
    return found


def _about(one: Standing, topics: Sequence[str], context: Context) -> Standing:
    wanted = {near for topic in topics for near in context.knowledge.related_topics(topic)}
    return replace(one, rules=tuple(rule for rule in one.rules if wanted & set(rule.topics)))


def open_rules(context: Context) -> tuple[tuple[Standing, RuleStanding], ...]:
    """Topic rules in hours that are not met, each with whose it is, the largest need first."""
    if not context.physician.licenses:
        return ()
    found = [
        (one, rule)
        for one in everything(context)
        for rule in in_state(one, State.NOT_MET)
        if rule.topics and rule.left and rule.unit == "credits" and not rule.is_cap
    ]
    return tuple(sorted(found, key=lambda pair: -(pair[1].left or Decimal(0))))


def gaps(rules: Sequence[tuple[Standing, RuleStanding]]) -> tuple[Gap, ...]:
    """Open rules as a search takes them."""
    return tuple(Gap(rule.topics, rule.left) for _, rule in rules if rule.left)


def in_state(one: Standing, *states: State) -> list[RuleStanding]:
    return [rule for rule in one.rules if rule.state in states]


def find(board: str, context: Context) -> Standing | None:
    """The standing of one board, by the id it carries."""
    return next((one for one in everything(context) if one.board == board), None)


def is_in_force(rule: RuleStanding, one: Standing, context: Context) -> bool:
    """Whether a rule binds the cycle at all; one that began later or ended earlier does not."""
    board = context.knowledge.rules.boards.get(one.board)
    topic = next((topic for topic in board.topics if topic.id == rule.id), None) if board else None
    return topic is None or in_force(topic, one.cycle.last_day or context.today)


def main_topic(rule: RuleStanding, one: Standing, context: Context) -> str | None:
    """The topic that a rule is named after, of all that serve it."""
    rules = context.knowledge.rules
    board = rules.boards.get(one.board) or rules.federal
    named = next((topic.topic for topic in board.topics if topic.id == rule.id), None)
    return named or next(iter(rule.topics), None)
