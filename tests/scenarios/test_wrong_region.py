"""Answers from another Zoho region, as people meet them: said in Slack and the browser, never "nothing"."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import ids
from tests.conftest import JONAS, MARA, World


async def test_a_connection_that_begins_in_two_regions_is_not_made(world: World) -> None:
    world.zoho.fault("foreign_api_domain", value=world.zoho.origin("in"))
    page = await world.walk(await world.ask(JONAS, "desk contacts"), "Jonas Weil")
    assert "Zoho’s answers came from two different regions. Nothing was stored" in page.words
    assert world.zoho.grants("jonas") == 0
    assert "Connect Zoho Desk to find duplicates" in (await world.ask(JONAS, "desk contacts")).words


@pytest.mark.parametrize(
    "text", ["", "desk contacts", "desk accounts", "desk products", "products productCode=x"]
)
@pytest.mark.parametrize("how", ["page", "renewal", "listed"])
async def test_no_search_of_the_wrong_region_says_that_there_is_nothing(
    connected: World, text: str, how: str
) -> None:
    elsewhere = connected.zoho.origin("in")
    if how == "page":
        connected.zoho.fault("wrong_region", path="/api/v1/*", times=None)
    elif how == "renewal":
        connected.zoho.fault("foreign_api_domain", on="refresh", value=elsewhere)
        connected.clock.forward(timedelta(minutes=59))
    else:
        connected.zoho.org("larkfield").clear()
        connected.zoho.org("larkfield").portal_url = f"{elsewhere}/support/larkfield"
    answer = await connected.ask(MARA, text)
    words = " ".join(answer.words.split())
    assert "Connection and organisation are in different Zoho regions" in words
    assert "Connected in: EU" in words
    assert ("answers from: India" in words) is (how != "page")
    assert "No duplicates" not in words
    assert answer.elements(ids.CONNECT_START)


async def test_connecting_anew_mends_it_and_the_search_goes_on(connected: World) -> None:
    connected.zoho.fault("foreign_api_domain", on="refresh", value=connected.zoho.origin("in"))
    connected.clock.forward(timedelta(minutes=59))
    answer = await connected.ask(MARA, "desk contacts")
    mark = connected.slack.mark
    await connected.walk(answer, "Mara Lindqvist")
    await connected.slack.wait_for(user=MARA, containing="possible duplicates in Desk contacts", after=mark)
