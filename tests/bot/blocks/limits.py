"""Slack's own limits and our habits, checked on a finished message: https://docs.slack.dev/reference/block-kit/blocks"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from slack_sdk.models.views import View

from bot.blocks.parts import Message

SPECIAL = re.compile(r"<[^>]*>")
OURS = re.compile(r"<(!date\^\d+\^[^|<>]*\|[^|<>]*|@[UW][A-Z0-9]+|#[CG][A-Z0-9]+)>")


def walk(node: Any) -> Iterator[dict[str, Any]]:
    """Every object inside ``node``, itself included."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def check(message: Message) -> dict[str, Any]:
    """The message's payload, after every rule that holds for all messages was looked at."""
    payload = message.payload()
    check_text(payload["text"])
    check_blocks(payload["blocks"], limit=50)
    return payload


def check_view(view: View, *, limit: int = 100) -> dict[str, Any]:
    """The view as Slack takes it, after every rule for views was looked at."""
    made = view.to_dict()
    check_blocks(made["blocks"], limit=limit)
    for name in ("title", "submit", "close"):
        if name in made:
            assert 0 < len(made[name]["text"]) <= 24
    has_input = any(block["type"] == "input" for block in made["blocks"])
    assert not has_input or "submit" in made
    return made


def check_text(text: str) -> None:
    assert 0 < len(text) <= 300, text
    assert not text.startswith("•")
    only_ours(text)


def only_ours(text: str) -> None:
    """Nothing in ``text`` is read by Slack but our date tokens and mentions of people and channels."""
    left = OURS.sub("", text)
    assert "<" not in left, text
    assert ">" not in left, text
    assert not re.search(r"&(?!amp;|lt;|gt;)", left), text


def check_blocks(blocks: list[dict[str, Any]], *, limit: int) -> None:
    assert 0 < len(blocks) <= limit
    block_ids = [block["block_id"] for block in blocks]
    assert len(block_ids) == len(set(block_ids)), block_ids
    for block in blocks:
        assert len(block["block_id"]) <= 255
        check_block(block)
    primaries = [node for node in walk(blocks) if node.get("style") == "primary"]
    assert len(primaries) <= 1


def check_block(block: dict[str, Any]) -> None:
    for node in walk(block):
        look = _LOOKS.get(str(node.get("type")))
        if look:
            look(node)


def _check_mrkdwn(node: dict[str, Any]) -> None:
    assert node["verbatim"] is True
    assert 0 < len(node["text"]) <= 3000
    only_ours(node["text"])


def _check_plain(node: dict[str, Any]) -> None:
    assert node["emoji"] is False
    assert 0 < len(node["text"]) <= 3000


def _check_text(node: dict[str, Any]) -> None:
    assert node["text"], "an empty text element is refused"


def _check_link(node: dict[str, Any]) -> None:
    assert node["url"].startswith(("https://", "http://127.0.0.1"))
    assert node["text"]


def _check_emoji(node: dict[str, Any]) -> None:
    assert node["name"] in {
        "white_check_mark",
        "warning",
        "hourglass_flowing_sand",
        "triangular_flag_on_post",
    }


def _check_elements(node: dict[str, Any]) -> None:
    assert 0 < len(node["elements"]) <= (25 if node["type"] == "actions" else 10)


def _check_header(node: dict[str, Any]) -> None:
    assert len(node["text"]["text"]) <= 150


def _check_option_list(node: dict[str, Any]) -> None:
    most = {"overflow": 5, "radio_buttons": 10, "static_select": 100}[node["type"]]
    assert 0 < len(node["options"]) <= most
    for option in node["options"]:
        assert 0 < len(option["text"]["text"]) <= 75
        assert len(option["value"]) <= 150
        assert 0 < len(option.get("description", {"text": "x"})["text"]) <= 75


