"""Words that ask where a credit is: told apart from a standing, and what they say of the course."""

import re
from dataclasses import dataclass
from datetime import date

from bot.dialogs.context import Context
from bot.dialogs.knowledge import folded
from bot.understanding.dates import read_span
from bot.understanding.words import cut

_THING = (
    r"(?:credits?|cmes?|points|moc|hours|hrs|course|class|activity|webinar|conference|lecture|talk"
    r"|session|module|grand rounds|rounds|journal club|training|completion)"
)
_NOT = r"(?:not|isnt|arent|doesnt|dont|never|didnt|hasnt|havent|wont|cant|still no|no)"
_PLACE = r"(?:transcript|record|passport|pars|hub|account|profile)"

_ASKED = re.compile(
    rf"\bwhere(?:s| is| are| did| has| have| the)\b(?! (?:can|do|i|to)\b).{{0,30}}\b{_THING}\b"
    rf"|\b{_THING}\b.{{0,60}}\b{_NOT}\b.{{0,14}}"
    r"\b(?:show|showing|shown|appear|appeared|appearing|arrive|arrived|posted|reported|there|listed"
    r"|credited|come|came|in|up)\b"
    rf"|\b{_NOT}\b.{{0,12}}\b(?:get|got|receive|received|given|see|seeing)\b"
    r" (?:my |any |the |a )?(?:cme |moc |ce )?(?:credits?|points|hours)\b.{0,8}\b(?:for|from)\b"
    rf"|\b{_NOT}\b.{{0,12}}\b(?:on|in) (?:my |the )?(?:cme )?{_PLACE}\b"
    rf"|\b{_THING}\b.{{0,60}}\b(?:is|are|its|went|gone|still|has been)? ?(?:gone )?missing\b"
    r"|\bmissing (?:my |a |some )?(?:cme |moc |ce )?credits? (?:from|for)\b"
    r"|^(?:my )?(?:missing|lost) (?:cme |moc |ce )?(?:credits?|points)$"
    r"|\bhow (?:long|soon|come).{0,20}\bmy .{0,10}\bcredits?\b.{0,20}"
    r"\b(?:show|arrive|posted|reported|appear)"
)
_OTHER = re.compile(
    r"\b(?:am i|i am|im|what am i|whats|what is|what else is|anything) missing\b"
    r"|\b(?:count|counts|counted|counting|toward|towards|required|requirement|need|needed)\b"
    r"|\bwhere (?:can|do|to|i)\b|\b(?:refund|certificate|license)\b"
)

_LIST = re.compile(
    r"\b(?:what|which|list|show|see|my)\b.{0,25}\b(?:watch|watches|watching|watched|waiting for)\b"
    r"|^watch ?list$|^watching$"
)
_STOP = re.compile(
    r"\b(?:stop|end|cancel|quit|drop|remove|no more)\b.{0,15}\b(?:watch|watches|watching)\b"
)

_UNCARRIED = (
    ("aafp-elective", re.compile(r"\belective\b")),
    ("aafp-prescribed", re.compile(r"\baafp\b|\bprescribed credits?\b")),
    ("aoa-1b", re.compile(r"\b1 ?b\b")),
    ("aoa-2a", re.compile(r"\b2 ?a\b")),
    ("aoa-2b", re.compile(r"\b2 ?b\b")),
    ("aoa-1a", re.compile(r"\b1 ?a\b|\baoa\b")),
    ("ama-pra-2", re.compile(r"\bcat(?:egory)? (?:2|ii|two)\b")),
)
"""Types of credit that nobody reports to the hub, as they are said; the narrower ones first."""

_IDLE = frozenset(
    """
    a aafp about account activity after again ago all already also am ama an and any anything aoa
    appear appeared appearing are arent arrive arrived as at attended be been but by came can cant
    cat category ce class cme cmes come completed completion conference course credit credited
    credits did didnt do does doesnt done dont elective ended even finished for from get given go
    gone got had has hasnt have havent hello hey hi hours how hrs hub i id im in is isnt it its
    just last lecture listed long lost me missing moc module month months my never no not now of
    on one or out over pars passport past please pls points posted pra prescribed profile receive
    received record report reported see seeing session show showing shown since so some soon still
    take taken that the their them then there they thing this those to today took training
    transcript up us was we webinar week weeks went were what whats when where wheres which why
    with wont year years yesterday yet you your
    """.split()  # noqa: SIM905 - a list of words reads best as one
)
_DATED = re.compile(
    r"^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)$"
    r"|^(?:mon|tues|wednes|thurs|fri|satur|sun)day$|^\d+(?:st|nd|rd|th)?$"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of a course: words of its title or provider, and between which days."""

    words: str
    first: date | None = None
    last: date | None = None


def claims(text: str) -> bool:
    """Whether words ask where a credit is, or are about credits that are waited for."""
    words = folded(text)
    return is_list(text) or is_stop(text) or bool(_ASKED.search(words) and not _OTHER.search(words))


def is_list(text: str) -> bool:
    """Whether words ask what is waited for."""
    return bool(_LIST.search(folded(text))) and not is_stop(text)


def is_stop(text: str) -> bool:
    """Whether words say to wait no longer."""
    return bool(_STOP.search(folded(text)))


def said_type(text: str) -> str | None:
    """The type of credit that a message names, if it is one that the hub does not carry."""
    words = folded(text)
    return next((kind for kind, said in _UNCARRIED if said.search(words)), None)


def told(text: str, context: Context) -> Told:
    """What a message says of the course; `words` is empty where it says nothing."""
    span = read_span(text, context.today, "past")
    first, last = span or (None, None)
    if first is not None and first > context.today:
        first = last = None
    said = [word.fold for word in cut(text)]
    kept = [word for word in said if word not in _IDLE and not _DATED.match(word)]
    return Told(" ".join(kept), first, last or first)
