"""Cities and organizers: proper names, of which the exact span is kept.

Known names come from lists; unknown ones are read from their shape ("University of Utah", "the
Ohio State Medical Association") or from the word before them ("from", "against", "near").
"""

from collections.abc import Sequence

from bot.understanding.gazetteer import Find
from bot.understanding.lexicon import Lexicon
from bot.understanding.words import Word, listed

_ORGANIZER_LEADS = frozenset(
    {"from", "by", "at", "with", "against", "via", "through", "thru", "on", "called"}
)
_PLACE_LEADS = frozenset({"in", "near", "around", "at", "to", "visiting", "outside"})
_HEADS = listed(
    "university clinic hospital hospitals institute academy college foundation society association"
    " healthcare school"
)
_ORG_AFTER_STATE = frozenset(
    {
        ("medical", "association"),
        ("medical", "society"),
        ("state", "medical"),
        ("state", "university"),
        ("hospital", "association"),
        ("osteopathic", "association"),
        ("osteopathic", "medical"),
        ("psychiatric", "society"),
        ("heart", "institute"),
        ("childrens", "hospital"),
        ("academy", ""),
        ("chapter", ""),
        ("university", ""),
    }
)
_NO_ORGANIZER_BEFORE = listed(
    "credit credits prescribed elective member pra cat category act points"
)
_OFFERINGS = listed(
    "course courses conference conferences meeting meetings webinar webinars annual lecture"
    " lectures activity activities modules module podcast podcasts episode episodes video videos"
    " series journal quiz congress symposium summit review update updates academy cme credits"
)
_EVERYDAY_NAMES = listed("chest rush ash ace hippo ethos ascension leapfrog omed usc ses")
_NAME_STARTS = frozenset({"american", "national", "society", "international", "royal", "southern"})
_NAME_HEADS = frozenset({"college", "academy", "society", "association", "board"})
_FOLLOWS_CITY = listed("clinic university medical hospital health childrens general children board")
_LONGEST_NAME = 8
_LOOSE_LEADS = frozenset({"to", "attended"})


def find_providers(
    words: Sequence[Word],
    folds: Sequence[str],
    fixed: Sequence[str],
    lexicon: Lexicon,
    boards: Sequence[Find],
) -> tuple[Find, ...]:
    """Organizers of education by list, by shape; never a board."""
    blocked = {i for find in boards for i in range(find.first, find.last)}
    shouted = all(w.raw.isupper() for w in words if w.raw.isalpha())

    def counts(find: Find) -> bool:
        if any(i in blocked for i in range(find.first, find.last)):
            return False
        if " ".join(find.words) not in lexicon.shy_providers:
            return True
        before = folds[find.first - 1] if find.first else ""
        if before == "the" and find.first > 1:
            before = folds[find.first - 2]
        after = folds[find.last] if find.last < len(folds) else ""
        soon = folds[find.last : find.last + 3]
        if after in _NO_ORGANIZER_BEFORE:
            return False
        if before in _ORGANIZER_LEADS or _stands_alone(words, find):
            return True
        is_capital = words[find.first].is_capital and not shouted
        if find.first == 0 and find.words[0] not in _EVERYDAY_NAMES:
            return is_capital or any(f in _OFFERINGS for f in soon)
        if is_capital and (before in {"to", "attended"} or any(f in _OFFERINGS for f in soon)):
            return True
        return after in {"meeting", "conference", "annual"}

    known = lexicon.providers.finds(folds, counts)
    shaped = _shaped(words, fixed, lexicon, blocked)
    result: list[Find] = []
    for find in sorted([*known, *shaped], key=lambda f: (-len(f), f.first)):
        if not any(find.overlaps(other) for other in result):
            result.append(find)
    return tuple(sorted(result, key=lambda f: f.first))


def _stands_alone(words: Sequence[Word], find: Find) -> bool:
    """Whether commas or a colon set a name apart: "cme: ACEP, 18 hours"."""
    is_after_mark = any(c in words[find.first].gap for c in ",:")
    is_last = find.last == len(words)
    return is_after_mark and (is_last or any(c in words[find.last].gap for c in ",;"))


