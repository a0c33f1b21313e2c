"""One turn: what comes of one message, worked out without touching the world.

Everything a turn does is in the `Turn` it returns: words to send, records to change, and what to
remember. `bot.handlers.turns` carries it out in one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot import dialogs
from bot.buttons import unpack
from bot.conversation import Conversation, OpenDialog
from bot.dialogs import activity_search, clinical, files, reminders, smalltalk, start, unclear
from bot.dialogs.context import Context, Dialog, Lookup
from bot.dialogs.knowledge import Knowledge, folded
from bot.errors import BotError
from bot.model import (
    AcknowledgePress,
    Button,
    Change,
    DropDialog,
    Edit,
    Effect,
    ErasePhysician,
    Incoming,
    KeepAside,
    KeepDialog,
    KeepDraft,
    Key,
    Kind,
    News,
    Notify,
    Outgoing,
    Physician,
    Question,
    Remember,
    Say,
)
from bot.texts import Texts, plain
from bot.understanding import UNSURE, understand

MAX_QUESTIONS = 3
"""Questions of one message that are answered; more is a letter, and the first ones lead on."""

SURE = 0.75
"""From this confidence on, a message that could also be an activity's title is not looked up."""

LABEL_LIMIT = 30
"""Characters of a button's label; phones cut longer ones."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What every turn is answered from, built once by the composition root."""

    knowledge: Knowledge
    catalog: Lookup
    texts: Texts


