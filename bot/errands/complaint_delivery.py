"""Bringing the recipient of a complaint in step with what is stored of it.

One errand a complaint does all of it, in this order: the complaint, its evidence, what was added,
and that it was withdrawn. What has arrived is noted at once, so that a run that is cut off is
taken up where it was; and what may have arrived is sent again under the same key (hub) or the same
Message-ID (mail), so that its recipient has it once. It is tried for as long as it takes.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot.dialogs.complaint_way import way_of
from bot.documents.complaint_mail import (
    MOST_ATTACHED,
    Attached,
    Letter,
    body,
    mail,
    message_id,
)
from bot.errands.complaint_copy import pdf_of
from bot.errands.complaint_words import worded
from bot.errands.mail import MailError, mail_server, send_mail
from bot.errands.outside import Outside, OutsideRunner
from bot.handlers.errands import Again, Done, Outcome
from bot.hub.complaints import (
    add_to_complaint,
    file_complaint,
    send_evidence,
    withdraw_complaint,
)
from bot.hub.errors import HubError, HubRefused
from bot.model import RunErrand
from bot.settings import complaint_ways
from bot.store import complaints as store
from bot.store.complaints import Addition, Filed
from bot.store.errands import Errand, put_errand
from bot.store.files import KeptFile, content_of, evidence_of

SECONDS = 75.0
"""One run is cut off before the worker would do so, because the worker gives up at last."""

FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=6)
FOREVER_PAUSE = timedelta(hours=1)
"""The shortest pause after an answer that says that trying again will not help: only the operator
can mend that, and may do so at any time.
"""

OPERATOR_TOLD_AFTER = timedelta(hours=1)
PHYSICIAN_TOLD_AFTER = timedelta(hours=6)
FOLLOWED_EVERY = timedelta(hours=6)
TAKES_NONE = frozenset({404, 405, 501})
"""Answers of a hub that has no intake for complaints."""

_under_way: set[str] = set()

logger = logging.getLogger(__name__)


class CannotError(Exception):
    """A step of the delivery failed; `what` names how, without a word of the complaint."""

    def __init__(self, what: str, *, forever: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.forever = forever


async def deliver(outside: Outside, errand: Errand) -> Outcome:
    """One run; whatever is not done is done by the next one."""
    number = str(errand.values["number"])
    if number in _under_way:
        # Something was added while it was on its way; one run at a time.
        return Again(FIRST_PAUSE, errand.values)
    filed = await asyncio.to_thread(_read, outside, number)
    if filed is None:
        return Done()
    _under_way.add(number)
    try:
        async with asyncio.timeout(SECONDS):
            return await _brought_up(outside, errand, filed)
    except CannotError as error:
        return await _failed(outside, errand, filed, error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the complaint is not given up
        return await _failed(outside, errand, filed, CannotError(type(error).__name__))
    finally:
        _under_way.discard(number)


async def _brought_up(outside: Outside, errand: Errand, filed: Filed) -> Outcome:
    way = filed.route or way_of(filed.answers, complaint_ways(outside.settings))
    if filed.attempted_at is None and not filed.open:
        # Taken back before anything went out: there is nobody to be told.
        return Done()
    if way == "operator":
        await _noted(outside, lambda session: store.note_held(session, filed.number, _now(outside)))
        return Done()
    send: Callable[[Outside, Filed], Awaitable[None]] = _to_hub if way == "hub" else _by_mail
    letter_id = message_id(filed.number, str(outside.settings.complaints_to or "cmebot.invalid"))
    at = _now(outside)
    await _noted(
        outside, lambda session: store.note_attempt(session, filed.number, way, letter_id, at)
    )
    filed = await _again(outside, filed.number)
    try:
        await send(outside, filed)
    except _NoIntakeError:
        return await _another_way(outside, filed)
    if not errand.values.get("first") or not filed.open:
        return Done()
    return Done({"number": filed.number, "news": "arrived", "at": _now(outside).isoformat()})


def _followed(session: Session, outside: Outside, filed: Filed) -> None:
    """From now on the hub is asked where the complaint stands."""
    now = _now(outside)
    wanted = RunErrand(
        "follow_complaint",
        "complaints",
        {"number": filed.number},
        f"follow:{filed.number}",
        due_at=now + FOLLOWED_EVERY,
        outlives=True,
    )
    put_errand(session, filed.chat_id, wanted, now)


async def _another_way(outside: Outside, filed: Filed) -> Outcome:
    """The hub takes no complaints: by mail, where that is set, else it stays here."""
    way = "mail" if "mail" in complaint_ways(outside.settings) else "operator"
    logger.error("complaint %s: the hub takes no complaints, it goes to: %s", filed.number, way)
    await _noted(outside, lambda session: store.change_route(session, filed.number, way))
    return Again(timedelta(0))


async def _failed(outside: Outside, errand: Errand, filed: Filed, error: CannotError) -> Outcome:
    """The next try; the operator is told after an hour, the physician after six."""
    now = _now(outside)
    waited = now - errand.created_at
    late = waited >= OPERATOR_TOLD_AFTER or error.forever
    logger.log(
        logging.ERROR if late else logging.WARNING,
        "complaint %s is not delivered yet: %s",
        filed.number,
        error.what,
    )
    at = now if late else None
    await _noted(outside, lambda session: store.note_trouble(session, filed.number, error.what, at))
    values = dict(errand.values)
    result = None
    if waited >= PHYSICIAN_TOLD_AFTER and not values.get("told") and filed.delivered_at is None:
        values["told"] = True
        result = {"number": filed.number, "news": "late", "at": errand.created_at.isoformat()}
    pause = max(FIRST_PAUSE, min(waited / 2, LONGEST_PAUSE))
    return Again(max(pause, FOREVER_PAUSE) if error.forever else pause, values, result)


# ── to the hub ──────────────────────────────────────────────────────────────────────────────


class _NoIntakeError(Exception):
    """The hub takes no complaints at all."""


async def _to_hub(outside: Outside, filed: Filed) -> None:
    hub = outside.hub
    if hub is None:
        raise CannotError("the hub is not set any more", forever=True)
    files = await asyncio.to_thread(_files, outside, filed.number)
    hub_id = filed.hub_id
    try:
        if hub_id is None or filed.delivered_at is None:
            content = hub_content(filed, _first(filed, files))
            receipt = await file_complaint(hub, content, f"cmebot-complaint-{filed.number}")
            hub_id = receipt.hub_id
            await _noted(outside, _arrived(outside, filed, hub_id))
        known = hub_id
        for file in files:
            if file.id > filed.evidence_upto and filed.open:
                found = await asyncio.to_thread(_content, outside, file.id)
                await send_evidence(hub, known, found, file.mime)
                await _noted(outside, _evidence(filed.number, file.id))
        for addition in filed.additions:
            if addition.delivered_at is None and filed.open:
                key = f"cmebot-addition-{addition.id}-{filed.number}"
                await add_to_complaint(hub, known, _hub_words(addition, files), key)
                await _noted(outside, _addition(outside, addition))
        if filed.status == "withdrawn" and filed.withdrawal_sent_at is None:
            await withdraw_complaint(hub, known)
            await _noted(outside, _withdrawal(outside, filed.number))
    except HubRefused as refused:
        if hub_id is None and refused.status in TAKES_NONE:
            raise _NoIntakeError from refused
        if refused.status == _CONFLICT and hub_id is not None:
            # It is closed or withdrawn there: nothing more can be said to it.
            await _noted(outside, lambda session: _settled(session, filed, files, _now(outside)))
            return
        raise CannotError(f"hub {refused.status}", forever=True) from refused
    except HubError as error:
        raise CannotError(f"hub {type(error).__name__}") from error


_CONFLICT = 409


def _settled(session: Session, filed: Filed, files: Sequence[KeptFile], at: datetime) -> None:
    for addition in filed.additions:
        store.note_addition(session, addition.id, at)
    for file in files:
        store.note_evidence(session, filed.number, file.id)
    if filed.status == "withdrawn":
        store.note_withdrawal(session, filed.number, at)


def hub_content(filed: Filed, files: Sequence[KeptFile]) -> Mapping[str, Any]:
    """A complaint in the shape of the hub's contract; nothing is in it that was not confirmed."""
    answers = filed.answers
    activity = answers.get("activity")
    known = activity if isinstance(activity, Mapping) else {}
    when = answers.get("when")
    provider = known.get("provider") or answers.get("provider")
    about = {
        "id": known.get("activity_id"),
        "title": known.get("title"),
        "provider": provider if provider != "not_sure" else None,
        "date": _span(when) if isinstance(when, Mapping) else None,
    }
    shared = ("name", "contact", "postal")
    more = ("accreditor", "society_state", "format", "told")
    content = {
        "reference": filed.number,
        "kind": answers["kind"],
        "description": answers["what"],
        "remedy": answers.get("remedy"),
        "activity": _given(about),
        "complainant": _given({key: answers.get(key) for key in shared}),
        "disclosure": {
            "provider": answers.get("share_provider") == "yes",
            "accme": answers.get("share_accme") == "yes",
        },
        "evidence": [{"name": file.name, "sha256": file.sha256} for file in files],
        **{key: answers.get(key) for key in more},
    }
    return _given(content)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "not_sure")}


