"""The duplicate search of one person in one Desk organisation.

Every way ends in what was found, or in the error that stopped it; "nothing" is said only after rows, or the
organisation list, proved that the right organisation answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial

from zoho import scopes
from zoho.desk import Desk, DuplicateAnswer
from zoho.duplicates import groups, reading, support, windows
from zoho.duplicates.checks import prove
from zoho.duplicates.dismissed import take_out
from zoho.duplicates.filters import Filters, sort_out
from zoho.duplicates.leaving_out import Standing, leave_out, nothing_dismissed
from zoho.duplicates.listing import PLANS
from zoho.duplicates.one import Finder, Hits
from zoho.duplicates.values import Walk
from zoho.duplicates.whole import members, read_whole, with_groups
from zoho.duplicates.windows import Journal, Price, Progress
from zoho.errors import ScopeMissing, TooLarge
from zoho.organisations import OrganisationKey, Organisations
from zoho.records import Found, Module, Record, Twins
from zoho.scopes import Way


class Search:
    """Finds possible duplicates with one person's login."""

    def __init__(
        self,
        desk: Desk,
        organisations: Organisations,
        organisation: OrganisationKey,
        *,
        organisation_name: str,
        granted: frozenset[str],
        now: Callable[[], datetime],
        dismissed: Standing = nothing_dismissed,
    ) -> None:
        """``granted`` are the scopes of the person's connection; ``dismissed`` gives what is left out."""
        self._desk = desk
        self._organisations = organisations
        self._key = organisation
        self._name = organisation_name
        self._granted = granted
        self._now = now
        self._dismissed = dismissed

    async def run(self, module: Module, filters: Mapping[str, str], *, groups: int = 5) -> Found:
        """Search one module; the members of at least ``groups`` groups are known afterwards, or of all.

        Raises ScopeMissing (before any call, where the grant is known to lack one), UnknownFilter,
        BadRequest, TooLarge, ModuleError, OrganisationRefused, WrongRegion, and what a call may raise.
        """
        with self._needing(module, Way.VALUES if module in PLANS else Way.LIST):
            if module is Module.DESK_PRODUCTS:
                return await self._products(filters)
            sorted_out = sort_out(module, filters)
            if not sorted_out.is_empty:
                return await self._by_list(module, filters, sorted_out)
            found = self._start(module, filters, "values", ignored=sorted_out.ignored)
            return await self._walk(found, await self._new_walk(module), groups)

    async def more(self, found: Found, *, groups: int) -> Found:
        """The same search with the members of at least ``groups`` groups known; no call when they are."""
        if len(found.groups) >= groups or found.is_complete or found.source != "values":
            return found
        with self._needing(found.module, Way.VALUES):
            return await self._walk(found, await self._new_walk(found.module, found), groups)

    async def reread(self, module: Module, ids: Sequence[str]) -> tuple[Record, ...]:
        """The live members as this login sees them; those that are gone are left out."""
        with self._needing(module, Way.LIST):
            return tuple(one for one in await self._desk.records(module, ids) if not one.is_gone)

    async def price(self, module: Module, filters: Mapping[str, str]) -> Price:
        """What reading the whole module costs at most, for one call; `read` stops there.

        Raises ScopeMissing before the call, and TooLarge for filters that only Zoho's list can serve.
        """
        with self._needing(module, Way.SEARCH):
            if reading.needs_list(module, sort_out(module, filters)):
                raise TooLarge
            left = await self._credits_left()
            price = await windows.price(self._desk, module, now=self._now(), left=left)
            left = await self._credits_left()  # what was known before may be hours old
            most = price.credits if price.rows is not None or left is None else min(price.credits, left)
            return replace(price, credits=most, left=left)

    async def read(
        self,
        module: Module,
        filters: Mapping[str, str],
        price: Price,
        tell: Callable[[Progress], Awaitable[None]],
        *,
        journal: Journal | None = None,
    ) -> Found:
        """Read the whole module by search windows, at no more than ``price``, and group what was read.

        ``tell`` hears of every page. Cancelling the task stops before the next page. What was read is dropped
        then, unless a ``journal`` keeps it: another call with that goes on from there.
        Raises ScopeMissing before any call, UnknownFilter, and what a call may raise.
        """
        sorted_out = sort_out(module, filters)
        found = self._start(module, filters, "list", ignored=sorted_out.ignored)
        if journal is not None:
            found = replace(found, at=journal.began)
        with self._needing(module, Way.SEARCH):
            found = await read_whole(self._desk, found, sorted_out, price, tell, journal)
        if not found.compared:
            await self._prove()
        return await self._less_dismissed(found)

    async def check_values(self, emails: Sequence[str], phones: Sequence[str]) -> Twins:
        """Whether an address or a number is here twice, in at most three calls; see `Finder.values`."""
        with self._needing(Module.DESK_CONTACTS, Way.LIST):
            hits = await self._finder().values(emails, phones)
        return await self._twins((*emails[:1], *phones[:1]), hits)

    async def check_record(self, module: Module, record_id: str) -> Twins:
        """Whether a record has twins, in at most three calls. Raises NotFound when it is gone."""
        with self._needing(module, Way.LIST):
            hits = await self._finder().record(module, record_id)
        name = next((record.name for record in hits.records if record.id == record_id), "")
        twins = await self._twins((name,), hits)
        own = tuple(group for group in twins.groups if record_id in group.ids)
        beside = {record_id, *(one for group in own for one in group.ids)}
        return replace(
            twins, groups=own, records=tuple(record for record in twins.records if record.id in beside)
        )

    async def check_product(self, name: str) -> Twins:
        """Whether a product of this name is here twice, in at most three calls."""
        with self._needing(Module.DESK_PRODUCTS, Way.LIST):
            hits = await self._finder().product(name)
        return await self._twins((name,), hits)

    async def _credits_left(self) -> int | None:
        known = await self._organisations.credits(self._key)
        return known.left if known else None

    def _finder(self) -> Finder:
        return Finder(self._desk, self._granted, self._prove)

    async def _twins(self, wanted: tuple[str, ...], hits: Hits) -> Twins:
        left = [
            take_out(
                (group for group in hits.groups if group.module is module), await self._dismissed(module)
            )
            for module in dict.fromkeys(group.module for group in hits.groups)
        ]
        return Twins(
            wanted=wanted,
            modules=hits.modules,
            records=hits.records,
            groups=tuple(group for some in left for group in some.groups),
            dismissed=tuple(key for some in left for key in some.keys),
            dc=self._key.dc,
            org_id=self._key.org_id,
            org_name=self._name,
            at=self._now(),
            missing_scopes=hits.missing_scopes,
        )

    async def _products(self, filters: Mapping[str, str]) -> Found:
        """By the mission's endpoint where the organisation has it and the grant covers it, else by list."""
        module = Module.DESK_PRODUCTS
        lacking = scopes.missing(self._granted, scopes.needed(module, Way.ENDPOINT))
        known = await self._organisations.has_endpoint(self._key)
        if not lacking and known is not False:

            async def note(answers: bool) -> None:
                if answers is not known:
                    await self._organisations.note_endpoint(self._key, answers)

            answer = await support.ask(self._desk, filters, note)
            if answer is not None:
                return await self._answered(answer, filters)
        found = await self._by_list(module, filters, sort_out(module, filters))
        return replace(found, missing_scopes=lacking)

    async def _answered(self, answer: DuplicateAnswer, filters: Mapping[str, str]) -> Found:
        """Zoho's own groups as they are, its loose rows by our rule."""
        module = Module.DESK_PRODUCTS
        named = zip(answer.groups, answer.values, strict=True)
        given = [groups.as_given(module, members, value) for members, value in named]
        zohos = {group.ids: group for group in given if group is not None}
        ours = await asyncio.to_thread(groups.find, module, answer.rows)
        all_groups = {**{group.ids: group for group in ours.groups}, **zohos}
        if not answer.groups and not answer.rows:
            await self._prove()
        found = self._start(module, filters, "endpoint")
        alone = sum(
            1 for members, group in zip(answer.groups, given, strict=True) if members and group is None
        )
        found = with_groups(
            replace(found, shared_by_many=ours.shared_by_many, left_alone=ours.left_alone + alone),
            groups.worst_first(all_groups.values()),
        )
        return await self._less_dismissed(found)

    async def _by_list(self, module: Module, filters: Mapping[str, str], sorted_out: Filters) -> Found:
        rows = await reading.read_list(self._desk, module, sorted_out, left=await self._credits_left())
        if not rows:
            await self._prove()
        sorted_out.check(module, rows)
        kept = sorted_out.keep(row for row in rows if not row.is_gone)
        outcome = await asyncio.to_thread(groups.find, module, kept)
        found = self._start(module, filters, "list", ignored=sorted_out.ignored)
        found = with_groups(
            replace(found, compared=len(kept), shared_by_many=outcome.shared_by_many), outcome.groups
        )
        return await self._less_dismissed(found)

    async def _less_dismissed(self, found: Found) -> Found:
        return await leave_out(self._desk, found, await self._dismissed(found.module))

    async def _new_walk(self, module: Module, found: Found | None = None) -> Walk:
        return Walk(
            self._desk,
            module,
            is_too_large=partial(self._organisations.is_too_large, self._key, module),
            note_too_large=partial(self._organisations.note_too_large, self._key, module),
            known=found.groups if found else (),
            shared=found.shared_by_many if found else (),
            unread=found.unread if found else (),
            pending=found.pending if found else None,
            dismissed=await self._dismissed(module),
            may_look_up=not scopes.missing(self._granted, scopes.needed(module, Way.SEARCH)),
        )

    async def _walk(self, found: Found, walk: Walk, wanted: int) -> Found:
        await walk.go(wanted)
        if not walk.saw_rows:
            await self._prove()
        after = replace(
            found,
            groups=walk.groups,
            total=walk.total,
            so_far=walk.is_so_far,
            shared_by_many=walk.shared,
            unread=walk.unread,
            pending=walk.pending,
            dismissed=tuple(dict.fromkeys((*found.dismissed, *walk.left_out))),
        )
        return replace(after, records=members(walk.groups) if after.is_complete else None)

    async def _prove(self) -> None:
        """An empty answer is no proof: the stored organisation has to be among those this login reaches.

        Raises OrganisationRefused when it is not, WrongRegion, and ScopeMissing when that cannot be read.
        """
        await prove(self._desk, self._key, self._name)

    @contextmanager
    def _needing(self, module: Module, way: Way) -> Iterator[None]:
        """Stops before any call when the grant lacks a scope; one that Zoho misses is named as well."""
        needed = scopes.needed(module, way)
        lacking = scopes.missing(self._granted, needed)
        if lacking:
            raise ScopeMissing(missing=lacking)
        try:
            yield
        except ScopeMissing as error:
            if error.missing:
                raise
            raise ScopeMissing(error.words, code=error.code, status=error.status, missing=needed) from error

    def _start(
        self, module: Module, filters: Mapping[str, str], source: str, *, ignored: tuple[str, ...] = ()
    ) -> Found:
        """A search in which nothing is known yet."""
        return Found(
            module=module,
            dc=self._key.dc,
            org_id=self._key.org_id,
            org_name=self._name,
            groups=(),
            total=0,
            so_far=False,
            at=self._now(),
            source=source,
            ignored=ignored,
            filters=tuple(filters.items()),
        )
