"""One update's turn: read, answer, store, in one transaction; and the apology where that fails."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlmodel import Session
from telegram import Bot, Update
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.conversation import Conversation
from bot.handlers.errors import new_reference, where
from bot.handlers.inline import LookUp
from bot.handlers.lanes import Lanes
from bot.handlers.splitting import parts
from bot.handlers.updates import incoming_of, result_of
from bot.model import (
    Change,
    ErasePhysician,
    Incoming,
    Kept,
    Kind,
    Outgoing,
    Physician,
    RunErrand,
)
from bot.store import inbox, outbox
from bot.store.changes import carry_out
from bot.store.conversations import conversation_of, keep_conversation
from bot.store.engine import Records, is_busy, lock_chat
from bot.store.inbox import Waiting
from bot.store.news import put_news
from bot.store.physicians import (
    STRANGER,
    made_row_id,
    mark_blocked,
    note_language,
    physician_of,
)

if TYPE_CHECKING:
    from bot.assistant import Turn

Respond = Callable[[Incoming, Physician, Conversation, datetime], "Turn"]
Apologize = Callable[[Incoming, Conversation, str], "Turn"]
Clock = Callable[[], datetime]
View = Callable[[Session, Physician, datetime], Any]
"""Reads one value that dialogs may ask for beside the physician; changes nothing."""
Carry = Callable[[Session, int, Sequence[Change], datetime], None]
"""Carries out those of a turn's changes that a room understands (for a chat), in the turn's own
transaction and after the store's; it heeds what the others change for its own records.
"""
T = TypeVar("T")

AT_ONCE = 4
"""Turns side by side; fewer than Python's smallest pool of threads, so that receiving and sending
always find one free.
"""

RESTARTS = 2
"""An update that was under way when the process died, and again at two restarts, is given up."""

QUARANTINE = 3.0
"""Seconds that such an update waits after the second restart. Without the wait, a machine that is
switched off and on in quick succession would look like an update that ends processes.
"""

TYPING_AFTER = 0.8
TYPING_AGAIN = 4.0
"""Seconds until "typing…" shows, and until it is said again; Telegram shows it for five."""

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 5.0
"""Seconds between two attempts while the database is locked or away."""

LAST_RESORT = "Something went wrong on my side. Please try again. ({reference})"
"""Said only where even the apology cannot be made."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """A turn that is over; `reference` where it failed, `errands` where it has sent out some."""

    update_id: int
    intent: str | None = None
    confidence: float = 1.0
    reference: str | None = None
    errands: bool = False


@dataclass(frozen=True, slots=True)
class Rooms:
    """What rooms that the store does not know (reminders, ...) add to every turn.

    `views` by the type of the value that dialogs ask for with `physician.kept(type)`.
    """

    views: Mapping[type, View] = field(default_factory=dict)
    carry: tuple[Carry, ...] = ()


@dataclass(frozen=True, slots=True)
class Mind:
    """What answers: the assistant, its apology, the clock that both are given, and the rooms.

    `look_up` answers inline queries and is given nobody's records; without it they are let go.
    """

    respond: Respond
    apologize: Apologize
    clock: Clock
    rooms: Rooms = Rooms()
    look_up: LookUp | None = None


class AbandonedError(Exception):
    """An update that ended the process each time it was tried."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a turn starts from, as one moment of the records."""

    waiting: Waiting
    incoming: Incoming | None
    physician: Physician
    conversation: Conversation


def take_turn(
    records: Records, mind: Mind, chat_id: int, begun_before: frozenset[int] = frozenset()
) -> Taken | None:
    """Give the chat's oldest update its turn; None where none waits.

    A defect undoes the turn, and the physician gets an apology with a reference number instead.
    Raises only what trying again later may heal (`is_busy`). `begun_before` are updates that an
    earlier process has left behind.
    """
    with records.reading() as session:
        waiting = inbox.next_of(session, chat_id)
    if waiting is None:
        return None
    if waiting.update_id in begun_before and waiting.restarts < RESTARTS:
        with records.writing() as session:
            inbox.begin_again(session, waiting.update_id)
    try:
        if waiting.restarts >= RESTARTS:
            raise AbandonedError  # noqa: TRY301 - takes the way of every other defect
        taken = None
        while taken is None:
            # Thought out without the write lock, which on SQLite all chats share; stored only if
            # the chat is still as it was read, else thought out afresh.
            with records.reading() as session:
                scene = _scene(session, chat_id, mind)
                if scene is None:
                    return None
                turn = _thought_out(mind, scene)
            with records.writing() as session:
                lock_chat(session, chat_id)
                taken = _stored(session, scene, turn, mind)
    except Exception as error:
        if is_busy(error):
            raise
        return _apologized(records, mind, waiting, error)
    return taken


