"""One credit typed in: read from a sentence, checked on one card, stored as self-entered."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from rapidfuzz import fuzz, utils

from bot.buttons import Press, pack
from bot.dialogs import credit_effects, credit_list, form, offers, start
from bot.dialogs.context import Context, Dialog
from bot.dialogs.credit_form import HIDDEN, MORE_TYPES, TYPES, credit_form
from bot.dialogs.credit_words import said_of_credit
from bot.dialogs.form_fields import kept_answers, open_field
from bot.dialogs.form_kinds import Answers
from bot.dialogs.form_pages import way_button
from bot.dialogs.knowledge import folded
from bot.documents.matching import match
from bot.documents.transcripts.reading import Row
from bot.model import (
    Activity,
    AddCredit,
    Button,
    Credit,
    DropDialog,
    Edit,
    Effect,
    Incoming,
    KeepDialog,
    Kind,
    Question,
    RemoveCredit,
    Rows,
    Say,
    Search,
)
from bot.rules.topics import infer_topics
from bot.understanding import understand

A_DAY = Decimal(16)
"""More credits than this on one day are asked about: a course of several days gives them."""

SAME_TITLE = 88
"""Likeness in percent from which the typed title is taken for an activity's."""

PLAIN_WORDS, TELLING_WORDS = 3, 5
"""So many words of a title tell one activity from others, with its provider and without."""

SAME_PROVIDER = 85
ALL_WORDS = 95
SUGGESTED = 2
FORESEEN = 3
"""Rules named on the card; all are named once it is added."""

USUAL = "ama-pra-1"
"""Taken where the message names no type, and said so on the card."""

_YES = frozenset({"yes", "y", "yep", "yeah", "ok", "okay", "right", "correct", "add", "save"})
_NO = frozenset({"no", "nope", "dont", "no thanks", "not now", "drop it"})
_CHANGED = ("title", "amount", "completed_on", "type", "provider", "topics")


# ── beginning ───────────────────────────────────────────────────────────────────────────────


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """A new credit with what the words already say; or what they want done to one on record."""
    asked = credit_list.asked_of_record(question, context)
    if asked is not None:
        return asked
    known = said_of_credit(question, context)
    for key, check in _CHECKS.items():
        if key in known and (problem := check(known[key], context)):
            # What cannot be is asked for again, with the reason, and the rest is kept.
            del known[key]
            return _begun(known, context, head=(problem, {}))
    return _begun(known, context)


def button() -> Button:
    """The button that begins a new credit."""
    return offers.ask("add_credit", "add_credit.button.open")


def correct(row: Row, context: Context) -> Sequence[Effect]:
    """A credit as it was read from a certificate, to be put right by hand."""
    known = {
        "title": row.title,
        "amount": str(row.amount),
        "completed_on": row.completed_on.isoformat(),
        "type": row.type,
        "board": row.board,
        "provider": row.provider,
    }
    return _begun({key: value for key, value in known.items() if value}, context)


def change(credit: Credit, context: Context) -> Sequence[Effect]:
    """A credit on record, opened at its card."""
    known: dict[str, Any] = {
        "title": credit.title,
        "amount": str(credit.amount),
        "completed_on": credit.completed_on.isoformat(),
        "type": credit.type,
        "board": credit.board,
        "provider": credit.provider,
        "topics": list(credit.topics) or None,
        "activity_id": credit.activity_id,
        "edits": credit.id,
        "origin": credit.origin,
        "format": credit.format,
        "assumed": None,
    }
    return form.begin(FORM, context, known)


def _begun(known: dict[str, Any], context: Context, head: Any = None) -> Sequence[Effect]:
    activity = _same_activity(known, context)
    if activity is not None:
        known = {**_of_activity(activity), **known, "title": activity.title}
        known["topics"] = list(dict.fromkeys((*activity.topics, *(known.get("topics") or ()))))
        known["activity_id"] = activity.id
    if "type" not in known:
        known |= {"type": USUAL, "assumed": "type"}
    rest = {"provider": None, "topics": None, **dict.fromkeys(HIDDEN)}
    return form.begin(FORM, context, {**rest, **known}, head=head)


