"""Digests as they are kept and drawn: what a slot had to say, in the ledger; its groups, as a shared message.

A digest is drawn from what is kept alone, so that neither its owner's connection nor Zoho is needed for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts.news import Item, Kind, News
from bot.alerts.scanned import Scanned
from bot.blocks import clicks, words
from bot.blocks.alerts import digest as drawn
from bot.blocks.alerts.digest import Counts, Digest
from bot.blocks.connection import choose_portal
from bot.blocks.duplicates import Card, Refusal
from bot.blocks.parts import Message
from bot.ids import Detail
from bot.jobs import Click, People, Voice, doing
from bot.schedules.when import describe, load
from bot.searches import NO_STAYS, Drawing
from bot.store import Alert, Rest, Share, Store, StoredList, Subscription
from zoho.access import Access, Zoho
from zoho.duplicates.groups import group_of
from zoho.records import Found, Group, Module, Reason, Record

log = structlog.get_logger(__name__)

KEPT_GROUPS = 100
_READ_AT_ONCE = {Module.DESK_CONTACTS: 400}
_READ_ONE_BY_ONE = 40
"""So many records are read again to show the rest: contacts come twenty in a call, others one."""


@dataclass(frozen=True, slots=True)
class Tag:
    """How one group is news."""

    tag: str
    note: str = ""
    fresh: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """What a slot had to say; ``tags`` are of the kept groups, ``links`` their records' addresses."""

    owner: str
    modules: tuple[Module, ...]
    org_name: str
    region_name: str
    speaks: str
    detail: Detail
    most: int
    counts: Counts
    tags: tuple[Tag, ...]
    links: Mapping[str, str]
    since: datetime | None = None
    failed: tuple[str, ...] = ()
    mention: tuple[str, ...] = ()


_BODY = TypeAdapter(Body)


class _Kept:
    """Addresses that were kept."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = addresses

    @property
    def links(self) -> _Kept:
        return self

    def record(self, record: Record) -> str:
        return self._addresses.get(record.id, "")


@dataclass(frozen=True)
class Digests:
    """Keeps digests, draws them, and answers what is asked of them."""

    zoho: Zoho
    store: Store
    voice: Voice
    people: People
    drawing: Drawing

    # Keeping

    async def keep(
        self,
        connection: AsyncConnection,
        alert: Alert,
        one: Subscription,
        access: Access,
        scanned: Scanned,
        news: News,
        since: datetime | None,
    ) -> bool:
        """Make the alert ready to be posted, in the caller's transaction; False when it is no longer ours."""
        terms = one.terms
        items = news.items[:KEPT_GROUPS]
        groups = tuple(item.group for item in items)
        shows = terms.detail is not Detail.COUNTS
        body = Body(
            owner=one.owner.user,
            modules=terms.modules,
            org_name=scanned.org_name,
            region_name=access.region.name,
            speaks=describe(load(terms.schedule)),
            detail=terms.detail,
            most=terms.most,
            counts=Counts(news.count(Kind.NEW), news.count(Kind.GREW), news.count(Kind.BACK)),
            tags=tuple(_tag(item) for item in items) if shows else (),
            links=_links(access, groups) if shows else {},
            since=since,
            failed=tuple(f"{words.label(failed.module)}, {failed.why}" for failed in scanned.failed),
            mention=terms.mention,
        )
        found = Found(
            module=terms.modules[0],
            dc=scanned.dc,
            org_id=scanned.org_id,
            org_name=scanned.org_name,
            groups=groups if shows else tuple(map(_bare, groups)),
            total=body.counts.all,
            so_far=False,
            at=scanned.at,
            source="list",
        )
        share = Share(alert.id, one.owner, alert.channel, found, "", is_worst=True, detail=terms.detail)
        await self.store.shares.stand(connection, share)
        return await self.store.ledger.ready(connection, alert, _BODY.dump_json(body).decode())

    # Drawing

    async def draw(self, alert: Alert) -> Message:
        """What is to be posted."""
        shared = await self.store.shares.get(alert.workspace, alert.id)
        return await self._drawn(alert, _BODY.validate_json(alert.body), shared)

    async def again(
        self, shared: Share, stays: Mapping[str, tuple[Refusal, ...]] = NO_STAYS
    ) -> Message | None:
        """A shared message as it is now if it is a digest, else None."""
        alert = await self.store.ledger.get(shared.key)
        if alert is None or not alert.body:
            return None
        return await self._drawn(alert, _BODY.validate_json(alert.body), shared, stays)

    async def _drawn(
        self,
        alert: Alert,
        body: Body,
        shared: Share | None,
        stays: Mapping[str, tuple[Refusal, ...]] = NO_STAYS,
    ) -> Message:
        return drawn.digest(await self._digest(alert, body, shared, stays))

    async def _digest(
        self,
        alert: Alert,
        body: Body,
        shared: Share | None,
        stays: Mapping[str, tuple[Refusal, ...]] = NO_STAYS,
    ) -> Digest:
        cards = () if shared is None else await self._cards(body, shared, stays)
        shown = () if body.detail is Detail.COUNTS else cards[: body.most]
        told = Digest(
            key=alert.id,
            alerts=alert.subscription,
            owner=body.owner,
            owner_name=await self.people.name(body.owner),
            modules=body.modules,
            org_name=body.org_name,
            region_name=body.region_name,
            speaks=body.speaks,
            detail=body.detail,
            counts=body.counts,
            open=body.counts.all - sum(not card.is_open for card in cards),
            cards=shown,
            since=body.since,
            failed=body.failed,
            mention=body.mention,
        )
        return drawn.fitting(told)

    async def _cards(
        self, body: Body, shared: Share, stays: Mapping[str, tuple[Refusal, ...]]
    ) -> tuple[Card, ...]:
        groups = shared.found.groups
        if not groups:
            return ()
        cards = await self.drawing.cards(as_list(shared), _Kept(body.links), groups, stays=stays)
        if len(body.tags) != len(cards):
            return cards
        return tuple(
            replace(card, tag=tag.tag, note=tag.note, fresh=frozenset(tag.fresh))
            for card, tag in zip(cards, body.tags, strict=True)
        )

    # What is asked of them

    async def show_rest(self, job: Click) -> None:
        """The groups that are not drawn, for the clicker alone, read with the clicker's own connection."""
        shared = await self.store.shares.get(job.who.workspace, job.value)
        alert = await self.store.ledger.get(job.value)
        if shared is None or alert is None or not alert.body:
            await self.voice.add(job, clicks.older_button())
            return
        body = _BODY.validate_json(alert.body)
        with doing(modules=body.modules):
            access = await self.zoho.open(job.who)
            if access.connection.choices:
                await self.voice.add(job, choose_portal(access.connection.choices))
                return
            if not access.reaches(shared.found):
                await self.voice.add(job, clicks.rights_differ())
                return
            told = await self._digest(alert, body, shared)
            rest = shared.found.groups[len(told.cards) :]
            some = _within_reach(rest)
            groups = await _read_anew(access, some)
        if not groups:
            await self.voice.add(job, drawn.no_more())
            return
        left_out = told.rest - len(some)
        found = replace(shared.found, groups=groups, total=len(groups) + left_out, at=access.now())
        of_it = Rest(alert.slot, is_more=bool(told.cards))
        kept = await self.store.lists.keep(job.who, "", found, is_worst=True, rest=of_it)
        await self.voice.add(job, await self.drawing.page(kept, access))

    async def post_again(self, job: Click) -> None:
        """*Post again*, of an alert of which nobody knows whether it arrived."""
        await self._settle(job, again=True)

    async def arrived(self, job: Click) -> None:
        """*Mark as posted*."""
        await self._settle(job, again=False)

    async def _settle(self, job: Click, *, again: bool) -> None:
        alert = await self.store.ledger.get(job.value)
        is_known = alert is not None and alert.workspace == job.who.workspace
        if alert is None or not is_known or not await self._take(job, alert, again):
            await self.voice.add(job, clicks.older_button())
        else:
            await self.voice.answer(job, drawn.settled(again))

    async def _take(self, job: Click, alert: Alert, again: bool) -> bool:
        """Take the owner's answer, once; nobody else's counts."""
        one = await self.store.subscriptions.get(alert.workspace, alert.subscription)
        if one is None or one.owner != job.who:
            return False
        return await self.store.ledger.settle(alert.id, again=again) is not None

    def says_unread(self, alert: Alert) -> bool:
        """Whether an alert says that a list could not be read."""
        return alert.body != "" and bool(_BODY.validate_json(alert.body).failed)

    def headline(self, alert: Alert) -> str:
        """What an alert says first."""
        if alert.is_introduction:
            return "What introduces your alerts to the channel"
        return _BODY.validate_json(alert.body).counts.headline


