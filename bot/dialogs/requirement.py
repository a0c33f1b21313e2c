"""What a state board, a certifying board or the DEA demands; no account needed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.buttons import Press, pack
from bot.dialogs import board_words, menu, offers
from bot.dialogs.context import Context, Dialog
from bot.dialogs.knowledge import folded
from bot.model import Button, Edit, Effect, Question, Remember, Rows, Say
from bot.rules.schema import Board, Topic
from bot.rules.topics import infer_topics

OPEN_CHARACTERS = 420
"""How much of a list stays unfolded under its head, so that an answer fits a phone's screen."""

MOST_STATES = 3

ASPECTS: dict[str, tuple[str, ...]] = {
    "carryover": ("carry", "carryover", "rollover", "roll over", "excess", "extra hours", "bank"),
    "exemption": ("exempt", "exemption", "waive", "waiver", "excuse", "retired", "resident"),
    "audit": ("audit", "proof", "certificate", "document", "record", "keep", "report", "submit"),
    "late": ("late", "grace", "expired", "lapse", "miss the deadline", "penalty", "fine"),
}
"""Sides of a board's rules beside the hours, by the words that ask for them."""


GOING_ON = ("and ", "also ", "but ", "what about ")
"""How a message begins that goes on about the same state."""


def answer(question: Question, context: Context) -> Sequence[Effect]:
    slots = question.slots
    remember = Remember(question)
    if board := slots.get("certifying_board"):
        return [remember, _certifying(board, context)]
    if "mate" in slots.get("topics", ()) and not slots.get("jurisdictions"):
        return [remember, _mate(context)]
    codes = _codes(question, context)
    if not codes:
        return [remember, Say("requirement.which_state", {"topics": _topic_names(slots, context)})]
    said = [_state(code, question, context) for code in codes[:MOST_STATES]]
    if len(codes) > MOST_STATES:
        said.append(Say("requirement.too_many", {"shown": MOST_STATES, "asked": len(codes)}))
    return [remember, *said]


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    question = offers.asked(pressed, "requirement")
    if question is not None:
        return answer(question, context)
    board = context.knowledge.boards.get(pressed.argument)
    if board is None:
        return [Say("requirement.which_state", {"topics": []})]
    if pressed.step == "more":
        return [Edit("requirement.more", _more(board), ((_back(board),),))]
    question = Question("requirement", {"jurisdictions": [board.jurisdiction]})
    return [Edit("requirement.board", *_board(board, question, context))]


def _codes(question: Question, context: Context) -> list[str]:
    """The states asked about: those named, else those just spoken of, else the physician's own."""
    before = context.conversation.question
    spoken = before.slots.get("jurisdictions", ()) if before else ()
    goes_on = folded(question.text).startswith(GOING_ON)
    named = question.slots.get("jurisdictions")
    return list(named or (goes_on and spoken) or context.states or spoken)


# ── one state ───────────────────────────────────────────────────────────────────────────────


def _state(code: str, question: Question, context: Context) -> Say:
    board = _board_for(code, question, context)
    if board is None:
        name = context.knowledge.jurisdictions[code]
        return Say("requirement.no_board", {"state": name}, ((menu.button(),),))
    question = _with_topics(question, board, context)
    aspect = question.slots.get("aspect") or _aspect(question.text)
    if aspect and not question.slots.get("topics"):
        values = {"board": board, "head": board_words.head(board, context), "aspect": aspect}
        rows = ((_ask_board("requirement.button.all", board, question),),)
        return Say("requirement.aspect", {**values, **_source(board, context)}, rows)
    if question.slots.get("topics"):
        return Say("requirement.topic", *_topic(board, question, context))
    return Say("requirement.board", *_board(board, question, context))


def _with_topics(question: Question, board: Board, context: Context) -> Question:
    """The question with topics that only this board's rules know, such as sexual harassment."""
    if question.slots.get("topics"):
        return question
    ruled = {topic.topic for topic in board.topics}
    words = infer_topics(question.text, context.knowledge.topics) if question.text else ()
    topics = [topic for topic in words if topic in ruled]
    return replace(question, slots={**question.slots, "topics": topics}) if topics else question


def _board_for(code: str, question: Question, context: Context) -> Board | None:
    asked = question.slots.get("license_type") or context.physician.profile.license_type
    return context.knowledge.board_of(code, asked)


def _aspect(text: str) -> str | None:
    words = text.casefold()
    for aspect, cues in ASPECTS.items():
        if any(cue in words for cue in cues):
            return aspect
    return None


def _board(board: Board, question: Question, context: Context) -> tuple[dict[str, Any], Rows]:
    lines = [rule.note for rule in board.category_rules]
    lines += [board_words.topic_line(topic, board, context) for topic in _in_force(board, context)]
    shown, folded = board_words.split(lines, OPEN_CHARACTERS)
    values = {
        "board": board,
        "head": board_words.head(board, context),
        "total": board_words.total(board),
        "shown": shown,
        "folded": folded,
        **_source(board, context),
    }
    more = Button("requirement.button.more", pack("requirement", "more", board.board_id))
    return values, _rows([more, *_other_board(board, question, context)])