_CHECKS: dict[str, Any] = {}
"""By field what cannot stand, filled from the form below."""


# ── the activity it may be ──────────────────────────────────────────────────────────────────


def _same_activity(known: Answers, context: Context) -> Activity | None:
    """The activity of the catalog that the title names, if its provider fits what was said."""
    title = known.get("title") or ""
    if len(title.split()) < (PLAIN_WORDS if known.get("provider") else TELLING_WORDS):
        return None
    for found in _found(title, known, context):
        if _like(title, found.title) >= SAME_TITLE and _fits(found, known):
            return found
    return None


def _suggested(answers: Answers, context: Context) -> list[Activity]:
    """Activities that it may have been: of this provider, with all the words that were said."""
    if answers.get("activity_id") or answers.get("edits") or not answers.get("provider"):
        return []
    title = utils.default_process(answers["title"])
    found = [
        one
        for one in _found(f"{answers['title']} {answers['provider']}", answers, context)
        if _fits(one, answers)
        and fuzz.token_set_ratio(title, utils.default_process(one.title)) >= ALL_WORDS
    ]
    return found[:SUGGESTED]


def _found(words: str, known: Answers, context: Context) -> list[Activity]:
    wanted = Search(context.today, words=words, history=True, limit=8)
    return [hit.activity for hit in context.catalog.search(wanted).hits]


def _fits(activity: Activity, known: Answers) -> bool:
    """Whether provider and day, as far as both are known, speak for this activity."""
    provider = known.get("provider")
    if provider and fuzz.partial_ratio(
        utils.default_process(provider), utils.default_process(activity.provider)
    ) < SAME_PROVIDER:  # fmt: skip
        return False
    done = known.get("completed_on")
    begins = activity.start_date
    return not (done and begins and date.fromisoformat(done) < begins)


def _like(ours: str, theirs: str) -> float:
    return fuzz.ratio(utils.default_process(ours), utils.default_process(theirs))


def _of_activity(activity: Activity) -> dict[str, Any]:
    """What the catalog says of an activity, as answers."""
    offer = next((one for one in activity.credits if one.type != "moc"), None)
    known: dict[str, Any] = {
        "title": activity.title,
        "provider": activity.provider,
        "topics": list(activity.topics) or None,
        "activity_id": activity.id,
        "format": activity.format,
    }
    if offer is not None:
        known |= {"type": offer.type, "assumed": None}
        if offer.amount is not None:
            known["amount"] = str(offer.amount)
    return known


# ── the card ────────────────────────────────────────────────────────────────────────────────


def _card(answers: Answers, context: Context, revision: int) -> Say:
    """What would be stored, what it does to the standings, and what speaks against it."""
    credit = _credit(answers, context, "")
    others = [one for one in context.physician.credits if one.id != credit.id or credit.id is None]
    after = credit_effects.with_credits(context, (*others, credit))
    twin = _twin(credit, others)
    activity = context.catalog.get(credit.activity_id) if credit.activity_id else None
    suggested = _suggested(answers, context)
    values = {
        "title": credit.title,
        "amount": credit.amount,
        "day": credit.completed_on,
        "type": context.knowledge.credit_types[credit.type],
        "board": credit.board,
        "points": credit.type == "moc",
        "assumed": answers.get("assumed") == "type",
        "provider": credit.provider,
        "topics": [context.knowledge.topic_name(topic) for topic in credit.topics],
        "guessed": [context.knowledge.topic_name(topic) for topic in credit.inferred],
        "activity": activity and {"title": activity.title, "provider": activity.provider},
        "most": _most(activity, credit),
        "suggested": [{"title": one.title, "provider": one.provider} for one in suggested],
        "twin": twin
        and {
            "title": twin.title,
            "amount": twin.amount,
            "day": twin.completed_on,
            "origin": twin.origin,
        },
        "much": credit.amount > A_DAY,
        "edits": credit.id is not None,
        "lines": [] if twin else credit_effects.effects(context, after)[:FORESEEN],
    }
    return Say("add_credit.card", values, _card_buttons(answers, suggested, revision, bool(twin)))


