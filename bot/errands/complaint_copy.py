"""The PDF of a complaint: for its author, its recipient and its readers alike."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from bot.dialogs.knowledge import Knowledge
from bot.documents.complaint_pdf import Sheet, complaint_pdf
from bot.errands.complaint_words import worded
from bot.errands.outside import Outside, OutsideRunner
from bot.handlers.errands import Done, Outcome
from bot.store.complaints import Filed, filed
from bot.store.errands import Errand
from bot.store.files import KeptFile, NewFile, evidence_of, keep_file

_TRUE = (
    "This is what its author confirmed, word for word. Files were checked by their content and"
    " stripped of metadata before they were kept; the hashes are those of the files as kept."
)
_UNEXAMINED = "The complaint is its author's account; whoever made this file has not examined it."
NOTES = (_TRUE, _UNEXAMINED)


def sheet_of(one: Filed, files: tuple[KeptFile, ...], knowledge: Knowledge) -> Sheet:
    """A complaint as its PDF shows it; the list of files tells more than the names in it."""
    names = {file.id: file.name for file in files}
    added = []
    for addition in one.additions:
        listed = [names[number] for number in addition.files if number in names]
        words = [addition.text, f"Files: {', '.join(listed)}" if listed else ""]
        added.append((addition.added_at, "\n".join(part for part in words if part)))
    return Sheet(
        number=one.number,
        filed_at=one.filed_at,
        lines=[(line.label, line.words) for line in worded(one.answers, knowledge)],
        files=[(file.name, file.size, file.sha256) for file in files],
        added=added,
        notes=NOTES,
    )


def pdf_of(outside: Outside, one: Filed, *, with_additions: bool = False) -> bytes:
    """The PDF of a complaint as it was sent; with additions as it stands now."""
    with outside.records.reading() as session:
        files = evidence_of(session, one.number)
    return complaint_pdf(_sheet(one, files, outside.knowledge, with_additions=with_additions))


def _sheet(
    one: Filed, files: tuple[KeptFile, ...], knowledge: Knowledge, *, with_additions: bool
) -> Sheet:
    if with_additions:
        return sheet_of(one, files, knowledge)
    later = {number for addition in one.additions for number in addition.files}
    first = tuple(file for file in files if file.id not in later)
    return sheet_of(replace(one, additions=()), first, knowledge)


async def copy(outside: Outside, errand: Errand) -> Outcome:
    """Make the PDF and keep it for its author; the chat gets its number."""
    if errand.chat_id is None:
        return Done()
    kept = await asyncio.to_thread(_kept, outside, errand.chat_id, str(errand.values["number"]))
    return Done(None if kept is None else {"number": errand.values["number"], "copy": kept.id})


def _kept(outside: Outside, chat_id: int, number: str) -> KeptFile | None:
    with outside.records.reading() as session:
        one = next(iter(filed(session, number)), None)
    if one is None or one.chat_id != chat_id:
        return None
    made = pdf_of(outside, one, with_additions=True)
    file = NewFile(f"complaint {number}.pdf", "application/pdf", made)
    with outside.records.writing() as session:
        return keep_file(session, chat_id, ("copy", number), file, outside.clock())


RUNNERS: Mapping[str, OutsideRunner] = {"copy_complaint": copy}
