"""Links to hub accounts: whose record a chat reads, the sealed tokens, what the hub said last.

A chat has one link at a time; several chats may read one account, each with tokens of its own.
`PhysicianRow.hub_id` says whose credits the record holds, and stays when the link ends: a link to
another account finds by it that the credits are not this person's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.model import Certification, HubLink, HubProfile, License, RunErrand
from bot.store.errands import drop_errand, put_errand
from bot.store.hub_tables import HubLinkRow
from bot.store.sealed import vault_of
from bot.store.tables import CreditRow, PhysicianRow
from bot.store.vault import Vault

RENEWING = timedelta(seconds=50)
"""How long one process may take to renew tokens; the hub takes the old refresh token for 60
seconds more, so that the next one can still do it.
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """What reading an account takes; both tokens are secret and never logged or shown."""

    account: str
    name: str
    since: datetime
    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    expires_at: datetime
    etag: str | None = None


def account_of(vault: Vault, hub_id: str) -> str:
    """What is stored of the hub's id of a person: the same for the same one, and not readable."""
    return vault.token(f"hub account {hub_id}")


def linking_key(chat_id: int) -> str:
    """The key of the errand that waits for the physician's yes on the hub's page."""
    return f"hub_link:{chat_id}"


def sync_key(chat_id: int) -> str:
    """The key of the errand that reads a chat's record again and again."""
    return f"hub_sync:{chat_id}"


def hub_link_of(session: Session, physician_id: int) -> HubLink | None:
    """The link as dialogs see it."""
    row = session.get(HubLinkRow, physician_id)
    if row is None:
        return None
    content = vault_of(session).unseal(row.content)
    return HubLink(
        name=content["name"],
        since=row.since,
        profile=_profile_from_json(content.get("profile")),
        passed=tuple(content.get("passed", ())),
        news=content.get("news"),
        failing_since=row.failing_since,
    )


def grant_of(session: Session, physician_id: int) -> Grant | None:
    """The link as errands need it; None where there is none."""
    row = session.get(HubLinkRow, physician_id)
    if row is None:
        return None
    content = vault_of(session).unseal(row.content)
    return Grant(
        account=row.account,
        name=content["name"],
        since=row.since,
        access=content["access"],
        refresh=content["refresh"],
        expires_at=datetime.fromisoformat(content["expires_at"]),
        etag=content.get("etag"),
    )


def keep_hub_link(session: Session, row: PhysicianRow, granted: Grant, now: datetime) -> None:
    """Link a chat, in place of what it was linked to, and have its record read at once.

    The earlier link ends at the hub too. Credits of another account go: they are not this
    person's. Other chats that read the same account are told.
    """
    assert row.id is not None
    before = session.get(HubLinkRow, row.id)
    content: dict[str, Any] = {"name": granted.name} | _tokens(granted)
    if before is not None:
        earlier = vault_of(session).unseal(before.content)
        _have_revoked(session, earlier, now)
        if before.account == granted.account:
            content |= {key: earlier[key] for key in ("news", "passed") if key in earlier}
        session.delete(before)
        session.flush()
    if row.hub_id not in (None, granted.account):
        forget_hub_credits(session, row)
    row.hub_id = granted.account
    sealed = vault_of(session).seal(content)
    session.add(HubLinkRow(physician_id=row.id, account=granted.account, since=now, content=sealed))
    wanted = RunErrand("hub_sync", "hub", {"first": True}, key=sync_key(row.chat_id))
    put_errand(session, row.chat_id, wanted, now)
    for chat_id in _other_chats(session, granted.account, row.id):
        told = {"also": {"at": now.isoformat()}}
        put_errand(session, chat_id, RunErrand("hub_tell", "hub", told), now)


def end_hub_link(
    session: Session, row: PhysicianRow, what: Literal["pending", "link", "credits"], now: datetime
) -> None:
    """As `EndHubLink` says; what is not there needs no ending."""
    drop_errand(session, linking_key(row.chat_id), now)
    if what == "pending":
        return
    drop_errand(session, sync_key(row.chat_id), now)
    link = session.get(HubLinkRow, row.id)
    if link is not None:
        _have_revoked(session, vault_of(session).unseal(link.content), now)
        session.delete(link)
    if what == "credits":
        forget_hub_credits(session, row)
    session.flush()


def link_has_ended(session: Session, physician_id: int) -> None:
    """The hub has ended the link: there is nothing to revoke any more."""
    row = session.get(HubLinkRow, physician_id)
    if row is not None:
        session.delete(row)
        session.flush()


def forget_hub_credits(session: Session, row: PhysicianRow) -> None:
    """What the hub reported goes; credits typed in or read from files stay."""
    session.execute(
        sa.delete(CreditRow).where(
            col(CreditRow.physician_id) == row.id, col(CreditRow.hub_id).is_not(None)
        )
    )
    row.hub_id, row.synced_at = None, None
    session.flush()
    session.expire_all()


