"""What comes of reading a file: rows that could become credits, what could not be read, and why
a whole file was refused.

The values cross a process boundary as JSON (`bot.documents.transcripts.sealed`), so they hold
nothing but text, days, amounts and other values of this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from bot.errors import BotError
from bot.model import Credit

FileKind = Literal["cme_passport", "pars_learners", "table", "pdf_table", "certificate", "pdf_text"]
"""What a file turned out to be; a `table` is a CSV or XLSX with columns of its own."""

RowReason = Literal[
    "date_missing",
    "date_unreadable",
    "date_in_future",
    "amount_missing",
    "amount_unreadable",
    "amount_not_in_quarters",
    "amount_too_large",
    "title_missing",
    "type_unknown",
    "board_unknown",
    "formula",
    "withdrawn",
    "not_completed",
]
FileReason = Literal[
    "empty",
    "too_large",
    "password",
    "scanned",
    "picture",
    "mislabeled",
    "old_excel",
    "unsupported",
    "damaged",
    "bomb",
    "too_many_pages",
    "too_many_rows",
    "too_complex",
    "no_columns",
    "no_credits",
]


REFUSED: Mapping[FileReason, str] = {
    "empty": "documents.refused.empty",
    "too_large": "documents.refused.too_large",
    "password": "documents.refused.password",
    "scanned": "documents.refused.scanned",
    "picture": "documents.refused.picture",
    "mislabeled": "documents.refused.mislabeled",
    "old_excel": "documents.refused.old_excel",
    "unsupported": "documents.refused.unsupported",
    "damaged": "documents.refused.damaged",
    "bomb": "documents.refused.bomb",
    "too_many_pages": "documents.refused.too_many_pages",
    "too_many_rows": "documents.refused.too_many_rows",
    "too_complex": "documents.refused.too_complex",
    "no_columns": "documents.refused.no_columns",
    "no_credits": "documents.refused.no_credits",
}
"""Why a whole file is not read, and the text that says so."""

UNREAD: Mapping[RowReason, str] = {
    "date_missing": "documents.unread.date_missing",
    "date_unreadable": "documents.unread.date_unreadable",
    "date_in_future": "documents.unread.date_in_future",
    "amount_missing": "documents.unread.amount_missing",
    "amount_unreadable": "documents.unread.amount_unreadable",
    "amount_not_in_quarters": "documents.unread.amount_not_in_quarters",
    "amount_too_large": "documents.unread.amount_too_large",
    "title_missing": "documents.unread.title_missing",
    "type_unknown": "documents.unread.type_unknown",
    "board_unknown": "documents.unread.board_unknown",
    "formula": "documents.unread.formula",
    "withdrawn": "documents.unread.withdrawn",
    "not_completed": "documents.unread.not_completed",
}
"""Why a line is not read, and the words that say so."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is looked at. Sizes in bytes, times in seconds.

    `file_bytes` follows Telegram, which gives bots files below 20 MB. `latest` is the last day
    that a completion can have (today, in the physician's zone); None asks for no check.
    """

    file_bytes: int = 20_000_000
    unpacked_bytes: int = 100_000_000
    pages: int = 60
    rows: int = 5_000
    columns: int = 80
    latest: date | None = None
    wall_seconds: float = 25
    cpu_seconds: int = 20
    memory_bytes: int = 1_500_000_000
    answer_bytes: int = 8_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One credit as a file states it.

    `type` and `board` are ids of `data/credit_types.json` and `data/certifying_boards.json`;
    `amount` is in credits (points for `moc`), in quarters; `line` counts from 1: the line of a
    CSV, the row of a sheet, the text line of a PDF through all pages. `learner` is the person a
    provider's file names. `assumed` names what the file does not say (`type`): to be confirmed.
    `topics` come only from a transcript made by this assistant.
    """

    title: str
    provider: str | None
    completed_on: date
    type: str
    board: str | None
    amount: Decimal
    line: int
    activity_id: str | None = None
    learner: str | None = None
    format: str | None = None
    topics: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    def as_credit(self) -> Credit:
        """The credit this row becomes once the physician says *Add these*."""
        return Credit(
            title=self.title,
            completed_on=self.completed_on,
            amount=self.amount,
            type=self.type,
            provider=self.provider,
            origin="transcript",
            board=self.board,
            topics=self.topics,
            activity_id=self.activity_id,
            format=self.format,
        )

    def as_json(self) -> dict[str, Any]:
        """The seven fields that `cmebot read-transcript --json` prints."""
        return {
            "title": self.title,
            "provider": self.provider,
            "completed_on": self.completed_on.isoformat(),
            "type": self.type,
            "board": self.board,
            "amount": _number(self.amount),
            "line": self.line,
        }


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of a file that looks like a credit and could not be read as one."""

    text: str
    line: int
    reason: RowReason

    def as_json(self) -> dict[str, Any]:
        return {"unread": self.text, "line": self.line, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a file holds. `mapping` says which of its columns was taken for what."""

    kind: FileKind
    rows: tuple[Row, ...] = ()
    unread: tuple[Unread, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)


class RefusedError(BotError):
    """A whole file is not read; `reason` is one of `FileReason`, `values` complete its sentence."""

    def __init__(self, reason: FileReason, **values: Any) -> None:
        super().__init__(REFUSED[reason], **values)
        self.reason: FileReason = reason


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)
