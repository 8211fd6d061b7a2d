"""Many channels hear something at the same moment."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import insert, select

from bot.store import AlertState
from bot.store.ledger import AT_ONCE, alerts
from tests.conftest import MARA, MakeWorld
from tests.scenarios.test_digests import digests, next_slot, ticking, twins


async def test_one_look_posts_all_that_is_ready(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.connect(MARA, "Mara Lindqvist")
    await ticking(world)
    twins(world)
    await next_slot(world)
    (first,) = digests(world)
    store, many = world.bot.store, 2 * AT_ONCE + 1
    key = str((first.metadata or {})["event_payload"]["alert"])
    share = await store.shares.get("T01LARKFIELD", key)
    assert share is not None
    async with world.bot.database.write() as connection:
        (row,) = (await connection.execute(select(alerts).where(alerts.c.id == key))).mappings()
        for number in range(many):
            again = {"id": f"{key}{number}", "subscription": f"{number}", "state": AlertState.READY.value}
            await connection.execute(insert(alerts).values({**row, **again}))
            await store.shares.stand(connection, replace(share, key=f"{key}{number}"))

    await world.bot.alerts.post()

    assert len(digests(world)) == many + 1
    assert {message.text for message in digests(world)} == {first.text}
