"""Where the physician stands, rule by rule; from here why, what is missing, and a picture."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.buttons import Press, pack
from bot.dialogs import (
    credit_list,
    credit_questions,
    fact_words,
    hub,
    menu,
    offers,
    pace,
    reckoning,
    standing_words,
    standings,
    start,
    topic_check,
)
from bot.dialogs.context import Context, Dialog
from bot.dialogs.guessed_topics import guesses
from bot.dialogs.knowledge import folded
from bot.documents.charts import progress_chart
from bot.model import (
    Attachment,
    Button,
    Edit,
    Effect,
    Question,
    Remember,
    Rows,
    Say,
    Standing,
    State,
)
from bot.rules.topics import infer_topics
from bot.understanding.reading import read_jurisdictions

MOST_CHANGES = 8
"""Answers that one page offers to change."""

MOST_CHARTS = 3
"""Pictures sent at once; with more licenses one is asked for by its state."""

_CHART = re.compile(r"\b(?:chart|graph|picture|diagram|visuali[sz]e|plot)\b")
_WHICH_COUNT = re.compile(
    r"\b(?:which|what) (?:ones|credits|courses|activities|of (?:them|those|these|my credits))?"
    r" ?(?:do |did |have |are |were )?(?:been )?(?:count|counts|counted|counting|included)\b"
    r"|\bhow did you (?:work|figure|calculate|get|come)\b|\bshow (?:me )?(?:the|your) (?:math|work)"
    r"|\bhow is (?:that|this|it) (?:calculated|worked out|counted)\b|\bbreak ?down\b"
)
_LEFT_OUT = re.compile(
    r"\b(?:left out|leave out|leaving out|excluded)\b"
    r"|\b(?:didnt|dont|doesnt|not|arent) count(?:ed|ing)?\b"
)
_NOT_APPLYING = re.compile(
    r"\b(?:dont|doesnt|do not|does not|not) apply\b.{0,12}\b(?:me|us|here)\b"
)
_GOES_ON = re.compile(
    r"^(?:ok |so |yo )?(?:and|but|what about|what abt|what bout|how about|how bout|how abt|hows)\b"
)
_MINE = re.compile(r"\b(?:my|mine|did|does the|is the|was the|i took|i did)\b")
_FEDERAL = re.compile(r"\b(?:dea|mate)\b")
_SEARCHING = re.compile(r"\b(?:courses?|class(?:es)?|find|free|online|activit\w+|webinars?)\b")
_SOURCE = re.compile(
    r"\b(?:how (?:old|current|recent|reliable|sure)|reliable|source|sources|trust)\b"
)
_VERIFIED = re.compile(r"\b(?:verified|unverified|self (?:reported|entered)|typed in)\b")
MOST_FOLLOWING = 7
"""Words of a follow-up that names a state, a board or a topic and little else."""

_WHY_NOT = re.compile(r"why (?:not|isnt|doesnt|didnt) (?:that|this|the|it)\b.{0,20}|and why not")


def rereads(question: Question, context: Context) -> Question | None:
    """The question as one about the physician's credits, where its words say so and not more."""
    person = context.physician
    if not (person.licenses or person.certifications):
        return None
    words = folded(question.text)
    mine = replace(question, intent="credit_status", act=None, confidence=1.0)
    if _CHART.search(words) or _NOT_APPLYING.search(words):
        return replace(mine, slots=_kept_slots(question, context))
    is_mine = question.intent == "credit_status" or bool(_MINE.search(words))
    whether = is_mine and credit_questions.asks_whether_counted(words)
    if whether and credit_questions.found(question, context):
        return mine
    before = context.conversation.question
    if before is None or before.intent not in ("credit_status", "plan"):
        return mine if re.search(r"\bhow did you work\b", words) else None
    goes_on = bool(_GOES_ON.match(words)) and len(words.split()) <= MOST_FOLLOWING
    if goes_on and _FEDERAL.search(words):
        return replace(mine, slots={})
    asks_back = (_WHICH_COUNT, _LEFT_OUT, _SOURCE, _VERIFIED)
    if _WHY_NOT.fullmatch(words) or any(asks.search(words) for asks in asks_back):
        return replace(mine, slots=_kept_slots(question, context))
    named = any(question.slots.get(name) for name in _ABOUT)
    if goes_on and named and before.intent == "credit_status" and not _SEARCHING.search(words):
        return replace(mine, slots=_kept_slots(question, context))
    return None


