"""Facts about oneself in free words: "I don't prescribe", "no DEA", "I treat patients"."""

import re

from bot.dialogs.knowledge import folded

_SAID = (
    ("prescribes_buprenorphine", r"prescri\w+ (?:any )?(?:buprenorphine|suboxone)"),
    ("prescribes_opioids", r"prescri\w+ (?:any )?(?:opioids?|opiates?|narcotics?)"),
    (
        "prescribes_controlled",
        r"prescri\w+ (?:any )?(?:controlled|scheduled?|cds)(?: (?:substances?|drugs?|meds?))?",
    ),
    ("dea", r"(?:have|hold|got|no|need|without|do) (?:an? |my |any )?dea\b(?! (?:renew|expire))"),
    ("treats_children", r"(?:see|treat|seeing|treating) (?:any |sick )?(?:kids|children|minors)\b"),
    (
        "emergency_room",
        r"\b(?:work|working|shifts?) (?:\w+ )?(?:in|at) (?:the |an )?(?:er|ed|emergency)\b",
    ),
    ("obstetric_care", r"\b(?:deliver|delivering) (?:any )?babies\b|\bobstetric care\b"),
    (
        "recommends_cannabis",
        r"\b(?:recommend|certify|prescribe) (?:\w+ )?(?:cannabis|marijuana)\b",
    ),
    ("direct_patient_care", r"(?:see|treat|seeing|treating) (?:any )?patients|patient care"),
    ("resident", r"\b(?:resident|in residency|in fellowship)\b"),
    ("active_duty", r"\bactive duty\b"),
    ("pain_clinic", r"\bpain clinic\b"),
)
"""Facts and the folded words that speak of them."""

_PRESCRIBING = re.compile(r"\bprescri(?:be|bing|bed)\b")
_NO = re.compile(
    r"\b(?:dont|do not|not|never|no|no longer|stop|stopped|quit|without|havent|neither|isnt)\b"
)
_REACH = 4
"""How many words before it a negation still holds."""


def said_facts(text: str) -> dict[str, bool]:
    """What a message says of its writer, by fact; nothing where it says none.

    Who prescribes nothing prescribes no controlled substances and no opioids either; who
    prescribes has said nothing of those.
    """
    words = folded(text)
    said = {
        fact: not _is_negated(words, found)
        for fact, pattern in _SAID
        if (found := re.search(pattern, words))
    }
    found = _PRESCRIBING.search(words)
    if found and not any(fact.startswith("prescribes") for fact in said):
        if _is_negated(words, found):
            return {**said, "prescribes_any": False, "prescribes_controlled": False}
        return {**said, "prescribes_any": True}
    return said


def _is_negated(words: str, found: re.Match[str]) -> bool:
    before = words[: found.start()].split()[-_REACH:]
    inside = found.group().split()[0]
    return bool(_NO.search(" ".join([*before, inside])))
