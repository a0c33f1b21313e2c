"""Topics guessed from a credit's title: never counted, only offered for the physician's word.

What the physician has refused is kept as a fact of its own, `not_about:<credit>`, its topics
joined by commas, so that no credit is asked about twice.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from bot.dialogs.context import Context
from bot.model import Credit, Physician, Standing, State
from bot.rules.topics import infer_topics

REFUSED = "not_about"


@dataclass(frozen=True, slots=True)
class Guess:
    """A credit that would serve an open rule if its title says what it is about."""

    credit: Credit
    topic: str
    amount: Decimal


def with_guesses(context: Context) -> Physician:
    """The physician, each credit without any topic carrying those that its title suggests."""
    person = context.physician
    credits_ = tuple(_guessed(credit, context) for credit in person.credits)
    return replace(person, credits=credits_)


def _guessed(credit: Credit, context: Context) -> Credit:
    refused = refused_topics(credit, context)
    if credit.topics or credit.id is None:
        return replace(credit, inferred=_less(credit.inferred, refused)) if refused else credit
    guesses = credit.inferred or infer_topics(credit.title, context.knowledge.topics)
    return replace(credit, inferred=_less(guesses, refused))


def _less(topics: tuple[str, ...], refused: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(topic for topic in topics if topic not in refused)


def refused_topics(credit: Credit, context: Context) -> tuple[str, ...]:
    """Topics that the physician said this credit is not about."""
    said = context.physician.profile.facts.get(f"{REFUSED}:{credit.id}")
    return tuple(str(said).split(",")) if said else ()


def guesses(found: tuple[Standing, ...]) -> list[Guess]:
    """Credits whose guessed topic would help a rule that is open or not yet known, once each."""
    offered: dict[tuple[int, str], Guess] = {}
    for one in found:
        for rule in one.rules:
            if rule.state not in (State.NOT_MET, State.NOT_YET_KNOWN):
                continue
            for item in rule.left_out:
                topic = next((t for t in item.credit.inferred if t in rule.topics), None)
                if item.reason != "topic_not_confirmed" or topic is None or item.credit.id is None:
                    continue
                guess = Guess(item.credit, topic, item.amount)
                offered.setdefault((item.credit.id, topic), guess)
    return sorted(offered.values(), key=lambda guess: -guess.amount)
