"""A physician's record at the hub: transcript rows as credits, and the profile as proposals.

"Reported so far", never "earned": providers may take 30 days, and some report nothing. A row has
no topic; the catalog knows the topics by activity id.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.hub.client import HubClient
from bot.hub.contract import (
    Completion,
    CreditCertificate,
    ProfileAnswer,
    TranscriptAnswer,
    TranscriptRow,
    name_of,
    read,
)
from bot.hub.errors import HubNonsense
from bot.hub.facts import CREDIT_TYPES, certifying_boards, state_board
from bot.model import Certification, Credit, HubProfile, License

NEVER_REPORTED = ("aafp-prescribed", "aoa-1a")
"""Designations of activities; for a physician nobody reports them to the hub."""

DONE = ("completed", "credited")
TAKEN_BACK = ("withdrawn", "deleted", "cancelled")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A transcript row that could not be read: its number, counted from 1, and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class RecordChanges:
    """What a sync of the record changes: credits to add, and stored ones to change or remove.

    `corrected` pairs a stored credit with what the hub now says; the pair shares its `hub_id`.
    """

    arrived: tuple[Credit, ...] = ()
    corrected: tuple[tuple[Credit, Credit], ...] = ()
    withdrawn: tuple[Credit, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchedTranscript:
    """All credits reported so far, the rows that could not be read, and how many rows came."""

    credits: tuple[Credit, ...]
    problems: tuple[RowProblem, ...]
    etag: str | None
    rows: int = 0


# ── credits ─────────────────────────────────────────────────────────────────────────────────


async def fetch_transcript(
    client: HubClient, token: str, *, etag: str | None = None
) -> FetchedTranscript | None:
    """The physician's transcript; None where it is as it was at `etag`.

    Store the ETag together with the credits, and only where `problems` is empty.

    Raises `HubError`; a broken row is a problem, not an error.
    """
    answer = await client.get("/GetLearnerTranscriptbyLearner", token=token, etag=etag)
    if answer.unchanged:
        return None
    content = read(TranscriptAnswer, answer.json())
    rows = content.transcripts[0].rows
    found, problems = transcript_credits(rows)
    return FetchedTranscript(found, problems, answer.etag, len(rows))


def transcript_credits(
    records: Sequence[Any],
) -> tuple[tuple[Credit, ...], tuple[RowProblem, ...]]:
    """The credits of raw transcript rows in their order, and the rows that could not be read.

    One credit for each certificate, told apart by `hub_id`; the last word on a CreditID holds, so
    that a correction (delete, then add) and a row sent twice come out once. CME and MOC of one
    completion stay two credits with the same `activity_id` and `completed_on`.
    """
    found: dict[str, Credit] = {}
    problems: list[RowProblem] = []
    for number, record in enumerate(records, start=1):
        try:
            row = read(TranscriptRow, record)
            status = row.activity.module.status.casefold()
            if status not in (*DONE, *TAKEN_BACK):
                problems.append(RowProblem(number, "unknown status"))
                continue
            gone = row.extension.action == "delete" or status in TAKEN_BACK
            for certificate in row.activity.module.certificates:
                found.pop(certificate.credit_id, None)
                if not gone and certificate.received.amount:
                    found[certificate.credit_id] = _credit(row.activity, certificate)
        except HubNonsense as nonsense:
            problems.append(RowProblem(number, str(nonsense)))
    return tuple(found.values()), tuple(problems)


def _credit(completion: Completion, certificate: CreditCertificate) -> Credit:
    credit_type, board = _type_and_board(certificate.received.certification)
    return Credit(
        title=completion.module.name.value,
        completed_on=completion.module.completed,
        amount=certificate.received.amount,
        type=credit_type,
        provider=completion.provider_name,
        origin="hub",
        board=board,
        activity_id=completion.module.name.module_id,
        hub_id=certificate.credit_id,
    )


def _type_and_board(certification: str) -> tuple[str, str | None]:
    """`AMA PRA Category 1 Credits™` -> ama-pra-1; `ABIM` or `ABIM Medical Knowledge` -> moc."""
    said = certification.casefold().replace("™", "").replace("(s)", "s").strip()
    plain = said.removesuffix(" credits").removesuffix(" credit")
    if plain in CREDIT_TYPES and CREDIT_TYPES[plain] not in NEVER_REPORTED:
        return CREDIT_TYPES[plain], None
    boards = certifying_boards()
    board = boards.get(said) or boards.get(said.partition(" ")[0])
    if board is None:
        raise HubNonsense("CreditReceived: unknown kind of credit")
    return "moc", board


def compare_credits(stored: Sequence[Credit], reported: Sequence[Credit]) -> RecordChanges:
    """What must change in the stored record so that its hub credits are those reported now.

    Credits typed in or read from a file are left alone. Topics confirmed for a stored credit
    stay with it when it is corrected.
    """
    mine = {credit.hub_id: credit for credit in stored if credit.origin == "hub" and credit.hub_id}
    theirs = {credit.hub_id: credit for credit in reported}
    corrected = [
        (mine[key], _kept(mine[key], credit))
        for key, credit in theirs.items()
        if key in mine and _kept(mine[key], credit) != mine[key]
    ]
    return RecordChanges(
        arrived=tuple(credit for key, credit in theirs.items() if key not in mine),
        corrected=tuple(corrected),
        withdrawn=tuple(credit for key, credit in mine.items() if key not in theirs),
    )


def _kept(stored: Credit, reported: Credit) -> Credit:
    """What the hub says, with what only the bot knows."""
    return replace(
        reported,
        id=stored.id,
        topics=stored.topics,
        inferred=stored.inferred,
        format=stored.format,
    )


# ── the profile ─────────────────────────────────────────────────────────────────────────────


async def fetch_profile(client: HubClient, token: str) -> HubProfile:
    """The physician's name, licenses and certifications at the hub.

    Raises `HubError`.
    """
    answer = await client.get("/profile", token=token)
    return profile_of(answer.json())


def profile_of(content: Any) -> HubProfile:
    """The profile of a raw answer.

    Raises `HubNonsense`.
    """
    shape = read(ProfileAnswer, content)
    licenses: list[License] = []
    certifications: list[Certification] = []
    unknown: list[str] = []
    for held in shape.member.info.licenses:
        degree = held.degree or shape.extension.degree
        board = state_board(held.state, degree) if degree else None
        if degree is None or board is None:
            unknown.append(held.board or held.state)
            continue
        licenses.append(
            License(
                board=board,
                type=degree,
                expires=held.expires,
                issued=held.issued,
                number=held.number,
            )
        )
    for certified in shape.member.info.certifications:
        name = certifying_boards().get(certified.board.casefold())
        if name is None:
            unknown.append(certified.board)
            continue
        certifications.append(Certification(name, since=certified.since, expires=certified.expires))
    return HubProfile(
        name=name_of(shape.member),
        license_type=shape.extension.degree,
        specialty=shape.extension.specialty,
        licenses=tuple(licenses),
        certifications=tuple(certifications),
        unknown=tuple(unknown),
    )
