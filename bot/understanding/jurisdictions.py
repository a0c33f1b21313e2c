"""Which of the 56 jurisdictions a message names, and never one that it does not.

Names count with their typing errors; a code counts by its capitals or its neighbours, since OR,
IN, ME, OK or PA are words as well; a proper name such as "Washington University" holds none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understanding.gazetteer import Find, Gazetteer
from bot.understanding.words import Word, listed, phrase

_SHORT = 4
_MIDDLE = 8
_JOINS = frozenset({"and", "or", "plus", "vs", "n"})
_WANTS = listed(
    "want need require accept take allow have ask audit count still demand say make let charge"
    " mandate expect recognize honor exempt care get see"
)
_CLOSERS = listed("satisfy finish complete meet cover wrap close do renew tackle about")
_ENDING = listed("pa ma mo ms co mi al de")
_BEFORE_PEOPLE = listed("a an the my our as with ask by another his her no any")
_OPENING_NAMES = listed(
    "wisc wis mass mich minn penn tenn conn tex wash nebr nev oreg kans colo wyo jersey bama"
)
_OPENING = listed("pa ma co mo ms mi ga il mt ar al")
_OSTEOPATHS = listed("osteopathic osteopath osteopaths dos osteo")
_REQUIRES = listed("require requires state law laws and need needs do does")
_DIRECTIONS = listed("north south west n s w no so")
_LEADS = listed("in for from licensed toward towards to with satisfy finish")
_ASKING = listed("how what when am do is are whats must which")
_PROFESSION_LEADS = frozenset({"a", "an", "as", "am", "im", "physician", "our", "two", "the"})
_DEGREE_LEADS = frozenset(
    {"a", "an", "as", "am", "im", "dr", "phd", "any", "us", "every", "i", "both"}
)


@dataclass(frozen=True)
class JurisdictionWords:
    """What `data/words/jurisdictions.toml` and `data/jurisdictions.json` hold, made ready."""

    names: Gazetteer
    proper_names: Gazetteer
    codes: Mapping[str, str]
    shy: frozenset[str]
    everyday: frozenset[str]
    hard: frozenset[str]
    lower_with_support: frozenset[str]
    before: frozenset[str]
    after: frozenset[str]
    pronoun: frozenset[str]
    never_before: Mapping[str, frozenset[str]]
    never: frozenset[str]
    full: Mapping[str, str]
    pairs: Mapping[str, tuple[str, ...]]

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """The words of names long enough to be read with a typing error."""
        return tuple(sorted(w for w in self.parts if len(w) > _SHORT))

    @cached_property
    def parts(self) -> frozenset[str]:
        """The words of full names, without the shortest."""
        words = {w for name in self.full.values() for w in phrase(name)}
        return frozenset(w for w in words if len(w) >= _SHORT)

    def names_hours(self, fold: str) -> bool:
        """Whether a word speaks of hours, licenses or boards; "required" alone does not."""
        return fold in self.after and fold not in _REQUIRES

    def possessed(self, fold: str) -> str | None:
        """The name in "Idaho's" or "idahos"."""
        return fold[:-1] if fold.endswith("s") and fold[:-1] in self.parts else None

    def spelled(self, fold: str) -> str | None:
        """The word of a jurisdiction's name that a misspelt word means, if only one is near."""
        if len(fold) <= _SHORT or fold in self.never or not fold.isalpha():
            return None
        limit = 1 if len(fold) < _MIDDLE else 2
        found = process.extract(
            fold, self.spellings, scorer=OSA.distance, score_cutoff=limit, limit=None
        )
        near = [
            (int(distance), word)
            for word, distance, _ in found
            if (fold[0] == word[0] or sorted(fold[:2]) == sorted(word[:2]))
            or (distance == 1 and len(fold) > _SHORT + 1)
        ]
        near.sort()
        if not near or (len(near) > 1 and near[0][0] == near[1][0]):
            return None
        return near[0][1]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """What the reading of one code looks at."""

    words: Sequence[Word]
    folds: Sequence[str]
    is_shouted: bool
    is_field: bool
    marks: frozenset[int]

    def before(self, i: int) -> str:
        return self.folds[i - 1] if i else ""

    def after(self, i: int) -> str:
        return self.folds[i + 1] if i + 1 < len(self.folds) else ""

    def ends_at(self, i: int) -> bool:
        """Whether nothing, or only a mark, follows word `i`."""
        return (
            i + 1 >= len(self.words)
            or any(c in self.words[i + 1].gap for c in ",;:.()-/")
            or self.folds[i + 1] in {"?", "!", "please", "pls", "plz"}
        )


