"""What the page is given to draw: everything one person sees in one place, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.people import APP_NAME, BOT_USER, TEAM, TEAMS, Channel
from bot.sandbox.things import Json, Message, View

if TYPE_CHECKING:
    from bot.sandbox.slack import SlackSandbox

HOME, APP_MESSAGES = "home", "app"
NEWEST = 100


def message_json(message: Message) -> Json:
    """A message as JSON, with what its `words` are."""
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "to": message.to,
        "via": message.via,
        "text": message.text,
        "blocks": list(message.blocks),
        "thread_ts": message.thread_ts,
        "edits": message.edits,
        "changed": message.changed,
        "metadata": message.metadata,
        "options": dict(message.options),
        "words": message.words,
    }


def view_json(view: View) -> Json:
    """A modal or Home tab as JSON."""
    return {
        "id": view.id,
        "hash": view.hash,
        "changed": view.changed,
        "errors": dict(view.errors),
        "previous": view.previous,
        "channel": view.channel,
        "view": view.given,
    }


def _channel_json(slack: SlackSandbox, channel: Channel, user: str) -> Json:
    seen = slack.world.seen_by(user, channel.id)
    return {
        "id": channel.id,
        "name": channel.name,
        "private": channel.private,
        "shared": channel.shared,
        "archived": channel.archived,
        "members": len(channel.people - {BOT_USER}),
        "app": BOT_USER in channel.people,
        "latest": max((message.changed for message in seen), default=0),
    }


def _entries(slack: SlackSandbox, user: str, channel: str) -> list[Json]:
    """The newest messages and lines of Slack's own, oldest first."""
    found = [{"kind": "message"} | message_json(m) for m in slack.world.seen_by(user, channel)]
    notes: list[Json] = [
        {"kind": note.kind, "ts": note.ts, "text": note.text, "changed": 0}
        for note in slack.world.notes
        if note.user == user and note.channel == channel
    ]
    return sorted(found + notes, key=lambda entry: str(entry["ts"]))[-NEWEST:]


async def page_state(slack: SlackSandbox, user: str, place: str) -> Json:
    """Everything the page draws for this person; `place` is a channel's id, `home` or `app`."""
    world, me = slack.world, slack.world.people[user]
    channels = [c for c in world.channels.values() if user in c.people and not c.is_dm]
    dm = world.channels[me.dm]
    if place not in {HOME, APP_MESSAGES, *(channel.id for channel in channels)}:
        place = channels[0].id
    where = me.dm if place in (HOME, APP_MESSAGES) else place
    home = slack.home(user)
    passing = slack.passing if place == where else None
    return {
        "version": world.version,
        "now": world.now().timestamp(),
        "team": {"id": TEAM, "name": TEAMS[TEAM][0]},
        "app": {"user": BOT_USER, "name": APP_NAME},
        "me": user,
        "place": place,
        "channel": where,
        "people": [
            {"id": p.id, "name": p.name, "zone": p.zone, "note": p.note, "team": TEAMS[p.team][0]}
            for p in world.people.values()
        ],
        "channels": [_channel_json(slack, channel, user) for channel in channels],
        "dm": _channel_json(slack, dm, user),
        "entries": [] if place == HOME else _entries(slack, user, where),
        "home": view_json(home) if home else None,
        "modals": [view_json(view) for view in world.stack(user)],
        "writes": await slack.count_writes(),
        "tries": list(slack.tries),
        "passing": await passing.seen(place) if passing else None,
        "shortcuts": [{"callback_id": key, "name": name} for key, name in slack.shortcuts.items()],
    }