def _kept_slots(question: Question, context: Context) -> dict[str, Any]:
    """What a follow-up names, or else what was spoken of before."""
    named = {key: question.slots[key] for key in _ABOUT if question.slots.get(key)}
    if not named and (codes := read_jurisdictions(question.text, context.knowledge.lexicon)):
        named["jurisdictions"] = list(codes)
    before = context.conversation.question
    if before is None or before.intent not in ("credit_status", "plan"):
        return named
    return {**{key: before.slots[key] for key in _KEPT if before.slots.get(key)}, **named}


_ABOUT = ("jurisdictions", "topics", "certifying_board", "license_type")
_KEPT = ("jurisdictions", "topics", "certifying_board", "credit")


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """First line the answer, then each rule in one line, the most urgent license first."""
    if folded(question.text) == "list":
        return credit_list.answer(question, context)
    question = _with_topics(question, context)
    words = folded(question.text)
    found = asked(question, context)
    whether = credit_questions.asks_whether_counted(words) or _WHY_NOT.fullmatch(words)
    if whether and (credits_ := credit_questions.found(question, context)):
        slots = {**question.slots, "credit": credits_[0].title}
        told = credit_questions.told(credits_, question, context)
        return [Remember(replace(question, slots=slots)), told]
    remember = Remember(question)
    if whether and credit_questions.names_one(question, context):
        ways = (offers.ask("credit_status", "credit_status.button.mine"),)
        return [remember, Say("credit_status.no_credit", {}, (ways,))]
    if not found:
        return [remember, _nothing(question, context)]
    if _CHART.search(words):
        return [remember, *_charts(found[:MOST_CHARTS], context)]
    if _NOT_APPLYING.search(words) and reckoning.has_answers(found[0], context):
        shown = _answers(found[0], context)
        return [remember, Say(shown.key, shown.values, shown.buttons)]
    if _LEFT_OUT.search(words) or _WHY_NOT.fullmatch(words):
        whole = standings.find(found[0].board, context) or found[0]
        return [remember, reckoning.left_out(whole, 0, context)]
    if _VERIFIED.search(words):
        totals = [standings.find(one.board, context) or one for one in found]
        return [remember, reckoning.split(totals, context)]
    if question.act == "why" or _WHICH_COUNT.search(words) or _SOURCE.search(words):
        return [remember, reckoning.page(found[0], 0, context, next(iter(found[1:]), None))]
    return [remember, Say(*page(question, context))]


def _with_topics(question: Question, context: Context) -> Question:
    """The question with topics that only the rules of one's own boards know by these words."""
    slots = question.slots
    words = folded(question.text)
    if slots.get("topics") or slots.get("certifying_board") or not words:
        return question
    if credit_questions.asks_whether_counted(words):
        return question
    ruled = {
        topic for one in standings.of_licenses(context) for r in one.rules for topic in r.topics
    }
    said = [
        topic for topic in infer_topics(question.text, context.knowledge.topics) if topic in ruled
    ]
    return replace(question, slots={**slots, "topics": said}) if said else question


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    question = offers.asked(pressed, "credit_status")
    if question is not None:
        return answer(question, context)
    board, _, rest = pressed.argument.partition(",")
    match pressed.step:
        case "back":
            return [Edit(*page(last_question(context), context))]
        case "why" | "left":
            one = standings.find(board, context)
            if one is None:
                return start.outdated(context)
            place = int(rest) if rest.isdigit() else 0
            if pressed.step == "why":
                said = reckoning.page(one, place, context, _following(one, context))
            else:
                said = reckoning.left_out(one, place, context)
            return [Edit(said.key, said.values, said.buttons)]
        case "chart":
            found = [one for one in standings.everything(context) if one.board == board]
            return _charts(found, context) if found else start.outdated(context)
        case "answers":
            one = standings.find(board, context)
            return [_answers(one, context)] if one else start.outdated(context)
        case "topic" | "about" | "notabout" | "untopic":
            return topic_check.press(pressed, last_question(context), context)
        case _:
            return start.outdated(context)


