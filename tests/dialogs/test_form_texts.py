"""Each form has exactly the texts its fields ask for; and reading a check page back."""

import pytest

from bot.dialogs import complaint, licenses
from bot.dialogs.form_fields import NOT_SURE

FORMS = {"complaint": complaint.FORM, "licenses": licenses.FORM}
COMMON = ("ask", "why", "retry", "label")


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_every_field_has_its_four_texts(sources, form):
    for field in form.fields:
        for part in COMMON:
            assert f"{form.name}.{field.key}.{part}" in sources.texts.keys


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_no_text_asks_for_a_field_that_is_gone(sources, form):
    fields = {field.key for field in form.fields}
    asked = {
        key.split(".")[1]
        for key in sources.texts.keys
        if key.startswith(f"{form.name}.") and key.endswith(".ask")
    }
    assert asked == fields


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_no_field_is_named_twice_where_both_could_be_asked(form):
    assert form.version >= 1
    assert len({field.key for field in form.fields}) >= len(form.fields) - 1


def shown_answers(chat, answers=None):
    """The answers under the check page, or those given, as the page words them; None elsewhere."""
    if answers is None:
        opened = chat.conversation.dialog
        if opened is None or "Please check your complaint" not in chat.text:
            return None
        lines = chat.text.split("\n")
        found = [line.split(": ", 1) for line in lines if ": " in line]
        return {label: words for label, words in found if label in _labels(chat)}
    labels = _labels(chat)
    by_key = {key: label for label, key in labels.items()}
    return {by_key[key]: _words(chat, key, value) for key, value in answers.items()}


def _labels(chat):
    return {
        chat.sources.texts.label(f"complaint.{field.key}.label", {}): field.key
        for field in complaint.FORM.fields
        if field.listed
    }


def _words(chat, key, value):
    texts = chat.sources.texts
    if value is None:
        return texts.label("form.not_provided", {})
    if value == NOT_SURE:
        return texts.label("form.not_sure", {})
    option = f"complaint.{key}.option.{value}" if isinstance(value, str) else ""
    if option in texts.keys:
        return texts.label(option, {})
    field = next(one for one in complaint.FORM.fields if one.key == key)
    if key == "what":
        words = value
    elif key == "society_state":
        names = chat.sources.knowledge.jurisdictions
        words = ", ".join(names[code] for code in value)
    else:
        words = field.kind.words(value, None)
    words = " ".join(words.split())
    return words if len(words) <= 240 else words[:239] + "…"
