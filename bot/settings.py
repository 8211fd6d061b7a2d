"""Every environment variable, once; all that is wrong with them is named together, before anything starts."""

from __future__ import annotations

import json
import os
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.exc import ArgumentError

from zoho.database import address
from zoho.regions import CODES, Regions, is_loopback

PRODUCT_LINK = "{desk_web}/support/{portal}/ShowHomePage.do#Products/dv/{id}"
_LINK_PARTS = {"desk_web", "portal", "id"}
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

# An empty value means "not set", except here, where it means "no link".
_MAY_BE_EMPTY = "zoho_product_link"


class SettingsError(Exception):
    """What is wrong with the environment: one line a problem, no value of a secret."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """The environment, checked. Field names are the variables' names in lower case."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, validate_default=False
    )

    slack_signing_secret: SecretStr = SecretStr("")
    slack_bot_token: SecretStr
    slack_client_id: str = ""
    slack_client_secret: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"

    zoho_client_id: str
    zoho_client_secret: SecretStr = SecretStr("")
    zoho_client_secrets: Annotated[dict[str, SecretStr], NoDecode] = Field(default_factory=dict)
    zoho_home_dc: str
    zoho_hosts: Annotated[dict[str, dict[str, str]], NoDecode] = Field(default_factory=dict)
    zoho_products_duplicate_path: str = "/api/v1/products/duplicate"
    zoho_product_link: str = PRODUCT_LINK
    zoho_flag_field: str = ""
    observe_only: bool = False

    public_url: str
    database_url: str = Field(default="sqlite+aiosqlite:///duplicates.sqlite3", repr=False)
    encryption_keys: Annotated[tuple[SecretStr, ...], NoDecode]

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65_535)
    metrics_port: int = Field(default=9090, ge=0, le=65_535)
    log_level: str = "INFO"
    log_format: Literal["text", "json"] = "text"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` hands over: the environment is read there, once."""
        return (init_settings,)

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in values.items() if key == _MAY_BE_EMPTY or value != ""}

    @field_validator("slack_api_url")
    @classmethod
    def _check_api_url(cls, value: str) -> str:
        url = _address(value) + "/"
        if not url.endswith("/api/"):
            raise ValueError("must end in /api/")
        return url

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str) -> str:
        return public_address(value)

    @field_validator("zoho_home_dc")
    @classmethod
    def _check_home(cls, value: str) -> str:
        if value.lower() not in CODES:
            raise ValueError(f"“{value}” is no Zoho data centre; the codes are {', '.join(CODES)}")
        return value.lower()

    @field_validator("zoho_client_secrets", mode="before")
    @classmethod
    def _read_secrets(cls, value: str) -> dict[str, str]:
        secrets = _json_object(value)
        if not all(isinstance(secret, str) and secret for secret in secrets.values()):
            raise ValueError('must be JSON like {"eu": "…", "in": "…"}')
        if not {dc.lower() for dc in secrets} <= set(CODES):
            # What stands in the place of a code may be a secret, so it is not repeated.
            raise ValueError(f"names a data centre that Zoho does not have; the codes are {', '.join(CODES)}")
        return {dc.lower(): secret for dc, secret in secrets.items()}

    @field_validator("zoho_hosts", mode="before")
    @classmethod
    def _read_hosts(cls, value: str) -> dict[str, dict[str, str]]:
        hosts = _json_object(value)
        for row in hosts.values():
            if not isinstance(row, dict) or not all(isinstance(origin, str) for origin in row.values()):
                raise ValueError('must be JSON like {"eu": {"desk": "https://desk.zoho.eu"}}')
        Regions(hosts)
        return hosts

    @field_validator("zoho_products_duplicate_path")
    @classmethod
    def _check_path(cls, value: str) -> str:
        if not value.startswith("/") or any(mark in value for mark in "?#\\ ") or "//" in value:
            raise ValueError("must be a path that begins with /")
        return value

    @field_validator("zoho_product_link")
    @classmethod
    def _check_link(cls, value: str) -> str:
        try:
            parts = {name for _, name, _, _ in string.Formatter().parse(value) if name is not None}
        except ValueError as error:
            raise ValueError("has a curly bracket too many or too few") from error
        if not parts <= _LINK_PARTS:
            raise ValueError("may hold {desk_web}, {portal} and {id}, nothing else in curly brackets")
        return value

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: str) -> str:
        try:
            where = address(value)
        except (ArgumentError, ValueError):
            where = None  # what was given may hold a password, so it is not repeated
        is_file = where is not None and where.get_backend_name() == "sqlite"
        if where is None or not where.database or (is_file and "///" not in value):
            raise ValueError(
                "must look like sqlite:///duplicates.sqlite3 or postgresql://name:password@host/duplicates"
            )
        return where.render_as_string(hide_password=False)

    @field_validator("encryption_keys", mode="before")
    @classmethod
    def _read_keys(cls, value: str) -> tuple[str, ...]:
        keys = tuple(key.strip() for key in value.split(",") if key.strip())
        if not keys:
            raise ValueError("is missing")
        for number, key in enumerate(keys, start=1):
            if not _is_fernet_key(key):
                raise ValueError(f"key {number} of {len(keys)} is no Fernet key (32 bytes, url-safe base64)")
        return keys

    @field_validator("log_level")
    @classmethod
    def _check_level(cls, value: str) -> str:
        if value.upper() not in _LEVELS:
            raise ValueError(f"must be one of {', '.join(_LEVELS)}")
        return value.upper()

    @field_validator("log_format", mode="before")
    @classmethod
    def _lower_format(cls, value: str) -> str:
        return value.lower()

    @model_validator(mode="after")
    def _check_client(self) -> Settings:
        if (
            not self.zoho_client_secret.get_secret_value()
            and self.zoho_home_dc not in self.zoho_client_secrets
        ):
            raise ValueError("ZOHO_CLIENT_SECRET: is missing")
        return self

    @property
    def zoho_secrets(self) -> dict[str, str]:
        """The client's secret per data centre; "" holds the one that serves all the others."""
        own = {dc: secret.get_secret_value() for dc, secret in self.zoho_client_secrets.items()}
        return {"": self.zoho_client_secret.get_secret_value(), **own}

    @property
    def keys(self) -> tuple[str, ...]:
        """The encryption keys in clear, newest first."""
        return tuple(key.get_secret_value() for key in self.encryption_keys)


NAMES = tuple(name.upper() for name in Settings.model_fields)


def load(
    environ: Mapping[str, str] | None = None,
    *,
    env_file: Path | None = Path(".env"),
    overrides: Mapping[str, str] | None = None,
    socket_mode: bool | None = None,
) -> Settings:
    """Read and check every variable; ``environ`` (the process's own by default) wins over ``env_file``.

    ``overrides`` come from the command line and win over both. With ``socket_mode`` the app's token is
    required, without it the signing secret; None is for commands that hear nothing from Slack, for which
    either will do. Raises SettingsError, which names every problem.
    """
    outside = os.environ if environ is None else environ
    given = {**_file_values(env_file), **outside, **(overrides or {})}
    values = {name.lower(): given[name].strip() for name in NAMES if name in given}
    absent = _absent(values, socket_mode)
    try:
        settings = Settings(**values)  # type: ignore[arg-type]  # strings, which the validators above read
    except ValidationError as error:
        raise SettingsError(tuple(sorted((*_problems(error, values), *absent)))) from None
    if absent:
        raise SettingsError(absent)
    return settings


def _absent(values: Mapping[str, str], socket_mode: bool | None) -> tuple[str, ...]:
    """What is missing of the two ways in which Slack's requests prove to be Slack's."""
    secret, token = values.get("slack_signing_secret"), values.get("slack_app_token")
    if socket_mode and not token:
        return ("SLACK_APP_TOKEN: is missing",)
    if not socket_mode and not secret and (socket_mode is False or not token):
        return ("SLACK_SIGNING_SECRET: is missing",)
    return ()


def _file_values(env_file: Path | None) -> dict[str, str]:
    if env_file is None or not env_file.is_file():
        return {}
    return {name: value for name, value in dotenv_values(env_file).items() if value is not None}


def _problems(error: ValidationError, values: Mapping[str, str]) -> tuple[str, ...]:
    lines = [_line(problem) for problem in error.errors(include_input=False, include_url=False)]
    secretless = not values.get("zoho_client_secret") and not values.get("zoho_client_secrets")
    if secretless and not any(line.startswith("ZOHO_CLIENT_SECRET:") for line in lines):
        lines.append("ZOHO_CLIENT_SECRET: is missing")
    return tuple(lines)


def _line(problem: Any) -> str:
    name = str(problem["loc"][0]).upper() if problem["loc"] else ""
    if problem["type"] == "missing":
        return f"{name}: is missing"
    words = str(problem["msg"]).removeprefix("Value error, ")
    return f"{name}: {words}" if name else words


def public_address(value: str) -> str:
    """Where Slack and Zoho reach the bot, without a slash at its end. Raises ValueError in words."""
    url = _address(value)
    if urlsplit(url).path:
        raise ValueError("must be an address without a path, like https://duplicates.example.com")
    return url


def _address(value: str) -> str:
    url = value.rstrip("/")
    try:
        parts = urlsplit(url)
        host = parts.hostname
        parts.port  # noqa: B018  # reading it checks it
    except ValueError as error:
        raise ValueError("is no address") from error
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or parts.username:
        raise ValueError("must be an address like https://duplicates.example.com")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("must begin with https (http is for this machine only)")
    return url


def _json_object(value: str) -> dict[str, Any]:
    try:
        loaded = json.loads(value)
    except ValueError as error:
        raise ValueError("is no JSON") from error
    if isinstance(loaded, dict):
        return loaded
    raise ValueError("must be a JSON object, one entry a data centre")


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
