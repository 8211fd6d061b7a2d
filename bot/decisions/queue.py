"""The flag queue as one person may see it, and what they do with its flags.

Records are read with that person's own login. What it does not return is hidden from them and closes nothing.
A record is gone only when Zoho returns it as trashed or deleted, or when the connection of the person who
flagged it no longer gets it; a flag with fewer than two records left leaves by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.blocks.queue import FlagRow, OwnFlag, QueuePage
from bot.blocks.team_list import PAGE
from bot.decisions.flagging import Flagging
from bot.decisions.outcome import Verdict
from bot.decisions.presence import records_seen, seen_of
from bot.decisions.team_lists import MOST_READ, batches, beginning, lengths, line_of, placed
from bot.ids import EntryChoice, ListPlace
from bot.jobs import People
from bot.store import Change, Closed, Flag, Line, Store
from zoho.access import Access, Zoho
from zoho.duplicates.groups import group_of
from zoho.records import Group, Module, Record, Who


@dataclass(frozen=True, slots=True)
class SeenFlag:
    """A flag as one person sees it: ``records`` are live, ``gone`` the ids of those Zoho no longer has."""

    flag: Flag
    records: tuple[Record, ...] = ()
    gone: frozenset[str] = frozenset()

    @property
    def is_solved(self) -> bool:
        """Whether fewer than two records are left."""
        return len(set(self.flag.members) - self.gone) < 2

    @property
    def is_whole(self) -> bool:
        """Whether this person sees every record that is left."""
        return {record.id for record in self.records} == set(self.flag.members) - self.gone

    @property
    def group(self) -> Group:
        """The records that are left, as a group."""
        return group_of(self.records)


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of a choice from a flag's menu.

    ``change`` is what somebody did before, where the choice came too late; ``stays`` are the records on which
    an undone flag still stands in Zoho, each with Zoho's words.
    """

    verdict: Verdict
    seen: SeenFlag | None = None
    change: Change | None = None
    stays: tuple[tuple[str, str], ...] = ()


_ENDED = {Closed.DONE: "marked done", Closed.UNDONE: "taken back"}


