"""What a person does in Slack, and what the bot's answer to it then changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.sandbox import payloads, values
from bot.sandbox.delivery import FORM, GENUINE, JSON, Delivery, Signing
from bot.sandbox.people import Channel, Person
from bot.sandbox.posting import Refused
from bot.sandbox.posting import view as checked
from bot.sandbox.replies import reply
from bot.sandbox.things import Element, Json, Message, Sent, View
from bot.sandbox.world import STACK, ResponseUrl, World

TROUBLE = "We had some trouble connecting. Try again?"


class Incomplete(ValueError):
    """A modal that Slack's client would not send; `errors` says what is missing, by block_id."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(f"not filled in: {errors}")
        self.errors = errors


def find_element(
    thing: Message | View, action_id: str, *, block_id: str | None, value: str | None
) -> Element:
    """The element meant by a click, the first where several fit; ValueError when there is none."""
    fitting = [
        element
        for element in thing.elements(action_id)
        if block_id in (None, element.block_id) and value in (None, element.value)
    ]
    if not fitting:
        there = sorted({element.action_id for element in thing.elements()})
        raise ValueError(f"nothing to click called {action_id} (value {value}); there is {there}")
    return fitting[0]


class Interactions:
    """Sends what people do to the bot; `sent` keeps every request with its answer."""

    def __init__(self, world: World, delivery: Delivery) -> None:
        self.world = world
        self.delivery = delivery
        self.origin = ""
        self.sent: list[Sent] = []

    def person(self, user: str) -> Person:
        """The person with this id; ValueError when there is none."""
        if user not in self.world.people:
            raise ValueError(f"there is nobody called {user}")
        return self.world.people[user]

    def channel(self, channel: str, user: str) -> Channel:
        """The channel with this id, which this person is in; ValueError otherwise."""
        found = self.world.channels.get(channel)
        if found is None or user not in found.people:
            raise ValueError(f"{user} is in no channel called {channel}")
        return found

    def _url(self, channel: Channel, user: str, message: str | None = None) -> str:
        return f"{self.origin}/response/{self.world.address(channel.id, user, message)}"

    def _keep(self, sent: Sent, **keys: Any) -> Sent:
        self.sent.append(replace(sent, **keys))
        return self.sent[-1]

    async def command(self, user: str, text: str, *, channel: str, how: Signing = GENUINE) -> Sent:
        """Somebody types the slash command; the body of the acknowledgement is the first reply."""
        person, place = self.person(user), self.channel(channel, user)
        if how == GENUINE:
            self.world.note(place.id, user, "command", f"/duplicates {text}".strip())
        trigger, url = self.world.trigger(user, channel), self._url(place, user)
        sent = await self.delivery.form("command", payloads.command(person, place, text, trigger, url), how)
        sent = self._first_reply(replace(sent, user=user, channel=channel))
        if not sent.ok and how == GENUINE:
            self._failed(sent, "/duplicates")
        return self._keep(sent, trigger_id=trigger, response_url=url)

    def _first_reply(self, sent: Sent) -> Sent:
        given = sent.json or ({"text": sent.body} if sent.body and not sent.body.startswith("{") else {})
        if not sent.ok or not given:
            return sent
        try:
            reply(self.world, ResponseUrl(sent.channel, sent.user, self.world.now()), given, "ack")
        except Refused as refused:
            return replace(sent, refused=refused.messages or (refused.error,))
        return sent

    def _failed(self, sent: Sent, what: str) -> None:
        reason = "operation_timeout" if sent.late else "dispatch_failed"
        words = f"{what} failed with the error “{reason}”."
        self.world.note(sent.channel, sent.user, "failure", words)

    async def click(
        self,
        thing: Message | View,
        element: Element,
        user: str,
        chosen: Any = None,
        given: Mapping[str, Any] | None = None,
    ) -> Sent:
        """Somebody clicks or chooses; `given` is what else is filled in around the element."""
        state = values.state(thing.blocks, given, thing.channel)
        trigger = self.world.trigger(user, thing.channel)
        click = payloads.Click(self.person(user), element, chosen, state, trigger, self.world.ts())
        if isinstance(thing, View):
            sent = await self.delivery.payload("block_actions", payloads.view_click(click, thing))
            if not sent.ok and thing.kind == "modal":
                self._view_failed(thing)
            return self._keep(sent, user=user, trigger_id=trigger)
        channel = self.channel(thing.channel, user)
        url = self._url(channel, user, thing.ts)
        live = self.world.posts[thing.ts]
        sent = await self.delivery.payload("block_actions", payloads.message_click(click, live, channel, url))
        sent = replace(sent, user=user, channel=channel.id)
        if not sent.ok:
            self._failed(sent, f"“{element.label or element.action_id}”")
        return self._keep(sent, trigger_id=trigger, response_url=url)

    def _view_failed(self, view: View) -> None:
        live = self.world.views[view.id]
        self.world.put_view(replace(live, errors={"": TROUBLE}))

    async def submit(self, view: View, given: Mapping[str, Any]) -> Sent:
        """Somebody submits a modal; Incomplete when Slack's client would not send it."""
        live = self.world.views[view.id]
        person = self.person(live.user)
        state = values.state(live.blocks, given, live.channel)
        if missing := values.unanswered(live.blocks, state):
            raise Incomplete(missing)
        trigger = self.world.trigger(live.user, live.channel)
        urls = self._response_urls(live, state)
        body = payloads.submission(person, live, state, trigger, urls)
        sent = await self.delivery.payload("view_submission", body)
        try:
            self._answer_submission(sent, live)
        except Refused as refused:
            self._view_failed(live)
            sent = replace(sent, refused=refused.messages or (refused.error,))
        return self._keep(sent, user=live.user, trigger_id=trigger)

    def _response_urls(self, view: View, state: Json) -> list[Json]:
        found = []
        for element in view.elements():
            if element.raw.get("response_url_enabled"):
                chosen = state[element.block_id][element.action_id]
                channel = chosen.get("selected_conversation") or chosen.get("selected_channel")
                if channel in self.world.channels:
                    url = self._url(self.world.channels[channel], view.user)
                    ids = {"block_id": element.block_id, "action_id": element.action_id}
                    found.append(ids | {"channel_id": channel, "response_url": url})
        return found

    def _answer_submission(self, sent: Sent, view: View) -> None:
        """What `response_action` asks for; Refused for an answer that Slack does not understand."""
        action = sent.json.get("response_action")
        if not sent.ok or (sent.body and not sent.json):
            raise Refused("trouble")
        if action == "errors":
            errors = sent.json.get("errors") or {}
            if unknown := set(errors) - {block.get("block_id") for block in view.blocks}:
                raise Refused("invalid_errors", f"no block called {sorted(unknown)} [json-pointer:/errors]")
            self.world.put_view(replace(self.world.views[view.id], errors=errors))
        elif action == "update":
            self.world.replace_view(view, checked(sent.json.get("view")))
        elif action == "push":
            if len(self.world.stack(view.user)) >= STACK:
                raise Refused("push_limit_reached")
            self.world.show(view.user, checked(sent.json.get("view")), push=True)
        elif action == "clear":
            self.world.close(view.user)
        elif action is None:
            self.world.close(view.user, view.id)
        else:
            raise Refused("trouble")

    async def close(self, view: View) -> Sent | None:
        """Somebody closes a modal; the bot hears of it where `notify_on_close` asks for it."""
        cleared = bool(view.given.get("clear_on_close"))
        self.world.close(view.user, None if cleared else view.id)
        if not view.given.get("notify_on_close"):
            return None
        body = payloads.closing(self.person(view.user), view, cleared)
        return self._keep(await self.delivery.payload("view_closed", body), user=view.user)

    async def shortcut(self, user: str, message: Message, callback_id: str) -> Sent:
        """Somebody uses a message shortcut."""
        channel = self.channel(message.channel, user)
        trigger, url = self.world.trigger(user, channel.id), self._url(channel, user)
        keys = {"trigger_id": trigger, "response_url": url, "action_ts": self.world.ts()}
        body = payloads.shortcut(self.person(user), channel, message, callback_id, keys)
        sent = replace(await self.delivery.payload("message_action", body), user=user, channel=channel.id)
        if not sent.ok:
            self._failed(sent, callback_id)
        return self._keep(sent, trigger_id=trigger, response_url=url)

    async def event(self, inner: Json, *, shared: bool = False) -> Sent:
        """Something happens that the bot has subscribed to."""
        body = payloads.event(inner, int(self.world.now().timestamp()), shared=shared)
        return self._keep(await self.delivery.event("event", body), user=str(inner.get("user", "")))

    async def open_home(self, user: str) -> Sent:
        """Somebody looks at the Home tab."""
        return await self.event(payloads.home_opened(self.world, self.person(user), self.world.ts()))

    async def redeliver(self, sent: Sent, *, reason: str = "http_timeout", fresh: bool = True) -> Sent:
        """The same request once more, signed anew as Slack's own retries are; with `fresh` off the very
        same bytes, as somebody replays them who has listened."""
        headers = dict(sent.headers)
        if fresh:
            kind = JSON if sent.kind == "event" else FORM
            headers = self.delivery.headers(sent.raw, kind)
            headers |= {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": reason}
        again = replace(
            await self.delivery.post(sent.kind, sent.raw, headers), user=sent.user, channel=sent.channel
        )
        if sent.kind == "command":
            again = self._first_reply(again)
        return self._keep(again, trigger_id=sent.trigger_id, response_url=sent.response_url)
