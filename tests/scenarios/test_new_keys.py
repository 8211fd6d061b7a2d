"""A new key, step by step as the README has it: in front, everything under it, the old one taken out."""

from __future__ import annotations

from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot import ids
from bot.store.rotation import rotate
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
