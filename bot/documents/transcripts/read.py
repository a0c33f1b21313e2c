"""A file read as a transcript, in this process. Foreign files go through `sealed` instead."""

from pathlib import PurePath

import filetype

from bot.documents.transcripts.pdf import read_pdf
from bot.documents.transcripts.reading import Limits, Reading, RefusedError
from bot.documents.transcripts.sheets import check_archive, csv_lines, xlsx_sheets
from bot.documents.transcripts.table import find_header, read_table

TEXT, PDF, XLSX = "text", "pdf", "xlsx"
_SUFFIXES = {
    ".pdf": PDF,
    ".xlsx": XLSX,
    ".xlsm": XLSX,
    ".csv": TEXT,
    ".tsv": TEXT,
    ".txt": TEXT,
    ".xls": "xls",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED_OFFICE = "EncryptedPackage".encode("utf-16-le")


def read_transcript(content: bytes, name: str | None, limits: Limits = Limits()) -> Reading:  # noqa: B008 - a frozen value
    """What a transcript, certificate or spreadsheet holds; nothing is stored.

    The type is told from the content; a name that claims another one is refused, because a file
    that is not what it says was either damaged on its way or made to deceive.
    RefusedError says why a whole file cannot be read.
    """
    if not content.strip():
        raise RefusedError("empty")
    if len(content) >= limits.file_bytes:
        raise RefusedError("too_large", megabytes=limits.file_bytes // 1_000_000)
    found = true_type(content, limits)
    claimed = _SUFFIXES.get(PurePath(name).suffix.casefold()) if name else None
    if claimed and claimed != found:
        raise RefusedError("mislabeled", claimed=claimed, found=found)
    if found == PDF:
        return read_pdf(content, limits)
    if found == XLSX:
        sheets = xlsx_sheets(content, limits)
        best = next((sheet for sheet in sheets if find_header(sheet)), None)
        return read_table(best or max(sheets, key=len, default=[]), limits)
    if found == TEXT:
        return read_table(csv_lines(content, limits), limits)
    raise RefusedError("unsupported", found=found)


def true_type(content: bytes, limits: Limits) -> str:
    """`pdf`, `xlsx`, `text`, or the extension of whatever else the first bytes belong to.

    Pictures, locked and old Office files are refused with reasons of their own, and so is an
    archive that is broken or unpacks to too much.
    """
    if b"%PDF-" in content[:1024]:
        return PDF
    if content.startswith(b"PK"):
        check_archive(content, limits)
        return XLSX
    if content.startswith(_OLE):
        raise RefusedError("password" if _LOCKED_OFFICE in content else "old_excel")
    kind = filetype.guess(content[:8192])
    if kind is None:
        return TEXT
    if kind.mime.startswith("image/"):
        raise RefusedError("picture", found=kind.extension)
    return str(kind.extension)
