"""The nouns of the product, as frozen values.

Nothing here knows how a thing is stored, shown or sent; and nothing here is ever changed in
place: a change makes a new value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Protocol, TypeVar

LicenseType = Literal["MD", "DO"]
Origin = Literal["hub", "transcript", "typed"]
Fact = bool | str | int | date
"""A profile fact: `dea`, `direct_patient_care`, `birth_month`, ...; an absent key is unknown."""


# ── the physician and what they hold ────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class License:
    """One board's permission to practise; `board` is a board file's id, such as `us-tx`."""

    board: str
    type: LicenseType
    expires: date | None = None
    issued: date | None = None
    first_cycle: bool | None = None
    number: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Certification:
    """One certifying board's certificate; `board` is its abbreviation, such as `ABIM`."""

    board: str
    since: date | None = None
    expires: date | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """One completed activity's credit.

    `amount` is in credits (hours where a board says hours), in quarters. `type` is an id of
    `data/credit_types.json`; `board` names the certifying board of MOC points. `topics` are
    known (given by the hub's catalog or confirmed); `inferred` are guessed from the title and
    count only once the physician has confirmed them. `batch` names the file or the message that
    brought it, so that all that came with it can be taken back.
    """

    title: str
    completed_on: date
    amount: Decimal
    type: str = "ama-pra-1"
    provider: str | None = None
    origin: Origin = "hub"
    board: str | None = None
    topics: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()
    activity_id: str | None = None
    hub_id: str | None = None
    format: str | None = None
    batch: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """A kept file that shows a credit was earned, such as its certificate; `size` in bytes."""

    id: int
    credit_id: int
    name: str
    mime: str
    size: int
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of the person beyond licenses. `facts` holds only what was said."""

    name: str | None = None
    license_type: LicenseType | None = None
    specialty: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    dea_expires: date | None = None


T = TypeVar("T")


class Kept(Protocol):
    """Reads what else is kept of a physician, by the type of the value that holds it.

    `kept(Reminders)` is worked out when a dialog first asks, from the same moment of the records
    as the rest of the turn, and a second time within the turn costs nothing.
    """

    def __call__(self, kind: type[T], /) -> T: ...


def nothing_kept(kind: type[T], /) -> T:
    """Nothing is kept: the value as it is made without arguments."""
    return kind()


@dataclass(frozen=True, slots=True)
class HubProfile:
    """The person as the hub knows them; `unknown` are boards that the bot has no rules for."""

    name: str
    license_type: LicenseType | None = None
    specialty: str | None = None
    licenses: tuple[License, ...] = ()
    certifications: tuple[Certification, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HubLink:
    """A chat's link to a hub account, as far as a dialog may see it.

    `name` is the account holder's at the hub. `passed` are the parts of `profile` that the
    physician does not want taken over. `news` is whether arriving credits are told unasked; None:
    not said yet. `failing_since`: the hub has not answered since then.
    """

    name: str
    since: datetime
    profile: HubProfile | None = None
    passed: tuple[str, ...] = ()
    news: bool | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """A credit that is waited for. `completed_on` may be unknown; `about` says it is only near."""

    title: str
    provider: str | None = None
    activity_id: str | None = None
    completed_on: date | None = None
    about: bool = False
    since: date | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Physician:
    """The person in the chat, with all that a standing is worked out from.

    `blocked_at` is set at the first message after the physician had blocked the bot. `saved` are
    the ids of the activities on their list, the newest first.
    """

    id: int
    profile: Profile = Profile()
    licenses: tuple[License, ...] = ()
    certifications: tuple[Certification, ...] = ()
    credits: tuple[Credit, ...] = ()
    linked: bool = False
    synced_at: datetime | None = None
    blocked_at: datetime | None = None
    saved: tuple[str, ...] = ()
    kept: Kept = field(default=nothing_kept, compare=False, repr=False)
    hub: HubLink | None = None
    watches: tuple[Watch, ...] = ()
    proofs: tuple[Proof, ...] = ()
    complaints: tuple["Complaint", ...] = ()


ComplaintStatus = Literal["waiting", "held", "sent", "in_review", "closed", "withdrawn"]
"""`waiting`: confirmed and on its way. `held`: with the people who run the bot, sent nowhere else.
`sent`: arrived at its recipient. The rest is what the recipient or the physician made of it.
"""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint that was confirmed, as the physician who wrote it may see it.

    `answers` are JSON values by field of the complaint form. `route` is `hub`, `mail` or
    `operator`, None until that is settled. `message` is what its reader said about it last.
    `late`: on its way for longer than an hour. `fair` is the answer to "was this fair?".
    """

    number: str
    filed_at: datetime
    status: ComplaintStatus
    changed_at: datetime
    answers: Mapping[str, Any]
    route: str | None = None
    message: str | None = None
    late: bool = False
    fair: str | None = None

    @property
    def open(self) -> bool:
        """Whether anybody still works on it."""
        return self.status not in ("closed", "withdrawn")


