"""The hub account: connecting this chat to it, reading it, what it brings, and letting it go."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zlib import crc32

from bot.buttons import Press, pack
from bot.dialogs import hub_begin, hub_profile, hub_words, missing_match, offers, start
from bot.dialogs.context import Context, Dialog
from bot.dialogs.hub_changes import Moved, credit_of_values, helped, set_back
from bot.model import (
    AcknowledgePress,
    Button,
    ChangeHubLink,
    Credit,
    Edit,
    Effect,
    EndHubLink,
    EndWatch,
    Incoming,
    Notify,
    Question,
    Rows,
    RunErrand,
    Say,
)

JUST_NOW = timedelta(seconds=30)
"""A copy so young is not read again on demand."""

ONE_BY_ONE = 3
"""Arrived credits that are each told with what they help; more are told together."""

LISTED = 6
"""Credits named in one message."""

REFUSALS = {
    "no_hub": "hub.no_hub",
    "unlinked": "hub.not_linked",
    "too_many": "hub.too_many",
    "not_now": "hub.not_now",
    "down": "hub.no_code",
}


def answer(question: Question, context: Context) -> Sequence[Effect]:
    """`/link`, `/sync` and free words about the account."""
    if question.intent == "sync":
        return _refresh(context)
    wanted = hub_words.wish(question.text)
    match wanted:
        case "disconnect":
            return disconnect(context)
        case "refresh":
            return _refresh(context)
        case "news_on" | "news_off":
            return _news(context, wanted=wanted == "news_on")
        case "why":
            return [Say("hub.why", _status(context), _why_buttons(context))]
        case "wrong" if context.physician.hub:
            return [Say("hub.wrong", _status(context), ((_other(), _disconnect_button()),))]
        case "code":
            return _connect(context, again=True)
        case _:
            return [_connected(context)] if context.physician.hub else _connect(context)


def disconnect(context: Context) -> Sequence[Effect]:
    """`/unlink`: at once here; the hub is told as soon as it can be reached."""
    if context.physician.hub is None:
        return [EndHubLink("pending"), Say("hub.was_not_linked", {}, ((connect_button(),),))]
    kept = sum(one.hub_id is not None for one in context.physician.credits)
    rows: list[tuple[Button, ...]] = []
    if kept:
        rows.append((Button("hub.button.forget", pack("hub", "forget"), danger=True),))
    rows.append((connect_button(),))
    values = _status(context) | {"kept": kept}
    return [EndHubLink("link"), Say("hub.disconnected", values, tuple(rows))]


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    if (question := offers.asked(pressed, "link_account")) is not None:
        return answer(question, context)
    match pressed.step:
        case "connect":
            return [_connected(context)] if context.physician.hub else _connect(context)
        case "other" | "again":
            return _connect(context, again=True)
        case "refresh":
            return _refresh(context)
        case "disconnect":
            return disconnect(context)
        case "stop":
            return [EndHubLink("pending"), Edit("hub.given_up", _status(context))]
        case "forget" if context.physician.hub is None:
            return [EndHubLink("credits"), Edit("hub.forgotten")]
        case "news":
            return _news(context, wanted=pressed.argument == "on", edits=True)
        case "take" | "all" | "pass":
            return _decided(pressed, context)
        case _:
            return start.outdated(context)


def refresh_button(context: Context) -> Button | None:
    """For under a standing: reads the hub again, and says how old the copy is."""
    if context.physician.hub is None:
        return None
    values = {"age": _age(context.physician.synced_at, context.now)}
    return Button("hub.button.refresh", pack("hub", "refresh"), values=values)


def refresh_row(context: Context) -> Rows:
    """`refresh_button` as a row of its own; no row where no account is linked."""
    button = refresh_button(context)
    return ((button,),) if button else ()


def connect_button() -> Button:
    """Begins to connect a hub account, wherever it is offered."""
    return Button("hub.button.connect", pack("hub", "connect"))


def copy_values(context: Context) -> dict[str, Any]:
    """For the text `hub.copy`: how old the bot's copy is, and whether the hub answers."""
    hub = context.physician.hub
    return {
        "read_at": context.physician.synced_at,
        "age": _age(context.physician.synced_at, context.now),
        "failing": bool(hub and hub.failing_since),
    }


# ── connecting ──────────────────────────────────────────────────────────────────────────────


def _connect(context: Context, *, again: bool = False) -> Sequence[Effect]:
    return [Say("hub.beginning"), hub_begin.begin(context, again=again)]


