"""What a person sees while something is running."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.blocks.parts import Message
from bot.jobs import Job, Reply, Typed, Voice
from bot.searches import Patience
from zoho.records import Who

AT = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
LINE = Message("Searching.", ())
LIST = Message("The list.", ())
TAKEN_AWAY = Message("(taken away)", ())


class Listener(Voice):
    """A voice that only keeps what it was to say."""

    def __init__(self) -> None:
        self.said: list[Message] = []

    async def answer(self, job: Job, message: Message) -> None:
        self.said.append(message)

    async def take_away(self, job: Job) -> None:
        self.said.append(TAKEN_AWAY)


def job(*, asked: datetime = AT, is_click: bool = False) -> Typed:
    return Typed(Who("T1", "U1"), "T1", Reply("C1", "", is_click=is_click), "", asked, "")


async def work(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "found"


async def test_quick_work_is_not_announced() -> None:
    voice = Listener()
    assert await Patience(voice, lambda: AT).wait(job(), work(0.01), lambda: LINE) == "found"
    assert voice.said == []


async def test_slow_work_is_announced_once_and_then_awaited() -> None:
    voice = Listener()
    late = AT + timedelta(seconds=0.58)  # most of the 600 ms went by before the work began
    assert await Patience(voice, lambda: late).wait(job(), work(0.1), lambda: LINE) == "found"
    assert voice.said == [LINE]


@pytest.mark.parametrize("asked", [AT - timedelta(hours=1), AT + timedelta(hours=1)])
async def test_a_clock_that_is_off_makes_nobody_wait_longer(asked: datetime) -> None:
    voice = Listener()
    await Patience(voice, lambda: AT).wait(job(asked=asked), work(0.7), lambda: LINE)
    assert voice.said == [LINE]


async def test_work_without_end_is_given_up_and_stopped() -> None:
    ended: list[str] = []

    async def endless() -> str:
        try:
            return await work(60)
        finally:
            ended.append("stopped")

    voice = Listener()
    with pytest.raises(TimeoutError):
        await Patience(voice, lambda: AT, ceiling=0.05).wait(job(), endless(), lambda: LINE)
    await asyncio.sleep(0)
    assert ended == ["stopped"]


async def test_an_error_of_the_work_comes_through() -> None:
    async def failing() -> str:
        raise KeyError("as asked")

    with pytest.raises(KeyError):
        await Patience(Listener(), lambda: AT).wait(job(), failing(), lambda: LINE)


# What the line stands in the place of


async def the_list() -> Message:
    return LIST


async def nothing() -> None:
    return None


async def fails(seconds: float) -> str:
    await asyncio.sleep(seconds)
    raise KeyError("as asked")


LATE = AT + timedelta(seconds=0.58)


@pytest.mark.parametrize(
    ("before", "is_click", "said"),
    [
        (the_list, True, [LINE, LIST]),
        (nothing, True, [LINE, TAKEN_AWAY]),
        (None, True, [LINE]),
        (the_list, False, [LINE]),
    ],
)
async def test_what_was_covered_stands_there_again_after_an_error(
    before: Callable[[], Awaitable[Message | None]] | None, is_click: bool, said: list[Message]
) -> None:
    voice = Listener()
    with pytest.raises(KeyError):
        await Patience(voice, lambda: LATE).wait(
            job(is_click=is_click), fails(0.1), lambda: LINE, before=before
        )
    assert voice.said == said


async def test_what_was_covered_stands_there_again_when_time_is_up() -> None:
    voice = Listener()
    with pytest.raises(TimeoutError):
        await Patience(voice, lambda: LATE, ceiling=0.2).wait(
            job(is_click=True), work(60), lambda: LINE, before=the_list
        )
    assert voice.said == [LINE, LIST]


@pytest.mark.parametrize(("is_drawn", "said"), [(True, [LINE]), (False, [LINE, LIST])])
async def test_a_result_that_is_not_drawn_there_brings_it_back_too(
    is_drawn: bool, said: list[Message]
) -> None:
    voice = Listener()
    result = await Patience(voice, lambda: LATE).wait(
        job(is_click=True), work(0.1), lambda: LINE, before=the_list, is_drawn=lambda found: is_drawn
    )
    assert (result, voice.said) == ("found", said)


async def test_nothing_is_drawn_again_that_was_never_covered() -> None:
    voice = Listener()
    with pytest.raises(KeyError):
        await Patience(voice, lambda: AT).wait(job(is_click=True), fails(0.01), lambda: LINE, before=the_list)
    assert voice.said == []
