"""A new key, step by step as the README has it: in front, everything under it, the old one taken out."""

from __future__ import annotations

from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import Text, literal, update

from bot import ids
from bot.store.rotation import forget, rotate
from bot.store.subscriptions import subscriptions
from tests.conftest import LARKFIELD, MARA, World
from tests.scenarios.test_alerts import standing, start

GENERAL = "C02GENERAL"


async def test_after_the_rotation_nobody_misses_the_old_key(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts", containing="possible duplicates")
    (old,) = connected.bot.settings.encryption_keys
    newest = SecretStr(Fernet.generate_key().decode())
    await connected.restart(encryption_keys=(newest, old))
    await connected.ask(MARA, "desk accounts", containing="possible duplicates")

    counts = await rotate(connected.bot.database, connected.bot.settings.keys)
    assert sum(count.changed for count in counts) > 0
    assert sum(count.lost for count in counts) == 0

    await connected.restart(encryption_keys=(newest,))
    assert "all is well" in (await connected.ask(MARA, "status")).words
    page = await connected.click(listed, ids.PAGE_NEXT)
    assert "10 possible duplicates" in page.words


async def test_after_a_key_was_lost_and_given_up_everything_works_again_and_flags_stand(
    connected: World,
) -> None:
    contacts = await connected.ask(MARA, "desk contacts", containing="possible duplicates")
    await connected.click(contacts, ids.GROUP_FLAG, containing="Flagged")
    accounts = await connected.ask(MARA, "desk accounts", containing="3 possible duplicates")
    await connected.click(accounts, ids.GROUP_DISMISS, containing="Not a duplicate")
    assert await connected.ask(MARA, "desk accounts", containing="2 possible duplicates")
    await connected.restart(encryption_keys=(SecretStr(Fernet.generate_key().decode()),))
    assert await connected.ask(MARA, "desk contacts", containing="cannot be read")

    await forget(connected.bot.database, connected.bot.settings.keys)
    offer = await connected.ask(MARA, "status", containing="Connect Zoho Desk")
    await connected.walk(offer, "Mara Lindqvist")

    assert await connected.ask(MARA, "flagged", containing="1 open flag")
    assert await connected.ask(MARA, "desk accounts", containing="3 possible duplicates")


async def test_alerts_that_no_key_opens_hold_up_no_others(connected: World) -> None:
    await connected.bot.alerts.stop()
    await start(connected, "subscribe contacts daily 9:00")
    (lost,) = await standing(connected)
    under_another_key = Fernet(Fernet.generate_key()).encrypt(b"Larkfield Support").decode()
    async with connected.bot.database.write() as connection:
        put = update(subscriptions).values(org_name=literal(under_another_key, Text))
        await connection.execute(put.where(subscriptions.c.id == lost.id))
    await start(connected, "subscribe contacts daily 9:00", channel=GENERAL)
    (other,) = await standing(connected, GENERAL)
    await connected.bot.alerts.tick()
    assert [one.id for one in await connected.bot.store.subscriptions.without_baseline()] == [lost.id]
    read = await connected.bot.store.subscriptions.get(LARKFIELD, other.id)
    assert read is not None
    assert read.baseline_at is not None
