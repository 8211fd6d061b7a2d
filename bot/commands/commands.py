"""What each command does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import ids
from bot.blocks import help as helping
from bot.blocks.catalogue import nearest
from bot.blocks.check import no_record_link
from bot.blocks.connection import choose_portal, connect_again, disconnected, first_contact
from bot.blocks.parts import Message
from bot.commands.reading import (
    BadFilter,
    CheckProduct,
    CheckRecord,
    CheckValues,
    Connect,
    CrmAsked,
    Disconnect,
    DismissedAsked,
    Flagged,
    Help,
    NoRecordLink,
    Read,
    Search,
    StatusAsked,
    Unknown,
    read,
)
from bot.dismissed import DismissedInSlack
from bot.flagged import Flagged as FlagQueueInSlack
from bot.jobs import Invitations, Jobs, Reception, Reply, Typed, Voice
from bot.searches import Checking, Searches
from bot.status import Statuses
from bot.store import Store, SubscriptionStatus
from bot.subscribing import Alerting, AlertsAsked
from zoho.access import Zoho
from zoho.connections import Status
from zoho.records import Product, Who
from zoho.scopes import to_ask


@dataclass(frozen=True)
class Commands:
    """``/duplicates`` and everything that can follow it."""

    jobs: Jobs
    zoho: Zoho
    store: Store
    voice: Voice
    reception: Reception
    invitations: Invitations
    searches: Searches
    checking: Checking
    flagged: FlagQueueInSlack
    dismissed: DismissedInSlack
    statuses: Statuses
    alerting: Alerting
    now: Callable[[], datetime]

    def register(self, app: AsyncApp) -> None:
        """Listen to the command, and name what carries it out."""
        app.command(ids.COMMAND)(self.typed)
        self.jobs.on(Typed, self.carry_out)

    async def typed(self, ack: AsyncAck, command: dict[str, Any]) -> None:
        """Acknowledge with an empty 200, then hand over what was typed."""
        await ack()
        self.take(command)

    def take(self, command: Mapping[str, str]) -> None:
        """Hand over a command that was acknowledged, or is about to be."""
        team, user, trigger = command["team_id"], command["user_id"], command["trigger_id"]
        self.jobs.hand_over(
            Typed(
                who=Who(team, user),
                home=team,
                reply=Reply(command.get("channel_id", ""), command.get("response_url", "")),
                key=f"command:{team}:{trigger}" if trigger else "",
                at=self.now(),
                text=command.get("text", ""),
                trigger_id=trigger,
            )
        )

    async def carry_out(self, job: Typed) -> None:
        """Do what was typed."""
        if await self.reception.admits(job):
            await self._do(job, read(job.text))

    async def _do(self, job: Typed, wish: Read) -> None:
        match wish:
            case Search():
                await self.searches.search(job, wish.modules, wish.filters, command=wish.text)
            case CheckValues() | CheckRecord() | CheckProduct():
                await self._check(job, wish)
            case AlertsAsked():
                await self.alerting.typed(job, wish)
            case Help():
                await self.help(job)
            case Flagged():
                await self.flagged.show(job)
            case DismissedAsked():
                await self.dismissed.show(job)
            case StatusAsked():
                await self.statuses.show(job)
            case Connect():
                await self._connect(job)
            case Disconnect():
                await self._disconnect(job, wish.product)
            case _:
                await self.voice.answer(job, _not_possible(wish))

    async def _check(self, job: Typed, wish: CheckValues | CheckRecord | CheckProduct) -> None:
        match wish:
            case CheckValues():
                await self.checking.values(job, wish.emails, wish.phones, command=wish.text)
            case CheckRecord():
                await self.checking.record(job, wish.module, wish.record_id, command=wish.text)
            case CheckProduct():
                await self.checking.product(job, wish.name, command=wish.text)

    async def help(self, job: Typed) -> None:
        """Every command; somebody who is not connected finds the way to connect."""
        connection = await self.zoho.connections.get(job.who, Product.DESK)
        await self.voice.answer(job, helping.help_message(is_connected=connection is not None))

    async def _connect(self, job: Typed) -> None:
        connection = await self.zoho.connections.get(job.who, Product.DESK)
        if connection is not None and connection.choices:
            await self.voice.answer(job, choose_portal(connection.choices))
            return
        granted = connection.scopes if connection else ()
        link = await self.invitations.connect(job, scopes=to_ask(granted))
        if connection is not None and connection.status is not Status.NEEDS_RECONNECT:
            await self.voice.answer(job, connect_again(link, connection.org_name))
        else:
            await self.voice.answer(job, first_contact(link, follows=False))

    async def _disconnect(self, job: Typed, product: Product | None) -> None:
        gone = await self.zoho.connections.disconnect(job.who, product)
        await self.store.asked.forget(job.who)
        own = await self.store.subscriptions.standing(job.who.workspace, owner=job.who.user)
        running = [
            one for one in own if one.status is SubscriptionStatus.ACTIVE and one.terms.product in gone
        ]
        await self.voice.answer(job, disconnected(gone, alerts=len(running)))


def _not_possible(wish: CrmAsked | NoRecordLink | Unknown | BadFilter) -> Message:
    """What is said to words that nothing can be done with."""
    match wish:
        case CrmAsked():
            return helping.no_crm_yet()
        case NoRecordLink():
            return no_record_link()
        case Unknown():
            return helping.unknown(wish.typed, nearest(wish.typed))
        case BadFilter():
            return helping.malformed_filter(wish.typed, wish.fault)
