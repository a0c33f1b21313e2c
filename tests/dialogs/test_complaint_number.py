"""The number of a complaint: readable, without personal data, and proof against slips."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogs.complaint_number import SIGNS, complaint_number, read_number

BEGUN = datetime(2026, 11, 23, 12, tzinfo=UTC)
NUMBERS = st.builds(lambda person: complaint_number(person, BEGUN, 7), st.integers(0, 10**12))


@given(NUMBERS)
def test_it_reads_like_the_example(number):
    assert re.fullmatch(rf"C-[{SIGNS}]{{4}}-[{SIGNS}]{{2}}", number)
    assert read_number(number) == number
    assert read_number(number.lower().replace("-", " ")) == number
    assert read_number(number.removeprefix("C-")) == number


@given(NUMBERS, st.integers(0, 5), st.sampled_from(SIGNS))
def test_one_wrong_sign_shows(number, place, sign):
    signs = list(number.removeprefix("C-").replace("-", ""))
    signs[place] = sign
    typed = "C-" + "".join(signs)
    assert read_number(typed) in (None, number)


@given(NUMBERS, st.integers(0, 4))
def test_two_neighbors_exchanged_show(number, place):
    signs = list(number.removeprefix("C-").replace("-", ""))
    signs[place], signs[place + 1] = signs[place + 1], signs[place]
    assert read_number("C-" + "".join(signs)) in (None, number)


def test_thousands_in_the_same_second_differ():
    numbers = {complaint_number(person, BEGUN, 1) for person in range(2000)}
    assert len(numbers) >= 1999


@pytest.mark.parametrize("text", ["", "C-", "hello", "C-7K3F-9", "C-0000-00", "C-ILOU-11"])
def test_what_is_no_number_is_none(text):
    assert read_number(text) is None
