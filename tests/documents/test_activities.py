"""Files of activities: JSON lines, the draft JSON and PARS XML make the same activities."""

import json
from datetime import date
from decimal import Decimal

import pytest

from bot.documents.activities import Unread, activity_id, read_activities
from bot.hub.pars import record_of
from bot.model import Activity, CreditOffer
from data import HERE

LINE = {"title": "Opioids", "provider": "CDC", "credits": [{"type": "ama-pra-1", "amount": 1.5}]}

XML = """<?xml version="1.0" encoding="UTF-8"?>
<ACCMEActivities xmlns="http://ns.medbiq.org/activityreport/v1/"
                 xmlns:lom="http://ltsc.ieee.org/xsd/LOM">
  <MedicalEducationMetrics>
    <ReportDescription>
      <ReportingStartDate>2026-01-01</ReportingStartDate>
      <ReportingEndDate>2026-12-31</ReportingEndDate>
    </ReportDescription>
    <lom:lom>
      <lom:general>
        <lom:identifier>
          <lom:catalog>ACCME Activity ID</lom:catalog><lom:entry>201234567</lom:entry>
        </lom:identifier>
        <lom:identifier>
          <lom:catalog>URL</lom:catalog><lom:entry>https://cme.example/7</lom:entry>
        </lom:identifier>
        <lom:title><lom:string language="en">Safe Opioids &amp; Pain</lom:string></lom:title>
        <lom:description><lom:string>Dosing and tapering.</lom:string></lom:description>
      </lom:general>
    </lom:lom>
    <healthcareMetadata>
      <healthcareEducation>
        <credits>
          <activityCertification>AMA PRA Category 1</activityCertification>
          <numberOfCredits>2.25</numberOfCredits>
        </credits>
        <activityLocation>
          <city>Columbus</city><stateOrProvince>OH</stateOrProvince><country>USA</country>
        </activityLocation>
        <startDateTime>2026-12-01T00:00:00</startDateTime>
        <endDateTime>2026-12-02T23:59:59-06:00</endDateTime>
        <activityFormat>Live Course</activityFormat>
        <targetAudience>
          <profession>Physician</profession><specialty>Family Medicine</specialty>
        </targetAudience>
      </healthcareEducation>
    </healthcareMetadata>
    <XtensibleInfo>
      <ProviderID>0001234</ProviderID>
      <DeliveryMethods>
        <DeliveryMethod>In-Person</DeliveryMethod><DeliveryMethod>Live-Streamed</DeliveryMethod>
      </DeliveryMethods>
      <MOCRegistrations>
        <MOCRegistration><boardName>ABIM</boardName><mocPoints>2</mocPoints></MOCRegistration>
      </MOCRegistrations>
      <ForPublicList>true</ForPublicList>
      <FeeForParticipation>No, it’s free</FeeForParticipation>
      <ActivityRegistration>Open to all</ActivityRegistration>
      <REMS><REMSType>Opioid Analgesic</REMSType></REMS>
      <activityRecordAction>Add</activityRecordAction>
    </XtensibleInfo>
  </MedicalEducationMetrics>
</ACCMEActivities>
"""

ACTIVITY = Activity(
    id="201234567",
    title="Safe Opioids & Pain",
    provider="ACCME provider 0001234",
    activity_type="course",
    format="hybrid",
    start_date=date(2026, 12, 1),
    end_date=date(2026, 12, 2),
    city="Columbus",
    state="OH",
    credits=(
        CreditOffer("ama-pra-1", Decimal("2.25")),
        CreditOffer("moc", Decimal(2), "ABIM"),
    ),
    topics=("opioid-prescribing", "pain-management"),
    specialties=("family-medicine",),
    fee_usd=Decimal(0),
    open_to_all=True,
    url="https://cme.example/7",
    summary="Dosing and tapering.",
)


@pytest.fixture
def reading(tmp_path):
    """Reads a file with this content."""

    def read(content):
        path = tmp_path / "file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(read_activities(path))

    return read


def test_all_real_activities_are_read():
    read = list(read_activities(HERE / "activities.jsonl"))
    assert len(read) == 381
    assert all(isinstance(one, Activity) for one in read)
    assert len({one.id for one in read}) == 381


def test_a_line_without_an_id_always_gets_the_same_nine_digits(reading):
    [first] = reading(json.dumps(LINE))
    [again] = reading(json.dumps({**LINE, "summary": "Changed."}))
    assert first.id == again.id == activity_id("Opioids", "CDC")
    assert first.id.isdecimal()
    assert len(first.id) == 9


