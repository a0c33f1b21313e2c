from collections import Counter

from bot.handlers.pace import Pace


def sent_at(pace, chats, start=0.0):
    """When each message may go out, if all are asked for at once."""
    return [start + pace.wait(chat, start) for chat in chats]


def test_a_chat_gets_a_short_burst_and_then_one_a_second():
    assert sent_at(Pace(), [1] * 6) == [0, 0, 0, 1, 2, 3]


def test_after_a_rest_the_burst_is_there_again():
    pace = Pace()
    sent_at(pace, [1] * 4)
    assert sent_at(pace, [1] * 4, start=60.0) == [60, 60, 60, 61]


def test_one_chats_flood_does_not_slow_another():
    pace = Pace()
    sent_at(pace, [1] * 4)
    assert pace.wait(2, 0.0) == 0


def test_never_more_than_thirty_in_any_second_overall():
    times = sent_at(Pace(), range(1, 401))
    for begin in times:
        assert sum(begin <= at < begin + 1 for at in times) <= 30
    assert max(times) < 400 / 25, "and not slower than needed"
    assert Counter(int(at) for at in times)[5] == 25
