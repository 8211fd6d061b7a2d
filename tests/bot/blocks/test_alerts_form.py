"""The form of alerts: what it says below its fields."""

from __future__ import annotations

import json

import pytest

from bot.blocks.alerts.form import Carried, Filled, form


@pytest.mark.parametrize(
    ("carried", "says", "does_not"),
    [
        (Carried(), "Everything there today is taken as known", "not told again"),
        (Carried(key="a1"), "not told again", "taken as known"),
        (Carried(key="a1", takes_over=True), "not told again", "taken as known"),
    ],
)
def test_only_new_alerts_take_everything_there_as_known(carried: Carried, says: str, does_not: str) -> None:
    foot = json.dumps(form(Filled(), carried).to_dict()["blocks"][-1])

    assert says in foot
    assert does_not not in foot
