"""How a message reads in the demo's transcript."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.demo.transcript import RULE, drawn, plain

NAMES = {"U01MARA": "Mara Lindqvist", "C01SUPPORT": "#support"}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def letters(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def button(text: str, **more: str) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": letters(text), **more}


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


def line(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def test_a_record_reads_as_a_bullet_with_its_whole_link_below() -> None:
    address = "http://127.0.0.1:1/support/larkfield/ShowHomePage.do#Contacts/dv/1600000001"
    block = rich(
        line(
            {"type": "text", "text": "1. Same e-mail", "style": {"bold": True}},
            text(" · ana@kestrel.example"),
        ),
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                line(
                    {"type": "link", "url": address, "text": "Ana Roe"},
                    text(" · created "),
                    {"type": "date", "timestamp": 1, "format": "{date_short}", "fallback": "12 Mar 2024"},
                ),
                line(text("\u2068עידו\u2069 and *stars*")),
            ],
        },
    )

    assert drawn([block], NAMES) == [
        "1. Same e-mail · ana@kestrel.example",
        "• Ana Roe · created 12 Mar 2024",
        f"     {address}",
        "• עידו and *stars*",
    ]


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        ({"type": "header", "text": letters("20 found")}, ["20 found", "════════"]),
        ({"type": "divider"}, [RULE]),
        (
            {"type": "section", "text": mrkdwn("*Desk contacts* · 12"), "accessory": button("Show")},
            ["Desk contacts · 12   [Show]"],
        ),
        ({"type": "section", "fields": [mrkdwn("a"), letters("*b*")]}, ["a", "*b*"]),
        ({"type": "context", "elements": [mrkdwn("one\ntwo"), letters("three")]}, ["one", "two", "three"]),
        (
            {
                "type": "actions",
                "elements": [button("Flag"), button("Connect", url="http://127.0.0.1:1/c?x=1")],
            },
            ["[Flag] [Connect]", "   http://127.0.0.1:1/c?x=1"],
        ),
        (
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "static_select",
                        "placeholder": letters("Organisation"),
                        "options": [{"text": letters("One")}, {"text": letters("Two")}],
                    },
                    {"type": "overflow", "options": [{"text": letters("Why these?")}]},
                ],
            },
            ["[Organisation: One | Two] [⋮: Why these?]"],
        ),
        (
            rich(
                {
                    "type": "rich_text_list",
                    "style": "ordered",
                    "elements": [line(text("first")), line(text("second"))],
                }
            ),
            ["1. first", "2. second"],
        ),
        (rich({"type": "rich_text_preformatted", "elements": [text("as\nsaid")]}), ["> as", "  said"]),
        (
            rich(line({"type": "emoji", "name": "warning"}, {"type": "user", "user_id": "U01MARA"})),
            ["⚠️@Mara Lindqvist"],
        ),
        (
            {
                "type": "table",
                "rows": [[{"type": "raw_text", "text": "E-mail"}, rich(line(text("ana@kestrel.example")))]],
            },
            ["E-mail | ana@kestrel.example"],
        ),
        (
            {
                "type": "input",
                "label": letters("How often"),
                "hint": letters("By your own clock."),
                "element": {"type": "static_select", "initial_option": {"text": letters("Weekdays")}},
            },
            ["How often: Weekdays", "   By your own clock."],
        ),
        (
            {
                "type": "input",
                "label": letters("Lists"),
                "element": {"initial_options": [{"text": letters("One")}, {"text": letters("Two")}]},
            },
            ["Lists: One, Two"],
        ),
        ({"type": "input", "label": letters("At"), "element": {"initial_time": "09:00"}}, ["At: 09:00"]),
        (
            {
                "type": "input",
                "label": letters("Channel"),
                "element": {"initial_conversation": "C01SUPPORT"},
            },
            ["Channel: #support"],
        ),
        ({"type": "input", "label": letters("Filters"), "element": {}}, ["Filters: –"]),
        ({"type": "carousel"}, ["(carousel: not drawn)"]),
    ],
)
def test_every_kind_of_block_has_its_way_of_being_read(block: dict[str, Any], lines: list[str]) -> None:
    assert drawn([block], NAMES) == lines


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (":white_check_mark: *Flagged* by <@U01MARA>", "✅ Flagged by @Mara Lindqvist"),
        ("<@U09WHO>", "@U09WHO"),
        ("alerts in <#C01SUPPORT>", "alerts in #support"),
        ("read <!date^1795507500^{date_short_pretty} at {time}|24 Nov 2026 09:05>", "read 24 Nov 2026 09:05"),
        ("<https://desk.zoho.eu/a?b=1&amp;c|the record>", "the record (https://desk.zoho.eu/a?b=1&c)"),
        ("<https://desk.zoho.eu/a>", "https://desk.zoho.eu/a"),
        ("R&amp;D &lt;3 2*3*4 :tada:", "R&D <3 2*3*4 :tada:"),
    ],
)
def test_our_own_words_lose_their_marks(words: str, read: str) -> None:
    assert plain(words, NAMES) == [read]
