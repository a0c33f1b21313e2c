"""What goes wrong on the way out or inside a turn, ordered one by one."""

import asyncio
import logging
import re
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from telegram import Bot, Update

from bot.assistant import Turn
from bot.handlers import replies, turns
from bot.handlers.errors import TWO_POLLERS, WRONG_TOKEN, EndError, set_up_logging, without_content
from bot.handlers.inbox import Inbox
from bot.handlers.pace import Pace
from bot.handlers.reception import Pulse, initialized, made_bot, reception, watch
from bot.handlers.turns import Mind, take_turn
from bot.model import Key, Kind, Outgoing, SetFact
from bot.store import inbox, outbox
from bot.store.notes import noted_at
from bot.store.physicians import blocked_since
from bot.store.tables import InboxRow, OutboxRow
from sandbox.telegram.faults import Broken, Dropped, Flooded
from tests.handlers.conftest import TOKEN, clock, echo, sorry, until

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def states(records):
    with records.reading() as session:
        return [row.state for row in session.exec(select(OutboxRow).order_by(OutboxRow.id))]


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """Pauses after errors are real, only shorter."""
    monkeypatch.setattr(replies, "FIRST_PAUSE", 0.02)


@pytest.mark.parametrize(
    "fault",
    [Broken(502), Broken(500), Dropped(after=False)],
    ids=["502", "500", "dropped before"],
)
async def test_an_answer_outlives_an_outage_and_comes_once(tg, running, fault):
    async with running() as bot:
        maria = tg.user(1001)
        tg.order(fault, "sendMessage", times=3)
        await maria.says("one")
        await maria.says("two")
        await maria.hears("two")
        await bot.rim.settled()
    assert [shown.text for shown in maria.heard] == ["You said: one", "You said: two"]


async def test_an_answer_that_may_have_been_sent_is_sent_again_and_not_left_out(tg, running):
    async with running() as bot:
        maria = tg.user(1001)
        tg.order(Dropped(after=True), "sendMessage")
        await maria.says("one")
        await maria.hears(2)
        await bot.rim.settled()
    assert [shown.text for shown in maria.heard] == ["You said: one"] * 2


async def test_a_unique_message_that_may_have_been_sent_is_not_sent_again(tg, running, records):
    maria = tg.user(1001, started=True)
    async with running() as bot:
        tg.order(Dropped(after=True), "sendMessage")
        with records.writing() as session:
            outbox.put_once(session, 1001, Outgoing("message", "Due"), "reminder:1", clock())
        await maria.hears("Due")
        await bot.rim.settled()
    assert [shown.text for shown in maria.heard] == ["Due"]
    assert states(records) == ["unknown"]


async def test_a_unique_message_that_was_surely_not_sent_is_sent_later(tg, running, records):
    maria = tg.user(1001, started=True)
    async with running() as bot:
        tg.order(Broken(502), "sendMessage", times=2)
        with records.writing() as session:
            outbox.put_once(session, 1001, Outgoing("message", "Due"), "reminder:1", clock())
        await maria.hears("Due")
        await bot.rim.settled()
    assert [shown.text for shown in maria.heard] == ["Due"]
    assert states(records) == ["sent"]


async def test_what_an_earlier_process_began_to_send(tg, running, records):
    """The crash came between sending and noting: answers go again, unique messages do not."""
    maria = tg.user(1001, started=True)
    with records.writing() as session:
        outbox.put(session, 1001, [Outgoing("message", "answer")], 1, NOW)
        outbox.put_once(session, 1001, Outgoing("message", "reminder"), "reminder:1", NOW)
        for number in (1, 2):
            outbox.begin_sending(session, number)
    async with running() as bot:
        await maria.hears("answer")
        await bot.rim.settled()
    assert [shown.text for shown in maria.heard] == ["answer"]
    assert states(records) == ["unknown"]


async def test_told_to_wait_only_that_chat_waits_and_nothing_is_lost(tg, running):
    async with running() as bot:
        maria, omar = tg.user(1001), tg.user(1002)
        tg.order(Flooded(retry_after=1), "sendMessage")
        await maria.says("one")
        await until(lambda: tg.called("sendMessage"))
        await omar.says("other")
        await omar.hears("other")
        assert maria.heard == []
        await maria.hears("one")
        await bot.rim.settled()


