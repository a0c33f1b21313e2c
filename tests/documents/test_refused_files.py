"""Files that are not read at all, each with its reason; and files made to hurt."""

import io
import random
import struct
import zipfile
import zlib

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from bot.documents.transcripts.read import read_transcript
from bot.documents.transcripts.reading import Limits, Reading, RefusedError
from bot.documents.transcripts.sealed import read_sealed
from tests.documents.files import passport, picture_pdf, ruled_pdf, text_pdf, workbook

CSV = b"Date,Title,Provider,Cat 1\n4/21/2022,Ethics,Mayo Clinic,1.5\n4/22/2022,Pain,TMA,2\n"
SHEET = workbook([["Date", "Title", "Cat 1"], ["4/21/2022", "Ethics", 1.5], ["x", "=1+1", 2]])


def locked_pdf():
    out = io.BytesIO()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(passport())))
    writer.encrypt("secret", algorithm="AES-256")
    writer.write(out)
    return out.getvalue()


def picture():
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return out.getvalue()


def archive(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in parts.items():
            zipped.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def zip_bomb():
    """A workbook whose one sheet is 150 MB of nothing."""
    return archive(**{"xl/workbook.xml": b"<workbook/>", "xl/sheet.xml": bytes(150_000_000)})


def zip_that_lies():
    """The same bomb, with 100 bytes written where its true size should stand."""
    lie = bytearray(zip_bomb())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = lie.rfind(signature)
        lie[at + offset : at + offset + 4] = struct.pack("<I", 100)
    return bytes(lie)


def billion_laughs():
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    sheet = f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><workbook>&l11;</workbook>'
    return archive(**{"[Content_Types].xml": sheet, "xl/workbook.xml": sheet})


def pdf_bomb():
    """A page whose content unpacks to half a gigabyte."""
    once = zlib.compressobj(1)
    squeezed = b"".join(once.compress(b"(ha) Tj " * 1_000_000) for _ in range(64)) + once.flush()
    squeezed = zlib.compress(squeezed)
    stream = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>" % len(squeezed)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>",
        stream + b"\nstream\n" + squeezed + b"\nendstream",
    ]
    body = b"%PDF-1.4\n"
    for number, content in enumerate(objects, start=1):
        body += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    return body + b"trailer << /Root 1 0 R /Size 5 >>\n%%EOF"


REFUSED = {
    "nothing": (b"", "credits.csv", "empty"),
    "only spaces": (b" \n\n ", "credits.csv", "empty"),
    "20 MB": (b"," * 20_000_000, "credits.csv", "too_large"),
    "a lock": (locked_pdf(), "transcript.pdf", "password"),
    "a scan": (picture_pdf(), "transcript.pdf", "scanned"),
    "a picture": (picture(), "certificate.png", "picture"),
    "a picture called PDF": (picture(), "certificate.pdf", "picture"),
    "a program called PDF": (b"MZ\x90\x00" + bytes(400), "transcript.pdf", "mislabeled"),
    "a PDF called CSV": (passport(), "transcript.csv", "mislabeled"),
    "text called PDF": (CSV, "transcript.pdf", "mislabeled"),
    "a workbook called CSV": (SHEET, "credits.csv", "mislabeled"),
    "a program": (b"MZ\x90\x00" + bytes(400), "setup.exe", "unsupported"),
    "an archive": (archive(a=b"text"), "files.zip", "unsupported"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", "old_excel"),
    "locked Excel": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "a.xlsx",
        "password",
    ),
    "half a PDF": (b"%PDF-1.7\n1 0 obj <<", "transcript.pdf", "damaged"),
    "half a workbook": (SHEET[:900], "credits.xlsx", "damaged"),
    "a workbook without parts": (
        archive(xl__workbook_xml=b"").replace(b"workbook_xml", b"workbook.xml"),
        "credits.xlsx",
        "damaged",
    ),
    "entities": (billion_laughs(), "credits.xlsx", "damaged"),
    "text": (b"Dear doctor,\nthank you for coming.\n", "letter.txt", "no_columns"),
    "other columns": (b"Name,Phone\nAnn,1\n", "people.csv", "no_columns"),
    "a letter": (text_pdf("Dear doctor,\nthank you."), "letter.pdf", "no_credits"),
    "too many lines": (CSV + b"4/21/2022,A,B,1\n" * 6_000, "credits.csv", "too_many_rows"),
}


