"""Slack's limits on messages and views, checked apart from the SDK's models, so that a mistake there is
not made twice (https://docs.slack.dev/reference/block-kit/blocks).

Each check gives the reasons for a refusal in Slack's manner, an empty tuple when there is none.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from bot.sandbox.limits.blocks import check_blocks
from bot.sandbox.limits.report import Report

_CLASSIC = {
    "section",
    "header",
    "divider",
    "image",
    "context",
    "actions",
    "input",
    "rich_text",
    "video",
}
MESSAGE = frozenset(
    _CLASSIC
    | {"markdown", "table", "data_table", "data_visualization", "context_actions", "card", "carousel"}
    | {"container", "task_card", "plan", "auth_provider", "file"}
)
MODAL = frozenset(_CLASSIC | {"card", "alert"})
HOME = frozenset(_CLASSIC | {"table", "data_table", "card", "carousel", "container", "auth_provider"})


def check_message(blocks: list[Any], missing: Set[str] = frozenset()) -> tuple[str, ...]:
    """What is wrong with a message's blocks; `missing` names kinds this workspace does not have yet."""
    report = Report(MESSAGE - missing)
    if len(blocks) > 50:
        report.say("no more than 50 items allowed", "/blocks")
    check_blocks(report, blocks, "/blocks")
    return tuple(report.problems)


def check_view(view: dict[str, Any]) -> tuple[str, ...]:
    """What is wrong with a modal or a Home tab."""
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return ("unsupported type [json-pointer:/view/type]",)
    report = Report(MODAL if kind == "modal" else HOME)
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        return ("missing required field: blocks [json-pointer:/view]",)
    if len(blocks) > 100:
        report.say("no more than 100 items allowed", "/view/blocks")
    report.longest(view, "/view", private_metadata=3000, callback_id=255, external_id=255)
    if kind == "modal":
        _check_frame(report, view, blocks)
    check_blocks(report, blocks, "/view/blocks")
    return tuple(report.problems)


def _check_frame(report: Report, view: dict[str, Any], blocks: list[Any]) -> None:
    report.text(view.get("title"), "/view/title", 24, plain=True)
    for name in ("submit", "close"):
        if name in view and view[name] is not None:
            report.text(view[name], f"/view/{name}", 24, plain=True)
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
    if has_input and not view.get("submit"):
        report.say("missing required field: submit", "/view")
