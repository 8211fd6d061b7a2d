"""One morning in a real browser, with what `make demo` starts: from no connection to a flag taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from bot import ids
from bot.sandbox.demo.stage import Stage, stage
from tests.chromium import running

PATIENCE = 30_000


@pytest.fixture
async def demo() -> AsyncIterator[Stage]:
    """Both stand-ins and the bot; nobody is connected."""
    async with stage(0) as playing:
        yield playing


@pytest.fixture
async def page(demo: Stage) -> AsyncIterator[Page]:
    """The stand-in Slack, as Mara sees it; errors in its scripts fail the test."""
    wrong: list[str] = []
    expect.set_options(timeout=PATIENCE)
    async with running() as browser:
        opened = await browser.new_page(viewport={"width": 1100, "height": 900})
        opened.set_default_timeout(PATIENCE)
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        await opened.goto(demo.slack.page_url)
        yield opened
    assert wrong == []


async def type_command(page: Page, text: str) -> None:
    await page.get_by_label("Message or command").fill(text)
    await page.keyboard.press("Enter")


async def connect(page: Page) -> None:
    """The link of the message opens a page of its own, as it does in Slack."""
    async with page.expect_popup() as opening:
        await page.locator(f'[data-action-id="{ids.CONNECT_START}"]').last.click()
    tab = await opening.value
    await expect(tab.get_by_role("heading")).to_have_text("Connect Zoho Desk to this Slack user?")
    await expect(tab.get_by_text("Mara Lindqvist")).to_be_visible()
    await tab.get_by_role("button", name="Continue to Zoho").click()
    await tab.get_by_role("button", name="Accept as Mara Lindqvist").click()
    await expect(tab.get_by_role("heading")).to_contain_text("Zoho Desk is connected")
    await tab.close()


async def test_from_nothing_to_a_flag_that_is_taken_back(demo: Stage, page: Page) -> None:
    await type_command(page, "/duplicates")
    await connect(page)

    await expect(page.get_by_role("heading", name="18 possible duplicates")).to_be_visible()
    await page.get_by_label("Show the 10 groups in Desk contacts").click()
    await expect(page.get_by_role("heading", name="10 possible duplicates in Desk contacts")).to_be_visible()

    await page.locator(f'[data-action-id="{ids.PAGE_NEXT}"]').click()
    await expect(page.get_by_text("6 to 10 of 10")).to_be_visible()
    await page.locator(f'[data-action-id="{ids.PAGE_PREVIOUS}"]').click()
    await expect(page.get_by_text("1 to 5 of 10")).to_be_visible()

    await page.locator(f'[data-action-id="{ids.GROUP_FLAG}"]').first.click()
    await expect(page.get_by_text("Flagged by")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("Flagged by")).to_be_visible()
    await page.locator(f'[data-action-id="{ids.FLAG_UNDO}"]').click()
    await expect(page.get_by_text("Flagged by")).to_have_count(0)
    await expect(page.get_by_text("0 writes to Zoho so far")).to_be_visible()

    assert demo.zoho.writes == 0


async def test_the_link_of_a_record_opens_that_record(demo: Stage, page: Page) -> None:
    await demo.connect("U01MARA")
    await type_command(page, "/duplicates desk contacts")

    async with page.expect_popup() as opening:
        await page.get_by_role("link", name="Dr. Lena Brandt").click()
    record = await opening.value

    await expect(record.get_by_text("lena.brandt@brightwater.example")).to_be_visible()
    assert record.url.startswith(demo.zoho.hosts["eu"]["desk_web"])