def _check_table(node: dict[str, Any]) -> None:
    rows = node["rows"]
    assert 0 < len(rows) <= 100
    assert len({len(row) for row in rows}) == 1
    assert len(rows[0]) <= 20
    assert sum(_letters(cell) for row in rows for cell in row) <= 10_000


def _letters(cell: dict[str, Any]) -> int:
    return sum(len(node["text"]) for node in walk(cell) if isinstance(node.get("text"), str))


def _check_raw(node: dict[str, Any]) -> None:
    assert node["text"]


def _check_confirm(button: dict[str, Any]) -> None:
    confirm = button.get("confirm")
    if confirm:
        assert len(confirm["title"]["text"]) <= 100
        assert len(confirm["text"]["text"]) <= 300
        assert len(confirm["confirm"]["text"]) <= 30
        assert len(confirm["deny"]["text"]) <= 30


def _never(node: dict[str, Any]) -> None:
    raise AssertionError(f"rich text that pings: {node}")


def check_button(button: dict[str, Any]) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", button["action_id"])
    assert 0 < len(button["text"]["text"]) <= 24, button["text"]["text"]
    assert len(button.get("value", "")) <= 2000
    assert len(button.get("url", "")) <= 3000
    assert len(button.get("accessibility_label", "")) <= 75
    _check_confirm(button)


_LOOKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "mrkdwn": _check_mrkdwn,
    "plain_text": _check_plain,
    "text": _check_text,
    "link": _check_link,
    "emoji": _check_emoji,
    "button": check_button,
    "actions": _check_elements,
    "context": _check_elements,
    "header": _check_header,
    "overflow": _check_option_list,
    "radio_buttons": _check_option_list,
    "static_select": _check_option_list,
    "table": _check_table,
    "raw_text": _check_raw,
    "broadcast": _never,
    "user": _never,
    "usergroup": _never,
    "channel": _never,
}


def texts(message: Message) -> str:
    """Every letter of the message's blocks, one piece a line, as a reader sees it."""
    found = []
    for block in message.payload()["blocks"]:
        found += [node["text"] for node in walk(block) if isinstance(node.get("text"), str)]
    return "\n".join(found)


def buttons(message: Message) -> dict[str, dict[str, Any]]:
    """The message's buttons by what stands on them."""
    nodes = walk(message.payload()["blocks"])
    return {node["text"]["text"]: node for node in nodes if node.get("type") == "button"}


def menus(message: Message) -> dict[str, dict[str, str]]:
    """The overflow menus by block id: words and value of each option."""
    return {
        block["block_id"]: {option["text"]["text"]: option["value"] for option in node["options"]}
        for block in message.payload()["blocks"]
        for node in walk(block)
        if node.get("type") == "overflow"
    }


def lines(message: Message) -> list[str]:
    """The message as plain lines: rich text put together, dates by their fallback."""
    return lines_of(message.payload()["blocks"])


def lines_of(blocks: list[dict[str, Any]]) -> list[str]:
    """The same of finished blocks."""
    return [line for block in blocks for line in _lines_of(block)]


def _lines_of(block: dict[str, Any]) -> Iterator[str]:
    kind = block["type"]
    if kind in {"section", "header"}:
        yield block["text"]["text"]
    elif kind == "context":
        yield " | ".join(element["text"] for element in block["elements"])
    elif kind == "actions":
        yield " ".join(f"[{element['text']['text']}]" for element in block["elements"] if "text" in element)
    elif kind == "rich_text":
        for element in block["elements"]:
            yield from _rich_lines(element)


def _rich_lines(element: dict[str, Any]) -> Iterator[str]:
    if element["type"] == "rich_text_list":
        for item in element["elements"]:
            yield "- " + "".join(_piece(piece) for piece in item["elements"])
    else:
        yield "".join(_piece(piece) for piece in element["elements"])


def _piece(piece: dict[str, Any]) -> str:
    if piece["type"] == "emoji":
        return f":{piece['name']}:"
    return str(piece.get("text") or piece.get("fallback"))
