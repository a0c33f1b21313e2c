"""A physician's messages over months: digests, the cap of a day, and answers."""

from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.hours import Preferences, is_quiet_at
from reminders.messages import Holding, message_of_day
from reminders.plan import Answer, plan
from reminders.stages import Deadline, Log, Phase

TEXAS = Deadline("us-tx", date(2027, 2, 28), date(2025, 3, 1))
OKLAHOMA = Deadline("us-ok-md", date(2027, 3, 5), date(2026, 3, 6))
OHIO = Deadline("us-oh", date(2027, 10, 1), date(2025, 10, 2))
CHICAGO = Preferences(zone="America/Chicago")


def planned(*deadlines, open_=True, preferences=CHICAGO, answers=(), first=None, last=None):
    """(day, boards, stage) of every message."""
    first = first or min(one.last_day for one in deadlines) - timedelta(days=800)
    last = last or max(one.last_day for one in deadlines) + timedelta(days=60)
    messages = plan(
        lambda _: deadlines,
        lambda *_: open_,
        preferences,
        first,
        last,
        answers=answers,
    )
    return [
        (one.at.date(), [part.deadline.board for part in one.parts], one.worst.stage.name)
        for one in messages
    ]


def test_messages_come_at_nine_local_and_another_hour_after_silence():
    times = {
        one.worst.stage.name: one.at
        for one in plan(
            lambda _: [TEXAS], lambda *_: True, CHICAGO, date(2025, 3, 1), date(2027, 6, 1)
        )
    }
    assert times["D-14"].isoformat() == "2027-02-14T09:00:00-06:00"
    # Nobody answered at D-14: the next one comes at another time of day.
    assert times["D-7"].isoformat() == "2027-02-21T17:00:00-06:00"
    assert times["D-1"].time() == time(9)
    assert times["D+14"].isoformat() == "2027-03-14T09:00:00-05:00"


def test_deadlines_within_a_week_share_a_message_the_worst_first():
    both = ["us-tx", "us-ok-md"]
    assert planned(TEXAS, OKLAHOMA, first=date(2026, 11, 1)) == [
        (date(2026, 11, 1), both, "D-180"),
        (date(2026, 11, 30), both, "D-90"),
        (date(2026, 12, 30), both, "D-60"),
        (date(2027, 1, 14), both, "D-45"),
        (date(2027, 1, 29), both, "D-30"),
        (date(2027, 2, 14), both, "D-14"),
        (date(2027, 2, 21), both, "D-7"),
        (date(2027, 2, 27), ["us-tx"], "D-1"),
        (date(2027, 3, 1), ["us-tx"], "D+1"),
        (date(2027, 3, 4), ["us-ok-md"], "D-1"),
        (date(2027, 3, 6), ["us-ok-md"], "D+1"),
        (date(2027, 3, 14), ["us-tx"], "D+14"),
        (date(2027, 3, 19), ["us-ok-md"], "D+14"),
    ]


def test_open_credits_are_worse_than_an_open_renewal():
    holdings = [
        Holding(TEXAS, Log(), lambda _: Phase.RENEWAL_OPEN),
        Holding(OKLAHOMA, Log(), lambda _: Phase.CREDITS_OPEN),
    ]
    message = message_of_day(holdings, CHICAGO, date(2026, 12, 10))
    assert [part.deadline.board for part in message.parts] == ["us-ok-md", "us-tx"]
    assert [part.phase for part in message.parts] == [Phase.CREDITS_OPEN, Phase.RENEWAL_OPEN]


@pytest.mark.behaviour(48)
def test_far_deadlines_due_on_one_day_come_on_two_days():
    other = Deadline("us-oh", date(2027, 3, 30))  # its D-60 is the day of Texas' D-30
    told = planned(TEXAS, other, last=date(2027, 2, 5))
    assert told[-2:] == [
        (date(2027, 1, 29), ["us-tx"], "D-30"),
        (date(2027, 1, 30), ["us-oh"], "D-60"),
    ]


@pytest.mark.behaviour(48)
def test_nothing_more_on_a_day_on_which_something_was_said():
    holdings = [Holding(TEXAS, Log(), lambda _: Phase.CREDITS_OPEN)]
    day = date(2027, 1, 29)
    assert message_of_day(holdings, CHICAGO, day) is not None
    assert message_of_day(holdings, CHICAGO, day, heard_today=True) is None


def test_a_planned_hour_is_kept():
    log = Log(planned_on=date(2027, 1, 9), planned_hour=time(18, 30))
    holdings = [Holding(TEXAS, log, lambda _: Phase.CREDITS_OPEN)]
    assert message_of_day(holdings, CHICAGO, date(2027, 1, 9)).at.time() == time(18, 30)


# ── answers ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.behaviour(51)
def test_renewed_cancels_the_rest_and_opens_the_next_cycle():
    renewed = Answer(date(2026, 12, 1), "renewed", "us-tx", next=date(2029, 2, 28))
    told = planned(TEXAS, answers=[renewed], last=date(2029, 1, 1))
    assert [(day, stage) for day, _, stage in told] == [
        (date(2026, 2, 28), "halfway"),
        (date(2026, 9, 1), "D-180"),
        (date(2026, 11, 30), "D-90"),
        (date(2028, 2, 29), "halfway"),
        (date(2028, 9, 1), "D-180"),
        (date(2028, 11, 30), "D-90"),
        (date(2028, 12, 30), "D-60"),
    ]


def test_renewed_without_a_new_date_is_silence():
    told = planned(TEXAS, answers=[Answer(date(2026, 12, 1), "renewed", "us-tx")])
    assert told[-1][0] == date(2026, 11, 30)


