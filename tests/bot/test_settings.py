"""The environment: what is needed, what is understood, and how all that is wrong is said at once."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.settings import NAMES, Settings, SettingsError, load

KEY = base64.urlsafe_b64encode(b"a made-up key of thirty-two byte").decode()
GOOD = {
    "SLACK_SIGNING_SECRET": "signing-secret-value",
    "SLACK_BOT_TOKEN": "xoxb-token-value",
    "ZOHO_CLIENT_ID": "1000.CLIENT",
    "ZOHO_CLIENT_SECRET": "zoho-secret-value",
    "ZOHO_HOME_DC": "eu",
    "PUBLIC_URL": "https://duplicates.example.com",
    "ENCRYPTION_KEYS": KEY,
}


def read(**changed: str) -> Settings:
    return load({**GOOD, **changed}, env_file=None)


def problems(**changed: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        read(**changed)
    return caught.value.problems


def test_the_seven_required_variables_suffice() -> None:
    settings = read()
    assert settings.database_url == "sqlite+aiosqlite:///duplicates.sqlite3"
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.zoho_secrets == {"": "zoho-secret-value"}
    assert (settings.host, settings.port, settings.metrics_port) == ("127.0.0.1", 8080, 9090)
    assert settings.zoho_products_duplicate_path == "/api/v1/products/duplicate"


def test_every_missing_variable_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load({}, env_file=None)
    assert caught.value.problems == tuple(sorted(f"{name}: is missing" for name in GOOD))


def test_problems_of_different_kinds_are_named_together() -> None:
    named = [
        line.partition(":")[0]
        for line in problems(
            PORT="99999", ZOHO_HOME_DC="mars", PUBLIC_URL="http://duplicates.example.com", ENCRYPTION_KEYS=""
        )
    ]
    assert named == ["ENCRYPTION_KEYS", "PORT", "PUBLIC_URL", "ZOHO_HOME_DC"]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ZOHO_HOME_DC", "mars", "“mars” is no Zoho data centre"),
        ("PUBLIC_URL", "duplicates.example.com", "must be an address"),
        ("PUBLIC_URL", "http://duplicates.example.com", "must begin with https"),
        ("PUBLIC_URL", "https://duplicates.example.com/bot", "without a path"),
        ("PUBLIC_URL", "https://duplicates.example.com:port", "is no address"),
        ("SLACK_API_URL", "https://slack.example.com/", "must end in /api/"),
        ("SLACK_API_URL", "http://slack.example.com/api/", "must begin with https"),
        ("DATABASE_URL", "postgres://db", "or postgresql://name:password@host/duplicates"),
        ("DATABASE_URL", "nonsense", "must look like sqlite:///"),
        ("DATABASE_URL", "sqlite://duplicates.sqlite3/x", "must look like sqlite:///"),
        ("DATABASE_URL", "mysql://db/duplicates", "must look like sqlite:///"),
        ("ENCRYPTION_KEYS", "short", "key 1 of 1 is no Fernet key"),
        ("ENCRYPTION_KEYS", f"{KEY},short", "key 2 of 2 is no Fernet key"),
        ("ENCRYPTION_KEYS", " , ", "is missing"),
        ("ZOHO_HOSTS", "{", "is no JSON"),
        ("ZOHO_HOSTS", "[]", "must be a JSON object"),
        ("ZOHO_HOSTS", '{"eu": "https://desk.zoho.eu"}', "must be JSON like"),
        ("ZOHO_HOSTS", '{"eu": {"desk": "http://desk.example.com"}}', "eu.desk must begin with https"),
        ("ZOHO_HOSTS", '{"mars": {}}', "“mars” is no Zoho data centre"),
        ("ZOHO_CLIENT_SECRETS", '{"eu": 1}', "must be JSON like"),
        ("ZOHO_PRODUCTS_DUPLICATE_PATH", "api/v1", "begins with /"),
        ("ZOHO_PRODUCTS_DUPLICATE_PATH", "//evil.example/x", "begins with /"),
        ("ZOHO_PRODUCT_LINK", "{desk_web}/{token}", "nothing else in curly brackets"),
        ("ZOHO_PRODUCT_LINK", "{desk_web", "curly bracket"),
        ("OBSERVE_ONLY", "maybe", "boolean"),
        ("PORT", "http", "integer"),
        ("LOG_LEVEL", "loud", "must be one of DEBUG"),
        ("LOG_FORMAT", "xml", "'text' or 'json'"),
    ],
)
def test_a_malformed_value_is_one_line_that_says_what_is_expected(name: str, value: str, says: str) -> None:
    (line,) = problems(**{name: value})
    assert line.startswith(f"{name}: ")
    assert says in line


def test_no_line_repeats_the_value_of_a_secret() -> None:
    lines = problems(
        SLACK_SIGNING_SECRET="",
        ENCRYPTION_KEYS="almost-a-key",
        ZOHO_CLIENT_SECRETS='{"hush-hush": "eu"}',
        ZOHO_HOME_DC="mars",
        DATABASE_URL="mysql://bot:hush-hush@db/duplicates",
    )
    text = "\n".join(lines)
    for secret in ("hush-hush", "almost-a-key", "xoxb-token-value", "zoho-secret-value"):
        assert secret not in text


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = read(ZOHO_CLIENT_SECRETS='{"in": "indian-secret"}')
    for secret in ("signing-secret-value", "xoxb-token-value", "zoho-secret-value", "indian-secret", KEY):
        assert secret not in repr(settings)


def test_a_slash_at_the_end_of_a_url_is_ignored() -> None:
    settings = read(PUBLIC_URL="https://duplicates.example.com/", SLACK_API_URL="http://127.0.0.1:9/api")
    assert settings.public_url == "https://duplicates.example.com"
    assert settings.slack_api_url == "http://127.0.0.1:9/api/"


def test_an_empty_variable_counts_as_not_set_but_an_empty_product_link_means_none() -> None:
    assert read(PORT="", ZOHO_HOSTS="").port == 8080
    assert read(ZOHO_PRODUCT_LINK="").zoho_product_link == ""
    assert "{portal}" in read().zoho_product_link


def test_a_secret_per_data_centre_stands_beside_or_instead_of_the_common_one() -> None:
    both = read(ZOHO_CLIENT_SECRETS='{"IN": "indian"}')
    assert both.zoho_secrets == {"": "zoho-secret-value", "in": "indian"}
    assert read(ZOHO_CLIENT_SECRET="", ZOHO_CLIENT_SECRETS='{"eu": "own"}').zoho_secrets["eu"] == "own"
    assert problems(ZOHO_CLIENT_SECRET="", ZOHO_CLIENT_SECRETS='{"in": "indian"}') == (
        "ZOHO_CLIENT_SECRET: is missing",
    )


def test_several_keys_are_read_newest_first() -> None:
    other = Fernet.generate_key().decode()
    assert read(ENCRYPTION_KEYS=f"{other}, {KEY}").keys == (other, KEY)


def test_words_are_read_in_any_case() -> None:
    settings = read(LOG_LEVEL="debug", LOG_FORMAT="JSON", ZOHO_HOME_DC="EU", OBSERVE_ONLY="1")
    assert (settings.log_level, settings.log_format) == ("DEBUG", "json")
    assert settings.zoho_home_dc == "eu"
    assert settings.observe_only is True


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "environment"
    file.write_text("".join(f"{name}={value}\n" for name, value in GOOD.items()) + "PORT=1234\n")
    assert load({}, env_file=file).port == 1234
    assert load({"PORT": "4321"}, env_file=file).port == 4321


def test_the_names_are_those_of_the_environment() -> None:
    assert {"SLACK_SIGNING_SECRET", "OBSERVE_ONLY", "METRICS_PORT"} <= set(NAMES)


@pytest.mark.parametrize(
    ("socket_mode", "given", "missing"),
    [
        (False, {}, "SLACK_SIGNING_SECRET"),
        (False, {"SLACK_APP_TOKEN": "xapp-token-value"}, "SLACK_SIGNING_SECRET"),
        (False, {"SLACK_SIGNING_SECRET": "value"}, None),
        (True, {"SLACK_SIGNING_SECRET": "value"}, "SLACK_APP_TOKEN"),
        (True, {"SLACK_APP_TOKEN": "xapp-token-value"}, None),
        (None, {}, "SLACK_SIGNING_SECRET"),
        (None, {"SLACK_APP_TOKEN": "xapp-token-value"}, None),
        (None, {"SLACK_SIGNING_SECRET": "value"}, None),
    ],
)
@pytest.mark.parametrize("port", ["8080", "many"])
def test_in_socket_mode_the_apps_token_stands_in_place_of_the_signing_secret(
    socket_mode: bool | None, given: dict[str, str], missing: str | None, port: str
) -> None:
    others = {name: value for name, value in GOOD.items() if name != "SLACK_SIGNING_SECRET"}
    wrong = [] if port == "8080" else ["PORT"]
    wrong += [missing] if missing else []
    environment = {**others, **given, "PORT": port}
    if not wrong:
        assert load(environment, env_file=None, socket_mode=socket_mode).port == 8080
        return
    with pytest.raises(SettingsError) as caught:
        load(environment, env_file=None, socket_mode=socket_mode)
    assert [line.partition(":")[0] for line in caught.value.problems] == wrong
