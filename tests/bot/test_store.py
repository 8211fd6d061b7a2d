"""The bot's tables: what happens once, what expires, what is nobody else's."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from bot.store import Asked, Closed, FlaggedRecord, Place, Spot, Store
from bot.store.flags import AlreadyFlagged
from bot.store.tables import decisions, flagged_records
from tests.bot.test_rotation import fill
from tests.storage import Storage
from zoho.database import Database, metadata
from zoho.errors import KeyLost
from zoho.records import Found, Group, Module, Pending, Reason, Record, Who

MARA = Who("T1", "U1")
TOMAS = Who("T1", "U2")
STRANGER = Who("T2", "U1")
SPOT = Spot("T1", "eu", "200", Module.DESK_CONTACTS)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, step: timedelta) -> None:
        self.time += step


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: Database, clock: Clock) -> Store:
    return Store(database, clock)


def contact(number: int) -> Record:
    return Record(Module.DESK_CONTACTS, str(number), f"Ana {number}", email="ana@kestrel.example")


def group(*numbers: int) -> Group:
    records = tuple(contact(number) for number in numbers)
    return Group(Module.DESK_CONTACTS, records, Reason(("e-mail",), ("ana@kestrel.example",)))


def found(*groups: Group) -> Found:
    return Found(
        module=Module.DESK_CONTACTS,
        dc="eu",
        org_id="200",
        org_name="Larkfield Support",
        groups=groups,
        total=len(groups),
        so_far=False,
        at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        source="values",
        pending=Pending(values=(("email", "b@kestrel.example", 2),)),
    )


def asked(who: Who = MARA, text: str = "desk contacts", *, at: datetime) -> Asked:
    return Asked(who, "C1", text, "https://hooks.slack.example/one", is_click=False, at=at)


async def test_of_many_who_claim_one_key_exactly_one_gets_it(store: Store) -> None:
    claims = await asyncio.gather(*(store.effects.claim(["a"]) for _ in range(20)))
    assert sorted(map(len, claims)) == [0] * 19 + [1]


async def test_keys_claimed_together_are_told_apart(store: Store) -> None:
    await store.effects.claim(["old"])
    assert await store.effects.claim(["new", "old", "new", 'with "quotes"']) == {"new", 'with "quotes"'}
    assert await store.effects.claim([]) == set()


async def test_old_keys_are_swept_and_young_ones_stay(store: Store, clock: Clock) -> None:
    await store.effects.claim(["old"])
    clock.forward(timedelta(days=3, seconds=1))
    await store.effects.claim(["young"])
    await store.sweep()
    assert await store.effects.claim(["old", "young"]) == {"old"}


async def test_a_waiting_command_is_taken_once_and_only_by_its_owner(store: Store, clock: Clock) -> None:
    key = await store.asked.keep(asked(at=clock()))
    assert await store.asked.take(TOMAS, key) is None
    assert await store.asked.take(STRANGER, key) is None
    taken = await store.asked.take(MARA, key)
    assert taken is not None
    assert (taken.text, taken.response_url) == ("desk contacts", "https://hooks.slack.example/one")
    assert await store.asked.take(MARA, key) is None


async def test_a_waiting_command_lives_half_an_hour(store: Store, clock: Clock) -> None:
    key = await store.asked.keep(asked(at=clock()))
    clock.forward(timedelta(minutes=30))
    assert await store.asked.latest(MARA) is None
    assert await store.asked.take(MARA, key) is None


async def test_the_latest_waiting_command_is_the_one_that_counts(store: Store, clock: Clock) -> None:
    await store.asked.keep(asked(text="desk contacts", at=clock()))
    second = await store.asked.keep(asked(text="desk products", at=clock() + timedelta(seconds=1)))
    assert await store.asked.latest(MARA) == second
    await store.asked.forget(MARA)
    assert await store.asked.latest(MARA) is None


async def test_of_a_workspace_that_is_gone_no_table_holds_a_row(store: Store, database: Database) -> None:
    await fill(database, 2)
    await store.forget("workspace-00001")
    ours = [one for one in metadata.sorted_tables if one.name.partition("_")[0] not in ("effects", "zoho")]
    async with database.read() as reader:
        left = {one.name: await reader.scalar(select(func.count()).select_from(one)) for one in ours}
    assert left == {one.name: 1 for one in ours}


async def test_nothing_a_person_typed_or_found_lies_in_clear(
    store: Store, clock: Clock, storage: Storage
) -> None:
    await store.asked.keep(asked(text="desk contacts lastName=Lindqvist", at=clock()))
    kept = await store.lists.keep(MARA, "desk contacts lastName=Lindqvist", found(group(1, 2)))
    await store.lists.name_groups(kept, kept.found.groups)
    flag = await store.flags.add(SPOT, ["1", "2"], "U1", place=Place.COMMENT)
    await store.flags.note_written(flag, FlaggedRecord("1", refused="Lindqvist may not"))
    stored = await storage.contents()
    assert b"U1" in stored
    for secret in (b"Lindqvist", b"ana@kestrel", b"hooks.slack.example", b"b@kestrel"):
        assert secret not in stored


async def test_a_list_comes_back_as_it_was_for_24_hours(store: Store, clock: Clock) -> None:
    kept = await store.lists.keep(MARA, "desk contacts", found(group(1, 2), group(3, 4)))
    back = await store.lists.get(MARA, kept.key)
    assert back == kept
    clock.forward(timedelta(hours=24))
    assert await store.lists.get(MARA, kept.key) is None


async def test_a_list_is_nobody_elses(store: Store) -> None:
    kept = await store.lists.keep(MARA, "desk contacts", found(group(1, 2)))
    assert await store.lists.get(TOMAS, kept.key) is None
    assert await store.lists.get(STRANGER, kept.key) is None


async def test_a_list_that_was_read_further_does_not_live_longer(store: Store, clock: Clock) -> None:
    kept = await store.lists.keep(MARA, "desk contacts", found(group(1, 2)))
    clock.forward(timedelta(hours=23))
    longer = await store.lists.replace(kept, found(group(1, 2), group(3, 4)))
    assert await store.lists.get(MARA, kept.key) == longer
    clock.forward(timedelta(hours=1))
    assert await store.lists.get(MARA, kept.key) is None


async def test_a_list_under_another_key_is_a_lost_key(store: Store, storage: Storage, clock: Clock) -> None:
    kept = await store.lists.keep(MARA, "desk contacts", found(group(1, 2)))
    async with storage.opened(keys=(Fernet.generate_key().decode(),)) as other:
        with pytest.raises(KeyLost):
            await Store(other, clock).lists.get(MARA, kept.key)


async def test_a_group_keeps_its_key_within_its_list_and_outlives_it(store: Store, clock: Clock) -> None:
    kept = await store.lists.keep(MARA, "desk contacts", found(group(2, 1), group(3, 4)))
    first = await store.lists.name_groups(kept, kept.found.groups)
    again = await store.lists.name_groups(kept, kept.found.groups)
    assert first == again
    key = first["1", "2"].key
    clock.forward(timedelta(days=30))
    await store.sweep()
    late = await store.lists.group("T1", key)
    assert late is not None
    assert (late.members, late.reason, late.org_id) == (("1", "2"), ("e-mail",), "200")
    assert await store.lists.group("T2", key) is None


async def test_a_revision_grows_only_when_what_is_shown_changes(store: Store) -> None:
    kept = await store.lists.keep(MARA, "desk contacts", found(group(1, 2), group(3, 4)))
    named = await store.lists.name_groups(kept, kept.found.groups)
    changed, untouched = named["1", "2"].key, named["3", "4"].key
    for mark in ("flagged", "flagged", ""):
        await store.lists.mark_drawn({changed: mark, untouched: ""})
    after = await store.lists.name_groups(kept, kept.found.groups)
    assert after["1", "2"].revision == 3
    assert after["3", "4"].revision == 1


async def test_the_second_flag_on_the_same_records_meets_the_first(store: Store) -> None:
    results = await asyncio.gather(
        store.flags.add(SPOT, ["1", "2"], "U1", place=Place.NOWHERE),
        store.flags.add(SPOT, ["2", "1"], "U2", place=Place.NOWHERE),
        return_exceptions=True,
    )
    (refused,) = [one for one in results if isinstance(one, AlreadyFlagged)]
    (standing,) = [one for one in results if not isinstance(one, BaseException)]
    assert refused.flag == standing


async def test_a_flag_shows_wherever_one_of_its_records_is_looked_for(store: Store) -> None:
    flag = await store.flags.add(SPOT, ["1", "2"], "U1", place=Place.COMMENT)
    assert await store.flags.on(SPOT, ["2", "9"]) == (flag,)
    assert await store.flags.on(SPOT, ["9"]) == ()
    assert await store.flags.on(SPOT._replace(workspace="T2"), ["1"]) == ()
    assert await store.flags.on(SPOT._replace(org_id="201"), ["1"]) == ()


async def test_a_waiting_flag_is_released_once(store: Store) -> None:
    flag = await store.flags.add(SPOT, ["1", "2"], "U1", place=Place.COMMENT, waiting=True)
    await store.flags.add(SPOT, ["3", "4"], "U2", place=Place.COMMENT, waiting=True)
    assert await store.flags.waiting_for(MARA, "eu", "200") == (flag,)
    released = await asyncio.gather(*(store.flags.release(flag) for _ in range(5)))
    assert released.count(True) == 1
    assert await store.flags.waiting_for(MARA, "eu", "200") == ()


async def test_what_was_written_is_kept_per_record(store: Store) -> None:
    flag = await store.flags.add(SPOT, ["1", "2"], "U1", place=Place.COMMENT)
    await store.flags.note_written(flag, FlaggedRecord("1", written=True, trace="77"))
    await store.flags.note_written(flag, FlaggedRecord("2", refused="FORBIDDEN"))
    after = await store.flags.of(SPOT, ["1", "2"])
    assert after is not None
    assert {one.record_id: (one.written, one.trace, one.refused) for one in after.records} == {
        "1": (True, "77", ""),
        "2": (False, "", "FORBIDDEN"),
    }


async def test_a_flag_is_taken_back_once_and_can_be_raised_again(store: Store, database: Database) -> None:
    flag = await store.flags.add(SPOT, ["1", "2"], "U1", place=Place.NOWHERE)
    assert await store.flags.close(flag, Closed.UNDONE, "U2") is True
    assert await store.flags.close(flag, Closed.UNDONE, "U2") is False
    again = await store.flags.add(SPOT, ["1", "2"], "U2", place=Place.NOWHERE)
    async with database.read() as reader:
        noted = await reader.execute(select(decisions.c.kind, decisions.c.user).order_by(decisions.c.id))
        left = await reader.scalar(select(func.count()).select_from(flagged_records))
    assert [tuple(row) for row in noted] == [("flag", "U1"), ("unflag", "U2"), ("flag", "U2")]
    assert left == 2
    assert (again.is_open, again.user, again.revision) == (True, "U2", 3)


async def test_the_offer_to_allow_writing_rests_for_30_days(store: Store, clock: Clock) -> None:
    await store.flags.keep_quiet(MARA, "eu", "200")
    await store.flags.keep_quiet(MARA, "eu", "200")
    assert await store.flags.is_quiet(MARA, "eu", "200") is True
    assert await store.flags.is_quiet(MARA, "in", "200") is False
    assert await store.flags.is_quiet(TOMAS, "eu", "200") is False
    clock.forward(timedelta(days=30))
    await store.sweep()
    assert await store.flags.is_quiet(MARA, "eu", "200") is False


async def test_work_that_is_cancelled_in_a_transaction_leaves_the_database_to_the_next(store: Store) -> None:
    for step in range(60):
        cancelled = asyncio.create_task(store.effects.claim([f"never {step}"]))
        await asyncio.sleep(step * 0.0001)
        cancelled.cancel()
        await asyncio.gather(cancelled, return_exceptions=True)
        async with asyncio.timeout(2):
            assert await store.effects.claim([f"next {step}"])
