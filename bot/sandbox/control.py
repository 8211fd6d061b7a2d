"""The stand-in's own routes under `/_sandbox/`: what its page and other processes use.

| route | does |
| --- | --- |
| `POST /_sandbox/command` | `user`, `text`, `channel`: somebody types `/duplicates text` |
| `POST /_sandbox/click` | `user`, `ts` or `view`, `action_id`; `block_id`, `value`, `option`, `given` |
| `POST /_sandbox/submit`, `close` | `view`, `values`: a modal; `errors` names fields still to be filled in |
| `POST /_sandbox/shortcut` | `user`, `ts`, `callback_id` |
| `POST /_sandbox/home`, `say` | `user`; `user`, `channel`, `text` |
| `POST /_sandbox/jump`, `plant`, `solve` | `channel`: time passes for its alerts; `said` tells how |
| `GET /_sandbox/messages` | `place`: a channel or a user, as in `SlackSandbox.messages` |
| `GET /_sandbox/calls` | what the bot called |
| `GET /_sandbox/state`, `stream` | what the page draws; a line for every change |
| `POST, DELETE /_sandbox/faults` | as in `SlackSandbox.fail`; everything works again |
| `POST /_sandbox/reset` | back to the beginning |
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.interactions import Incomplete
from bot.sandbox.passing import Passing
from bot.sandbox.show import message_json, page_state
from bot.sandbox.things import Json, Message, Sent, View

if TYPE_CHECKING:
    from bot.sandbox.slack import SlackSandbox

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOOK_AGAIN = 2.0
PASSING = ("jump", "plant", "solve")


def sent_json(sent: Sent) -> Json:
    """A request to the bot and its answer, without what was signed."""
    shown = asdict(sent)
    return {name: shown[name] for name in shown if name not in ("raw", "headers")}


class Control:
    """Answers the control routes for one workspace."""

    def __init__(self, slack: SlackSandbox) -> None:
        self.slack = slack
        self.closing = False

    def add_to(self, app: web.Application) -> None:
        """Add the routes; open streams end when the application stops."""
        posts = ("command", "click", "submit", "close", "shortcut", "home", "say", "faults", "reset")
        for name in (*posts, *PASSING):
            app.router.add_post(f"/_sandbox/{name}", self._posted(getattr(self, name)))
        app.router.add_delete("/_sandbox/faults", self._posted(self.mend))
        for name in ("messages", "calls", "state", "stream"):
            app.router.add_get(f"/_sandbox/{name}", getattr(self, name))
        app.on_shutdown.append(self._stop)

    async def _stop(self, app: web.Application) -> None:
        self.closing = True
        self.slack.world.bump()

    def _posted(self, run: Callable[[Json], Awaitable[Any]]) -> Handler:
        """Read a JSON object, answer with one; what makes no sense is a 400 that says why."""

        async def handle(request: web.Request) -> web.Response:
            try:
                given = await request.json() if request.can_read_body else {}
                return web.json_response(await run(given))
            except Incomplete as missing:
                return web.json_response({"errors": missing.errors})
            except (ValueError, KeyError, TypeError, RuntimeError) as wrong:
                return web.json_response({"error": str(wrong)}, status=400)

        return handle

    async def command(self, given: Json) -> Json:
        """Somebody types the command."""
        where = str(given.get("channel") or "C01SUPPORT")
        return sent_json(await self.slack.command(given["user"], str(given.get("text", "")), where))

    def _thing(self, given: Json) -> Message | View:
        if given.get("view"):
            return self.slack.world.views[given["view"]]
        if given["ts"] not in self.slack.world.posts:
            raise ValueError(f"there is no message {given['ts']}")
        return self.slack.message(given["ts"])

    async def click(self, given: Json) -> Json:
        """Somebody clicks or chooses."""
        extra = {name: given.get(name) for name in ("value", "option", "block_id", "given")}
        thing = self._thing(given)
        return sent_json(await self.slack.click(thing, given["action_id"], user=given["user"], **extra))

    async def submit(self, given: Json) -> Json:
        """Somebody submits a modal."""
        view = self.slack.world.views[given["view"]]
        return sent_json(await self.slack.submit(view, given.get("values")))

    async def close(self, given: Json) -> Json:
        """Somebody closes a modal."""
        sent = await self.slack.close(self.slack.world.views[given["view"]])
        return sent_json(sent) if sent else {}

    async def shortcut(self, given: Json) -> Json:
        """Somebody uses a message shortcut."""
        message = self.slack.message(given["ts"])
        return sent_json(await self.slack.shortcut(given["user"], message, given["callback_id"]))

    async def home(self, given: Json) -> Json:
        """Somebody looks at the Home tab."""
        return sent_json(await self.slack.open_home(given["user"]))

    async def say(self, given: Json) -> Json:
        """Somebody writes an ordinary message."""
        return message_json(self.slack.say(given["user"], str(given["text"]), given["channel"]))

    async def jump(self, given: Json) -> Json:
        """The clock is put forward to the channel's next slot."""
        return {"said": await self._passing().jump(given["channel"])}

    async def plant(self, given: Json) -> Json:
        """New duplicates come up in Zoho."""
        return {"said": await self._passing().plant(given["channel"])}

    async def solve(self, given: Json) -> Json:
        """They are solved in Zoho."""
        return {"said": await self._passing().solve(given["channel"])}

    def _passing(self) -> Passing:
        if self.slack.passing is None:
            raise ValueError("nobody here can let time pass")
        return self.slack.passing

    async def faults(self, given: Json) -> Json:
        """Something is to go wrong."""
        self.slack.fail(**given)
        return {}

    async def mend(self, given: Json) -> Json:
        """Everything works again."""
        self.slack.clear_faults()
        return {}

    async def reset(self, given: Json) -> Json:
        """Back to the beginning."""
        self.slack.reset()
        return {}

    async def messages(self, request: web.Request) -> web.Response:
        """The messages of a channel or a user."""
        found = [message_json(message) for message in self.slack.messages(request.query.get("place"))]
        return web.json_response({"messages": found})

    async def calls(self, request: web.Request) -> web.Response:
        """What the bot called."""
        shown = [asdict(call) | {"at": call.at.isoformat()} for call in self.slack.calls]
        return web.json_response({"calls": shown})

    async def state(self, request: web.Request) -> web.Response:
        """What the page draws for one person in one place."""
        user, place = request.query.get("user", "U01MARA"), request.query.get("place", "C01SUPPORT")
        if user not in self.slack.world.people:
            return web.json_response({"error": f"there is nobody called {user}"}, status=400)
        return web.json_response(await page_state(self.slack, user, place))

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """A server-sent event at once, and one whenever something has changed."""
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        answer = web.StreamResponse(headers=headers)
        await answer.prepare(request)
        told: Json = {}
        try:
            while not self.closing:
                version = self.slack.world.version
                news = {"version": version, "writes": await self.slack.count_writes()}
                if news != told:
                    await answer.write(f"data: {json.dumps(news)}\n\n".encode())
                    told = news
                await self.slack.world.changed(version, LOOK_AGAIN)
        except (ConnectionError, asyncio.CancelledError):
            return answer
        return answer