def _card_buttons(
    answers: Answers, suggested: Sequence[Activity], revision: int, is_twin: bool
) -> Rows:
    send = "save" if answers.get("edits") else "anyway" if is_twin else "send"
    drop = "leave" if answers.get("edits") else "same" if is_twin else "drop"
    was = [
        Button(
            "add_credit.button.was",
            pack("add_credit", "was", one.id, revision),
            values={"number": place},
        )
        for place, one in enumerate(suggested, start=1)
    ]
    if answers.get("activity_id") and not answers.get("edits"):
        was.append(way_button(FORM, "add_credit.button.another", "another", revision=revision))
    changes = [
        Button(
            "add_credit.button.change",
            pack("add_credit", "change", key, revision),
            values={"label": f"add_credit.{key}.label"},
        )
        for key in _CHANGED
    ]
    return (
        (
            way_button(FORM, f"add_credit.button.{send}", "send", revision=revision),
            way_button(FORM, f"add_credit.button.{drop}", "drop", revision=revision),
        ),
        tuple(was),
        tuple(changes[:3]),
        tuple(changes[3:]),
    )


def _most(activity: Activity | None, credit: Credit) -> Decimal | None:
    """What the activity offers at most, where more is claimed than that."""
    offers_of = activity.credits if activity else ()
    most = [one.amount for one in offers_of if one.type == credit.type and one.amount]
    return most[0] if most and credit.amount > most[0] else None


def _twin(credit: Credit, others: Sequence[Credit]) -> Credit | None:
    """The credit on record that this one looks like."""
    row = Row(
        title=credit.title,
        provider=credit.provider,
        completed_on=credit.completed_on,
        type=credit.type,
        board=credit.board,
        amount=credit.amount,
        line=1,
    )
    found = match((row,), others)
    if found.present:
        return found.present[0].credit
    return found.doubtful[0].credit if found.doubtful else _on_that_day(credit, others)


def _on_that_day(credit: Credit, others: Sequence[Credit]) -> Credit | None:
    """One of the same day, amount, type and subject is asked about, whatever its title."""
    for one in others:
        same = (one.completed_on, one.amount, one.type) == (
            credit.completed_on, credit.amount, credit.type
        )  # fmt: skip
        subject = set(one.topics) | set(one.inferred)
        if same and subject & {*credit.topics, *credit.inferred}:
            return one
    return None


def _credit(answers: Answers, context: Context, batch: str) -> Credit:
    topics = tuple(answers.get("topics") or ())
    guessed = infer_topics(answers["title"], context.knowledge.topics)
    edits = answers.get("edits")
    before = next((one for one in context.physician.credits if edits and one.id == edits), None)
    return Credit(
        title=answers["title"][0].upper() + answers["title"][1:],
        completed_on=date.fromisoformat(answers["completed_on"]),
        amount=Decimal(answers["amount"]),
        type=answers["type"],
        provider=answers.get("provider"),
        origin="typed",
        board=answers.get("board") if answers["type"] == "moc" else None,
        topics=topics,
        inferred=tuple(topic for topic in guessed if topic not in topics),
        activity_id=answers.get("activity_id"),
        format=answers.get("format"),
        batch=before.batch if before else batch,
        id=edits,
    )


# ── going on ────────────────────────────────────────────────────────────────────────────────


def proceed(incoming: Incoming, context: Context) -> Sequence[Effect] | None:
    """At the card a yes adds it, and words may correct it; before, the form asks on."""
    answers = kept_answers(FORM, context)
    if incoming.kind is Kind.TEXT and open_field(FORM, answers, context) is None:
        typed = folded(incoming.text)
        if typed in _YES:
            return [DropDialog(), *_finish(answers, context)]
        if typed in _NO:
            return [DropDialog(), Say("add_credit.dropped")]
        if (corrected := _corrected(incoming.text, answers, context)) is not None:
            return _shown({**answers, **corrected}, context)
    return form.proceed(FORM, incoming, context)