async def test_a_flood_of_messages_is_answered_whole_at_the_pace_telegram_allows(tg, running, done):
    tg.world.flood.watching = True
    people = [tg.user(number) for number in range(1001, 1007)]
    async with running(pace=Pace(chat_burst=1)) as bot:
        for person in people:
            await person.says("one")
            await person.says("two")
        for person in people:
            await person.hears("two")
        await bot.rim.settled()
    assert [done(person.id) for person in people] == [["one", "two"]] * 6
    for person in people:
        assert [shown.text for shown in person.heard] == ["You said: one", "You said: two"]


@pytest.mark.behaviour(54)
async def test_a_physician_who_blocked_the_bot_gets_no_more_attempts(tg, running, records):
    maria = tg.user(1001)
    async with running() as bot:
        await maria.says("hello")
        await maria.hears()
        maria.chat.blocked = True  # before the bot has been told
        with records.writing() as session:
            for number in range(3):
                unique = f"reminder:{number}"
                outbox.put_once(session, 1001, Outgoing("message", "x"), unique, clock())
        await until(lambda: any(call.code == 403 for call in tg.calls))
        await bot.rim.settled()
    assert [call.code for call in tg.calls].count(403) == 1
    assert states(records) == ["dropped"] * 3
    with records.reading() as session:
        assert blocked_since(session, 1001) is not None


@pytest.mark.behaviour(14)
async def test_broken_markup_or_buttons_never_cost_the_words(tg, running, caplog):
    def respond(incoming, physician, conversation, now):
        broken = Outgoing("message", "Dr. Müller said 5 < 6 &amp; <bold>stop</bold>")
        wrong = Outgoing("message", "<b>See</b> here", ((Key("Open", url="no address"),),))
        return Turn((broken, wrong), (), conversation)

    async with running(respond) as bot:
        maria = tg.user(1001)
        await maria.says("hello")
        first, second = await maria.hears(2)
        await bot.rim.settled()
    assert (first.text, second.text) == ("Dr. Müller said 5 < 6 & stop", "See here")
    lines = [record.getMessage() for record in caplog.records if "defect" in record.getMessage()]
    assert len(lines) == 2
    assert not any("Müller" in line or "bold" in line for line in lines)


@pytest.mark.behaviour(10)
async def test_edits_that_telegram_refuses_still_end_well(tg, running):
    """Unchanged is fine, a message that is gone is said anew, an old press is let be."""

    def respond(incoming, physician, conversation, now):
        if incoming.kind is not Kind.PRESS:
            keys = ((Key("Same", data="list:same:0"), Key("Gone", data="list:gone:0")),)
            return Turn((Outgoing("message", "List", keys),), (), conversation)
        same = incoming.data == "list:same:0"
        edited = Outgoing(
            "edit",
            "List" if same else "New list",
            ((Key("Same", data="list:same:0"), Key("Gone", data="list:gone:0")),),
            message_id=incoming.message_id if same else 999,
        )
        notices = (Outgoing("notice", press_id=incoming.press_id),) * 2
        return Turn((*notices, edited), (), conversation)

    async with running(respond) as bot:
        maria = tg.user(1001)
        await maria.says("hello")
        await maria.hears()
        await maria.presses("Same")
        await until(lambda: tg.called("editMessageText"))
        await bot.rim.settled()
        assert [shown.text for shown in maria.heard] == ["List"]
        await maria.presses("Gone")
        await maria.hears("New list")
        await bot.rim.settled()
    assert [shown.text for shown in maria.heard] == ["List", "New list"]


async def test_a_message_to_nobody_is_given_up_and_the_next_ones_go_out(tg, running, records):
    maria = tg.user(1001)
    with records.writing() as session:
        outbox.put(session, 4040, [Outgoing("message", "x")], 1, NOW)
    async with running() as bot:
        await maria.says("hello")
        await maria.hears()
        await bot.rim.settled()
    assert states(records) == ["failed"]


async def test_an_answer_of_yesterday_is_not_sent_today(tg, running, records):
    maria = tg.user(1001, started=True)
    with records.writing() as session:
        outbox.put(session, 1001, [Outgoing("message", "x")], 1, clock() - timedelta(days=2))
    tg.order(Broken(502), "sendMessage")
    async with running() as bot:
        await bot.rim.settled()
    assert states(records) == ["failed"]
    assert maria.heard == []


# ── inside a turn ───────────────────────────────────────────────────────────────────────────