def _code(code: Mapping[str, Any], context: Context) -> Sequence[Effect]:
    """Code and page, both names, and the way out."""
    hub = context.physician.hub
    left = datetime.fromisoformat(code["expires_at"]) - context.now
    values = {
        "code": code["code"],
        "chat_name": code["chat_name"],
        "owner": code["owner"],
        "minutes": max(1, round(left.total_seconds() / 60)),
        "linked_to": hub.name if hub else None,
    }
    page = Button("hub.button.page", url=code["page"])
    copy = Button("hub.button.copy", copy=code["code"])
    label = "hub.button.not_mine" if code["owner"] else "hub.button.stop"
    stop = Button(label, pack("hub", "stop"))
    return [Say("hub.code", values, ((page,), (copy, stop)))]


def _linked(linked: Mapping[str, Any], context: Context) -> Sequence[Effect]:
    """The link stands; asked once whether arriving credits shall be told."""
    hub = context.physician.hub
    asked = hub is not None and hub.news is None
    rows: Rows = (_news_buttons(),) if asked else ()
    return [Say("hub.linked", {**linked, "asked": asked}, rows)]


def _connected(context: Context) -> Say:
    hub = context.physician.hub
    news = hub is not None and hub.news is True
    rows = (
        (Button("hub.button.refresh_now", pack("hub", "refresh")),),
        (
            Button(
                "hub.button.news_off" if news else "hub.button.news_on",
                pack("hub", "news", "off" if news else "on"),
            ),
        ),
        (_other(), _disconnect_button()),
    )
    return Say("hub.connected", _status(context), rows)


def _status(context: Context) -> dict[str, Any]:
    hub, read = context.physician.hub, context.physician.synced_at
    return {
        "name": hub.name if hub else None,
        "since": hub.since if hub else None,
        "news": hub.news if hub else None,
        "failing": bool(hub and hub.failing_since),
        "read_at": read,
        "age": _age(read, context.now),
        "credits": sum(one.hub_id is not None for one in context.physician.credits),
    }


def _why_buttons(context: Context) -> Rows:
    if context.physician.hub is not None:
        return ((_disconnect_button(),),)
    return ((connect_button(), offers.ask("privacy", "privacy.button.open")),)


def _other() -> Button:
    return Button("hub.button.other", pack("hub", "other"))


def _disconnect_button() -> Button:
    return Button("hub.button.disconnect", pack("hub", "disconnect"))


# ── reading ─────────────────────────────────────────────────────────────────────────────────


def _refresh(context: Context) -> Sequence[Effect]:
    hub, read = context.physician.hub, context.physician.synced_at
    if hub is None:
        return [Say("hub.not_linked", {}, ((connect_button(),),))]
    if read is not None and context.now - read < JUST_NOW and not hub.failing_since:
        return [Say("hub.read_just_now", _status(context), _standing_button())]
    return [Say("hub.reading", _status(context)), RunErrand("hub_refresh", "hub")]


def _standing_button() -> Rows:
    return ((offers.ask("credit_status", "credit_status.button.open"),),)


def hears(incoming: Incoming, context: Context) -> Sequence[Effect]:
    """What came of asking the hub."""
    result = incoming.result
    if "code" in result:
        return _code(result["code"], context)
    if "linked" in result:
        return _linked(result["linked"], context)
    if "read" in result:
        return _read(result["read"], context)
    if "down" in result:
        key = "hub.down_first" if result["down"]["first"] else "hub.down"
        return [Say(key, _status(context), () if result["down"]["first"] else _standing_button())]
    if "ended" in result:
        return _ended(result["ended"], context)
    if "also" in result:
        key = f"hub_also:{context.physician.id}:{result['also']['at']}"
        rows: Rows = ((_disconnect_button(),),)
        return [Notify(key, Say("hub.also_linked", _status(context), rows))]
    return _came_to_nothing(result, context)


def _came_to_nothing(result: Mapping[str, Any], context: Context) -> Sequence[Effect]:
    again = Button("hub.button.again", pack("hub", "again"))
    if result.get("refused") == "dead_link":
        return [Say("hub.dead_link", {}, ((again,),)), *start.answer(Question("help"), context)]
    if "denied" in result:
        return [Say("hub.denied", _status(context), ((again,),))]
    if "expired" in result:
        return [Say("hub.expired", _status(context), ((again,),))]
    key = REFUSALS.get(str(result.get("refused")), "hub.not_now")
    rows = ((again,),) if key in ("hub.no_code", "hub.not_now") else ()
    return [Say(key, {"contact": context.knowledge.contact}, rows)]


