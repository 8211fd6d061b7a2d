"""Methods that read: who the app is, persons, conversations and what was said in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sandbox.chat import conversation
from bot.sandbox.limits import check_message, check_view
from bot.sandbox.people import APP_NAME, BOT, BOT_USER, OTHER_TEAM, TEAM, TEAMS, Channel, Person
from bot.sandbox.posting import Refused, decoded, truth
from bot.sandbox.things import Json
from bot.sandbox.world import World

LARGEST_PAGE = 999


def auth_test(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/auth.test"""
    name, domain = TEAMS[TEAM]
    return {
        "url": f"https://{domain}.slack.example/",
        "team": name,
        "user": APP_NAME.lower(),
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def blocks_validate(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/blocks.validate"""
    view, message, blocks = (decoded(given, name) for name in ("view", "message", "blocks"))
    if isinstance(view, dict):
        wrong = check_view(view)
    else:
        found = message.get("blocks", []) if isinstance(message, dict) else blocks
        wrong = check_message(found or [])
    if wrong:
        raise Refused("invalid_blocks", *wrong)
    return {}


def _user(person: Person) -> Json:
    stranger = person.team == OTHER_TEAM
    profile = {"real_name": person.name, "display_name": person.handle}
    if not stranger:
        profile["email"] = person.email
    return {
        "id": person.id,
        "team_id": person.team,
        "name": person.handle,
        "real_name": person.name,
        "deleted": person.is_deactivated,
        "tz": person.zone,
        "is_bot": False,
        "is_stranger": stranger,
        "profile": profile,
    }


def users_info(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/users.info"""
    user = str(given.get("user") or "")
    if user == BOT_USER:
        profile = {"real_name": APP_NAME, "display_name": APP_NAME.lower()}
        return {
            "user": {
                "id": BOT_USER,
                "team_id": TEAM,
                "name": "duplicates",
                "is_bot": True,
                "profile": profile,
            }
        }
    if user not in world.people:
        raise Refused("user_not_found")
    return {"user": _user(world.people[user])}


def users_list(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/users.list"""
    members = [_user(person) for person in world.people.values()]
    return {"members": members, "response_metadata": {"next_cursor": ""}}


def _channel(channel: Channel) -> Json:
    found: Json = {
        "id": channel.id,
        "is_im": channel.is_dm,
        "is_channel": not channel.is_dm and not channel.private,
        "is_private": channel.private or channel.is_dm,
        "is_archived": channel.archived,
        "is_member": BOT_USER in channel.people,
        "is_shared": channel.shared,
        "is_ext_shared": channel.shared,
        "is_org_shared": False,
    }
    if channel.is_dm:
        return found | {"user": next(iter(channel.people - {BOT_USER}))}
    return found | {"name": channel.name, "num_members": len(channel.people)}


def conversations_open(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.open, for one person at a time."""
    if given.get("channel"):
        return {"channel": _channel(conversation(world, given))}
    users = given.get("users") or ""
    names = users if isinstance(users, list) else [name for name in str(users).split(",") if name]
    if not names:
        raise Refused("users_list_not_supplied")
    if len(names) > 1:
        raise Refused("not_enough_users" if len(set(names)) < 2 else "too_many_users")
    if names[0] not in world.people:
        raise Refused("user_not_found")
    dm = world.people[names[0]].dm
    return {"already_open": True, "channel": {"id": dm}}


def conversations_info(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.info"""
    return {"channel": _channel(conversation(world, given))}


def conversations_members(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.members"""
    members = sorted(conversation(world, given).people)
    return {"members": members, "response_metadata": {"next_cursor": ""}}


def conversations_history(world: World, given: Mapping[str, Any]) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.history: newest first, ephemeral messages
    never, metadata on request, and nothing newer than the world's `lag`."""
    channel = conversation(world, given)
    if BOT_USER not in channel.people:
        raise Refused("not_in_channel")
    newest = world.now().timestamp() - world.lag
    oldest, latest = float(given.get("oldest") or 0), float(given.get("latest") or newest)
    cursor = float(given.get("cursor") or "inf")
    edge = truth(given.get("inclusive"))
    fitting = [
        m
        for m in sorted(world.posts.values(), key=lambda m: m.ts, reverse=True)
        if m.channel == channel.id and not m.ephemeral and not m.deleted and float(m.ts) <= newest
        if oldest < float(m.ts) < latest or (edge and float(m.ts) in (oldest, latest))
        if float(m.ts) < cursor
    ]
    size = min(int(given.get("limit") or 100), world.page_size or LARGEST_PAGE)
    page, more = fitting[:size], len(fitting) > size
    shown = []
    for message in page:
        one = message.payload()
        if message.metadata and truth(given.get("include_all_metadata")):
            one["metadata"] = message.metadata
        shown.append(one)
    found: Json = {"messages": shown, "has_more": more}
    return found | ({"response_metadata": {"next_cursor": page[-1].ts}} if more else {})
