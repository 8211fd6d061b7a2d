"""*Not a duplicate* in Slack: the click, the modals, and the message drawn again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog
from slack_sdk.models.views import View

from bot import ids
from bot.blocks import clicks
from bot.blocks import dismissing as drawn
from bot.blocks.parts import Message
from bot.decisions import Dismissing as Decision
from bot.decisions import Outcome, Verdict
from bot.ids import GroupRef
from bot.jobs import Click, Job, People, Reply, Submitted, Voice, understood
from bot.jobs.voice import UNHEARD
from bot.searches import Searches
from bot.sharing import Sharing
from bot.store import Dismissal, Sheet, ShownGroup, Store
from zoho.access import Access

log = structlog.get_logger(__name__)

_NO_PORTAL = "Choose one of your portals first."


@dataclass(frozen=True)
class Dismissing:
    """Says what became of a decision where it was clicked; a shared message changes for everybody."""

    store: Store
    voice: Voice
    people: People
    searches: Searches
    sharing: Sharing
    decision: Decision

    # Not a duplicate

    async def dismiss(self, job: Click) -> None:
        """A pair at once; of three or more, ask which ones do not belong."""
        ref = await understood(self.voice, job, ids.read_group)
        if ref is None:
            return
        shown = await self.store.lists.group(job.who.workspace, ref.key)
        if shown is None:
            await self.voice.add(job, clicks.older_button())
        elif len(shown.left) > 2:
            await self._ask_which(job, ref, shown)
        elif (access := await self.searches.access_to_a_group(job)) is not None:
            await self._show(job, await self.decision.dismiss(job, ref, access), access)

    async def _ask_which(self, job: Click, ref: GroupRef, shown: ShownGroup) -> None:
        """Open the modal at once, for its trigger lives three seconds; then read the records and fill it."""
        view_id = await self._open(job, drawn.which_loading())
        if not view_id:
            return
        filled = drawn.which_stopped("This sheet could not be filled.")
        try:
            filled = await self._which(job, ref, shown)
        finally:
            await self.voice.update_view(view_id, filled)

    async def _which(self, job: Click, ref: GroupRef, shown: ShownGroup) -> View:
        access = await self.searches.access_to_a_group(job)
        if access is None:
            return drawn.which_stopped(_NO_PORTAL)
        await self.sharing.of(job, shown)
        looked = await self.decision.looking.look(job, ref, access)
        if looked.verdict is not Verdict.DONE:
            return drawn.which_stopped(await self._why_not(job, looked, access))
        sheet = _sheet(job, ref, members=tuple(record.id for record in looked.records))
        zone = (await self.people.person(job.who.user)).zone
        return drawn.which_sheet(await self.store.sheets.keep(sheet), looked.records, zone)

    async def _why_not(self, job: Click, looked: Outcome, access: Access) -> str:
        """Why the modal is not filled; the message behind it is drawn again where it shows something else."""
        match looked.verdict:
            case Verdict.RIGHTS:
                return "Your Zoho login does not show all of these records."
            case Verdict.UNKNOWN:
                return "This button belongs to an older message."
        if looked.shown is not None:
            await self.sharing.show_outcome(job, looked, access)
        return "This group is not what it was when the message was drawn. The message shows it as it is now."

    async def taken_out(self, job: Submitted) -> None:
        """The records that do not belong were ticked."""
        sheet = await self.store.sheets.take(job.who, job.carried)
        if sheet is None:
            await self.voice.add(job, drawn.old_sheet())
            return
        here = _at(job, sheet)
        access = await self.searches.access_to_a_group(here)
        if access is None:
            return
        ticked = drawn.read_ticked(job.chosen)
        out = [sheet.members[place] for place in ticked if place < len(sheet.members)]
        note = drawn.read_note(job.chosen.get(drawn.NOTE_BLOCK, ""))
        ref = GroupRef(sheet.group, sheet.revision)
        outcome = await self.decision.dismiss(here, ref, access, out=out, note=note)
        if outcome.verdict is Verdict.WHICH:
            await self.voice.add(here, drawn.old_sheet())
        else:
            await self._show(here, outcome, access)

    # Undo, and why

    async def undo(self, job: Click) -> None:
        """*Undo dismissal* on a group."""
        ref = await understood(self.voice, job, ids.read_group)
        access = await self.searches.access_to_a_group(job) if ref else None
        if ref is not None and access is not None:
            await self._show(job, await self.decision.undo(job, ref, access), access)

    async def ask_why(self, job: Click) -> None:
        """*Add reason*: the modal for whoever dismissed the group."""
        ref = await understood(self.voice, job, ids.read_group)
        if ref is None:
            return
        view_id = await self._open(job, drawn.reason_loading())
        if not view_id:
            return
        filled = drawn.reason_stopped("This sheet could not be filled. The dismissal stands.")
        try:
            filled = await self._why(job, ref)
        finally:
            await self.voice.update_view(view_id, filled)

    async def _why(self, job: Click, ref: GroupRef) -> View:
        access = await self.searches.access_to_a_group(job)
        if access is None:
            return drawn.reason_stopped(_NO_PORTAL)
        outcome = await self.decision.ask_why(job, ref, access)
        said = outcome.dismissal
        if outcome.verdict is Verdict.NOT_YOURS and said is not None:
            await self.voice.add(job, drawn.not_yours(said.user))
            return drawn.reason_stopped("Only whoever dismissed this group can add the reason.")
        if said is None or outcome.verdict is not Verdict.DONE:
            return drawn.reason_stopped("This group is not dismissed any more.")
        if outcome.shown is not None:
            await self.sharing.of(job, outcome.shown)
        sheet = _sheet(job, ref, dismissal=said.key)
        names = [record.name for record in outcome.records]
        return drawn.reason_sheet(await self.store.sheets.keep(sheet), names)

    async def explained(self, job: Submitted) -> None:
        """A reason was given."""
        sheet = await self.store.sheets.take(job.who, job.carried)
        if sheet is None:
            await self.voice.add(job, drawn.old_sheet())
            return
        here = _at(job, sheet)
        why, note = drawn.read_reason(job.chosen)
        if not await self.decision.explain(here, sheet.dismissal, why, note):
            await self.voice.add(here, drawn.not_dismissed())
            return
        access = await self.searches.access_to_a_group(here)
        shown = await self.store.lists.group(job.who.workspace, sheet.group)
        if access is not None and shown is not None:
            looked = await self.decision.looking.recall(here, GroupRef(shown.key, shown.revision), access)
            await self.sharing.show_outcome(here, looked, access)

    # Saying what became of it

    async def _show(self, job: Job, outcome: Outcome, access: Access) -> None:
        """The message as it is now, or why nothing was done."""
        if await self.sharing.stops(job, outcome, access):
            return
        await self.sharing.show_outcome(job, outcome, access)
        said = outcome.dismissal
        if outcome.verdict is Verdict.ALREADY and said is not None and said.user != job.who.user:
            await self.voice.add(job, await self._already(said))
        elif outcome.verdict is Verdict.NOT_DISMISSED:
            await self.voice.add(job, drawn.not_dismissed())

    async def _already(self, said: Dismissal) -> Message:
        return drawn.already_dismissed(said.user, await self.people.name(said.user), said.at)

    async def _open(self, job: Click, view: View) -> str:
        """The id of a modal that was opened, "" when Slack does not open it any more, which was said."""
        try:
            return await self.voice.open_view(job.trigger_id, view)
        except UNHEARD as error:
            log.info("sheet_not_opened", error=type(error).__name__)
            await self.voice.add(job, drawn.too_late())
            return ""


def _sheet(job: Click, ref: GroupRef, *, members: tuple[str, ...] = (), dismissal: str = "") -> Sheet:
    return Sheet(
        who=job.who,
        group=ref.key,
        revision=ref.revision,
        channel=job.reply.channel,
        response_url=job.reply.response_url,
        is_click=job.reply.is_click,
        members=members,
        dismissal=dismissal,
    )


def _at(job: Submitted, sheet: Sheet) -> Submitted:
    """A submitted modal as if it had been clicked in the message that it was opened from."""
    return replace(job, reply=Reply(sheet.channel, sheet.response_url, sheet.is_click))
