"""The demo: its story holds, also with a catalogue of one's own, and says so when a step does not."""

from __future__ import annotations

from pathlib import Path

import httpx

from bot.sandbox.demo.stage import stage
from bot.sandbox.demo.story import play

CATALOGUE = """id,Product_Name,Product_Code,Unit_Price,Shelf
1,Harbour Lamp,,49.00,A
2,HARBOUR  lamp,,49.00,B
3,Harbour Lamp,HL-3,59.50,B
4,Pier Lamp,PL-1,49.00,C
"""


async def test_the_story_holds_from_beginning_to_end() -> None:
    lines: list[str] = []

    async with stage(0) as playing:
        assert await play(playing, lines.append), "\n".join(lines)

    assert lines[-1] == "19 of 19 steps hold"
    assert "   Mara Lindqvist types  /duplicates desk contacts" in lines
    assert any(line.startswith("   │      http://127.0.0.1:") and "#Contacts/dv/" in line for line in lines)


async def test_a_catalogue_of_ones_own_is_searched_both_ways(tmp_path: Path) -> None:
    (tmp_path / "records.csv").write_text(CATALOGUE)
    (tmp_path / "module.txt").write_text("products\n")
    lines: list[str] = []

    async with stage(0, tmp_path) as playing:
        assert await play(playing, lines.append, data=tmp_path), "\n".join(lines)

    counted = [line for line in lines if line.startswith("   ✓ 1 group, 3 records")]
    assert len(counted) == 2


async def test_a_step_that_does_not_hold_is_named_and_counted() -> None:
    lines: list[str] = []

    async with stage(0) as playing:
        playing.zoho.org("larkfield").endpoint = "404"

        assert not await play(playing, lines.append)

    assert "   ✗ DoesNotHold: the endpoint was not asked, or did not answer" in lines
    assert lines[-1] == "17 of 19 steps hold"


async def test_people_are_connected_over_the_pages_and_the_page_is_served() -> None:
    async with stage(0) as playing, httpx.AsyncClient() as http:
        await playing.connect("U03PRIYA")

        page = await http.get(playing.slack.page_url)

        assert page.status_code == 200
        left = [message.words for message in playing.slack.messages("U03PRIYA")]
        assert len(left) == 1
        assert "Zoho Desk is connected" in left[0]
        assert playing.zoho.grants("priya") == 1
        assert [call.path for call in playing.zoho.calls if call.grant == "exchange"] == ["/oauth/v2/token"]
