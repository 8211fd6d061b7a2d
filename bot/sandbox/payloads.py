"""The bodies Slack sends: commands, clicks, submissions, shortcuts, events."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from bot.sandbox.people import APP, BOT, BOT_USER, TEAM, TEAMS, Channel, Person
from bot.sandbox.things import Element, Json, Message, View
from bot.sandbox.values import action_part
from bot.sandbox.world import World

VERIFICATION = "sandbox-verification-word"


def channel_name(channel: Channel) -> str:
    """The name Slack gives in payloads: `directmessage` and `privategroup` hide the real one."""
    if channel.is_dm:
        return "directmessage"
    return "privategroup" if channel.private else channel.name


def command(person: Person, channel: Channel, text: str, trigger: str, url: str) -> dict[str, str]:
    """A slash command (https://docs.slack.dev/interactivity/implementing-slash-commands)."""
    return {
        "token": VERIFICATION,
        "team_id": person.team,
        "team_domain": TEAMS[person.team][1],
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": person.id,
        "user_name": person.handle,
        "command": "/duplicates",
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": trigger,
    }


def _common(kind: str, person: Person, trigger: str) -> Json:
    return {
        "type": kind,
        "user": {
            "id": person.id,
            "username": person.handle,
            "name": person.handle,
            "team_id": person.team,
        },
        "api_app_id": APP,
        "token": VERIFICATION,
        "trigger_id": trigger,
        "team": {"id": TEAM, "domain": TEAMS[TEAM][1]},
        "enterprise": None,
        "is_enterprise_install": False,
    }


@dataclass(frozen=True)
class Click:
    """A click: by whom, on which element, with what chosen, and what else is filled in around it."""

    person: Person
    element: Element
    chosen: object
    state: Json
    trigger: str
    action_ts: str

    @property
    def action(self) -> Json:
        """The one entry of `actions`."""
        return action_part(self.element, self.chosen) | {"action_ts": self.action_ts}


def message_click(click: Click, message: Message, channel: Channel, url: str) -> Json:
    """A click in a message; for an ephemeral one the message itself is not sent along.

    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """
    body = _common("block_actions", click.person, click.trigger) | {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.ephemeral,
        },
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": click.state},
        "response_url": url,
        "actions": [click.action],
    }
    if not message.ephemeral:
        body["message"] = message.payload()
    return body


def view_click(click: Click, view: View) -> Json:
    """A click in a modal or on the Home tab."""
    return _common("block_actions", click.person, click.trigger) | {
        "container": {"type": "view", "view_id": view.id},
        "view": view_payload(view, click.state),
        "actions": [click.action],
    }


def view_payload(view: View, state: Json | None = None) -> Json:
    """A view as the Web API and the payloads show it."""
    given = {"private_metadata": "", "callback_id": "", "external_id": ""} | view.given
    return given | {
        "id": view.id,
        "team_id": TEAM,
        "app_id": APP,
        "app_installed_team_id": TEAM,
        "bot_id": BOT,
        "hash": view.hash,
        "root_view_id": view.root,
        "previous_view_id": view.previous,
        "notify_on_close": bool(view.given.get("notify_on_close", False)),
        "clear_on_close": bool(view.given.get("clear_on_close", False)),
        "state": {"values": state or {}},
    }


def submission(person: Person, view: View, state: Json, trigger: str, urls: list[Json]) -> Json:
    """A submitted modal (https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload)."""
    return _common("view_submission", person, trigger) | {
        "view": view_payload(view, state),
        "response_urls": urls,
    }


def closing(person: Person, view: View, cleared: bool) -> Json:
    """A modal closed by its person, sent only where `notify_on_close` asks for it."""
    body = _common("view_closed", person, "")
    del body["trigger_id"]
    return body | {"view": view_payload(view), "is_cleared": cleared}


def shortcut(person: Person, channel: Channel, message: Message, callback_id: str, keys: Json) -> Json:
    """A message shortcut; `keys` holds trigger_id, response_url and action_ts."""
    return _common("message_action", person, str(keys["trigger_id"])) | {
        "callback_id": callback_id,
        "action_ts": keys["action_ts"],
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": message.payload(),
        "response_url": keys["response_url"],
    }


def event(inner: Json, at: int, *, shared: bool = False) -> Json:
    """The envelope of the Events API around one event (https://docs.slack.dev/apis/events-api)."""
    return {
        "token": VERIFICATION,
        "team_id": TEAM,
        "api_app_id": APP,
        "event": inner,
        "type": "event_callback",
        "event_id": "Ev" + secrets.token_hex(6).upper(),
        "event_time": at,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": shared,
    }


def home_opened(world: World, person: Person, ts: str) -> Json:
    """The event of a Home tab that somebody looks at; `view` is sent once there is one."""
    inner: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": person.dm,
        "tab": "home",
        "event_ts": ts,
    }
    if person.id in world.homes:
        inner["view"] = view_payload(world.views[world.homes[person.id]])
    return inner
