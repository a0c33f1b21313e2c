"""Filters, what is let go of them, open activities, order and pages."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.model import Activity, CreditOffer, Gap, Search

TODAY = date(2026, 11, 23)
ONLINE = Activity(
    "1",
    "Ethics at the Bedside",
    "Mayo Clinic",
    activity_type="internet-enduring-material",
    format="on-demand",
    credits=(CreditOffer("ama-pra-1", Decimal(2)), CreditOffer("moc", Decimal(3), "ABIM")),
    topics=("ethics",),
    specialties=("cardiology",),
    fee_usd=Decimal(0),
    open_to_all=True,
)
MEETING = Activity(
    "2",
    "Pain Congress",
    "Ohio State Medical Association",
    activity_type="course",
    format="in-person",
    start_date=date(2027, 3, 4),
    end_date=date(2027, 3, 6),
    city="Columbus",
    state="OH",
    credits=(CreditOffer("ama-pra-1", Decimal(12)),),
    topics=("pain-management", "opioid-prescribing"),
    fee_usd=Decimal(300),
    open_to_all=False,
)


@pytest.fixture
def holding(empty):
    """A catalog that holds these activities."""

    def fill(*activities):
        empty.apply_page(activities, (), None, None)
        return empty

    return fill


def ids(found):
    return [hit.activity.id for hit in found.hits]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"topics": ("ethics",)}, ["1"]),
        ({"topics": ("ethics", "pain-management")}, ["1", "2"]),
        ({"specialty": "cardiology"}, ["1"]),
        ({"format": "online"}, ["1"]),
        ({"format": "enduring"}, ["1"]),
        ({"format": "in-person"}, ["2"]),
        ({"format": "live"}, ["2"]),
        ({"format": "course"}, ["2"]),
        ({"date_from": date(2027, 3, 5), "format": "live"}, ["2"]),
        ({"date_to": date(2027, 3, 4), "format": "live"}, ["2"]),
        ({"city": "columbus"}, ["2"]),
        ({"city": "Colombus"}, ["2"]),
        ({"state": "oh"}, ["2"]),
        ({"free": True}, ["1"]),
        ({"free": False}, ["2"]),
        ({"min_credits": Decimal("2.25")}, ["2"]),
        ({"min_credits": Decimal(3), "certifying_board": "ABIM"}, ["1"]),
        ({"credit_type": "moc"}, ["1"]),
        ({"certifying_board": "ABIM"}, ["1"]),
        ({"provider": "mayo"}, ["1"]),
        ({"provider": "the ohio state medical asociation"}, ["2"]),
        ({"open_to_all": True}, ["1"]),
        ({"words": "ethics", "free": True, "topics": ("ethics",)}, ["1"]),
    ],
    ids=str,
)
def test_a_filter_keeps_what_it_says(holding, asked, found):
    answer = holding(ONLINE, MEETING).search(Search(TODAY, **asked))
    assert sorted(ids(answer)) == found
    assert answer.total == len(found)
    assert answer.relaxed == ()


@pytest.mark.behaviour(45)
@pytest.mark.parametrize(
    ("asked", "let_go"),
    [
        ({"topics": ("ethics",), "city": "Boston"}, ("city",)),
        ({"topics": ("ethics",), "state": "OH"}, ("state",)),
        ({"topics": ("pain-management",), "free": True}, ("free",)),
        ({"topics": ("ethics",), "min_credits": Decimal(8)}, ("min_credits",)),
        ({"topics": ("ethics",), "certifying_board": "ABP"}, ("certifying_board",)),
        ({"topics": ("ethics",), "credit_type": "aoa-1a"}, ("credit_type",)),
        ({"topics": ("ethics",), "format": "in-person"}, ("format",)),
        ({"topics": ("ethics",), "specialty": "urology"}, ("specialty",)),
        ({"topics": ("ethics",), "provider": "Stanford"}, ("provider",)),
        ({"format": "live", "date_to": date(2026, 12, 24)}, ("date",)),
        ({"words": "pain", "topics": ("dementia",)}, ("topics",)),
        ({"words": "zzzzzz", "topics": ("ethics",)}, ("words",)),
        ({"words": "pain zzzzzz"}, ("some words",)),
        ({"topics": ("ethics",), "city": "Boston", "state": "MA"}, ("city", "state")),
    ],
    ids=str,
)
def test_where_nothing_fits_the_cheapest_filter_is_let_go_and_named(holding, asked, let_go):
    catalog = holding(ONLINE, MEETING, replace(ONLINE, id="3", provider="Stanford", topics=()))
    answer = catalog.search(Search(TODAY, **asked))
    assert answer.hits
    assert answer.relaxed == let_go


def test_nothing_is_offered_for_words_that_mean_nothing(holding):
    answer = holding(ONLINE, MEETING).search(Search(TODAY, words="zzzzzz qqqqq"))
    assert answer.hits == ()
    assert answer.total == 0


@pytest.mark.parametrize(
    "over",
    [
        replace(MEETING, end_date=TODAY - timedelta(days=1), start_date=None),
        replace(MEETING, end_date=None, start_date=TODAY - timedelta(days=1)),
        replace(MEETING, end_date=None, start_date=None, title="Pain Congress 2025"),
        replace(MEETING, end_date=None, start_date=None, title="SAEM24 Pain Congress"),
        replace(ONLINE, end_date=TODAY - timedelta(days=1)),
        Activity("9", "Pain", "X", start_date=TODAY - timedelta(days=1)),
    ],
    ids=["ended", "one day, past", "a year past", "a short year past", "closed", "unknown kind"],
)
def test_what_is_over_is_found_in_history_only(holding, over):
    catalog = holding(over)
    assert catalog.search(Search(TODAY)).hits == ()
    assert catalog.search(Search(TODAY, words=over.title)).hits == ()
    assert catalog.search(Search(TODAY, topics=over.topics or ("x",), city="Rome")).hits == ()
    assert ids(catalog.search(Search(TODAY, words=over.title, history=True))) == [over.id]


@pytest.mark.parametrize(
    "still_on",
    [
        replace(MEETING, end_date=TODAY),
        replace(MEETING, end_date=None, start_date=TODAY),
        replace(MEETING, end_date=None, start_date=None),
        replace(MEETING, end_date=None, start_date=None, title="Pain Congress 2026"),
        replace(ONLINE, start_date=date(2013, 1, 1)),
        replace(ONLINE, title="Ethics 2019"),
    ],
    ids=["last day", "today", "undated", "this year", "no end", "a year in an online title"],
)
def test_what_may_still_be_taken_is_offered(holding, still_on):
    assert ids(holding(still_on).search(Search(TODAY))) == [still_on.id]


def test_no_real_activity_that_is_over_is_ever_offered(real):
    found = real.search(Search(TODAY, limit=1000))
    assert found.total == len(found.hits) == 240
    for hit in found.hits:
        assert hit.activity.end_date is None or hit.activity.end_date >= TODAY


def test_gaps_put_first_what_closes_most_of_them(holding):
    small = replace(ONLINE, id="3", credits=(CreditOffer("ama-pra-1", Decimal("0.5")),))
    unsaid = replace(ONLINE, id="4", credits=(CreditOffer("ama-pra-1"),))
    gaps = (
        Gap(("ethics",), Decimal(1)),
        Gap(("pain-management",), Decimal(8)),
        Gap(("opioid-prescribing",), Decimal(2)),
    )
    catalog = holding(unsaid, small, ONLINE, MEETING, replace(ONLINE, id="5", topics=()))
    found = catalog.search(Search(TODAY, order="gaps", gaps=gaps))
    assert ids(found) == ["2", "1", "3", "4"]


def test_pages_cut_one_order_and_keep_the_total(real):
    whole = real.search(Search(TODAY, words="care", limit=1000))
    assert whole.total == len(whole.hits) > 20
    pages = [
        real.search(Search(TODAY, words="care", limit=7, offset=start))
        for start in range(0, whole.total, 7)
    ]
    assert [hit for page in pages for hit in page.hits] == list(whole.hits)
    assert {page.total for page in pages} == {whole.total}
    assert real.search(Search(TODAY, words="care", offset=whole.total)).hits == ()


def test_more_than_can_be_compared_still_come_once_each_in_falling_order(holding):
    many = [replace(ONLINE, id=str(n), title=f"Ethics, part {n}") for n in range(450)]
    catalog = holding(*many)
    for asked in (Search(TODAY, words="ethics"), Search(TODAY, topics=("ethics",))):
        pages = [
            catalog.search(replace(asked, limit=45, offset=start)) for start in range(0, 450, 45)
        ]
        hits = [hit for page in pages for hit in page.hits]
        assert {hit.activity.id for hit in hits} == {one.id for one in many}
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_equals_stand_in_order_of_title_then_id(holding):
    catalog = holding(
        replace(ONLINE, id="8", title="Ethics B"),
        replace(ONLINE, id="9", title="Ethics A"),
        replace(ONLINE, id="7", title="Ethics B"),
    )
    assert ids(catalog.search(Search(TODAY, words="ethics"))) == ["9", "7", "8"]


def test_scores_lie_between_0_and_100(real):
    for words in ("ethics", "ACP Ethics Manual, 7th Edition", "opiod zzzz", ""):
        for hit in real.search(Search(TODAY, words=words, limit=50)).hits:
            assert 0 <= hit.score <= 100


def test_a_credit_typed_in_finds_its_activity_though_it_is_over(real):
    [hit, *_] = real.similar("SCOPE of Pain core curiculum", "Boston University", date(2025, 1, 1))
    assert hit.activity.title == "SCOPE of Pain: Core Curriculum Online Training"
    assert hit.activity.end_date < TODAY
    assert real.similar("Grand rounds on my own cat", None, None) == ()
    assert real.similar("", None, None) == ()
