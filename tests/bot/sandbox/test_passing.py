"""Time passing by the stand-in's doors: what the page is told, and who answers when a button is pressed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.sandbox import SlackSandbox
from bot.sandbox.clock import Clock
from tests.bot.sandbox import tiny_bot

SEEN = {"alerts": 1, "paused": False, "next": 1795507500.0, "planted": 0, "said": ""}


@dataclass
class SomeTime:
    """Lets time pass in words alone."""

    steps: list[str] = field(default_factory=list)

    async def seen(self, channel: str) -> dict[str, Any]:
        return SEEN

    async def jump(self, channel: str) -> str:
        self.steps.append(f"jump {channel}")
        return "The digest came."

    async def plant(self, channel: str) -> str:
        self.steps.append(f"plant {channel}")
        return "Two of them."

    async def solve(self, channel: str) -> str:
        raise ValueError("Nothing is left to solve.")


async def post(slack: SlackSandbox, step: str) -> tuple[int, dict[str, Any]]:
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{slack.page_url}_sandbox/{step}", json={"channel": "C01SUPPORT"})
    return answer.status_code, answer.json()


async def state(slack: SlackSandbox, place: str) -> dict[str, Any]:
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{slack.page_url}_sandbox/state", params={"user": "U01MARA", "place": place})
    found: dict[str, Any] = answer.json()
    return found


async def test_a_step_is_taken_where_somebody_can_let_time_pass(slack: SlackSandbox) -> None:
    time = slack.passing = SomeTime()
    assert await post(slack, "jump") == (200, {"said": "The digest came."})
    assert await post(slack, "plant") == (200, {"said": "Two of them."})
    assert time.steps == ["jump C01SUPPORT", "plant C01SUPPORT"]


async def test_a_step_that_cannot_be_taken_says_why(slack: SlackSandbox) -> None:
    assert await post(slack, "jump") == (400, {"error": "nobody here can let time pass"})
    slack.passing = SomeTime()
    assert await post(slack, "solve") == (400, {"error": "Nothing is left to solve."})


@pytest.mark.parametrize(("place", "seen"), [("C01SUPPORT", SEEN), ("home", None), ("app", None)])
async def test_the_page_hears_of_it_beside_channels_alone(
    slack: SlackSandbox, place: str, seen: dict[str, Any] | None
) -> None:
    assert (await state(slack, place))["passing"] is None
    slack.passing = SomeTime()
    assert (await state(slack, place))["passing"] == seen


async def test_the_page_is_told_what_time_it_is_here(slack: SlackSandbox, clock: tiny_bot.Clock) -> None:
    before = (await state(slack, "home"))["now"]
    clock.ahead = timedelta(days=3)
    assert (await state(slack, "home"))["now"] - before >= 3 * 86_400


def test_a_clock_is_put_forward_and_never_back() -> None:
    clock = Clock()
    began = clock()
    clock.put_to(began + timedelta(days=2))
    assert timedelta(days=2) <= clock() - began < timedelta(days=2, minutes=1)
    clock.put_to(began)
    assert clock() - began >= timedelta(days=2)