def _ended(ended: Mapping[str, Any], context: Context) -> Sequence[Effect]:
    values = _status(context) | {"name": ended["name"]}
    said = Say("hub.ended", values, ((connect_button(),),))
    if ended["asked"]:
        return [said]
    return [Notify(f"hub_ended:{context.physician.id}:{ended['at']}", said)]


def _read(read: Mapping[str, Any], context: Context) -> Sequence[Effect]:
    arrived = _credits(read["arrived"], context)
    withdrawn = [credit_of_values(values) for values in read["withdrawn"]]
    corrected = [credit_of_values(values) for values in read["corrected"]]
    proposal = () if read["asked"] else _proposal(context, asked=False)
    watched = _watched(arrived, context, asked=read["asked"])
    if read["asked"]:
        values = _status(context) | {
            "first": read["first"],
            "unread": read["unread"],
            "arrived": [_line(one, helped(one, context)) for one in arrived[-LISTED:]],
            "more": max(0, len(arrived) - LISTED),
            "sum": sum((one.amount for one in arrived if one.type != "moc"), Decimal(0)),
            "count": len(arrived),
            "withdrawn": [_line(one, set_back(one, context)) for one in withdrawn[:LISTED]],
            "corrected": [_correction(one, context) for one in corrected[:LISTED]],
        }
        said = Say("hub.read", values, _standing_button())
        return [said, *_proposal(context, asked=True), *watched]
    return [*watched, *_news_of(arrived, corrected, withdrawn, context), *proposal]


def _credits(numbers: Sequence[str], context: Context) -> list[Credit]:
    """The credits of these numbers as they stand in the record now, the earliest first."""
    wanted = set(numbers)
    return [credit for credit in context.physician.credits if credit.hub_id in wanted]


def _line(credit: Credit, moved: Moved | None) -> dict[str, Any]:
    return {
        "title": credit.title,
        "amount": credit.amount,
        "type": credit.type,
        "board": credit.board,
        "day": credit.completed_on,
        "provider": credit.provider,
        "moved": moved,
    }


def _arrived(credit: Credit, context: Context) -> dict[str, Any]:
    guessed = [context.knowledge.topic_name(topic).lower() for topic in credit.inferred]
    return _line(credit, helped(credit, context)) | {"guessed": guessed}


def _correction(before: Credit, context: Context) -> dict[str, Any]:
    now = next((one for one in context.physician.credits if one.hub_id == before.hub_id), before)
    return _line(now, set_back(before, context) or helped(now, context)) | {
        "was": before.amount,
        "was_day": before.completed_on,
    }


# ── news ────────────────────────────────────────────────────────────────────────────────────


def _news_of(
    arrived: Sequence[Credit],
    corrected: Sequence[Credit],
    withdrawn: Sequence[Credit],
    context: Context,
) -> Sequence[Effect]:
    """Arrivals are told to who wants it; what is taken back to everybody who has not said no."""
    hub = context.physician.hub
    wanted = hub.news if hub else None
    mine = context.physician.id
    rows = _standing_button()
    news: list[Effect] = []
    if wanted and len(arrived) > ONE_BY_ONE:
        values = {
            "count": len(arrived),
            "sum": sum((one.amount for one in arrived if one.type != "moc"), Decimal(0)),
            "arrived": [_line(one, None) for one in arrived[-LISTED:]],
            "more": max(0, len(arrived) - LISTED),
        }
        key = f"credits:{mine}:{arrived[-1].hub_id}:{len(arrived)}"
        news.append(Notify(key, Say("hub.many_arrived", values, rows)))
    elif wanted:
        news += [
            Notify(
                f"credit:{mine}:{one.hub_id}",
                Say("hub.arrived", _arrived(one, context), rows),
            )
            for one in arrived
        ]
    if wanted is False:
        return news
    for one in corrected:
        values = _correction(one, context)
        key = f"corrected:{mine}:{one.hub_id}:{values['amount']}:{values['day']}"
        news.append(Notify(key, Say("hub.corrected", values, rows)))
    for one in withdrawn:
        values = _line(one, set_back(one, context))
        news.append(Notify(f"withdrawn:{mine}:{one.hub_id}", Say("hub.withdrawn", values, rows)))
    return news


