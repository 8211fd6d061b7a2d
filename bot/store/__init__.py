"""The bot's tables: effects that happened, commands that wait, lists that were shown, flags, Home tabs,
reads of whole modules, alerts that were set up, what is still to be said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.store.asked import Asked, AskedCommands
from bot.store.dismissal import Dismissal, Standing, Why
from bot.store.dismissals import AlreadyDismissed, Dismissals
from bot.store.dismissed_list import DismissedList
from bot.store.effects import Effects
from bot.store.flag import Change, Closed, Flag, FlaggedRecord, Kept, Place, Spot, ended_on, standing_on
from bot.store.flags import AlreadyFlagged, Flags
from bot.store.homes import HomeRow, Homes
from bot.store.known import Known, KnownList, Told
from bot.store.ledger import Alert, AlertState, Ledger
from bot.store.lists import CheckedOne, Lists, Question, Rest, ShownGroup, StoredList, place_of
from bot.store.notices import Notice, Notices
from bot.store.queue import Queue
from bot.store.reads import Begun, Read, Reads, ReadState, Wanted
from bot.store.shares import Share, Shares
from bot.store.sheets import Sheet, Sheets
from bot.store.spots import Line
from bot.store.subscriptions import Because, Subscription, Subscriptions, SubscriptionStatus, Terms
from bot.store.told import ToldGroups
from bot.store.unfinished import Command, Unfinished
from zoho.database import Database

__all__ = [
    "Alert",
    "AlertState",
    "AlreadyDismissed",
    "AlreadyFlagged",
    "Asked",
    "AskedCommands",
    "Because",
    "Begun",
    "Change",
    "CheckedOne",
    "Closed",
    "Command",
    "Dismissal",
    "Dismissals",
    "DismissedList",
    "Effects",
    "Flag",
    "FlaggedRecord",
    "Flags",
    "HomeRow",
    "Homes",
    "Kept",
    "Known",
    "KnownList",
    "Ledger",
    "Line",
    "Lists",
    "Notice",
    "Notices",
    "Place",
    "Question",
    "Queue",
    "Read",
    "ReadState",
    "Reads",
    "Rest",
    "Share",
    "Shares",
    "Sheet",
    "Sheets",
    "ShownGroup",
    "Spot",
    "Standing",
    "Store",
    "StoredList",
    "Subscription",
    "SubscriptionStatus",
    "Subscriptions",
    "Terms",
    "Told",
    "ToldGroups",
    "Unfinished",
    "Wanted",
    "Why",
    "ended_on",
    "place_of",
    "standing_on",
]


class Store:
    """Everything the Slack side remembers; each part does its own queries."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self.effects = Effects(database, now)
        self.unfinished = Unfinished(database, self.effects, now)
        self.asked = AskedCommands(database, now)
        self.lists = Lists(database, now)
        self.flags = Flags(database, now)
        self.queue = Queue(database, self.flags, now)
        self.homes = Homes(database, now)
        self.shares = Shares(database, now)
        self.reads = Reads(database, now)
        self.dismissals = Dismissals(database, now)
        self.dismissed = DismissedList(database)
        self.sheets = Sheets(database, now)
        self.subscriptions = Subscriptions(database, now)
        self.told = ToldGroups(database, now)
        self.ledger = Ledger(database, now)
        self.notices = Notices(database, now)

    async def forget(self, workspace: str) -> None:
        """Delete everything of a workspace."""
        await self.asked.forget_workspace(workspace)
        await self.unfinished.forget_workspace(workspace)
        await self.lists.forget_workspace(workspace)
        await self.flags.forget_workspace(workspace)
        await self.homes.forget_workspace(workspace)
        await self.shares.forget_workspace(workspace)
        await self.reads.forget_workspace(workspace)
        await self.dismissals.forget_workspace(workspace)
        await self.sheets.forget_workspace(workspace)
        await self.subscriptions.forget_workspace(workspace)
        await self.told.forget_workspace(workspace)
        await self.ledger.forget_workspace(workspace)
        await self.notices.forget_workspace(workspace)

    async def sweep(self) -> None:
        """Delete what has expired."""
        await self.effects.sweep()
        await self.asked.sweep()
        await self.lists.sweep()
        await self.flags.sweep()
        await self.homes.sweep()
        await self.shares.sweep()
        await self.reads.sweep()
        await self.dismissals.sweep()
        await self.sheets.sweep()
        await self.subscriptions.sweep()
        await self.told.sweep()
        await self.ledger.sweep()
        await self.notices.sweep()
