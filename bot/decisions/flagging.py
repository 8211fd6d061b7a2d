"""What people decide about a group: flag it and take the flag back, with the clicker's own rights.

Nothing here speaks to Slack: an outcome says what happened, and whoever handles the click says it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.blocks.clicks import comment
from bot.decisions.looking import Looking
from bot.decisions.outcome import Outcome, Verdict
from bot.ids import GroupRef
from bot.jobs import Job, People
from bot.store import (
    AlreadyFlagged,
    Closed,
    Flag,
    FlaggedRecord,
    Kept,
    Place,
    ShownGroup,
    Spot,
    Store,
    standing_on,
)
from zoho import scopes
from zoho.access import Access, Zoho
from zoho.connections.attempts import ATTEMPT_LASTS
from zoho.desk import Desk
from zoho.errors import BadRequest, NoAnswer, NotFound, ScopeMissing, ServerError, ZohoError
from zoho.records import Module, Record, Who


@dataclass(frozen=True, slots=True)
class Released:
    """What a new permission to write set free: flags written whole, and those Zoho refused in part."""

    written: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Flagging:
    """Flags, and what they leave in Zoho."""

    zoho: Zoho
    store: Store
    people: People

    @property
    def looking(self) -> Looking:
        """What loads a group and reads its members."""
        return Looking(self.zoho, self.store)

    async def flag(self, job: Job, ref: GroupRef, access: Access) -> Outcome:
        """Raise a flag, and write it to Zoho where there is a place and the clicker granted writing.

        The members are read again, so that none is flagged that is gone. Raises what reading may raise; what
        Zoho says to a write is part of the outcome.
        """
        looked = await self.looking.look(job, ref, access)
        if looked.shown is None or looked.verdict not in (Verdict.DONE, Verdict.OLDER):
            return looked
        shown, records = looked.shown, looked.records
        standing = await self._standing(shown)
        if standing is not None:
            return replace(looked, verdict=Verdict.ALREADY, flag=standing)
        if looked.verdict is Verdict.OLDER:
            return looked
        place, kept = self._place(shown.module)
        missing = self._missing(access, shown.module) if place else ()
        members = [record.id for record in records]
        try:
            flag = await self.store.flags.add(
                _spot(shown), members, job.who.user, place=place, kept=kept, waiting=bool(missing)
            )
        except AlreadyFlagged as already:
            return replace(looked, verdict=Verdict.ALREADY, flag=already.flag)
        if missing and not _is_whole(flag):
            is_quiet = await self.store.flags.is_quiet(job.who, shown.dc, shown.org_id)
            verdict = Verdict.DONE if is_quiet else Verdict.OFFER
            return replace(looked, verdict=verdict, flag=flag, missing=missing)
        if missing:
            await self.store.flags.release(flag)
        if place:
            flag = await self._write(flag, access, records)
        return replace(looked, flag=flag)

    async def write_rest(self, job: Job, ref: GroupRef, access: Access) -> Outcome:
        """Write a flag on the records on which Zoho refused it, with the rights of whoever clicked.

        Raises ScopeMissing for somebody who has not allowed writing, and what reading may raise.
        """
        looked = await self.looking.look(job, ref, access)
        if looked.shown is None or looked.verdict is not Verdict.DONE:
            return looked
        flag = await self._standing(looked.shown)
        if flag is None:
            return replace(looked, verdict=Verdict.NOT_FLAGGED)
        place, _ = self._place(looked.shown.module)
        if flag.waiting or flag.place is not place:
            return replace(looked, flag=flag)
        missing = self._missing(access, looked.shown.module)
        if missing:
            raise ScopeMissing(missing=missing)
        if await self.store.flags.change(flag, "write", job.who.user, {}):
            held = [record for record in looked.records if record.id in flag.members]
            flag = await self._write(flag, access, held, again=True)
        return replace(looked, flag=flag)

    async def undo(self, job: Job, ref: GroupRef, access: Access) -> Outcome:
        """Take a flag back, and what was written for it; what the clicker may not remove stays."""
        looked = await self.looking.recall(job, ref, access)
        if looked.shown is None or looked.verdict not in (Verdict.DONE, Verdict.OLDER, Verdict.GONE):
            return looked
        flag = await self._standing(looked.shown)
        if flag is None:
            return replace(looked, verdict=Verdict.NOT_FLAGGED)
        if looked.verdict is Verdict.OLDER:
            return looked
        while not await self.store.flags.close(flag, Closed.UNDONE, job.who.user):
            flag = await self._standing(looked.shown)
            if flag is None:
                return replace(looked, verdict=Verdict.NOT_FLAGGED)
        stays = await self.take_back(flag, access, looked.records)
        return replace(looked, verdict=Verdict.DONE, flag=flag, stays=stays)

    async def _standing(self, shown: ShownGroup) -> Flag | None:
        return standing_on(await self.store.flags.on(_spot(shown), shown.members), shown.members)

    async def note_offered(self, job: Job, shown: ShownGroup) -> None:
        """Make no second offer to write while the link of the one just made is good."""
        await self.store.flags.keep_quiet(job.who, shown.dc, shown.org_id, ATTEMPT_LASTS)

    async def keep_local(self, job: Job, ref: GroupRef) -> bool:
        """Remember for 30 days that this person wants no offer to write; False for a group nobody knows."""
        shown = await self.store.lists.group(job.who.workspace, ref.key)
        if shown is None:
            return False
        await self.store.flags.keep_quiet(job.who, shown.dc, shown.org_id)
        return True

    async def release(self, who: Who, access: Access) -> Released:
        """Write every flag of this person in this organisation that waited for the permission, once."""
        written = refused = 0
        dc, org_id = access.connection.dc, access.connection.org_id
        for flag in await self.store.flags.waiting_for(who, dc, org_id):
            lacking = self._missing(access, flag.spot.module)
            if lacking or self.zoho.preferences.observe_only or not await self.store.flags.release(flag):
                continue
            records = await access.duplicates().reread(flag.spot.module, flag.members)
            after = await self._write(flag, access, records)
            is_whole = _is_whole(after)
            written, refused = written + is_whole, refused + (not is_whole)
        return Released(written, refused)

    def _place(self, module: Module) -> tuple[Place, Kept]:
        """Where a flag on this kind of record is written."""
        preferences = self.zoho.preferences
        if preferences.observe_only:
            return Place.NOWHERE, Kept.OBSERVE_ONLY
        if preferences.flag_field:
            return Place.FIELD, Kept.NOT
        if module is Module.DESK_PRODUCTS:
            return Place.NOWHERE, Kept.NO_PLACE
        return Place.COMMENT, Kept.NOT

    def _missing(self, access: Access, module: Module) -> tuple[str, ...]:
        wanted = scopes.write_scopes(module, self.zoho.preferences.flag_field)
        return scopes.missing(access.connection.scopes, wanted)

    async def _write(
        self, flag: Flag, access: Access, records: Sequence[Record], *, again: bool = False
    ) -> Flag:
        """Write the flag to each record, once; what Zoho refuses is kept beside it.

        ``again`` says that it was tried before: what came to be on the way is looked for first.
        """
        by = await self.people.name(flag.user)
        written = {one.record_id for one in flag.records if one.written}
        for record in (record for record in records if record.id not in written):
            others = [other.name for other in records if other is not record]
            try:
                trace = await self._write_one(flag, access, record, comment(others, by), again=again)
            except ZohoError as error:
                if self._is_unknown_field(flag, error):
                    await self.store.flags.note_kept(flag, Kept.NO_FIELD)
                    break
                outcome = FlaggedRecord(record.id, refused=_zoho_words(error))
            else:
                outcome = FlaggedRecord(record.id, written=True, trace=trace)
            await self.store.flags.note_written(flag, outcome)
        return await self.store.flags.of(flag.spot, flag.members) or flag

    async def _write_one(self, flag: Flag, access: Access, record: Record, text: str, *, again: bool) -> str:
        """Out comes what is needed to take it back: the comment's id, or the field's name."""
        if flag.place is Place.COMMENT:
            return await _comment_once(access.desk, record, text, again=again)
        field = self.zoho.preferences.flag_field
        await access.desk.set_field(record.module, record.id, field, "true")
        return field

    def _is_unknown_field(self, flag: Flag, error: ZohoError) -> bool:
        if flag.place is not Place.FIELD or not isinstance(error, BadRequest):
            return False
        field = self.zoho.preferences.flag_field
        return field in (error.parameter.rpartition("/")[2], error.parameter) or field in error.words

    async def take_back(
        self, flag: Flag, access: Access, records: Sequence[Record]
    ) -> tuple[tuple[str, str], ...]:
        """Remove what was written; out come the records on which it stays, each with Zoho's words."""
        names = {record.id: record.name for record in records}
        is_forbidden = self.zoho.preferences.observe_only or self._missing(access, flag.spot.module)
        stays: list[tuple[str, str]] = []
        for one in flag.records:
            if not one.written:
                continue
            said = "" if is_forbidden else await self._take_back_one(flag, access, one)
            if is_forbidden or said is not None:
                stays.append((names.get(one.record_id, ""), said or ""))
            else:
                await self.store.flags.note_written(flag, FlaggedRecord(one.record_id))
        return tuple(stays)

    async def _take_back_one(self, flag: Flag, access: Access, one: FlaggedRecord) -> str | None:
        """None when it is gone, else what Zoho said against it."""
        try:
            if flag.place is Place.COMMENT:
                await access.desk.delete_comment(flag.spot.module, one.record_id, one.trace)
            else:
                await access.desk.set_field(flag.spot.module, one.record_id, one.trace, "false")
        except NotFound:
            return None
        except ZohoError as error:
            return _zoho_words(error)
        return None


def _is_whole(flag: Flag) -> bool:
    """Whether the flag is written on every record."""
    return all(one.written for one in flag.records)


def _spot(shown: ShownGroup) -> Spot:
    return Spot(shown.who.workspace, shown.dc, shown.org_id, shown.module)


async def _comment_once(desk: Desk, record: Record, text: str, *, again: bool) -> str:
    """The id of a new comment, or of the one that a failed or unheard try has left there all the same."""
    if again and (there := await desk.comment_saying(record.module, record.id, text)):
        return there
    try:
        return await desk.add_comment(record.module, record.id, text)
    except ServerError:
        with suppress(ZohoError):
            if there := await desk.comment_saying(record.module, record.id, text):
                return there
        raise


def _zoho_words(error: ZohoError) -> str:
    """What Zoho said; nothing where it said nothing."""
    return "" if isinstance(error, NoAnswer) else error.words or error.code
