"""Evidence of a complaint: only true PDF, JPG and PNG files, rewritten without their metadata.

A picture is decoded and encoded anew, a PDF is taken apart and written anew; what cannot be is
refused, and so is a file that is a second kind of file as well, or a PDF that carries programs or
other files. Nothing here asks what a file is called or what it says it is.
"""

import contextlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Reason = Literal[
    "empty", "too_large", "unknown_type", "damaged", "locked", "active", "two_in_one", "too_complex"
]

MOST_BYTES = 20_000_000
"""Telegram gives bots files of up to 20 MB."""

MOST_PIXELS = 100_000_000
MOST_PAGES = 1_000
QUALITY = 90

ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
"""The types that are taken, and how their names end."""

OTHERS_INSIDE = (
    *(b"%PDF-", b"<html", b"<script", b"<?php", b"__HALT_COMPILER"),
    *(b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c"),
)
"""Beginnings of other kinds of file that a picture has no reason to hold."""

_START = 1024
"""Bytes at the beginning in which readers of PDF and browsers look for their own sign."""

ACTIVE = frozenset(
    {
        *("/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/Filespec"),
        *("/RichMedia", "/XFA", "/SubmitForm", "/ImportData", "/GoToE", "/FileAttachment"),
        *("/Movie", "/Sound", "/Rendition", "/3D"),
    }
)
"""Names in a PDF by which it does something or brings something along."""

TYPED = frozenset({"/S", "/Subtype", "/Type"})
"""Keys whose values say what a thing is; elsewhere such a word is only a word."""


class EvidenceRefusedError(Exception):
    """A file that is not kept, and why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file as it is kept: its true type, and its content without metadata."""

    mime: str
    content: bytes


def cleaned(content: bytes) -> Evidence:
    """The file written anew; raises `EvidenceRefusedError`. To be run away from everything else
    (`bot.documents.evidence_sealed`), because it parses what a stranger has sent.
    """
    if not content:
        raise EvidenceRefusedError("empty")
    if len(content) > MOST_BYTES:
        raise EvidenceRefusedError("too_large")
    mime = _mime(content)
    if _is_two(content, mime):
        raise EvidenceRefusedError("two_in_one")
    made = _pdf(content) if mime == "application/pdf" else _picture(content, mime)
    if len(made) > MOST_BYTES:
        raise EvidenceRefusedError("too_large")
    return Evidence(mime, made)


def _mime(content: bytes) -> str:
    import filetype

    guessed = filetype.guess_mime(content)
    if guessed not in ENDINGS:
        raise EvidenceRefusedError("unknown_type")
    return str(guessed)


def _is_two(content: bytes, mime: str) -> bool:
    if zipfile.is_zipfile(io.BytesIO(content)):
        return True
    if mime != "application/pdf":
        return any(sign in content for sign in OTHERS_INSIDE)
    start = content[:_START].lower()
    tail = content.rpartition(b"%%EOF")[2]
    # Some writers end with padding; more than that is something else behind the end.
    return (
        not content.startswith(b"%PDF-")
        or any(sign in start for sign in (b"<html", b"<script", b"<?php"))
        or (b"%%EOF" in content and len(tail.strip(b"\0\r\n\t ")) > _START)
    )


# ── pictures ────────────────────────────────────────────────────────────────────────────────


def _picture(content: bytes, mime: str) -> bytes:
    import warnings

    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    kinds = ("JPEG", "MPO") if mime == "image/jpeg" else ("PNG",)
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=kinds) as opened:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            return _encoded(upright if upright is not None else opened, mime)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise EvidenceRefusedError("too_complex") from error
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        # A damaged file trips the decoder in more ways than its errors have names.
        raise EvidenceRefusedError("damaged") from error


def _encoded(picture: Any, mime: str) -> bytes:
    written = io.BytesIO()
    if mime == "image/jpeg":
        plain = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
        plain.info = {}
        plain.save(written, "JPEG", quality=QUALITY)
        return written.getvalue()
    see_through = picture.info.get("transparency")
    picture.info = {} if see_through is None else {"transparency": see_through}
    picture.save(written, "PNG")
    return written.getvalue()


