"""`views.*`: modals and the Home tab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sandbox.payloads import view_payload
from bot.sandbox.posting import Refused, decoded
from bot.sandbox.posting import view as checked
from bot.sandbox.things import Json, View
from bot.sandbox.world import STACK, Trigger, World


def _trigger(world: World, given: Mapping[str, Any]) -> Trigger:
    """The trigger a call names, used up by this; Refused when it is unknown, used or too old."""
    trigger = world.triggers.get(str(given.get("trigger_id") or ""))
    if trigger is None:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    if world.now() > trigger.until:
        raise Refused("expired_trigger_id")
    trigger.used = True
    return trigger


def _modal(given: Mapping[str, Any]) -> Json:
    found = checked(decoded(given, "view"))
    if found["type"] != "modal":
        raise Refused("invalid_arguments", "only views of type modal can be opened [json-pointer:/view/type]")
    return found


def _fresh(view: View, given: Mapping[str, Any]) -> None:
    if given.get("hash") and given["hash"] != view.hash:
        raise Refused("hash_conflict")


def _unique(world: World, found: Json, but: str = "") -> None:
    external = found.get("external_id")
    taken = {v.given.get("external_id") for v in world.views.values() if v.id != but}
    if external and external in taken:
        raise Refused("duplicate_external_id")


def open_view(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/views.open"""
    found = _modal(given)
    _unique(world, found)
    trigger = _trigger(world, given)
    return {"view": view_payload(world.show(trigger.user, found, channel=trigger.channel))}


def push_view(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/views.push: at most three views lie on each other."""
    found = _modal(given)
    _unique(world, found)
    trigger = _trigger(world, given)
    if not world.stack(trigger.user):
        raise Refused("not_found")
    if len(world.stack(trigger.user)) >= STACK:
        raise Refused("push_limit_reached")
    return {"view": view_payload(world.show(trigger.user, found, push=True))}


def update_view(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/views.update"""
    found = _modal(given)
    view = world.find_view(given.get("view_id"), given.get("external_id"))
    if view is None or view.id not in world.stacks.get(view.user, []):
        raise Refused("not_found")
    _fresh(view, given)
    _unique(world, found, but=view.id)
    return {"view": view_payload(world.replace_view(view, found))}


def publish_view(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/views.publish"""
    user = str(given.get("user_id") or "")
    if user not in world.people:
        raise Refused("invalid_arguments", "invalid user_id [json-pointer:/user_id]")
    found = checked(decoded(given, "view"))
    if found["type"] != "home":
        raise Refused(
            "invalid_arguments", "only views of type home can be published [json-pointer:/view/type]"
        )
    old = world.views.get(world.homes.get(user, ""))
    if old:
        _fresh(old, given)
        return {"view": view_payload(world.replace_view(old, found))}
    view = world.put_view(View(f"VHOME{user}", "", user, found, f"VHOME{user}"))
    world.homes[user] = view.id
    return {"view": view_payload(view)}
