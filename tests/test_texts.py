"""The texts: none missing, none idle, every template sound."""

import re
from pathlib import Path

import pytest

from bot import dialogs
from bot.assistant import LABEL_LIMIT
from bot.rules.facts import load_facts
from bot.texts import Texts, hours, listed, month
from data import HERE

CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("bot", "reminders")
    for path in Path(folder).rglob("*.py")
)

TEXTS = "\n".join(
    path.read_text(encoding="utf-8") for path in (HERE / "texts" / "en").glob("*.toml")
)
"""A text may stand inside another one."""

DERIVED = re.compile(
    r"^(fact\.button\.label\.\w+|\w+\.(command\.description|button\.\w+)"
    r"|reminders\.noted\.\w+|smalltalk\.\w+|clinical\.\w+|unclear\.guess\.\w+"
    r"|\w+\.\w+\.(ask|retry|why|label|option\.\w+))$"
)
"""Keys that the code makes from the name of a dialog, an act or a form's question."""


@pytest.fixture(scope="module")
def texts():
    return Texts(HERE / "texts" / "en")


def test_every_key_is_named_by_the_code_or_derived_from_a_name(texts):
    named = CODE + TEXTS
    idle = [key for key in texts.keys if f'"{key}"' not in named and not DERIVED.match(key)]
    assert idle == []


def test_every_key_in_the_code_has_a_text(texts):
    names = "|".join(path.stem for path in (HERE / "texts" / "en").glob("*.toml"))
    used = set(re.findall(rf'"((?:{names})\.[a-z_]+(?:\.[a-z_]+)*)"', CODE))
    files = {key for key in used if key.endswith((".json", ".py"))}
    assert used - files - texts.keys == set()


def test_every_fact_that_can_be_asked_for_has_a_short_label(texts):
    facts = load_facts(HERE / "facts.json")
    labels = {
        name: texts.label(f"fact.button.label.{name}", {})
        for name in facts
        if name != "board_figure"
    }
    assert {name: label for name, label in labels.items() if len(label) > LABEL_LIMIT} == {}


def test_every_dialog_with_a_command_has_its_description(texts):
    for dialog in dialogs.ALL:
        if dialog.command and dialog.listed:
            assert texts.label(f"{dialog.name}.command.description", {})


@pytest.mark.parametrize("key", sorted(Texts(HERE / "texts" / "en").keys))
def test_every_template_compiles(texts, key):
    assert texts._template(key, plain=False) is not None


def test_words_of_figures():
    assert hours(1.5) == "1.5\u00a0h"
    assert month("2026-09") == "September 2026"
    assert month(None) == "an unknown month"
    assert listed(["a", "b", "c"]) == "a, b and c"
