"""A file sent to the chat: what is in it, what of it would be added, and the way back.

What was read waits aside in the conversation (`KeepAside`) until *Add these* or *Not now*, under a
number that the buttons carry; a few files may wait at a time. Nothing of it is on record before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from rapidfuzz import fuzz, utils

from bot.buttons import Press, pack
from bot.dialogs import add_credit, credit_effects, credit_list, menu, offers, smalltalk, start
from bot.dialogs.context import Context, Dialog
from bot.dialogs.written import reading_from_json
from bot.documents.matching import Doubtful, Preview, match
from bot.documents.transcripts.credit_names import MOC
from bot.documents.transcripts.reading import REFUSED, UNREAD, FileReason, Reading, Row
from bot.model import (
    AcknowledgePress,
    AddCredit,
    Button,
    Credit,
    Edit,
    Effect,
    Incoming,
    KeepAside,
    Kind,
    Question,
    RemoveCredit,
    Rows,
    RunErrand,
    Say,
    Search,
)
from bot.rules.topics import infer_topics

VERSION = 1
WAITING = 4
"""Files that can wait for an answer at a time; the oldest gives way."""

MOST_BYTES = 20_000_000
"""Telegram gives bots no larger files, and says so before anything is fetched."""

MOST_ROWS = 1_000
"""More credits than this are no physician's own record."""

LOOKED_UP = 60
"""In a file with more rows, titles are not looked up in the catalog for their topics."""

SAME_TITLE = 96
SAME_PERSON = 90
"""Likeness in percent from which two titles, two names are taken for the same."""

OPEN_ROWS, FOLDED_ROWS, PAGE_ROWS = 5, 8, 12
MOST_DOUBTS = 4
PICKED = 6
"""Credits offered for a picture to prove."""

TYPES = ("ama-pra-1", "ama-pra-2", "aafp-prescribed", "aoa-1a", "aoa-2a")
"""Types offered where a file does not state one."""

PICTURES: frozenset[FileReason] = frozenset({"picture", "scanned"})


# ── a file comes in ─────────────────────────────────────────────────────────────────────────


def received(incoming: Incoming, context: Context) -> Sequence[Effect]:
    """A document is read as soon as this turn is stored; a picture is offered as a proof."""
    sent = incoming.file
    if sent is None:
        return smalltalk.not_text(incoming, context)
    file = {"file_id": sent.file_id, "name": (sent.name or "")[-80:] or None, "size": sent.size}
    if (credit_id := credit_list.awaited(context)) is not None:
        return credit_list.keep_proof(credit_id, file, context)
    if sent.size is not None and sent.size > MOST_BYTES:
        return [_refused(file, {"refused": "too_large", "values": _limit()}, ())]
    if incoming.kind is Kind.PHOTO:
        return _not_readable({**file, "name": "photo.jpg"}, {"refused": "picture"}, context)
    return [RunErrand("read_file", "files", file)]


def hears(incoming: Incoming, context: Context) -> Sequence[Effect]:
    """What reading a file came to."""
    told = incoming.result
    if "failed" in told:
        return [Say("files.failed", {"reference": told["failed"]}, ((menu.button(),),))]
    file = told["file"]
    if told.get("problem") == "too_large":
        return [_refused(file, {"refused": "too_large", "values": _limit()}, ())]
    if "problem" in told:
        return [Say("files.gone", {"name": _named(file)}, ((menu.button(),),))]
    if told.get("refused") in PICTURES:
        return _not_readable(file, told, context)
    if "refused" in told:
        return [_refused(file, told, ((add_credit.button(), menu.button()),))]
    return _previewed(file, told["reading"], context)


