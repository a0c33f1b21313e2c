"""Evidence of complaints: hostile files are refused, clean ones lose what they tell in secret."""

import io
import random
import struct
import time
import zipfile

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)
from reportlab.pdfgen.canvas import Canvas

from bot.documents.evidence import EvidenceRefusedError, _bare_jpeg, cleaned, file_name
from bot.documents.evidence_sealed import cleaned_sealed


def picture(kind="JPEG", *, secret=None, size=(60, 40), **more):
    image = Image.new("RGB", size, "#336699")
    if secret:
        exif = Image.Exif()
        exif[0x010F] = secret
        exif.get_ifd(0x8825)[2] = (30.0, 16.0, 1.0)
        exif.get_ifd(0x8825)[1] = "N"
        more["exif"] = exif
    written = io.BytesIO()
    image.save(written, kind, **more)
    return written.getvalue()


def slides(pages=2, *, image=None, change=None, author="Elena Secret"):
    written = io.BytesIO()
    canvas = Canvas(written)
    canvas.setAuthor(author)
    for number in range(pages):
        canvas.drawString(100, 700, f"Slide {number + 1}")
        if image:
            from reportlab.lib.utils import ImageReader

            canvas.drawImage(ImageReader(io.BytesIO(image)), 100, 400, 100, 100)
        canvas.showPage()
    canvas.save()
    if change is None:
        return written.getvalue()
    writer = PdfWriter(io.BytesIO(written.getvalue()))
    change(writer)
    changed = io.BytesIO()
    writer.write(changed)
    return changed.getvalue()


def archive():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        made.writestr("run.exe", b"MZ")
    return written.getvalue()


def refused(content, way=cleaned):
    with pytest.raises(EvidenceRefusedError) as told:
        way(content)
    return told.value.reason


# ── what is kept, and what it loses ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(("kind", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_a_picture_keeps_its_looks_and_loses_its_place(kind, mime):
    kept = cleaned(picture(kind, secret="Elena's phone"))
    assert kept.mime == mime
    assert b"Elena" not in kept.content
    shown = Image.open(io.BytesIO(kept.content))
    assert shown.size == (60, 40)
    assert dict(shown.getexif()) == {}
    assert abs(shown.convert("RGB").getpixel((5, 5))[2] - 0x99) < 6


def test_a_picture_that_lay_on_its_side_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = cleaned(picture(exif=exif))
    assert Image.open(io.BytesIO(kept.content)).size == (40, 60)


def test_a_pdf_keeps_its_pages_and_loses_its_author():
    kept = cleaned(slides(3))
    assert kept.mime == "application/pdf"
    assert b"Elena Secret" not in kept.content
    reader = PdfReader(io.BytesIO(kept.content))
    assert [page.extract_text().strip() for page in reader.pages] == [
        "Slide 1",
        "Slide 2",
        "Slide 3",
    ]
    assert not reader.metadata or not reader.metadata.author


def test_a_picture_inside_a_pdf_loses_its_place_too():
    def raw(writer):
        stream = next(one for one in writer._objects if getattr(one, "get", {}.get)("/Width") == 60)
        stream[NameObject("/Filter")] = NameObject("/DCTDecode")
        stream.pop("/DecodeParms", None)
        stream._data = picture(secret="Elena's phone")

    original = slides(1, image=picture("PNG"), change=raw)
    assert b"Elena's phone" in original
    assert b"Elena's phone" not in cleaned(original).content


def test_a_bare_jpeg_still_opens():
    bare = _bare_jpeg(picture(secret="x"))
    assert Image.open(io.BytesIO(bare)).getpixel((1, 1))
    assert dict(Image.open(io.BytesIO(bare)).getexif()) == {}
    assert _bare_jpeg(b"no picture") == b"no picture"