@dataclass(frozen=True, slots=True)
class Turn:
    """All that one message causes."""

    outgoing: tuple[Outgoing, ...] = ()
    changes: tuple[Change, ...] = ()
    conversation: Conversation = field(default_factory=Conversation)
    intent: str | None = None
    confidence: float = 1.0
    question: Question | None = None
    news: tuple[News, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reply:
    """Effects and what they were in answer to; `understood` None leaves the count of failures."""

    effects: Sequence[Effect]
    intent: str | None = None
    confidence: float = 1.0
    understood: bool | None = True
    question: Question | None = None


def respond(
    incoming: Incoming,
    physician: Physician,
    conversation: Conversation,
    sources: Sources,
    now: datetime,
) -> Turn:
    """The turn that answers one message; `now` is aware, and its date is the physician's today."""
    context = Context(
        knowledge=sources.knowledge,
        catalog=sources.catalog,
        physician=physician,
        conversation=conversation,
        now=now,
        today=now.date(),
        name=incoming.name,
        chat_id=incoming.chat_id,
    )
    try:
        reply = _reply(incoming, context)
        if incoming.kind not in (Kind.BLOCKED, Kind.RESULT, Kind.GROUP):
            reply = replace(reply, effects=[*reply.effects, *reminders.missed(context)])
    except BotError as error:
        reply = _Reply((Say(error.text_key, error.values),), understood=None)
    if incoming.kind is Kind.PRESS:
        reply = replace(reply, effects=_acknowledged(reply.effects))
    return _turn(reply, incoming, conversation, sources.texts)


def apology(
    incoming: Incoming, conversation: Conversation, sources: Sources, reference: str
) -> Turn:
    """What the physician reads after a defect: one plain sentence and a number to quote."""
    values = {"reference": reference, "contact": sources.knowledge.contact}
    effects: list[Effect] = [Say("start.failed", values)]
    if incoming.kind is Kind.PRESS:
        effects.insert(0, AcknowledgePress())
    return _turn(_Reply(effects, understood=None), incoming, conversation, sources.texts)


# ── which dialog answers ────────────────────────────────────────────────────────────────────


def _reply(incoming: Incoming, context: Context) -> _Reply:
    if incoming.kind in (Kind.GROUP, Kind.BLOCKED, Kind.EDITED):
        return _edited(incoming, context)
    if incoming.kind is Kind.RESULT:
        return _heard(incoming, context)
    if incoming.kind is Kind.PRESS:
        return _pressed(incoming.data, context)
    if incoming.kind is not Kind.TEXT:
        return _not_text(incoming, context)
    text = incoming.text.strip()
    if text.startswith("/"):
        return _commanded(text, incoming, context)
    if (data := _typed_label(text, context.conversation)) is not None:
        return _pressed(data, context)
    return _open_dialog(incoming, context) or _free_text(text, context)


def _edited(incoming: Incoming, context: Context) -> _Reply:
    """An edited message corrects an answer in an open dialog; elsewhere silence, on purpose."""
    opened = _open_dialog(incoming, context) if incoming.kind is Kind.EDITED else None
    return opened or _Reply((), understood=None)


def _heard(incoming: Incoming, context: Context) -> _Reply:
    """What came of an errand; a dialog that is gone by now hears nothing."""
    dialog = dialogs.NAMED.get(incoming.data)
    if dialog is None or dialog.hears is None:
        return _Reply((), understood=None)
    return _Reply(dialog.hears(incoming, context), intent=dialog.name, understood=None)


def _not_text(incoming: Incoming, context: Context) -> _Reply:
    if (opened := _open_dialog(incoming, context)) is not None:
        return opened
    is_file = incoming.kind in (Kind.FILE, Kind.PHOTO)
    effects = (files.received if is_file else smalltalk.not_text)(incoming, context)
    return _Reply([*effects, *_place_kept(effects, context)], understood=None)


def _pressed(data: str, context: Context) -> _Reply:
    press = unpack(data)
    dialog = dialogs.NAMED.get(press.dialog) if press else None
    if press is None or dialog is None or dialog.press is None:
        return _Reply(start.outdated(context), understood=None)
    return _Reply(dialog.press(press, context), intent=dialog.name)


def _commanded(text: str, incoming: Incoming, context: Context) -> _Reply:
    word, _, argument = text[1:].partition(" ")
    name = word.partition("@")[0].casefold()
    if name == "cancel":
        left = _open_dialog(replace(incoming, text=name), context)
        if left is not None:
            return left
    dialog = dialogs.COMMANDS.get(name)
    if dialog is None:
        effects = unclear.unknown_command(name, context)
        return _Reply([*effects, *_place_kept(effects, context)], understood=None)
    question = Question(intent=name, text=argument.strip())
    if argument.strip() and dialog.intents:
        question = _slots_of(argument, dialog, context)
    effects = dialog.answer(question, context)
    return _Reply([*effects, *_place_kept(effects, context)], intent=dialog.name)


def _slots_of(argument: str, dialog: Dialog, context: Context) -> Question:
    """A command's argument in free words: `/requirements ohio opioids`."""
    read = understand(argument, context.today, context.knowledge.lexicon)[0]
    intent = read.intent if read.intent in dialog.intents else dialog.intents[0]
    return replace(read, intent=intent, text=argument)


def _typed_label(text: str, conversation: Conversation) -> str | None:
    """The data of a button of the newest message whose label was typed instead of pressed."""
    typed = folded(text)
    return next((data for label, data in conversation.shown if folded(label) == typed), None)


def _open_dialog(incoming: Incoming, context: Context) -> _Reply | None:
    opened = context.conversation.dialog
    dialog = dialogs.NAMED.get(opened.name) if opened else None
    if dialog is None or dialog.proceed is None:
        return None
    effects = dialog.proceed(incoming, context)
    return None if effects is None else _Reply(effects, intent=dialog.name)


def _free_text(text: str, context: Context) -> _Reply:
    if not text:
        return _Reply(smalltalk.nothing(context), understood=None)
    conversation = context.conversation
    lexicon = context.knowledge.lexicon
    read = understand(text, context.today, lexicon, conversation.question)
    first = read[0]
    meant = dialogs.meant(read, text, context)
    if meant[0].act in smalltalk.ACTS:
        effects = smalltalk.answer_act(first, context)
        return _Reply(effects, first.intent, first.confidence, question=first)
    known = [question for question in meant if question.confidence >= UNSURE]
    if not known and (days := reminders.days_alone(text, context)) is not None:
        return _Reply(days, reminders.DIALOG.name, question=first)
    unsure = meant[0].confidence < SURE
    if unsure and (found := activity_search.titled(text, context, read=bool(known))) is not None:
        return _Reply([*found, *_place_kept(found, context)], activity_search.DIALOG.name)
    if not known:
        effects = unclear.answer(first, context)
        return _Reply(effects, first.intent, first.confidence, understood=False, question=first)
    effects = []
    for question in known[:MAX_QUESTIONS]:
        kept = sum(isinstance(one, Remember | KeepDialog | KeepAside) for one in effects)
        later = replace(conversation, revision=conversation.revision + kept)
        dialog = dialogs.ANSWERING.get(question.intent, clinical.DIALOG)
        effects += dialog.answer(question, replace(context, conversation=later))
    kept_place = _place_kept(effects, context)
    return _Reply([*effects, *kept_place], known[0].intent, first.confidence, question=first)


def _place_kept(effects: Sequence[Effect], context: Context) -> Sequence[Effect]:
    """After a question in the middle of a dialog: its open step once more."""
    opened = context.conversation.dialog
    if opened is None or any(isinstance(effect, KeepDialog | DropDialog) for effect in effects):
        return ()
    dialog = dialogs.NAMED.get(opened.name)
    return dialog.again(context) if dialog and dialog.again else ()


def _acknowledged(effects: Sequence[Effect]) -> Sequence[Effect]:
    """A press is always acknowledged, first of all, exactly once."""
    notices = [effect for effect in effects if isinstance(effect, AcknowledgePress)]
    rest = [effect for effect in effects if not isinstance(effect, AcknowledgePress)]
    return [*(notices[:1] or [AcknowledgePress()]), *rest]


# ── effects to words ────────────────────────────────────────────────────────────────────────


def _turn(reply: _Reply, incoming: Incoming, before: Conversation, texts: Texts) -> Turn:
    after = before
    outgoing: list[Outgoing] = []
    changes: list[Change] = []
    news: list[News] = []
    for effect in reply.effects:
        match effect:
            case Say() | Edit() | AcknowledgePress():
                shown = _shown(effect, incoming, texts)
                outgoing.append(shown)
                after = _with_keys(after, shown)
            case Notify(key, say):
                news.append(News(key, _shown(say, incoming, texts)))
            case KeepDialog(name, version, answers):
                opened = OpenDialog(name, version, after.revision + 1, answers)
                after = replace(after.with_open(opened), revision=after.revision + 1)
            case KeepAside(name, version, answers):
                revision = after.revision + 1
                aside = OpenDialog(name, version, revision, answers or {})
                after = replace(after.with_aside(aside), revision=revision)
            case KeepDraft(name, answers):
                after = after.with_answers(name, answers)
            case DropDialog(name=str(name)) if name:
                after = after.without(name)
            case DropDialog(keep=True):
                after = after.with_dialog_aside()
            case DropDialog():
                after = after.with_open(None)
            case Remember(question):
                after = replace(after, revision=after.revision + 1, question=question)
                after = after.with_list(question)
            case ErasePhysician():
                after = replace(after, dialog=None, aside={}, question=None, lists={})
                changes.append(effect)
            case _:
                changes.append(effect)
    failures = {None: before.failures, True: 0, False: before.failures + 1}[reply.understood]
    return Turn(
        outgoing=tuple(outgoing),
        changes=tuple(changes),
        news=tuple(news),
        conversation=replace(after, failures=failures),
        intent=reply.intent,
        confidence=reply.confidence,
        question=reply.question,
    )


def _shown(effect: Say | Edit | AcknowledgePress, incoming: Incoming, texts: Texts) -> Outgoing:
    if isinstance(effect, AcknowledgePress):
        notice = texts.label(effect.key, effect.values) if effect.key else ""
        return Outgoing("notice", notice, press_id=incoming.press_id)
    html = texts.html(effect.key, effect.values)
    keys = tuple(tuple(_key(button, texts) for button in row) for row in effect.buttons if row)
    if isinstance(effect, Edit) and incoming.kind is Kind.PRESS and incoming.message_id is not None:
        return Outgoing("edit", html, keys, message_id=incoming.message_id)
    if isinstance(effect, Edit):
        return Outgoing("message", html, keys)
    return Outgoing("message", html, keys, attachment=effect.attachment, silent=effect.silent)


def _key(button: Button, texts: Texts) -> Key:
    label = button.label if button.literal else texts.label(button.label, button.values)
    if len(label) > LABEL_LIMIT:
        label = label[: LABEL_LIMIT - 1].rstrip() + "…"
    return Key(label, button.data, button.url, button.copy, button.danger)


def _with_keys(conversation: Conversation, shown: Outgoing) -> Conversation:
    if shown.kind == "notice":
        return conversation
    pairs = tuple((key.label, key.data) for row in shown.keys for key in row if key.data)
    if shown.kind == "message" and not pairs:
        return conversation
    return replace(conversation, shown=pairs)


def values_of(turn: Turn) -> dict[str, Any]:
    """The turn as scripts see it: the answer's plain words and its buttons' labels."""
    messages = [shown for shown in turn.outgoing if shown.kind != "notice"]
    return {
        "answer": "\n\n".join(plain(message.html) for message in messages),
        "buttons": [key.label for message in messages for row in message.keys for key in row],
    }
