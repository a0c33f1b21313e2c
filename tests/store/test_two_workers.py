"""Two processes on one database take the turns of the same chats: in order, each once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

from bot.assistant import Turn
from bot.handlers.turns import Mind, take_turn
from bot.model import AddCredit, Credit, Outgoing
from bot.store import inbox, outbox
from bot.store.engine import open_records
from bot.store.physicians import physician_of

CHATS = (1001, 1002)
UPDATES = range(12)


def respond(incoming, physician, conversation, now):
    kept = Credit(f"{len(physician.credits)}:{incoming.text}", date(2026, 11, 1), Decimal(1))
    return Turn((Outgoing("message", incoming.text),), (AddCredit(kept),), conversation)


def sorry(incoming, conversation, reference):
    return Turn((Outgoing("message", reference),), (), conversation)


def update(number, chat_id):
    person = {"id": chat_id, "is_bot": False, "first_name": "Maria"}
    chat = {"id": chat_id, "type": "private", "first_name": "Maria"}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": person, "text": f"m{number}"}
    return {"update_id": number, "message": message}


def test_each_update_has_its_turn_once_and_in_order(records, url, vault, now):
    with records.writing() as session:
        for number in UPDATES:
            for place, chat_id in enumerate(CHATS):
                update_id = 10 * number + place
                inbox.receive(session, update_id, chat_id, update(number, chat_id), now)
    workers = [open_records(url, vault) for _ in range(4)]

    def work(worker):
        taken = []
        for chat_id in CHATS:
            while turn := take_turn(worker, Mind(respond, sorry, lambda: now), chat_id):
                taken.append(turn.update_id)
        return taken

    with ThreadPoolExecutor(len(workers)) as pool:
        shares = list(pool.map(work, workers))
    for worker in workers:
        worker.close()

    assert sorted(number for share in shares for number in share) == sorted(
        10 * number + place for number in UPDATES for place in (0, 1)
    )
    with records.writing() as session:
        for chat_id in CHATS:
            held = sorted(physician_of(session, chat_id).credits, key=lambda credit: credit.id)
            assert [credit.title.partition(":")[2] for credit in held] == [
                f"m{number}" for number in UPDATES
            ]
            sent = []
            while letter := outbox.next_letter(session, chat_id, now):
                sent.append(letter.outgoing.html)
                outbox.mark_sent(session, letter, now, None)
            assert sent == [f"m{number}" for number in UPDATES]
