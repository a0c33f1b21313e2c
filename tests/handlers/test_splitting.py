import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handlers.splitting import CAPTION_LIMIT, parts, pieces, plain, visible_length
from bot.model import Attachment, Key, Outgoing
from sandbox.telegram.markup import parse_html, units

words = st.text(alphabet="ab <>&é👩🏽\n ", max_size=60).map(
    lambda text: html.escape(text, quote=False)
)
tags = st.sampled_from(["b", "i", "u", "blockquote", 'a href="https://x.org/?a=1&amp;b=2"'])


@st.composite
def documents(draw):
    """Telegram's HTML with tags inside tags, paragraphs and everything that must be escaped."""
    made = []
    for _ in range(draw(st.integers(1, 12))):
        text = draw(words)
        for tag in draw(st.lists(tags, max_size=2, unique_by=lambda tag: tag[0])):
            text = f"<{tag}>{text}</{tag.split()[0]}>"
        made.append(text)
    return draw(st.sampled_from(["", "\n", "\n\n", " "])).join(made)


@pytest.mark.behaviour(13)
@pytest.mark.behaviour(14)
@given(documents(), st.integers(8, 80))
def test_pieces_fit_are_whole_and_lose_no_word(source, limit):
    made = pieces(source, limit, limit)
    for piece in made:
        text, _ = parse_html(piece)  # as strict as Telegram: raises at a broken tag
        assert units(text) <= limit
    assert re.sub(r"\s", "", "".join(map(plain, made))) == re.sub(r"\s", "", plain(source))


@given(documents())
def test_length_is_counted_as_telegram_counts(source):
    text, _ = parse_html(f"|{source}|")
    assert visible_length(f"|{source}|") == units(text)


def test_a_cut_falls_between_paragraphs_where_it_can():
    source = "One.\nTwo.\n\nThree is longer.\n\nFour."
    assert pieces(source, 20, 20) == ["One.\nTwo.", "Three is longer.", "Four."]


def test_a_quotation_that_is_cut_goes_on_as_a_quotation():
    source = "<blockquote expandable>" + "line of text\n" * 4 + "</blockquote>"
    made = pieces(source, 30, 30)
    assert len(made) == 2
    assert all(piece.startswith("<blockquote expandable>") for piece in made)
    assert all(piece.endswith("</blockquote>") for piece in made)


def test_a_word_without_end_is_cut_anyway():
    assert pieces("x" * 45, 20, 20) == ["x" * 20, "x" * 20, "x" * 5]


def test_a_long_caption_goes_on_as_a_message_with_the_buttons():
    chart = Attachment("photo", "c.png", b"x")
    keys = ((Key("More", data="a:b:0"),),)
    first, rest = parts(Outgoing("message", "word " * 300, keys, attachment=chart))
    assert (first.attachment, first.keys) == (chart, ())
    assert visible_length(first.html) <= CAPTION_LIMIT
    assert (rest.kind, rest.attachment, rest.keys, rest.silent) == ("message", None, keys, True)


def test_a_long_edit_goes_on_as_a_message():
    first, rest = parts(Outgoing("edit", "word " * 1000, message_id=7))
    assert (first.kind, first.message_id, rest.kind, rest.message_id) == (
        "edit",
        7,
        "message",
        None,
    )


def test_what_fits_is_left_as_it_is():
    short = Outgoing("message", "<b>short</b>")
    assert parts(short) == (short,)
