"""What alerts keep silent about, since it was there before them: shown to whoever asks, alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks import clicks
from bot.blocks.alerts import listing
from bot.blocks.connection import choose_portal
from bot.jobs import Click, Voice, doing
from bot.searches import Drawing
from bot.store import Store, Subscription
from bot.store.known import Told
from zoho.access import Access, Zoho
from zoho.duplicates.dismissed import take_out
from zoho.duplicates.groups import group_of, worst_first
from zoho.records import Found, Group, Module

SHOWN = 20  # groups; each is read again with the login of whoever asks


@dataclass(frozen=True)
class KnownGroups:
    """The channel knows ids alone: what its members see of them is what their own Zoho login shows."""

    zoho: Zoho
    store: Store
    voice: Voice
    drawing: Drawing

    async def show(self, job: Click, one: Subscription) -> None:
        """*Show what is there*: the largest groups, as this person's login sees them now."""
        terms = one.terms
        with doing(modules=terms.modules):
            access = await self.zoho.open(job.who, terms.product)
            if access.connection.choices:
                await self.voice.add(job, choose_portal(access.connection.choices))
                return
            if not access.reaches(terms):
                await self.voice.add(job, clicks.rights_differ())
                return
            told = await self._silent(one)
            groups = await _as_seen(access, told[:SHOWN])
        if not groups:
            await self.voice.add(job, listing.nothing_known())
            return
        found = Found(
            module=groups[0].module,
            dc=terms.dc,
            org_id=terms.org_id,
            org_name=terms.org_name,
            groups=groups,
            total=len(groups),
            so_far=False,
            at=access.now(),
            source="list",
        )
        kept = await self.store.lists.keep(job.who, "", found, is_worst=True)
        await self.voice.add(job, await self.drawing.page(kept, access))
        if len(told) > SHOWN:
            await self.voice.add(job, listing.more_known(len(told) - SHOWN, terms.modules))

    async def _silent(self, one: Subscription) -> Sequence[Told]:
        """The groups that were not announced and are open still, largest first."""
        known = await self.store.told.known(one.id)
        here = (told for told in known.groups if told.module in one.terms.modules)
        silent = (told for told in here if not told.alerts and told.open_pairs)
        return sorted(silent, key=lambda told: (-len(told.live), told.identity))


async def _as_seen(access: Access, told: Sequence[Told]) -> tuple[Group, ...]:
    """These groups as this login sees them, less what the workspace has dismissed."""
    seen: list[Group] = []
    for module in Module:
        of_list = [one for one in told if one.module is module]
        ids = list(dict.fromkeys(record_id for one in of_list for record_id in one.live))
        read = {record.id: record for record in await access.duplicates().reread(module, ids)} if ids else {}
        shown = ([read[record_id] for record_id in one.live if record_id in read] for one in of_list)
        groups = [group_of(records) for records in shown if len(records) > 1]
        seen += take_out(groups, await access.dismissed(module)).groups
    return worst_first(seen)
