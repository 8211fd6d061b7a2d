"""What people do in a story, and what is then heard: told as it happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.demo.stage import Stage
from bot.sandbox.demo.telling import Telling
from bot.sandbox.things import Message, View

Fits = Callable[[Message], bool]
PATIENCE = 30.0


class Acting:
    """People on a stage; whatever they do, and whatever is answered, is told."""

    def __init__(self, stage: Stage, tell: Telling) -> None:
        self._slack = stage.slack
        self._tell = tell

    async def types(self, user: str, words: str, fits: Fits, *, channel: str = "C01SUPPORT") -> Message:
        """Type a command; the message that comes of it."""
        before = {message.ts for message in self._slack.messages()}
        await self.asks(user, words, channel=channel)
        return await self.hears(lambda m: m.ts not in before and fits(m), user=user)

    async def asks(self, user: str, words: str, *, channel: str = "C01SUPPORT") -> None:
        """Type a command, whatever comes of it."""
        self._tell.does(user, f"types  /duplicates {words}".rstrip())
        await self._slack.command(user, words, channel)

    async def presses(self, user: str, message: Message, action: str, fits: Fits) -> Message:
        """Press a button; the message as it stands after that."""
        self._tell.does(user, f"presses  {message.elements(action)[0].label}")
        mark = self._slack.mark
        await self._slack.click(message, action, user=user)
        return await self.hears(lambda m: m.ts == message.ts and fits(m), mark=mark)

    async def reads_form(self, user: str, *, containing: str) -> View:
        """The form that opened."""
        view = await self._slack.wait_for_modal(user, containing=containing, timeout=PATIENCE)
        self._tell.shows_form(user, view)
        return view

    async def sends(self, view: View, given: Mapping[str, Any] | None = None) -> None:
        """Send a form."""
        words = view.given["submit"]["text"]
        self._tell.does(view.user, f"presses  {words}")
        await self._slack.submit(view, dict(given or {}))

    async def hears(self, fits: Fits, *, user: str | None = None, mark: int = 0) -> Message:
        """The newest message that fits, for one person or for everybody."""
        message = await self._slack.wait_for(fits, user=user, after=mark, timeout=PATIENCE)
        self._tell.shows(message)
        return message


def there(message: Message | None) -> Message:
    """The message that an earlier step left; LookupError when it left none."""
    if message is None:
        raise LookupError("the step before this one left no message")
    return message