def _topic(board: Board, question: Question, context: Context) -> tuple[dict[str, Any], Rows]:
    wanted = question.slots["topics"]
    rules = [topic for topic in _in_force(board, context) if _is_about(topic, wanted, context)]
    shown, folded = board_words.split(
        [board_words.topic_line(topic, board, context) for topic in rules], OPEN_CHARACTERS
    )
    values = {
        "head": board_words.head(board, context),
        "topics": _topic_names(question.slots, context),
        "verdict": board_words.verdict(rules, board, context),
        "shown": shown,
        "folded": folded,
        "notes": [rule.note for rule in rules if rule.note],
        "board": board,
        "federal": "mate" in wanted or any(word in _DEA_TOPICS for word in wanted),
        **_source(board, context),
    }
    find = offers.ask(
        "activity_search", "requirement.button.find", {"topics": wanted}, values=values
    )
    every = _ask_board("requirement.button.all", board, question)
    return values, _rows([every, find, *_other_board(board, question, context)])


_DEA_TOPICS = frozenset({"opioid-prescribing", "controlled-substances", "substance-use-disorder"})


def _is_about(topic: Topic, wanted: Sequence[str], context: Context) -> bool:
    serving = {topic.topic, *topic.accepts, *topic.may_serve}
    related = {narrow for word in wanted for narrow in context.knowledge.related_topics(word)}
    return bool(serving & (set(wanted) | related))


def _in_force(board: Board, context: Context) -> list[Topic]:
    """Rules that have not ended; what begins later is shown with its date."""
    return [
        topic
        for topic in board.topics
        if topic.effective_until is None or topic.effective_until >= context.today
    ]


def _other_board(board: Board, question: Question, context: Context) -> list[Button]:
    """The button to the same state's other board, where MDs and DOs have one each."""
    other = "DO" if "MD" in board.license_types else "MD"
    if other in board.license_types:
        return []
    if context.knowledge.board_of(board.jurisdiction, other) in (None, board):
        return []
    slots = {
        "jurisdictions": [board.jurisdiction],
        "topics": question.slots.get("topics"),
        "license_type": other,
    }
    values = {"state": board.jurisdiction_name, "type": other}
    return [offers.ask("requirement", "requirement.button.other", slots, values=values)]


def _ask_board(label: str, board: Board, question: Question) -> Button:
    slots: dict[str, Any] = {"jurisdictions": [board.jurisdiction]}
    if len(board.license_types) == 1:
        slots["license_type"] = board.license_types[0]
    return offers.ask("requirement", label, slots, values={"state": board.jurisdiction_name})


def _back(board: Board) -> Button:
    return Button("requirement.button.back", pack("requirement", "board", board.board_id))


def _more(board: Board) -> dict[str, Any]:
    return {"board": board, "late": board.late_renewal}


def _source(board: Board, context: Context) -> dict[str, Any]:
    own = [item for item in board.sources if item.url == board.cme_page]
    best = [*own, *board.sources][0]
    return {
        "source": best,
        "as_of": board.as_of,
        "weak": board_words.is_weak(board, context.today),
    }


def _topic_names(slots: Any, context: Context) -> list[str]:
    return [context.knowledge.topic_name(topic) for topic in slots.get("topics", ())]


def _rows(buttons: Sequence[Button]) -> Rows:
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))


# ── certifying boards and the DEA ───────────────────────────────────────────────────────────


def _certifying(abbreviation: str, context: Context) -> Say:
    entry = context.knowledge.certifying_boards.get(abbreviation)
    if entry is None:
        return Say("requirement.no_certifying_board", {"name": abbreviation}, ((menu.button(),),))
    demands = [item.note for item in entry.requirements if item.note]
    shown, folded = board_words.split([*demands, *entry.other_rules], OPEN_CHARACTERS)
    values = {"entry": entry, "shown": shown, "folded": folded, "as_of": entry.as_of}
    slots = {"certifying_board": abbreviation}
    find = offers.ask("activity_search", "requirement.button.find_moc", slots)
    mine = offers.ask("credit_status", "requirement.button.mine", slots)
    return Say("requirement.certifying", values, ((find, mine),))


def _mate(context: Context) -> Say:
    find = offers.ask("activity_search", "requirement.button.find_mate", {"topics": ["mate"]})
    federal = context.knowledge.rules.federal
    rule = next(topic for topic in federal.topics if topic.id == "mate")
    values = {
        "rule": rule,
        "ways": federal.equivalents,
        "board": federal,
        "source": federal.sources[0],
    }
    return Say("requirement.mate", values, ((find,),))


DIALOG = Dialog(
    "requirement",
    answer,
    intents=("requirement",),
    command="requirements",
    aliases=("rules", "state"),
    press=press,
)
