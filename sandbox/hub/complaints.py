"""The hub's intake of complaints: filed once per key, added to, withdrawn, followed."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Status = Literal["received", "in_review", "closed", "withdrawn"]


class IntakeRefusal(Exception):  # noqa: N818 - an answer, not a defect
    """A status and what to say."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(slots=True)
class StoredComplaint:
    """One complaint as it arrived, and what became of it."""

    id: str
    content: dict[str, Any]
    received_on: date
    updated_on: date
    status: Status = "received"
    message: str | None = None
    additions: list[str] = field(default_factory=list)
    evidence: dict[str, bytes] = field(default_factory=dict)

    def answer(self) -> dict[str, Any]:
        said = {
            "complaintId": self.id,
            "status": self.status,
            "receivedOn": self.received_on.isoformat(),
            "updatedOn": self.updated_on.isoformat(),
        }
        return said | ({"message": self.message} if self.message else {})


@dataclass(slots=True)
class Intake:
    """All complaints by id, and the keys under which something was already done."""

    stored: dict[str, StoredComplaint] = field(default_factory=dict)
    _keys: dict[str, tuple[str, str]] = field(default_factory=dict)

    def file(self, key: str, content: dict[str, Any], today: date) -> tuple[StoredComplaint, bool]:
        """The complaint of this key, and whether it had been filed before."""
        if not content.get("reference") or not content.get("description"):
            raise IntakeRefusal(400, "reference and description are required")
        known = self._known(f"file {key}", content)
        if known:
            return self.stored[known], True
        complaint = StoredComplaint(secrets.token_urlsafe(24), content, today, today)
        self.stored[complaint.id] = complaint
        self._keys[f"file {key}"] = (complaint.id, _fingerprint(content))
        return complaint, False

    def add(self, complaint_id: str, key: str, text: str, today: date) -> StoredComplaint:
        complaint = self.open(complaint_id)
        if not text:
            raise IntakeRefusal(400, "text is required")
        if not self._known(f"add {complaint_id} {key}", text):
            complaint.additions.append(text)
            complaint.updated_on = today
            self._keys[f"add {complaint_id} {key}"] = (complaint_id, _fingerprint(text))
        return complaint

    def withdraw(self, complaint_id: str, today: date) -> StoredComplaint:
        complaint = self.find(complaint_id)
        if complaint.status == "closed":
            raise IntakeRefusal(409, "the complaint is closed")
        complaint.status, complaint.updated_on = "withdrawn", today
        return complaint

    def keep_evidence(self, complaint_id: str, sha256: str, content: bytes) -> None:
        complaint = self.open(complaint_id)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise IntakeRefusal(400, "the file does not have this hash")
        complaint.evidence[sha256] = content

    def find(self, complaint_id: str) -> StoredComplaint:
        if complaint_id not in self.stored:
            raise IntakeRefusal(404, "no such complaint")
        return self.stored[complaint_id]

    def open(self, complaint_id: str) -> StoredComplaint:
        complaint = self.find(complaint_id)
        if complaint.status in ("closed", "withdrawn"):
            raise IntakeRefusal(409, f"the complaint is {complaint.status}")
        return complaint

    def _known(self, key: str, content: Any) -> str | None:
        found, fingerprint = self._keys.get(key, (None, ""))
        if found and fingerprint != _fingerprint(content):
            raise IntakeRefusal(422, "this key was used for another content")
        return found


def _fingerprint(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
