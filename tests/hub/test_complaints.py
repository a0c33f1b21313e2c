"""Complaints reach the hub exactly once, from its own point of view."""

import hashlib

import pytest

from bot.hub.complaints import (
    add_to_complaint,
    complaint_status,
    file_complaint,
    send_evidence,
    withdraw_complaint,
)
from bot.hub.errors import HubDown, HubRefused
from sandbox.hub import Broken, Dropped, HalfBody

COMPLAINT = {
    "reference": "C-7K3F-92",
    "kind": "promotion",
    "description": "The speaker showed one company's product for 40 minutes.",
}
KEY = "C-7K3F-92-of-chat-1001"


@pytest.mark.parametrize("fault", [Dropped(after=True), Dropped(), HalfBody(), Broken(503)])
async def test_a_complaint_sent_through_faults_is_filed_once(hub, client, fault):
    hub.order(fault, "/complaints", times=2)
    receipt = await file_complaint(client, COMPLAINT, KEY)
    assert receipt.status == "received"
    assert hub.complaint("C-7K3F-92").id == receipt.hub_id


async def test_and_also_when_it_is_sent_again_after_days(hub, client, clock):
    hub.order(Dropped(after=True), "/complaints", times=None)
    with pytest.raises(HubDown):
        await file_complaint(client, COMPLAINT, KEY)
    hub.heal()
    first_day = clock.now.date()
    clock.passes(days=2)
    receipt = await file_complaint(client, COMPLAINT, KEY)
    assert receipt.received_on == first_day
    assert len(hub.intake.stored) == 1


async def test_a_key_belongs_to_one_complaint(client):
    await file_complaint(client, COMPLAINT, KEY)
    with pytest.raises(HubRefused) as refused:
        await file_complaint(client, COMPLAINT | {"description": "Something else"}, KEY)
    assert refused.value.status == 422


async def test_its_way_can_be_followed(hub, client, clock):
    receipt = await file_complaint(client, COMPLAINT, KEY)
    clock.passes(days=12)
    hub.advance("C-7K3F-92", "in_review", "A notice went to the provider.")
    now = await complaint_status(client, receipt.hub_id)
    assert (now.status, now.message) == ("in_review", "A notice went to the provider.")
    assert (now.updated_on - now.received_on).days == 12


async def test_more_can_be_said_and_is_kept_once(hub, client):
    receipt = await file_complaint(client, COMPLAINT, KEY)
    hub.order(Dropped(after=True), "/complaints")
    await add_to_complaint(
        client, receipt.hub_id, "Here are the slides.", "addition-1-of-C-7K3F-92"
    )
    assert hub.complaint("C-7K3F-92").additions == ["Here are the slides."]


async def test_it_can_be_withdrawn_and_then_takes_nothing_more(client):
    receipt = await file_complaint(client, COMPLAINT, KEY)
    assert (await withdraw_complaint(client, receipt.hub_id)).status == "withdrawn"
    assert (await withdraw_complaint(client, receipt.hub_id)).status == "withdrawn"
    with pytest.raises(HubRefused, match="409"):
        await add_to_complaint(client, receipt.hub_id, "But wait", "addition-2-of-C-7K3F-92")


async def test_evidence_is_kept_by_its_hash(hub, client):
    receipt = await file_complaint(client, COMPLAINT, KEY)
    hub.order(Dropped(after=True), "/complaints")
    sha256 = await send_evidence(client, receipt.hub_id, b"%PDF-1.7 slides", "application/pdf")
    assert sha256 == hashlib.sha256(b"%PDF-1.7 slides").hexdigest()
    assert hub.complaint("C-7K3F-92").evidence == {sha256: b"%PDF-1.7 slides"}


async def test_evidence_that_changed_on_the_way_is_refused(client):
    receipt = await file_complaint(client, COMPLAINT, KEY)
    with pytest.raises(HubRefused, match="400"):
        await client.put(
            f"/complaints/{receipt.hub_id}/evidence/{'0' * 64}", b"x", "application/pdf"
        )


@pytest.mark.parametrize("content", [{}, {"reference": "C-1"}, {"description": "x"}])
async def test_a_complaint_without_its_parts_is_refused(client, content):
    with pytest.raises(HubRefused, match="400"):
        await file_complaint(client, content, KEY)


async def test_a_short_key_is_refused(client):
    with pytest.raises(HubRefused, match="400"):
        await file_complaint(client, COMPLAINT, "short")


async def test_nobody_guesses_a_complaint(client):
    with pytest.raises(HubRefused, match="404"):
        await complaint_status(client, "C-7K3F-92-C-7K3F-92")
