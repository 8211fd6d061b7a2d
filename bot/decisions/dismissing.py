"""What people say are no duplicates: it is said with the clicker's own login, and holds for the workspace.

The members are read anew, so that what is kept of them is what was judged. Nothing here speaks to Slack.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.decisions.dismissed import MOST_MEMBERS
from bot.decisions.flagging import Flagging
from bot.decisions.looking import Looking
from bot.decisions.outcome import Outcome, Verdict
from bot.decisions.presence import lost
from bot.ids import GroupRef
from bot.jobs import Job
from bot.store import AlreadyDismissed, Closed, Dismissal, ShownGroup, Store, Why
from zoho.access import Access, Zoho
from zoho.duplicates.dismissed import pairs_of, split
from zoho.records import Group, Reason, Record, Who


@dataclass(frozen=True)
class Dismissing:
    """Dismisses groups and pairs of records, takes it back, and keeps why it was done."""

    zoho: Zoho
    store: Store
    flagging: Flagging

    @property
    def looking(self) -> Looking:
        """What loads a group and reads its members."""
        return self.flagging.looking

    async def dismiss(
        self, job: Job, ref: GroupRef, access: Access, *, out: Collection[str] = (), note: str = ""
    ) -> Outcome:
        """Keep a pair apart; of three records or more, ``out`` from the others, no two of them together when
        all are out. A flag that says the opposite ends.

        The verdict is WHICH for three or more of which none is out, ALREADY with the decision when somebody
        was faster; else see `Looking.look`. Raises what reading the members may raise.
        """
        looked = await self.looking.look(job, ref, access)
        if looked.shown is None or looked.verdict not in (Verdict.DONE, Verdict.OLDER):
            return looked
        said = await self._said_before(looked.shown, looked.records)
        if said is not None:
            return replace(looked, verdict=Verdict.ALREADY, dismissal=said)
        if looked.verdict is Verdict.OLDER:
            return looked
        if len(looked.records) > 2 and not out:
            return replace(looked, verdict=Verdict.WHICH)
        return await self._dismiss(job, looked, looked.shown, access, out, note)

    async def _dismiss(
        self, job: Job, looked: Outcome, shown: ShownGroup, access: Access, out: Collection[str], note: str
    ) -> Outcome:
        spot, records = shown.spot, looked.records
        try:
            said = await self.store.dismissals.dismiss(
                spot, records, job.who.user, out=sorted(out), note=note
            )
        except AlreadyDismissed as already:
            return replace(looked, verdict=Verdict.ALREADY, dismissal=already.dismissal)
        stays = await self._end_flags(job, said, access, records)
        return replace(looked, verdict=Verdict.DONE, dismissal=said, stays=stays)

    async def undo(self, job: Job, ref: GroupRef, access: Access) -> Outcome:
        """Take back what was last said of a group, also when it is solved; the verdict is RIGHTS when this
        person does not see every record that it was said of."""
        looked = await self.looking.recall(job, ref, access)
        if looked.shown is None or looked.verdict not in (Verdict.DONE, Verdict.OLDER, Verdict.GONE):
            return looked
        said = await self.newest(looked.shown)
        if said is not None and looked.verdict is Verdict.OLDER:
            return looked
        if said is not None and not await self._sees_all(said, looked, access):
            return replace(looked, verdict=Verdict.RIGHTS)
        if said is None or not await self.store.dismissals.withdraw(said, job.who.user):
            return replace(looked, verdict=Verdict.NOT_DISMISSED)
        return replace(looked, verdict=Verdict.DONE, dismissal=said)

    async def ask_why(self, job: Job, ref: GroupRef, access: Access) -> Outcome:
        """What somebody wants to give a reason for; the verdict is NOT_YOURS when another said it."""
        looked = await self.looking.recall(job, ref, access)
        if looked.shown is None or looked.verdict not in (Verdict.DONE, Verdict.OLDER):
            return looked
        said = await self.newest(looked.shown)
        if said is None:
            return replace(looked, verdict=Verdict.NOT_DISMISSED)
        verdict = Verdict.DONE if said.user == job.who.user else Verdict.NOT_YOURS
        return replace(looked, verdict=verdict, dismissal=said)

    async def explain(self, job: Job, key: str, why: str, note: str) -> bool:
        """Keep the reason; False when that decision is not this person's, or no longer stands."""
        said = await self.store.dismissed.get(job.who.workspace, key)
        if said is None:
            return False
        return await self.store.dismissals.explain(said, job.who.user, Why(why), note)

    async def newest(self, shown: ShownGroup) -> Dismissal | None:
        """What was last said of a group and still stands, or None."""
        standing = await self.store.dismissals.on(shown.spot, shown.members)
        return max(standing.by_key.values(), key=lambda one: one.at, default=None)

    async def _sees_all(self, said: Dismissal, looked: Outcome, access: Access) -> bool:
        """Whether a decision is about no record that this login does not show, beside those that were read
        and those that are gone."""
        gone = looked.shown.gone if looked.shown else frozenset()
        beside = sorted(set(said.members) - {record.id for record in looked.records} - gone)[:MOST_MEMBERS]
        if not beside:
            return True
        module = said.spot.module
        unseen = set(beside) - {record.id for record in await access.desk.records(module, beside)}
        decider = Who(said.spot.workspace, said.user)
        return unseen <= await lost(self.zoho, access, decider, module, unseen)

    async def _said_before(self, shown: ShownGroup, records: Sequence[Record]) -> Dismissal | None:
        """The decision by which no two of these records are together any more, or None."""
        standing = await self.store.dismissals.on(shown.spot, shown.members)
        group = Group(shown.module, tuple(records), Reason((), ()))
        outcome = split(group, standing.dismissed)
        if outcome.groups or not outcome.keys:
            return None
        return max((standing.by_key[key] for key in outcome.keys), key=lambda one: one.at)

    async def _end_flags(
        self, job: Job, said: Dismissal, access: Access, records: Sequence[Record]
    ) -> tuple[tuple[str, str], ...]:
        """End the flags that hold two of these records for duplicates, and what they left in Zoho; out come
        the records on which it stays."""
        stays: tuple[tuple[str, str], ...] = ()
        for flag in await self.store.flags.on(said.spot, said.members):
            is_against = flag.is_open and not said.pairs.isdisjoint(pairs_of(flag.left))
            if is_against and await self.store.flags.close(flag, Closed.UNDONE, job.who.user):
                stays += await self.flagging.take_back(flag, access, records)
        return stays
