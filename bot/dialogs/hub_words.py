"""What words about the hub account want: connect, disconnect, read again, news, or an explanation.

Understanding says only that a message is about the account; what it wants of it is told apart
here, the least harmful reading last.
"""

import re
from typing import Literal

from bot.dialogs.knowledge import folded

Wish = Literal["connect", "disconnect", "refresh", "news_on", "news_off", "why", "wrong", "code"]

_NEWS = re.compile(
    r"\b(?:credit news|news about (?:my )?credits?)\b"
    r"|\b(?:when|once|if|as soon as|whenever)\b.{0,20}\bcredits?\b.{0,25}"
    r"\b(?:arrives?|comes?|lands?|posts?|shows? up|is reported|are reported|gets? reported)\b"
)
_NOT = re.compile(
    r"\b(?:stop|no|dont|do not|off|end|quit|without|never|disable|mute|unsubscribe)\b"
)
_TELL = re.compile(
    r"\b(?:tell|notify|let me know|alert|ping|message|text|say|news|inform|on|start|enable)\b"
)

_WISHES: tuple[tuple[Wish, re.Pattern[str]], ...] = (
    ("wrong", re.compile(r"\bwrong\b|\bnot my (?:account|record|passport)\b|\bsomeone elses\b")),
    ("refresh", re.compile(r"\b(?:isnt|not|never|wont|stopped|hasnt)\b.{0,25}\bsync")),
    ("code", re.compile(r"\bcode\b|\bexpired\b|\bnew link\b|\blink (?:died|is dead)\b")),
    (
        "why",
        re.compile(
            r"\bwhy\b|\boptional\b|\bdo i (?:need|have) to\b|\bmust i\b|\brequired to\b"
            r"|\bis it safe\b"
            r"|\bwhat happens\b|\bshould i\b"
        ),
    ),
    (
        "disconnect",
        re.compile(
            r"\bdis ?connect|\bun ?link|\bde ?link|\brevoke\b|\bdetach\b|\bun ?hook|\blog ?out\b"
            r"|\bsign out\b|\bremove (?:the |my )?(?:connection|link|account|access|passport|hub)\b"
            r"|\bstop (?:pulling|reading|syncing|connecting|the sync|importing)\b"
            r"|\b(?:end|cut|break|cancel|drop|sever|undo) (?:the |my )?(?:\w+ )?"
            r"(?:connection|link|sync|tie)\b"
        ),
    ),
    (
        "refresh",
        re.compile(
            r"\brefresh|\bre ?sync|\bsync|\breload|\bupdat|\bpull\b|\bimport\b|\bfetch\b"
            r"|\bread (?:it |the hub )?again\b|\bcheck (?:the hub|again)\b"
            r"|\blast (?:read|checked)\b"
            r"|\bhow (?:old|fresh|current)\b"
        ),
    ),
)


def wish(text: str) -> Wish:
    """What is wanted of the account; to connect it where nothing else is said."""
    words = folded(text)
    if (news := _news(words)) is not None:
        return news
    return next((kind for kind, said in _WISHES if said.search(words)), "connect")


def is_about_news(text: str) -> bool:
    """Whether words are about being told of arriving credits, whatever else they look like."""
    return _news(folded(text)) is not None


def _news(words: str) -> Wish | None:
    if not _NEWS.search(words):
        return None
    if _NOT.search(words):
        return "news_off"
    return "news_on" if _TELL.search(words) else None
