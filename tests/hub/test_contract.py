"""The contract itself, and that the reference hub keeps it."""

import json
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml
from openapi_spec_validator import validate

from bot.hub import linking
from bot.hub.complaints import add_to_complaint, file_complaint, withdraw_complaint
from sandbox.hub import CLIENT_ID, signed_in

CONTRACT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "docs" / "hub-api.yaml").read_text(encoding="utf-8")
)
DEVICE = {"client_id": CLIENT_ID, "chat_name": "Elena in Telegram"}


def schema(name: str) -> jsonschema.Draft202012Validator:
    """A schema of the contract with all others within its reach."""
    return jsonschema.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": CONTRACT["components"]}
    )


@pytest.fixture
async def plain(hub):
    """The hub as any program sees it."""
    async with httpx.AsyncClient(base_url=hub.url) as ready:
        yield ready


@pytest.fixture
async def bearer(hub, client, clock):
    started = await linking.start(client, "Elena in Telegram", clock.now)
    async with signed_in(hub.url, "demo-texas") as elena:
        await elena.confirms(started.user_code)
    tokens = await linking.poll(client, started, clock.now)
    assert isinstance(tokens, linking.Tokens)
    return {"Authorization": f"Bearer {tokens.access}"}


def test_the_contract_is_openapi_3_1():
    assert CONTRACT["openapi"].startswith("3.1")
    validate(CONTRACT)


def test_the_reference_hub_serves_every_address_of_the_contract(hub):
    served = {
        (route.method.lower(), route.resource.canonical)
        for route in hub.application().router.routes()
        if route.resource and route.method != "HEAD"
    }
    named = {
        (method, path.replace("{complaintId}", "{id}"))
        for path, calls in CONTRACT["paths"].items()
        for method in calls
        if method in ("get", "post", "put")
    }
    assert named <= served


async def test_pages_of_activities_keep_the_contract(hub, plain):
    hub.withdraw(next(iter(hub.feed.records)))
    page = (await plain.get("/activities", params={"limit": "500"})).json()
    schema("ActivityPage").validate(page)
    records = page["ACCMEActivities"]["MedicalEducationMetrics"]
    assert len(records) == 381
    for record in records[:-1]:
        schema("Activity").validate(record)
    schema("Tombstone").validate(records[-1])


async def test_a_record_of_the_drafts_alone_is_within_the_contract():
    draft = {
        "Lom": {"general": {"identifier": [{"catalog": "URL", "entry": "x"}], "title": "T"}},
        "healthcareMetadata": {"healthcareEducation": {"startDateTime": "2026-01-02T00:00:00"}},
        "XtensibleInfo": {"activityRecordAction": "Add", "ProviderName": "P"},
    }
    schema("Activity").validate(draft)
    draft["XtensibleInfo"]["activityRecordAction"] = "Change"
    assert not schema("Activity").is_valid(draft)


async def test_a_physicians_record_keeps_the_contract(plain, bearer):
    transcript = (await plain.get("/GetLearnerTranscriptbyLearner", headers=bearer)).json()
    schema("Transcript").validate(transcript)
    assert len(transcript["ACCMETranscripts"][0]["ActivityTranscript"]) == 15
    profile = (await plain.get("/profile", headers=bearer)).json()
    schema("Profile").validate(profile)
    assert "BirthDate" not in json.dumps([transcript, profile])


async def test_a_transcript_of_a_period(plain, bearer):
    answer = await plain.get(
        "/GetLearnerTranscriptbyLearner",
        params={
            "completionDateRangeStart": "2025-10-01",
            "completionDateRangeEnd": "2025-12-31",
        },
        headers=bearer,
    )
    rows = answer.json()["ACCMETranscripts"][0]["ActivityTranscript"]
    assert [row["Activity"]["Module"]["CompletedDateTime"] for row in rows] == [
        "2025-10-09",
        "2025-11-04",
    ]


@pytest.mark.parametrize("path", ["/profile", "/GetLearnerTranscriptbyLearner"])
@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}])
async def test_no_record_without_a_token(plain, path, given):
    answer = await plain.get(path, headers=given)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    schema("Error").validate(answer.json())


async def test_linking_keeps_the_contract(hub, plain):
    codes = (await plain.post("/oauth/device_authorization", data=DEVICE)).json()
    schema("DeviceAuthorization").validate(codes)
    form = {
        "client_id": CLIENT_ID,
        "grant_type": linking.DEVICE_GRANT,
        "device_code": codes["device_code"],
    }
    waiting = await plain.post("/oauth/token", data=form)
    assert (waiting.status_code, waiting.json()) == (400, {"error": "authorization_pending"})
    schema("OAuthError").validate(waiting.json())
    async with signed_in(hub.url, "demo-florida") as okafor:
        await okafor.confirms(codes["user_code"])
    hub.clock.passes(seconds=9)
    tokens = await plain.post("/oauth/token", data=form)
    schema("Tokens").validate(tokens.json())
    assert tokens.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "form", "status", "error"),
    [
        ("/oauth/token", {"client_id": "stranger"}, 400, "unsupported_grant_type"),
        ("/oauth/token", {"grant_type": "refresh_token"}, 401, "invalid_client"),
        (
            "/oauth/token",
            {"client_id": CLIENT_ID, "grant_type": "refresh_token", "refresh_token": "x"},
            400,
            "invalid_grant",
        ),
        ("/oauth/device_authorization", {"chat_name": "x"}, 401, "invalid_client"),
        ("/oauth/device_authorization", {"client_id": CLIENT_ID}, 400, "invalid_request"),
        ("/oauth/revoke", {"token": "x"}, 401, "invalid_client"),
    ],
)
async def test_oauth_errors_have_their_names(plain, path, form, status, error):
    answer = await plain.post(path, data=form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    schema("OAuthError").validate(answer.json())


async def test_complaints_keep_the_contract(hub, client, plain):
    content = {"reference": "C-7K3F-92", "description": "The speaker showed one product."}
    schema("Complaint").validate(content)
    receipt = await file_complaint(client, content, "key-of-the-complaint-1")
    await add_to_complaint(client, receipt.hub_id, "And the slides.", "key-of-the-addition-1")
    await withdraw_complaint(client, receipt.hub_id)
    answer = (await plain.get(f"/complaints/{receipt.hub_id}")).json()
    schema("ComplaintStatus").validate(answer)
    assert answer["status"] == "withdrawn"
    refused = await plain.get("/complaints/nobody-has-this-id")
    assert refused.status_code == 404
    schema("Error").validate(refused.json())


@pytest.mark.parametrize("cursor", ["g0.5", "g1.", "g1.x", "'; DROP TABLE", "g1.²"])
async def test_a_cursor_that_is_not_known_is_gone(plain, cursor):
    answer = await plain.get("/activities", params={"cursor": cursor})
    assert answer.status_code == 410


@pytest.mark.parametrize("limit", ["0", "501", "-1", "ten", "1e2", "²"])
async def test_a_limit_out_of_bounds_is_refused(plain, limit):
    assert (await plain.get("/activities", params={"limit": limit})).status_code == 400
