"""Complaints at the hub: filed once per key, added to, withdrawn, followed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.hub.client import Answer, HubClient
from bot.hub.contract import ComplaintAnswer, read

HubStatus = Literal["received", "in_review", "closed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class ComplaintReceipt:
    """The hub's id of a complaint, which is the right to ask for it, and where it stands."""

    hub_id: str
    status: HubStatus
    received_on: date
    updated_on: date
    message: str | None = None


async def file_complaint(
    client: HubClient, content: Mapping[str, Any], idempotency_key: str
) -> ComplaintReceipt:
    """Files a complaint; the same key and content again give the same receipt.

    `content` is `Complaint` of the contract: `reference` and `description` at least. The key has
    16 to 200 characters and belongs to the complaint, not to the try.

    Raises `HubDown` (send again, with the same key) or `HubRefused`.
    """
    answer = await client.post_json("/complaints", content, idempotency_key=idempotency_key)
    return _receipt(answer)


async def complaint_status(client: HubClient, hub_id: str) -> ComplaintReceipt:
    """Where the complaint stands now."""
    return _receipt(await client.get(f"/complaints/{hub_id}"))


async def add_to_complaint(
    client: HubClient, hub_id: str, text: str, idempotency_key: str
) -> ComplaintReceipt:
    """Adds a text, once per key."""
    path = f"/complaints/{hub_id}/additions"
    answer = await client.post_json(path, {"text": text}, idempotency_key=idempotency_key)
    return _receipt(answer)


async def withdraw_complaint(client: HubClient, hub_id: str) -> ComplaintReceipt:
    """Withdraws; doing it again is no error, so the complaint's id is its own key."""
    path = f"/complaints/{hub_id}/withdrawal"
    return _receipt(await client.post_json(path, {}, idempotency_key=f"withdraw {hub_id}"))


async def send_evidence(client: HubClient, hub_id: str, content: bytes, mime: str) -> str:
    """Sends one file, of at most 20 MB, and gives its SHA-256; sending it again keeps one."""
    sha256 = hashlib.sha256(content).hexdigest()
    await client.put(f"/complaints/{hub_id}/evidence/{sha256}", content, mime)
    return sha256


def _receipt(answer: Answer) -> ComplaintReceipt:
    content = read(ComplaintAnswer, answer.json())
    return ComplaintReceipt(
        content.id, content.status, content.received_on, content.updated_on, content.message
    )
