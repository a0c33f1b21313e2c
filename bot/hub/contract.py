"""The hub's shapes, spelled as in `docs/hub-api.yaml`.

Reading is strict about what is used and indifferent to what is not: unknown fields are passed
over, a wrong type is an error. A time after a date is ignored and never converted, because the
hub's dates have none and a conversion would move the day.
"""

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
)

from bot.hub.errors import HubNonsense

DATE_LENGTH = 10


def _day(value: Any) -> Any:
    return value[:DATE_LENGTH] if isinstance(value, str) else value


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


Day = Annotated[date, BeforeValidator(_day)]
Quarters = Annotated[
    Decimal,
    Field(ge=0, le=1000, multiple_of=Decimal("0.25")),
    PlainSerializer(_number, when_used="json"),
]
ActivityId = Annotated[str, Field(pattern=r"^[0-9]{9}$")]
ProviderId = Annotated[str, Field(pattern=r"^[0-9]{7}$")]
StateCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Text = Annotated[str, Field(min_length=1, max_length=2500)]


class Shape(BaseModel):
    """A part of the contract; frozen, read and written by its names in the contract."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    def as_json(self) -> dict[str, Any]:
        """The part as JSON values, absent fields left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


S = TypeVar("S", bound=Shape)


# ── activities ──────────────────────────────────────────────────────────────────────────────


class Identifier(Shape):
    catalog: str
    entry: str


class General(Shape):
    identifier: tuple[Identifier, ...]
    title: Text | None = None
    description: Annotated[str, Field(max_length=2500)] | None = None


class Lom(Shape):
    general: General


class AwardedCredits(Shape):
    certification: Text = Field(alias="activityCertification")
    amount: Quarters | None = Field(default=None, alias="numberOfCredits")


class Location(Shape):
    city: str | None = None
    state: StateCode | None = Field(default=None, alias="stateOrProvince")
    country: str | None = None


class TargetAudience(Shape):
    profession: tuple[str, ...] = ()
    specialty: tuple[str, ...] = ()


class HealthcareEducation(Shape):
    credits: AwardedCredits | None = None
    location: Location | None = Field(default=None, alias="activityLocation")
    start: Day | None = Field(default=None, alias="startDateTime")
    end: Day | None = Field(default=None, alias="endDateTime")
    activity_format: Text | None = Field(default=None, alias="activityFormat")
    audience: TargetAudience | None = Field(default=None, alias="targetAudience")


class HealthcareMetadata(Shape):
    education: HealthcareEducation = Field(alias="healthcareEducation")


class DeliveryMethods(Shape):
    method: tuple[str, ...] = Field(alias="DeliveryMethod")


class MocRegistration(Shape):
    board: Text = Field(alias="boardName")
    points: Quarters | None = Field(default=None, alias="mocPoints")
    credit_types: tuple[str, ...] = Field(default=(), alias="MOCCreditType")


class MocRegistrations(Shape):
    registration: tuple[MocRegistration, ...] = Field(alias="MOCRegistration")


class StateContent(Shape):
    domain: str = Field(alias="StateContentDomain")
    topic: Text = Field(alias="StateContentTopic")


class StateContentTags(Shape):
    content: tuple[StateContent, ...] = Field(alias="StateContent")


class ActivityExtension(Shape):
    """PARS's own extension, and four fields more that a catalog needs (see the contract)."""

    action: Literal["Add", "Update", "Delete"] = Field(alias="activityRecordAction")
    provider_id: ProviderId | None = Field(default=None, alias="ProviderID")
    provider_name: Text | None = Field(default=None, alias="ProviderName")
    delivery: DeliveryMethods | None = Field(default=None, alias="DeliveryMethods")
    moc: MocRegistrations | None = Field(default=None, alias="MOCRegistrations")
    tags: StateContentTags | None = Field(default=None, alias="StateContentTags")
    public: bool | None = Field(default=None, alias="ForPublicList")
    fee: Literal["Yes", "No, it’s free", "Variable"] | None = Field(
        default=None, alias="FeeForParticipation"
    )
    fee_usd: Annotated[Decimal, PlainSerializer(_number, when_used="json")] | None = Field(
        default=None, alias="ParticipationFeeUSD", ge=0
    )
    registration: Literal["Open to all", "Limited"] | None = Field(
        default=None, alias="ActivityRegistration"
    )
    more_credits: tuple[AwardedCredits, ...] | None = Field(default=None, alias="OtherCredits")
    as_of: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")] | None = Field(
        default=None, alias="SourceAsOf"
    )


class ActivityRecord(Shape):
    """One `MedicalEducationMetrics`; a tombstone has its identifier and action `Delete` only."""

    lom: Lom = Field(alias="Lom")
    healthcare: HealthcareMetadata | None = Field(default=None, alias="healthcareMetadata")
    extension: ActivityExtension = Field(alias="XtensibleInfo")


class ActivityList(Shape):
    records: tuple[Any, ...] = Field(alias="MedicalEducationMetrics")


class ActivityPage(Shape):
    """A page of the change feed; its records are read one by one, so that one may be broken."""

    activities: ActivityList = Field(alias="ACCMEActivities")
    next_cursor: Annotated[str, Field(pattern=r"^[A-Za-z0-9._~-]{1,200}$")] | None = Field(
        alias="nextCursor"
    )
    remaining: Annotated[int, Field(ge=0)] | None = None


# ── a physician's transcript and profile ────────────────────────────────────────────────────


class PersonName(Shape):
    given: Text = Field(alias="GivenName")
    family: Text = Field(alias="FamilyName")