def test_answers_given_before_the_first_day_hold():
    renewed = Answer(date(2026, 12, 1), "renewed", "us-tx", next=date(2029, 2, 28))
    told = planned(TEXAS, answers=[renewed], first=date(2027, 1, 1), last=date(2028, 6, 1))
    assert told == [(date(2028, 2, 29), ["us-tx"], "halfway")]


def test_renewing_the_dea_closes_the_training_too():
    dea = Deadline("dea", date(2027, 5, 31), counts=False)
    mate = Deadline("mate", date(2027, 5, 31), confirms=False)
    renewed = Answer(date(2027, 4, 1), "renewed", "dea", next=date(2030, 5, 31))
    told = planned(dea, mate, answers=[renewed], last=date(2030, 3, 10))
    assert told[-2:] == [
        (date(2027, 3, 2), ["mate", "dea"], "D-90"),
        (date(2030, 3, 2), ["dea"], "D-90"),
    ]


def test_a_snooze_holds_a_board_until_its_day_and_leaves_the_others_alone():
    other = Deadline("us-oh", date(2027, 5, 4))
    snooze = Answer(date(2026, 12, 30), "snooze", "us-tx", until=date(2027, 1, 20))
    told = planned(TEXAS, other, answers=[snooze], first=date(2026, 12, 1), last=date(2027, 2, 10))
    texas = [(day, stage) for day, boards, stage in told if "us-tx" in boards]
    assert texas == [
        (date(2026, 12, 1), "D-90"),
        (date(2027, 1, 20), "D-45"),
        (date(2027, 1, 29), "D-30"),
    ]
    assert (date(2027, 2, 3), ["us-oh"], "D-90") in told


def test_a_snooze_never_goes_beyond_d_7():
    snooze = Answer(date(2027, 1, 30), "snooze", "us-tx", until=date(2027, 6, 1))
    told = planned(TEXAS, answers=[snooze], first=date(2027, 1, 25), last=date(2027, 3, 1))
    assert told[1:3] == [
        (date(2027, 2, 21), ["us-tx"], "D-7"),
        (date(2027, 2, 27), ["us-tx"], "D-1"),
    ]


def test_stop_for_one_license_and_for_all():
    one = planned(TEXAS, OHIO, answers=[Answer(date(2026, 9, 1), "stop", "us-tx")])
    assert {board for day, boards, _ in one if day >= date(2026, 9, 1) for board in boards} == {
        "us-oh"
    }
    everything = planned(TEXAS, OHIO, answers=[Answer(date(2026, 9, 1), "stop")])
    assert everything
    assert all(day < date(2026, 9, 1) for day, _, _ in everything)


def test_own_days_sixty_and_ten():
    told = planned(TEXAS, preferences=Preferences(days=(60, 10)))
    assert [stage for _, _, stage in told] == ["D-60", "D-10"]


# ── always ──────────────────────────────────────────────────────────────────────────────────

BOARDS = ("us-tx", "us-ca-md", "us-oh", "ABIM", "dea", "mate")
DAY_ONE = date(2026, 1, 1)

people = st.lists(
    st.builds(
        lambda board, last, length: Deadline(
            board, DAY_ONE + timedelta(days=last), DAY_ONE + timedelta(days=last - length)
        ),
        st.sampled_from(BOARDS),
        st.integers(0, 730),
        st.sampled_from((364, 729, 1095)),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one.board,
)
replies = st.lists(
    st.builds(
        lambda on, kind, board, days: Answer(
            DAY_ONE + timedelta(days=on), kind, board, until=DAY_ONE + timedelta(days=on + days)
        ),
        st.integers(0, 730),
        st.sampled_from(("renewed", "stop")),
        st.sampled_from(BOARDS),
        st.integers(1, 60),
    ),
    max_size=4,
)
zones = st.sampled_from(("America/New_York", "Pacific/Honolulu", "Pacific/Guam", "America/Adak"))


@pytest.mark.behaviour(48)
@pytest.mark.behaviour(49)
@pytest.mark.behaviour(53)
@settings(max_examples=60, deadline=None)
@given(
    deadlines=people,
    answers=replies,
    zone=zones,
    quiet=st.tuples(st.integers(17, 23), st.integers(5, 11)),
    open_until=st.integers(0, 730),
    weekends=st.booleans(),
)
def test_two_years_of_anybody_keep_every_promise(  # noqa: PLR0917 - hypothesis fills them in
    deadlines, answers, zone, quiet, open_until, weekends
):
    preferences = Preferences(zone=zone, quiet=(time(quiet[0]), time(quiet[1])), weekends=weekends)
    messages = list(
        plan(
            lambda _: deadlines,
            lambda _, on: (on - DAY_ONE).days < open_until,
            preferences,
            DAY_ONE,
            DAY_ONE + timedelta(days=760),
            answers=answers,
        )
    )
    days = [message.at.date() for message in messages]
    assert len(set(days)) == len(days), "one message a day"
    keys = [
        (part.deadline.key, part.deadline.last_day, part.stage.name)
        for message in messages
        for part in message.parts
    ]
    assert len(set(keys)) == len(keys), "one stage of one cycle once only"
    for message in messages:
        assert not is_quiet_at(message.at, preferences)
        assert message.at.tzinfo == ZoneInfo(zone)
        last_days = [part.deadline.last_day for part in message.parts]
        assert (max(last_days) - min(last_days)).days <= 7
    for deadline in deadlines:
        own = [m.at.date() for m in messages if any(p.deadline == deadline for p in m.parts)]
        assert len(own) <= 11
        ended = [a.on for a in answers if a.board == deadline.board]
        assert all(day < min(ended) for day in own if ended)
        for one, other in pairwise(own):
            first, second = (one - deadline.last_day).days, (other - deadline.last_day).days
            assert second - first >= 7 or (first >= -7 and second <= 1)
