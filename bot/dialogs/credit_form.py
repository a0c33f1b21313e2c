"""The short dialog that takes one credit: only what the message did not say is asked."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bot.dialogs.context import Context
from bot.dialogs.form_fields import Field, Form
from bot.dialogs.form_kinds import (
    AnswerKind,
    Answers,
    Option,
    Reading,
    choice_of,
    line,
    pick,
    read_slot,
)
from bot.documents.transcripts.amounts import amount_of
from bot.documents.transcripts.days import day_of
from bot.model import Effect, Say
from bot.texts import plain_day
from bot.understanding.dates import read_span

MOST = Decimal(200)
"""The longest courses give about 100 credits; more is a typing error."""

QUARTER = Decimal("0.25")
EARLIEST = date(1970, 1, 1)

TYPES = ("ama-pra-1", "ama-pra-2", "aafp-prescribed", "aafp-elective", "aoa-1a", "aoa-1b")
MORE_TYPES = ("aoa-2a", "aoa-2b", "moc")


def _amount() -> AnswerKind:
    """Credits in quarters as text; what is no such figure is kept for `check` to say so."""

    def read(reading: Reading) -> str | None:
        found = amount_of(reading.text)
        if isinstance(found, Decimal):
            return str(found)
        said = read_slot(reading, "credits")
        if said is None and found in ("amount_not_in_quarters", "amount_too_large"):
            said = reading.text.split()[0].replace(",", ".")
        try:
            return None if said is None else str(Decimal(str(said)))
        except ArithmeticError:
            return None

    return AnswerKind(read, lambda value, _: value)


def _completed_on() -> AnswerKind:
    """One day as ISO text; a month or a week is no day, and none is made up."""

    def read(reading: Reading) -> str | None:
        if written := day_of(reading.text):
            return written.isoformat()
        first, last = read_span(reading.text, reading.context.today, "past") or (None, None)
        return first.isoformat() if first and first == last else None

    return AnswerKind(read, lambda value, _: plain_day(date.fromisoformat(value)))


def _not_an_amount(value: Any, context: Context) -> str | None:
    amount = Decimal(value)
    if amount <= 0:
        return "add_credit.amount.nothing"
    if amount > MOST:
        return "add_credit.amount.too_much"
    return "add_credit.amount.quarters" if amount % QUARTER else None


def _not_a_day(value: Any, context: Context) -> str | None:
    done = date.fromisoformat(value)
    if done > context.today:
        return "add_credit.completed_on.future"
    return "add_credit.completed_on.long_ago" if done < EARLIEST else None


def _type_options(answers: Answers, context: Context) -> Sequence[Option]:
    return tuple(
        Option(one, (one.replace("-", " "),), context.knowledge.credit_types[one])
        for one in (*TYPES, *MORE_TYPES)
    )


def _type() -> AnswerKind:
    def read(reading: Reading) -> str | None:
        options = _type_options(reading.answers, reading.context)
        found: str | None = read_slot(reading, "credit_type") or pick(reading.text, options)
        return found

    return AnswerKind(read, lambda value, _: str(value), _type_options)


def _boards(answers: Answers, context: Context) -> Sequence[Option]:
    held = [one.board for one in context.physician.certifications]
    return tuple(Option(board, (), board) for board in dict.fromkeys(held))


def _board() -> AnswerKind:
    kind = choice_of(_boards)

    def read(reading: Reading) -> str | None:
        typed = reading.text.upper()
        if typed in reading.context.knowledge.certifying_boards:
            return typed
        board: str | None = read_slot(reading, "certifying_board") or kind.read(reading)
        return board

    return AnswerKind(read, lambda value, _: str(value), _boards)


def _topics() -> AnswerKind:
    def words(value: Sequence[str], context: Context) -> str:
        return ", ".join(map(context.knowledge.topic_name, value))

    return AnswerKind(lambda reading: read_slot(reading, "topics"), words)


def _hidden(key: str) -> Field:
    """A value that the form carries along and never asks for."""
    return Field(key, AnswerKind(lambda _: None, lambda *_: ""), optional=True, listed=False)


HIDDEN = ("activity_id", "edits", "origin", "assumed", "format")


def credit_form(
    finish: Callable[[Answers, Context], Sequence[Effect]],
    card: Callable[[Answers, Context, int], Say],
) -> Form:
    """The form; `finish` turns its answers into a credit, `card` shows it before."""
    return Form(
        "add_credit",
        1,
        "add_credit.name",
        (
            Field("title", line(300)),
            Field("amount", _amount(), check=_not_an_amount),
            Field("completed_on", _completed_on(), check=_not_a_day),
            Field("type", _type(), columns=1),
            Field("board", _board(), when=lambda answers, _: answers.get("type") == "moc"),
            Field("provider", line(160), optional=True),
            Field("topics", _topics(), optional=True),
            *map(_hidden, HIDDEN),
        ),
        finish,
        intents=frozenset({"add_credit"}),
        checks=True,
        card=card,
    )
