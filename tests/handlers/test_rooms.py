"""What rooms beside the store add to a turn: values read on demand, changes in its transaction."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.assistant import Turn
from bot.handlers.turns import Mind, Rooms, take_turn
from bot.model import ChangeReminderWishes, Outgoing
from bot.store import inbox
from bot.store.physicians import made_row, row_of
from tests.handlers.conftest import sorry

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHAT = 1001


@dataclass(frozen=True)
class Weather:
    """Something that only a room knows."""

    sky: str = "unknown"


@pytest.fixture
def asked(records):
    user = {"id": CHAT, "is_bot": False, "first_name": "Maria"}
    message = {
        "message_id": 1, "date": 1795435200, "text": "hello", "from": user,
        "chat": {"id": CHAT, "type": "private", "first_name": "Maria"},
    }  # fmt: skip
    with records.writing() as session:
        inbox.receive(session, 1, CHAT, {"update_id": 1, "message": message}, NOW)


def mind(respond, **rooms):
    return Mind(respond, sorry, lambda: NOW, Rooms(**rooms))


@pytest.mark.usefixtures("asked")
def test_a_value_is_read_when_asked_for_and_once_a_turn(records):
    read = []

    def view(session, physician, now):
        read.append((physician.id, now))
        return Weather("clear")

    def respond(incoming, physician, conversation, now):
        assert read == []
        assert [physician.kept(Weather).sky for _ in range(3)] == ["clear"] * 3
        return Turn((Outgoing("message", "ok"),), (), conversation)

    taken = take_turn(records, mind(respond, views={Weather: view}), CHAT)
    assert taken.reference is None
    assert read == [(0, NOW)]


@pytest.mark.usefixtures("asked")
def test_what_no_room_reads_is_the_value_that_means_nothing(records):
    def respond(incoming, physician, conversation, now):
        assert physician.kept(Weather) == Weather()
        return Turn((), (), conversation)

    assert take_turn(records, mind(respond), CHAT).reference is None


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("fails", [False, True])
def test_a_rooms_changes_stand_or_fall_with_the_turn(records, fails):
    change = ChangeReminderWishes({"weekends": False})

    def respond(incoming, physician, conversation, now):
        return Turn((Outgoing("message", "ok"),), (change,), conversation)

    def carry(session, chat_id, changes, now):
        assert tuple(changes) == (change,)
        made_row(session, chat_id, now).hub_id = "carried"
        if fails:
            raise RuntimeError("a defect in the room")

    taken = take_turn(records, mind(respond, carry=(carry,)), CHAT)
    assert (taken.reference is not None) is fails
    with records.reading() as session:
        row = row_of(session, CHAT)
        assert (row is not None and row.hub_id == "carried") is not fails
