"""How a story is told: numbered steps, who does what, what is answered, and whether it holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

import httpx

from bot.sandbox.demo.transcript import drawn, plain
from bot.sandbox.things import Message, View

Step = Callable[[], Awaitable[str]]

UNCHANGED = "…"


class DoesNotHold(Exception):
    """A step went otherwise than it should; the words say how."""


class NotPlayed(Exception):
    """A step has nothing to show with these records; the words say why."""


class Telling:
    """Says a story line by line and keeps count."""

    def __init__(self, say: Callable[[str], None], names: Mapping[str, str]) -> None:
        """``say`` prints one line; ``names`` gives the person behind each Slack id."""
        self._say = say
        self._names = names
        self._number = self._held = 0
        self._shown: dict[str, list[list[str]]] = {}

    async def play(self, steps: Sequence[tuple[str, Step]]) -> bool:
        """Tell every step, also after one that does not hold; True when all of them hold."""
        for title, step in steps:
            await self._tell(title, step)
        self._say("")
        self._say(f"{self._held} of {self._number} steps hold")
        return self._held == self._number

    async def _tell(self, title: str, step: Step) -> None:
        self._number += 1
        self._say("")
        self._say(f"{self._number}. {title}")
        try:
            outcome = await step()
        except NotPlayed as reason:
            self._number -= 1
            self._say(f"   – not played: {reason}")
        except (DoesNotHold, TimeoutError, LookupError, ValueError, httpx.HTTPError) as error:
            self._say(f"   ✗ {type(error).__name__}: {error}")
        else:
            self._held += 1
            self._say(f"   ✓ {outcome}")

    def does(self, user: str, what: str) -> None:
        """Somebody does something."""
        self._say("")
        self._say(f"   {self.name(user)} {what}")

    def shows(self, message: Message) -> None:
        """What the bot said, and who sees it; parts that stood there before are not told twice."""
        seen = "in a direct message" if message.channel.startswith("D") else "in the channel"
        to = f"to {self.name(message.to)} alone" if message.to else seen
        again = ", in place of what stood there" if message.ts in self._shown else ""
        self.quotes(f"Duplicates answers {to}{again}:", self._news(message))

    def shows_form(self, user: str, view: View) -> None:
        """A form that opened for somebody, as it is filled in."""
        self.quotes(f"A form opens for {self.name(user)}: {view.title}", drawn(view.blocks, self._names))

    def happens(self, what: str) -> None:
        """Something happens that nobody in Slack does."""
        self._say("")
        self._say(f"   {what}")

    def _news(self, message: Message) -> list[str]:
        known = self._shown.get(message.ts, [])
        parts = [drawn([block], self._names) for block in message.blocks]
        parts = parts or [plain(message.text, self._names)]
        self._shown[message.ts] = [*known, *parts]
        lines: list[str] = []
        for part in parts:
            if part not in known:
                lines += part
            elif lines[-1:] != [UNCHANGED]:
                lines.append(UNCHANGED)
        return lines

    def quotes(self, who: str, lines: Sequence[str]) -> None:
        """Somebody's words, or a page's."""
        self._say(f"   {who}")
        for line in lines:
            self._say(f"   │ {line}".rstrip())

    def name(self, user: str) -> str:
        """A person's name."""
        return self._names.get(user, user)


def check(holds: object, otherwise: str) -> None:
    """Raises `DoesNotHold` with these words unless it holds."""
    if not holds:
        raise DoesNotHold(otherwise)
