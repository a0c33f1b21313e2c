"""The complaint as a form: what is asked, when it is asked, and what is expected of each."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from bot.dialogs import complaints, evidence
from bot.dialogs.complaint_kinds import BY_ID, kind_options, read_from
from bot.dialogs.context import Context
from bot.dialogs.form_fields import Field, Form, Note
from bot.dialogs.form_kinds import (
    AnswerKind,
    Answers,
    Option,
    Reading,
    choice,
    line,
    period,
    period_words,
    pick,
    states,
    story,
)
from bot.dialogs.knowledge import folded
from bot.model import Complaint, Credit, Effect, Say, Search

OLD = timedelta(days=365)
"""ACCME's process of the 2010s took up the last twelve months; older matters may still be sent."""

ALIKE = timedelta(days=90)
"""Within this time another complaint about the same activity is offered as an addition."""

MOST_STORY = 40
LAST_CREDITS = 5
SAME_TITLE = 92
"""The score of the catalog's search from which a typed title is that activity."""

When = Callable[[Answers, Context], bool]


# ── which activity ──────────────────────────────────────────────────────────────────────────


def _credits(context: Context) -> list[Credit]:
    newest = sorted(context.physician.credits, key=lambda one: one.completed_on, reverse=True)
    return newest[:LAST_CREDITS]


def _credit_options(answers: Answers, context: Context) -> Sequence[Option]:
    return tuple(
        Option(f"credit{place}", label=credit.title)
        for place, credit in enumerate(_credits(context), 1)
    )


def _taken(picked: str, answers: Answers, context: Context) -> dict[str, Any]:
    credit = _credits(context)[int(picked.removeprefix("credit")) - 1]
    return {
        "title": credit.title,
        "provider": credit.provider,
        "activity_id": credit.activity_id,
        "day": credit.completed_on.isoformat(),
    }


def activity() -> AnswerKind:
    """One of the last credits, or a title in words; one that the catalog knows brings its id."""

    def read(reading: Reading) -> dict[str, Any] | None:
        options = _credit_options(reading.answers, reading.context)
        if picked := pick(reading.text, options):
            return _taken(picked, reading.answers, reading.context)
        title = " ".join(reading.text.split())[:300]
        if not title:
            return None
        context = reading.context
        hits = context.catalog.search(Search(context.today, title, history=True, limit=1)).hits
        if hits and hits[0].score >= SAME_TITLE:
            found = hits[0].activity
            return {"title": found.title, "provider": found.provider, "activity_id": found.id}
        return {"title": title}

    return AnswerKind(read, _activity_words, _credit_options, is_open=True, taken=_taken)


def _activity_words(value: Any, context: Context) -> str:
    """Title and provider: where the provider is known, it is not asked for again."""
    return ", ".join(part for part in (value["title"], value.get("provider")) if part)


def _alike(answers: Answers, context: Context) -> Complaint | None:
    """An open complaint of the last ninety days about the same activity."""
    now = answers.get("activity")
    if not isinstance(now, Mapping):
        return None
    for one in context.physician.complaints:
        before = one.answers.get("activity")
        if not one.open or context.now - one.filed_at > ALIKE or not isinstance(before, Mapping):
            continue
        by_id = now.get("activity_id") is not None
        same = by_id and now["activity_id"] == before.get("activity_id")
        if same or folded(now["title"]) == folded(before["title"]):
            return one
    return None


# ── when each is asked ──────────────────────────────────────────────────────────────────────


def _kind_is(**traits: bool) -> When:
    def asked(answers: Answers, context: Context) -> bool:
        kind = BY_ID.get(answers.get("kind") or "")
        return kind is not None and all(
            getattr(kind, name) == value for name, value in traits.items()
        )

    return asked


def _about_activity(answers: Answers, context: Context) -> bool:
    return answers.get("kind") != "bot"


def _provider_unknown(answers: Answers, context: Context) -> bool:
    known = answers.get("activity")
    return answers.get("kind") != "bot" and not (
        isinstance(known, Mapping) and known.get("provider")
    )