def find_jurisdictions(
    words: Sequence[Word],
    folds: Sequence[str],
    known: frozenset[str],
    data: JurisdictionWords,
    taken: Sequence[Find] = (),
    *,
    is_field: bool = True,
    marks: frozenset[int] = frozenset(),
) -> tuple[Find, ...]:
    """All jurisdictions named, in order, negated ones too.

    `known` are words spelled right; `taken` are proper names that hold no jurisdiction;
    `is_field` says whether the message speaks of CME at all; `marks` are the words of topics and
    amounts, beside which a code may stand ("child abuse pa 3 hrs").
    """
    blocked = {i for find in taken for i in range(find.first, find.last)}
    pairs = [
        Find(code, i, i + 1, (fold,))
        for i, fold in enumerate(folds)
        if i not in blocked and words[i].raw.isalpha() and folds[max(0, i - 1)] not in _DIRECTIONS
        for code in data.pairs.get(fold, ())
    ]
    blocked.update(find.first for find in pairs)
    spelled = [
        fold
        if i in blocked
        else data.possessed(fold) or (fold if fold in known else data.spelled(fold) or fold)
        for i, fold in enumerate(folds)
    ]
    letters = [w for w in words if w.raw.isalpha()]
    is_shouted = len(letters) > 1 and all(w.raw.isupper() for w in letters)
    sentence = _Sentence(words, folds, is_shouted, is_field, marks)

    def counts(find: Find) -> bool:
        if any(i in blocked for i in range(find.first, find.last)):
            return False
        if len(find) == 1 and find.words[0] in data.shy:
            return _is_supported(sentence, find.first, data)
        return True

    found = [*pairs, *data.names.finds(spelled, counts)]
    held = {i for find in found for i in range(find.first, find.last)} | blocked
    weak: list[Find] = []
    for i, fold in enumerate(folds):
        code = data.codes.get(fold)
        if code is None or i in held or len(words[i].raw.replace(".", "")) != len(fold):
            continue
        verdict = _is_code(sentence, i, data, held)
        if verdict:
            found.append(Find(code, i, i + 1, (fold,)))
            held.add(i)
        elif verdict is None:
            weak.append(Find(code, i, i + 1, (fold,)))
    found.extend(_listed(sentence, found, weak, data))
    found = [find for find in found if not _is_degree_after_all(sentence, find, found)]
    return tuple(sorted(found, key=lambda find: find.first))


def _listed(
    sentence: _Sentence, found: list[Find], weak: list[Find], data: JurisdictionWords
) -> list[Find]:
    """Unsure codes that stand in a list with a sure one: "tx and ok", "pa, md, va"."""
    accepted: list[Find] = []
    sure = list(found)
    changed = True
    while changed:
        changed = False
        for find in weak:
            if find in accepted:
                continue
            if _may_be_listed(sentence, find, sure, data) and any(
                _are_joined(sentence, one, find) for one in sure
            ):
                accepted.append(find)
                sure.append(find)
                changed = True
    return accepted


def _may_be_listed(
    sentence: _Sentence, find: Find, sure: list[Find], data: JurisdictionWords
) -> bool:
    """Whether an unsure code may be one of a list; "in" before a name is the preposition."""
    if find.words[0] not in {"in", "or", "as", "me", "hi", "ok", "oh"}:
        return True
    if find.words[0] != "in" and sentence.after(find.first) in data.after:
        return True
    is_set_apart = find.last < len(sentence.words) and "," in sentence.words[find.last].gap
    is_before_name = any(one.first == find.last for one in sure)
    return sentence.ends_at(find.first) and (is_set_apart or not is_before_name)


def _are_joined(sentence: _Sentence, one: Find, other: Find) -> bool:
    left, right = (one, other) if one.first < other.first else (other, one)
    between = range(left.last, right.first)
    if len(between) == 1:
        return sentence.folds[left.last] in _JOINS
    if len(between) == 0:
        return any(c in sentence.words[right.first].gap for c in ",/&+")
    return False


def _opens(sentence: _Sentence, i: int) -> bool:
    """Whether a short name begins the message ("wisc opioid hours"), not "wash my hands"."""
    is_object_next = sentence.after(i) in {"my", "the", "your", "our", "a", "me", "it"}
    return i == 0 and sentence.folds[0] in _OPENING_NAMES and not is_object_next


def _is_supported(sentence: _Sentence, i: int, data: JurisdictionWords) -> bool:
    before, after = sentence.before(i), sentence.after(i)
    if sentence.folds[i] == "main":
        return before in {"in", "for"} and (sentence.ends_at(i) or after in data.after)
    if len(sentence.folds) == 1 or _opens(sentence, i):
        return True
    if before in {"does", "do", "did", "will", "has"} and after in _WANTS:
        return True
    return (before in _LEADS and after not in {"of", "general"}) or after in data.after


