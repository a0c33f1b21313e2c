"""The credits on record: listed, opened, deleted with a way back, and their proofs."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from rapidfuzz import fuzz, utils

from bot.buttons import Press, pack
from bot.dialogs import complaint, credit_effects, offers, start
from bot.dialogs.context import Context, Dialog
from bot.dialogs.knowledge import folded
from bot.dialogs.written import credit_from_json, credit_to_json
from bot.model import (
    AddCredit,
    Attachment,
    Button,
    Credit,
    Edit,
    Effect,
    Incoming,
    KeepAside,
    Proof,
    Question,
    RemoveCredit,
    RemoveProof,
    RunErrand,
    Say,
)

VERSION = 1
PAGE = 6
NEAR = 80
"""Likeness in percent from which said words are taken for words of a credit."""

WAITS = timedelta(hours=1)
"""So long after *Attach* a file is taken for the proof that was announced."""

MOST_PROOFS = 4

_DELETING = frozenset({"delete", "remove", "drop", "erase", "undo", "trash"})
_CHANGING = frozenset({"edit", "change", "correct", "fix"})
_ATTACHING = frozenset({"attach", "proof", "upload"})
_LISTING = frozenset({"show", "list", "see", "view", "all", "which", "what"})
_CREDITS = frozenset({"credits", "credit"})
_ELSEWHERE = frozenset(
    "transcript pdf csv excel xlsx spreadsheet license licence complaint data account need left"  # noqa: SIM905
    " short missing required requirements count counted chart graph picture how many".split()
)
_PLAIN = frozenset(
    "the a an my one ones that credit credits for from of to please entry it hours hour h on"  # noqa: SIM905
    " certificate certificates recorded logged i me".split()
)


# ── what is asked of the record ─────────────────────────────────────────────────────────────


def claims(text: str) -> bool:
    """Whether words ask for the list or for something done to a credit on it."""
    words = folded(text).split()
    said = set(words)
    if said & _ELSEWHERE or len(words) > 8:  # noqa: PLR2004 - a longer message tells something
        return False
    if _CREDITS & said and said & _LISTING and not said & (_DELETING | {"where"}):
        return not said - _CREDITS - _LISTING - _PLAIN - {"you", "have", "do", "on", "record"}
    begins = words[0] in (_DELETING | _CHANGING | _ATTACHING) if words else False
    return begins and bool(said & (_CREDITS | {"one", "proof", "certificate"}))


def asked_of_record(question: Question, context: Context) -> Sequence[Effect] | None:
    """The answer to "delete the mayo one", "edit the ethics credit"; None: a new credit is told."""
    words = folded(question.text).split()
    if not words or words[0] not in (_DELETING | _CHANGING | _ATTACHING):
        return None
    return answer(question, context)


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """The list, or what the words ask of one credit."""
    words = folded(question.text).split()
    verb = next((word for word in words if word in _DELETING | _CHANGING | _ATTACHING), "")
    found = _meant(question, words, context)
    if not verb:
        return [_listed(context, 0)]
    if not found:
        said = _listed(context, 0)
        return [Say("credit_list.not_found", said.values, said.buttons)]
    if len(found) > 1:
        values = {**_rows(found[:PAGE], 0), "count": len(found)}
        return [Say("credit_list.which", values, (_numbers(found[:PAGE]), (_all(),)))]
    credit = found[0]
    if verb in _DELETING:
        return [_as_say(effect) for effect in _deleted(credit, context)]
    if verb in _ATTACHING:
        return [_as_say(effect) for effect in _attach(credit, context)]
    opened = _opened(credit, context)
    return [Say(opened.key, opened.values, opened.buttons)]


def _as_say(effect: Effect) -> Effect:
    if isinstance(effect, Edit):
        return Say(effect.key, effect.values, effect.buttons)
    return effect


def _meant(question: Question, words: Sequence[str], context: Context) -> list[Credit]:
    """The credits that the words name by title, provider or topic, the newest first."""
    topics = {
        near
        for topic in question.slots.get("topics", ())
        for near in context.knowledge.related_topics(topic)
    }
    wanted = [
        word for word in words if word not in _PLAIN | _CREDITS | _DELETING | _CHANGING | _ATTACHING
    ]
    own = _newest(context.physician.credits)
    if not wanted and not topics:
        return []
    by_words = [one for one in own if wanted and all(_says(one, word) for word in wanted)]
    return by_words or [one for one in own if topics & {*one.topics, *one.inferred}]


def _says(credit: Credit, word: str) -> bool:
    named = utils.default_process(f"{credit.title} {credit.provider or ''}").split()
    return word == str(credit.amount.normalize()) or any(
        fuzz.ratio(word, one) >= NEAR for one in named
    )


def _newest(credits: Iterable[Credit]) -> list[Credit]:  # noqa: A002 - the domain's word
    return sorted(credits, key=lambda one: (one.completed_on, one.id or 0), reverse=True)


# ── the list ────────────────────────────────────────────────────────────────────────────────


def button() -> Button:
    """The button that shows the list."""
    return Button("credit_list.button.all", pack("credit_list", "list", "0"))


def _all() -> Button:
    return Button("credit_list.button.back", pack("credit_list", "list", "0"))


def _listed(context: Context, page: int) -> Say:
    own = _newest(context.physician.credits)
    last = max(0, (len(own) - 1) // PAGE)
    page = min(max(page, 0), last)
    part = own[page * PAGE : (page + 1) * PAGE]
    hub = [one for one in own if one.origin == "hub"]
    values = {
        **_rows(part, page * PAGE),
        "hub": credit_effects.sums(hub),
        "own": credit_effects.sums([one for one in own if one.origin != "hub"]),
        "proofs": {one.credit_id for one in context.physician.proofs},
        "all": len(own),
    }
    turns = tuple(
        Button(f"credit_list.button.{label}", pack("credit_list", "list", str(to)))
        for label, to in (("previous", page - 1), ("next", page + 1))
        if 0 <= to <= last
    )
    new = offers.ask("add_credit", "add_credit.button.open")
    out = offers.ask("transcript", "transcript.button.open")
    return Say("credit_list.all", values, (_numbers(part, page * PAGE), turns, (new, out)))


def _rows(credits: Sequence[Credit], before: int) -> dict[str, Any]:  # noqa: A002
    return {"first": before + 1, "rows": [_row(one) for one in credits]}


def _row(credit: Credit) -> dict[str, Any]:
    return {
        "id": credit.id,
        "title": credit.title,
        "provider": credit.provider,
        "day": credit.completed_on,
        "amount": credit.amount,
        "points": credit.type == "moc",
        "board": credit.board,
        "origin": credit.origin,
    }


def _numbers(credits: Sequence[Credit], before: int = 0) -> tuple[Button, ...]:  # noqa: A002
    return tuple(
        Button(str(number), pack("credit_list", "open", str(one.id)), literal=True)
        for number, one in enumerate(credits, start=before + 1)
        if one.id is not None
    )


# ── one credit ──────────────────────────────────────────────────────────────────────────────


def credit_of(argument: str, context: Context) -> Credit | None:
    """The credit with this number, or the newest one that came in this batch."""
    own = reversed(context.physician.credits)
    return next((one for one in own if argument and argument in (str(one.id), one.batch)), None)


def _proofs(credit: Credit, context: Context) -> list[Proof]:
    return [one for one in context.physician.proofs if one.credit_id == credit.id]


def _opened(credit: Credit, context: Context) -> Edit:
    kept = _proofs(credit, context)
    knowledge = context.knowledge
    values = {
        **_row(credit),
        "type": knowledge.credit_types.get(credit.type, credit.type),
        "topics": [knowledge.topic_name(topic) for topic in credit.topics],
        "guessed": [knowledge.topic_name(topic) for topic in credit.inferred],
        "proofs": [{"name": one.name, "kilobytes": max(1, one.size // 1000)} for one in kept],
    }
    own = str(credit.id)
    rows: list[tuple[Button, ...]] = []
    for number, proof in enumerate(kept[:MOST_PROOFS], start=1):
        label = {"number": number, "only": len(kept) == 1}
        rows.append(
            (
                Button(
                    "credit_list.button.get",
                    pack("credit_list", "get", str(proof.id)),
                    values=label,
                ),
                Button(
                    "credit_list.button.remove",
                    pack("credit_list", "remove", str(proof.id)),
                    values=label,
                ),
            )
        )
    if len(kept) < MOST_PROOFS:
        rows.append((Button("credit_list.button.attach", pack("credit_list", "attach", own)),))
    if credit.origin != "hub":
        rows.append(
            (
                Button("credit_list.button.change", pack("add_credit", "of", own)),
                Button("credit_list.button.delete", pack("credit_list", "delete", own)),
            )
        )
    if credit.id is not None:
        rows.append((complaint.about_credit(credit.id),))
    rows.append((_all(),))
    return Edit("credit_list.one", values, tuple(rows))


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    argument = pressed.argument
    if pressed.step == "list":
        said = _listed(context, int(argument) if argument.isdigit() else 0)
        return [Edit(said.key, said.values, said.buttons)]
    if pressed.step == "restore":
        return _restored(context)
    if pressed.step in ("get", "remove", "removed"):
        return _with_proof(pressed.step, argument, context)
    credit = credit_of(argument, context)
    if credit is None:
        return start.outdated(context)
    match pressed.step:
        case "open":
            return [_opened(credit, context)]
        case "attach":
            return _attach(credit, context)
        case "delete":
            return _deleted(credit, context)
        case "deleted" if credit.origin != "hub":
            return _gone(credit, context)
        case _:
            return start.outdated(context)


# ── deleting ────────────────────────────────────────────────────────────────────────────────


def _deleted(credit: Credit, context: Context) -> Sequence[Effect]:
    """At once, with a way back; only what has a proof is asked about, for that cannot come back."""
    if credit.origin == "hub":
        complaint = offers.ask("complaint", "complaint.button.open")
        return [Edit("credit_list.hub_own", _row(credit), ((complaint, _all()),))]
    kept = _proofs(credit, context)
    if not kept:
        return _gone(credit, context)
    keep = Button("credit_list.button.keep", pack("credit_list", "open", str(credit.id)))
    final = Button(
        "credit_list.button.deleted",
        pack("credit_list", "deleted", str(credit.id)),
        danger=True,
    )
    return [Edit("credit_list.delete", {**_row(credit), "proofs": len(kept)}, ((keep,), (final,)))]


def _gone(credit: Credit, context: Context) -> Sequence[Effect]:
    assert credit.id is not None
    rest = [one for one in context.physician.credits if one.id != credit.id]
    lines = credit_effects.effects(context, credit_effects.with_credits(context, rest))
    undo = Button("credit_list.button.undo", pack("credit_list", "restore"))
    aside = {"removed": credit_to_json(credit)}
    return [
        RemoveCredit(credit.id),
        KeepAside("credit_list", VERSION, aside),
        Edit("credit_list.gone", {**_row(credit), "lines": lines}, ((undo, _all()),)),
    ]


def _restored(context: Context) -> Sequence[Effect]:
    removed = _aside(context).get("removed")
    if not removed:
        return start.outdated(context)
    before = {**removed}
    before.pop("id", None)
    credit = credit_from_json(before)
    return [
        AddCredit(credit),
        KeepAside("credit_list", VERSION, None),
        Edit("credit_list.restored", _row(credit), ((_all(),),)),
    ]


# ── proofs ──────────────────────────────────────────────────────────────────────────────────


def _aside(context: Context) -> dict[str, Any]:
    aside = context.conversation.aside.get("credit_list")
    return dict(aside.answers) if aside and aside.version == VERSION else {}


def attach_button(argument: str, context: Context) -> Button:
    """The button under a new credit that takes its certificate."""
    return Button("credit_list.button.attach", pack("credit_list", "attach", argument))


def _attach(credit: Credit, context: Context) -> Sequence[Effect]:
    assert credit.id is not None
    waits = {"await": credit.id, "at": context.now.isoformat()}
    return [
        KeepAside("credit_list", VERSION, waits),
        Edit("credit_list.send_proof", _row(credit), ((_all(),),)),
    ]


def awaited(context: Context) -> int | None:
    """The credit whose proof was announced a moment ago."""
    aside = _aside(context)
    wanted = aside.get("await")
    if wanted is None or context.now - datetime.fromisoformat(aside["at"]) > WAITS:
        return None
    return wanted if credit_of(str(wanted), context) else None


def keep_proof(credit_id: int, file: dict[str, Any], context: Context) -> Sequence[Effect]:
    """The file fetched, checked and kept; `hears` says what came of it."""
    return [
        KeepAside("credit_list", VERSION, None),
        RunErrand("keep_proof", "credit_list", {**file, "credit_id": credit_id}),
    ]


def hears(incoming: Incoming, context: Context) -> Sequence[Effect]:
    told = incoming.result
    credit = credit_of(str(told.get("credit_id", "")), context)
    if credit is None:
        return [Say("credit_list.no_credit", {}, ((_all(),),))]
    again = attach_button(str(credit.id), context)
    if "failed" in told or "problem" in told:
        problem = told.get("problem", "failed")
        return [Say("credit_list.not_kept", {"problem": problem}, ((again, _all()),))]
    opened = Button("credit_list.button.open", pack("credit_list", "open", str(credit.id)))
    return [Say("credit_list.kept", {**_row(credit), "name": told["name"]}, ((opened,),))]


def _with_proof(step: str, argument: str, context: Context) -> Sequence[Effect]:
    proof = next((one for one in context.physician.proofs if str(one.id) == argument), None)
    credit = credit_of(str(proof.credit_id), context) if proof else None
    if proof is None or credit is None:
        return start.outdated(context)
    if step == "get":
        attached = Attachment("document", proof.name, kept=proof.id)
        values = {**_row(credit), "kept_on": proof.kept_at.date()}
        return [Say("credit_list.proof", values, attachment=attached)]
    back = Button("credit_list.button.keep_it", pack("credit_list", "open", str(credit.id)))
    if step == "remove":
        final = Button(
            "credit_list.button.removed",
            pack("credit_list", "removed", argument),
            danger=True,
        )
        return [Edit("credit_list.remove", {"name": proof.name}, ((back,), (final,)))]
    back = Button("credit_list.button.open", pack("credit_list", "open", str(credit.id)))
    return [RemoveProof(proof.id), Edit("credit_list.removed", {"name": proof.name}, ((back,),))]


DIALOG = Dialog(
    "credit_list",
    answer,
    command="mycredits",
    aliases=("list",),
    listed=False,
    press=press,
    claims=claims,
    hears=hears,
)