def _shaped(
    words: Sequence[Word],
    fixed: Sequence[str],
    lexicon: Lexicon,
    blocked: set[int],
) -> list[Find]:
    found: list[Find] = []
    for i, fold in enumerate(fixed):
        if i in blocked:
            continue
        after = [*fixed[i + 1 : i + 3], "", ""][:2]
        if fold == "university" and after[0] == "of" and i + 2 < len(fixed):
            state = lexicon.jurisdictions.names.at(fixed, i + 2)
            last = state.last if state else i + 3
            found.append(Find("", i, last, ("university",)))
            continue
        state = lexicon.jurisdictions.names.at(fixed, i)
        if state:
            follow = [*fixed[state.last : state.last + 2], "", ""][:2]
            if (follow[0], follow[1]) in _ORG_AFTER_STATE or (follow[0], "") in _ORG_AFTER_STATE:
                last = _name_end(words, fixed, state.last)
                found.append(Find("", i, last, ("state",)))
            continue
        if fold in _NAME_STARTS and any(w in _NAME_HEADS - {"board"} for w in fixed[i + 1 : i + 3]):
            found.append(Find("", i, _name_end(words, fixed, i), ("society",)))
        elif (
            fold in {"university", "clinic"}
            and i
            and words[i].raw[0].isupper()
            and (words[i - 1].raw[0].isupper())
        ):
            found.append(Find("", i - 1, i + 1, ("university",)))
    return found


_NAME_JOINS = frozenset({"of", "and", "the", "for"})
_NAME_STOPS = listed(
    "course courses webinar conference meeting activity annual on about yesterday today last was"
    " is in credits credit hours hour cme from by to at complaint for ethics opioid opioids pain"
    " risk webinars courses podcast podcasts course training cat category moc"
)


def _name_end(words: Sequence[Word], fixed: Sequence[str], first: int) -> int:
    """Where a name that begins at `first` ends: at a number, a mark or a word of no name."""
    last = first
    for i in range(first, min(len(fixed), first + _LONGEST_NAME)):
        if fixed[i] in _NAME_STOPS or fixed[i][0].isdigit() or (i > first and "," in words[i].gap):
            break
        last = i + 1
    while last > first + 1 and fixed[last - 1] in _NAME_JOINS:
        last -= 1
    return last


def find_cities(
    folds: Sequence[str],
    fixed: Sequence[str],
    lexicon: Lexicon,
    blocked: set[int],
) -> tuple[Find, ...]:
    """Cities by list; an everyday word only after "in", "near" or "around"."""

    def counts(find: Find) -> bool:
        if any(i in blocked for i in range(find.first, find.last)):
            return False
        before = folds[find.first - 1] if find.first else ""
        after = folds[find.last] if find.last < len(folds) else ""
        if after in _FOLLOWS_CITY:
            return False
        is_shy = " ".join(find.words) in lexicon.shy_cities
        return before in _PLACE_LEADS or not is_shy

    return lexicon.cities.finds(fixed, counts)


def find_unlisted(
    words: Sequence[Word],
    fixed: Sequence[str],
    held: set[int],
    lexicon: Lexicon,
    leads: Sequence[str],
) -> Find | None:
    """A name after one of the lead words: words no list knows, or words with a capital.

    After "to" and "attended" only capitals count.
    """
    plain_text = not any(w.raw[0].isupper() for w in words[1:])
    for i, fold in enumerate(fixed[:-1]):
        if fold not in leads or i in held:
            continue
        first = i + 2 if fixed[i + 1] == "the" else i + 1
        last = first
        for k in range(first, min(len(fixed), first + 4)):
            if k in held or not words[k].raw[0].isalpha():
                break
            if k > first and any(c in words[k].gap for c in ",.;:!?()"):
                break
            is_unknown = fixed[k] not in lexicon.spelling.known and fold not in _LOOSE_LEADS
            is_named = words[k].raw[0].isupper() and not plain_text
            if not (is_unknown or is_named):
                break
            last = k + 1
        if last > first:
            return Find("", first, last)
    return None