def _span(when: Mapping[str, Any]) -> str:
    days = [day for day in (when.get("first"), when.get("last")) if day]
    about = "about " if when.get("about") else ""
    return about + "/".join(dict.fromkeys(days))


def _hub_words(addition: Addition, files: Sequence[KeptFile]) -> str:
    names = [f"{file.name} ({file.sha256})" for file in files if file.id in addition.files]
    listed = f"Files: {', '.join(names)}" if names else ""
    return "\n\n".join(part for part in (addition.text, listed) if part)[:20_000]


# ── by mail ─────────────────────────────────────────────────────────────────────────────────


async def _by_mail(outside: Outside, filed: Filed) -> None:
    if "mail" not in complaint_ways(outside.settings):
        raise CannotError("no mail is set any more", forever=True)
    files = await asyncio.to_thread(_files, outside, filed.number)
    if filed.delivered_at is None:
        first = _first(filed, files)
        await _post(outside, await asyncio.to_thread(_letter, outside, filed, first))
        await _noted(outside, _delivered(outside, filed.number, None))
        for file in first:
            await _noted(outside, _evidence(filed.number, file.id))
    for addition in filed.additions:
        if addition.delivered_at is None and filed.open:
            added = [file for file in files if file.id in addition.files]
            letter = await asyncio.to_thread(_added, outside, filed, addition, added)
            await _post(outside, letter)
            await _noted(outside, _addition(outside, addition))
    if filed.status == "withdrawn" and filed.withdrawal_sent_at is None:
        await _post(outside, _taken_back(outside, filed))
        await _noted(outside, _withdrawal(outside, filed.number))


