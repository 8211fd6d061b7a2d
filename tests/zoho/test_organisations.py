"""What was learnt of an organisation, for how long, and for whom."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from tests.zoho.installation import Clock
from zoho.database import Database
from zoho.organisations import OrganisationKey, Organisations, organisations
from zoho.records import Module, Product

LARKFIELD = OrganisationKey(Product.DESK, "eu", "20060000001")
OTHERS = (
    OrganisationKey(Product.CRM, "eu", "20060000001"),
    OrganisationKey(Product.DESK, "in", "20060000001"),
    OrganisationKey(Product.DESK, "eu", "20060000002"),
)
CONTACTS, ACCOUNTS = Module.DESK_CONTACTS, Module.DESK_ACCOUNTS


@dataclass
class Learnt:
    """The memory in this process, and the file behind it."""

    here: Organisations
    clock: Clock
    database: Database

    def elsewhere(self) -> Organisations:
        """The same memory as another process has it."""
        return Organisations(self.database, now=self.clock)

    async def kept(self) -> int | None:
        """The credits in the file."""
        async with self.database.read() as reader:
            left: int | None = await reader.scalar(select(organisations.c.credits_left))
        return left


@pytest.fixture
def learnt(database: Database) -> Learnt:
    clock = Clock()
    return Learnt(Organisations(database, now=clock), clock, database)


@pytest.mark.parametrize("answers", [True, False])
async def test_a_verdict_on_the_endpoint_holds_for_seven_days_and_for_everybody(
    learnt: Learnt, answers: bool
) -> None:
    assert await learnt.here.has_endpoint(LARKFIELD) is None
    await learnt.here.note_endpoint(LARKFIELD, answers)
    learnt.clock.forward(days=6, hours=23, minutes=59)

    assert await learnt.elsewhere().has_endpoint(LARKFIELD) is answers
    assert [await learnt.here.has_endpoint(other) for other in OTHERS] == [None] * 3

    learnt.clock.forward(minutes=1)
    assert await learnt.here.has_endpoint(LARKFIELD) is None


async def test_a_verdict_can_be_changed(learnt: Learnt) -> None:
    await learnt.here.note_endpoint(LARKFIELD, False)
    await learnt.here.note_endpoint(LARKFIELD, True)
    assert await learnt.here.has_endpoint(LARKFIELD) is True


async def test_a_202_is_remembered_a_day_for_its_field_alone(learnt: Learnt) -> None:
    await learnt.here.note_too_large(LARKFIELD, CONTACTS, "bothEmail")
    learnt.clock.forward(hours=23, minutes=59)
    elsewhere = learnt.elsewhere()

    assert await elsewhere.is_too_large(LARKFIELD, CONTACTS, "bothEmail")
    assert not await elsewhere.is_too_large(LARKFIELD, CONTACTS, "phone")
    assert not await elsewhere.is_too_large(LARKFIELD, ACCOUNTS, "bothEmail")
    assert not any([await elsewhere.is_too_large(other, CONTACTS, "bothEmail") for other in OTHERS])

    learnt.clock.forward(minutes=1)
    assert not await elsewhere.is_too_large(LARKFIELD, CONTACTS, "bothEmail")


async def test_a_202_that_comes_again_is_remembered_from_then_on(learnt: Learnt) -> None:
    await learnt.here.note_too_large(LARKFIELD, CONTACTS, "bothEmail")
    learnt.clock.forward(hours=24)
    await learnt.here.note_too_large(LARKFIELD, CONTACTS, "bothEmail")
    learnt.clock.forward(hours=23)

    assert await learnt.here.is_too_large(LARKFIELD, CONTACTS, "bothEmail")


async def test_credits_are_known_at_once_here_and_within_half_a_minute_elsewhere(learnt: Learnt) -> None:
    assert await learnt.here.credits(LARKFIELD) is None
    for left in (75_000, 74_997, 74_994):
        await learnt.here.note_credits(LARKFIELD, left)
    here = await learnt.here.credits(LARKFIELD)

    assert here
    assert (here.left, here.highest, here.at) == (74_994, 75_000, learnt.clock.at)
    assert await learnt.kept() == 75_000

    learnt.clock.forward(seconds=30)
    await learnt.here.note_credits(LARKFIELD, 74_900)
    elsewhere = await learnt.elsewhere().credits(LARKFIELD)
    assert elsewhere
    assert (elsewhere.left, elsewhere.highest) == (74_900, 75_000)


async def test_the_highest_credits_ever_seen_outlive_the_process(learnt: Learnt) -> None:
    await learnt.here.note_credits(LARKFIELD, 75_000)
    after = learnt.elsewhere()
    await after.note_credits(LARKFIELD, 10)

    known = await after.credits(LARKFIELD)
    assert known
    assert (known.left, known.highest) == (10, 75_000)


async def test_figures_that_another_process_saw_are_known_here_when_ours_are_half_a_minute_old(
    learnt: Learnt,
) -> None:
    elsewhere = learnt.elsewhere()
    await learnt.here.note_credits(LARKFIELD, 500)
    learnt.clock.forward(seconds=29)
    await elsewhere.note_credits(LARKFIELD, 75_000)
    before = await learnt.here.credits(LARKFIELD)
    assert before
    assert before.left == 500

    learnt.clock.forward(seconds=1)
    known = await learnt.here.credits(LARKFIELD)

    assert known
    assert (known.left, known.highest) == (75_000, 75_000)


async def test_a_process_that_never_saw_the_highest_does_not_lower_it(learnt: Learnt) -> None:
    elsewhere = learnt.elsewhere()
    await elsewhere.note_credits(LARKFIELD, 500)
    await learnt.here.note_credits(LARKFIELD, 75_000)
    learnt.clock.forward(seconds=29)
    await elsewhere.note_credits(LARKFIELD, 480)
    learnt.clock.forward(seconds=1)
    await elsewhere.note_credits(LARKFIELD, 470)

    known = await elsewhere.credits(LARKFIELD)
    assert known
    assert (known.left, known.highest) == (470, 75_000)


async def test_a_202_seen_by_two_at_once_is_one_row(learnt: Learnt) -> None:
    await asyncio.gather(*(learnt.here.note_too_large(LARKFIELD, CONTACTS, "phone") for _ in range(6)))

    assert await learnt.here.is_too_large(LARKFIELD, CONTACTS, "phone")


async def test_what_is_learnt_of_one_thing_leaves_the_others_alone(learnt: Learnt) -> None:
    await learnt.here.note_endpoint(LARKFIELD, True)
    await learnt.here.note_credits(LARKFIELD, 500)

    assert await learnt.here.has_endpoint(LARKFIELD) is True
    assert await learnt.here.credits(LARKFIELD)


async def test_two_places_first_come_first_served(learnt: Learnt) -> None:
    served: list[int] = []
    inside = 0

    async def visit(number: int) -> None:
        nonlocal inside
        async with learnt.here.slot(LARKFIELD):
            inside += 1
            assert inside <= 2
            served.append(number)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(visit(number) for number in range(20)))

    assert served == list(range(20))


async def test_a_failure_gives_the_place_back(learnt: Learnt) -> None:
    async def fail() -> None:
        async with learnt.here.slot(LARKFIELD):
            raise LookupError

    for _ in range(5):
        with pytest.raises(LookupError):
            await asyncio.wait_for(fail(), 1)
