"""Every command there is, once: for the help, for the nearest word to a mistyped one, for the README.

A sentence names no command that is not here.
"""

from __future__ import annotations

from typing import NamedTuple

from bot import ids
from bot.blocks import words
from zoho.duplicates import spelling
from zoho.records import Module

FIND, DECIDE, ALERTS, ACCOUNT = "Find", "Decide", "Alerts in this channel", "Your Zoho"
CHECK_ONE = "ann@kestrel.example"
"""The check of one record has no word of its own; this example stands for it."""

NEAR = 2  # letters that may be wrong, missing or swapped


class Command(NamedTuple):
    """One command: what is typed after ``/duplicates``, and what it is for.

    One that is not ``listed`` has no line of its own in the help: another's line names it.
    """

    words: str
    about: str
    chapter: str
    listed: bool = True

    @property
    def typed(self) -> str:
        """The whole of it, as a person types it."""
        return f"{ids.COMMAND} {self.words}".strip()

    @property
    def first(self) -> str:
        """The word by which it is known, "" for the search of everything."""
        return self.words.partition(" ")[0]


COMMANDS = (
    Command("", "every list you can read, largest groups first", FIND),
    Command("desk contacts", "one list; also desk accounts, desk products", FIND),
    Command("desk contacts city=Hamburg", "only records with that value", FIND),
    Command(
        CHECK_ONE,
        'is this one here twice? Also a phone, a record link, a "product name"',
        FIND,
    ),
    Command("flagged", "what your team has flagged", DECIDE),
    Command("dismissed", "what your team said is not a duplicate", DECIDE),
    Command(
        "subscribe",
        "hear of new ones, on your schedule; then list, settings, snooze, unsubscribe",
        ALERTS,
    ),
    Command(
        "subscribe desk contacts weekdays 09:00 Europe/Berlin",
        "the same form, filled in",
        ALERTS,
        listed=False,
    ),
    Command("list", "which alerts there are", ALERTS, listed=False),
    Command("settings", "change this channel's alerts", ALERTS, listed=False),
    Command("snooze 3 days", "keep them silent until then", ALERTS, listed=False),
    Command("unsubscribe", "stop this channel's alerts", ALERTS, listed=False),
    Command("status", "is everything in order?", ACCOUNT),
    Command("connect", "connect Zoho Desk, or connect it anew", ACCOUNT),
    Command("disconnect", "end it and delete what is stored", ACCOUNT),
    Command("help", "this list", ACCOUNT),
)


class Near(NamedTuple):
    """What a person probably meant: the words of a command, and the list if it is one."""

    words: str
    module: Module | None = None


def nearest(typed: str) -> Near | None:
    """The command or list whose name is at most two letters away from ``typed``, or None."""
    meant = words.folded(typed)
    best = min(_known(), key=lambda near: spelling.distance(meant, near.words))
    return best if spelling.distance(meant, best.words) <= min(NEAR, len(meant) // 2) else None


def _known() -> list[Near]:
    lists = [Near(f"{module.product} {module.plural}", module) for module in Module]
    plurals = [Near(module.plural, module) for module in Module]
    plain = [Near(command.words) for command in COMMANDS if command.words.isalpha()]
    return [*lists, *plurals, *plain]