def _watched(arrived: Sequence[Credit], context: Context, *, asked: bool) -> Sequence[Effect]:
    """Credits that were waited for: told whatever was said of news, and no longer waited for."""
    effects: list[Effect] = []
    for watch in context.physician.watches:
        found = missing_match.arrival(watch, arrived)
        if found is None or watch.id is None:
            continue
        credit, sure = found
        values = _line(credit, helped(credit, context)) | {"wanted": watch.title, "sure": sure}
        rows = _standing_button()
        if sure:
            effects.append(EndWatch(watch.id))
        else:
            done = pack("missing_credit", "stop", str(watch.id))
            keep = pack("missing_credit", "list")
            rows = ((Button("hub.button.that_is_it", done), Button("hub.button.still", keep)),)
        said = Say("hub.watched_arrived", values, rows)
        key = f"watched:{context.physician.id}:{watch.id}:{credit.hub_id}"
        effects.append(said if asked else Notify(key, said))
    return effects


def _news(context: Context, *, wanted: bool, edits: bool = False) -> Sequence[Effect]:
    if context.physician.hub is None:
        key = "hub.news_needs_link" if wanted else "hub.no_news_anyway"
        return [Say(key, {}, ((connect_button(),),))]
    other = Button(
        "hub.button.news_off" if wanted else "hub.button.news_on",
        pack("hub", "news", "off" if wanted else "on"),
    )
    key = "hub.news_on" if wanted else "hub.news_off"
    said = (Edit if edits else Say)(key, {}, ((other,),))
    return [ChangeHubLink({"news": wanted}), said]


def _news_buttons() -> tuple[Button, ...]:
    yes = Button("hub.button.news_yes", pack("hub", "news", "on"))
    no = Button("hub.button.news_no", pack("hub", "news", "off"))
    return (yes, no)


# ── what the hub says of the person ─────────────────────────────────────────────────────────


def _proposal(context: Context, *, asked: bool) -> Sequence[Effect]:
    pieces = hub_profile.proposed(context)
    if not pieces:
        return ()
    values, rows = _proposal_parts(pieces)
    said = Say("hub.proposal", values, rows)
    if asked:
        return [said]
    # A digest, because the keys of news are not sealed.
    digest = crc32(";".join(piece.key for piece in pieces).encode())
    return [Notify(f"hub_proposal:{context.physician.id}:{digest:08x}", said)]


def _proposal_parts(pieces: Sequence[hub_profile.Piece]) -> tuple[dict[str, Any], Rows]:
    values = {"lines": [piece.line for piece in pieces]}
    whole = Button("hub.button.all", pack("hub", "all"), values={"count": len(pieces)})
    passed = Button("hub.button.pass", pack("hub", "pass"), values={"count": len(pieces)})
    if len(pieces) == 1:
        return values, ((whole, passed),)
    each = [
        Button("hub.button.take", pack("hub", "take", piece.key), values=piece.line)
        for piece in pieces[:LISTED]
    ]
    pairs = tuple(tuple(each[place : place + 2]) for place in range(0, len(each), 2))
    return values, ((whole, passed), *pairs)


def _decided(pressed: Press, context: Context) -> Sequence[Effect]:
    """Pieces taken over or passed, and what is left of the proposal in the same message."""
    hub = context.physician.hub
    pieces = hub_profile.proposed(context)
    if hub is None or not pieces:
        return start.outdated(context)
    if pressed.step == "pass":
        passed = [*hub.passed, *(piece.key for piece in pieces)]
        return [ChangeHubLink({"passed": passed}), Edit("hub.passed")]
    taken = [piece for piece in pieces if pressed.step == "all" or piece.key == pressed.argument]
    if not taken:
        return start.outdated(context)
    left = hub_profile.without(pieces, [piece.key for piece in taken])
    changes = [piece.change for piece in taken]
    if left:
        values, rows = _proposal_parts(left)
        return [*changes, AcknowledgePress("hub.taken_notice"), Edit("hub.proposal", values, rows)]
    values = {"lines": [piece.line for piece in taken]}
    return [*changes, Edit("hub.taken", values, _standing_button())]


# ── how old the copy is ─────────────────────────────────────────────────────────────────────


def _age(read_at: datetime | None, now: datetime) -> dict[str, Any] | None:
    """How long ago the hub was read, in the largest unit that fits: minutes, hours or days."""
    if read_at is None:
        return None
    minutes = max(0, int((now - read_at).total_seconds() // 60))
    for unit, size in (("day", 24 * 60), ("hour", 60)):
        if minutes >= size:
            return {"count": minutes // size, "unit": unit}
    return {"count": minutes, "unit": "minute"}


DIALOG = Dialog(
    "hub",
    answer,
    intents=("link_account",),
    command="link",
    aliases=("sync", "refresh"),
    press=press,
    hears=hears,
    claims=hub_words.is_about_news,
)
