"""XML made to hurt: refused with line and reason, at once and without touching anything."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.documents.activities import Unread, read_activities
from bot.documents.pars_xml import LONGEST_RECORD

GOOD = """<MedicalEducationMetrics>
<Lom><general><title>Good</title></general></Lom>
<XtensibleInfo><ProviderName>CDC</ProviderName></XtensibleInfo>
</MedicalEducationMetrics>
"""

LAUGHS = (
    '<?xml version="1.0"?>\n<!DOCTYPE lolz [\n<!ENTITY lol0 "lol">\n'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">\n' for n in range(1, 10))
    + "]>\n<ACCMEActivities>&lol9;</ACCMEActivities>"
)


@pytest.fixture
def reading(tmp_path):
    def read(content):
        path = tmp_path / "hostile.xml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(read_activities(path))

    return read


def wrapped(content):
    return f"<ACCMEActivities>\n{content}</ACCMEActivities>"


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        pytest.param(LAUGHS, 2, "DOCTYPE", id="billion laughs"),
        pytest.param(
            '<!DOCTYPE a [<!ENTITY x "' + "x" * 99_999 + '">]><a>' + "&x;" * 9_999 + "</a>",
            1,
            "DOCTYPE",
            id="quadratic blow-up",
        ),
        pytest.param(
            '<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "file:///etc/passwd">\n<a/>',
            2,
            "DOCTYPE",
            id="external document type",
        ),
        pytest.param(
            '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><a>&x;</a>',
            1,
            "DOCTYPE",
            id="external entity",
        ),
        pytest.param(wrapped("&unknown;"), 2, "undefined entity", id="undefined entity"),
        pytest.param(wrapped("<a>" * 10_000), 2, "nested deeper", id="ten thousand deep"),
        pytest.param("<html><body/></html>", 1, "<html>", id="another kind of file"),
        pytest.param("<ACCMEActivities/>", 1, "no MedicalEducationMetrics", id="no records"),
        pytest.param("<ACCMEActivities>\n<Medical", 2, "malformed", id="breaks off in a tag"),
        pytest.param("<a", 1, "malformed", id="almost nothing"),
        pytest.param(
            '<?xml version="1.0" encoding="klingon"?><a/>', 1, "encoding", id="unknown encoding"
        ),
        pytest.param(
            '<?xml version="1.0" encoding="utf-16"?><a/>', 1, "encoding", id="wrong encoding"
        ),
        pytest.param(
            wrapped("<b>Se\xf1or</b>").encode("latin-1"), 2, "malformed", id="not in UTF-8"
        ),
        pytest.param(b"\xff\xfe<\x00a\x00", 1, "malformed", id="half of UTF-16"),
        pytest.param("<ACCMEActivities>\x00", 1, "malformed", id="a zero byte"),
    ],
)
def test_it_is_refused_with_line_and_reason(reading, content, line, reason):
    [refused] = reading(content)
    assert isinstance(refused, Unread)
    assert refused.line == line
    assert reason in refused.reason


def test_what_was_read_before_the_fault_is_kept(reading):
    good, refused = reading(f"<ACCMEActivities>\n{GOOD}<broken></ACCMEActivities>")
    assert good.title == "Good"
    assert refused == Unread(6, "malformed XML: mismatched tag")


@pytest.mark.parametrize(
    "endless",
    [
        pytest.param("<!-- " + "x" * 3 * LONGEST_RECORD + " -->", id="comment"),
        pytest.param(f'<a b="{"x" * 3 * LONGEST_RECORD}"/>', id="attribute"),
        pytest.param("x" * 3 * LONGEST_RECORD, id="text"),
        pytest.param(
            f"<MedicalEducationMetrics><a>{'x' * 3 * LONGEST_RECORD}</a>", id="text of a record"
        ),
    ],
)
def test_what_goes_on_and_on_is_refused(reading, endless):
    [refused] = reading(f"<ACCMEActivities>\n{endless}")
    assert "longer than" in refused.reason


def test_a_record_of_too_many_parts_is_refused(reading):
    [refused] = reading(wrapped(f"<MedicalEducationMetrics>{'<a/>' * 6_000}"))
    assert "parts" in refused.reason


def test_many_records_are_read_however_long_the_file(reading):
    read = reading(wrapped(GOOD * 2_000))
    assert len(read) == 2_000
    assert {one.title for one in read} == {"Good"}


def test_cdata_and_comments_are_text_and_nothing(reading):
    noted = GOOD.replace("Good", "<![CDATA[Pain & <opioids>]]><!-- ]]> -->")
    [activity] = reading(wrapped(noted))
    assert activity.title == "Pain & <opioids>"


def test_utf_16_is_read(reading):
    text = '<?xml version="1.0" encoding="UTF-16"?>' + wrapped(GOOD.replace("Good", "Señor"))
    [activity] = reading(text.encode("utf-16"))
    assert activity.title == "Señor"


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    place=st.integers(0, len(GOOD)),
    gone=st.integers(0, 40),
    put=st.text(max_size=20) | st.sampled_from(["<", ">", "&", "]]>", "<!--", '"', "</Lom>", "{"]),
)
def test_a_file_broken_anywhere_is_read_or_refused_but_never_fails(reading, place, gone, put):
    content = wrapped(GOOD[:place] + put + GOOD[place + gone :] + GOOD)
    read = reading(content.encode("utf-8", "surrogatepass"))
    assert read
    for one in read:
        assert one.line > 0 if isinstance(one, Unread) else one.title


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=200))
def test_no_bytes_make_the_readers_fail(reading, content):
    for one in reading(content):
        assert one.line > 0 if isinstance(one, Unread) else one.title
