"""The first pages in a real browser: the whole login, two languages, a phone, a keyboard, no JavaScript."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser import PHONE, overflows, violations


@pytest.fixture
async def phone(chromium) -> AsyncIterator[BrowserContext]:
    """A small screen of somebody who reads Dutch, without JavaScript of the page's own."""
    context = await chromium.new_context(viewport=PHONE, locale="nl-NL")
    yield context
    await context.close()


async def test_amina_signs_in_reads_and_signs_out_on_her_phone(phone, home, provider):
    page = await phone.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(home)
    await expect(page.locator("html")).to_have_attribute("lang", "nl")
    assert await violations(page) == [] and not await overflows(page)
    await page.get_by_role("link", name="Aanmelden").click()
    await expect(page.get_by_role("heading", name="Wie bent u?")).to_be_visible()
    assert await violations(page) == [] and not await overflows(page)
    await page.get_by_role("button", name="Amina").click()
    await expect(page.get_by_role("heading", name="Welkom, Amina")).to_be_visible()
    assert await violations(page) == [] and not await overflows(page)
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="Welcome, Amina")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    ours = (home, provider.issuer)
    assert asked and [url for url in asked if not url.startswith(ours)] == []
    assert complaints == []


async def test_all_of_it_works_without_javascript(chromium, home):
    context = await chromium.new_context(java_script_enabled=False, locale="en-GB")
    page = await context.new_page()
    await page.goto(f"{home}/login")
    await page.get_by_role("button", name="Dirk").click()
    await expect(page.get_by_role("heading", name="Welcome, Dirk")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    await context.close()


async def test_a_keyboard_reaches_the_content_first(phone, home):
    page = await phone.new_page()
    await page.goto(home)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Naar de inhoud")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()


async def test_a_login_that_is_not_known_here_is_told_so(phone, home):
    page = await phone.new_page()
    await page.goto(f"{home}/login")
    await page.get_by_role("button", name="Quinten").click()
    await expect(page.get_by_role("heading", name="Deze aanmelding is hier niet bekend")).to_be_visible()
    assert await violations(page) == [] and not await overflows(page)


async def test_the_other_name_of_this_machine_leads_to_the_same_login(phone, home):
    page = await phone.new_page()
    await page.goto(f"{home.replace('127.0.0.1', 'localhost')}/login")
    await page.get_by_role("button", name="Amina").click()
    await expect(page.get_by_role("heading", name="Welkom, Amina")).to_be_visible()


async def test_axe_sees_what_it_looks_for(phone):
    """A page with a fault: otherwise silence would prove nothing."""
    page = await phone.new_page()
    await page.set_content('<html lang="nl"><title>x</title><main><img src="x.png"></main></html>')
    assert any("image-alt" in fault for fault in await violations(page))
