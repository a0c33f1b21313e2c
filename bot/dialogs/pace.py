"""A picture of one license's pace: credits over the cycle against what an even pace asks for."""

from collections.abc import Sequence

from bot.buttons import Press, pack
from bot.dialogs import offers, standing_words, standings
from bot.dialogs.context import Context, Dialog
from bot.dialogs.knowledge import folded
from bot.documents.charts import pace_chart, pace_of
from bot.model import Attachment, Button, Effect, Question, Remember, Rows, Say, Standing
from bot.understanding import understand

OTHERS = 4
"""Further licenses and certificates with a button of their own."""

MOST_WORDS = 8
"""A longer message is not just about a picture."""

_PICTURE = frozenset({"graph", "pace", "plot"})


def claims(text: str) -> bool:
    """Whether words ask for a picture of the pace."""
    words = folded(text).split()
    said = set(words)
    return len(words) <= MOST_WORDS and (bool(said & _PICTURE) or {"over", "time"} <= said)


def button(board: str = "") -> Button:
    """The button that shows the pace of a license; without a board, of the most urgent one."""
    return Button("pace.button.open", pack("pace", "show", board))


def answer(question: Question, context: Context) -> Sequence[Effect]:
    slots = question.slots
    if question.text and not slots:
        # After the command: "/chart california".
        slots = understand(question.text, context.today, context.knowledge.lexicon)[0].slots
    codes = slots.get("jurisdictions", ())
    boards = context.knowledge.boards
    held = (one.board for one in context.physician.licenses)
    wanted = next((one for one in held if boards[one].jurisdiction in codes), "")
    return [
        Remember(question),
        _pace(wanted or slots.get("certifying_board") or "", context),
    ]


def press(pressed: Press, context: Context) -> Sequence[Effect]:
    return [_pace(pressed.argument, context)]


def _pace(board: str, context: Context) -> Say:
    """The picture with the same figures in words."""
    found = [one for one in standings.everything(context) if one.holder != "federal"]
    one = next((item for item in found if not board or item.board == board), None)
    if one is None:
        rules = offers.ask("requirement", "credit_status.button.rules")
        return Say("pace.unknown", {"name": ""}, ((rules,),))
    name = standing_words.name(one, context)
    pace, picture = pace_of(one, context.today), pace_chart(one, context.today)
    rows = _others(one, found, context)
    last = one.cycle.last_day
    if pace is None or picture is None or last is None:
        return Say("pace.unknown", {"name": name}, rows)
    values = {
        "name": name,
        "title": pace.title.rstrip("."),
        "have": pace.have,
        "need": pace.need,
        "unit": "h" if pace.unit == "credits" else pace.unit,
        "ahead": pace.ahead,
        "last": last,
        "left": (last - context.today).days,
    }
    return Say("pace.shown", values, rows, Attachment("photo", "credits-over-time.png", picture))


def _others(one: Standing, found: Sequence[Standing], context: Context) -> Rows:
    others = [
        Button(standing_words.name(other, context), pack("pace", "show", other.board), literal=True)
        for other in found
        if other.board != one.board
    ][:OTHERS]
    mine = offers.ask("credit_status", "credit_status.button.open")
    return (*(tuple(others[at : at + 2]) for at in range(0, len(others), 2)), (mine,))


DIALOG = Dialog(
    "pace",
    answer,
    command="pace",
    aliases=("chart",),
    listed=False,
    press=press,
    claims=claims,
)