def _answer_is(field: str, value: str) -> When:
    return lambda answers, _: answers.get(field) == value


def _own_words(answers: Answers, context: Context) -> bool:
    return answers.get("style") == "own"


# ── what is said beside a question ──────────────────────────────────────────────────────────


def _proposed_kind(answers: Answers, context: Context) -> dict[str, Any]:
    kind = answers.get("_proposed", {}).get("kind")
    return {"kind": f"complaint.kind.option.{kind}" if kind else ""}


def _expect(answers: Answers, context: Context) -> Note | None:
    kind = BY_ID.get(answers.get("kind") or "")
    return None if kind is None or kind.others else ("complaint.expect", {"kind": kind.id})


def _route(answers: Answers, context: Context) -> dict[str, Any]:
    known = answers.get("activity")
    activity = known if isinstance(known, Mapping) else {}
    day = activity.get("day")
    return {
        "kind": answers.get("kind"),
        "contact": context.knowledge.contact,
        "title": activity.get("title"),
        "provider": activity.get("provider"),
        "day": date.fromisoformat(day) if day else None,
        "name": context.physician.profile.name,
    }


def _same(answers: Answers, context: Context) -> dict[str, Any]:
    found = _alike(answers, context)
    if found is None:
        return {}
    return {"number": found.number, "filed_on": found.filed_at.date()}


def _for_accme(answers: Answers, context: Context) -> dict[str, Any]:
    return {"accme": answers.get("share_accme") == "yes"}


def _noted_when(answers: Answers, context: Context) -> Note | None:
    when = answers.get("when")
    if not isinstance(when, Mapping):
        return None
    last = when["last"] or when["first"]
    is_old = date.fromisoformat(last) < context.today - OLD
    values = {"when": period_words(when), "old": is_old, "format": answers.get("format")}
    return ("complaint.noted_when", values)


def _society(answers: Answers, context: Context) -> Note | None:
    codes = answers.get("society_state")
    if not isinstance(codes, list) or not codes:
        return None
    name = context.knowledge.societies.get(codes[0])
    return (
        "complaint.society",
        {"society": name, "state": context.knowledge.jurisdictions[codes[0]]},
    )


def _not_a_letter(value: Any, context: Context) -> str | None:
    return "complaint.letter" if value == "letter" else None


def _not_only_asking(value: Any, context: Context) -> str | None:
    return "complaint.next" if value == "next" else None


def _contact(value: Any, context: Context) -> str | None:
    has_one = "@" in str(value) or sum(sign.isdigit() for sign in str(value)) >= 7  # noqa: PLR2004
    return None if has_one else "complaint.contact.retry"


def _route_options(answers: Answers, context: Context) -> Sequence[Option]:
    go_on, enough = Option("go_on", ("go on", "yes")), Option("enough", ("enough", "stop here"))
    letter = Option("letter", ("draft the letter", "letter"))
    return (go_on, letter, enough) if answers.get("kind") == "missing_credit" else (go_on, enough)


def proposals(answers: Answers, context: Context) -> Mapping[str, Any]:
    """What follows from the answers so far: date of a credit, the story's own hints, the name."""
    proposed: dict[str, Any] = {}
    if "what" in answers.get("_done", ()) and _own_words(answers, context):
        told = " ".join(words for _, words in answers.get("what") or ())
        # What was noted at the first words stands; the physician has seen it.
        proposed |= {**read_from(told, context), **answers.get("_proposed", {})}
    known = answers.get("activity")
    if isinstance(known, Mapping) and known.get("day"):
        proposed["when"] = {"first": known["day"], "last": known["day"], "about": False}
    if context.physician.profile.name:
        proposed["name"] = context.physician.profile.name
    return proposed


def _closes(answers: Answers, context: Context) -> Sequence[Effect] | None:
    if answers.get("consent") == "no":
        return [Say("complaint.not_now")]
    if answers.get("route") == "enough":
        return [Say("complaint.enough")]
    if answers.get("same") == "add" and (found := _alike(answers, context)) is not None:
        told = {"more": answers.get("what"), "evidence": answers.get("evidence")}
        return complaints.begin_adding(found.number, context, told)
    return None


