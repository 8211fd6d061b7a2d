"""Alerts in a real browser, days put forward by a button: set up, read, dismissed, solved, struck out."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from bot import ids
from bot.sandbox.demo.stage import Stage
from tests.scenarios.test_browser import demo, page

__all__ = ["demo", "page"]  # fixtures

SET_UP = "/duplicates subscribe desk contacts daily 09:00"


async def press(page: Page, words: str, *, said: str) -> None:
    """Press a button of the bar, and wait for what came of it."""
    await page.get_by_role("button", name=words).click()
    await expect(page.locator("#passing-said")).to_contain_text(said)


async def set_up(page: Page) -> None:
    """By the command that the bar names, and the form it opens; then everything there is was read."""
    await page.get_by_role("button", name=SET_UP).first.click()
    await expect(page.get_by_role("dialog")).to_contain_text("Lists to watch")
    await page.locator("[data-submit]").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Alerts started")
    await page.locator(".modal-foot [data-close]").click()
    await expect(page.get_by_text("were already there")).to_be_visible()


def digest(page: Page) -> Locator:
    """The newest message that has a headline."""
    return page.locator("article", has=page.locator("h3.header")).last


async def test_from_setting_up_to_a_digest_that_strikes_itself_out(demo: Stage, page: Page) -> None:
    await demo.connect("U01MARA")
    await expect(page.locator("#passing")).to_contain_text("No alerts here yet")
    await set_up(page)
    await expect(page.locator("#passing-next")).to_contain_text("9:00 AM")
    await press(page, "Jump to the next slot", said="Nothing is new, so nothing was posted.")
    await expect(page.locator(".day").first).to_contain_text("Yesterday")

    await press(page, "Plant new duplicates", said="Thea Quist")
    await press(page, "Plant new duplicates", said="Marek Dorn")
    await press(page, "Jump to the next slot", said="The digest came")
    await expect(digest(page)).to_contain_text("2 new possible duplicates")
    await expect(page.locator(".day").last).to_have_text("Today")

    await digest(page).locator(f'[data-action-id="{ids.GROUP_DISMISS}"]').first.click()
    await expect(digest(page)).to_contain_text("Dismissed by")
    await page.reload()
    await expect(page.locator("#passing-said")).to_contain_text("The digest came")
    await digest(page).locator(f'[data-action-id="{ids.GROUP_UNDISMISS}"]').click()
    await expect(digest(page)).not_to_contain_text("Dismissed by")

    await press(page, "Plant new duplicates", said="once more")
    await press(page, "Jump to the next slot", said="The digest came")
    await expect(digest(page)).to_contain_text("Grew from 2 to 3")

    await press(page, "Solve them in Zoho", said="1 group merged, 1 group put in the bin")
    await page.reload()
    await press(page, "Jump to the next slot", said="What was solved is struck out where it stood.")
    await expect(page.get_by_role("heading", name="All solved: 2 new possible duplicates")).to_be_visible()
    await expect(page.get_by_role("heading", name="All solved: 1 group grew")).to_be_visible()
    await expect(page.get_by_role("button", name="Solve them in Zoho")).to_have_attribute(
        "aria-disabled", "true"
    )
    assert demo.zoho.writes == 0


async def test_everybody_in_the_channel_sees_the_same_time(demo: Stage, page: Page) -> None:
    await demo.connect("U01MARA")
    await set_up(page)
    await page.goto(f"{demo.slack.page_url}?user=U03PRIYA&place=C01SUPPORT")
    await expect(page.locator("#passing-next")).to_contain_text(":30 PM")
    await press(page, "Plant new duplicates", said="Thea Quist")
    await press(page, "Jump to the next slot", said="The digest came")
    await expect(digest(page)).to_contain_text("1 new possible duplicate")
    await page.set_viewport_size({"width": 360, "height": 640})
    await expect(page.get_by_role("button", name="Jump to the next slot")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await page.set_viewport_size({"width": 1100, "height": 900})
    await page.locator('[data-place="C02GENERAL"]').click()
    await expect(page.locator("#passing")).to_contain_text("No alerts here yet")
    await page.locator('[data-place="app"]').click()
    await expect(page.locator("#passing")).to_be_hidden()