def _scene(session: Session, chat_id: int, mind: Mind) -> Scene | None:
    waiting = inbox.next_of(session, chat_id)
    if waiting is None:
        return None
    incoming = _incoming(waiting)
    if incoming is None or incoming.kind is Kind.GROUP:
        # In a group nobody is known.
        return Scene(waiting, incoming, STRANGER, Conversation())
    physician = physician_of(session, chat_id)
    physician = replace(physician, kept=kept_of(session, physician, mind.rooms, mind.clock()))
    return Scene(waiting, incoming, physician, conversation_of(session, chat_id))


def kept_of(session: Session, physician: Physician, rooms: Rooms, now: datetime) -> Kept:
    """What dialogs may ask for beside the physician: each value is read once, when first asked."""
    read: dict[type, Any] = {}

    def kept(kind: type[T], /) -> T:
        if kind not in read:
            view = rooms.views.get(kind)
            read[kind] = kind() if view is None else view(session, physician, now)
        found: T = read[kind]
        return found

    return kept


def _thought_out(mind: Mind, scene: Scene) -> "Turn | None":
    if scene.incoming is None:
        return None
    return mind.respond(scene.incoming, scene.physician, scene.conversation, mind.clock())


def _stored(session: Session, scene: Scene, turn: "Turn | None", mind: Mind) -> Taken | None:
    """The turn's effects, all in one transaction; None where the chat has moved on meanwhile."""
    now = mind.clock()
    chat_id, update_id = scene.waiting.chat_id, scene.waiting.update_id
    incoming = scene.incoming
    if inbox.next_number(session, chat_id) != update_id:
        return None
    if incoming is None or turn is None:
        inbox.settle(session, update_id)
        return Taken(update_id)
    errands = any(isinstance(change, RunErrand) for change in turn.changes)
    done = Taken(update_id, turn.intent, turn.confidence, errands=errands)
    if incoming.kind is Kind.GROUP:
        # Nothing is remembered of a group either.
        _put_answers(session, scene.waiting, turn.outgoing, now)
        inbox.settle(session, update_id)
        return done
    if conversation_of(session, chat_id) != scene.conversation:
        return None
    for change in turn.changes:
        carry_out(session, chat_id, change, now)
    if turn.changes:
        for carry in mind.rooms.carry:
            carry(session, chat_id, turn.changes, now)
    for item in turn.news:
        put_news(session, made_row_id(session, chat_id, now), item, now)
    _put_answers(session, scene.waiting, turn.outgoing, now)
    if any(isinstance(change, ErasePhysician) for change in turn.changes):
        inbox.settle_erased(session, update_id)
    else:
        _remember(session, incoming, turn.conversation, now)
        inbox.settle(session, update_id)
    return done


def _remember(
    session: Session, incoming: Incoming, conversation: Conversation, now: datetime
) -> None:
    keep_conversation(session, incoming.chat_id, conversation, now)
    if incoming.kind is Kind.RESULT:
        # It comes from us: it says nothing of whether the physician still wants to hear.
        return
    blocked = incoming.kind is Kind.BLOCKED
    mark_blocked(session, incoming.chat_id, now if blocked else None)
    if blocked:
        outbox.drop_all(session, incoming.chat_id, "blocked", now)
    if incoming.language:
        note_language(session, incoming.chat_id, incoming.language)


def _put_answers(
    session: Session, waiting: Waiting, outgoing: tuple[Outgoing, ...], now: datetime
) -> None:
    split = [part for item in outgoing for part in parts(item)]
    outbox.put(session, waiting.chat_id, split, waiting.update_id, now)


def _incoming(waiting: Waiting) -> Incoming | None:
    if "errand" in waiting.payload:
        number, chat_id = waiting.update_id, waiting.chat_id
        return result_of(number, chat_id, waiting.payload, waiting.received_at)
    update = Update.de_json(dict(waiting.payload))
    return incoming_of(update, waiting.received_at)


def _apologized(records: Records, mind: Mind, waiting: Waiting, error: Exception) -> Taken:
    """The turn was undone: say so to the physician, and to the operator without any content."""
    reference = new_reference()
    logger.error("update=%s failed reference=%s %s", waiting.update_id, reference, where(error))
    with records.writing() as session:
        lock_chat(session, waiting.chat_id)
        now = mind.clock()
        if inbox.next_number(session, waiting.chat_id) != waiting.update_id:
            return Taken(waiting.update_id, reference=reference)
        before = conversation_of(session, waiting.chat_id)
        outgoing, after = _apology(mind, waiting, before, reference)
        keep_conversation(session, waiting.chat_id, after, now)
        _put_answers(session, waiting, outgoing, now)
        inbox.settle(session, waiting.update_id, reference)
    return Taken(waiting.update_id, reference=reference)