# ── the form ────────────────────────────────────────────────────────────────────────────────

_YES_NO = (Option("yes", ("y", "yep", "yeah", "sure")), Option("no", ("n", "nope")))

_WHAT = Field(
    "what",
    story(),
    limit=MOST_STORY,
    full="complaint.what_full",
    when=lambda answers, _: answers.get("style") != "own",
)


def complaint_form(finish: Callable[[Answers, Context], Sequence[Effect]]) -> Form:
    """The form; `finish` is handed the confirmed answers."""
    return Form(
        "complaint",
        2,
        "complaint.title",
        (
            Field(
                "consent",
                choice(
                    Option("start", ("yes", "ok", "go", "begin")),
                    Option("next", ("what happens next", "what next")),
                    Option("no", ("not now", "later")),
                ),
                check=_not_only_asking,
                values=_proposed_kind,
                listed=False,
                columns=1,
            ),
            Field(
                "style",
                choice(
                    Option("own", ("my own words", "own words", "in my own words", "tell it")),
                    Option("questions", ("ask me", "ask me questions", "question by question")),
                ),
                listed=False,
                columns=1,
            ),
            Field("what", story(), limit=MOST_STORY, full="complaint.what_full", when=_own_words),
            Field("kind", choice(*kind_options()), columns=1, note=_expect),
            Field(
                "route",
                AnswerKind(
                    lambda reading: pick(
                        reading.text, _route_options(reading.answers, reading.context)
                    ),
                    lambda value, _: str(value),
                    _route_options,
                ),
                when=_kind_is(others=True),
                check=_not_a_letter,
                values=_route,
                listed=False,
                columns=1,
            ),
            Field("activity", activity(), unsure=True, columns=1, when=_about_activity),
            Field(
                "same",
                choice(Option("add", ("add to it",)), Option("new", ("new complaint", "another"))),
                when=lambda answers, context: _alike(answers, context) is not None,
                values=_same,
                listed=False,
                columns=1,
            ),
            Field("provider", line(), unsure=True, when=_provider_unknown),
            Field(
                "accreditor",
                choice(
                    Option("accme", ("acc me",)),
                    Option("joint", ("joint accreditation",)),
                    Option(
                        "society",
                        ("state society", "medical society", "medical association", "state"),
                    ),
                ),
                unsure=True,
                columns=1,
                when=_kind_is(rules=True),
            ),
            Field(
                "society_state",
                states(),
                unsure=True,
                when=lambda answers, context: (
                    _kind_is(rules=True)(answers, context)
                    and _answer_is("accreditor", "society")(answers, context)
                ),
                note=_society,
            ),
            Field(
                "format",
                choice(
                    Option("live", ("live event", "in person", "webinar", "conference")),
                    Option("series", ("grand rounds", "one of a series", "rounds")),
                    Option("online", ("on demand", "recorded", "enduring", "article")),
                ),
                unsure=True,
                columns=1,
                when=_kind_is(rules=True),
            ),
            Field("when", period("past"), unsure=True, when=_about_activity, note=_noted_when),
            _WHAT,
            Field("remedy", line(1000), optional=True),
            Field("told", choice(*_YES_NO), optional=True, when=_about_activity),
            Field(
                "evidence",
                evidence.files("draft"),
                optional=True,
                limit=evidence.MOST_FILES,
                full="complaint.evidence_full",
                gathered="evidence.checking",
            ),
            Field("share_provider", choice(*_YES_NO), when=_about_activity),
            Field("share_accme", choice(*_YES_NO), when=_about_activity),
            Field("name", line(120), when=_answer_is("share_accme", "yes")),
            Field("contact", line(200), optional=True, check=_contact, values=_for_accme),
            Field("postal", line(300), optional=True, when=_answer_is("share_accme", "yes")),
        ),
        finish,
        intents=frozenset({"complaint"}),
        checks=True,
        closes=_closes,
        proposes=proposals,
        holds=evidence.holds,
    )