def as_list(shared: Share) -> StoredList:
    """A shared message as the list it was drawn from."""
    return StoredList(shared.key, shared.who, shared.command, shared.found, shared.found.at)


def _links(access: Access, groups: Sequence[Group]) -> Mapping[str, str]:
    return {record.id: access.links.record(record) for group in groups for record in group.records}


def _bare(group: Group) -> Group:
    """A group by its ids alone, for where the numbers are all that is shown."""
    records = tuple(Record(record.module, record.id, "") for record in group.records)
    return Group(group.module, records, Reason(group.reason.fields, ()))


def _within_reach(groups: Sequence[Group]) -> Sequence[Group]:
    """The first of these groups, as many as are read again for one click; one in any case."""
    left = {module: _READ_AT_ONCE.get(module, _READ_ONE_BY_ONE) for module in Module}
    for place, group in enumerate(groups):
        left[group.module] -= len(group.records)
        if left[group.module] < 0:
            return groups[: max(place, 1)]
    return groups


async def _read_anew(access: Access, groups: Sequence[Group]) -> tuple[Group, ...]:
    """These groups as this login sees them now; those of which it does not see two are left out."""
    search = access.duplicates()
    seen: dict[tuple[Module, str], Record] = {}
    for module in dict.fromkeys(group.module for group in groups):
        ids = dict.fromkeys(one for group in groups if group.module is module for one in group.ids)
        seen |= {(module, record.id): record for record in await search.reread(module, tuple(ids))}
    read: list[Group] = []
    for group in groups:
        records = tuple(seen[group.module, one] for one in group.ids if (group.module, one) in seen)
        if len(records) > 1:
            read.append(group_of(records))
    return tuple(read)


def _tag(item: Item) -> Tag:
    match item.kind:
        case Kind.NEW:
            return Tag("New")
        case Kind.GREW:
            fresh = tuple(one for one in item.group.ids if one not in item.before)
            return Tag(f"Grew from {len(item.before)} to {len(item.group.ids)}", fresh=fresh)
        case Kind.BACK:
            return Tag("Came back", _why_back(item))


def _why_back(item: Item) -> str:
    if item.reopened:
        shared = [field for one in item.reopened for field in one.shared]
        changed = [change.field for one in item.reopened for change in one.changed]
        if shared:
            return f"Dismissed before; back because they now have the same {_fields(shared)}."
        return f"Dismissed before; back because the {_fields(changed)} changed." if changed else ""
    if item.restored:
        return "Back because a record that was gone is in Zoho again."
    if item.changed:
        return f"Back because the {_fields([change.field for change in item.changed])} changed."
    return ""


def _fields(names: Sequence[str]) -> str:
    return words.in_words(list(dict.fromkeys(names)))