def _limit() -> dict[str, Any]:
    return {"megabytes": MOST_BYTES // 1_000_000}


def _named(file: Mapping[str, Any]) -> str:
    return file.get("name") or "your file"


def _refused(file: Mapping[str, Any], told: Mapping[str, Any], rows: Rows) -> Say:
    values = {
        "name": _named(file),
        "reason": {"key": REFUSED[told["refused"]], "values": told.get("values", {})},
    }
    return Say("files.refused", values, rows or ((add_credit.button(), menu.button()),))


def _not_readable(
    file: Mapping[str, Any], told: Mapping[str, Any], context: Context
) -> Sequence[Effect]:
    """A picture or a scan: typed in by hand, and kept as the proof of what was typed."""
    token = _token(context)
    as_proof = Button("files.button.as_proof", pack("files", "proof", token))
    rows = ((add_credit.button(), as_proof),)
    return [_kept(token, {"file": dict(file)}, context), _refused(file, told, rows)]


def _previewed(
    file: Mapping[str, Any], read: Mapping[str, Any], context: Context
) -> Sequence[Effect]:
    reading = reading_from_json(read)
    if len(reading.rows) > MOST_ROWS:
        told = {"refused": "too_many_rows", "values": {"rows": MOST_ROWS}}
        return [_refused(file, told, ())]
    learners = {row.learner for row in reading.rows if row.learner}
    if len(learners) > 1 and not _own_names(learners, context):
        return [Say("files.others", {"name": _named(file), "people": len(learners)}, ())]
    token = _token(context)
    waiting = {"file": dict(file), "reading": dict(read)}
    shown = _Shown(token, waiting, context)
    if not shown.preview.new and not shown.preview.doubtful:
        return [Say("files.nothing_new", shown.values(), ((credit_list.button(),),))]
    return [_kept(token, waiting, context), shown.say()]


# ── what waits ──────────────────────────────────────────────────────────────────────────────


def _token(context: Context) -> str:
    return str(context.next_revision)


def _waiting(context: Context) -> dict[str, Any]:
    aside = context.conversation.aside.get("files")
    return dict(aside.answers) if aside and aside.version == VERSION else {}


def _kept(token: str, waiting: Mapping[str, Any] | None, context: Context) -> KeepAside:
    """What waits under a number, the newest files only; None: it does not wait any more."""
    others = {key: value for key, value in _waiting(context).items() if key != token}
    kept = others if waiting is None else {**others, token: dict(waiting)}
    newest = dict(sorted(kept.items(), key=lambda item: int(item[0]))[-WAITING:])
    return KeepAside("files", VERSION, newest or None)


# ── the preview ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Shown:
    """One waiting file, compared with the record as it is now."""

    token: str
    waiting: Mapping[str, Any]
    context: Context

    @cached_property
    def reading(self) -> Reading:
        return reading_from_json(self.waiting["reading"])

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The physician's own rows, with what was chosen where the file does not say."""
        rows = _own_rows(self.reading.rows, self.context)
        credit_type, board = self.waiting.get("type"), self.waiting.get("board")
        return tuple(_completed(row, credit_type, board, self.context) for row in rows)

    @cached_property
    def preview(self) -> Preview:
        return match(self.rows, self.context.physician.credits)

    @property
    def batch(self) -> str:
        return f"file-{self.token}"

    def place(self, row: Row) -> int:
        """A row's number in the file; equal rows have numbers of their own."""
        return next(place for place, one in enumerate(self.rows) if one is row)

    @cached_property
    def doubts(self) -> tuple[tuple[int, Doubtful, bool], ...]:
        """Doubtful rows with their numbers and whether they were chosen to be added."""
        wanted = set(self.waiting.get("doubts", ()))
        numbered = ((self.place(one.row), one) for one in self.preview.doubtful)
        return tuple((place, one, place in wanted) for place, one in numbered)

    @cached_property
    def credits(self) -> list[Credit]:
        """What *Add these* adds."""
        preview = self.preview
        rows = [*preview.new, *(one.row for _, one, taken in self.doubts if taken)]
        look_up = len(rows) <= LOOKED_UP
        return [_credit(row, self.batch, self.context, look_up=look_up) for row in rows]

    def values(self) -> dict[str, Any]:
        reading, preview = self.reading, self.preview
        added = self.credits
        new = [_line(row) for row in preview.new]
        return {
            "name": _named(self.waiting["file"]),
            **credit_effects.sums(added),
            "open": new[:OPEN_ROWS],
            "folded": new[OPEN_ROWS : OPEN_ROWS + FOLDED_ROWS],
            "more": max(0, len(new) - OPEN_ROWS - FOLDED_ROWS),
            "present": [_line(one.row) for one in preview.present[:FOLDED_ROWS]],
            "presents": len(preview.present),
            "doubts": [
                {
                    **_line(one.row),
                    "differs": one.differs,
                    "known": one.credit and _credit_line(one.credit),
                    "taken": taken,
                }
                for _, one, taken in self.doubts[:MOST_DOUBTS]
            ],
            "all_taken": all(taken for *_, taken in self.doubts),
            "more_doubts": max(0, len(preview.doubtful) - MOST_DOUBTS),
            "unread": [
                {"line": part.line, "reason": UNREAD[part.reason], "text": part.text[:60]}
                for part in reading.unread[:FOLDED_ROWS]
            ],
            "unreads": len(reading.unread),
            "columns": self.columns(),
            "typeless": sum("type" in row.assumed for row in preview.new),
            "type": self.context.knowledge.credit_types[self.waiting.get("type") or TYPES[0]],
            "boardless": sum("board" in row.assumed for row in preview.new),
            "guessed": sum(bool(credit.inferred) for credit in added),
            "certificate": reading.kind == "certificate" and len(preview.new) == 1,
        }

    def columns(self) -> list[dict[str, str]]:
        """Which column was taken for what, where columns were matched by their headers."""
        if self.reading.kind not in ("table", "pdf_table", "pars_learners"):
            return []
        found = [
            {"role": role.partition(":")[0], "header": header[:40]}
            for role, header in self.reading.mapping.items()
            if role.partition(":")[0] in _ROLES
        ]
        return sorted(found, key=lambda column: _ROLES.index(column["role"]))

    def say(self) -> Say:
        return Say("files.preview", self.values(), self.buttons())

    def edit(self) -> Edit:
        return Edit("files.preview", self.values(), self.buttons())

    def buttons(self) -> Rows:
        preview = self.preview
        is_one = self.values()["certificate"]
        add = self._button("add_one" if is_one else "add", "add")
        first = [add] if self.credits else []
        if is_one:
            first.append(self._button("correct", "correct"))
        doubts = [
            Button(
                "files.button.leave_out" if taken else "files.button.take",
                pack("files", "doubt", f"{self.token},{place}"),
                values={"number": number},
            )
            for number, (place, _, taken) in enumerate(self.doubts[:MOST_DOUBTS], start=1)
        ]
        pairs = tuple(tuple(doubts[at : at + 2]) for at in range(0, len(doubts), 2))
        choices = []
        if len(self.doubts) > MOST_DOUBTS:
            taken = all(taken for *_, taken in self.doubts)
            choices.append(self._button("no_doubts" if taken else "all_doubts", "doubts"))
        if any("type" in row.assumed for row in preview.new):
            choices.append(self._button("type", "types"))
        if any("board" in row.assumed for row in preview.new):
            choices += self._boards()
        if self.columns():
            choices.append(self._button("columns", "columns"))
        if len(preview.new) > OPEN_ROWS:
            choices.append(Button("files.button.all", pack("files", "page", f"{self.token},0")))
        ways = tuple(tuple(choices[at : at + 2]) for at in range(0, len(choices), 2))
        return (tuple(first), *pairs, *ways, (self._button("not_now", "drop"),))

    def _button(self, label: str, step: str) -> Button:
        return Button(f"files.button.{label}", pack("files", step, self.token))

    def _boards(self) -> list[Button]:
        held = [one.board for one in self.context.physician.certifications][:2]
        return [
            Button(
                "files.button.board",
                pack("files", "board", f"{self.token},{board}"),
                values={"board": board},
            )
            for board in held
        ]


_ROLES = ("completed_on", "title", "provider", "amount", "minutes", "type", "board", "points")


def _line(row: Row) -> dict[str, Any]:
    return {
        "title": row.title,
        "provider": row.provider,
        "day": row.completed_on,
        "amount": row.amount,
        "type": row.type,
        "board": row.board,
    }


def _credit_line(credit: Credit) -> dict[str, Any]:
    return {
        "title": credit.title,
        "day": credit.completed_on,
        "amount": credit.amount,
        "origin": credit.origin,
    }


def _completed(row: Row, credit_type: str | None, board: str | None, context: Context) -> Row:
    """The row with the choice made for it; a row that names a learning record gets its title."""
    if "type" in row.assumed and credit_type:
        row = replace(row, type=credit_type)
    if "board" in row.assumed and board:
        row = replace(row, board=board, assumed=())
    known = context.catalog.get(row.activity_id) if row.activity_id else None
    if known and row.title == f"ACCME activity {row.activity_id}":
        row = replace(row, title=known.title, provider=row.provider or known.provider)
    return row


def _own_names(names: set[str], context: Context) -> set[str]:
    mine = context.physician.profile.name or ""
    return {name for name in names if fuzz.token_set_ratio(mine, name) >= SAME_PERSON}


def _own_rows(rows: Sequence[Row], context: Context) -> Sequence[Row]:
    """A provider's file names several people; only the physician's rows are theirs."""
    names = {row.learner for row in rows if row.learner}
    own = _own_names(names, context) if len(names) > 1 else names
    return [row for row in rows if not row.learner or row.learner in own]


def _credit(row: Row, batch: str, context: Context, *, look_up: bool) -> Credit:
    """The credit of a row: topics of its activity where that is known by number, else guesses."""
    known = context.catalog.get(row.activity_id) if row.activity_id else None
    topics = tuple(dict.fromkeys((*row.topics, *(known.topics if known else ()))))
    guessed = [*infer_topics(row.title, context.knowledge.topics)]
    if look_up and known is None and row.type != MOC:
        guessed += _topics_of_title(row, context)
    return replace(
        row.as_credit(),
        topics=topics,
        inferred=tuple(dict.fromkeys(topic for topic in guessed if topic not in topics)),
        format=row.format or (known.format if known else None),
        batch=batch,
    )


def _topics_of_title(row: Row, context: Context) -> Iterator[str]:
    """Topics of the activity of this title; a guess, because titles are no numbers."""
    wanted = Search(context.today, words=row.title, history=True, limit=1)
    for hit in context.catalog.search(wanted).hits:
        ours, theirs = (utils.default_process(title) for title in (row.title, hit.activity.title))
        if fuzz.ratio(ours, theirs) >= SAME_TITLE:
            yield from hit.activity.topics


# ── what is pressed ─────────────────────────────────────────────────────────────────────────


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    token, _, argument = pressed.argument.partition(",")
    if pressed.step == "undo":
        return _undone(pressed.argument, context)
    waiting = _waiting(context).get(token)
    if waiting is None:
        return start.outdated(context)
    if pressed.step == "proof":
        return _proof(token, waiting, context)
    if pressed.step == "of":
        dropped = _kept(token, None, context)
        return [dropped, *credit_list.keep_proof(int(argument), waiting["file"], context)]
    if "reading" not in waiting:
        return start.outdated(context)
    shown = _Shown(token, waiting, context)
    match pressed.step:
        case "add":
            return _added(shown)
        case "drop":
            values = {"name": _named(waiting["file"])}
            return [_kept(token, None, context), Edit("files.dropped", values)]
        case "doubt":
            wanted = set(waiting.get("doubts", ())) ^ {int(argument)}
            return _changed(shown, doubts=sorted(wanted))
        case "doubts":
            places = [place for place, _, taken in shown.doubts]
            every = all(taken for *_, taken in shown.doubts)
            return _changed(shown, doubts=[] if every else places)
        case "types":
            return [Edit("files.types", {}, _type_buttons(token, context))]
        case "type" if argument in TYPES:
            return _changed(shown, type=argument, doubts=[])
        case "board":
            return _changed(shown, board=argument, doubts=[])
        case "page":
            return [_page(shown, int(argument))]
        case "back":
            return [shown.edit()]
        case "columns":
            back = Button("files.button.back", pack("files", "back", token))
            return [Edit("files.columns", {"columns": shown.columns()}, ((back,),))]
        case "correct" if shown.preview.new:
            begun = add_credit.correct(shown.preview.new[0], context)
            return [*begun]
        case _:
            return start.outdated(context)


def _changed(shown: _Shown, **chosen: Any) -> Sequence[Effect]:
    waiting = {**shown.waiting, **chosen}
    kept = _kept(shown.token, waiting, shown.context)
    return [kept, _Shown(shown.token, waiting, shown.context).edit()]


def _type_buttons(token: str, context: Context) -> Rows:
    names = context.knowledge.credit_types
    rows = tuple(
        (Button(names[one], pack("files", "type", f"{token},{one}"), literal=True),)
        for one in TYPES
    )
    return (*rows, (Button("files.button.back", pack("files", "back", token)),))


def _page(shown: _Shown, page: int) -> Edit:
    rows = shown.preview.new
    last = max(0, (len(rows) - 1) // PAGE_ROWS)
    page = min(max(page, 0), last)
    part = rows[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
    values = {
        "name": _named(shown.waiting["file"]),
        "rows": [_line(row) for row in part],
        "first": page * PAGE_ROWS + 1,
        "count": len(rows),
    }
    turns = [
        Button(f"files.button.{label}", pack("files", "page", f"{shown.token},{to}"))
        for label, to in (("previous", page - 1), ("next", page + 1))
        if 0 <= to <= last
    ]
    back = Button("files.button.back", pack("files", "back", shown.token))
    return Edit("files.page", values, (tuple(turns), (back,)))


def _added(shown: _Shown) -> Sequence[Effect]:
    """Everything new, and of what is doubtful only what was chosen."""
    context, added = shown.context, shown.credits
    if not added:
        return start.outdated(context)
    after = credit_effects.with_credits(context, (*context.physician.credits, *added))
    values = {
        **credit_effects.sums(added),
        "lines": credit_effects.effects(context, after),
        "guessed": sum(bool(credit.inferred) for credit in added),
    }
    undo = Button("files.button.undo", pack("files", "undo", shown.batch))
    mine = offers.ask("credit_status", "credit_status.button.open")
    rows: Rows = ((undo, mine),)
    kept = None
    if shown.reading.kind == "certificate":
        kept = {"file": shown.waiting["file"], "batch": shown.batch}
        as_proof = Button("files.button.keep_file", pack("files", "proof", shown.token))
        rows = (*rows, (as_proof,))
    return [
        AcknowledgePress("files.added_notice"),
        *(AddCredit(credit) for credit in added),
        _kept(shown.token, kept, context),
        Edit("files.added", values, rows),
    ]


def _undone(batch: str, context: Context) -> Sequence[Effect]:
    """Exactly the credits that came with one file are taken back."""
    brought = [one for one in context.physician.credits if batch and one.batch == batch]
    if not brought:
        return start.outdated(context)
    return [
        *(RemoveCredit(one.id) for one in brought if one.id is not None),
        Edit("files.undone", {"count": len(brought)}, ((menu.button(),),)),
    ]


def _proof(token: str, waiting: Mapping[str, Any], context: Context) -> Sequence[Effect]:
    """The file kept as the proof of a credit: of the one it brought, or of one to be picked."""
    own = [one for one in context.physician.credits if one.id is not None]
    brought = [one for one in own if waiting.get("batch") and one.batch == waiting["batch"]]
    if brought and brought[0].id is not None:
        dropped = _kept(token, None, context)
        return [dropped, *credit_list.keep_proof(brought[0].id, waiting["file"], context)]
    if not own:
        return [Say("files.no_credit", {}, ((add_credit.button(),),))]
    newest = sorted(own, key=lambda one: -(one.id or 0))[:PICKED]
    values = {"rows": [_credit_line(one) for one in newest]}
    buttons = tuple(
        Button(str(number), pack("files", "of", f"{token},{one.id}"), literal=True)
        for number, one in enumerate(newest, start=1)
    )
    return [Edit("files.proof_of", values, (buttons,))]


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """What can be sent here."""
    return [Say("files.invited", {}, ((add_credit.button(), menu.button()),))]


DIALOG = Dialog("files", answer, command="upload", listed=False, press=press, hears=hears)