async def _post(outside: Outside, letter: Letter) -> None:
    assert outside.settings.smtp_url is not None
    server = mail_server(outside.settings.smtp_url.get_secret_value())
    try:
        await send_mail(server, await asyncio.to_thread(mail, letter))
    except MailError as error:
        raise CannotError(str(error), forever=error.forever) from error


def sender(outside: Outside) -> str:
    """From whom it comes: the account at the mail server, else the address it goes to."""
    settings = outside.settings
    assert settings.smtp_url is not None
    user = mail_server(settings.smtp_url.get_secret_value()).user
    return user if user and "@" in user else str(settings.complaints_to)


def _letter(outside: Outside, filed: Filed, files: Sequence[KeptFile]) -> Letter:
    attached, left = _attached(outside, files)
    lines = [(line.label, line.words) for line in worded(filed.answers, outside.knowledge)]
    foot = [
        f"Confirmed by its author {_utc(filed.filed_at)}. Number: {filed.number}.",
        "The PDF holds the same. Files are checked and stripped of metadata; SHA-256:",
        *(f"  {file.name}  {file.sha256}" for file in files),
    ]
    if left:
        names = ", ".join(file.name for file in left)
        foot += ["", f"Too large for this mail, kept by those who run the bot: {names}."]
    if not files:
        foot = [foot[0], "The PDF holds the same."]
    foot += ["", "Please leave the number in the subject when you answer."]
    pdf = Attached(f"complaint {filed.number}.pdf", "application/pdf", pdf_of(outside, filed))
    head = f"Complaint {filed.number} about continuing medical education"
    return Letter(
        sender=sender(outside),
        to=str(outside.settings.complaints_to),
        subject=f"Complaint {filed.number}",
        text=body(head, lines, foot),
        message_id=str(filed.message_id),
        at=filed.filed_at,
        attached=(pdf, *attached),
    )


