"""Activities as PARS activity records, both ways, with nothing lost on the way there and back."""

from decimal import Decimal
from re import fullmatch
from typing import Any

from bot.hub.contract import (
    ActivityExtension,
    ActivityRecord,
    AwardedCredits,
    DeliveryMethods,
    General,
    HealthcareEducation,
    HealthcareMetadata,
    Identifier,
    Location,
    Lom,
    MocRegistration,
    MocRegistrations,
    StateContent,
    StateContentTags,
    TargetAudience,
    identifier,
    read,
)
from bot.hub.errors import HubNonsense
from bot.hub.facts import (
    CERTIFICATIONS,
    CREDIT_TYPES,
    DELIVERY_METHODS,
    FORMATS,
    certifying_boards,
    type_ids,
    type_names,
)
from bot.hub.ids import provider_id
from bot.model import Activity, CreditOffer

ACCME_ID = "ACCME Activity ID"
ACTIVITY_ID = "[0-9]{9}"
OPIOID_TOPICS = {
    "opioid-prescribing",
    "pain-management",
    "controlled-substances",
    "substance-use-disorder",
    "mate",
}


# ── reading ─────────────────────────────────────────────────────────────────────────────────


def withdrawn_id(record: Any) -> str | None:
    """The id of a tombstone's activity; None where the record is not a tombstone."""
    extension = record.get("XtensibleInfo") if isinstance(record, dict) else None
    if not isinstance(extension, dict) or extension.get("activityRecordAction") != "Delete":
        return None
    number = identifier(record)
    return number if number is not None and fullmatch(ACTIVITY_ID, number) else None


def activity_of(record: Any) -> Activity:
    """The activity that a raw record describes.

    Raises `HubNonsense` naming what is missing or wrong.
    """
    shape = read(ActivityRecord, record)
    number, general, more = identifier(record), shape.lom.general, shape.extension
    if number is None or not fullmatch(ACTIVITY_ID, number):
        raise HubNonsense("ActivityRecord: no 9-digit activity id")
    if general.title is None or more.provider_name is None or shape.healthcare is None:
        raise HubNonsense("ActivityRecord: title, provider or healthcareMetadata missing")
    education = shape.healthcare.education
    if education.start and education.end and education.end < education.start:
        raise HubNonsense("ActivityRecord: it ends before it starts")
    place = education.location or Location()
    kind = education.activity_format
    return Activity(
        id=number,
        title=general.title,
        provider=more.provider_name,
        activity_type=type_ids().get(kind.casefold(), "other") if kind else None,
        format=FORMATS.get(frozenset(more.delivery.method)) if more.delivery else None,
        start_date=education.start,
        end_date=education.end,
        city=place.city,
        state=place.state,
        credits=_offers(education, more),
        topics=tuple(tag.topic for tag in more.tags.content) if more.tags else (),
        specialties=education.audience.specialty if education.audience else (),
        fee_usd=Decimal(0) if more.fee == "No, it’s free" else more.fee_usd,
        open_to_all=None if more.registration is None else more.registration == "Open to all",
        url=next((entry.entry for entry in general.identifier if entry.catalog == "URL"), None),
        summary=general.description,
        source_as_of=more.as_of,
    )


def _offers(education: HealthcareEducation, more: ActivityExtension) -> tuple[CreditOffer, ...]:
    awarded = (education.credits, *(more.more_credits or ()))
    accredited = [
        CreditOffer(CREDIT_TYPES[credit.certification.casefold()], credit.amount)
        for credit in awarded
        if credit and credit.certification.casefold() in CREDIT_TYPES
    ]
    registered = more.moc.registration if more.moc else ()
    points = [
        CreditOffer("moc", entry.points, certifying_boards().get(entry.board.casefold()))
        for entry in registered
        if entry.board.casefold() in certifying_boards()
    ]
    return (*accredited, *points)


# ── writing ─────────────────────────────────────────────────────────────────────────────────


def record_of(activity: Activity, action: str = "Add") -> dict[str, Any]:
    """The activity as a record of the contract; `action` is `Add` or `Update`."""
    awarded = [offer for offer in activity.credits if offer.type != "moc"]
    points = [offer for offer in activity.credits if offer.type == "moc"]
    links = [Identifier(catalog="URL", entry=activity.url)] if activity.url else []
    number = Identifier(catalog=ACCME_ID, entry=activity.id)
    education = HealthcareEducation(
        credits=_award(awarded[0]) if awarded else None,
        location=_location(activity),
        start=activity.start_date,
        end=activity.end_date,
        activity_format=type_names()[activity.activity_type] if activity.activity_type else None,
        audience=TargetAudience(profession=("Physician",), specialty=activity.specialties),
    )
    extension = ActivityExtension.model_validate(
        {
            "activityRecordAction": action,
            "ProviderID": provider_id(activity.provider),
            "ProviderName": activity.provider,
            "ForPublicList": True,
            "ParticipationFeeUSD": activity.fee_usd,
            "FeeForParticipation": _fee(activity.fee_usd),
            "ActivityRegistration": _registration(activity.open_to_all),
            "OtherCredits": tuple(_award(offer) for offer in awarded[1:]) or None,
            "DeliveryMethods": _delivery(activity.format),
            "MOCRegistrations": _moc(points),
            "StateContentTags": _tags(activity.topics),
            "SourceAsOf": activity.source_as_of,
        }
    )
    general = General(
        identifier=(number, *links), title=activity.title, description=activity.summary
    )
    record = ActivityRecord(
        lom=Lom(general=general),
        healthcare=HealthcareMetadata(education=education),
        extension=extension,
    )
    return record.as_json()


def tombstone(activity_id: str) -> dict[str, Any]:
    """The record that says an activity is withdrawn."""
    general = General(identifier=(Identifier(catalog=ACCME_ID, entry=activity_id),))
    return ActivityRecord(
        lom=Lom(general=general), extension=ActivityExtension(action="Delete")
    ).as_json()


def _award(offer: CreditOffer) -> AwardedCredits:
    return AwardedCredits(certification=CERTIFICATIONS[offer.type], amount=offer.amount)


def _location(activity: Activity) -> Location | None:
    if activity.city is None and activity.state is None:
        return None
    country = "USA" if activity.state else None
    return Location(city=activity.city, state=activity.state, country=country)


def _fee(fee_usd: Decimal | None) -> str | None:
    if fee_usd is None:
        return None
    return "Yes" if fee_usd else "No, it’s free"


def _registration(open_to_all: bool | None) -> str | None:
    if open_to_all is None:
        return None
    return "Open to all" if open_to_all else "Limited"


def _delivery(format_name: str | None) -> DeliveryMethods | None:
    return DeliveryMethods(method=DELIVERY_METHODS[format_name]) if format_name else None


def _moc(points: list[CreditOffer]) -> MocRegistrations | None:
    if not points:
        return None
    return MocRegistrations(
        registration=tuple(
            MocRegistration(board=offer.board or "", points=offer.amount) for offer in points
        )
    )


def _tags(topics: tuple[str, ...]) -> StateContentTags | None:
    if not topics:
        return None
    return StateContentTags(
        content=tuple(
            StateContent(domain="Opioids" if topic in OPIOID_TOPICS else "Other", topic=topic)
            for topic in topics
        )
    )
