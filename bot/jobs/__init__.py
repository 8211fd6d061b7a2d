"""Handed-over work: what it is, what runs it, how it speaks, and where its errors end.

`Jobs` runs it, in the process that took it. On PostgreSQL searches and long reads go through `bot.jobs.queue`
to the `Jobs` of a worker instead, see `bot.jobs.keeping`; nothing else knows the difference.
"""

from bot.jobs.channels import Channels
from bot.jobs.clicks import understood
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
    "understood",
]