# ── activities ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class CreditOffer:
    """What an activity gives; `amount` is None where the page names the type and no figure."""

    type: str
    amount: Decimal | None = None
    board: str | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """Something one can take. None or an empty tuple: the source did not say."""

    id: str
    title: str
    provider: str
    activity_type: str | None = None
    format: str | None = None
    start_date: date | None = None
    end_date: date | None = None
    city: str | None = None
    state: str | None = None
    credits: tuple[CreditOffer, ...] = ()
    topics: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    fee_usd: Decimal | None = None
    open_to_all: bool | None = None
    url: str | None = None
    summary: str | None = None
    source_as_of: str | None = None


# ── what is asked ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Guess:
    """Another reading of the same words."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Question:
    """What a message asks.

    `slots` are named as in `docs/understanding.md` (`jurisdictions`, `topics`, `date_from`, ...),
    JSON values only (dates as ISO text), so that a question can be stored as it is. `evidence`
    says for each slot from which words it was read. `confidence` is between 0 and 1. `act` is
    what a message does to the conversation instead of, or besides, asking: `next`, `pick`,
    `why`, `yes`, ... (all of them in `docs/understanding.md`).
    """

    intent: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    text: str = ""
    runners_up: tuple[Guess, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    act: str | None = None


# ── what comes in ───────────────────────────────────────────────────────────────────────────


class Kind(StrEnum):
    """What a message is made of; everything the bot does not read by itself has a name too."""

    TEXT = "text"
    PRESS = "press"
    FILE = "file"
    PHOTO = "photo"
    VOICE = "voice"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    OTHER = "other"
    EDITED = "edited"
    GROUP = "group"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file offered by the physician; fetched at the rim, only if a dialog wants it."""

    file_id: str
    unique_id: str
    name: str | None
    mime: str | None
    size: int | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message or button press, with nothing of Telegram's own types left in it."""

    update_id: int
    chat_id: int
    kind: Kind
    received_at: datetime
    text: str = ""
    data: str = ""
    press_id: str = ""
    message_id: int | None = None
    language: str | None = None
    name: str | None = None
    file: IncomingFile | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    """What came of an errand (kind RESULT): `text` is the errand's name, `data` its dialog."""


# ── what comes of it: effects, a closed set ─────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Button:
    """A choice under a message. `label` is a text key or, with `literal`, the label itself.

    Exactly one of `data` (at most 64 bytes, made by `bot.buttons.pack`), `url` and `copy` is set.
    """

    label: str
    data: str = ""
    url: str = ""
    copy: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    literal: bool = False
    danger: bool = False


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file for the physician: `kind` is `photo` or `document`.

    Either `content` was made in this turn, or `kept` is the number of a file in the store, which
    is read when it is sent.
    """

    kind: Literal["photo", "document"]
    name: str
    content: bytes = b""
    kept: int | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """A new message: a text's key, its values, and the buttons under it."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    buttons: Rows = ()
    attachment: Attachment | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """The message whose button was pressed, said anew in its place."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    buttons: Rows = ()


@dataclass(frozen=True, slots=True)
class AcknowledgePress:
    """The small notice over the chat after a press; without a key it only ends the waiting."""

    key: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeepDialog:
    """A conversation of several steps goes on: what it must know again at the next message."""

    dialog: str
    version: int
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DropDialog:
    """The open conversation of several steps ends; with `keep` it is laid aside for later.

    With `name` it is that dialog's which ends, open or laid aside.
    """

    keep: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class KeepDraft:
    """What is kept of a conversation of several steps changes where it is, open or laid aside.

    Its buttons stay valid, because the step is the same.
    """

    dialog: str
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeepAside:
    """What a dialog must know again when one of its buttons is pressed, without being the open
    one; None forgets it.
    """

    dialog: str
    version: int
    answers: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Remember:
    """What this turn was about, so that "and in Ohio?" can be understood at the next one."""

    question: Question


@dataclass(frozen=True, slots=True)
class SetFact:
    """One profile fact as the physician said it; None forgets it."""

    name: str
    value: Fact | None


@dataclass(frozen=True, slots=True)
class ChangeProfile:
    """Name, license type, specialty or DEA date changed; only what is given in `changes`."""

    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeepLicense:
    """A license added, or changed where `license.id` is set."""

    license: License


@dataclass(frozen=True, slots=True)
class RemoveLicense:
    license_id: int


@dataclass(frozen=True, slots=True)
class KeepCertification:
    certification: Certification


@dataclass(frozen=True, slots=True)
class RemoveCertification:
    certification_id: int


@dataclass(frozen=True, slots=True)
class AddCredit:
    """A credit added, or changed where `credit.id` is set; the hub's own are never changed so."""

    credit: Credit


