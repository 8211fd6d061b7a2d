"""Owners who are gone: their alerts pause, the channel hears of it once, and so do they."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.blocks.alerts import gone
from bot.jobs import Invitations, Job, Notifier, Reply, Voice
from bot.store import Because, Store, Subscription
from bot.subscribing.telling import OWNER_PAUSED, Telling, paused_key
from zoho.records import Product, Who


@dataclass(frozen=True)
class Owners:
    """What follows when a connection is lost or an account deactivated, and when it works again."""

    store: Store
    voice: Voice
    telling: Telling
    invitations: Invitations
    now: Callable[[], datetime]

    async def is_gone(self, owner: Who) -> bool:
        """Whether this person's Slack account was deactivated, as Slack said within the hour."""
        return (await self.telling.people.person(owner.user)).is_gone

    async def lost(self, owner: Who, because: Because, *, product: Product = Product.DESK) -> None:
        """Pause this person's alerts and say so once; what Slack does not take now is said later."""
        await self.store.subscriptions.pause_of(owner, product, because)
        await self._say(owner, product)

    async def untold(self) -> None:
        """Say what a crash has left unsaid, and what Slack did not take before."""
        waiting = await self.store.subscriptions.untold()
        for owner, product in dict.fromkeys((one.owner, one.terms.product) for one in waiting):
            await self._say(owner, product)
        await self._notifier.retry()

    async def found(self, owner: Who, org_id: str, product: Product = Product.DESK) -> int:
        """The owner is connected again: their paused alerts run, with one catch-up; how many those are."""
        resumed = await self.store.subscriptions.resume_of(owner, product, org_id, next_at=self.now())
        for one in resumed:
            await self.telling.run_again(one)
        await self._tell_owner_again(resumed)
        return len(resumed)

    @property
    def _notifier(self) -> Notifier:
        return Notifier(self.store.notices, self.voice)

    async def _say(self, owner: Who, product: Product) -> None:
        """The keys tell one pause from the next, so that two who say it at once say it once."""
        untold = await self.store.subscriptions.untold()
        paused = [one for one in untold if (one.owner, one.terms.product) == (owner, product)]
        spoken = {one.id: await self._last_spoken(one) for one in paused}
        if paused and paused[0].because == Because.CONNECTION:
            await self._tell_owner(paused, product, max(filter(None, spoken.values()), default=None))
        for one in paused:
            await self._tell_channel(one, spoken[one.id])
        await self.store.subscriptions.pause_told([one.id for one in paused])

    async def _last_spoken(self, one: Subscription) -> datetime | None:
        rows = await self.store.ledger.of(one.id)
        return max((row.slot for row in rows if row.ts and row.body), default=None)

    async def _tell_channel(self, one: Subscription, last: datetime | None) -> None:
        told, is_account = await self.telling.told(one), one.because == Because.ACCOUNT
        message = gone.paused_in_channel(told, last, account_gone=is_account)
        key = f"{paused_key(one)}{one.revision}"
        await self._notifier.tell(key, one.owner.workspace, one.channel, message)

    async def _tell_owner(
        self, paused: Sequence[Subscription], product: Product, last: datetime | None
    ) -> None:
        owner, first = paused[0].owner, paused[0]
        link = await self.invitations.connect(Job(owner, owner.workspace, Reply("", ""), "", self.now()))
        lost = await self._how_lost(first)
        message = gone.owner_paused([one.channel for one in paused], product, link, last, lost)
        key = f"{_owner_key(first)}{first.revision}"
        await self._notifier.tell(key, owner.workspace, owner.user, message)

    async def _how_lost(self, one: Subscription) -> gone.Lost:
        connection = await self.telling.zoho.connections.get(one.owner, one.terms.product)
        if connection is None:
            return gone.Lost.ENDED
        is_same = (connection.dc, connection.org_id) == (one.terms.dc, one.terms.org_id)
        return gone.Lost.REFUSED if is_same else gone.Lost.ELSEWHERE

    async def _tell_owner_again(self, resumed: Sequence[Subscription]) -> None:
        """Say in the place of what the owner was told that it is over."""
        message = gone.owner_runs_again([one.channel for one in resumed])
        for one in resumed:
            if place := await self._notifier.stands(_owner_key(one)):
                await self.telling.put(place, message)


def _owner_key(one: Subscription) -> str:
    """How the keys begin under which the owner is told; the first of what pauses together stands for all."""
    return f"{OWNER_PAUSED}{one.id}:"