def _following(one: Standing, context: Context) -> Standing | None:
    """The standing that was told after this one in the same answer."""
    told = asked(last_question(context), context)
    boards = [each.board for each in told]
    place = boards.index(one.board) + 1 if one.board in boards else len(boards)
    return told[place] if place < len(told) else None


def last_question(context: Context) -> Question:
    """The question about standings that was asked last; without one, about all licenses."""
    before = context.conversation.question
    if before is None or before.intent != "credit_status":
        return Question("credit_status")
    return before


def asked(question: Question, context: Context) -> tuple[Standing, ...]:
    """What the question is about, of the license type that it names."""
    found = standings.asked(question, context)
    wanted = question.slots.get("license_type")
    return tuple(one for one in found if wanted is None or one.type in (None, wanted))


def page(question: Question, context: Context) -> tuple[str, dict[str, Any], Rows]:
    """The whole answer as a message's key, values and buttons."""
    found = asked(question, context) or standings.of_licenses(context)
    if not found:
        said = _nothing(question, context)
        return said.key, dict(said.values), said.buttons
    return (
        "credit_status.standing",
        standing_words.told(found, question, context),
        (*_buttons(found, context), *hub.refresh_row(context)),
    )


def _nothing(question: Question, context: Context) -> Say:
    if not context.physician.licenses and not context.physician.certifications:
        offer = offers.ask("requirement", "credit_status.button.rules", question.slots)
        add = Button("credit_status.button.add", pack("licenses", "add"))
        rows = ((offer,), (add, menu.button()), (hub.connect_button(),))
        return Say("credit_status.stranger", {}, rows)
    return _not_held(question, context)


def _not_held(question: Question, context: Context) -> Say:
    knowledge = context.knowledge
    codes = question.slots.get("jurisdictions", ())
    kind = question.slots.get("license_type")
    names = [f"{knowledge.jurisdictions[code]} {kind or ''}".strip() for code in codes]
    if board := question.slots.get("certifying_board"):
        names.append(board)
    if not names and kind:
        names.append(kind)
    topics = [knowledge.topic_words(topic) for topic in question.slots.get("topics", ())]
    held_there = bool(set(codes) & set(context.states)) and not kind
    values = {"names": names, "topics": topics, "held": held_there}
    rules = offers.ask("requirement", "credit_status.button.rules", question.slots)
    mine = offers.ask("credit_status", "credit_status.button.mine")
    return Say("credit_status.not_held", values, ((rules, mine),))


# ── buttons ─────────────────────────────────────────────────────────────────────────────────


def _buttons(found: Sequence[Standing], context: Context) -> Rows:
    """At most four, the likeliest first: the open question, courses, a picture, how and why."""
    rows: list[tuple[Button, ...]] = []
    questions = [*fact_button(found, context), *topic_button(found, context)]
    rows += [(button,) for button in questions[:2]]
    find = find_button(found, context)
    board = found[0].board
    chart = Button("credit_status.button.chart", pack("credit_status", "chart", board))
    why = Button("credit_status.button.why", pack("credit_status", "why", board))
    if len(questions) > 1:
        return (*rows, tuple(find), (why,))
    rows += [(*find, chart), (why,)]
    if not questions and reckoning.has_answers(found[0], context):
        rows.append((reckoning.answers_button(found[0]),))
    return tuple(rows)


