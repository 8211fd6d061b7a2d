"""`make chaos` in small: a few kills lose and double nothing, and a spoiled ledger is caught."""

from __future__ import annotations

from bot.store import AlertState
from tests.bench.chaos.outcome import Outcome
from tests.bench.chaos.run import Mode, chaos, databases

SMALL = Mode("free", "history free", channels=3, every=0.3, at_random=0.0)


async def run(kills: int, spoiled: str = "") -> Outcome:
    with databases("sqlite", 1) as [(url, folder)]:
        return await chaos(SMALL, "sqlite", url, folder, kills=kills, seed="small", spoiled=spoiled)


async def test_after_a_few_kills_everything_was_said_once() -> None:
    outcome = await run(3)

    assert outcome.is_right, str(outcome)
    assert outcome.all_kills >= 3
    assert outcome.met[AlertState.POSTING] > 0, str(outcome)


async def test_a_ledger_whose_intent_is_not_committed_says_something_twice() -> None:
    outcome = await run(4, spoiled="intent")

    assert outcome.wrong["posted twice"], str(outcome)
    assert outcome.wrong["doubled"]
    assert not outcome.says_something
