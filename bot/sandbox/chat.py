"""`chat.*`: posting, editing and taking away messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sandbox.people import BOT_USER, Channel
from bot.sandbox.posting import Refused, contents, metadata
from bot.sandbox.things import Json, Message
from bot.sandbox.world import World

LONGEST_UPDATE = 4_000


def conversation(world: World, given: Mapping[str, Any], *, open_dm: bool = False) -> Channel:
    """The channel a call names, by id, `#name` or (to post) a user's id; Refused when there is none, or
    none the app can see."""
    name = str(given.get("channel") or "")
    if open_dm and name in world.people:
        return world.channels[world.people[name].dm]
    named = {f"#{channel.name}": channel for channel in world.channels.values() if not channel.is_dm}
    channel = world.channels.get(name) or named.get(name)
    if channel is None or (channel.private and BOT_USER not in channel.people):
        raise Refused("channel_not_found")
    return channel


def _writable(world: World, given: Mapping[str, Any]) -> Channel:
    channel = conversation(world, given, open_dm=True)
    if channel.archived:
        raise Refused("is_archived")
    if BOT_USER not in channel.people and not given.get("public_allowed"):
        raise Refused("not_in_channel")
    return channel


def _own(world: World, given: Mapping[str, Any], *, refusal: str) -> Message:
    channel = conversation(world, given)
    message = world.posts.get(str(given.get("ts") or ""))
    if message is None or message.deleted or message.ephemeral or message.channel != channel.id:
        raise Refused("message_not_found")
    if message.user != BOT_USER:
        raise Refused(refusal)
    return message


def post_message(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postMessage"""
    channel = _writable(world, given)
    message = world.post(
        channel.id,
        via="chat.postMessage",
        metadata=metadata(given),
        thread_ts=given.get("thread_ts"),
        **contents(world, given),
    )
    return {"channel": channel.id, "ts": message.ts, "message": message.payload()}


def post_ephemeral(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral"""
    channel = _writable(world, given)
    user = str(given.get("user") or "")
    if BOT_USER not in channel.people:
        raise Refused("not_in_channel")
    if user not in channel.people:
        raise Refused("user_not_in_channel")
    message = world.post(channel.id, to=user, via="chat.postEphemeral", **contents(world, given))
    return {"message_ts": message.ts}


def update(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/chat.update: text without blocks removes the blocks,
    metadata that is left out is kept."""
    message = _own(world, given, refusal="cant_update_message")
    shown = contents(world, given, longest=LONGEST_UPDATE)
    if "metadata" in given:
        shown["metadata"] = metadata(given)
    message = world.edit(message.ts, **shown)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": message.payload()}


def delete(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/chat.delete"""
    message = _own(world, given, refusal="cant_delete_message")
    world.delete(message.ts)
    return {"channel": message.channel, "ts": message.ts}
