"""``/duplicates flagged``: shows the flag queue, turns its pages, and does what a flag's menu says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot import ids
from bot.blocks import clicks
from bot.blocks.parts import Message
from bot.blocks.queue import (
    Done,
    flag_queue,
    just_before,
    left_by_itself,
    not_taken_back,
    queue_not_connected,
    reading_flags,
)
from bot.decisions import Acted, FlagQueue, Verdict
from bot.ids import ListPlace
from bot.jobs import Click, Job, People, understood
from bot.store import Change
from bot.team_lists import TeamList
from zoho.access import Access


@dataclass(frozen=True)
class Flagged(TeamList):
    """The flag queue in Slack."""

    command: ClassVar[str] = "flagged"

    people: People
    queue: FlagQueue

    async def chosen(self, job: Click) -> None:
        """Do what was picked from a flag's menu and draw the page again; what went otherwise is said."""
        choice = await understood(self.voice, job, ids.read_entry_choice)
        access = await self.searches.access_to_a_group(job) if choice is not None else None
        if choice is None or access is None:
            return
        acted = await self.queue.act(job.who, choice, access)
        if acted.verdict is Verdict.DONE and choice.verb == "open" and acted.seen is not None:
            await self.searches.show_group(job, access, acted.seen.group)
            return
        said = await self._said(job, acted)
        if said is not None:
            await self.voice.add(job, said)
        if acted.verdict is not Verdict.UNKNOWN:
            await self._draw_again(job, access, choice)
        if acted.seen is not None:
            await self.sharing.follow(access, acted.seen.flag.spot, acted.seen.flag.members)

    async def _counted(self, job: Job) -> Message:
        total = await self.store.queue.length_of_all(job.who.workspace)
        return queue_not_connected(total, await self.invitations.connect(job, command=self.command))

    async def _page(self, access: Access, place: ListPlace) -> Message:
        return flag_queue(await self.queue.page(access, place))

    def _reading(self) -> Message:
        return reading_flags()

    async def _said(self, job: Click, acted: Acted) -> Message | None:
        """What the redrawn page does not say."""
        match acted.verdict:
            case Verdict.UNKNOWN:
                return clicks.older_button()
            case Verdict.RIGHTS:
                return clicks.rights_differ()
            case Verdict.GONE:
                return clicks.solved(len(acted.seen.flag.members) if acted.seen else 0)
            case Verdict.LATE:
                return await self._late(job, acted.change)
        if not acted.stays:
            return None
        return not_taken_back([name for name, _ in acted.stays], acted.stays[0][1])

    async def _late(self, job: Click, change: Change | None) -> Message | None:
        """Who was faster; a second click of the same person needs no words."""
        if change is None or not change.user:
            return left_by_itself()
        if change.user == job.who.user:
            return None
        name = await self.people.name(change.user)
        return just_before(Done(change.kind, change.user, name, change.at))
