"""The settings, all from the environment or a `.env` file; wrong ones are named all at once."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

NEW_KEY = (
    'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
)
"""The command that makes a secret key."""

NEEDED_TO_RUN = {
    "TELEGRAM_BOT_TOKEN": "is missing: @BotFather on Telegram gives you one with /newbot",
    "CMEBOT_SECRET_KEY": f"is missing: make one with {NEW_KEY} and keep it apart from the database",
}

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class SettingsError(Exception):
    """Settings that are wrong or missing; `problems` has one sentence for each."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("\n".join(f"{name} {problem}" for name, problem in problems.items()))
        self.problems = dict(problems)


class Settings(BaseSettings):
    """What the operator sets. Every field's alias is the variable's name."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    token: SecretStr | None = Field(
        default=None, alias="TELEGRAM_BOT_TOKEN", description="The bot's token from @BotFather."
    )
    telegram_api_url: str = Field(
        default="https://api.telegram.org",
        alias="TELEGRAM_API_URL",
        description="The root of the Bot API server.",
    )
    hub_url: str | None = Field(
        default=None, alias="CMEBOT_HUB_URL", description="The root of the hub's API."
    )
    hub_client_id: str = Field(
        default="cmebot", alias="CMEBOT_HUB_CLIENT_ID", description="The bot's name at the hub."
    )
    database_url: str = Field(
        default="sqlite:///var/records.sqlite",
        alias="CMEBOT_DATABASE_URL",
        description="SQLAlchemy's URL of the records: sqlite or postgresql.",
    )
    catalog: Path = Field(
        default=Path("var/catalog.sqlite"),
        alias="CMEBOT_CATALOG",
        description="The file of the catalog of activities.",
    )
    secret_keys: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        alias="CMEBOT_SECRET_KEY",
        description="Fernet keys for personal columns; the newest first, older ones after it.",
        repr=False,
    )
    webhook_url: str | None = Field(
        default=None,
        alias="CMEBOT_WEBHOOK_URL",
        description="The public https address that Telegram sends updates to; without it, polling.",
    )
    webhook_listen: str = Field(
        default="127.0.0.1:8443",
        alias="CMEBOT_WEBHOOK_LISTEN",
        description="Host and port that the webhook's server listens on.",
    )
    complaints_to: str | None = Field(
        default=None,
        alias="CMEBOT_COMPLAINTS_TO",
        description="The e-mail address for complaints where the hub takes none.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        alias="CMEBOT_SMTP_URL",
        description="The mail server: smtp[s]://user:password@host:port.",
    )
    log: LogLevel = Field(
        default="INFO", alias="CMEBOT_LOG", description="DEBUG, INFO, WARNING or ERROR."
    )

    @field_validator("token")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"\d+:[\w-]+", value.get_secret_value()):
            raise ValueError("is not a bot token: digits, a colon, letters")
        return value

    @field_validator("telegram_api_url", "hub_url", "webhook_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
            raise ValueError("is not an address that begins with http:// or https://")
        return value.rstrip("/") if value else value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        try:
            backend = make_url(value).get_backend_name()
        except ArgumentError:
            backend = ""
        if backend not in ("sqlite", "postgresql"):
            raise ValueError("is not a URL such as sqlite:///file or postgresql://user@host/name")
        return value

    @field_validator("secret_keys", mode="before")
    @classmethod
    def _keys(cls, value: Any) -> Any:
        keys = tuple(re.split(r"[\s,]+", value.strip())) if isinstance(value, str) else value
        for key in keys:
            try:
                Fernet(key)
            except ValueError:
                raise ValueError(f"is not a Fernet key: make one with {NEW_KEY}") from None
        return keys

    @field_validator("webhook_listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        if not re.fullmatch(r"[^\s:]+:\d{1,5}", value):
            raise ValueError("is not a host and port such as 127.0.0.1:8443")
        return value

    @field_validator("complaints_to")
    @classmethod
    def _mail(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
            raise ValueError("is not an e-mail address")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"smtps?://\S+", value.get_secret_value()):
            raise ValueError("is not a mail server such as smtps://user:password@host:465")
        return value

    @field_validator("log", mode="before")
    @classmethod
    def _level(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value


def complaint_ways(settings: Settings) -> frozenset[str]:
    """Where complaints can go: `hub`, `mail`, both, or nowhere beyond the operator."""
    hub = {"hub"} if settings.hub_url else set()
    return frozenset(hub | ({"mail"} if settings.complaints_to and settings.smtp_url else set()))


def read_settings(*, needed: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """The settings; SettingsError with every problem where some are wrong or missing.

    `needed` (such as `NEEDED_TO_RUN`) are variables that must be there, each with what to say
    where it is not; `given` goes before the environment.
    """
    problems: dict[str, str] = {}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        wrong = {}
        for problem in error.errors():
            name, field = _setting(str(problem["loc"][0]))
            cause = problem.get("ctx", {}).get("error")
            problems[name] = str(cause) if cause else f"is wrong: {problem['msg']}"
            wrong[name] = field.default
        # Read once more without the wrong ones, so that what is missing is named as well.
        settings = Settings(**{**given, **wrong})
    for name, said in (needed or {}).items():
        if name not in problems and not _value(settings, name):
            problems[name] = said
    if problems:
        raise SettingsError(problems)
    return settings


def _setting(location: str) -> tuple[str, FieldInfo]:
    """The variable behind an error, which names it or the field."""
    for name, field in Settings.model_fields.items():
        if location in (name, field.alias):
            return str(field.alias), field
    raise KeyError(location)


def _value(settings: Settings, variable: str) -> Any:
    names = {field.alias: name for name, field in Settings.model_fields.items()}
    return getattr(settings, names[variable])
