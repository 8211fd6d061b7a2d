"""Whom a message wakes, and where its links lead."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.reading import pings, urls


def marked(text: str, **more: Any) -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text} | more}]


def rich(*runs: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(runs)}]}]


@pytest.mark.parametrize(
    ("text", "blocks", "options", "found"),
    [
        ("<!channel> and @here", [], {}, ("channel",)),
        ("@here", [], {"link_names": True}, ("here",)),
        ("@everyone", [], {"parse": "full"}, ("everyone",)),
        ("&lt;!channel&gt;", marked("&lt;!here&gt;", verbatim=True), {}, ()),
        ("", marked("owner @here, a@here.example"), {}, ("here",)),
        ("", marked("owner @here", verbatim=True), {}, ()),
        ("", marked("<!here> <!subteam^S01|@agents>", verbatim=True), {}, ("here", "subteam^S01")),
        ("", marked("`@here` ```<!channel>```"), {}, ()),
        ("", rich({"type": "text", "text": "@here <!channel>"}), {}, ()),
        ("", rich({"type": "broadcast", "range": "here"}), {}, ("here",)),
        ("", rich({"type": "usergroup", "usergroup_id": "S01"}), {}, ("S01",)),
        ("<@U01MARA>", rich({"type": "user", "user_id": "U01MARA"}), {}, ()),
    ],
)
def test_pings_are_found(
    text: str, blocks: list[dict[str, Any]], options: dict[str, Any], found: tuple[str, ...]
) -> None:
    assert pings(text, blocks, options) == found


def test_addresses_are_found_wherever_they_stand() -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Open"}, "url": "https://c.example"}
    blocks = [
        *rich({"type": "link", "url": "https://a.example", "text": "Ana Roe"}),
        *marked("<https://b.example/?x=1&amp;y=2|Zoho> https://bare.example"),
        {"type": "actions", "elements": [button]},
    ]
    assert urls(blocks) == ("https://a.example", "https://b.example/?x=1&y=2", "https://c.example")
