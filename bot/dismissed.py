"""``/duplicates dismissed``: shows what was dismissed, turns its pages, opens it and takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot import ids
from bot.blocks import clicks
from bot.blocks import dismissing as said
from bot.blocks.dismissed import dismissed_list, dismissed_not_connected, reading_dismissed
from bot.blocks.parts import Message
from bot.decisions import DismissedHistory, Verdict
from bot.ids import EntryChoice, ListPlace
from bot.jobs import Click, Job, understood
from bot.team_lists import TeamList
from zoho.access import Access


@dataclass(frozen=True)
class DismissedInSlack(TeamList):
    """What was dismissed."""

    command: ClassVar[str] = "dismissed"

    history: DismissedHistory

    async def chosen(self, job: Click) -> None:
        """What was picked from a decision's menu, and the page again."""
        choice = await understood(self.voice, job, ids.read_entry_choice)
        if choice is not None:
            await self._act(job, choice)

    async def undo(self, job: Click) -> None:
        """*Undo dismissal* beside one of the viewer's own decisions."""
        ref = await understood(self.voice, job, ids.read_group)
        if ref is not None:
            await self._act(job, EntryChoice("undo", ref.key, ref.revision))

    async def _act(self, job: Click, choice: EntryChoice) -> None:
        access = await self.searches.access_to_a_group(job)
        if access is None:
            return
        chosen = await self.history.act(job.who, choice, access)
        if chosen.verdict is Verdict.DONE and choice.verb == "open" and chosen.seen is not None:
            await self.searches.show_group(job, access, chosen.seen.group)
            return
        match chosen.verdict:
            case Verdict.UNKNOWN:
                await self.voice.add(job, clicks.older_button())
                return
            case Verdict.RIGHTS:
                await self.voice.add(job, clicks.rights_differ())
            case Verdict.GONE:
                await self.voice.add(job, clicks.solved(2))
            case Verdict.NOT_DISMISSED:
                await self.voice.add(job, said.not_dismissed())
        await self._draw_again(job, access, choice)
        if chosen.seen is not None:
            said_of = chosen.seen.dismissal
            await self.sharing.follow(access, said_of.spot, said_of.members)

    async def _counted(self, job: Job) -> Message:
        total = await self.store.dismissed.length_of_all(job.who.workspace)
        return dismissed_not_connected(total, await self.invitations.connect(job, command=self.command))

    async def _page(self, access: Access, place: ListPlace) -> Message:
        return dismissed_list(await self.history.page(access, place))

    def _reading(self) -> Message:
        return reading_dismissed()
