"""What leaves: a PDF to hand in, tables that come back the same, a calendar, pictures."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from click.testing import CliRunner
from icalendar import Calendar
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from bot.documents.charts import pace_chart, progress_chart
from bot.documents.commands import export_command, export_transcript
from bot.documents.deadlines import deadlines_ics
from bot.documents.period import Period, credits_in
from bot.documents.person import read_person
from bot.documents.transcript_pdf import transcript_pdf
from bot.documents.transcript_tables import transcript_csv, transcript_xlsx
from bot.documents.transcripts.read import read_transcript
from bot.model import (
    Counted,
    Credit,
    Cycle,
    License,
    Physician,
    Profile,
    RuleStanding,
    Standing,
    State,
)
from bot.rules.person import load_rulebook, standings
from data import HERE

TODAY = date(2026, 11, 24)
ALL = Period()


@pytest.fixture(scope="module")
def rulebook():
    return load_rulebook(HERE)


@pytest.fixture(scope="module")
def people():
    written = json.loads((HERE / "demo" / "physicians.json").read_text(encoding="utf-8"))
    return {entry["id"]: read_person(entry) for entry in written}


@pytest.fixture(scope="module")
def texan(people):
    return people["demo-texas"]


@pytest.fixture(scope="module")
def texan_standings(texan, rulebook):
    return of_all(texan, rulebook)


def of_all(physician, rulebook):
    found = standings(physician, rulebook, TODAY)
    return (*found.licenses, *found.certifications, *found.federal)


def credit(number, **changes):
    return Credit(
        title=f"Update in Internal Medicine, Part {number}",
        completed_on=date(2026, 1, 1) + timedelta(days=9 * number),
        amount=Decimal("1.5"),
        provider="Brazos Valley Memorial Hospital",
        id=number,
        **changes,
    )


def pages(content):
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def without_origin(credits_):
    """Credits as they come back: what a provider reported is then only the physician's word."""
    return sorted(
        (replace(c, origin="transcript", id=None, hub_id=None, inferred=()) for c in credits_),
        key=repr,
    )


# ── PDF ─────────────────────────────────────────────────────────────────────────────────────


def test_thirty_credits_fit_one_page(texan, texan_standings):
    thirty = replace(texan, credits=tuple(map(credit, range(30))))

    (page,) = pages(transcript_pdf(thirty, texan_standings, ALL, TODAY))

    assert page.count("Update in Internal Medicine, Part") == 30
    assert "30 credits, latest first" in page
    assert "Page 1 of 1" in page


@pytest.mark.behaviour(38)
def test_the_page_says_who_when_where_they_stand_and_how_sure_each_credit_is(rulebook):
    physician = Physician(
        1,
        Profile("Ann Lee", "MD"),
        (License("us-tx", "MD", expires=date(2027, 2, 28), number="A1234567"),),
        credits=(
            credit(1),
            credit(2, origin="typed"),
            credit(3, type="moc", board="ABIM"),
        ),
    )
    content = transcript_pdf(
        physician,
        of_all(physician, rulebook),
        Period(date(2026, 1, 1), date(2026, 12, 31)),
        TODAY,
        proofs={2},
    )
    (page,) = pages(content)

    assert "Ann Lee, MD" in page
    assert "Jan 1, 2026 – Dec 31, 2026" in page
    assert "TX MD, number ending 567" in page
    assert "A1234567" not in page
    assert "Texas Medical Board (MD license)" in page
    assert "Not met" in page
    assert page.count("●") == 2  # the credit, and the note that explains the sign
    assert "3 AMA PRA Category 1 Credit: 1.5 verified, 1.5 not verified" in page
    assert "1.5 ABIM MOC points: 1.5 verified, 0 not verified" in page
    assert "Generated Nov 24, 2026" in page
    assert "not an official transcript" in page
    assert "compliant" not in page.casefold()


def test_long_lists_take_pages_that_count_themselves(texan, texan_standings):
    many = replace(texan, credits=tuple(map(credit, range(120))))

    found = pages(transcript_pdf(many, texan_standings, ALL, TODAY))

    assert len(found) > 1
    assert [f"Page {n} of {len(found)}" in page for n, page in enumerate(found, 1)] == [True] * len(
        found
    )


def test_names_and_titles_of_any_letters_and_signs(texan):
    odd = replace(
        texan,
        profile=Profile("Nguyễn Łukasz <b>", "DO"),
        credits=(credit(1), replace(credit(2), title="α-Thalassemia & <i>β</i> " + "x" * 400)),
    )

    text = " ".join(pages(transcript_pdf(odd, (), ALL, TODAY))[0].split())

    assert "Nguyễn Łukasz <b>, DO" in text
    assert "α-Thalassemia & <i>β</i>" in text


