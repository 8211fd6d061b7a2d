"""Is this one here twice? Looks one thing up: an address, a number, a record, a product's name."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

from bot.blocks.check import no_such_record
from bot.blocks.duplicates import searching
from bot.jobs import Job, Voice, doing
from bot.searches.drawing import Drawing
from bot.searches.patience import Patience
from bot.searches.running import Searches
from bot.store import CheckedOne, Store, StoredList
from zoho.access import Access
from zoho.duplicates.search import Search
from zoho.errors import BadRequest, NotFound
from zoho.records import Found, Module, Twins

_PEOPLE = (Module.DESK_CONTACTS, Module.DESK_ACCOUNTS)


@dataclass(frozen=True, slots=True)
class Checking:
    """Looks up with the person's own connection, in at most three calls to Zoho.

    ``command`` is what asks for the same again.
    """

    searches: Searches
    store: Store
    voice: Voice
    drawing: Drawing
    patience: Patience

    async def values(
        self, job: Job, emails: Sequence[str], phones: Sequence[str], *, command: str, asked_in: str = ""
    ) -> None:
        """Who has this address or number; of several of a kind the first is looked up, the others are named.

        ``asked_in`` is the user whose message they come from.
        """
        unasked = (*emails[1:], *phones[1:])

        async def ask(search: Search) -> CheckedOne:
            twins = await search.check_values(emails, phones)
            return CheckedOne(twins, asked_in=asked_in, unasked=unasked)

        await self._check(job, command, _PEOPLE, ask)

    async def record(self, job: Job, module: Module, record_id: str, *, command: str) -> None:
        """The twins of one record."""

        async def ask(search: Search) -> CheckedOne | None:
            try:
                twins = await search.check_record(module, record_id)
            except (NotFound, BadRequest):
                return None
            return CheckedOne(twins, is_record=True) if twins.records else None

        await self._check(job, command, (module,), ask)

    async def product(self, job: Job, name: str, *, command: str) -> None:
        """Products of this name."""

        async def ask(search: Search) -> CheckedOne:
            return CheckedOne(await search.check_product(name))

        await self._check(job, command, (Module.DESK_PRODUCTS,), ask)

    async def _check(
        self,
        job: Job,
        command: str,
        modules: tuple[Module, ...],
        ask: Callable[[Search], Coroutine[None, None, CheckedOne | None]],
    ) -> None:
        with doing(modules=modules, command=command):
            access = await self.searches.access(job, command, modules)
            if access is None:
                return
            org_name = access.connection.org_name
            one = await self.patience.wait(
                job,
                ask(access.duplicates()),
                lambda: searching(modules, org_name, follows=not job.reply.is_click),
            )
            await self._answer(job, access, command, modules, one)

    async def _answer(
        self,
        job: Job,
        access: Access,
        command: str,
        modules: tuple[Module, ...],
        one: CheckedOne | None,
    ) -> None:
        if one is None:
            await self.voice.answer(job, no_such_record(modules[0]))
            return
        found = _listed(one.twins)
        kept = StoredList("", job.who, command, found, one.twins.at, one=one)
        if found.groups:  # without any there is no button, and nothing to keep
            kept = await self.store.lists.keep(job.who, command, found, one=one)
        await self.voice.answer(job, await self.drawing.page(kept, access))


def _listed(twins: Twins) -> Found:
    """The twins as a list, for the buttons of its groups to act on."""
    return Found(
        module=twins.groups[0].module if twins.groups else twins.modules[0],
        dc=twins.dc,
        org_id=twins.org_id,
        org_name=twins.org_name,
        groups=twins.groups,
        total=len(twins.groups),
        so_far=False,
        at=twins.at,
        source="list",
    )
