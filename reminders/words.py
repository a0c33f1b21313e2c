"""A reminder in words: name, board, date, what is missing, one next step, and a way to answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol

from bot.buttons import pack
from bot.model import (
    Found,
    Gap,
    Key,
    Outgoing,
    Physician,
    RuleStanding,
    Search,
    Standing,
    State,
)
from bot.rules.person import Rulebook
from bot.texts import Texts, plain
from reminders.deadlines import standing_of
from reminders.messages import Message, Part
from reminders.stages import Deadline, Phase
from reminders.state import name_of

DIALOG = "reminders"
"""The dialog that the buttons belong to."""
STEPS: Mapping[str, str] = {
    "halfway": "reminder.halfway",
    "D-180": "reminder.list",
    "D-90": "reminder.activities",
    "D-60": "reminder.plan",
    "D-45": "reminder.lag",
    "D-30": "reminder.left",
    "D-14": "reminder.shortest",
    "D-7": "reminder.week",
    "D-1": "reminder.last",
    "D+1": "reminder.after",
    "D+14": "reminder.after",
}
"""What is new at each stage: the same words are not read a second time."""
WHEN_MET: Mapping[str, str] = {"D-90": "reminder.confirm", "D-30": "reminder.confirm"}
LENGTH = 400
TITLE_LENGTH = 60
ACTIVITY_LENGTH = 48
WITH_ACTIVITIES = "D-90"
"""The stage that names activities and offers a calendar file."""
LABEL_LENGTH = 30
MOST_RENEWED = 3


class Room(NamedTuple):
    """How much a message may hold: topics and activities named, characters of the late rule."""

    topics: int
    late: int
    activities: int


ROOMS = (
    Room(2, 150, 3),
    Room(1, 90, 3),
    Room(2, 90, 2),
    Room(1, 90, 1),
    Room(0, 90, 0),
    Room(0, 0, 0),
)
"""Tried in turn until the message is short enough."""
SHOWN_ACTIVITIES = 3
OLD_COPY = timedelta(days=1)
"""From this age on a reminder says of when the hub's figures are."""


class Lookup(Protocol):
    """The catalog of activities, as far as a reminder needs it."""

    def search(self, search: Search) -> Found: ...


@dataclass(frozen=True, slots=True)
class Words:
    """What reminders are written from."""

    rules: Rulebook
    texts: Texts
    catalog: Lookup | None = None

    def __call__(self, physician: Physician, message: Message, today: date) -> Outgoing:
        """The message as it goes out, at most 400 characters unless many deadlines share it."""
        html, shown = "", []
        for room in ROOMS:
            shown = [self._shown(part, physician, today, room) for part in message.parts]
            values = {
                "name": _last_name(physician),
                "first": shown[0],
                "others": shown[1:],
                "copy": _copy(physician, message),
            }
            head = self.texts.html("reminder.head", values)
            html = f"{head}\n\n{self.texts.html(_step(message.worst), values)}"
            if len(plain(html)) <= LENGTH:
                break
        return Outgoing("message", html, self._keys(message, shown), silent=not message.sound)

    def _shown(self, part: Part, physician: Physician, today: date, room: Room) -> dict[str, Any]:
        deadline = part.deadline
        board = self.rules.boards.get(deadline.board)
        open_ = part.phase is Phase.CREDITS_OPEN
        standing = standing_of(deadline, physician, self.rules, today) if open_ else None
        late = board.late_renewal if board else self._federal_late(deadline)
        return {
            "what": name_of(deadline, self.rules),
            "day": deadline.last_day,
            "left": deadline.days_left(today),
            "lag": deadline.lag_date,
            "late": _shortened(late, room.late) if late and room.late else None,
            "waiver": bool(board and board.exemptions),
            "open": open_,
            "met": deadline.counts and not open_,
            "website": board.website if board else None,
            "activities": self._activities(standing, part, today)[: room.activities],
            **_missing(standing, room.topics),
        }

    def _activities(self, standing: Standing | None, part: Part, today: date) -> Sequence[str]:
        """Titles of what closes most of the gaps, where the stage shows them."""
        if self.catalog is None or standing is None or part.stage.name != WITH_ACTIVITIES:
            return ()
        gaps = tuple(
            Gap(rule.topics, rule.left)
            for rule in standing.rules
            if rule.state is State.NOT_MET and rule.topics and rule.left
        )
        if not gaps:
            return ()
        wanted = Search(
            today,
            topics=gaps[0].topics[:1],
            order="gaps",
            gaps=gaps,
            date_to=part.deadline.last_day,
            limit=SHOWN_ACTIVITIES,
        )
        hits = self.catalog.search(wanted).hits
        return [_shortened(hit.activity.title, ACTIVITY_LENGTH) for hit in hits]

    def _federal_late(self, deadline: Deadline) -> str | None:
        return self.rules.federal.late_renewal if deadline.board == "dea" else None

    def _keys(
        self, message: Message, shown: Sequence[Mapping[str, Any]]
    ) -> tuple[tuple[Key, ...], ...]:
        several = len(message.parts) > 1
        named = list(zip(message.parts, shown, strict=True))
        renewed = [
            (
                self._key(
                    "reminder.button.renewed" if part.deadline.confirms else "reminder.button.done",
                    "renewed",
                    part.deadline,
                    {"what": one["what"], "several": several},
                ),
            )
            for part, one in named[:MOST_RENEWED]
        ]
        worst, first = named[0]
        plan = self._key("reminder.button.plan", "plan", worst.deadline)
        snooze = self._key("reminder.button.snooze", "snooze", worst.deadline)
        find = self._key("reminder.button.find", "find", worst.deadline)
        stop = self._key("reminder.button.stop", "stop", worst.deadline, {"what": first["what"]})
        finds = [find]
        if worst.stage.name == WITH_ACTIVITIES:
            label = self.texts.label("deadline.button.calendar", {})
            finds.append(Key(label, pack("deadline", "calendar")))
        return (*renewed, (plan, snooze), tuple(finds), (stop,))

    def _key(
        self, label: str, step: str, deadline: Deadline, values: Mapping[str, Any] | None = None
    ) -> Key:
        said = self.texts.label(label, values or {})
        if len(said) > LABEL_LENGTH:
            said = said[: LABEL_LENGTH - 1].rstrip() + "…"
        return Key(said, pack(DIALOG, step, argument_of(deadline)))


