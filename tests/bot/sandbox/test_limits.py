"""Slack's limits, each met and passed by one."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.limits import check_message, check_view

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def marked(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(**more: Any) -> Block:
    return {"type": "section", "text": marked("hello")} | more


def button(**more: Any) -> Block:
    return {"type": "button", "text": plain("Flag"), "action_id": "group.flag"} | more


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def option(value: str = "a", text: str = "A", **more: Any) -> Block:
    return {"text": plain(text), "value": value} | more


def select(**more: Any) -> Block:
    return {"type": "static_select", "action_id": "pick", "options": [option()]} | more


def given(element: Block, **more: Any) -> Block:
    return {"type": "input", "block_id": "field", "label": plain("Name"), "element": element} | more


def rich(*parts: Block) -> Block:
    return {"type": "rich_text", "elements": list(parts)}


def line(*runs: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(runs)}


def bullets(**more: Any) -> Block:
    return {"type": "rich_text_list", "style": "bullet", "elements": [line(run())]} | more


def run(text: str = "x", **more: Any) -> Block:
    return {"type": "text", "text": text} | more


def table(rows: int = 1, columns: int = 1, text: str = "x") -> Block:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text}] * columns] * rows}


def modal(*blocks: Block, **more: Any) -> Block:
    return {"type": "modal", "title": plain("Title"), "submit": plain("Go"), "blocks": list(blocks)} | more


SOUND: list[list[Block]] = [
    [section(text=marked("x" * 3000))],
    [section(fields=[marked("x" * 2000)] * 10)],
    [{"type": "section", "fields": [plain("x")]}],
    [{"type": "header", "text": plain("x" * 150)}],
    [{"type": "context", "elements": [marked("x")] * 10}],
    [actions(*(button(action_id=f"a{n}") for n in range(25)))],
    [actions(button(text=plain("x" * 75), value="v" * 2000, accessibility_label="l" * 75, style="danger"))],
    [actions(button(url="https://desk.zoho.eu/" + "x" * 2979))],
    [actions({"type": "overflow", "action_id": "more", "options": [option(url="https://a.example")] * 5})],
    [section(accessory=select(options=[option("v" * 150, "t" * 75, description=plain("d" * 75))] * 100))],
    [section(accessory=select(placeholder=plain("p" * 150), initial_option=option()))],
    [section(accessory={"type": "image", "image_url": "https://a.example/x.png", "alt_text": "x"})],
    [section(accessory=button(confirm={"title": plain("t" * 100), "text": marked("x" * 300)}))],
    [
        rich(
            line(run(style={"bold": True})),
            bullets(indent=8),
            {"type": "rich_text_quote", "elements": [run()]},
        )
    ],
    [rich(line({"type": "date", "timestamp": 1795507500, "format": "{date_short}", "fallback": "today"}))],
    [rich(line({"type": "link", "url": "https://a.example"}, {"type": "user", "user_id": "U01MARA"}))],
    [table(100, 20)],
    [table(1, 1, "x" * 10_000)],
    [{"type": "markdown", "text": "x" * 12_000}],
    [{"type": "container", "title": plain("Group"), "child_blocks": [section()]}],
    [section(block_id="b" * 255)],
    [section()] * 50,
    [],
]

BROKEN: list[tuple[list[Block], str]] = [
    ([section()] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([section(text=marked("x" * 3001))], "must be less than 3001 characters"),
    ([section(text=marked(""))], "must be more than 0 characters"),
    ([section(text=marked("x") | {"emoji": True})], "invalid additional property: emoji"),
    ([section(text=plain("x") | {"verbatim": True})], "invalid additional property: verbatim"),
    ([section(text={"type": "markdown", "text": "x"})], "unsupported type: markdown"),
    ([section(text=marked("x") | {"verbatim": "yes"})], "must be a boolean"),
    ([section(text="x")], "must be an object"),
    ([section(colour="red")], "invalid additional property: colour"),
    ([{"type": "section"}], "must define one of: text, fields"),
    ([section(fields=[])], "must provide at least 1 items"),
    ([section(fields=[marked("x")] * 11)], "no more than 10 items allowed"),
    ([section(fields=[marked("x" * 2001)])], "/blocks/0/fields/0/text"),
    ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151 characters"),
    ([{"type": "header", "text": marked("x")}], "unsupported type: mrkdwn"),
    ([{"type": "header"}], "missing required field: text"),
    ([{"type": "context", "elements": [marked("x")] * 11}], "no more than 10 items allowed"),
    ([{"type": "context", "elements": [button()]}], "unsupported type: button"),
    ([actions()], "must provide at least 1 items"),
    ([actions(*(button(action_id=f"a{n}") for n in range(26)))], "no more than 25 items allowed"),
    ([actions(button(), button())], "action_id already exists: group.flag"),
    ([actions(button(action_id="a" * 256))], "must be less than 256 characters"),
    ([actions(button(text=plain("x" * 76)))], "must be less than 76 characters"),
    ([actions(button(text=marked("x")))], "unsupported type: mrkdwn"),
    ([actions(button(value="v" * 2001))], "/blocks/0/elements/0/value"),
    ([actions(button(url="https://a.example/" + "x" * 3000))], "must be less than 3001 characters"),
    ([actions(button(url="javascript:alert(1)"))], "invalid url"),
    ([actions(button(style="loud"))], "must be one of: primary, danger"),
    ([actions(button(accessibility_label="l" * 76))], "must be less than 76 characters"),
    ([actions({"type": "plain_text_input", "action_id": "a"})], "unsupported type: plain_text_input"),
    ([actions({"type": "overflow", "options": [option()] * 6})], "no more than 5 items allowed"),
    ([section(accessory=select(options=[option()] * 101))], "no more than 100 items allowed"),
    ([section(accessory=select(options=[option(text="t" * 76)]))], "must be less than 76 characters"),
    ([section(accessory=select(options=[option("v" * 151)]))], "must be less than 151 characters"),
    ([section(accessory=select(option_groups=[]))], "must define exactly one of: options, option_groups"),
    ([section(accessory=select(placeholder=plain("")))], "/blocks/0/accessory/placeholder/text"),
    ([section(accessory=select(initial_option=option("b")))], "initial option must be one of the options"),
    ([section(accessory={"type": "radio_buttons", "options": [option()] * 11})], "no more than 10 items"),
    ([section(accessory=button(confirm={"title": plain("t" * 101), "text": marked("x")}))], "/confirm/title"),
    ([section(accessory=button(confirm={"title": plain("t")}))], "missing required field: text"),
    ([section(accessory={"type": "image", "alt_text": "x"})], "must define one of: image_url, slack_file"),
    ([section(accessory={"type": "datepicker", "initial_date": "24 Nov"})], "invalid format"),
    ([section(block_id="b" * 256)], "must be less than 256 characters"),
    ([section(block_id="b"), section(block_id="b")], "block_id already exists: b"),
    ([rich()], "must provide at least 1 items"),
    ([rich(line(run("")))], "must be more than 0 characters"),
    ([rich(bullets(indent=9))], "must be between 0 and 8"),
    ([rich(bullets(style="star"))], "must be one of: bullet, ordered"),
    ([rich(bullets(elements=[run()]))], "unsupported type"),
    ([rich(line(run(style={"loud": True})))], "invalid style"),
    ([rich(line({"type": "date", "timestamp": "soon", "format": "{date}"}))], "must be an integer"),
    ([rich(line({"type": "marquee"}))], "unsupported type: marquee"),
    ([rich(line({"type": "broadcast", "range": "world"}))], "must be one of: here"),
    ([table(101)], "no more than 100 items allowed"),
    ([table(1, 21)], "no more than 20 items allowed"),
    ([table(2, 1, "x" * 5001)], "all cells together must be less than 10001 characters"),
    ([table(), table()], "only one table is allowed"),
    ([table(text="")], "must be more than 0 characters"),
    ([{"type": "markdown", "text": "x" * 6001}] * 2, "all markdown blocks together"),
    ([{"type": "alert", "text": marked("x")}], "unsupported type: alert"),
    ([{"type": "marquee"}], "unsupported type: marquee"),
    (["hello"], "must be an object"),  # type: ignore[list-item]  # what a careless caller might send
]

FRAMES: list[tuple[Block, str]] = [
    (modal(section(), title=plain("t" * 25)), "/view/title"),
    (modal(section(), submit=plain("t" * 25)), "/view/submit"),
    (modal(section(), close=plain("t" * 25)), "/view/close"),
    (modal(section(), private_metadata="m" * 3001), "/view/private_metadata"),
    (modal(section(), callback_id="m" * 256), "/view/callback_id"),
    (modal(given(select()), submit=None), "missing required field: submit"),
    (modal(given(button())), "unsupported type: button"),
    (modal(given(select(), label=plain("l" * 2001))), "/view/blocks/0/label"),
    (modal(given(select(), hint=plain("l" * 2001))), "/view/blocks/0/hint"),
    (modal(given({"type": "plain_text_input", "max_length": 3001})), "must be between 1 and 3000"),
    (modal(given({"type": "plain_text_input", "min_length": -1})), "must be between 0 and 3000"),
    (modal(given({"type": "checkboxes", "options": [option()], "initial_options": []})), "at least 1 items"),
    (modal(*[section()] * 101), "no more than 100 items allowed"),
    (modal(table()), "unsupported type: table"),
    ({"type": "home", "blocks": [{"type": "markdown", "text": "x"}]}, "unsupported type: markdown"),
    ({"type": "home"}, "missing required field: blocks"),
    ({"type": "tray", "blocks": []}, "unsupported type"),
]


@pytest.mark.parametrize("blocks", SOUND)
def test_what_just_fits_is_taken(blocks: list[Block]) -> None:
    assert check_message(blocks) == ()


@pytest.mark.parametrize(("blocks", "reason"), BROKEN)
def test_what_does_not_fit_is_refused_with_its_reason(blocks: list[Block], reason: str) -> None:
    found = check_message(blocks)
    assert any(reason in problem for problem in found), found


@pytest.mark.parametrize(("view", "reason"), FRAMES)
def test_views_have_limits_of_their_own(view: Block, reason: str) -> None:
    found = check_view(view)
    assert any(reason in problem for problem in found), found


def test_a_whole_modal_and_a_home_tab_are_taken() -> None:
    typed = {"type": "plain_text_input", "action_id": "a", "max_length": 3000, "multiline": True}
    people = {"type": "multi_users_select", "action_id": "b", "initial_users": ["U01MARA"]}
    assert check_view(modal(given(typed), given(people, block_id="other"))) == ()
    assert check_view({"type": "home", "blocks": [section(), table()]}) == ()