def _is_code(sentence: _Sentence, i: int, data: JurisdictionWords, held: set[int]) -> bool | None:
    """True: a jurisdiction; False: not; None: only in a list with a sure one."""
    fold, before, after = sentence.folds[i], sentence.before(i), sentence.after(i)
    is_capital = sentence.words[i].is_capital and not sentence.is_shouted
    is_dotted = "." in sentence.words[i].raw
    if (before, fold, i) == ("in", "me", 1) and after in _ASKING:
        return True
    if after in data.never_before.get(fold, frozenset()) and not (
        is_capital and before in {"in", "for", "my"} and fold in {"me", "in", "ok", "oh", "as"}
    ):
        return False
    if fold == "md":
        return _is_maryland(sentence, i, data, held)
    if fold == "va" and before == "the" and after not in data.after:
        return False
    if fold == "pa" and before in _PROFESSION_LEADS and after not in data.after:
        return False
    if len(sentence.folds) == 1:
        return fold not in data.everyday or sentence.words[i].is_capital
    if is_capital or is_dotted:
        return _is_capital_code(sentence, i, data)
    if fold not in data.lower_with_support:
        return not (fold == "nd" and before.isdigit())
    if fold not in data.everyday:
        is_near = i == 0 or before in data.before or after in data.after or sentence.ends_at(i)
        return True if sentence.is_field and is_near else None
    return _is_everyday_code(sentence, i, data)


def _is_capital_code(sentence: _Sentence, i: int, data: JurisdictionWords) -> bool | None:
    fold, before, after = sentence.folds[i], sentence.before(i), sentence.after(i)
    if fold not in data.hard:
        return True
    if fold == "me" and before in data.pronoun and after not in data.after:
        return None
    if fold in {"ok", "oh", "hi"} and i == 0 and after not in data.after:
        return ":" in sentence.words[1].gap or "-" in sentence.words[1].gap
    if i == 0 and fold in {"or", "in", "me", "pa", "ma", "co", "de", "la", "id"}:
        return True
    if fold in {"or", "in"} and not sentence.ends_at(i) and after not in data.after:
        return before in {"in", "for", "does", "my", "licensed"} or None
    if before in data.before or after in data.after or i == 0 or sentence.ends_at(i):
        return True
    return None


def _is_everyday_code(sentence: _Sentence, i: int, data: JurisdictionWords) -> bool | None:
    fold, before, after = sentence.folds[i], sentence.before(i), sentence.after(i)
    if fold == "me" and before in data.pronoun:
        return False
    if fold in {"as", "vi"}:
        return None
    is_led = before in {"in", "for", "from", "licensed"}
    if before in {"does", "do", "will"} and after in _WANTS:
        return True
    if fold == "me" and before != "in":
        is_led = False
    if fold in {"in", "or", "me", "hi", "ok", "oh"}:
        if is_led and (sentence.ends_at(i) or after in data.after):
            return (
                fold != "or" or bool(sentence.marks) or any(map(data.names_hours, sentence.folds))
            )
        is_start = i == 0 and fold not in {"in", "me"} and after in data.after
        is_license = after in {"license", "lic", "licence"} and before in {
            "my", "the", "renew", "add", "new", "drop", "remove", "lapsed", "active", "update",
        }  # fmt: skip
        return True if is_start or is_license else None
    if is_led and not (fold == "la" and after == ""):
        return True
    if after in data.after and (i == 0 or before in data.before):
        return True
    if i == 0 and fold in _OPENING and sentence.is_field:
        return True
    is_whole = sentence.ends_at(i) or after in {"for", "by", "before", "in"}
    if before in _CLOSERS and is_whole and fold in _OPENING:
        return True
    if fold in _ENDING and sentence.is_field and i + 1 == len(sentence.folds):
        return before not in _BEFORE_PEOPLE or None
    if fold in _OPENING and {i - 1, i + 1} & sentence.marks:
        return True
    return True if sentence.is_field and sentence.ends_at(i) and before in data.after else None


def _is_maryland(
    sentence: _Sentence, i: int, data: JurisdictionWords, held: set[int]
) -> bool | None:
    """Whether "MD" is Maryland and not the degree."""
    before, after = sentence.before(i), sentence.after(i)
    around = (sentence.before(i - 1) if i else "", sentence.folds[i + 2 : i + 3])
    if after in {"board", "side"} and ("do", after) in pairwise(sentence.folds):
        return False
    if (before in _JOINS and around[0] == "do") or (after in _JOINS and around[1] == ("do",)):
        return False
    is_beside_state = i - 1 in held or i + 1 in held
    if is_beside_state or before in _DEGREE_LEADS or after in {"do", "or"} or before == "or":
        return None if not is_beside_state else _comma(sentence, i)
    if before in {"in", "from"}:
        return True
    if before == "for":
        return sentence.ends_at(i) or after in data.after - {"license", "licensed", "lic"}
    if after in {"license", "licensed", "lic", "licenses"}:
        return None
    return True if after in data.after else None


def _is_degree_after_all(sentence: _Sentence, find: Find, found: Sequence[Find]) -> bool:
    """Whether "md" stands beside another state, or against osteopaths, and so is the degree."""
    if find.words != ("md",):
        return False
    before, after = sentence.before(find.first), sentence.after(find.first)
    if after in {"board", "side", "license"} and _OSTEOPATHS & set(sentence.folds):
        return True
    others = [one for one in found if one is not find]
    is_named = before in {"in", "from", "to"} or any(
        _are_joined(sentence, one, find) for one in others
    )
    return bool(others) and not is_named


def _comma(sentence: _Sentence, i: int) -> bool | None:
    return None if any(c in sentence.words[i].gap for c in ",/&+") else False