def argument_of(deadline: Deadline) -> str:
    """What a button says of its deadline: board and last day, nothing personal."""
    return f"{deadline.board}/{deadline.last_day:%Y%m%d}"


def deadline_of(argument: str) -> tuple[str, date] | None:
    """Board and last day from a button; None for anything `argument_of` did not make."""
    board, _, day = argument.partition("/")
    try:
        return (board, date.fromisoformat(day)) if board else None
    except ValueError:
        return None


def _step(part: Part) -> str:
    if part.phase is Phase.RENEWAL_OPEN and part.stage.name in WHEN_MET:
        return WHEN_MET[part.stage.name]
    return STEPS.get(part.stage.name, "reminder.own")


def _copy(physician: Physician, message: Message) -> dict[str, Any] | None:
    """Of when the hub's figures are, where that is long ago: the day, or None for never."""
    if not physician.linked or message.worst.phase is not Phase.CREDITS_OPEN:
        return None
    read = physician.synced_at
    if read is not None and message.at - read <= OLD_COPY:
        return None
    return {"day": read.astimezone(message.at.tzinfo).date() if read else None}


def _missing(standing: Standing | None, named: int) -> dict[str, Any]:
    rules = standing.rules if standing else ()
    unmet = [rule for rule in rules if rule.state is State.NOT_MET]
    total = next((rule.left for rule in unmet if rule.id == "total"), None)
    # How the hours must be made up is worth a line only once their number is there.
    others = [rule for rule in unmet if rule.topics or (total is None and rule.id != "total")]
    return {
        "total": total,
        "topics": [_named(rule) for rule in others[:named]],
        "more": max(0, len(others) - named if named else 0),
        "have": next((r.have for r in rules if r.id == "total"), None),
        "need": next((r.need for r in rules if r.id == "total"), None),
        "unknown": sum(rule.state is State.NOT_YET_KNOWN for rule in rules),
    }


def _named(rule: RuleStanding) -> dict[str, Any]:
    return {
        "title": _shortened(rule.title.rstrip("."), TITLE_LENGTH),
        "left": rule.left if rule.unit == "credits" else None,
    }


def _shortened(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def _last_name(physician: Physician) -> str | None:
    name = physician.profile.name
    return name.split(",")[0].split()[-1] if name and name.split(",")[0].split() else None
