"""One question read from one piece of text, without what was said before."""

from datetime import date, timedelta

from bot.model import Guess, Question
from bot.understanding.amounts import read_amounts
from bot.understanding.dates import read_spans
from bot.understanding.lexicon import Lexicon
from bot.understanding.reading import Reading, read
from bot.understanding.slots import fill

UNSURE = 0.5
"""Below this confidence a message counts as not understood: guesses are offered instead."""

_RUNNERS_UP = 3
_LEAST_SHARE = 0.02
_NAMES_ALONE = frozenset({"<jurisdictions>", "<certifying_board>", "<license_type>", "?", "!"})
_NAME_ALONE = 0.6
_RECENT = timedelta(days=70)
_EARNED = 2.0
"""Points for a credit where an amount stands beside a day of the last weeks."""


def ask(text: str, today: date, lexicon: Lexicon) -> Question:
    """What a text asks by itself: intent, slots, confidence and what each was read from."""
    return from_reading(read(text, lexicon), today, lexicon)


def from_reading(reading: Reading, today: date, lexicon: Lexicon) -> Question:
    """The question of a message already read."""
    shares = lexicon.scorer.shares(reading.canonical, _hints(reading, today))
    intent, share = shares[0]
    slots, evidence = fill(reading, intent, today, lexicon)
    reasons = lexicon.scorer.reasons(reading.canonical, intent)
    if reasons:
        evidence["intent"] = ", ".join(reasons)
    return Question(
        intent=intent,
        slots=slots,
        confidence=round(share * _understood(reading), 3),
        text=reading.text,
        runners_up=tuple(
            Guess(other, round(chance * _understood(reading), 3))
            for other, chance in shares[1 : 1 + _RUNNERS_UP]
            if chance >= _LEAST_SHARE
        ),
        evidence=evidence,
    )


def _hints(reading: Reading, today: date) -> dict[str, float]:
    """What the calendar says of an intent: an amount beside a day just past was earned then."""
    spans = read_spans(reading.folds, today, "past")
    dated = frozenset(i for span in spans for i in range(span.first, span.last))
    if not any(a.unit in {"credits", "bare"} for a in read_amounts(reading.folds, dated)):
        return {}
    is_recent = any(
        span.day and not span.is_bound and timedelta(0) <= today - span.day <= _RECENT
        for span in spans
    )
    return {"add_credit": _EARNED} if is_recent else {}


def _understood(reading: Reading) -> float:
    """The share of words that mean anything: nonsense lowers every confidence."""
    if not reading.canonical:
        return 0.0
    unknown = len(reading.unknown)
    if set(reading.canonical) <= _NAMES_ALONE:
        return _NAME_ALONE
    known = max(0, len(reading.canonical) - unknown)
    return 1.0 if unknown == 0 else min(1.0, (known + 0.5) / (known + unknown + 0.5) + 0.15)
