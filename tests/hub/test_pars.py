"""Activities as PARS records, there and back."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hub.contract import json_value
from bot.hub.errors import HubNonsense
from bot.hub.ids import activity_id, provider_id
from bot.hub.pars import activity_of, record_of, tombstone, withdrawn_id
from bot.model import Activity, CreditOffer
from sandbox.hub.feed import real_activities

COURSE = Activity(
    id="012345678",
    title="Heart failure for hospitalists",
    provider="Lakeside Hospital",
    activity_type="course",
    format="hybrid",
    start_date=date(2027, 1, 15),
    end_date=date(2027, 1, 16),
    city="Austin",
    state="TX",
    credits=(CreditOffer("ama-pra-1", Decimal("7.25")), CreditOffer("moc", None, "ABIM")),
    topics=("heart-failure",),
    fee_usd=Decimal(95),
    open_to_all=True,
)


def sent(activity: Activity) -> object:
    """The record after a trip through JSON."""
    return json_value(json.dumps(record_of(activity)).encode())


def test_nothing_of_the_real_activities_is_lost_on_the_way_there_and_back():
    activities = real_activities()
    assert len(activities) == 381
    assert [activity_of(sent(activity)) for activity in activities] == activities


@given(
    title=st.text(min_size=1, max_size=200).filter(str.strip),
    amount=st.none() | st.integers(0, 400).map(lambda quarters: Decimal(quarters) / 4),
    days=st.tuples(st.dates(date(2000, 1, 1)), st.dates(date(2000, 1, 1))).map(sorted),
    fee=st.none() | st.integers(0, 9999).map(Decimal),
    form=st.sampled_from([None, "in-person", "virtual", "hybrid", "on-demand"]),
)
def test_nor_is_anything_of_invented_ones(title, amount, days, fee, form):
    activity = replace(
        COURSE,
        title=title,
        credits=(CreditOffer("ama-pra-1", amount),),
        start_date=days[0],
        end_date=days[1],
        fee_usd=fee,
        format=form,
    )
    assert activity_of(sent(activity)) == activity


def test_names_are_those_of_pars():
    record = record_of(COURSE)
    education = record["healthcareMetadata"]["healthcareEducation"]
    extension = record["XtensibleInfo"]
    assert education["activityFormat"] == "Course"
    assert education["startDateTime"] == "2027-01-15"
    assert education["credits"] == {
        "activityCertification": "AMA PRA Category 1",
        "numberOfCredits": 7.25,
    }
    assert extension["DeliveryMethods"]["DeliveryMethod"] == ["In-Person", "Live-Streamed"]
    assert extension["MOCRegistrations"]["MOCRegistration"][0]["boardName"] == "ABIM"
    assert extension["FeeForParticipation"] == "Yes"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Live Course", "course"),
        ("RSS", "regularly-scheduled-series"),
        ("ENDURING MATERIAL", "enduring-material"),
        ("Internet Activity (Enduring Material)", "internet-enduring-material"),
        ("IL", "internet-live"),
        ("Hologram", "other"),
    ],
)
def test_types_are_read_in_all_their_spellings(written, read):
    record = record_of(COURSE)
    record["healthcareMetadata"]["healthcareEducation"]["activityFormat"] = written
    assert activity_of(record).activity_type == read


def test_a_time_after_a_date_is_ignored_and_never_moves_the_day():
    record = record_of(COURSE)
    education = record["healthcareMetadata"]["healthcareEducation"]
    education["endDateTime"] = "2027-01-16T23:59:59-08:00"
    assert activity_of(record).end_date == date(2027, 1, 16)


def test_a_draft_record_without_our_extensions_needs_only_a_provider():
    record = record_of(COURSE)
    for name in ("ParticipationFeeUSD", "OtherCredits", "SourceAsOf"):
        record["XtensibleInfo"].pop(name, None)
    record["XtensibleInfo"]["FeeForParticipation"] = "No, it’s free"
    assert activity_of(record).fee_usd == 0
    del record["XtensibleInfo"]["ProviderName"]
    with pytest.raises(HubNonsense, match="provider"):
        activity_of(record)


@pytest.mark.parametrize(
    "wrong", ["12345678", "1234567890", "12345678a", "１２３４５６７８９", 7, None]
)
def test_an_id_is_nine_digits_of_text(wrong):
    record = record_of(COURSE)
    record["Lom"]["general"]["identifier"][0]["entry"] = wrong
    with pytest.raises(HubNonsense):
        activity_of(record)


@pytest.mark.parametrize("record", [None, 5, "x", [], {}, {"XtensibleInfo": None}, {"Lom": []}])
def test_what_is_no_record_is_named_so(record):
    assert withdrawn_id(record) is None
    with pytest.raises(HubNonsense):
        activity_of(record)


def test_a_tombstone_names_what_is_gone():
    assert withdrawn_id(tombstone("000000042")) == "000000042"
    assert withdrawn_id(record_of(COURSE)) is None


def test_ids_keep_their_leading_zeros_and_never_change():
    assert activity_id("Heart failure", "Lakeside") == activity_id("Heart failure", "Lakeside")
    assert activity_id("Heart failure", "Lakeside") != activity_id("Heart failure", "Hillside")
    assert all(len(activity_id(str(number), "")) == 9 for number in range(500))
    assert any(provider_id(str(number)).startswith("0") for number in range(500))
