"""`manifest.yml` against what Slack accepts (v2), and the addresses it needs filled in.

The schema is written down here from https://docs.slack.dev/reference/app-manifest, as far as this app goes; a
key that is not in it is refused, as Slack refuses it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

MANIFEST = Path(__file__).parents[1] / "manifest.yml"

URL = {"type": "string", "pattern": "^https://"}
FLAG = {"type": "boolean"}


def text(longest: int, *, shortest: int = 1, pattern: str = "") -> dict[str, Any]:
    return {"type": "string", "minLength": shortest, "maxLength": longest, "pattern": pattern}


def record(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def rows(item: dict[str, Any], *, most: int) -> dict[str, Any]:
    return {"type": "array", "items": item, "maxItems": most, "uniqueItems": True}


SCOPES = rows(text(255, pattern=r"^[a-z]+(:[a-z.]+)*$"), most=255)

SCHEMA = record(
    ("_metadata", "display_information"),
    _metadata=record(("major_version",), major_version={"const": 2}, minor_version={"type": "integer"}),
    display_information=record(
        ("name",),
        name=text(35),
        description=text(140),
        long_description=text(4000, shortest=175),
        background_color=text(7, pattern="^#([0-9a-fA-F]{3}){1,2}$"),
    ),
    features=record(
        app_home=record(
            home_tab_enabled=FLAG, messages_tab_enabled=FLAG, messages_tab_read_only_enabled=FLAG
        ),
        bot_user=record(
            ("display_name",), display_name=text(80, pattern=r"^[a-z0-9._-]+$"), always_online=FLAG
        ),
        shortcuts=rows(
            record(
                ("name", "type", "callback_id", "description"),
                name=text(24),
                type={"enum": ["message", "global"]},
                callback_id=text(255),
                description=text(150),
            ),
            most=10,
        ),
        slash_commands=rows(
            record(
                ("command", "description"),
                command=text(32, pattern="^/"),
                description=text(2000),
                usage_hint=text(1000),
                url=URL,
                should_escape=FLAG,
            ),
            most=50,
        ),
    ),
    oauth_config=record(
        redirect_urls=rows(URL, most=1000),
        scopes=record(bot=SCOPES, user=SCOPES, bot_optional=SCOPES, user_optional=SCOPES),
    ),
    settings=record(
        event_subscriptions=record(request_url=URL, bot_events=rows(text(255), most=100)),
        interactivity=record(("is_enabled",), is_enabled=FLAG, request_url=URL),
        org_deploy_enabled=FLAG,
        socket_mode_enabled=FLAG,
        token_rotation_enabled=FLAG,
    ),
)


def manifest() -> dict[str, Any]:
    loaded = yaml.safe_load(MANIFEST.read_text())
    assert isinstance(loaded, dict)
    return loaded


def test_the_manifest_is_one_that_slack_accepts() -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(manifest())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("_metadata", "major_version"), 1),
        (("display_information", "name"), "x" * 36),
        (("features", "rich_previews"), {}),
        (("features", "bot_user", "display_name"), "Zoho Duplicates"),
        (("oauth_config", "scopes", "bot"), ["chat:write", "chat:write"]),
        (("settings", "interactivity"), {}),
        (("settings", "event_subscriptions", "request_url"), "http://example.test"),
    ],
)
def test_the_schema_refuses_what_slack_refuses(path: tuple[str, ...], value: object) -> None:
    broken = manifest()
    place = broken
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value

    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(broken)


def test_every_address_is_the_bots_own_with_the_one_placeholder() -> None:
    addresses = [value for value in leaves(manifest()) if value.startswith("http")]

    assert addresses
    assert set(addresses) == {"https://YOUR-PUBLIC-URL/slack/events"}


def test_what_is_typed_arrives_as_it_was_typed() -> None:
    assert [command["should_escape"] for command in manifest()["features"]["slash_commands"]] == [False]


def test_an_optional_scope_is_listed_among_all_too() -> None:
    scopes = manifest()["oauth_config"]["scopes"]

    assert set(scopes["bot_optional"]) <= set(scopes["bot"])


def leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [value] if isinstance(value, str) else []