@dataclass(frozen=True)
class FlagQueue:
    """Reads the queue for a person, and claims, releases, closes."""

    zoho: Zoho
    store: Store
    people: People
    flagging: Flagging
    now: Callable[[], datetime]

    async def page(self, access: Access, place: ListPlace = ListPlace()) -> QueuePage:  # noqa: B008  # a tuple
        """Five flags that this person may see, and where they stand. Raises what a call to Zoho may raise."""
        line = line_of(access)
        read, solved = await self._read(line, access, place)
        if not read and (place.after or place.before):
            return await self.page(access)
        total, elsewhere = await lengths(self.store.queue, line)
        page = QueuePage(
            rows=tuple([await self._row(access.who, seen) for seen in read if seen.is_whole]),
            total=total,
            first=1,
            last=len(read),
            org_name=access.connection.org_name,
            region_name=access.region.name,
            now=self.now(),
            zone=(await self.people.person(access.who.user)).zone,
            hidden=sum(not seen.is_whole for seen in read),
            elsewhere=elsewhere,
            solved=solved,
        )
        return await placed(page, self.store.queue, line, [seen.flag for seen in read])

    async def own(
        self, access: Access, flags: Sequence[Flag], above: Sequence[FlagRow]
    ) -> tuple[OwnFlag, ...]:
        """This person's own among their decisions, as far as they see the records. Those that stand ``above``
        were read for that already. Raises as `page`."""
        shown = {row.key: row.names for row in above}
        read = await self._look(access, [flag for flag in flags if flag.key not in shown])
        seen = [one for one in read if one.is_whole and not one.is_solved]
        names = shown | {one.flag.key: tuple(record.name for record in one.records) for one in seen}
        named = [flag for flag in flags if flag.key in names]
        return tuple([await self._own(one, names[one.key], has_menu=one.key in shown) for one in named])

    async def act(self, who: Who, choice: EntryChoice, access: Access) -> Acted:
        """Do what was chosen, if the flag is still as it was drawn and the person sees its records.

        Raises what a call to Zoho may raise; what Zoho says to taking a mark back is part of the outcome.
        """
        flag = await self.store.queue.get(who.workspace, choice.key)
        if flag is None:
            return Acted(Verdict.UNKNOWN)
        is_older = flag.revision != choice.revision and choice.verb != "open"
        if is_older or not flag.is_open:
            return await self._too_late(flag)
        if not access.reaches(flag.spot):
            return Acted(Verdict.RIGHTS)
        (seen,) = await self._look(access, [flag])
        if seen.is_solved:
            await self.store.flags.close(flag, Closed.GONE)
            return Acted(Verdict.GONE, seen)
        if not seen.is_whole:
            return Acted(Verdict.RIGHTS)
        if not await self._change(flag, choice.verb, who.user):
            return await self._too_late(flag)
        if choice.verb == "undo":
            stays = await self.flagging.take_back(flag, access, seen.records)
            return Acted(Verdict.DONE, seen, stays=stays)
        return Acted(Verdict.DONE, seen)

    # Reading

    async def _read(self, line: Line, access: Access, place: ListPlace) -> tuple[list[SeenFlag], int]:
        """Flags from ``place`` on, oldest first, until five may be seen; and how many left by themselves."""
        flags = self.store.queue
        beside, backwards = await beginning(flags, line, place)
        read: list[SeenFlag] = []
        looked = solved = 0

        def wanted() -> int:
            return min(PAGE - sum(seen.is_whole for seen in read), MOST_READ - looked)

        async for batch in batches(flags, line, beside, backwards=backwards, wanted=wanted):
            looked += len(batch)
            seen_flags = await self._look(access, batch)
            read += [seen for seen in seen_flags if not seen.is_solved]
            for seen in seen_flags:
                if seen.is_solved:
                    solved += await self.store.flags.close(seen.flag, Closed.GONE)
        return (read[::-1] if backwards else read), solved

    async def _look(self, access: Access, flags: Sequence[Flag]) -> list[SeenFlag]:
        """These flags as this person sees them, each with what is known to be gone."""
        got = await records_seen(access, ((flag.spot.module, one) for flag in flags for one in flag.members))
        return [await self._seen(access, flag, got) for flag in flags]

    async def _seen(self, access: Access, flag: Flag, got: Mapping[tuple[Module, str], Record]) -> SeenFlag:
        flagger = Who(flag.spot.workspace, flag.user)
        live, gone = await seen_of(self.zoho, access, flagger, flag.spot.module, flag.members, got)
        if gone != set(flag.members) - set(flag.left):
            await self.store.flags.note_gone(flag, sorted(gone))
        return SeenFlag(flag, live, gone)

    async def _row(self, who: Who, seen: SeenFlag) -> FlagRow:
        flag = seen.flag
        return FlagRow(
            key=flag.key,
            revision=flag.revision,
            names=tuple(record.name for record in seen.records),
            module=flag.spot.module,
            by=await self.people.name(flag.user),
            at=flag.at,
            holder=await self._name_of_holder(flag),
            is_by_viewer=flag.user == who.user,
            is_viewers=flag.claimed_by == who.user,
        )

    async def _own(self, flag: Flag, names: tuple[str, ...], *, has_menu: bool) -> OwnFlag:
        ended = _ENDED.get(flag.closed_as, "")
        by = ""
        if ended and flag.closed_by != flag.user:
            by = await self.people.name(flag.closed_by) or "somebody"
        return OwnFlag(flag.key, flag.revision, names, flag.at, ended, by, has_menu)

    async def _name_of_holder(self, flag: Flag) -> str:
        return (await self.people.name(flag.claimed_by) or "Somebody") if flag.claimed_by else ""

    # Changing

    async def _change(self, flag: Flag, verb: str, user: str) -> bool:
        """What the menu's word stands for; False when somebody was faster. To open changes nothing."""
        match verb:
            case "claim":
                return await self.store.queue.claim(flag, user)
            case "release":
                return await self.store.queue.release(flag, user)
            case "done":
                return await self.store.flags.close(flag, Closed.DONE, user)
            case "undo":
                return await self.store.flags.close(flag, Closed.UNDONE, user)
        return True

    async def _too_late(self, flag: Flag) -> Acted:
        return Acted(Verdict.LATE, SeenFlag(flag), await self.store.flags.last_change(flag))
