"""Boards, topics, specialties, credit types and formats: which of the phrases found count.

A phrase counts by the words around it: "controlled substances" after "I don't prescribe" is no
topic, "heart" in "by heart" no specialty, "live" in "I live in Ohio" no format.
"""

from collections.abc import Sequence

from bot.understanding.gazetteer import Find
from bot.understanding.lexicon import Lexicon
from bot.understanding.words import Word, listed

_EDUCATION = listed(
    "cme course courses class classes training trainings hours hour hrs hr credit credits module"
    " modules education ce requirement requirements req mandate webinar webinars lecture lectures"
    " podcast podcasts seminar workshop conference talk talks activity activities topic update"
    " online free live cert certificate content cr program programs sessions session mgmt"
    " management one conferences workshops seminars meetings meeting updates symposium certs"
    " teaching learning day symposium h"
)
_NOT_PRONOUNS = frozenset({"i", "you", "we", "they", "people", "the", "most", "all"})
_LIVE_SUBJECTS = frozenset({"i", "we", "they", "you", "people", "but", "who", "to", "and"})
_SPECIALTY_STARTS = frozenset({"im", "i", "am", "a", "an", "as", "as a", "retired", "for"})
_REACH = 3
_BEING = listed("im am as for were was")
_PERMITS = listed("registration license licence permit number registrations certificate csr")
_WAYS_OF_WORK = listed(
    "doc docs doctor doctors physician physicians only license licenses practice visits work"
    " company registration provider providers job"
)
_PEOPLE = listed("physician physicians doctor doctors docs")
_ASKING = listed("often when why where many much long else how what which so and but or also then")
_NEXT_ONLY = listed("path primary surgical genetic imaging rehab sports trauma")
_COUNTED = listed("count carry roll expire have need transfer from that i earned apply go matter")
_NOT_A_DEGREE = listed("credit credits category manipulation manipulative certification")


def find_boards(folds: Sequence[str], lexicon: Lexicon, blocked: set[int]) -> tuple[Find, ...]:
    """Certifying boards by abbreviation, programme or full name."""
    return lexicon.boards.finds(folds, lambda find: _is_clear(find, blocked))


def find_credit_types(
    folds: Sequence[str], words: Sequence[Word], lexicon: Lexicon, blocked: set[int]
) -> tuple[Find, ...]:
    """Credit types; a bare "prescribed" or "1 a" counts only beside a word of credit."""

    def counts(find: Find) -> bool:
        if not _is_clear(find, blocked):
            return False
        after = folds[find.last] if find.last < len(folds) else ""
        if find.words == ("ama", "pra") and after in {"certificate", "award"}:
            return False
        if find.words == ("prescribed",):
            return words[find.first].is_capital or words[find.first].raw.istitle()
        if len(find.words) == 2 and find.words[0] in {"1", "2"}:  # noqa: PLR2004
            gap = words[find.first + 1].gap
            return gap in {"", "-"} and after not in {"day", "year"}
        return True

    found = lexicon.credit_types.finds(folds, counts)
    return () if any(_is_contrast(folds, find) for find in found) else found


def _is_contrast(folds: Sequence[str], find: Find) -> bool:
    """Whether another type follows by its number alone: "category 1 and 2"."""
    follow = [*folds[find.last : find.last + 2], "", ""]
    return follow[0] in {"and", "or", "vs", "versus", "to", "from"} and follow[1] in {
        "1", "2", "i", "ii", "one", "two",
    }  # fmt: skip


def find_topics(
    folds: Sequence[str], lexicon: Lexicon, blocked: set[int], fields: Sequence[Find]
) -> tuple[Find, ...]:
    """Topics of education; `fields` are specialties that would cover the same words."""

    def counts(find: Find) -> bool:
        if not _is_clear(find, blocked):
            return False
        if any(len(f) > len(find) and find.overlaps(f) for f in fields):
            return False
        text = " ".join(find.words)
        after = folds[find.last] if find.last < len(folds) else ""
        if find.value == "telehealth" and after in _WAYS_OF_WORK:
            return False
        if find.value == "controlled-substances" and after in _PERMITS:
            return False
        before = folds[find.first - 1] if find.first else ""
        is_named = before in {"on", "about", "covering"} or _has_near(folds, find, _EDUCATION)
        if text in lexicon.everyday_topics and not is_named:
            return False
        if text == "mate" and find.first and folds[find.first - 1] in {"my", "a", "thanks", "hey"}:
            return folds[find.first - 1] == "my" and _has_near(folds, find, _EDUCATION)
        return not _is_prescribed(folds, find, lexicon)

    return lexicon.topics.finds(folds, counts)


def _is_prescribed(folds: Sequence[str], find: Find, lexicon: Lexicon) -> bool:
    """Whether the topic names what someone prescribes or treats, not what is taught."""
    after = folds[find.last] if find.last < len(folds) else ""
    if after in _EDUCATION or after in {"prescribing", "law", "rules"}:
        return False
    for back in range(1, _REACH + 1):
        i = find.first - back
        if i < 0:
            return False
        if folds[i] in lexicon.prescribing:
            lead = folds[i - 1] if i else ""
            return folds[i] != "prescribing" or lead in {"im", "am", "not", "stopped", "are"}
        if folds[i] not in {"any", "no", "many", "the", "or", "and", "for", "to", "controlled",
                            "patients", "chronic", "with", "lots", "of"}:  # fmt: skip
            return False
    return False


