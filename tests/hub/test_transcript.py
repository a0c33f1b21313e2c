"""A physician's record from the hub: credits, corrections, and a profile that only proposes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.hub import linking
from bot.hub.errors import HubNonsense, HubUnauthorized
from bot.hub.transcript import (
    compare_credits,
    fetch_profile,
    fetch_transcript,
    transcript_credits,
)
from bot.model import Credit
from sandbox.hub import Broken, HalfBody, Unauthorized, WrongJson, signed_in


@pytest.fixture
async def tokens(hub, client, clock):
    """Dr. Rivera's link."""
    started = await linking.start(client, "Elena in Telegram", clock.now)
    async with signed_in(hub.url, "demo-texas") as elena:
        await elena.confirms(started.user_code)
    linked = await linking.poll(client, started, clock.now)
    assert isinstance(linked, linking.Tokens)
    return linked


def row(credit_id="ccid:a:1", **changes):
    """A transcript row as the hub writes it."""
    said = {
        "certification": "AMA PRA Category 1",
        "amount": 1.5,
        "status": "Completed",
        "completed": "2026-10-30",
        "action": "add",
    } | changes
    return {
        "Activity": {
            "ProviderOrganization": "0000123",
            "ReportingOrganization": "Lakeside Hospital",
            "Module": {
                "ModuleName": {"value": "Heart failure", "moduleID": "012345678"},
                "Status": said["status"],
                "CompletedDateTime": said["completed"],
                "CreditCertificate": [
                    {
                        "CreditID": credit_id,
                        "CreditReceived": {
                            "activityCertification": said["certification"],
                            "creditUnit": "Point",
                            "numberOfCredits": said["amount"],
                        },
                    }
                ],
            },
        },
        "XtensibleInfo": {"LearnerRecordAction": said["action"]},
    }


async def test_the_transcript_holds_what_providers_reported(hub, client, tokens):
    fetched = await fetch_transcript(client, tokens.access)
    stored = hub.accounts["demo-texas"].physician.credits
    assert fetched.problems == ()
    assert [credit.hub_id for credit in fetched.credits] == [
        credit.hub_id for credit in stored if credit.origin == "hub"
    ]
    assert sum(c.amount for c in fetched.credits if c.type == "ama-pra-1") == 36
    assert {credit.topics for credit in fetched.credits} == {()}


async def test_cme_and_moc_of_one_completion_can_be_told(client, tokens):
    fetched = await fetch_transcript(client, tokens.access)
    doubles = [c for c in fetched.credits if c.title.startswith("PennCME")]
    assert [(c.type, c.board, c.amount) for c in doubles] == [
        ("ama-pra-1", None, 20),
        ("moc", "ABIM", 20),
    ]
    assert len({(c.activity_id, c.completed_on) for c in doubles}) == 1
    assert len({c.hub_id for c in doubles}) == 2


async def test_an_unchanged_transcript_is_not_sent_again(hub, client, tokens):
    first = await fetch_transcript(client, tokens.access)
    assert await fetch_transcript(client, tokens.access, etag=first.etag) is None
    hub.report("demo-texas", Credit("New", date(2026, 11, 20), Decimal(1), provider="P"))
    again = await fetch_transcript(client, tokens.access, etag=first.etag)
    assert len(again.credits) == len(first.credits) + 1


@pytest.mark.parametrize("fault", [Broken(500), HalfBody(), Broken(429, retry_after="1")])
async def test_through_passing_faults_no_credit_is_lost_or_doubled(hub, client, tokens, fault):
    whole = await fetch_transcript(client, tokens.access)
    hub.order(fault)
    assert await fetch_transcript(client, tokens.access) == whole


@pytest.mark.parametrize("body", [b"{}", b'{"ACCMETranscripts": []}', b'{"ACCMETranscripts": '])
async def test_a_nonsense_transcript_changes_nothing(hub, client, tokens, body):
    hub.order(WrongJson(body))
    with pytest.raises(HubNonsense):
        await fetch_transcript(client, tokens.access)


async def test_a_correction_is_a_delete_and_an_add(hub, client, tokens):
    before = (await fetch_transcript(client, tokens.access)).credits
    wrong = next(credit for credit in before if credit.amount == 20 and credit.type == "moc")
    hub.withdraw_credit("demo-texas", wrong.hub_id)
    hub.report("demo-texas", replace(wrong, amount=Decimal(12), hub_id=None))
    now = (await fetch_transcript(client, tokens.access)).credits
    changes = compare_credits(before, now)
    assert changes.withdrawn == (wrong,)
    assert [credit.amount for credit in changes.arrived] == [Decimal(12)]
    assert changes.corrected == ()


def test_a_correction_under_the_same_id_keeps_what_the_physician_said():
    (stored,), _ = transcript_credits([row()])
    stored = replace(stored, id=7, topics=("ethics",))
    (reported,), _ = transcript_credits([row(amount=2)])
    changes = compare_credits([stored], [reported])
    assert changes.corrected == ((stored, replace(stored, amount=Decimal(2))),)
    assert (changes.arrived, changes.withdrawn) == ((), ())