def test_nobody_and_nothing_is_a_document_too():
    (page,) = pages(transcript_pdf(Physician(0), (), ALL, TODAY))

    assert "No credits in this period." in page


def test_the_same_transcript_is_the_same_bytes(texan, texan_standings):
    first, second = (transcript_pdf(texan, texan_standings, ALL, TODAY) for _ in range(2))

    assert first == second


def test_a_period_includes_both_its_days():
    held = [credit(n) for n in range(4)]
    period = Period(held[1].completed_on, held[2].completed_on)

    assert credits_in(period, held) == (held[2], held[1])


# ── tables ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.behaviour(59)
@pytest.mark.parametrize("name", ["demo-texas", "demo-florida", "demo-done", "demo-overdue"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_exported_reads_back_as_the_same_credits_and_standings(
    people, rulebook, name, form
):
    physician = people[name]
    content = (
        transcript_csv(physician, ALL)
        if form == "csv"
        else transcript_xlsx(physician, of_all(physician, rulebook), ALL, TODAY)
    )

    reading = read_transcript(content, f"transcript.{form}")

    assert reading.unread == ()
    assert {row.assumed for row in reading.rows} == {()}
    read = tuple(row.as_credit() for row in reading.rows)
    assert without_origin(read) == without_origin(physician.credits)
    before = of_all(replace(physician, credits=tuple(without_origin(physician.credits))), rulebook)
    after = of_all(replace(physician, credits=tuple(without_origin(read))), rulebook)
    assert after == before


HOSTILE = ("=HYPERLINK(1)", "+1", "-Omics in practice", "@SUM(A1)", '"quoted"', "a,b;c")


@pytest.mark.parametrize("title", HOSTILE)
def test_titles_that_look_like_formulas_stay_text_and_come_back(title):
    physician = Physician(1, credits=(replace(credit(1), title=title, provider=title),))
    written = transcript_csv(physician, ALL)
    book = transcript_xlsx(physician, (), ALL, TODAY)

    cell = load_workbook(io.BytesIO(book))["Credits"]["B2"]
    text = next(csv.DictReader(io.StringIO(written.decode("utf-8-sig"))))["Activity Title"]

    assert text[0] not in "=+-@"
    assert cell.data_type == "s"
    for content, name in ((written, "a.csv"), (book, "a.xlsx")):
        (row,) = read_transcript(content, name).rows
        assert (row.title, row.provider) == (title, title)


def test_control_characters_do_not_break_a_workbook():
    physician = Physician(1, credits=(replace(credit(1), title="Ethics\x0b\x00 today"),))

    (row,) = read_transcript(transcript_xlsx(physician, (), ALL, TODAY), "a.xlsx").rows

    assert row.title == "Ethics today"


def test_a_workbook_shows_the_standing_on_a_sheet_of_its_own(texan, texan_standings):
    book = load_workbook(io.BytesIO(transcript_xlsx(texan, texan_standings, ALL, TODAY)))
    rows = list(book["Standing"].iter_rows(values_only=True))

    assert rows[0][:4] == ("Held", "Cycle", "Rule", "State")
    assert {row[3] for row in rows[1:]} <= {
        "Met",
        "Not met",
        "Not yet known",
        "Does not apply",
        "Limit",
    }
    assert len(rows) - 1 == sum(len(standing.rules) for standing in texan_standings)


# ── calendar ────────────────────────────────────────────────────────────────────────────────


def test_deadlines_are_all_day_events_with_alarms_by_day(texan_standings):
    at = datetime(2026, 11, 24, 15, tzinfo=UTC)

    calendar = Calendar.from_ical(deadlines_ics(texan_standings, at))

    known = [s for s in texan_standings if s.cycle.last_day]
    events = list(calendar.walk("VEVENT"))
    assert [event.decoded("dtstart") for event in events] == [s.cycle.last_day for s in known]
    assert len({str(event["uid"]) for event in events}) == len(events)
    for event in events:
        assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=1)
        triggers = [alarm.decoded("trigger") for alarm in event.walk("VALARM")]
        assert triggers == [timedelta(hours=9) - timedelta(days=days) for days in (90, 30, 7)]
    assert "Texas Medical Board (MD license): renewal deadline" in str(events[0]["summary"])


def test_a_file_made_later_keeps_the_ids_of_its_events(texan_standings):
    files = [deadlines_ics(texan_standings, datetime(2026, 11, day, tzinfo=UTC)) for day in (1, 24)]
    ids = [[str(e["uid"]) for e in Calendar.from_ical(f).walk("VEVENT")] for f in files]

    assert ids[0] == ids[1] != []


def test_without_a_known_deadline_there_is_no_event():
    content = deadlines_ics((STANDING,), datetime(2026, 11, 24, tzinfo=UTC))

    assert Calendar.from_ical(content).walk("VEVENT") == []


# ── charts ──────────────────────────────────────────────────────────────────────────────────

RULE = RuleStanding("total", "Total", State.NOT_MET, Decimal(12), Decimal(48), Decimal(36))
STANDING = Standing("license", "us-tx", "Texas Medical Board", "MD", Cycle(None, None), (RULE,))
HALF = replace(STANDING, cycle=Cycle(date(2026, 1, 1), date(2027, 12, 31)))


def picture(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def inked(image, color):
    """How many pixels have exactly this color."""
    wanted = tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))
    return sum(count for count, found in image.convert("RGB").getcolors(1 << 20) if found == wanted)