# ── what is refused ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"MZ\x90\0" + bytes(500), "unknown_type"),
        (b"\x7fELF" + bytes(500), "unknown_type"),
        (b"GIF89a" + bytes(500), "unknown_type"),
        (b"<html><script>1</script>", "unknown_type"),
        (b"just words", "unknown_type"),
        (archive(), "unknown_type"),
        (slides(1)[:400], "damaged"),
        (b"%PDF-1.7\n%%EOF", "damaged"),
        (picture()[:300], "damaged"),
        (bytes(21_000_000), "too_large"),
        (slides(1) + archive(), "two_in_one"),
        (picture() + archive(), "two_in_one"),
        (picture("PNG") + slides(1), "two_in_one"),
        (picture() + b"<script>alert(1)</script>", "two_in_one"),
        (slides(1) + b"#!/bin/sh\n" + b"echo x\n" * 400, "two_in_one"),
        (b"MZ" + slides(1), "unknown_type"),
    ],
)
def test_what_is_no_clean_file_gets_its_reason(content, reason):
    assert refused(content) == reason
    assert refused(content, cleaned_sealed) == reason


def script(writer):
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert(1)"),
        }
    )


def attachment(writer):
    writer.add_attachment("run.exe", b"MZ")


def launch(writer):
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")}
    )
    writer.root_object[NameObject("/OpenAction")] = action


def hidden(writer):
    """Reached from nowhere, but there."""
    stream = DecodedStreamObject()
    stream.set_data(b"MZ")
    stream[NameObject("/Type")] = NameObject("/EmbeddedFile")
    writer._add_object(stream)


def form(writer):
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/XFA"): ArrayObject(), NameObject("/Fields"): ArrayObject()}
    )


@pytest.mark.parametrize("change", [script, attachment, launch, hidden, form])
def test_a_pdf_that_acts_or_brings_files_is_refused(change):
    assert refused(slides(1, change=change)) == "active"


def test_a_locked_pdf_is_refused():
    assert refused(slides(1, change=lambda writer: writer.encrypt("secret"))) == "locked"


def test_a_picture_that_swells_is_refused_without_harm():
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    import zlib

    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header
    bomb += struct.pack(">I", zlib.crc32(header)) + picture("PNG")[33:]
    assert refused(bomb) == "too_complex"


def test_a_pdf_that_swells_costs_a_sentence_and_no_more():
    import zlib

    def swollen(writer):
        stream = DecodedStreamObject()
        stream.set_data(b"")
        stream[NameObject("/Type")] = NameObject("/ObjStm")
        stream[NameObject("/Filter")] = NameObject("/FlateDecode")
        stream._data = zlib.compress(bytes(400_000_000), 9)
        writer._add_object(stream)

    begun = time.monotonic()
    kept = cleaned_sealed(slides(1, change=swollen))
    assert len(kept.content) < 20_000, "what no page shows is left out unread"
    assert time.monotonic() - begun < 45


def test_damaged_files_never_raise_anything_else(caplog):
    caplog.set_level("CRITICAL")
    chance = random.Random(1)
    for original in (slides(1), picture(), picture("PNG")):
        for _ in range(60):
            content = bytearray(original)
            for _ in range(chance.randrange(1, 30)):
                content[chance.randrange(len(content))] = chance.randrange(256)
            try:
                assert cleaned(bytes(content)).content
            except EvidenceRefusedError:
                continue


@pytest.mark.parametrize(
    ("given", "mime", "name"),
    [
        ("slides.pdf", "application/pdf", "slides.pdf"),
        ("slides.pdf.exe", "application/pdf", "slides.pdf.exe.pdf"),
        ("../../etc/passwd", "image/png", "etcpasswd.png"),
        ("gpj.\u202eslides", "image/jpeg", "gpj.slides.jpg"),
        (None, "image/jpeg", "file 3.jpg"),
        ("…\r\nBcc: x@y.z", "application/pdf", "Bcc xy.z.pdf"),
    ],
)
def test_a_name_neither_misleads_nor_leads_elsewhere(given, mime, name):
    assert file_name(given, mime, 3) == name
