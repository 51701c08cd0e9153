"""A real Chromium for what only a browser can tell, and axe for what a guideline asks."""

import os
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

CHROMIUM = (
    os.environ.get("CASECOORD_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
PHONE = {"width": 320, "height": 640}


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Skips where there is none, and says what mends that."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium, or set CASECOORD_CHROMIUM")
    # As long as a page may take to come: what is expected of it waits no shorter.
    expect.set_options(timeout=30_000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        await browser.close()


async def violations(page: Page) -> list[str]:
    """What axe finds wrong by WCAG 2.2 A and AA, one line each."""
    found: Any = await Axe().run(page, options=WCAG | {"resultTypes": ["violations"]})
    return [
        f"{fault['id']}: {' | '.join(node['html'] for node in fault['nodes'])}"
        for fault in found.response["violations"]
    ]


async def overflows(page: Page) -> bool:
    """Whether a page must be scrolled sideways."""
    wide: bool = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return wide
