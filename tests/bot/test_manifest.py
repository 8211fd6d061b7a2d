"""``python -m bot manifest``: what Slack accepts, with addresses or without any."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml

from bot import manifest
from bot.__main__ import main
from tests.test_house_manifest import SCHEMA, leaves


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["manifest", *words]) == 0
    loaded = yaml.safe_load(capsys.readouterr().out)
    assert isinstance(loaded, dict)
    jsonschema.Draft202012Validator(SCHEMA).validate(loaded)
    return loaded


def original() -> dict[str, Any]:
    loaded = yaml.safe_load(manifest.FILE.read_text())
    assert isinstance(loaded, dict)
    return loaded


def without_addresses(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: without_addresses(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if not str(inner).startswith("https://")}
    return [without_addresses(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("address", ["https://duplicates.example.com", "https://duplicates.example.com/"])
def test_the_address_stands_wherever_slack_sends_something(
    capsys: pytest.CaptureFixture[str], address: str
) -> None:
    found = printed(capsys, "--public-url", address)
    addresses = {leaf for leaf in leaves(found) if leaf.startswith("http")}
    assert addresses == {"https://duplicates.example.com/slack/events"}
    assert found["settings"]["socket_mode_enabled"] is False
    assert without_addresses(found) == without_addresses(original())


def test_in_socket_mode_there_is_no_address_and_nothing_else_changes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = printed(capsys, "--socket-mode")
    assert not [leaf for leaf in leaves(found) if leaf.startswith("http")]
    assert found["settings"]["socket_mode_enabled"] is True
    expected = without_addresses(original())
    expected["settings"]["socket_mode_enabled"] = True
    assert found == expected


def test_neither_holds_the_hint_to_put_an_address_in(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("--public-url", "https://duplicates.example.com"), ("--socket-mode",)):
        assert main(["manifest", *words]) == 0
        assert "YOUR-PUBLIC-URL" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("duplicates.example.com", "must be an address"),
        ("http://duplicates.example.com", "must begin with https"),
        ("http://127.0.0.1:8080", "--socket-mode"),
        ("https://duplicates.example.com/bot", "without a path"),
    ],
)
def test_an_address_that_slack_would_refuse_is_refused_here(
    capsys: pytest.CaptureFixture[str], address: str, says: str
) -> None:
    assert main(["manifest", "--public-url", address]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert says in told.err


@pytest.mark.parametrize("words", [[], ["--socket-mode", "--public-url", "https://duplicates.example.com"]])
def test_one_of_the_two_ways_has_to_be_named(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["manifest", *words])
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


def test_the_scopes_are_those_of_the_manifest() -> None:
    granted = original()["oauth_config"]["scopes"]
    needed, optional = manifest.scopes()
    assert needed | optional == set(granted["bot"]) | set(granted.get("bot_optional", ()))
    assert optional == set(granted.get("bot_optional", ()))
