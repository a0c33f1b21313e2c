"""An Activity cell of CME Passport cut in two: the title's lines and the provider's."""

from collections.abc import Sequence
from functools import cache

from bot.documents.transcripts import headers
from bot.documents.transcripts.pages import TextLine

LINKING = frozenset(
    {"and", "of", "for", "the", "in", "on", "to", "with", "a", "an", "&", "at", "/"}
)
"""Words that neither end a title nor begin a provider's name."""


def title_and_provider(lines: Sequence[TextLine], reach: float) -> tuple[str, str | None]:
    """The title and the provider of a cell; `reach` is the right end of the column.

    They part where the font changes; else where a line was ended although the next word had room;
    else, where every line is full, before the lines that read most like an organization's name.
    """
    if len(lines) < 2:  # noqa: PLR2004
        return _joined(lines), None
    at = _font_change(lines) or _last_chosen_end(lines, reach) or _likeliest(lines)
    return _joined(lines[:at]), _joined(lines[at:])


def _joined(lines: Sequence[TextLine]) -> str:
    return " ".join(line.text for line in lines)


def _font_change(lines: Sequence[TextLine]) -> int | None:
    fonts = [line.words[0].font for line in lines]
    changes = [at for at in range(1, len(fonts)) if fonts[at] != fonts[at - 1]]
    return changes[0] if len(changes) == 1 else None


def _last_chosen_end(lines: Sequence[TextLine], reach: float) -> int | None:
    for at in range(len(lines) - 1, 0, -1):
        before, word = lines[at - 1].words[-1], lines[at].words[0]
        space = (word.bottom - word.top) * 0.3
        if before.x1 + space + (word.x1 - word.x0) <= reach:
            return at
    return None


def _likeliest(lines: Sequence[TextLine]) -> int:
    """The last of equally likely places: a provider seldom takes more than one line."""
    places = range(len(lines) - 1, max(len(lines) - 4, 0), -1)
    return max(places, key=lambda at: _likeness(_joined(lines[:at]), _joined(lines[at:])))


def _likeness(title: str, provider: str) -> int:
    words = [word.strip(",.;()").casefold() for word in provider.split()]
    last = title.rsplit(maxsplit=1)[-1].casefold()
    return (
        3 * (words[0] in _beginnings())
        + (-3 if len(words) == 1 and words[0] in _kinds() else bool(_kinds() & set(words)))
        - 4 * (last in LINKING or last.endswith((":", ",", "-", "/")) or words[0] in LINKING)
        - 4 * (title.count("(") > title.count(")"))
    )


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(headers.words("providers")["beginnings"])


@cache
def _kinds() -> frozenset[str]:
    return frozenset(headers.words("providers")["kinds"])
