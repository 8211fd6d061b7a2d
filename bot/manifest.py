"""The Slack app's manifest, with its addresses filled in or, for Socket Mode, left out.

``manifest.yml`` is changed line by line, so that its comments stay.
https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

import re
from pathlib import Path

FILE = Path(__file__).parents[1] / "manifest.yml"
_PLACEHOLDER = "https://YOUR-PUBLIC-URL"
_HTTP_ONLY = "socket_mode_enabled: false"
_SCOPES = re.compile(r"^ +(bot|bot_optional):\n((?: +[-#] .*\n)+)", re.MULTILINE)


def for_address(public_url: str) -> str:
    """The manifest of an app that Slack reaches at this address. Raises OSError without the file."""
    return _without_hint(FILE.read_text()).replace(_PLACEHOLDER, public_url)


def for_socket_mode() -> str:
    """The manifest of an app that connects to Slack by itself. Raises OSError without the file."""
    lines = _without_hint(FILE.read_text()).splitlines(keepends=True)
    text = "".join(line for line in lines if _PLACEHOLDER not in line)
    return text.replace(_HTTP_ONLY, "socket_mode_enabled: true")


def scopes() -> tuple[frozenset[str], frozenset[str]]:
    """The bot scopes that are needed, and those that may be left out. Raises OSError without the file."""
    named = {
        kind: frozenset(re.findall(r"^ +- (\S+)", rows, re.MULTILINE))
        for kind, rows in _SCOPES.findall(FILE.read_text())
    }
    optional = named.get("bot_optional", frozenset())
    return named.get("bot", frozenset()) - optional, optional


def _without_hint(text: str) -> str:
    """Without the comment that tells what to put in by hand."""
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not (line.startswith("#") and _PLACEHOLDER in line))
