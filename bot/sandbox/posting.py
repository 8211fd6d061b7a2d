"""What makes a post acceptable, and how its parts are kept: shared by the Web API, `response_url` and
the answers to requests."""

from __future__ import annotations

import copy
import json
import secrets
from collections.abc import Mapping
from typing import Any

from bot.sandbox.limits import check_message, check_view
from bot.sandbox.things import Json
from bot.sandbox.values import ONE_OPTION, STATEFUL
from bot.sandbox.world import World, fields

LONGEST_TEXT = 40_000
LARGEST_VIEW = 250_000


class Refused(Exception):
    """The call is refused as Slack refuses it: its error, and what else the answer holds."""

    def __init__(self, error: str, *messages: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.more = more

    def body(self) -> Json:
        """The JSON Slack answers with."""
        found: Json = {"ok": False, "error": self.error} | self.more
        if self.messages:
            said = [f"[ERROR] {message}" for message in self.messages]
            found |= {"errors": list(self.messages), "response_metadata": {"messages": said}}
        return found


def decoded(given: Mapping[str, Any], name: str) -> Any:
    """An argument that is JSON, sent as such or as a string of it; Refused when it cannot be read."""
    found = given.get(name)
    if not isinstance(found, str):
        return found
    try:
        return json.loads(found)
    except ValueError:
        wrong = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}
        raise Refused(wrong.get(name, "invalid_arguments")) from None


def truth(found: Any) -> bool:
    """A boolean argument, also where it came as words."""
    return found is True or str(found).lower() in ("1", "true")


def settled(blocks: list[Json]) -> tuple[Json, ...]:
    """A copy of the blocks where those without a block_id or action_id have got one, as Slack does."""
    kept = copy.deepcopy(blocks)
    for block in kept:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        inner = [block.get("accessory"), block.get("element"), *block.get("elements", [])]
        for raw in inner:
            if isinstance(raw, dict) and raw.get("type") in {*STATEFUL, *ONE_OPTION, "button"}:
                raw.setdefault("action_id", secrets.token_urlsafe(4))
    return tuple(kept)


def contents(world: World, given: Mapping[str, Any], *, longest: int = LONGEST_TEXT) -> Json:
    """Text, blocks and options of a post, checked; Refused with Slack's error otherwise."""
    blocks = decoded(given, "blocks") or []
    text = str(given.get("text") or "")
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise Refused("invalid_blocks_format")
    wrong = check_message(blocks, world.missing_blocks)
    if wrong:
        raise Refused("invalid_blocks", *wrong)
    if not text and not blocks and not decoded(given, "attachments"):
        raise Refused("no_text")
    if len(text) > longest and longest < LONGEST_TEXT:
        raise Refused("msg_too_long")
    return {"text": text[:LONGEST_TEXT], "blocks": settled(blocks), "options": fields(given)}


def metadata(given: Mapping[str, Any]) -> Json | None:
    """The message metadata; None when it is empty; Refused when it has not Slack's form."""
    found = decoded(given, "metadata")
    if not found:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("event_payload"), dict):
        raise Refused("invalid_metadata_schema")
    if not isinstance(found.get("event_type"), str) or not found["event_type"]:
        raise Refused("invalid_metadata_schema")
    return found


def view(given: Any) -> Json:
    """A view, checked; Refused with Slack's error otherwise."""
    if not isinstance(given, dict):
        raise Refused("invalid_arguments", "missing required field: view [json-pointer:/view]")
    if len(json.dumps(given)) > LARGEST_VIEW:
        raise Refused("view_too_large")
    wrong = check_view(given)
    if wrong:
        raise Refused("invalid_arguments", *wrong)
    return given | {"blocks": list(settled(given["blocks"]))}