def find_specialties(
    folds: Sequence[str], words: Sequence[Word], lexicon: Lexicon, blocked: set[int]
) -> tuple[Find, ...]:
    """Fields of medicine; short and everyday names only beside a word of the field."""

    def counts(find: Find) -> bool:
        if not _is_clear(find, blocked):
            return False
        text = " ".join(find.words)
        if text not in lexicon.shy_specialties:
            return True
        if (
            find.first > 1
            and folds[find.first - 1] in {"a", "an"}
            and folds[find.first - 2] in _BEING
        ):
            return True
        if text in {"em", "im", "er", "ir", "ob", "gi", "ent", "fm", "fp", "gp", "icu", "pem"}:
            word = words[find.first]
            if text == "im" and not word.raw.isupper() and word.raw != "im":
                return False
            is_capital = word.is_capital and not all(w.raw.isupper() for w in words)
            if is_capital and text not in {"im", "er"}:
                return True
            if text == "im":
                if tuple(folds[find.last : find.last + 2]) == ("board", "certified"):
                    return False
                after = folds[find.last] if find.last < len(folds) else ""
                if find.first and folds[find.first - 1] in {"in", "for", "of"}:
                    return True
                return after in lexicon.field_words and after not in {"live", "a", "free", "online"}
        if text in _NEXT_ONLY:
            after = folds[find.last] if find.last < len(folds) else ""
            return after in lexicon.field_words
        if tuple(folds[find.last : find.last + 2]) == ("in", "person"):
            return True
        return _has_near(folds, find, lexicon.field_words, reach=2) or (len(folds) <= _REACH)

    return lexicon.specialties.finds(folds, counts)


def find_formats(folds: Sequence[str], lexicon: Lexicon, blocked: set[int]) -> tuple[Find, ...]:
    """Formats; "live" only where it is no verb."""

    def counts(find: Find) -> bool:
        if not _is_clear(find, blocked):
            return False
        before = folds[find.first - 1] if find.first else ""
        after = folds[find.last] if find.last < len(folds) else ""
        if find.words == ("live",):
            return (before not in _LIVE_SUBJECTS and after not in {"in", "near", "at"}) or (
                before in {"and", "to"} and after in _EDUCATION
            )
        if find.words == ("pod",):
            return after in _EDUCATION or after in {"about", "on", "for", "episode", "episodes"}
        if find.words in {("web",), ("internet",), ("remote",), ("article",)}:
            is_named = after in _EDUCATION | {""} or before in {
                "free",
                "by",
                "via",
                "over",
                "journal",
            }
            return is_named or after == "based"
        if find.words == ("recorded",) and after not in _EDUCATION | {"videos", "video", "stuff"}:
            return find.first == 0 or before in {"online", "any", "for", "only"}
        if find.words in {("recorded",), ("recording",)}:
            return before not in {"is", "are", "been", "get", "be", "was", "not"}
        if find.words in {("journal",), ("journals",)}:
            return after not in {"of", "club"}
        return find.words != ("anytime",)

    return lexicon.formats.finds(folds, counts)


def find_license_types(
    words: Sequence[Word], folds: Sequence[str], blocked: set[int]
) -> tuple[Find, ...]:
    """MD or DO as the license; "do" is mostly the verb and "MD" may be Maryland."""
    letters = [w for w in words if w.raw.isalpha()]
    is_shouted = len(letters) > 1 and all(w.raw.isupper() for w in letters)
    found = []
    for i, fold in enumerate(folds):
        if i in blocked:
            continue
        before = folds[i - 1] if i else ""
        after = folds[i + 1] if i + 1 < len(folds) else ""
        if fold == "md" or fold in {"mds", "allopathic"}:
            found.append(Find("MD", i, i + 1, (fold,)))
        elif fold == "dos" and before not in {"and", "ms"}:
            found.append(Find("DO", i, i + 1, (fold,)))
        elif fold in {"osteopath", "osteopaths", "osteopathic"}:
            if before != "american" and after not in _NOT_A_DEGREE:
                found.append(Find("DO", i, i + 1, (fold,)))
        elif fold == "do" and _is_degree(words, i, is_shouted=is_shouted):
            found.append(Find("DO", i, i + 1, (fold,)))
    return tuple(found)


def _is_degree(words: Sequence[Word], i: int, *, is_shouted: bool) -> bool:
    before, after, second = (
        words[k].fold if 0 <= k < len(words) else "" for k in (i - 1, i + 1, i + 2)
    )
    word = words[i]
    nouns = {"license", "licence", "licenses", "board", "boards", "physician", "physicians",
             "requirements", "requirement", "doctor", "doctors", "docs", "renewal", "reqs",
             "cme", "side", "rules", "hours", "here", "lic", "degree"}  # fmt: skip
    if word.is_capital and not is_shouted:
        return not (i == 0 and after in {"i", "you", "we", "they", "dos", "all", "the", "my"})
    if not before and after in {"hours", "cme", "side", "here", "lic"}:
        return False
    if after in {"hours", "credits", "physicians"} and second in _COUNTED:
        return False
    if before in {"a", "an", "as", "md", "or"} and after not in {"i", "we", "you", "it"}:
        return before != "or" or after in nouns | {""}
    if after == "boards" and (not before or before in _ASKING):
        return False
    if after in _PEOPLE and (not before or before in _ASKING):
        return False
    return after in nouns and before not in {"i", "we", "you", "to", "how", "what", "they"}


def _is_clear(find: Find, blocked: set[int]) -> bool:
    return not any(i in blocked for i in range(find.first, find.last))


def _has_near(folds: Sequence[str], find: Find, near: frozenset[str], reach: int = _REACH) -> bool:
    around = [
        *folds[max(0, find.first - reach) : find.first],
        *folds[find.last : find.last + reach],
    ]
    return any(word in near for word in around) or len(folds) == len(find)
