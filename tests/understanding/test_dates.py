"""Dates as physicians type them, on Monday, November 23, 2026."""

from datetime import date

import pytest

from bot.understanding.calendar_words import calendar_word
from bot.understanding.dates import read_date, read_span

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("expires 10/1/27", date(2027, 10, 1)),
        ("2/28/29", date(2029, 2, 28)),
        ("12-31-2027", date(2027, 12, 31)),
        ("2027-10-01", date(2027, 10, 1)),
        ("end of feb", date(2027, 2, 28)),
        ("10/2027", date(2027, 10, 31)),
        ("March 31st, 2027", date(2027, 3, 31)),
        ("the 5th of june", date(2027, 6, 5)),
        ("june 30", date(2027, 6, 30)),
        ("in 2 weeks", date(2026, 12, 7)),
        ("tomorrow", date(2026, 11, 24)),
        ("feb 29", date(2028, 2, 29)),
        ("good thru 5/31/29", date(2029, 5, 31)),
        ("next friday", date(2026, 12, 4)),
        ("this friday", date(2026, 11, 27)),
        ("31/12/2027", None),
        ("2/30/2027", None),
        ("no idea", None),
        ("", None),
        ("may", date(2027, 5, 31)),
    ],
)
def test_a_deadline_looks_forward(text, day):
    assert read_date(text, TODAY, "future") == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("yesterday", date(2026, 11, 22)),
        ("last tuesday", date(2026, 11, 17)),
        ("tuesday", date(2026, 11, 17)),
        ("may 7", date(2026, 5, 7)),
        ("11/2", date(2026, 11, 2)),
        ("12/5", date(2025, 12, 5)),
        ("sep 9 2026", date(2026, 9, 9)),
        ("two weeks ago", date(2026, 11, 9)),
        ("3 days ago", date(2026, 11, 20)),
        ("day before yesterday", date(2026, 11, 21)),
        ("on halloween", date(2026, 10, 31)),
        ("today", date(2026, 11, 23)),
    ],
)
def test_a_completed_course_looks_back(text, day):
    assert read_date(text, TODAY, "past") == day


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("next week", date(2026, 11, 30), date(2026, 12, 6)),
        ("this weekend", date(2026, 11, 28), date(2026, 11, 29)),
        ("in january", date(2027, 1, 1), date(2027, 1, 31)),
        ("before christmas", None, date(2026, 12, 24)),
        ("before march", None, date(2027, 2, 28)),
        ("by march 1", None, date(2027, 3, 1)),
        ("before year end", None, date(2026, 12, 31)),
        ("after january 15", date(2027, 1, 16), None),
        ("between jan 10 and jan 20", date(2027, 1, 10), date(2027, 1, 20)),
        ("dec 20 to jan 5", date(2026, 12, 20), date(2027, 1, 5)),
        ("within 2 months", None, date(2027, 1, 23)),
        ("first week of feb", date(2027, 2, 1), date(2027, 2, 7)),
        ("this summer", date(2027, 6, 1), date(2027, 8, 31)),
        ("q1", date(2027, 1, 1), date(2027, 3, 31)),
    ],
)
def test_spans_of_a_search(text, first, last):
    assert read_span(text, TODAY, "future") == (first, last)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("since 2024", date(2024, 1, 1), None),
        ("last year", date(2025, 1, 1), date(2025, 12, 31)),
        ("only 2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("past 3 months", date(2026, 8, 23), None),
        ("from 2023 through 2025", date(2023, 1, 1), date(2025, 12, 31)),
        ("jan 2026 to now", date(2026, 1, 1), None),
    ],
)
def test_spans_of_a_transcript(text, first, last):
    assert read_span(text, TODAY, "past") == (first, last)


@pytest.mark.parametrize("text", ["i may renew", "sat down", "march on", "the sun", "60 hours"])
def test_everyday_words_are_no_dates(text):
    assert read_span(text, TODAY, "future") is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("yesterdy", "yesterday"),
        ("yestrday", "yesterday"),
        ("wendsday", "wednesday"),
        ("tommorow", "tomorrow"),
        ("febuery", "february"),
        ("decembr", "december"),
        ("saturady", "saturday"),
    ],
)
def test_a_slip_in_a_long_word_of_the_calendar_is_read(typed, meant):
    assert calendar_word(typed) == meant


@pytest.mark.parametrize("word", ["monday", "augusta", "thirsty", "remember", "tomography", "mayo"])
def test_other_words_stay_what_they_are(word):
    assert calendar_word(word) == word
