"""The Bot API's methods by which a bot says what it is: names, descriptions, commands, menu."""

import json
import re

from sandbox.telegram.markup import Json, units
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.refusals import bad_request
from sandbox.telegram.world import Bot, Event, World

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
COMMANDS = 100
DESCRIPTION = 256
LENGTHS = {"name": 64, "description": 512, "short_description": 120}
SCOPES = frozenset({
    "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat",
    "chat_administrators", "chat_member",
})  # fmt: skip


def get_me(world: World, bot: Bot, given: Parameters) -> Json:  # noqa: ARG001
    return bot.user | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(world: World, bot: Bot, given: Parameters) -> Json:
    chat = world.reachable(bot, given.values.get("chat_id"))
    return chat.described | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }


def leave_chat(world: World, bot: Bot, given: Parameters) -> bool:
    chat = world.reachable(bot, given.values.get("chat_id"))
    if chat.id > 0:
        raise bad_request("chat not found")
    chat.blocked = True
    world.tell(Event("blocked", chat.id))
    return True


# ── commands ────────────────────────────────────────────────────────────────────────────────


def set_my_commands(world: World, bot: Bot, given: Parameters) -> bool:
    commands = given.structure("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse bot commands JSON array")
    if len(commands) > COMMANDS:
        raise bad_request("too many commands specified")
    for command in commands:
        if not COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= units(str(command.get("description", ""))) <= DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands[_scope(given)] = [
        {"command": one["command"].removeprefix("/"), "description": one["description"]}
        for one in commands
    ]
    world.tell(Event("about", 0))
    return True


def get_my_commands(world: World, bot: Bot, given: Parameters) -> list[Json]:  # noqa: ARG001
    return bot.commands.get(_scope(given), [])


def delete_my_commands(world: World, bot: Bot, given: Parameters) -> bool:
    bot.commands.pop(_scope(given), None)
    world.tell(Event("about", 0))
    return True


def commands_for(bot: Bot, chat_id: int, language: str | None) -> list[Json]:
    """What a person sees behind the menu button: the narrowest scope that has commands."""
    for scope in ({"type": "chat", "chat_id": chat_id}, {"type": "all_private_chats"}, DEFAULT):
        for tongue in (language or "", ""):
            if found := bot.commands.get((json.dumps(scope, sort_keys=True), tongue)):
                return found
    return []


DEFAULT = {"type": "default"}


def _scope(given: Parameters) -> tuple[str, str]:
    scope = given.structure("scope") or DEFAULT
    if scope.get("type") not in SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    return json.dumps(scope, sort_keys=True), _language(given)


def _language(given: Parameters) -> str:
    language = given.text("language_code")
    if not re.fullmatch(r"(?:[a-z]{2})?", language):
        raise bad_request("invalid language code specified")
    return language


# ── names and descriptions ──────────────────────────────────────────────────────────────────


def _set_about(what: str, world: World, bot: Bot, given: Parameters) -> bool:
    text = given.text(what)
    if units(text) > LENGTHS[what]:
        raise bad_request(f"{what.upper()}_TOO_LONG")
    bot.about[what, _language(given)] = text
    if what == "name" and text and not _language(given):
        bot.user["first_name"] = text
    world.tell(Event("about", 0))
    return True


def _get_about(what: str, bot: Bot, given: Parameters) -> Json:
    language = _language(given)
    fallback = bot.user["first_name"] if what == "name" else ""
    return {what: bot.about.get((what, language)) or bot.about.get((what, ""), fallback)}


def set_my_name(world: World, bot: Bot, given: Parameters) -> bool:
    return _set_about("name", world, bot, given)


def set_my_description(world: World, bot: Bot, given: Parameters) -> bool:
    return _set_about("description", world, bot, given)


def set_my_short_description(world: World, bot: Bot, given: Parameters) -> bool:
    return _set_about("short_description", world, bot, given)


def get_my_name(world: World, bot: Bot, given: Parameters) -> Json:  # noqa: ARG001
    return _get_about("name", bot, given)


def get_my_description(world: World, bot: Bot, given: Parameters) -> Json:  # noqa: ARG001
    return _get_about("description", bot, given)


def get_my_short_description(world: World, bot: Bot, given: Parameters) -> Json:  # noqa: ARG001
    return _get_about("short_description", bot, given)


# ── menu button ─────────────────────────────────────────────────────────────────────────────


def set_chat_menu_button(world: World, bot: Bot, given: Parameters) -> bool:
    button = given.structure("menu_button") or {"type": "default"}
    if button.get("type") not in {"default", "commands", "web_app"}:
        raise bad_request("can't parse menu button: Unsupported type specified")
    chat_id = given.integer("chat_id") or None
    if chat_id is not None:
        world.reachable(bot, chat_id)
    bot.menu_buttons[chat_id] = button
    return True


def get_chat_menu_button(world: World, bot: Bot, given: Parameters) -> Json:  # noqa: ARG001
    for key in (given.integer("chat_id") or None, None):
        if key in bot.menu_buttons:
            return bot.menu_buttons[key]
    return {"type": "commands"}