def _added(outside: Outside, filed: Filed, addition: Addition, files: Sequence[KeptFile]) -> Letter:
    attached, left = _attached(outside, files)
    foot = [f"Added by its author {_utc(addition.added_at)}."]
    if left:
        names = ", ".join(file.name for file in left)
        foot.append(f"Too large for this mail, kept by those who run the bot: {names}.")
    to = str(outside.settings.complaints_to)
    return Letter(
        sender=sender(outside),
        to=to,
        subject=f"Complaint {filed.number}: added",
        text=body(f"Added to complaint {filed.number}", [("More", addition.text)], foot),
        message_id=message_id(filed.number, to, f"added{addition.id}"),
        at=addition.added_at,
        attached=attached,
        in_reply_to=filed.message_id,
    )


def _taken_back(outside: Outside, filed: Filed) -> Letter:
    to = str(outside.settings.complaints_to)
    at = filed.closed_at or filed.changed_at
    return Letter(
        sender=sender(outside),
        to=to,
        subject=f"Complaint {filed.number}: withdrawn",
        text=f"The author of complaint {filed.number} has withdrawn it, {_utc(at)}.\n",
        message_id=message_id(filed.number, to, "withdrawn"),
        at=at,
        in_reply_to=filed.message_id,
    )


def _attached(
    outside: Outside, files: Sequence[KeptFile]
) -> tuple[tuple[Attached, ...], tuple[KeptFile, ...]]:
    """The files that fit into one mail, and those that do not."""
    room = MOST_ATTACHED
    attached: list[Attached] = []
    left: list[KeptFile] = []
    for file in files:
        if file.size <= room:
            room -= file.size
            attached.append(Attached(file.name, file.mime, _content(outside, file.id)))
        else:
            left.append(file)
    return tuple(attached), tuple(left)


def _utc(at: datetime) -> str:
    return f"{at:%B} {at.day}, {at:%Y, %H:%M} UTC"


# ── what is stored ──────────────────────────────────────────────────────────────────────────


def _now(outside: Outside) -> datetime:
    return outside.clock()


def _read(outside: Outside, number: str) -> Filed | None:
    with outside.records.reading() as session:
        return next(iter(store.filed(session, number)), None)


async def _again(outside: Outside, number: str) -> Filed:
    filed = await asyncio.to_thread(_read, outside, number)
    assert filed is not None
    return filed


def _files(outside: Outside, number: str) -> tuple[KeptFile, ...]:
    with outside.records.reading() as session:
        return evidence_of(session, number)


def _first(filed: Filed, files: Sequence[KeptFile]) -> tuple[KeptFile, ...]:
    """The evidence of the complaint itself, without that of additions."""
    later = {number for addition in filed.additions for number in addition.files}
    return tuple(file for file in files if file.id not in later)


def _content(outside: Outside, file_id: int) -> bytes:
    with outside.records.reading() as session:
        found = content_of(session, file_id, None)
    assert found is not None
    return found


async def _noted(outside: Outside, change: Callable[[Session], None]) -> None:
    def write() -> None:
        with outside.records.writing() as session:
            change(session)

    await asyncio.to_thread(write)


def _delivered(outside: Outside, number: str, hub_id: str | None) -> Callable[[Session], None]:
    return lambda session: store.note_delivered(session, number, hub_id, _now(outside))


def _arrived(outside: Outside, filed: Filed, hub_id: str) -> Callable[[Session], None]:
    def change(session: Session) -> None:
        store.note_delivered(session, filed.number, hub_id, _now(outside))
        _followed(session, outside, filed)

    return change


def _evidence(number: str, file_id: int) -> Callable[[Session], None]:
    return lambda session: store.note_evidence(session, number, file_id)


def _addition(outside: Outside, addition: Addition) -> Callable[[Session], None]:
    return lambda session: store.note_addition(session, addition.id, _now(outside))


def _withdrawal(outside: Outside, number: str) -> Callable[[Session], None]:
    return lambda session: store.note_withdrawal(session, number, _now(outside))


RUNNERS: Mapping[str, OutsideRunner] = {"send_complaint": deliver}
