"""Telegram's HTML: the cases of TDLib's own test of `parse_html`, and the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.telegram.markup import link, parse_html, plain, to_html, units
from sandbox.telegram.refusals import Refusal

UNREADABLE = {
    "&#57311;": (
        "Text contains invalid Unicode characters after decoding HTML entities, "
        "check for unmatched surrogate code units"
    ),
    "🏟 🏟&lt;<abacaba": "Unclosed start tag at byte offset 13",
    "🏟 🏟&lt;<abac aba>": 'Unsupported start tag "abac" at byte offset 13',
    "🏟 🏟&lt;<i   =aba>": 'Empty attribute name in the tag "i" at byte offset 13',
    "🏟 🏟&lt;<i    aba>": 'Can\'t find end tag corresponding to start tag "i"',
    "🏟 🏟&lt;<i    aba  =  ": 'Unclosed start tag "i" at byte offset 13',
    "🏟 🏟&lt;<i    aba  =  190azAz-.,": "Unexpected end of name token at byte offset 27",
    '🏟 🏟&lt;<i    aba  =  "&lt;&gt;&quot;>': "Unclosed start tag at byte offset 13",
    "🏟 🏟&lt;</": "Unexpected end tag at byte offset 13",
    "🏟 🏟&lt;<b></b></": "Unexpected end tag at byte offset 20",
    "🏟 🏟&lt;<i>a</i   ": "Unclosed end tag at byte offset 17",
    "🏟 🏟&lt;<i>a</em   >": ('Unmatched end tag at byte offset 17, expected "</i>", found "</em>"'),
    "a < b": 'Unsupported start tag "" at byte offset 2',
    "<span>x</span>": 'Tag "span" must have class "tg-spoiler" at byte offset 0',
    "<a href": 'Unclosed start tag "a" at byte offset 0',
    "line<br>": 'Unsupported start tag "br" at byte offset 4',
    "<!-- no -->": 'Unsupported start tag "!--" at byte offset 0',
}


@pytest.mark.parametrize("source", UNREADABLE)
def test_broken_sources_are_refused_in_telegrams_words(source):
    with pytest.raises(Refusal) as refused:
        parse_html(source)
    expected = f"Bad Request: can't parse entities: {UNREADABLE[source]}"
    assert refused.value.description == expected


def kinds(source):
    return [(one["type"], one["offset"], one["length"]) for one in parse_html(source)[1]]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("&ge;&lt;&gt;&amp;&quot;&laquo;", '&ge;<>&"&laquo;'),
        ("&#60;&#x3e;&#128512;", "<>😀"),
        ("&lt &amp", "< &"),
        ("AT&T", "AT&T"),
        ("  <b>x </b> ", "x"),
    ],
)
def test_characters_are_decoded_as_telegram_does(source, text):
    assert parse_html(source)[0] == text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<b>a</b><strong>b</strong>", [("bold", 0, 1), ("bold", 1, 1)]),
        ("😀<i>x</i>", [("italic", 2, 1)]),
        ("<B><i>x</i>y</b>", [("bold", 0, 2), ("italic", 0, 1)]),
        ("<u>x</u> <s>y</s>", [("underline", 0, 1), ("strikethrough", 2, 1)]),
        (
            "<tg-spoiler>x</tg-spoiler><span class='tg-spoiler'>y</span>",
            [("spoiler", 0, 1), ("spoiler", 1, 1)],
        ),
        ("<blockquote expandable>x</blockquote>", [("expandable_blockquote", 0, 1)]),
        ("<blockquote>x</blockquote>", [("blockquote", 0, 1)]),
        ('<pre><code class="language-python">x</code></pre>', [("pre", 0, 1)]),
        ("<b></b>x", []),
        ("<a href='nonsense'>x</a>", []),
        ("see /help or https://x.org/a.", [("bot_command", 4, 5), ("url", 13, 15)]),
        ("<code>/help</code>", [("code", 0, 5)]),
    ],
)
def test_tags_become_entities_in_utf_16_units(source, expected):
    assert kinds(source) == expected


def test_a_link_keeps_its_address():
    [entity] = parse_html('<a href="https://x.org?a=1&amp;b=2">x</a>')[1]
    assert entity["url"] == "https://x.org/?a=1&b=2"
    assert link("javascript:alert(1)") is None


def test_commands_and_addresses_are_found_in_what_people_write():
    text, entities = plain("  /find ethics, or write to a.b@example.org ")
    assert text == "/find ethics, or write to a.b@example.org"
    assert [(one["type"], one["offset"]) for one in entities] == [("bot_command", 0), ("email", 26)]


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zs", "Zl", "Zp"))))
def test_any_text_comes_back_whole_once_escaped(words):
    source = to_html(words, [])
    text, entities = parse_html(f"<b>{source}</b>|")
    assert text == f"{words}|"
    if words:
        assert (entities[0]["type"], entities[0]["length"]) == ("bold", units(words))
        assert to_html(text, entities[:1]) == f"<b>{source}</b>|"