def _apology(
    mind: Mind, waiting: Waiting, before: Conversation, reference: str
) -> tuple[tuple[Outgoing, ...], Conversation]:
    try:
        incoming = _incoming(waiting)
        if incoming is None or incoming.kind in (Kind.GROUP, Kind.BLOCKED):
            return (), before
        turn = mind.apologize(incoming, before, reference)
    except Exception as error:  # noqa: BLE001 - there must be an answer whatever is broken
        logger.error("reference=%s no apology either: %s", reference, where(error))  # noqa: TRY400
        if waiting.chat_id < 0:
            return (), before
        return (Outgoing("message", LAST_RESORT.format(reference=reference)),), before
    return turn.outgoing, turn.conversation


class Turns:
    """The turns of all chats: in order within a chat, a few chats at a time."""

    def __init__(
        self,
        records: Records,
        mind: Mind,
        bot: Bot,
        wake_sender: Callable[[int], None],
        wake_errands: Callable[[], None] = lambda: None,
    ) -> None:
        self._records = records
        self._mind = mind
        self._bot = bot
        self._wake_sender = wake_sender
        self._wake_errands = wake_errands
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._begun_before: frozenset[int] = frozenset()
        self._suspected: set[int] = set()
        self._trial: asyncio.Task[None] | None = None
        self.lanes = Lanes(self._work)

    async def recover(self) -> None:
        """Take up what an earlier process has left behind.

        What may have ended that process is tried later and alone, so that nobody else's message
        is under way if it does so again.
        """
        left = await asyncio.to_thread(self._left)
        self._begun_before = frozenset(left)
        self._suspected = {item.chat_id for item in left.values() if item.restarts}
        if self._suspected:
            self._trial = asyncio.create_task(self._try_suspects())
        for leftover in left.values():
            self.lanes.wake(leftover.chat_id)

    async def _try_suspects(self) -> None:
        await asyncio.sleep(QUARANTINE)
        for chat_id in tuple(self._suspected):
            async with AsyncExitStack() as alone:
                for _ in range(AT_ONCE):
                    await alone.enter_async_context(self._slots)
                await self._next(chat_id)
            self._suspected.discard(chat_id)
            self.lanes.wake(chat_id)

    async def close(self, patience: float) -> None:
        """Begin no turn any more, and let those under way end for at most `patience` seconds."""
        if self._trial is not None:
            self._trial.cancel()
            await asyncio.gather(self._trial, return_exceptions=True)
        await self.lanes.close(patience)

    def _left(self) -> dict[int, inbox.Leftover]:
        with self._records.reading() as session:
            return dict(inbox.leftovers(session))

    async def sweep(self, older_than: datetime) -> None:
        """Wake the chats whose update has waited since before an instant, whoever forgot them."""
        for chat_id in await asyncio.to_thread(self._forgotten, older_than):
            self.lanes.wake(chat_id)

    def _forgotten(self, older_than: datetime) -> tuple[int, ...]:
        with self._records.reading() as session:
            return inbox.chats_waiting(session, older_than)

    async def _work(self, chat_id: int) -> None:
        while chat_id not in self._suspected and not self.lanes.closing.is_set():
            async with self._slots:
                taken = await self._next(chat_id)
            if taken is None:
                return

    async def _next(self, chat_id: int) -> Taken | None:
        """One turn, shown as typing if it takes long, tried until the database lets it be."""
        started = time.monotonic()
        pause = FIRST_PAUSE
        while True:
            turn = asyncio.create_task(
                asyncio.to_thread(take_turn, self._records, self._mind, chat_id, self._begun_before)
            )
            typing = asyncio.create_task(self._type(chat_id))
            try:
                taken = await turn
                break
            except Exception as error:
                if not is_busy(error) or self.lanes.closing.is_set():
                    raise
                logger.warning("the records are busy: %s", type(error).__name__)
                await self.lanes.pause(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            finally:
                typing.cancel()
        if taken is not None:
            self._wake_sender(chat_id)
            if taken.errands:
                self._wake_errands()
            self._log(taken, chat_id, started)
        return taken

    def _log(self, taken: Taken, chat_id: int, started: float) -> None:
        logger.info(
            "update=%s chat=%s intent=%s score=%.2f ms=%d%s",
            taken.update_id,
            self._records.vault.pseudonym(chat_id),
            taken.intent,
            taken.confidence,
            (time.monotonic() - started) * 1000,
            f" reference={taken.reference}" if taken.reference else "",
        )

    async def _type(self, chat_id: int) -> None:
        """A turn takes its time: end the waiting of a press, and show that somebody is at it."""
        await asyncio.sleep(TYPING_AFTER)
        if press_id := await asyncio.to_thread(self._press_of, chat_id):
            with contextlib.suppress(TelegramError):
                await self._bot.answer_callback_query(press_id)
        while True:
            with contextlib.suppress(TelegramError):
                await self._bot.send_chat_action(chat_id, ChatAction.TYPING)
            await asyncio.sleep(TYPING_AGAIN)

    def _press_of(self, chat_id: int) -> str | None:
        with self._records.reading() as session:
            waiting = inbox.next_of(session, chat_id)
        query = waiting.payload.get("callback_query") if waiting else None
        return query["id"] if query else None
