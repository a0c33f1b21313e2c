"""Files as an answer of a form: announced by the chat, fetched and checked after the turn.

A piece of such an answer is first what the chat announces (`token`, `file_id`, `name`); once it
has been fetched and found clean it is what is kept (`kept` is its number in the store, `sha256`
the hash of its content). A form whose field is called `evidence` can have it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.dialogs import form
from bot.dialogs.context import Context
from bot.dialogs.form_fields import Field, Form, Note, asked_fields, open_field, with_pieces
from bot.dialogs.form_kinds import AnswerKind, Answers, Reading
from bot.model import DropFile, Effect, Incoming, KeepDraft, Kind, RunErrand, Say

ERRAND = "fetch_evidence"
MOST_FILES = 10

MAX_FILE_BYTES = 20_000_000
"""Telegram gives bots files of up to 20 MB."""

FILE_ENDINGS = (".pdf", ".jpg", ".jpeg", ".png")

KEY = "evidence"
"""The field's key in any form."""


def files(subject: str) -> AnswerKind:
    """PDF, JPG or PNG files, up to 20 MB each; they are kept as evidence of `subject`.

    Names and sizes are looked at here; what a file truly is shows only after it was fetched.
    """

    def read(reading: Reading) -> dict[str, Any] | None:
        sent = reading.incoming.file
        if sent is None or reading.incoming.kind not in (Kind.FILE, Kind.PHOTO):
            return None
        name = sent.name or ("photo.jpg" if reading.incoming.kind is Kind.PHOTO else "file")
        if not name.casefold().endswith(FILE_ENDINGS):
            return None
        if sent.size is not None and not 0 < sent.size <= MAX_FILE_BYTES:
            return None
        return {
            "token": str(reading.incoming.update_id),
            "file_id": sent.file_id,
            "name": name[-80:],
            "size": sent.size,
        }

    def wants(form_name: str, piece: Any, context: Context) -> Sequence[Effect]:
        values = {**piece, "subject": subject}
        return (RunErrand(ERRAND, form_name, values, outlives=False),)

    return AnswerKind(
        read,
        lambda value, _: ", ".join(kept["name"] for kept in value),
        gathers=True,
        of_files=True,
        wants=wants,
        name=lambda piece: str(piece["name"]),
        removed=removed,
    )


def removed(piece: Any) -> Sequence[Effect]:
    return (DropFile(piece["kept"]),) if "kept" in piece else ()


def holds(answers: Answers, context: Context) -> Note | None:
    """Nothing is sent while a file is on its way: it might be missing from what is sent."""
    waiting = [piece["name"] for piece in answers.get(KEY) or () if "kept" not in piece]
    return ("evidence.wait", {"names": waiting}) if waiting else None


def hears(of: Form, incoming: Incoming, context: Context) -> Sequence[Effect]:
    """What came of fetching a file for this form's draft, open or laid aside."""
    result = incoming.result
    draft = context.conversation.draft(of.name)
    pieces: list[dict[str, Any]] = list((draft.answers.get(KEY) if draft else None) or ())
    place = next(
        (at for at, piece in enumerate(pieces) if piece.get("token") == result.get("token")), None
    )
    if draft is None or place is None:
        return _unwanted(result, pieces)
    name = pieces[place]["name"]
    answers: dict[str, Any] = dict(draft.answers)
    field = next(one for one in of.fields if one.key == KEY)
    if any(piece.get("kept") == result.get("kept", 0) for piece in pieces):
        head: Note = ("evidence.twice", {"name": name})
        changed = with_pieces(field, pieces[:place] + pieces[place + 1 :], answers)
    elif "kept" in result:
        known = {key: result[key] for key in ("kept", "name", "mime", "size", "sha256")}
        pieces[place] = {"token": result["token"], **known}
        counted = sum("kept" in piece for piece in pieces)
        head = ("evidence.kept", {"name": name, "count": counted, "most": MOST_FILES})
        changed = with_pieces(field, pieces, answers)
    else:
        head = ("evidence.refused", {"name": name, "reason": result.get("problem")})
        changed = with_pieces(field, pieces[:place] + pieces[place + 1 :], answers)
    return _shown(of, field, changed, head, context, quiet="kept" in result)


def _unwanted(result: Mapping[str, Any], pieces: Sequence[Mapping[str, Any]]) -> Sequence[Effect]:
    """The draft, or the file in it, is gone by now; so the file goes too."""
    kept = result.get("kept")
    needed = any(piece.get("kept") == kept for piece in pieces)
    return () if kept is None or needed else (DropFile(kept),)


def _shown(
    of: Form, field: Field, answers: Answers, head: Note, context: Context, *, quiet: bool
) -> Sequence[Effect]:
    """Where the step is open, or the check page is, it is shown anew; elsewhere only refusals."""
    opened = context.conversation.dialog
    if (
        opened is not None
        and opened.name == of.name
        and field in asked_fields(of, answers, context)
    ):
        at = open_field(of, answers, context)
        if at is field or at is None:
            gathering = at is field and bool(answers.get(KEY))
            return form.step(of, answers, context, head=head, gathering=gathering)
    kept = KeepDraft(of.name, answers)
    return [kept] if quiet else [kept, Say(head[0], head[1])]
