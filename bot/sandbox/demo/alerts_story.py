"""The second story: a channel hears of new duplicates, days put forward."""

from __future__ import annotations

from bot import ids
from bot.sandbox.demo.acting import Acting, there
from bot.sandbox.demo.passing import TimePassing
from bot.sandbox.demo.stage import Stage
from bot.sandbox.demo.telling import Step, Telling, check
from bot.sandbox.things import Message

MARA = "U01MARA"
CHANNEL = "C01SUPPORT"


class AlertsStory:
    """The steps, in order; each returns the sentence that holds."""

    def __init__(self, stage: Stage, tell: Telling, foreign: str) -> None:
        """``foreign`` is the list whose records are not the stand-in's own, "" for none."""
        self._stage = stage
        self._slack = stage.slack
        self._time: TimePassing = stage.time
        self._tell = tell
        self._act = Acting(stage, tell)
        self._list = "accounts" if foreign == "contacts" else "contacts"
        self._introduction: Message | None = None
        self._digest: Message | None = None

    def steps(self) -> list[tuple[str, Step]]:
        """Every step with its title."""
        return [
            ("Alerts for the channel", self.set_up),
            ("What is there already is known, in silence", self.known),
            ("The next day: nothing new, nothing said", self.silence),
            ("New duplicates, and the digest that tells of them", self.digest),
            ("Not a duplicate, and its undo", self.dismiss),
            ("Solved in Zoho: the digest strikes it out", self.solve),
        ]

    async def set_up(self) -> str:
        await self._stage.connect(MARA)
        mark = self._slack.mark
        await self._act.asks(MARA, f"subscribe desk {self._list} daily 09:00")
        form = await self._act.reads_form(MARA, containing="Lists to watch")
        await self._act.sends(form)
        self._introduction = await self._act.hears(lambda m: _is_public(m) and "set up" in m.words, mark=mark)
        check("Zoho connection" in self._introduction.words, "whose connection reads is not said")
        return "Everybody in the channel is told by whom, of what, when, and how to stop it."

    async def known(self) -> str:
        ts = there(self._introduction).ts
        await self._act.hears(lambda m: m.ts == ts and "will not be announced" in m.words)
        return "Everything was read once, and nothing of it is announced."

    async def silence(self) -> str:
        await self._jump()
        check(not self._digests(), "something was posted")
        return "The lists were read, and nothing was posted."

    async def digest(self) -> str:
        for _ in range(2):
            self._tell.happens(await self._time.plant(CHANNEL))
        await self._jump()
        digests = self._digests()
        check(len(digests) == 1, f"{len(digests)} messages were posted")
        self._digest = digests[0]
        self._tell.shows(self._digest)
        check("2 new possible duplicates" in self._digest.words, "the headline says something else")
        return "One message for the slot, with what is new alone."

    async def dismiss(self) -> str:
        shown = await self._act.presses(
            MARA, there(self._digest), ids.GROUP_DISMISS, lambda m: bool(m.elements(ids.GROUP_UNDISMISS))
        )
        undone = await self._act.presses(
            MARA, shown, ids.GROUP_UNDISMISS, lambda m: not m.elements(ids.GROUP_UNDISMISS)
        )
        check(len(undone.elements(ids.GROUP_DISMISS)) == 2, "the group did not come back")
        return "Said in the same message, by whom and when, and taken back there."

    async def solve(self) -> str:
        self._tell.happens(await self._time.solve(CHANNEL))
        ts = there(self._digest).ts
        mark = self._slack.mark
        await self._jump()
        await self._act.hears(lambda m: m.ts == ts and "All solved" in m.words, mark=mark)
        check(len(self._digests()) == 1, "another message was posted")
        return "No new message: the one that told of them is struck out."

    async def _jump(self) -> None:
        said = await self._time.jump(CHANNEL)
        self._tell.happens(f"The clock is put forward to the next slot. {said}")

    def _digests(self) -> list[Message]:
        """What was posted for everybody since these alerts were introduced."""
        since = there(self._introduction).ts
        return [
            message for message in self._slack.messages(CHANNEL) if _is_public(message) and message.ts > since
        ]


def _is_public(message: Message) -> bool:
    return message.channel == CHANNEL and message.to is None
