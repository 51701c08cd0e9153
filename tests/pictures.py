"""The pictures in README and docs, made from the demo: `make pictures`. Everybody in them is invented."""

import asyncio
import logging
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from playwright.async_api import Browser, Page, async_playwright

from casecoord.app import create_app
from casecoord.demo.load import load
from casecoord.demo.provider import running
from casecoord.embedded import EmbeddedPostgres
from casecoord.storage.migrate import upgrade
from tests.browser import CHROMIUM, PHONE
from tests.doors import demo_provider, free_port, serving, settings_for

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
DESK = {"width": 1000, "height": 860}
#: Bytes; a picture is there to be loaded with the page around it.
LARGEST = 150_000


async def families(page: Page) -> None:
    """Bram's first page: what waits, what is overdue, and whose it is."""


async def family(page: Page) -> None:
    """A family's page as its lead sees it."""
    await page.get_by_role("link", name="Abena Mensah").click()


async def signal(page: Page) -> None:
    """A GP's form on a telephone."""
    await page.get_by_role("link", name="Signal a concern").click()


async def privacy(page: Page) -> None:
    """What waits for the privacy officer: requests, emergency access, deferrals."""


async def duty(page: Page) -> None:
    """What is acute, for the professional on duty."""


async def emergency(page: Page) -> None:
    """Emergency access says what follows before anything happens."""
    await page.get_by_text("Find the family by BSN").click()
    asked = page.locator("#by-number")
    await asked.get_by_label("BSN").fill("999901874")
    await asked.get_by_label("Why is it needed now?").fill("The police call: a child alone in the street.")
    await asked.get_by_role("button").click()
    await page.get_by_role("button", name="Yes, I am sure").scroll_into_view_if_needed()


async def table(page: Page) -> None:
    """The meeting on the wall, names off."""
    await page.get_by_role("link", name="To the table").click()
    await page.get_by_role("heading", name="Agenda").wait_for()


async def hearings(page: Page) -> None:
    """Hanna's first page: which youth appears when, and what is late."""


async def hearing(page: Page) -> None:
    """A hearing whose place was held and is no more."""
    await page.get_by_role("link", name="Jesse Wouters").click()


async def places(page: Page) -> None:
    """Nadia's first page, on a telephone."""


async def area(page: Page) -> None:
    """Ibrahim's first page: where in the area promises are overdue."""


async def decisions(page: Page) -> None:
    """What waits for the area's coordinator."""
    await page.get_by_role("link", name="To decide").click()


async def signals(page: Page) -> None:
    """A GP's first page: what became of earlier signals."""


async def blockades(page: Page) -> None:
    """Johanna's first page: what waits for her decision."""


async def deciding(page: Page) -> None:
    """One blockade, with the form to decide it."""
    await page.get_by_role("link", name="School en jeugdhulp").click()


async def monitor(page: Page) -> None:
    """Kenji's first page: how the area fares."""


async def teams(page: Page) -> None:
    """Mo's first page: who works where."""


async def caseload(page: Page) -> None:
    """What a lead has on her hands, and what she is asked."""
    await page.get_by_role("link", name="My caseload").click()


async def mine(page: Page) -> None:
    """A mother's own page on a telephone."""


STORIES: dict[str, tuple[str, dict[str, int], Callable[[Page], Awaitable[None]]]] = {
    "families": ("Bram", DESK, families),
    "family": ("Chaima", DESK, family),
    "meeting": ("Bram", DESK, table),
    "signal": ("Fleur", PHONE, signal),
    "privacy": ("Lotte", DESK, privacy),
    "duty": ("Omar", DESK, duty),
    "emergency": ("Omar", PHONE, emergency),
    "hearings": ("Hanna", DESK, hearings),
    "hearing": ("Hanna", DESK, hearing),
    "places": ("Nadia", PHONE, places),
    "signals": ("Fleur", DESK, signals),
    "area": ("Ibrahim", DESK, area),
    "decisions": ("Ibrahim", DESK, decisions),
    "blockades": ("Johanna", DESK, blockades),
    "deciding": ("Johanna", DESK, deciding),
    "monitor": ("Kenji", DESK, monitor),
    "teams": ("Mo", DESK, teams),
    "caseload": ("Chaima", DESK, caseload),
    "mine": ("Petra", PHONE, mine),
}


async def take(browser: Browser, home: str, name: str) -> Path:
    """One picture, of the top of a page."""
    who, viewport, story = STORIES[name]
    context = await browser.new_context(viewport=viewport, locale="en-GB", reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(f"{home}/login")
    await page.get_by_role("button", name=who).first.click()
    await page.wait_for_url(re.compile(f"^{re.escape(home)}/(?!login)"))
    await story(page)
    path = PICTURES / f"{name}.png"
    await page.screenshot(path=path)
    await context.close()
    return path


async def take_all(home: str) -> list[Path]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        try:
            return [await take(browser, home, name) for name in STORIES]
        finally:
            await browser.close()


def main() -> None:
    if CHROMIUM is None:
        print("skipped: no Chromium on this machine (apt-get install chromium, or set CASECOORD_CHROMIUM)")
        return
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    PICTURES.mkdir(exist_ok=True)
    provider = demo_provider(free_port())
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "pg") as server:
        settings = settings_for(server.dsn, provider)
        asyncio.run(upgrade(settings.database_url_migrator))
        asyncio.run(load(settings, issuer=provider.issuer, now=datetime.now(UTC)))
        with (
            running(provider),
            serving(create_app(settings), urlsplit(provider.public_url).port or 0) as home,
        ):
            pictures = asyncio.run(take_all(home))
    for picture in pictures:
        print(f"{picture.relative_to(PICTURES.parents[1])}: {picture.stat().st_size:,} bytes")
    if any(picture.stat().st_size > LARGEST for picture in pictures):
        sys.exit(f"a picture is larger than {LARGEST:,} bytes")


if __name__ == "__main__":
    main()