class Licensure(Shape):
    state: StateCode = Field(alias="StateOfLicensure")
    board: str | None = Field(default=None, alias="StateLicensingBoard")
    number: str | None = Field(default=None, alias="StateMedicalLicenseID")
    degree: Literal["MD", "DO"] | None = Field(default=None, alias="LicenseType")
    issued: Day | None = Field(default=None, alias="IssueDate")
    expires: Day | None = Field(default=None, alias="ExpirationDate")


class BoardCertification(Shape):
    board: Text = Field(alias="CertifyingBoard")
    number: str | None = Field(default=None, alias="CertifyingBoardID")
    since: Day | None = Field(default=None, alias="CertifiedSince")
    expires: Day | None = Field(default=None, alias="CertifiedUntil")


class PersonalInfo(Shape):
    licenses: tuple[Licensure, ...] = Field(default=(), alias="Licensure")
    certifications: tuple[BoardCertification, ...] = Field(default=(), alias="Certification")
    npi: Annotated[str, Field(pattern=r"^[0-9]{10}$")] | None = Field(default=None, alias="NPI")


class Member(Shape):
    name: PersonName = Field(alias="Name")
    info: PersonalInfo = Field(default=PersonalInfo(), alias="PersonalInfo")


class ProfileExtension(Shape):
    degree: Literal["MD", "DO"] | None = Field(default=None, alias="Degree")
    specialty: str | None = Field(default=None, alias="Specialty")


class ProfileAnswer(Shape):
    member: Member = Field(alias="Member")
    extension: ProfileExtension = Field(default=ProfileExtension(), alias="XtensibleInfo")


class ModuleName(Shape):
    value: Text
    module_id: ActivityId = Field(alias="moduleID")


class CreditReceived(Shape):
    certification: Text = Field(alias="activityCertification")
    unit: Literal["Point"] = Field(default="Point", alias="creditUnit")
    amount: Quarters = Field(alias="numberOfCredits")


class CreditCertificate(Shape):
    credit_id: Annotated[str, Field(max_length=300, pattern=r"^ccid:[^:]+:[^:]+$")] = Field(
        alias="CreditID"
    )
    received: CreditReceived = Field(alias="CreditReceived")


class Module(Shape):
    name: ModuleName = Field(alias="ModuleName")
    status: str = Field(default="Completed", alias="Status")
    completed: Day = Field(alias="CompletedDateTime")
    certificates: tuple[CreditCertificate, ...] = Field(alias="CreditCertificate", min_length=1)


class Completion(Shape):
    provider_id: ProviderId = Field(alias="ProviderOrganization")
    provider_name: str | None = Field(default=None, alias="ReportingOrganization")
    module: Module = Field(alias="Module")


class RowExtension(Shape):
    action: Literal["add", "delete"] = Field(default="add", alias="LearnerRecordAction")


class TranscriptRow(Shape):
    activity: Completion = Field(alias="Activity")
    extension: RowExtension = Field(default=RowExtension(), alias="XtensibleInfo")


class LearnerTranscript(Shape):
    member: Member = Field(alias="Member")
    rows: tuple[Any, ...] = Field(alias="ActivityTranscript")


class TranscriptAnswer(Shape):
    transcripts: tuple[LearnerTranscript, ...] = Field(
        alias="ACCMETranscripts", min_length=1, max_length=1
    )


# ── linking and complaints ──────────────────────────────────────────────────────────────────


class DeviceAnswer(Shape):
    device_code: Text = Field(repr=False)
    user_code: Text
    verification_uri: Text
    verification_uri_complete: str | None = None
    expires_in: Annotated[int, Field(gt=0, le=3600)]
    interval: Annotated[int, Field(gt=0, le=300)] = 5
    physician_name: str | None = None


class TokenAnswer(Shape):
    access_token: Text = Field(repr=False)
    token_type: Annotated[str, Field(pattern=r"(?i)^bearer$")]
    expires_in: Annotated[int, Field(gt=0)]
    refresh_token: str | None = Field(default=None, repr=False)
    scope: str | None = None
    physician_name: str | None = None
    physician_id: str | None = None


class ComplaintAnswer(Shape):
    id: Annotated[str, Field(alias="complaintId", pattern=r"^[A-Za-z0-9_-]{16,64}$")]
    status: Literal["received", "in_review", "closed", "withdrawn"]
    received_on: Day = Field(alias="receivedOn")
    updated_on: Day = Field(alias="updatedOn")
    message: str | None = None


# ── reading ─────────────────────────────────────────────────────────────────────────────────


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def json_value(body: bytes) -> Any:
    """The body as JSON, numbers exact.

    Raises `HubNonsense` where it is not JSON.
    """
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise HubNonsense("the answer is not JSON") from error


def read(shape: type[S], value: Any) -> S:
    """The value in its shape.

    Raises `HubNonsense` naming the first wrong field, never its content.
    """
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        raise HubNonsense(f"{shape.__name__}: {first_problem(error)}") from error


def first_problem(error: ValidationError) -> str:
    """The first wrong field and what is wrong with it, without the value."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the whole"
    return f"{place}: {first['msg']}"


def name_of(member: Member) -> str:
    """The person's name as it is said."""
    return f"{member.name.given} {member.name.family}"


def identifier(record: Any) -> str | None:
    """The 9-digit id of a raw activity record, even of one that is otherwise broken."""
    try:
        entries = record["Lom"]["general"]["identifier"]
        found = [entry["entry"] for entry in entries if entry["catalog"] == "ACCME Activity ID"]
    except (KeyError, TypeError):
        return None
    return found[0] if found and isinstance(found[0], str) else None