def fact_button(found: Sequence[Standing], context: Context) -> list[Button]:
    """The question that settles most of what is not yet known, in its own words."""
    for name in fact_words.missing(found, context):
        asking = fact_words.asking(name, context)
        if asking is not None:
            label = f"fact.button.label.{asking.word.id}"
            return [Button(label, pack("fact", "ask", fact_words.in_button(name)))]
    return []


def topic_button(found: Sequence[Standing], context: Context) -> list[Button]:
    """The offer to confirm what a credit is about, where that would serve an open rule."""
    offered = guesses(tuple(found))
    if not offered:
        return []
    values = {"topic": context.knowledge.topic_words(offered[0].topic)}
    data = pack("credit_status", "topic", f"{offered[0].credit.id}.{offered[0].topic}")
    return [Button("credit_status.button.topic", data, values=values)]


def find_button(found: Sequence[Standing], context: Context) -> list[Button]:
    """Courses for the first rule that is open, or for the hours of any topic."""
    for one in found:
        for rule in standings.in_state(one, State.NOT_MET):
            topic = standings.main_topic(rule, one, context) if rule.topics else None
            if topic is not None:
                values = {"topic": context.knowledge.topic_words(topic)}
                label = "credit_status.button.find"
                return [offers.ask("activity_search", label, {"topics": [topic]}, values=values)]
    if any(standings.in_state(one, State.NOT_MET) for one in found):
        return [offers.ask("activity_search", "credit_status.button.find_any")]
    return []


def button_back() -> Button:
    return Button("credit_status.button.back", pack("credit_status", "back"))


# ── the picture ─────────────────────────────────────────────────────────────────────────────


def _charts(found: Sequence[Standing], context: Context) -> Sequence[Effect]:
    """One picture a license; its caption gives the same figures in words."""
    return [_chart(one, context) for one in found]


def _chart(one: Standing, context: Context) -> Say:
    lines = [
        standing_words.line(rule, one, context)
        for rule in one.rules
        if rule.state is not State.DOES_NOT_APPLY
    ]
    values = {
        "verdict": standing_words.verdict(one, context),
        "lines": lines[:10],
        "more": max(0, len(lines) - 10),
        "idle": len(one.rules) - len(lines),
    }
    why = Button("credit_status.button.why", pack("credit_status", "why", one.board))
    picture = Attachment("photo", f"{one.board}.png", progress_chart(one))
    rows = ((why, pace.button(one.board)),)
    return Say("credit_status.chart", values, rows, attachment=picture)


# ── what was relied on ──────────────────────────────────────────────────────────────────────


def _answers(one: Standing, context: Context) -> Edit:
    """The answers that rules of this standing rest on, each with a button to change it."""
    names = reckoning.answers_of(one, context)[:MOST_CHANGES]
    entries = []
    buttons = []
    for place, name in enumerate(names, 1):
        asking = fact_words.asking(name, context)
        value = fact_words.known(name, context)
        assert asking is not None
        assert value is not None
        entries.append(
            {
                "question": asking.question,
                "value": fact_words.spoken(name, value, context),
                "rules": [
                    standing_words.shortened(rule.title)
                    for rule in one.rules
                    if name in fact_words.relied_on(rule, one, context)
                ],
            }
        )
        data = pack("fact", "ask", fact_words.in_button(name))
        buttons.append(Button("credit_status.button.change", data, values={"place": place}))
    rows = [tuple(buttons[place : place + 3]) for place in range(0, len(buttons), 3)]
    values = {"name": standing_words.name(one, context), "entries": entries}
    return Edit("credit_status.answers", values, (*rows, (button_back(),)))


DIALOG = Dialog(
    "credit_status",
    answer,
    intents=("credit_status",),
    command="credits",
    aliases=("status",),
    press=press,
    rereads=rereads,
)
