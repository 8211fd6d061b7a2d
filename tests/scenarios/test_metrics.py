"""What an operator can watch, and what stands in none of it."""

from __future__ import annotations

import asyncio
import re
import socket
from datetime import timedelta

import httpx
import pytest

from tests.conftest import LARKFIELD, MARA, MakeWorld, World, free_port
from tests.scenarios.test_digests import next_slot, ticking, twins


async def shown(world: World) -> dict[str, float]:
    """Every line of the metrics."""
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{world.bot.settings.metrics_port}/metrics")
    assert answer.status_code == 200
    for word in ("mara", "U01MARA", LARKFIELD, "larkfield", "20060000001"):
        assert word.lower() not in answer.text.lower()
    lines = re.findall(r"^(\S+) (\S+)$", answer.text, re.MULTILINE)
    return {name: float(value) for name, value in lines}


async def test_acks_calls_refreshes_credits_and_the_oldest_command_are_counted(
    make_world: MakeWorld,
) -> None:
    world = await make_world(METRICS_PORT=str(free_port()))
    before = await shown(world)
    assert before['duplicates_alerts{state="unknown"}'] == 0
    assert before["duplicates_oldest_job_seconds"] == 0
    await world.connect(MARA, "Mara Lindqvist")
    world.clock.forward(timedelta(hours=1))
    await world.ask(MARA, "products", containing="possible duplicate")
    await world.settled()
    await world.slack.forge(MARA, "help")
    seen = await shown(world)
    assert seen['duplicates_ack_seconds_count{status="200"}'] >= 2
    assert seen['duplicates_ack_seconds_count{status="401"}'] == 1
    assert seen['duplicates_zoho_call_seconds_count{outcome="ok"}'] >= 4
    assert seen['duplicates_zoho_refreshes_total{outcome="ok"}'] == 1
    assert seen['duplicates_zoho_credits_left{dc="eu"}'] > 0

    fault = world.zoho.fault("hang", path="/api/v1/products*", times=None)
    await world.slack.command(MARA, "products")
    async with asyncio.timeout(10):
        while not fault.hits:  # noqa: ASYNC110  # the stand-in gives no sign
            await asyncio.sleep(0.01)
    world.clock.forward(timedelta(seconds=40))
    assert (await shown(world))["duplicates_oldest_job_seconds"] >= 40
    world.zoho.clear_faults()
    world.bot.drain_seconds = 0.1


async def test_a_metrics_port_that_is_taken_is_one_line_and_the_bot_works(
    make_world: MakeWorld, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        world = await make_world(METRICS_PORT=str(port))
        await world.ask(MARA, "help", containing="What /duplicates can do")
    said = capsys.readouterr()
    assert (said.out + said.err + caplog.text).count("no_metrics") == 1


async def test_alerts_are_counted_by_state_and_their_reads_by_length(make_world: MakeWorld) -> None:
    world = await make_world(METRICS_PORT=str(free_port()))
    await world.connect(MARA, "Mara Lindqvist")
    await ticking(world)
    before = await shown(world)
    twins(world)
    await next_slot(world)
    await next_slot(world)
    seen = await shown(world)
    assert seen["duplicates_scan_seconds_count"] == before["duplicates_scan_seconds_count"] + 2
    assert seen["duplicates_scan_seconds_sum"] > before["duplicates_scan_seconds_sum"]
    states = {state: seen[f'duplicates_alerts{{state="{state}"}}'] for state in ("sent", "empty", "new")}
    assert (states["empty"], states["new"]) == (2, 0)
    assert states["sent"] == before['duplicates_alerts{state="sent"}'] + 1