def test_a_bar_is_as_long_as_what_there_is_of_what_is_needed():
    lengths = [
        inked(
            picture(progress_chart(replace(HALF, rules=(replace(RULE, have=Decimal(have)),)))),
            "#c2410c",
        )
        for have in (0, 12, 24, 48)
    ]

    empty, quarter, half, full = lengths
    assert half - empty == pytest.approx(2 * (quarter - empty), rel=0.1)
    assert full - empty == pytest.approx(4 * (quarter - empty), rel=0.1)


def test_a_chart_is_as_wide_as_a_phone_and_as_high_as_its_rules(texan_standings):
    sizes = [picture(progress_chart(standing)).size for standing in texan_standings]

    assert {width for width, _ in sizes} == {1000}
    by_rules = sorted(zip((len(s.rules) for s in texan_standings), sizes, strict=True))
    assert by_rules[-1][1][1] > by_rules[0][1][1]


@pytest.mark.parametrize("state", list(State))
def test_every_state_can_be_drawn_with_odd_titles_and_no_figure(state):
    rule = replace(RULE, state=state, need=None, left=None, title="$5 & _x_ ^ " + "long " * 60)
    standing = replace(STANDING, rules=(rule,) * 20, board_name="Board of " + "Everything " * 8)

    assert picture(progress_chart(standing)).width == 1000


def test_the_pace_is_drawn_where_there_is_one():
    counted = tuple(Counted(credit(n), Decimal(3)) for n in range(4))
    standing = replace(HALF, rules=(replace(RULE, counted=counted),))

    assert picture(pace_chart(standing, TODAY)).size == (1000, 620)
    assert pace_chart(STANDING, TODAY) is None
    assert pace_chart(replace(HALF, rules=(replace(RULE, need=None),)), TODAY) is None


@pytest.mark.parametrize("today", [date(2025, 1, 1), date(2026, 1, 1), date(2030, 1, 1)])
def test_the_pace_before_on_and_after_the_cycle(today):
    assert picture(pace_chart(HALF, today)).size == (1000, 620)


# ── the command ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("form", "start"),
    [("pdf", b"%PDF-"), ("csv", b"\xef\xbb\xbfCompletion"), ("xlsx", b"PK"), ("ics", b"BEGIN:VCA")],
)
def test_export_writes_the_file_and_nothing_on_standard_output(tmp_path, form, start):
    out = tmp_path / f"transcript.{form}"
    arguments = ["--physician", "demo-texas", "--format", form, "--out", str(out)]

    result = CliRunner().invoke(export_transcript, arguments, catch_exceptions=False)

    assert (result.exit_code, result.stdout) == (0, "")
    assert out.read_bytes().startswith(start)


def test_export_of_a_period(tmp_path, texan):
    out = tmp_path / "t.csv"
    command = export_command(lambda _, __: (texan, ()), lambda: datetime(2026, 11, 24, tzinfo=UTC))
    arguments = ["--physician", "x", "--format", "csv", "--out", str(out)]

    CliRunner().invoke(command, [*arguments, "--from", "2026-01-01"], catch_exceptions=False)

    days = [
        row["Completion Date"] for row in csv.DictReader(io.StringIO(out.read_text("utf-8-sig")))
    ]
    assert days
    assert min(days) >= "2026-01-01"


def test_a_physician_nobody_knows(tmp_path):
    arguments = ["--physician", "nobody", "--out", str(tmp_path / "t.pdf")]

    result = CliRunner().invoke(export_transcript, arguments)

    assert result.exit_code == 2
    assert "'nobody' is not known here" in result.stderr
