"""What a credit is about, where only its title says so: asked, confirmed or refused, undone."""

from collections.abc import Sequence
from dataclasses import replace

from bot.buttons import Press, pack
from bot.dialogs import start
from bot.dialogs.afterwards import after
from bot.dialogs.context import Context
from bot.dialogs.differences import differences
from bot.dialogs.guessed_topics import REFUSED, refused_topics
from bot.model import (
    AddCredit,
    Button,
    Change,
    ConfirmTopics,
    Credit,
    Edit,
    Effect,
    Question,
    RemoveCredit,
    SetFact,
)


def press(pressed: Press, question: Question, context: Context) -> Sequence[Effect]:
    """`topic` asks, `about` and `notabout` answer, `untopic` takes the answer back."""
    number, _, topic = pressed.argument.partition(".")
    credit = next((one for one in context.physician.credits if str(one.id) == number), None)
    if credit is None or topic not in context.knowledge.topics:
        return start.outdated(context)
    match pressed.step:
        case "topic":
            return [_asked(credit, topic, context)]
        case "untopic":
            changes = _taken_back(credit, topic, context)
            return _told(credit, topic, changes, context, answer="undone")
        case answer:
            changes = _settled(credit, topic, context, yes=answer == "about")
            return _told(credit, topic, changes, context, answer=answer)


def _asked(credit: Credit, topic: str, context: Context) -> Edit:
    yes = _settled(credit, topic, context, yes=True)
    values = {
        "credit": credit,
        "topic": context.knowledge.topic_words(topic),
        "entries": differences(context, after(yes, context))[:3],
    }
    argument = f"{credit.id}.{topic}"
    row = tuple(
        Button(f"credit_status.button.{step}", pack("credit_status", step, argument))
        for step in ("about", "notabout")
    )
    back = Button("credit_status.button.back", pack("credit_status", "back"))
    return Edit("credit_status.topic", values, (row, (back,)))


def _settled(credit: Credit, topic: str, context: Context, *, yes: bool) -> tuple[Change, ...]:
    assert credit.id is not None
    settled = ConfirmTopics(credit.id, (topic,), yes)
    if yes:
        return (settled,)
    refused = dict.fromkeys((*refused_topics(credit, context), topic))
    return (settled, SetFact(f"{REFUSED}:{credit.id}", ",".join(refused)))


def _taken_back(credit: Credit, topic: str, context: Context) -> tuple[Change, ...]:
    """The credit as it was, the topic guessed and not confirmed."""
    assert credit.id is not None
    changes: list[Change] = []
    refused = [one for one in refused_topics(credit, context) if one != topic]
    if topic in refused_topics(credit, context):
        changes.append(SetFact(f"{REFUSED}:{credit.id}", ",".join(refused) or None))
    if topic in credit.topics:
        topics = tuple(one for one in credit.topics if one != topic)
        guessed = (*credit.inferred, topic)
        before = replace(credit, topics=topics, inferred=guessed, id=None)
        changes += [RemoveCredit(credit.id), AddCredit(before)]
    return tuple(changes)


def _told(
    credit: Credit, topic: str, changes: tuple[Change, ...], context: Context, *, answer: str
) -> Sequence[Effect]:
    values = {
        "credit": credit,
        "topic": context.knowledge.topic_words(topic),
        "answer": answer,
        "entries": differences(context, after(changes, context))[:3],
    }
    row = [Button("credit_status.button.back", pack("credit_status", "back"))]
    if answer != "undone":
        argument = f"{credit.id}.{topic}"
        undo = Button("credit_status.button.undo", pack("credit_status", "untopic", argument))
        row.insert(0, undo)
    return [*changes, Edit("credit_status.topic_settled", values, (tuple(row),))]
