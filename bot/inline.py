"""What `@bot words` offers in any chat: cards of public facts, for whoever may read along.

Nothing personal can be in them: nobody's records are handed in, and the dialogs that make the
cards are given a stranger. What asks for something personal gets only the way into the private
chat.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.conversation import Conversation
from bot.dialogs import activity_search, faq, requirement
from bot.dialogs.activity_wishes import asked, is_bare, search_of
from bot.dialogs.activity_words import details, in_short, price, when
from bot.dialogs.context import Context, Dialog, Lookup
from bot.dialogs.knowledge import Knowledge
from bot.model import Activity, Key, Physician, Question, Say
from bot.texts import Texts, plain
from bot.understanding import UNSURE, understand

MOST = 10
LONGEST = 256
"""Characters of a query; Telegram sends no more."""

PUBLIC: dict[str, Dialog] = {"requirement": requirement.DIALOG, "faq": faq.DIALOG}
SEARCHING = frozenset(activity_search.DIALOG.intents)
NOT_PERSONAL = frozenset({*PUBLIC, *SEARCHING, "help", "out_of_scope"})
"""Intents whose answers are the same for everybody; the rest belongs into the private chat."""


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to choose: what the list shows of it, and the HTML that is sent when chosen."""

    id: str
    title: str
    description: str
    html: str
    url: Key | None = None


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """Cards, best first, and the label of the button that leads into the private chat."""

    cards: tuple[Card, ...]
    button: str


def inline_answer(
    text: str, knowledge: Knowledge, catalog: Lookup, texts: Texts, now: datetime
) -> InlineAnswer:
    """What the words are answered with in a chat that may be anybody's; at most ten cards."""
    context = Context(
        knowledge=knowledge,
        catalog=catalog,
        physician=Physician(0),
        conversation=Conversation(),
        now=now,
        today=now.date(),
    )
    text = " ".join(text[:LONGEST].split())
    if not text:
        return InlineAnswer((), texts.label("inline.button.open", {}))
    question = understand(text, context.today, knowledge.lexicon)[0]
    if is_bare(question) and question.intent not in NOT_PERSONAL:
        question = replace(question, intent="requirement")
    if question.intent not in NOT_PERSONAL and question.confidence >= UNSURE:
        return InlineAnswer((), texts.label("inline.button.personal", {}))
    said = (*_facts(question, context, texts), *_activities(question, context, texts))
    cards = {card.id: card for card in said}
    return InlineAnswer(tuple(cards.values())[:MOST], texts.label("inline.button.open", {}))


def _facts(question: Question, context: Context, texts: Texts) -> Iterator[Card]:
    """What a state or board asks for, and answers of the FAQ: as the private chat says it."""
    slots = question.slots
    named = slots.get("jurisdictions") or slots.get("certifying_board")
    about = question
    if named and question.intent in SEARCHING:
        about = replace(question, intent="requirement")
    dialog = PUBLIC.get(about.intent)
    if dialog is None or (dialog is requirement.DIALOG and not named and "mate" not in slots):
        return
    said = [one for one in dialog.answer(about, context) if isinstance(one, Say)]
    for place, one in enumerate(said):
        if one.key in _ASKING_BACK:
            continue
        html = texts.html(one.key, one.values)
        title, _, rest = plain(html).partition("\n")
        yield Card(f"{one.key}.{place}", title.strip("."), rest.replace("\n", " "), html)


_ASKING_BACK = frozenset(
    {"requirement.which_state", "requirement.too_many", "faq.which", "faq.unknown"}
)
"""Answers that are questions to somebody who can answer only in the private chat."""


def _activities(question: Question, context: Context, texts: Texts) -> Iterator[Card]:
    wished = asked(replace(question, slots=_subject(question)))
    search = replace(search_of(wished, 0, context), limit=MOST)
    if not (search.words or search.topics or search.specialty or search.provider):
        return
    found = context.catalog.search(search)
    for hit in found.hits:
        if hit.score >= activity_search.LIKE_ENOUGH:
            yield _card(hit.activity, context, texts)


def _subject(question: Question) -> dict[str, object]:
    """A state is one to count in, not one to go to, unless the words are a search."""
    kept = dict(question.slots)
    if question.intent not in SEARCHING:
        kept.pop("jurisdictions", None)
    return kept


def _card(activity: Activity, context: Context, texts: Texts) -> Card:
    facts = (activity.provider, when(activity), in_short(activity), price(activity))
    return Card(
        f"activity.{activity.id}",
        activity.title,
        " · ".join(fact for fact in facts if fact),
        texts.html("activity_search.details", details(activity, (), context)),
        Key(texts.label("activity_search.button.open_page", {}), url=activity.url)
        if activity.url
        else None,
    )