def test_an_own_id_and_quarter_credits_stay_as_they_are(reading):
    [activity] = reading(json.dumps({**LINE, "id": "000000042"}))
    assert activity.id == "000000042"
    assert activity.credits == (CreditOffer("ama-pra-1", Decimal("1.5")),)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "EOF"),
        ("[]", "object"),
        ('"title"', "object"),
        (json.dumps({"title": "No provider"}), "provider"),
        (json.dumps({**LINE, "title": "  "}), "title"),
        (json.dumps({**LINE, "end_date": "2026-02-30"}), "end_date"),
        (json.dumps({**LINE, "start_date": 20260101}), "start_date"),
        (json.dumps({**LINE, "start_date": "2026-02-02", "end_date": "2026-02-01"}), "before"),
        (
            json.dumps({**LINE, "credits": [{"type": "ama-pra-1", "amount": -1}]}),
            "credits.0.amount",
        ),
        (json.dumps({**LINE, "fee_usd": "NaN"}), "fee_usd"),
        (json.dumps({**LINE, "state": "Ohio"}), "state"),
        (json.dumps({**LINE, "url": "javascript:alert(1)"}), "url"),
        (json.dumps({**LINE, "id": "12 or 13"}), "id"),
        (json.dumps({**LINE, "title": "x" * 300_000}), "longer than"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_a_broken_line_is_named_and_the_rest_is_read(reading, line, reason):
    good = json.dumps(LINE)
    first, broken, last = reading(f"{good}\n{line}\n\n{good}\n")
    assert first == last
    assert isinstance(broken, Unread)
    assert broken.line == 2
    assert reason in broken.reason


def test_a_line_in_another_encoding_is_named(reading):
    read = reading('{"title": "Señor", "provider": "X"}'.encode("latin-1"))
    assert [type(one) for one in read] == [Unread]


def test_a_byte_order_mark_does_no_harm(reading):
    [activity] = reading(b"\xef\xbb\xbf" + json.dumps(LINE).encode())
    assert activity.title == "Opioids"


@pytest.mark.parametrize("empty", ["", " \n\n", "\ufeff"])
def test_an_empty_file_is_said_to_be_empty(reading, empty):
    assert reading(empty) == [Unread(1, "the file is empty")]


def test_ids_from_elsewhere_are_kept_as_they_are(reading):
    lines = [json.dumps({**LINE, "id": kept}) for kept in ("12", "A-7_x", 123456789)]
    assert [one.id for one in reading("\n".join(lines))] == ["12", "A-7_x", "123456789"]


def test_a_plain_json_list_is_read_record_by_record(reading):
    listed = json.dumps([LINE, {**LINE, "title": ""}, 7, {**LINE, "title": "Two"}], indent=1)
    one, untitled, number, two = reading(listed)
    assert (one.title, two.title) == (LINE["title"], "Two")
    assert untitled.reason.startswith("title:")
    assert number.reason == "no record"
    assert untitled.line < number.line


def test_a_single_draft_record_need_not_be_a_list(reading):
    record = record_of(ACTIVITY)
    assert reading(json.dumps({"MedicalEducationMetrics": record}))[0].title == ACTIVITY.title


def test_a_pars_xml_record_becomes_an_activity(reading):
    assert reading(XML) == [ACTIVITY]


def test_the_draft_json_gives_the_same_as_the_hubs_own_records(reading):
    known = [one for one in read_activities(HERE / "activities.jsonl") if one.activity_type]
    records = [record_of(one) for one in known]
    whole = json.dumps({"ACCMEActivities": {"MedicalEducationMetrics": records}}, indent=1)
    by_line = "\n".join(json.dumps(record) for record in records)
    assert reading(whole) == known
    assert reading(by_line) == known


def test_records_of_deletion_and_not_for_the_public_are_not_offered(reading):
    deleted = XML.replace(">Add<", ">Delete<")
    hidden = XML.replace("<ForPublicList>true", "<ForPublicList>false")
    assert reading(deleted) == [Unread(4, "activityRecordAction: the activity is withdrawn")]
    [unread] = reading(hidden)
    assert unread.reason == "ForPublicList: the activity is not for the public list"


def test_a_record_without_a_title_is_named_and_the_next_one_is_read(reading):
    body = XML[XML.index("  <Medical") : XML.index("</ACCMEActivities>")]
    untitled = body.replace("Safe Opioids &amp; Pain", "")
    both = XML.replace(body, untitled + body)
    broken, good = reading(both)
    assert broken.line == 4
    assert broken.reason.startswith("title:")
    assert good == ACTIVITY


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ('{"ACCMEActivities": {}}', 1, "no MedicalEducationMetrics"),
        ('{"ACCMEActivities": {"MedicalEducationMetrics": [\n{"Lom": ', 2, "no JSON"),
        ('{"ACCMEActivities": {"MedicalEducationMetrics": [\n7]}}', 2, "no record"),
        ('{"ACCMEActivities": {"MedicalEducationMetrics": [' + "[" * 99_999, 1, "nested too deep"),
        ('{"ACCMEActivities": {"MedicalEducationMetrics": [' + '{"a":' * 99_999, 1, "too deep"),
        (b'{"ACCMEActivities": \n"\xff"}', 2, "not in UTF-8"),
    ],
)
def test_broken_draft_json_is_refused_with_its_line(reading, content, line, reason):
    *_, unread = reading(content)
    assert unread.line == line
    assert reason in unread.reason
