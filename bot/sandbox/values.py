"""What a person chose or typed, in the words of Slack's payloads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.sandbox.things import Element, Json, elements

# Which key carries the choice, for elements whose choice is one plain value.
SINGLE = {
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
}
SEVERAL = {
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
}
ONE_OPTION = ("static_select", "radio_buttons", "overflow")
MORE_OPTIONS = ("checkboxes", "multi_static_select")
TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
STATEFUL = {*SINGLE, *SEVERAL, "static_select", "radio_buttons", *MORE_OPTIONS, *TYPED}


def options(raw: Json) -> list[Json]:
    """Every option of an element, those in groups too."""
    grouped = [option for group in raw.get("option_groups", []) for option in group.get("options", [])]
    return [*raw.get("options", []), *grouped]


def _option(raw: Json, wanted: Any) -> Json:
    """The option with this value (or these words); ValueError when there is none."""
    for option in options(raw):
        if wanted in (option.get("value"), option.get("text", {}).get("text")):
            return option
    raise ValueError(f"{raw.get('action_id')} has no option {wanted!r}")


def _list(chosen: Any) -> Iterable[Any]:
    return [chosen] if isinstance(chosen, str) else (chosen or [])


def _nothing(raw: Json, chosen: Any) -> Any:
    """The initial choice of an element in the plain form that `chosen` has."""
    kind = raw.get("type")
    if chosen is not None:
        return chosen
    if kind in SINGLE:
        return raw.get(SINGLE[kind][1])
    if kind in SEVERAL:
        return raw.get(SEVERAL[kind][1], [])
    if kind in MORE_OPTIONS:
        return [option["value"] for option in raw.get("initial_options", [])]
    if kind in TYPED:
        return raw.get("initial_value")
    return (raw.get("initial_option") or {}).get("value")


def chosen_part(raw: Json, chosen: Any = None) -> Json:
    """The choice as Slack spells it for this element; None takes the element's initial choice."""
    kind = str(raw.get("type"))
    chosen = _nothing(raw, chosen)
    if kind in SINGLE:
        return {SINGLE[kind][0]: chosen or None}
    if kind in SEVERAL:
        return {SEVERAL[kind][0]: list(_list(chosen))}
    if kind in MORE_OPTIONS:
        return {"selected_options": [_option(raw, value) for value in _list(chosen)]}
    if kind in ONE_OPTION:
        return {"selected_option": _option(raw, chosen) if chosen not in (None, "") else None}
    if kind in TYPED:
        return {"value": chosen or None}
    return {}


def action_part(element: Element, chosen: Any) -> Json:
    """The entry of `actions` for a click on this element."""
    raw = element.raw
    part: Json = {"type": raw["type"], "action_id": element.action_id, "block_id": element.block_id}
    if raw["type"] in ("button", "workflow_button"):
        part["text"] = raw["text"]
        part |= {name: raw[name] for name in ("value", "style", "url") if name in raw}
        return part
    if "placeholder" in raw:
        part["placeholder"] = raw["placeholder"]
    return part | chosen_part(raw, chosen)


def pick(given: Mapping[str, Any], element: Element) -> Any:
    """What `given` holds for this element: under its block_id (alone, or with action_ids inside), or
    under its action_id."""
    for key in (element.block_id, element.action_id):
        found = given.get(key)
        if isinstance(found, Mapping) and element.action_id in found:
            return found[element.action_id]
        if found is not None and not isinstance(found, Mapping):
            return found
    return None


def state(blocks: tuple[Json, ...], given: Mapping[str, Any] | None = None, here: str = "") -> Json:
    """`state.values` of a message or view: block_id to action_id to choice; `here` is the conversation
    that `default_to_current_conversation` means."""
    values: Json = {}
    for element in elements(blocks):
        if element.raw.get("type") in STATEFUL:
            chosen = pick(given or {}, element)
            if chosen is None and element.raw.get("default_to_current_conversation"):
                chosen = element.raw.get("initial_conversation") or here
            part = {"type": element.raw["type"]} | chosen_part(element.raw, chosen)
            values.setdefault(element.block_id, {})[element.action_id] = part
    return values


def unanswered(blocks: tuple[Json, ...], values: Json) -> dict[str, str]:
    """What Slack's client refuses before anything is sent: block_id to the words beside the field."""
    wrong = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        raw = block["element"]
        part = values.get(block["block_id"], {}).get(raw.get("action_id"), {})
        found = next((value for key, value in part.items() if key != "type"), None)
        if found in (None, "", []) and not block.get("optional"):
            wrong[block["block_id"]] = "Please complete this required field."
        elif isinstance(found, str) and len(found) < raw.get("min_length", 0):
            wrong[block["block_id"]] = f"Write at least {raw['min_length']} characters."
        elif isinstance(found, str) and len(found) > raw.get("max_length", 3000):
            wrong[block["block_id"]] = f"Write at most {raw.get('max_length', 3000)} characters."
    return wrong