def _corrected(text: str, answers: Answers, context: Context) -> dict[str, Any] | None:
    """What words at the card put right: "no, 3 hours", "it was monday"."""
    read = understand(text, context.today, context.knowledge.lexicon)[0]
    said = said_of_credit(read, context)
    said.pop("title", None)
    kept = {key: value for key, value in said.items() if value != answers.get(key)}
    for key, check in _CHECKS.items():
        if key in kept and check(kept[key], context):
            return None
    if not kept or (read.intent not in ("add_credit", "credit_status") and read.confidence > 0.8):  # noqa: PLR2004
        return None
    return {**kept, "assumed": None} if "type" in kept else kept


def _shown(answers: Answers, context: Context, *, edits: bool = False) -> Sequence[Effect]:
    """The card anew."""
    said = _card(answers, context, context.next_revision)
    told = Edit(said.key, said.values, said.buttons) if edits else said
    return [KeepDialog(FORM.name, FORM.version, answers), told]


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    if (question := offers.asked(pressed, "add_credit")) is not None:
        return answer(question, context)
    if pressed.step == "undo":
        return _undone(pressed.argument, context)
    if pressed.step == "of":
        found = credit_list.credit_of(pressed.argument, context)
        may_change = found is not None and found.origin != "hub"
        return change(found, context) if found and may_change else start.outdated(context)
    opened = context.conversation.dialog
    is_open = opened is not None and opened.name == FORM.name
    if not is_open or opened is None or pressed.revision != opened.revision:
        return form.press(FORM, pressed, context)
    answers = kept_answers(FORM, context)
    match pressed.step:
        case "drop":
            return [DropDialog(), Edit("add_credit.dropped")]
        case "another":
            kept = {**answers, "activity_id": None, "topics": None, "format": None}
            return _shown(kept, context, edits=True)
        case "was" if (activity := context.catalog.get(pressed.argument)) is not None:
            taken = _of_activity(activity)
            taken["topics"] = list(
                dict.fromkeys((*activity.topics, *(answers.get("topics") or ())))
            )
            return _shown({**answers, **taken}, context, edits=True)
        case "pick" if pressed.argument in (*TYPES, *MORE_TYPES):
            picked = form.press(FORM, pressed, context)
            return [_settled_type(effect) for effect in picked]
        case _:
            return form.press(FORM, pressed, context)


def _settled_type(effect: Effect) -> Effect:
    """A type that was picked is not assumed any more; the card says so."""
    if isinstance(effect, KeepDialog):
        return replace(effect, answers={**effect.answers, "assumed": None})
    if isinstance(effect, Say | Edit) and "assumed" in effect.values:
        return replace(effect, values={**effect.values, "assumed": False})
    return effect


def _finish(answers: Answers, context: Context) -> Sequence[Effect]:
    """Stored, and its effect on the standings said at once."""
    batch = f"typed-{context.next_revision}"
    credit = _credit(answers, context, batch)
    before = [one for one in context.physician.credits if credit.id is None or one.id != credit.id]
    after = credit_effects.with_credits(context, (*before, credit))
    values = {
        "title": credit.title,
        "amount": credit.amount,
        "points": credit.type == "moc",
        "edits": credit.id is not None,
        "lines": credit_effects.effects(context, after),
    }
    rows: list[tuple[Button, ...]] = []
    if credit.id is None:
        undo = Button("add_credit.button.undo", pack("add_credit", "undo", batch))
        attach = credit_list.attach_button(batch, context)
        rows.append((undo, attach))
    mine = offers.ask("credit_status", "credit_status.button.open")
    rows.append((mine, credit_list.button()))
    return [AddCredit(credit), Edit("add_credit.added", values, tuple(rows))]


def _undone(batch: str, context: Context) -> Sequence[Effect]:
    found = [one for one in context.physician.credits if batch and one.batch == batch]
    if not found:
        return start.outdated(context)
    removed = [RemoveCredit(one.id) for one in found if one.id is not None]
    return [*removed, Edit("add_credit.undone", {"title": found[0].title}, ((button(),),))]


FORM = credit_form(_finish, _card)
_CHECKS |= {
    field.key: field.check for field in FORM.fields if field.key in ("amount", "completed_on")
}

DIALOG = Dialog(
    "add_credit",
    answer,
    intents=("add_credit",),
    command="addcredit",
    aliases=("addcredits", "log"),
    press=press,
    proceed=proceed,
    again=partial(form.again, FORM),
)