# ── tokens ──────────────────────────────────────────────────────────────────────────────────


def begin_renewing(session: Session, physician_id: int, seen: Grant, now: datetime) -> bool:
    """Whether the caller is to renew the tokens it has seen; False: somebody else does or did."""
    row = _locked(session, physician_id)
    if row is None or vault_of(session).unseal(row.content)["refresh"] != seen.refresh:
        return False
    if row.renewing_until is not None and row.renewing_until > now:
        return False
    row.renewing_until = now + RENEWING
    session.flush()
    return True


def end_renewing(session: Session, physician_id: int, before: Grant, renewed: Grant | None) -> None:
    """Keep the renewed tokens of the link that was seen before; None: it failed, try later."""
    row = _locked(session, physician_id)
    if row is None:
        return
    content = vault_of(session).unseal(row.content)
    if content["refresh"] != before.refresh:
        return
    row.renewing_until = None
    if renewed is not None:
        row.content = vault_of(session).seal(content | _tokens(renewed))
    session.flush()


def _tokens(granted: Grant) -> dict[str, Any]:
    return {
        "access": granted.access,
        "refresh": granted.refresh,
        "expires_at": granted.expires_at.isoformat(),
    }


def _have_revoked(session: Session, content: Mapping[str, Any], now: datetime) -> None:
    """Nobody's errand, and it outlives the physician: the hub must hear of it in any case."""
    token = content["refresh"] or content["access"]
    wanted = RunErrand("hub_revoke", "hub", {"token": token}, outlives=True)
    put_errand(session, None, wanted, now)


def _locked(session: Session, physician_id: int) -> HubLinkRow | None:
    wanted = select(HubLinkRow).where(HubLinkRow.physician_id == physician_id).with_for_update()
    return session.exec(wanted).first()


# ── what the hub said ───────────────────────────────────────────────────────────────────────


def is_same_link(session: Session, physician_id: int, granted: Grant) -> bool:
    """Whether the link is still the one that was read by."""
    row = _locked(session, physician_id)
    return row is not None and (row.account, row.since) == (granted.account, granted.since)


def keep_hub_answer(
    session: Session, physician_id: int, profile: HubProfile | None, etag: str | None
) -> None:
    """The hub has answered: its view of the person, and the ETag of what is now stored."""
    row = _locked(session, physician_id)
    if row is None:
        return
    content = vault_of(session).unseal(row.content)
    content["etag"] = etag
    if profile is not None:
        content["profile"] = _profile_to_json(profile)
        content["name"] = profile.name
    row.content = vault_of(session).seal(content)
    row.failing_since = None
    session.flush()


def note_failing(session: Session, physician_id: int, now: datetime) -> None:
    """The hub does not answer, since now or since before."""
    row = _locked(session, physician_id)
    if row is not None and row.failing_since is None:
        row.failing_since = now
        session.flush()


def change_hub_link(session: Session, physician_id: int, changes: Mapping[str, Any]) -> None:
    """What the physician said of news and of proposals."""
    row = _locked(session, physician_id)
    if row is not None:
        content = vault_of(session).unseal(row.content)
        row.content = vault_of(session).seal({**content, **changes})
        session.flush()


def chats_linked(session: Session) -> tuple[int, ...]:
    """Every linked chat."""
    return tuple(
        session.exec(
            select(PhysicianRow.chat_id)
            .join(HubLinkRow, col(HubLinkRow.physician_id) == PhysicianRow.id)
            .order_by(col(PhysicianRow.id))
        )
    )


def _other_chats(session: Session, account: str, physician_id: int) -> Sequence[int]:
    return session.exec(
        select(PhysicianRow.chat_id)
        .join(HubLinkRow, col(HubLinkRow.physician_id) == PhysicianRow.id)
        .where(HubLinkRow.account == account, HubLinkRow.physician_id != physician_id)
    ).all()


# ── the profile as JSON ─────────────────────────────────────────────────────────────────────


def _profile_to_json(profile: HubProfile) -> dict[str, Any]:
    value = asdict(profile)
    for held in (*value["licenses"], *value["certifications"]):
        del held["id"]
        for name in ("expires", "issued", "since"):
            if held.get(name) is not None:
                held[name] = held[name].isoformat()
    return value


def _profile_from_json(value: Mapping[str, Any] | None) -> HubProfile | None:
    if value is None:
        return None
    return HubProfile(
        **{
            **value,
            "licenses": tuple(License(**_dated(held)) for held in value["licenses"]),
            "certifications": tuple(
                Certification(**_dated(held)) for held in value["certifications"]
            ),
            "unknown": tuple(value["unknown"]),
        }
    )


def _dated(held: Mapping[str, Any]) -> dict[str, Any]:
    days = {
        name: date.fromisoformat(held[name])
        for name in ("expires", "issued", "since")
        if held.get(name)
    }
    return {**held, **days}