@pytest.mark.parametrize(("content", "name", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_not_read_has_a_reason(content, name, reason):
    with pytest.raises(RefusedError) as refused:
        read_transcript(content, name)

    assert refused.value.reason == reason
    assert refused.value.text_key == f"documents.refused.{reason}"


def test_the_columns_found_and_missing_are_named():
    with pytest.raises(RefusedError) as refused:
        read_transcript(b"Course,When,Phone\nEthics,4/21/2022,1\n", "x.csv")

    assert refused.value.values["missing"] == ["amount"]
    assert refused.value.values["headers"] == ["Course", "When", "Phone"]


@pytest.mark.parametrize(
    ("made", "name", "reasons"),
    [
        (zip_bomb, "credits.xlsx", {"bomb"}),
        (zip_that_lies, "credits.xlsx", {"damaged"}),
        (pdf_bomb, "transcript.pdf", {"too_complex", "damaged", "scanned"}),
    ],
    ids=["zip bomb", "zip bomb that lies", "PDF bomb"],
)
def test_bombs_go_off_in_a_process_of_their_own(made, name, reasons):
    limits = Limits(cpu_seconds=2, wall_seconds=15, memory_bytes=700_000_000)

    with pytest.raises(RefusedError) as refused:
        read_sealed(made(), name, limits)

    assert refused.value.reason in reasons


def test_a_file_that_takes_too_long_is_given_up():
    with pytest.raises(RefusedError) as refused:
        read_sealed(passport(), "transcript.pdf", Limits(wall_seconds=0.01))

    assert refused.value.reason == "too_complex"


def test_a_file_that_takes_too_much_memory_is_given_up():
    with pytest.raises(RefusedError) as refused:
        read_sealed(passport(), "transcript.pdf", Limits(memory_bytes=20_000_000))

    assert refused.value.reason == "too_complex"


def test_an_answer_longer_than_allowed_is_given_up():
    with pytest.raises(RefusedError) as refused:
        read_sealed(CSV, "credits.csv", Limits(answer_bytes=50))

    assert refused.value.reason == "too_complex"


@pytest.mark.parametrize(
    ("content", "name"),
    [(passport(), "a.pdf"), (CSV, "a.csv"), (SHEET, None)],
    ids=["pdf", "csv", "xlsx"],
)
def test_sealed_reading_reads_the_same(content, name):
    assert read_sealed(content, name) == read_transcript(content, name)


def test_sealed_refusals_keep_their_reason_and_values():
    with pytest.raises(RefusedError) as refused:
        read_sealed(b"Course,When\nEthics,4/21/2022\n", "x.csv")

    assert (refused.value.reason, refused.value.values["missing"]) == ("no_columns", ["amount"])


# ── mutations ───────────────────────────────────────────────────────────────────────────────

SEEDS = (
    (passport(), "a.pdf"),
    (ruled_pdf((("Date", "Title", "Cat 1"), ("4/21/2022", "Ethics", "1")), (80, 80, 80)), "b.pdf"),
    (CSV, "c.csv"),
    (SHEET, "d.xlsx"),
    (text_pdf("This certifies that Ann\nhas completed Ethics on 4/21/2022"), "e.pdf"),
)


def mutated(number):
    """One of the seeds with bytes changed, cut out, doubled or moved; the same for each number."""
    chance = random.Random(number)
    content, name = SEEDS[number % len(SEEDS)]
    changed = bytearray(content)
    for _ in range(chance.choice((1, 3, 10, 60))):
        at = chance.randrange(len(changed) or 1)
        match chance.randrange(5):
            case 0:
                changed[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del changed[at : at + chance.randrange(1, 60)]
            case 2:
                changed[at:at] = changed[at : at + chance.randrange(1, 200)]
            case 3:
                changed[at:at] = chance.randbytes(chance.randrange(1, 30))
            case _:
                changed[at : at + 8] = chance.choice(
                    (b"99999999", b"<<<<<<<<", b"\0" * 8, b"-1 0 R  ")
                )
    return bytes(changed), name


def outcome(read, content, name):
    try:
        return type(read(content, name))
    except RefusedError as refused:
        return type(refused)


@pytest.mark.parametrize("tens", range(6))
def test_sixty_mutated_files_are_read_or_refused(tens):
    outcomes = {outcome(read_transcript, *mutated(10 * tens + number)) for number in range(10)}

    assert outcomes <= {Reading, RefusedError}


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_thousand_mutated_files_are_read_or_refused():
    limits = Limits(wall_seconds=10, cpu_seconds=8)
    outcomes = [
        outcome(lambda content, name: read_sealed(content, name, limits), *mutated(number))
        for number in range(1_000)
    ]

    assert set(outcomes) == {Reading, RefusedError}
