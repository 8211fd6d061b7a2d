"""Handed-over work: what it is, what runs it, how it speaks, and where its errors end."""

from bot.jobs.channels import Channels
from bot.jobs.embedded import Jobs
from bot.jobs.inputs import chosen_in
from bot.jobs.invitations import Invitations, resumed
from bot.jobs.keeping import Keeping
from bot.jobs.notifying import Notifier
from bot.jobs.people import People, Reception, Workspace
from bot.jobs.troubles import Troubles, doing
from bot.jobs.voice import Place, Published, Voice
from bot.jobs.work import (
    Click,
    Connected,
    Failed,
    FromMessage,
    HomeOpened,
    Job,
    LongRead,
    Reply,
    Submitted,
    Typed,
    Uninstalled,
)

__all__ = [
    "Channels",
    "Click",
    "Connected",
    "Failed",
    "FromMessage",
    "HomeOpened",
    "Invitations",
    "Job",
    "Jobs",
    "Keeping",
    "LongRead",
    "Notifier",
    "People",
    "Place",
    "Published",
    "Reception",
    "Reply",
    "Submitted",
    "Troubles",
    "Typed",
    "Uninstalled",
    "Voice",
    "Workspace",
    "chosen_in",
    "doing",
    "resumed",
]
