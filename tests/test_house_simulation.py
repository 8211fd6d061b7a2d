"""A short run of the simulation: the product is right, and what is spoiled on purpose is noticed."""

from __future__ import annotations

from tests.bench.simulation import never_shown, run
from tests.bench.spoiled import SPOILED

DAYS, CHANNELS = 5, 5


async def test_a_few_days_of_a_few_channels_agree_with_the_oracle() -> None:
    outcome = await run(DAYS, CHANNELS)
    assert outcome.is_right, str(outcome)
    assert outcome.expected


async def test_a_rule_that_is_spoiled_on_purpose_is_noticed() -> None:
    outcome = await run(DAYS, CHANNELS, SPOILED["forgets"])
    assert outcome.repeats


async def test_a_dismissed_pair_is_not_shown_before_a_compared_field_changed() -> None:
    assert await never_shown(3, pairs=2) == (0, 2)
