"""The README tells the truth: every setting and command stands in it."""

from pathlib import Path

from click import Context

from bot.__main__ import main
from bot.settings import Settings

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_named():
    missing = [
        field.alias for field in Settings.model_fields.values() if f"`{field.alias}`" not in README
    ]
    assert missing == []


def test_every_command_is_named_and_can_be_loaded():
    context = Context(main)
    for name in main.list_commands(context):
        assert main.get_command(context, name) is not None, name
        assert f"cmebot {name}" in README, name
