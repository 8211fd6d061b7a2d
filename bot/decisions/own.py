"""What one person decided last: what they flagged and what they dismissed, in one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks.dismissed import DismissedRow
from bot.blocks.queue import FlagRow, OwnFlag
from bot.decisions.dismissed import DismissedHistory
from bot.decisions.queue import FlagQueue
from bot.decisions.team_lists import line_of
from bot.store import Dismissal, Flag
from zoho.access import Access


@dataclass(frozen=True)
class OwnDecisions:
    """Reads them for the Home tab."""

    queue: FlagQueue
    history: DismissedHistory

    async def latest(
        self, access: Access, most: int, above: Sequence[FlagRow]
    ) -> tuple[DismissedRow | OwnFlag, ...]:
        """The newest ``most``, as far as their login sees the records; ``above`` are the flags that the same
        page shows. Raises what a call to Zoho may raise."""
        line, user = line_of(access), access.who.user
        flags = await self.queue.store.queue.by(line, user, most)
        dismissed = await self.history.store.dismissed.by(line, user, most)
        both: list[Flag | Dismissal] = [*flags, *dismissed]
        newest = sorted(both, key=lambda one: one.at, reverse=True)[:most]
        raised = [one for one in newest if isinstance(one, Flag)]
        decided = [one for one in newest if isinstance(one, Dismissal)]
        rows: list[DismissedRow | OwnFlag] = [*await self.queue.own(access, raised, above)]
        rows += await self.history.own(access, decided)
        return tuple(sorted(rows, key=lambda one: one.at, reverse=True))
