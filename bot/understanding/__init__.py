"""Text to question: what a physician's message asks, its slots, and what each was read from.

Pure: no clock, no store, no network. The words are data (`data/words/`), read once by
`load_lexicon`; `understand` does the rest.
"""

from datetime import date

from bot.model import Question
from bot.understanding.acts import ACTS
from bot.understanding.lexicon import Lexicon, load_lexicon
from bot.understanding.parts import questions
from bot.understanding.question import UNSURE
from bot.understanding.reading import read

__all__ = ["ACTS", "UNSURE", "Lexicon", "load_lexicon", "understand", "unread"]


def understand(
    text: str, today: date, lexicon: Lexicon, previous: Question | None = None
) -> tuple[Question, ...]:
    """The questions of a message, at least one; several where two are asked in one message.

    With `previous`, follow-ups ("and in Ohio?", "only free ones", "why?") inherit its intent and
    slots. A confidence below `UNSURE` means: offer guesses instead of an answer.
    """
    return questions(text, today, lexicon, previous)


def unread(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The words of a message that no list of the lexicon knows, as they were typed."""
    return read(text, lexicon).unknown
