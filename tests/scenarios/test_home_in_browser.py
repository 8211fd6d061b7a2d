"""The Home tab in a real browser: from not connected to a claimed flag, through a reload, as two people."""

from __future__ import annotations

from playwright.async_api import Page, expect

from bot import ids
from bot.sandbox.demo.stage import Stage
from tests.scenarios.test_browser import connect, demo, page, type_command
from tests.scenarios.test_time_in_browser import set_up

__all__ = ["demo", "page"]  # fixtures


async def choose(page: Page, verb: str) -> None:
    """Open the menu of the first flag on the page and choose from it."""
    await page.locator(f'[data-action-id="{ids.FLAG_MORE}"]').first.click()
    await page.get_by_role("menuitem", name=verb).click()


async def test_connect_flag_claim_reload_and_settle_from_the_home_tab(demo: Stage, page: Page) -> None:
    await page.goto(f"{demo.slack.page_url}?user=U01MARA&place=home")
    await expect(page.get_by_text("How it works")).to_be_visible()
    await connect(page)
    await expect(page.get_by_text("Larkfield Support, EU")).to_be_visible()
    await expect(page.get_by_text("Nothing is flagged.")).to_be_visible()

    await page.goto(f"{demo.slack.page_url}?user=U01MARA&place=C01SUPPORT")
    await type_command(page, "/duplicates desk contacts")
    await page.locator(f'[data-action-id="{ids.GROUP_FLAG}"]').first.click()
    await expect(page.get_by_text("Flagged by")).to_be_visible()

    await page.goto(f"{demo.slack.page_url}?user=U01MARA&place=home")
    await expect(page.get_by_text("nobody has it")).to_be_visible()
    await choose(page, "Claim")
    await expect(page.get_by_text("yours")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("yours")).to_be_visible()

    await page.goto(f"{demo.slack.page_url}?user=U04JONAS&place=home")
    await expect(page.get_by_text("There is 1 open flag.")).to_be_visible()

    await page.goto(f"{demo.slack.page_url}?user=U01MARA&place=C01SUPPORT")
    await type_command(page, "/duplicates flagged")
    await expect(page.get_by_role("heading", name="1 open flag")).to_be_visible()
    await choose(page, "Mark done")
    await expect(page.get_by_role("heading", name="No open flags")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="No open flags")).to_be_visible()
    assert demo.zoho.writes == 0


async def test_alerts_are_snoozed_from_the_home_tab_and_stay_so_after_a_reload(
    demo: Stage, page: Page
) -> None:
    await demo.connect("U01MARA")
    await set_up(page)
    await page.goto(f"{demo.slack.page_url}?user=U01MARA&place=home")
    await expect(page.get_by_role("heading", name="Your alerts")).to_be_visible()
    await expect(page.get_by_text("Every day at 9:00 (Europe/Berlin)")).to_be_visible()

    await page.locator(f'[data-action-id="{ids.SUB_MORE}"]').click()
    await page.get_by_role("menuitem", name="Snooze 7 days in this channel").click()
    await expect(page.get_by_text("snoozed until")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("snoozed until")).to_be_visible()

    await page.locator(f'[data-action-id="{ids.SUB_MORE}"]').click()
    await page.get_by_role("menuitem", name="End snooze now").click()
    await expect(page.get_by_text("snoozed until")).to_have_count(0)
