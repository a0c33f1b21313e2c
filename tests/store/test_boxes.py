"""The inbox and the outbox: nothing twice, nothing out of order, nothing kept for long."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.model import Attachment, Key, Outgoing, SetFact
from bot.store import inbox, outbox
from bot.store.changes import carry_out
from bot.store.engine import lock_chat
from bot.store.notes import keep_note, note, noted_at
from bot.store.physicians import physician_of

MARIA, OMAR = 1001, 1002


def test_an_update_delivered_twice_is_stored_once(records, now):
    with records.writing() as session:
        assert inbox.receive(session, 7, MARIA, {"text": "first"}, now)
        assert not inbox.receive(session, 7, MARIA, {"text": "again"}, now)
        assert inbox.next_of(session, MARIA).payload == {"text": "first"}
        inbox.settle(session, 7)
    with records.writing() as session:
        assert not inbox.receive(session, 7, MARIA, {"text": "later"}, now)
        assert inbox.next_of(session, MARIA) is None


def test_each_chat_has_its_own_order(records, now):
    with records.writing() as session:
        for update_id, chat_id in ((3, MARIA), (1, OMAR), (2, MARIA)):
            inbox.receive(session, update_id, chat_id, {}, now + timedelta(seconds=update_id))
        assert inbox.next_of(session, MARIA).update_id == 2
        assert inbox.next_of(session, OMAR).update_id == 1
        assert inbox.chats_waiting(session) == (OMAR, MARIA)
        assert inbox.chats_waiting(session, now + timedelta(seconds=2)) == (OMAR,)
        inbox.settle(session, 1, reference="E-4F2A")
        assert inbox.chats_waiting(session) == (MARIA,)
        assert inbox.waiting_count(session) == 2


def test_old_updates_are_tidied_away_but_never_waiting_ones(records, now):
    with records.writing() as session:
        for update_id in (1, 2, 3):
            inbox.receive(session, update_id, MARIA, {}, now + timedelta(days=update_id))
        inbox.settle(session, 1)
        inbox.settle(session, 3)
        assert inbox.tidy_inbox(session, now + timedelta(days=2, hours=1)) == 1
        assert inbox.next_of(session, MARIA).update_id == 2


def test_a_turns_answers_go_out_in_order_with_the_notice_of_a_press_first(records, now):
    answers = (
        Outgoing("message", "first", ((Key("A", data="a:b:0"), Key("B", url="https://x.org")),)),
        Outgoing("message", "chart", attachment=Attachment("photo", "c.png", b"\x89PNG\x00")),
        Outgoing("notice", press_id="77"),
    )
    with records.writing() as session:
        outbox.put(session, MARIA, answers, 5, now)
    sent = []
    with records.writing() as session:
        while letter := outbox.next_letter(session, MARIA, now):
            sent.append(letter.outgoing)
            outbox.mark_sent(session, letter, now, 900)
        assert outbox.unsent_count(session, now) == 0
    assert sent == [answers[2], answers[0], answers[1]]


def test_a_unique_message_is_put_in_once_for_ever(records, now):
    reminder = Outgoing("message", "due")
    with records.writing() as session:
        assert outbox.put_once(session, MARIA, reminder, "reminder:1", now)
        assert not outbox.put_once(session, MARIA, reminder, "reminder:1", now)
        letter = outbox.next_letter(session, MARIA, now)
        outbox.begin_sending(session, letter.id)
        begun = outbox.next_letter(session, MARIA, now)
        assert (letter.begun, begun.begun, begun.repeat) == (False, True, False)
        outbox.mark_sent(session, begun, now, 900)
        assert outbox.tidy_outbox(session, now + timedelta(days=400)) == 0
        assert not outbox.put_once(session, MARIA, reminder, "reminder:1", now)
        assert outbox.next_letter(session, MARIA, now) is None


def test_what_is_due_later_waits(records, now):
    later = now + timedelta(hours=1)
    with records.writing() as session:
        outbox.put_once(session, MARIA, Outgoing("message", "x"), "k", later)
        assert outbox.chats_due(session, now) == ()
        assert outbox.next_letter(session, MARIA, now) is None
        assert outbox.chats_due(session, later) == (MARIA,)


def test_attempts_are_counted_and_what_was_given_up_is_not_tried_again(records, now):
    with records.writing() as session:
        outbox.put(session, MARIA, [Outgoing("message", "x"), Outgoing("message", "y")], 1, now)
        letter = outbox.next_letter(session, MARIA, now)
        outbox.note_attempt(session, letter.id, "NetworkError")
        assert outbox.next_letter(session, MARIA, now).attempts == 1
        outbox.give_up(session, letter.id, "failed", "BadRequest", now)
        assert outbox.next_letter(session, MARIA, now).outgoing.html == "y"
        outbox.drop_all(session, MARIA, "blocked", now)
        assert outbox.next_letter(session, MARIA, now) is None
        assert outbox.tidy_outbox(session, now + timedelta(seconds=1)) == 2


def test_notes_are_kept_and_replaced(records, now):
    with records.writing() as session:
        assert note(session, "heartbeat") is None
        keep_note(session, "heartbeat", {"beats": 1}, now)
        keep_note(session, "heartbeat", {"beats": 2}, now + timedelta(minutes=1))
        assert note(session, "heartbeat") == {"beats": 2}
        assert noted_at(session, "heartbeat") == now + timedelta(minutes=1)


def test_parallel_read_and_change_of_one_chat_loses_nothing(records, now):
    """Twenty turns at once, each adding one to what it read: none fails, none is overwritten."""

    def turn(_):
        with records.writing() as session:
            lock_chat(session, MARIA)
            count = physician_of(session, MARIA).profile.facts.get("count", 0)
            carry_out(session, MARIA, SetFact("count", count + 1), now)

    turn(0)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(turn, range(19)))
    with records.reading() as session:
        assert physician_of(session, MARIA).profile.facts == {"count": 20}


def test_what_fails_in_the_middle_leaves_nothing(records, now):
    def turn():
        with records.writing() as session:
            carry_out(session, MARIA, SetFact("dea", True), now)
            outbox.put(session, MARIA, [Outgoing("message", "x")], 1, now)
            carry_out(session, MARIA, SetFact("dea", object()), now)

    with pytest.raises(TypeError):
        turn()
    with records.reading() as session:
        assert physician_of(session, MARIA).id == 0
        assert outbox.unsent_count(session, now) == 0