@pytest.mark.behaviour(33)
async def test_a_defect_costs_one_sentence_and_the_next_message_works(tg, running, done, caplog):
    caplog.set_level(logging.INFO)

    def respond(incoming, physician, conversation, now):
        if "defect" in incoming.text:
            raise ValueError(incoming.text)
        return echo(incoming, physician, conversation, now)

    async with running(respond) as bot:
        maria = tg.user(1001, "Maria")
        await maria.says("defect in my secret diary")
        await maria.says("and now?")
        await maria.hears("and now?")
        await bot.rim.settled()
    sorry_, answer = [shown.text for shown in maria.heard]
    reference = re.fullmatch(r"Sorry \((E-[0-9A-F]{4})\)", sorry_)[1]
    assert answer == "You said: and now?"
    assert done(1001) == ["and now?"]

    lines = [record.getMessage() for record in caplog.records]
    (told,) = [line for line in lines if "failed" in line]
    assert reference in told
    assert "ValueError at " in told
    assert "\n" not in told
    assert [line for line in lines if "secret" in line or "Maria" in line] == []


async def test_even_without_an_apology_there_is_an_answer(tg, running):
    def broken(*_):
        raise ZeroDivisionError

    async with running(broken, broken) as bot:
        maria = tg.user(1001)
        await maria.says("hello")
        (shown,) = await maria.hears()
        await bot.rim.settled()
    assert re.search(r"Something went wrong on my side.*E-[0-9A-F]{4}", shown.text)


async def test_each_update_leaves_one_log_line_without_its_content(tg, running, caplog, records):
    caplog.set_level(logging.INFO)
    async with running() as bot:
        maria = tg.user(1001, "Maria")
        await maria.says("when is my license due")
        await maria.hears()
        await bot.rim.settled()
    lines = [
        record.getMessage() for record in caplog.records if record.name.startswith("bot.handlers")
    ]
    assert len(lines) == 1
    assert re.fullmatch(r"update=\d+ chat=[0-9a-f]{10} intent=echo score=1.00 ms=\d+", lines[0])
    assert records.vault.pseudonym(1001) in lines[0]


def test_an_update_that_ends_the_process_again_and_again_is_given_up(records):
    class Killed(BaseException):
        """Stands for the end of the process: no handler of errors ever sees it."""

    def respond(incoming, physician, conversation, now):
        if incoming.text == "poison":
            raise Killed
        return echo(incoming, physician, conversation, now)

    mind = Mind(respond, sorry, lambda: NOW)
    with records.writing() as session:
        for update_id, text in ((1, "poison"), (2, "innocent")):
            payload = {"update_id": update_id, "message": dict(MESSAGE, text=text)}
            inbox.receive(session, update_id, 1001, payload, NOW)
    lives = 0
    left = frozenset()
    while lives < 10:
        lives += 1
        try:
            while take_turn(records, mind, 1001, left):
                pass
            break
        except Killed:
            with records.reading() as session:
                left = frozenset(inbox.leftovers(session))
    assert lives == 4, "three lives lost, and in the fourth it is given up"
    with records.reading() as session:
        rows = {row.update_id: row for row in session.exec(select(InboxRow))}
        assert (rows[1].state, rows[2].state) == ("failed", "done")
        assert rows[1].reference


MESSAGE = {
    "message_id": 5,
    "date": 1,
    "chat": {"id": 1001, "type": "private", "first_name": "Maria"},
    "from": {"id": 1001, "is_bot": False, "first_name": "Maria"},
}


async def test_what_may_have_ended_two_processes_is_tried_last_and_then_given_up(
    tg, running, records, done, monkeypatch
):
    monkeypatch.setattr(turns, "QUARANTINE", 0.2)
    for number in (1001, 1002, 1003):
        tg.user(number, started=True)
        with records.writing() as session:
            chat = {"id": number, "type": "private", "first_name": "Maria"}
            message = dict(MESSAGE, text=f"from {number}", chat=chat)
            payload = {"update_id": number, "message": message}
            inbox.receive(session, number, number, payload, NOW)
            for _ in range(number - 1001):
                inbox.begin_again(session, number)
    order = []

    def respond(incoming, physician, conversation, now):
        order.append(incoming.text)
        return echo(incoming, physician, conversation, now)

    async with running(respond) as bot:
        await tg.user(1002).says("after it")
        await tg.user(1002).hears("after it")
        await bot.rim.settled()
    assert order == ["from 1001", "from 1002", "after it"]
    assert done(1002) == ["from 1002", "after it"]
    assert tg.user(1003).last.text.startswith("Sorry (E-")


