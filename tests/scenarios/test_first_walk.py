"""The first five minutes: not connected, connected, and the list that was asked for."""

from __future__ import annotations

from tests.conftest import MARA, World, link_of


async def test_the_command_that_found_no_connection_is_carried_out_after_connecting(world: World) -> None:
    offer = await world.ask(MARA, "desk contacts")
    assert "Connect Zoho Desk to find duplicates" in offer.words
    assert link_of(offer).startswith(world.bot.url)
    assert world.zoho.calls == []

    mark = world.slack.mark
    page = await world.walk(offer, "Mara Lindqvist")
    assert "Zoho Desk is connected" in page.words

    told = await world.slack.wait_for(user=MARA, containing="is connected", after=mark)
    assert "Larkfield Support" in told.words
    result = await world.slack.wait_for(
        user=MARA, containing="possible duplicates in Desk contacts", after=mark
    )
    assert result.ephemeral
    assert result.elements("group.flag")