# ── PDF ─────────────────────────────────────────────────────────────────────────────────────


def _pdf(content: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter

    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise EvidenceRefusedError("locked")  # noqa: TRY301 - one way out for all refusals
        if not 0 < len(reader.pages) <= MOST_PAGES:
            raise EvidenceRefusedError("damaged" if not reader.pages else "too_complex")  # noqa: TRY301
        if any(_is_active(value) for value in _objects(reader)):
            raise EvidenceRefusedError("active")  # noqa: TRY301
        writer = PdfWriter()
        for page in reader.pages:
            writer.add_page(page)
        writer.metadata = None
        for value in _written(writer):
            _strip(value)
        written = io.BytesIO()
        writer.write(written)
        made = written.getvalue()
        if any(_is_active(value) for value in _objects(PdfReader(io.BytesIO(made)))):
            raise EvidenceRefusedError("active")  # noqa: TRY301
    except (EvidenceRefusedError, MemoryError, RecursionError):
        raise
    except Exception as error:
        # A damaged file trips the parser in more ways than its errors have names.
        raise EvidenceRefusedError("damaged") from error
    return made


def _objects(reader: Any) -> Iterator[Any]:
    """Every object of the file, reachable or not."""
    from pypdf.generic import IndirectObject

    numbers = {number for table in reader.xref.values() for number in table}
    numbers |= set(reader.xref_objStm)
    yield reader.trailer
    for number in sorted(numbers):
        generation = next((gen for gen, table in reader.xref.items() if number in table), 0)
        found = None
        with contextlib.suppress(Exception):
            # What cannot be read does not get into the file that is written anew either.
            found = reader.get_object(IndirectObject(number, generation, reader))
        if found is not None:
            yield found


def _written(writer: Any) -> Iterator[Any]:
    return (value for value in writer._objects if value is not None)  # noqa: SLF001


def _is_active(value: Any) -> bool:
    """Whether an object, with all that is written inside it, acts or brings a file along."""
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject

    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, DictionaryObject):
            for key in one:
                inner = one.raw_get(key)
                if key in ACTIVE:
                    return True
                if key in TYPED and isinstance(inner, NameObject) and inner in ACTIVE:
                    return True
                waiting.append(inner)
        elif isinstance(one, ArrayObject):
            waiting.extend(list.__iter__(one))
    return False


def _strip(value: Any) -> None:
    """Take out what tells of who made a thing, where and with what."""
    from pypdf.generic import DictionaryObject, StreamObject

    if not isinstance(value, DictionaryObject):
        return
    for key in ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/OpenAction", "/Info"):
        value.pop(key, None)
    if isinstance(value, StreamObject) and "/DCTDecode" in str(value.get("/Filter")):
        value._data = _bare_jpeg(value._data)  # noqa: SLF001


_KEPT_SEGMENTS = frozenset({0xE0, 0xE2, 0xEE})
"""Application data that says how to show the picture: JFIF, colors, Adobe's transform."""


def _bare_jpeg(data: bytes) -> bytes:
    """A JPEG inside a PDF without EXIF, XMP and comments; its picture is not touched."""
    if not data.startswith(b"\xff\xd8"):
        return data
    kept, at = [b"\xff\xd8"], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:  # noqa: PLR2004
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4]) + 2
        told = marker == 0xFE or (0xE0 <= marker <= 0xEF and marker not in _KEPT_SEGMENTS)  # noqa: PLR2004
        if not told:
            kept.append(data[at : at + length])
        at += length
    kept.append(data[at:])
    return b"".join(kept)


def file_name(given: str | None, mime: str, number: int) -> str:
    """A name for a kept file: the given one without signs that mislead, ended by its true type."""
    stem = re.sub(r"\.(pdf|jpe?g|png)$", "", given or "", flags=re.IGNORECASE)
    plain = re.sub(r"[^\w .()-]", "", stem, flags=re.ASCII).strip(" .")[:60].strip(" .")
    return (plain or f"file {number}") + ENDINGS[mime]