def test_a_turn_that_was_overtaken_is_thought_out_again(records):
    """A reminder's delivery may change the conversation while a turn is thought out."""
    from bot.conversation import Conversation
    from bot.store.conversations import keep_conversation

    seen = []

    def respond(incoming, physician, conversation, now):
        seen.append(conversation.revision)
        if len(seen) == 1:
            with records.writing() as session:
                keep_conversation(session, 1001, Conversation(revision=7), NOW)
        return Turn((), (SetFact("asked", len(seen)),), conversation)

    with records.writing() as session:
        payload = {"update_id": 1, "message": dict(MESSAGE, text="x")}
        inbox.receive(session, 1, 1001, payload, NOW)
    assert take_turn(records, Mind(respond, sorry, lambda: NOW), 1001).reference is None
    assert seen == [0, 7]


# ── receiving ───────────────────────────────────────────────────────────────────────────────


async def test_an_update_is_kept_back_while_the_database_is_locked(records):
    """`put` returns only once the update is stored; until then Telegram still has it."""
    woken = []
    queue = Inbox(records, woken.append, clock)
    update = Update.de_json({"update_id": 1, "message": dict(MESSAGE, text="x")}, None)
    path = records.engine.url.database
    with records.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        putting = asyncio.create_task(queue.put(update))
        await asyncio.sleep(0.3)
        assert not putting.done()
        other.execute("COMMIT")
        await putting
    finally:
        other.close()
    assert woken == [1001]
    with records.reading() as session:
        assert inbox.waiting_count(session) == 1


async def test_two_bots_fetching_the_same_messages_end_with_a_clear_sentence(tg, running):
    async with running() as first:
        maria = tg.user(1001)
        await maria.says("hello")
        await maria.hears()
        async with running() as second:
            done, _ = await asyncio.wait(
                {first.ended, second.ended}, timeout=20, return_when=asyncio.FIRST_COMPLETED
            )
    assert [str(ended.result()) for ended in done] == [TWO_POLLERS]


async def test_a_wrong_token_ends_with_a_clear_sentence(tg):
    tg.order(Broken(401, "Unauthorized"), "getMe")
    with pytest.raises(EndError, match="TELEGRAM_BOT_TOKEN"):
        async with initialized(made_bot(TOKEN, tg.url, Pulse(clock))):
            pass
    assert "TELEGRAM_BOT_TOKEN" in WRONG_TOKEN


async def test_telegram_away_at_the_start_is_waited_for(tg, running):
    maria = tg.user(1001)
    tg.order(Dropped(), "getMe")
    async with running():
        await maria.says("hello")
        await maria.hears()


async def test_polling_gone_silent_ends_the_process_and_leaves_a_heartbeat(records):
    ticks = iter(range(1000))

    def minutes():
        return NOW + timedelta(minutes=next(ticks))

    ended = []
    await watch(records, Pulse(minutes), minutes, ended.append, every=0.001)
    (error,) = ended
    assert "five minutes" in str(error)
    with records.reading() as session:
        assert noted_at(session, "heartbeat") > NOW


async def test_every_answer_to_polling_is_a_sign_of_life(tg, records):
    pulse = Pulse(clock)
    pulse.heard_at = NOW - timedelta(hours=1)
    assert pulse.silent()
    await tg.user(1001).says("hello")
    async with (
        initialized(made_bot(TOKEN, tg.url, pulse)) as bot,
        reception(bot, Inbox(records, print, clock), None, print),
    ):
        await until(lambda: not pulse.silent())


def test_the_token_and_what_was_written_never_reach_the_log(caplog):
    set_up_logging("DEBUG")
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert not logging.getLogger("telegram.Bot").isEnabledFor(logging.DEBUG)
    record = logging.LogRecord(
        "telegram.ext.Updater",
        logging.CRITICAL,
        __file__,
        1,
        "Received data was: %r",
        ({"text": "secret"},),
        None,
    )
    assert without_content(record)
    assert "secret" not in record.getMessage()


def test_the_bot_is_made_for_another_server():
    bot = made_bot(TOKEN, "http://127.0.0.1:8081", Pulse(clock))
    assert isinstance(bot, Bot)
    assert bot.base_url == f"http://127.0.0.1:8081/bot{TOKEN}"
    assert bot.base_file_url == f"http://127.0.0.1:8081/file/bot{TOKEN}"
