"""Handed-over work: once per key, bounded, never silent, drained at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.exc import OperationalError

from bot.jobs import Job, Jobs, Reply, Typed
from zoho.records import Who

AT = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)


def typed(text: str, key: str = "") -> Typed:
    return Typed(Who("T1", "U1"), "T1", Reply("C1", ""), key, AT, text)


@dataclass
class Desk:
    """Claims keys as the store does, and keeps what was done and reported."""

    claimed: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)
    reported: list[tuple[Job, Exception]] = field(default_factory=list)
    now: int = 0
    most: int = 0
    pause: float = 0.0

    async def claim(self, jobs: Sequence[Job]) -> set[str]:
        new = {job.key for job in jobs} - self.claimed
        self.claimed |= new
        return new

    async def report(self, job: Job, error: Exception) -> None:
        self.reported.append((job, error))

    async def do(self, job: Typed) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(self.pause)
        self.now -= 1
        if job.text == "fail":
            raise ValueError("as asked")
        self.done.append(job.text)

    def jobs(self, **how: int) -> Jobs:
        jobs = Jobs(claim=self.claim, report=self.report, **how)
        jobs.on(Typed, self.do)
        jobs.start()
        return jobs


async def test_what_runs_afterwards_runs_after_every_job_however_it_ended() -> None:
    desk = Desk()
    jobs = desk.jobs()
    followed: list[str] = []

    async def follow(job: Job) -> None:
        followed.append(f"{job.key} after {desk.done} and {len(desk.reported)}")
        if job.key == "3":
            raise ValueError("as asked")

    jobs.afterwards(follow)
    for text, key in (("a", "1"), ("fail", "2"), ("c", "3")):
        jobs.hand_over(typed(text, key))
        await jobs.idle()
    assert followed == ["1 after ['a'] and 0", "2 after ['a'] and 1", "3 after ['a', 'c'] and 1"]
    assert [job.key for job, _ in desk.reported] == ["2", "3"]
    assert await jobs.drain(1) == 0


async def test_a_job_with_a_key_happens_once_and_one_without_every_time() -> None:
    desk = Desk()
    jobs = desk.jobs()
    for text, key in (("a", "1"), ("a again", "1"), ("b", "2"), ("c", ""), ("c", "")):
        jobs.hand_over(typed(text, key))
    await jobs.idle()
    jobs.hand_over(typed("a much later", "1"))
    await jobs.idle()
    assert desk.done == ["a", "b", "c", "c"]
    assert await jobs.drain(1) == 0


async def test_a_job_that_somebody_else_claimed_is_taken_up_all_the_same_and_once() -> None:
    desk = Desk(claimed={"1"})
    jobs = desk.jobs()
    jobs.take_up(typed("a", "1"))
    await jobs.idle()
    jobs.hand_over(typed("a again", "1"))
    await jobs.idle()
    assert desk.done == ["a"]
    assert await jobs.drain(1) == 0


async def test_who_waits_for_a_job_hears_of_its_end_and_may_stop_waiting_without_stopping_it() -> None:
    desk = Desk(claimed={"1", "2"}, pause=0.05)
    jobs = desk.jobs()
    await jobs.run(typed("fail", "1"))
    assert [job.key for job, _ in desk.reported] == ["1"]
    waiting = asyncio.create_task(jobs.run(typed("b", "2")))
    async with asyncio.timeout(5):
        while not desk.now:  # noqa: ASYNC110  # a desk gives no sign
            await asyncio.sleep(0)
    waiting.cancel()
    await jobs.idle()
    assert desk.done == ["b"]
    assert await jobs.drain(1) == 0


async def test_no_more_than_the_bound_run_at_once_and_all_are_done() -> None:
    desk = Desk(pause=0.001)
    jobs = desk.jobs(at_once=3)
    for number in range(20):
        jobs.hand_over(typed(str(number), str(number)))
    await jobs.idle()
    assert sorted(desk.done, key=int) == [str(number) for number in range(20)]
    assert desk.most == 3
    await jobs.drain(1)


async def test_an_error_is_reported_and_the_next_job_runs() -> None:
    desk = Desk()
    jobs = desk.jobs()
    bad = typed("fail", "1")
    jobs.hand_over(bad)
    jobs.hand_over(typed("good", "2"))
    await jobs.idle()
    assert [(job, str(error)) for job, error in desk.reported] == [(bad, "as asked")]
    assert desk.done == ["good"]
    await jobs.drain(1)


async def test_a_store_that_does_not_answer_is_reported_and_nothing_is_done_twice() -> None:
    desk = Desk()

    async def locked(jobs: Sequence[Job]) -> set[str]:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    jobs = Jobs(claim=locked, report=desk.report)
    jobs.on(Typed, desk.do)
    jobs.hand_over(typed("a", "1"))
    jobs.take_up(typed("b", "2"))
    jobs.start()
    await jobs.idle()
    assert desk.done == ["b"]  # it was claimed before
    assert [job.key for job, _ in desk.reported] == ["1"]
    assert isinstance(desk.reported[0][1], OperationalError)
    await jobs.drain(1)


async def test_draining_waits_for_what_runs_and_counts_what_does_not_end() -> None:
    desk = Desk(pause=0.02)
    jobs = desk.jobs(at_once=1)
    jobs.hand_over(typed("ends"))
    assert await jobs.drain(5) == 0
    assert desk.done == ["ends"]

    slow = Desk(pause=60)
    jobs = slow.jobs(at_once=1)
    jobs.hand_over(typed("runs"))
    jobs.hand_over(typed("waits"))
    assert await jobs.drain(0.05) == 2


async def test_what_is_handed_over_by_a_job_is_done_before_the_drain_ends() -> None:
    desk = Desk()
    jobs = Jobs(claim=desk.claim, report=desk.report)

    async def go_on(job: Typed) -> None:
        desk.done.append(job.text)
        if job.text == "first":
            jobs.hand_over(typed("second"))

    jobs.on(Typed, go_on)
    jobs.start()
    jobs.hand_over(typed("first"))
    await jobs.drain(5)
    assert desk.done == ["first", "second"]


async def test_nothing_begins_while_the_loop_is_busy_and_everything_does_in_the_end() -> None:
    desk = Desk()
    jobs = desk.jobs()
    busy = asyncio.create_task(_hog(0.1))
    jobs.hand_over(typed("patient"))
    await asyncio.sleep(0.03)
    assert desk.done == []
    await busy
    await jobs.idle()
    assert desk.done == ["patient"]
    await jobs.drain(1)


async def _hog(seconds: float) -> None:
    """Keep the loop late, five milliseconds at a time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        until = loop.time() + 0.005
        while loop.time() < until:
            pass
        await asyncio.sleep(0)


def test_a_printed_job_shows_neither_where_it_answers_nor_what_was_typed() -> None:
    job = Typed(
        Who("T1", "U1"), "T1", Reply("C1", "https://hooks.slack.example/secret"), "", AT, "lastName=Roe"
    )
    assert "secret" not in repr(job)
    assert "Roe" not in repr(job)