@dataclass(frozen=True, slots=True)
class RemoveCredit:
    """A credit taken off the record, and its proofs with it."""

    credit_id: int


@dataclass(frozen=True, slots=True)
class RemoveProof:
    """A kept proof is erased; its credit stays."""

    file_id: int


@dataclass(frozen=True, slots=True)
class ConfirmTopics:
    """Topics guessed from a credit's title, confirmed (`yes`) or refused by the physician."""

    credit_id: int
    topics: tuple[str, ...]
    yes: bool


@dataclass(frozen=True, slots=True)
class SaveActivity:
    """An activity put on, or taken off, the physician's list."""

    activity_id: str
    saved: bool = True


@dataclass(frozen=True, slots=True)
class FileComplaint:
    """A complaint, confirmed by the physician, on its way under its number (`C-7K3F-92`).

    `answers` are JSON values by field of the complaint form; None where nothing was provided.
    """

    number: str
    answers: Mapping[str, Any]
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class AddToComplaint:
    """More to a complaint of this physician: words, files kept (their numbers), or both."""

    number: str
    text: str
    files: tuple[int, ...]
    added_at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawComplaint:
    """A complaint of this physician is taken back."""

    number: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class RateComplaint:
    """The answer to "was this fair?" about a complaint of this physician that is over."""

    number: str
    fair: str


@dataclass(frozen=True, slots=True)
class DropFile:
    """A file kept for this physician goes; one of somebody else, or one that was sent, stays."""

    file_id: int


@dataclass(frozen=True, slots=True)
class RunErrand:
    """Something to be asked of the outside world as soon as this turn is stored.

    `name` says what (a runner of `bot.errands`), `values` are JSON values for it. What comes of it
    comes to the dialog `dialog` as a turn of its own (`Dialog.hears`). Of a `key` one errand
    waits at a time: a second one takes its place. `outlives` keeps it when the physician deletes
    everything, because somebody else waits for it.
    """

    name: str
    dialog: str
    values: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    due_at: datetime | None = None
    outlives: bool = False


@dataclass(frozen=True, slots=True)
class DropErrand:
    """The errand that waits under this key is not wanted any more."""

    key: str


@dataclass(frozen=True, slots=True)
class Notify:
    """News for a physician who has not asked just now: one message a day, never at night.

    `key` makes it unique for ever.
    """

    key: str
    say: Say


@dataclass(frozen=True, slots=True)
class AnswerReminder:
    """What the physician answers to the reminders of one deadline: `board` and its `last_day`.

    `heard`: any reply, which ends a stage and not the series. `snoozed` until `day`; `planned` on
    `day` at the local `hour`; `renewed` closes the cycle and `reopened` takes that back; `stopped`
    ends all reminders of this board, whatever the cycle, and `resumed` takes that back.
    """

    board: str
    last_day: date
    answer: Literal["heard", "snoozed", "planned", "renewed", "reopened", "stopped", "resumed"]
    day: date | None = None
    hour: time | None = None


@dataclass(frozen=True, slots=True)
class ChangeReminderWishes:
    """When the physician wants to hear from the bot; only what is given in `changes`.

    Keys: `zone` (IANA), `quiet` (from and until, local), `hour`, `weekends`, `stopped` and `days`,
    own days before a deadline, or None for the usual stages.
    """

    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangeHubLink:
    """What the physician said about the link; only what is given in `changes` (news, passed)."""

    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EndHubLink:
    """`pending`: a linking under way is given up. `link`: the link ends too, at once here and as
    soon as possible at the hub. `credits`: what the hub reported is forgotten besides.
    """

    what: Literal["pending", "link", "credits"]


@dataclass(frozen=True, slots=True)
class KeepWatch:
    """A credit to wait for, or changed where `watch.id` is set."""

    watch: Watch


@dataclass(frozen=True, slots=True)
class EndWatch:
    watch_id: int


@dataclass(frozen=True, slots=True)
class ErasePhysician:
    """All that is stored of this physician goes, the conversation included."""