def test_what_was_typed_in_is_never_touched_by_the_hub():
    typed = Credit("Ethics at lunch", date(2026, 10, 1), Decimal(1), origin="typed", id=3)
    assert compare_credits([typed], []).withdrawn == ()


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_the_last_word_on_a_credit_holds(order):
    both = [row(action="delete"), row()]
    found, problems = transcript_credits([both[place] for place in order])
    assert (len(found), problems) == (1 if order == [0, 1] else 0, ())


def test_the_same_row_twice_is_one_credit():
    found, _ = transcript_credits([row(), row()])
    assert len(found) == 1


@pytest.mark.parametrize(
    ("said", "credit_type", "board"),
    [
        ("AMA PRA Category 1", "ama-pra-1", None),
        ("AMA PRA Category 1 Credit(s)™", "ama-pra-1", None),
        ("ama pra category 1 credits", "ama-pra-1", None),
        ("IPCE", "ipce", None),
        ("ABIM", "moc", "ABIM"),
        ("ABIM Medical Knowledge", "moc", "ABIM"),
        ("American Board of Pediatrics", "moc", "ABP"),
    ],
)
def test_kinds_of_credit(said, credit_type, board):
    (credit,), problems = transcript_credits([row(certification=said)])
    assert (credit.type, credit.board, problems) == (credit_type, board, ())


@pytest.mark.parametrize(
    "broken",
    [
        row(certification="Reiki"),
        row(certification="AAFP Prescribed"),
        row(amount=0.33),
        row(amount=-1),
        row(amount=True),
        row(completed="2026-02-30"),
        row(completed="last week"),
        row(status="Pending"),
        row(credit_id="no-ccid"),
        {},
        None,
        "row",
    ],
)
def test_a_broken_row_is_reported_and_the_others_kept(broken):
    found, problems = transcript_credits([row("ccid:a:0"), broken, row("ccid:a:2")])
    assert [credit.hub_id for credit in found] == ["ccid:a:0", "ccid:a:2"]
    assert [problem.row for problem in problems] == [2]
    assert "Reiki" not in problems[0].reason


@pytest.mark.parametrize(("status", "counts"), [("Credited", 1), ("Withdrawn", 0)])
def test_withdrawn_rows_give_nothing(status, counts):
    found, problems = transcript_credits([row(status=status)])
    assert (len(found), problems) == (counts, ())


def test_board_points_without_credit_give_only_the_points():
    found, _ = transcript_credits(
        [row("ccid:a:1", amount=0), row("ccid:a:2", certification="ABIM")]
    )
    assert [credit.type for credit in found] == ["moc"]


# ── the profile ─────────────────────────────────────────────────────────────────────────────


async def test_the_profile_is_read_with_licenses_and_certificates(client, tokens):
    profile = await fetch_profile(client, tokens.access)
    assert (profile.name, profile.license_type) == ("Elena Rivera", "MD")
    assert profile.specialty == "internal-medicine"
    assert [one.board for one in profile.licenses] == ["us-tx", "us-ca-md"]
    assert profile.licenses[0].expires == date(2027, 2, 28)
    assert [one.board for one in profile.certifications] == ["ABIM"]


# ── tokens that end ─────────────────────────────────────────────────────────────────────────


class Kept:
    """Renews tokens and stores them."""

    def __init__(self, client, clock) -> None:
        self.client, self.clock = client, clock
        self.tokens: list[linking.Tokens] = []

    async def __call__(self, tokens: linking.Tokens) -> linking.Tokens | None:
        renewed = await linking.refresh(self.client, tokens, self.clock.now)
        if renewed is not None:
            self.tokens.append(renewed)
        return renewed


async def credits_of(client, tokens, now, kept):
    async def call(access: str):
        return await fetch_transcript(client, access)

    return (await linking.authorized(tokens, now, call, kept)).credits


async def test_an_old_token_is_renewed_before_it_is_used(client, tokens, clock):
    kept = Kept(client, clock)
    now = clock.passes(minutes=59)
    assert len(await credits_of(client, tokens, now, kept)) == 15
    assert len(kept.tokens) == 1


async def test_a_token_the_hub_calls_expired_is_renewed_once(hub, client, tokens, clock):
    kept = Kept(client, clock)
    hub.order(Unauthorized(), "/GetLearner")
    assert len(await credits_of(client, tokens, clock.now, kept)) == 15
    assert len(kept.tokens) == 1


async def test_a_hub_whose_clock_is_hours_ahead_costs_a_renewal_and_no_credit(
    hub, client, tokens, clock
):
    kept = Kept(client, clock)
    hub.skew = clock.now.replace(hour=20) - clock.now
    assert len(await credits_of(client, tokens, clock.now, kept)) == 15
    assert kept.tokens[0].expires_at > clock.now


async def test_a_link_ended_at_the_hub_says_so(hub, client, tokens, clock):
    kept = Kept(client, clock)
    await linking.revoke(client, tokens)
    with pytest.raises(HubUnauthorized):
        await credits_of(client, tokens, clock.now, kept)
    assert kept.tokens == []
