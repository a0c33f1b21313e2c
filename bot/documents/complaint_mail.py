"""A complaint as an e-mail: readable text, the PDF, and the evidence.

The same complaint always makes the same bytes, the Message-ID among them, so that a mail that has
to be sent again is the same mail.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

MOST_ATTACHED = 15_000_000
"""Bytes of evidence in one mail: as base64 they stay below the 25 MB that most servers take."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a mail."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail about a complaint. Its subject never says what the complaint is about."""

    sender: str
    to: str
    subject: str
    text: str
    message_id: str
    at: datetime
    attached: Sequence[Attached] = ()
    in_reply_to: str | None = None


def message_id(number: str, to: str, part: str = "") -> str:
    """The one Message-ID of a complaint, or of a later `part` of it."""
    domain = to.rpartition("@")[2]
    return f"<{number.lower()}{'.' + part if part else ''}.complaint@{domain}>"


def mail(letter: Letter) -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["From"] = letter.sender
    made["To"] = letter.to
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(letter.at)
    made["Message-ID"] = letter.message_id
    if letter.in_reply_to:
        made["In-Reply-To"] = letter.in_reply_to
        made["References"] = letter.in_reply_to
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.text, cte="quoted-printable")
    for file in letter.attached:
        main, _, sub = file.mime.partition("/")
        made.add_attachment(file.content, main, sub, filename=file.name)
    if letter.attached:
        # Otherwise drawn at random for each try.
        made.set_boundary(
            f"={'part of':_>12} {letter.message_id.strip('<>')}".replace(" ", "_")[:70]
        )
    return made


def body(head: str, lines: Sequence[tuple[str, str]], foot: Sequence[str]) -> str:
    """Readable text: short answers in one line, long ones below their label."""
    written = [head, ""]
    for label, words in lines:
        plain = re.sub(r"\n{3,}", "\n\n", words.strip())
        if "\n" in plain or len(plain) > 60:  # noqa: PLR2004 - what fits beside its label
            written += ["", f"{label}:", *(f"  {line}".rstrip() for line in plain.split("\n")), ""]
        else:
            written.append(f"{label}: {plain}")
    return re.sub(r"\n{3,}", "\n\n", "\n".join([*written, "", *foot])) + "\n"
