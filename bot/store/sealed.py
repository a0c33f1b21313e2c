"""The JSON shapes of what is sealed: profiles, credits, replies. Dates keep their type."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlmodel import Session

from bot.model import Attachment, Credit, Fact, Key, Outgoing, Profile
from bot.store.vault import Vault


def vault_of(session: Session) -> Vault:
    """The vault that `Records` put beside the session."""
    return cast("Vault", session.info["vault"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def fact_to_json(value: Fact) -> Any:
    return {"date": value.isoformat()} if isinstance(value, date) else value


def fact_from_json(value: Any) -> Fact:
    return date.fromisoformat(value["date"]) if isinstance(value, dict) else cast("Fact", value)


def profile_to_json(profile: Profile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "license_type": profile.license_type,
        "specialty": profile.specialty,
        "facts": {name: fact_to_json(value) for name, value in profile.facts.items()},
        "dea_expires": _text(profile.dea_expires),
    }


def profile_from_json(value: Mapping[str, Any]) -> Profile:
    return Profile(
        name=value.get("name"),
        license_type=value.get("license_type"),
        specialty=value.get("specialty"),
        facts={name: fact_from_json(fact) for name, fact in value.get("facts", {}).items()},
        dea_expires=_day(value.get("dea_expires")),
    )


def credit_to_json(credit: Credit) -> dict[str, Any]:
    """The credit without its ids, which are columns."""
    value = asdict(credit)
    del value["id"], value["hub_id"]
    value["completed_on"] = credit.completed_on.isoformat()
    value["amount"] = str(credit.amount)
    return value


def credit_from_json(value: Mapping[str, Any], credit_id: int | None, hub_id: str | None) -> Credit:
    return Credit(
        **{
            **value,
            "completed_on": date.fromisoformat(value["completed_on"]),
            "amount": Decimal(value["amount"]),
            "topics": tuple(value.get("topics", ())),
            "inferred": tuple(value.get("inferred", ())),
            "id": credit_id,
            "hub_id": hub_id,
        }
    )


def outgoing_to_json(outgoing: Outgoing) -> dict[str, Any]:
    value = asdict(outgoing)
    if outgoing.attachment:
        value["attachment"]["content"] = b64encode(outgoing.attachment.content).decode()
    return value


def outgoing_from_json(value: Mapping[str, Any]) -> Outgoing:
    attachment = value.get("attachment")
    return Outgoing(
        **{
            **value,
            "keys": tuple(tuple(Key(**key) for key in row) for row in value.get("keys", ())),
            "attachment": attachment
            and Attachment(
                attachment["kind"],
                attachment["name"],
                b64decode(attachment["content"]),
                attachment.get("kept"),
            ),
        }
    )
