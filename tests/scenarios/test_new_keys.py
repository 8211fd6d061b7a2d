"""A new key, step by step as the README has it: in front, everything under it, the old one taken out."""

from __future__ import annotations

from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot import ids
from bot.store.rotation import forget, rotate
from tests.conftest import MARA, World


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
