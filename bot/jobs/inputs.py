"""What is filled in in a modal, as Slack says it.

https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ONE = ("selected_conversation", "selected_time", "value")


def chosen_in(view: Mapping[str, Any]) -> dict[str, str]:
    """The value of the one input of each block, by ``block_id``; several values stand with blanks between."""
    values = (view.get("state") or {}).get("values") or {}
    return {block: _chosen(inputs) for block, inputs in values.items()}


def _chosen(inputs: Mapping[str, Any]) -> str:
    for given in inputs.values():
        if "selected_option" in given:
            return str((given["selected_option"] or {}).get("value", ""))
        if "selected_options" in given:
            return " ".join(option["value"] for option in given["selected_options"] or [])
        if "selected_users" in given:
            return " ".join(given["selected_users"] or [])
        return next((str(given[name]) for name in _ONE if given.get(name)), "")
    return ""