Change = (
    SetFact
    | ChangeProfile
    | KeepLicense
    | RemoveLicense
    | KeepCertification
    | RemoveCertification
    | AddCredit
    | RemoveCredit
    | RemoveProof
    | ConfirmTopics
    | SaveActivity
    | FileComplaint
    | AddToComplaint
    | WithdrawComplaint
    | RateComplaint
    | DropFile
    | RunErrand
    | DropErrand
    | AnswerReminder
    | ChangeReminderWishes
    | ChangeHubLink
    | EndHubLink
    | KeepWatch
    | EndWatch
    | ErasePhysician
)
Effect = (
    Say
    | Edit
    | AcknowledgePress
    | KeepDialog
    | KeepDraft
    | DropDialog
    | KeepAside
    | Remember
    | Notify
    | Change
)


# ── looking for activities ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Gap:
    """One open rule: any of `topics` serves it, and `left` hours of them are still missing."""

    topics: tuple[str, ...]
    left: Decimal


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; None or empty means "no matter".

    `words` are free text, typos and all. `gaps` are the physician's open rules, used by the order
    `gaps`. Only activities that can still be taken on `today` are found unless `history` is set.
    """

    today: date
    words: str = ""
    topics: tuple[str, ...] = ()
    specialty: str | None = None
    format: str | None = None
    date_from: date | None = None
    date_to: date | None = None
    city: str | None = None
    state: str | None = None
    free: bool | None = None
    min_credits: Decimal | None = None
    credit_type: str | None = None
    certifying_board: str | None = None
    provider: str | None = None
    open_to_all: bool | None = None
    order: Literal["match", "gaps"] = "match"
    gaps: tuple[Gap, ...] = ()
    history: bool = False
    limit: int = 5
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """One activity found; `score` is between 0 and 100, higher is closer."""

    activity: Activity
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, the number of all, and the filters that had to be let go, by name."""

    hits: tuple[Hit, ...] = ()
    total: int = 0
    relaxed: tuple[str, ...] = ()


# ── where a physician stands ────────────────────────────────────────────────────────────────


class State(StrEnum):
    """A rule's state for one person in one cycle."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_YET_KNOWN = "not_yet_known"
    DOES_NOT_APPLY = "does_not_apply"


@dataclass(frozen=True, slots=True)
class Cycle:
    """A renewal period, both days included; None where it depends on a fact not known."""

    first_day: date | None
    last_day: date | None
    missing_fact: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How much of a credit serves a rule."""

    credit: Credit
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How much of a credit does not serve a rule, and why.

    Reasons: `outside_period`, `cap_reached`, `wrong_type`, `duplicate`, `topic_not_confirmed`,
    `excluded_topic`, `used_by_carryover`.
    """

    credit: Credit
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """One rule for one person: have, need and left in credits, and the credits behind them.

    `missing_fact` is the one fact that would settle "not yet known". `relies_on` are the facts
    that "does not apply" (or a condition that holds) was read from. `topics` are the topic ids
    that serve the rule. `unit` is `credits`, `points`, `articles`, `questions`, ... `inside` says
    whether the hours lie within the total. `is_cap`: `need` is the most
    that counts, and nothing is due.
    """

    id: str
    title: str
    state: State
    have: Decimal
    need: Decimal | None
    left: Decimal | None
    missing_fact: str | None = None
    counted: tuple[Counted, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    relies_on: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    unit: str = "credits"
    inside: bool = True
    note: str | None = None
    window: Cycle | None = None
    is_cap: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """All rules of one license, certification or federal duty for one person.

    `holder` is `license`, `certification` or `federal`; `as_of` (YYYY-MM), `confidence` and
    `source_url` belong to the figures; `verified` and `typed_in` split the total's credits by
    origin, in credits.
    """

    holder: Literal["license", "certification", "federal"]
    board: str
    board_name: str
    type: LicenseType | None
    cycle: Cycle
    rules: tuple[RuleStanding, ...]
    as_of: str | None = None
    confidence: str | None = None
    source_url: str | None = None
    verified: Decimal = Decimal(0)
    typed_in: Decimal = Decimal(0)


# ── what goes out: effects in words, ready for any chat ─────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Key:
    """A button as it is shown; exactly one of `data`, `url` and `copy` is set."""

    label: str
    data: str = ""
    url: str = ""
    copy: str = ""
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to send. `html` is in Telegram's HTML, at most 4,096 characters after parsing.

    `edit` stands for a message whose `message_id` is known; `notice` answers the press `press_id`;
    a `message` with an attachment goes out as a picture or document with `html` as its caption.
    """

    kind: Literal["message", "edit", "notice"]
    html: str = ""
    keys: tuple[tuple[Key, ...], ...] = ()
    message_id: int | None = None
    press_id: str = ""
    attachment: Attachment | None = None
    silent: bool = False
    preview: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """An unprompted message in words, waiting for its day; `key` makes it unique for ever."""

    key: str
    outgoing: Outgoing
