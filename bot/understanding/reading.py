"""One message read: its words, what was found in them, and their canonical form.

The canonical form is what intents are scored on: typing errors and short forms put right, plurals
cut, and every name replaced by its kind, so that "hrs for tx" and "hours for Ohio" are alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding import fields
from bot.understanding.amounts import read_amounts
from bot.understanding.canonical import canonize
from bot.understanding.gazetteer import Find
from bot.understanding.jurisdictions import find_jurisdictions
from bot.understanding.lexicon import Lexicon
from bot.understanding.places import find_cities, find_providers
from bot.understanding.words import Word, cut, listed

_LONGEST_NAME = 5
"""Letters of capitals up to which a word is an abbreviation and not misspelt."""
_JOINS = frozenset({"and", "plus"})
_NEGATIONS = frozenset({"not", "except", "excluding", "excl", "minus", "besides", "without", "nor"})
_FILLERS = frozenset({"in", "for", "the", "from", "at", "my", "a", "an", "any", "about"})
_TWO_WORDS = frozenset(
    {("other", "than"), ("instead", "of"), ("rather", "than"), ("aside", "from"),
     ("apart", "from"), ("dont", "mean"), ("dont", "want"), ("didnt", "mean"), ("except", "for"),
     ("no", "more"), ("anything", "but"), ("all", "but"), ("everywhere", "but"), ("state", "but"),
     ("states", "but"), ("any", "but"), ("anywhere", "but")}
)  # fmt: skip
_FIELD = listed(
    "cme ce hour hours hrs hr h credit credits cr moc license licence licensed lic renew renewal"
    " renewals board boards requirement requirements require requires required req reqs course"
    " courses training class classes webinar webinars conference conferences meeting meetings"
    " audit mandate mandated mandatory expire expires expiration exp deadline due topic topics"
    " transcript remind reminder reminders alert alerts practice practicing medical medicine"
    " points pts status progress track compliant compliance need needs left missing owe done"
    " finish complete completed physician physicians doctor doctors doc docs state states dea"
    " carry carryover cycle report certificate certificates free online live category cat plan"
    " activity activities rule rules law laws short gap gaps reinstate move moved moving moonlight"
    " locums exempt exemption waiver retired telehealth register registration due remaining"
    " outstanding hold holding add drop remove update new lapse lapsed active inactive"
)


@dataclass(frozen=True)
class Reading:
    """A message's words and all that was found, by kind; `negated` finds are told apart."""

    text: str
    words: tuple[Word, ...]
    folds: tuple[str, ...]
    fixed: tuple[str, ...]
    finds: dict[str, tuple[Find, ...]]
    negated: dict[str, tuple[Find, ...]]
    canonical: tuple[str, ...]
    unknown: tuple[str, ...]

    def quote(self, find: Find) -> str:
        """The words of a find as they were typed."""
        return self.text[self.words[find.first].start : self.words[find.last - 1].end]


def read(text: str, lexicon: Lexicon) -> Reading:
    """Read a message: no intent yet, only what its words are."""
    words = cut(text)
    folds = tuple(word.fold for word in words)
    spelling = lexicon.spelling
    is_shouted = all(word.is_capital for word in words if word.raw.isalpha())
    fixed = tuple(
        word.fold
        if word.is_capital and not is_shouted and len(word.fold) <= _LONGEST_NAME
        else spelling.corrected(word.fold)
        for word in words
    )
    finds: dict[str, tuple[Find, ...]] = {}
    blocked: set[int] = set()

    def take(kind: str, found: Sequence[Find]) -> None:
        finds[kind] = tuple(found)
        if kind == "proper_name":
            return
        blocked.update(i for find in found for i in range(find.first, find.last))

    take("certifying_board", fields.find_boards(fixed, lexicon, blocked))
    take("proper_name", lexicon.jurisdictions.proper_names.finds(fixed))
    take("provider", find_providers(words, folds, fixed, lexicon, finds["certifying_board"]))
    topics = [f for f in lexicon.topics.finds(fixed) if len(f) > 1]
    take(
        "jurisdictions",
        find_jurisdictions(
            words,
            folds,
            spelling.known,
            lexicon.jurisdictions,
            [*finds["certifying_board"], *finds["proper_name"], *finds["provider"], *topics],
            is_field=any(f in _FIELD for f in fixed) or bool(topics) or bool(blocked),
            marks=_marks(folds, fixed, lexicon),
        ),
    )
    take("credit_type", fields.find_credit_types(fixed, words, lexicon, blocked))
    specialties = fields.find_specialties(fixed, words, lexicon, blocked)
    take("topics", fields.find_topics(fixed, lexicon, blocked, specialties))
    take("specialty", fields.find_specialties(fixed, words, lexicon, blocked))
    take("format", fields.find_formats(fixed, lexicon, blocked))
    take("license_type", fields.find_license_types(words, folds, blocked))
    not_free = lexicon.not_free.finds(fixed)
    take("free", [f for f in lexicon.free.finds(fixed) if not any(map(f.overlaps, not_free))])
    take("city", find_cities(folds, fixed, lexicon, blocked))
    kept, negated = _without_negated(finds, folds)
    canonical, unknown = canonize(folds, fixed, finds, lexicon)
    return Reading(text, words, folds, fixed, kept, negated, canonical, unknown)


def _marks(folds: Sequence[str], fixed: Sequence[str], lexicon: Lexicon) -> frozenset[int]:
    """The words of topics and amounts."""
    amounts = [amount for amount in read_amounts(folds) if amount.unit == "credits"]
    spans = [(find.first, find.last) for find in lexicon.topics.finds(fixed)]
    spans.extend((amount.first, amount.last) for amount in amounts)
    return frozenset(i for first, last in spans for i in range(first, last))


def _without_negated(
    finds: dict[str, tuple[Find, ...]], folds: Sequence[str]
) -> tuple[dict[str, tuple[Find, ...]], dict[str, tuple[Find, ...]]]:
    kept: dict[str, tuple[Find, ...]] = {}
    negated: dict[str, tuple[Find, ...]] = {}
    for kind, found in finds.items():
        out: list[Find] = []
        for find in found:
            joined = out and out[-1].last + 1 == find.first and folds[out[-1].last] in {"and", "or"}
            if joined or is_negated(folds, find.first):
                out.append(find)
        kept[kind] = tuple(f for f in found if f not in out)
        negated[kind] = tuple(out)
    return kept, negated


def is_negated(folds: Sequence[str], first: int) -> bool:
    """Whether "not", "except", "other than", ... stand before word `first`."""
    i = first - 1
    steps = 0
    while i >= 0 and folds[i] in _FILLERS and steps < 2:  # noqa: PLR2004
        if i and (folds[i - 1], folds[i]) in _TWO_WORDS:
            return True
        i, steps = i - 1, steps + 1
    if i < 0:
        return False
    if i and (folds[i - 1], folds[i]) in _TWO_WORDS:
        return True
    return folds[i] in _NEGATIONS and not (i and folds[i - 1] in {"why", "if", "or", "whether"})


def read_jurisdictions(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The jurisdictions of an answer to "which state?", where a bare code counts, in order."""
    folds = [word.fold for word in cut(text)]
    found = [find.value for find in read(text, lexicon).finds["jurisdictions"]]
    if not found or len(folds) > len(found):
        codes = lexicon.jurisdictions.codes
        listed_codes = [codes[fold] for fold in folds if fold in codes]
        if len(listed_codes) + sum(fold in _JOINS for fold in folds) == len(folds):
            found = listed_codes
    return tuple(dict.fromkeys(found))
