"""Live pages in a real browser: what changes shows by itself, what is typed stays, and every act is done once."""

import re
from contextlib import asynccontextmanager
from datetime import date

import pytest
from playwright.async_api import Page, Route, expect
from sqlalchemy import text

from casecoord.actions.plan import AddAction, add_action
from casecoord.domain.ids import global_id
from casecoord.domain.words import LifeDomain
from tests.actions.steps import led_case
from tests.browser import PHONE, overflows, violations
from tests.console.stories import DESK


@pytest.fixture
async def led(town):
    """A family whose lead is Amina, and its page."""
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor)
    return case.id, f"/families/{global_id('Household', noor.household)}"


@asynccontextmanager
async def at_work(chromium, home, path="/", name="Amina", viewport=DESK, locale="en-GB"):
    """Somebody with a page open, in a browser that complains of nothing."""
    context = await chromium.new_context(viewport=viewport, locale=locale)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(f"{home}/login")
    await page.get_by_role("button", name=name).click()
    await page.wait_for_url(f"{home}/")
    await page.goto(home + path)
    try:
        yield page
    finally:
        await context.close()
    # That an answer was a refusal, or that there was none, a browser notes by itself.
    assert [one for one in complaints if not one.startswith("Failed to load resource")] == []


async def act(town, case, what="Brief lezen.") -> None:
    """Somebody else does something in the family."""
    asked = AddAction(town.key(), case, LifeDomain.FINANCE, what, date(2026, 12, 9))
    await town.act("amina", add_action, asked)


async def actions(town) -> int:
    async with town.database.within(town.area) as work:
        return await work.session.scalar(text("select count(*) from plan_actions"))


async def typing(page: Page, words: str) -> None:
    """The form of a new action, half done."""
    await page.get_by_text("Add an action", exact=True).click()
    await page.get_by_label("What will be done?").fill(words)


async def fill(page: Page, words: str) -> None:
    await typing(page, words)
    await adding(page).get_by_label("What is it about?").select_option("finance")
    await adding(page).get_by_label("By which date?").fill("2026-12-24")


def recorded(page: Page):
    return page.get_by_role("main").get_by_role("status").filter(has_text="Recorded.")


def adding(page: Page):
    return page.locator("form[action$='add-action']")


def add(page: Page):
    return adding(page).get_by_role("button", include_hidden=True)


async def test_a_second_browser_sees_what_changed_without_a_reload(chromium, home, led, town):
    case, path = led
    async with at_work(chromium, home, path, "Bram") as page:
        await page.evaluate("window.same = true")
        await page.get_by_text("Add an action", exact=True).click()
        await page.get_by_role("link", name="All families").focus()
        await act(town, case, "Samen naar de tandarts.")
        await expect(page.get_by_text("Samen naar de tandarts.")).to_be_visible()
        await expect(page.locator("#news")).to_have_text("This page was brought up to date.")
        await expect(page.get_by_role("link", name="All families")).to_be_focused()
        await expect(page.get_by_label("What will be done?")).to_be_visible()  # what was open still is
        await act(town, case, "Fiets maken.")  # the page follows on from where it is
        await expect(page.get_by_text("Fiets maken.")).to_be_visible()
        assert await page.evaluate("window.same")
        assert await violations(page) == []


async def test_what_is_typed_outlives_what_others_do(chromium, home, led, town):
    case, path = led
    async with at_work(chromium, home, path, "Bram", viewport=PHONE) as page:
        await typing(page, "Half een zin")
        await act(town, case, "Samen naar de tandarts.")
        await expect(page.locator("#news")).to_contain_text("This page changed.")
        await expect(page.get_by_text("Samen naar de tandarts.")).to_have_count(0)
        assert await violations(page) == [] and not await overflows(page)
        await page.get_by_role("button", name="Show what is new").click()
        await expect(page.get_by_text("Samen naar de tandarts.")).to_be_visible()
        await expect(page.get_by_label("What will be done?")).to_have_value("Half een zin")


async def test_what_is_typed_for_what_is_gone_is_kept_on_the_page(chromium, home, led, town):
    case, path = led
    await act(town, case, "Fiets maken.")
    async with at_work(chromium, home, path) as page, at_work(chromium, home, path) as other:
        for one, words in ((page, "De fiets rijdt."), (other, "Hij rijdt weer.")):
            await one.locator("summary", has_text="Done").first.click()
            await one.locator("form[action$='complete-action'] [name=result]").fill(words)
        await other.locator("form[action$='complete-action'] button").click()
        await expect(recorded(other)).to_be_focused()
        await page.get_by_role("button", name="Show what is new").click()
        await expect(page.get_by_role("heading", name="What you typed")).to_be_visible()
        await expect(page.locator("#kept .quote")).to_have_text("De fiets rijdt.")
        assert await violations(page) == []


async def test_a_form_goes_once_without_a_reload_and_back_leads_back(chromium, home, led, town):
    _, path = led
    async with at_work(chromium, home, path) as page:
        await page.evaluate("window.same = true")
        await add(page).evaluate("it => it.closest('details').open = true")
        await add(page).click()
        await expect(page.get_by_role("heading", name="Nothing was recorded yet")).to_be_focused()
        assert page.url == home + path
        await page.get_by_label("What will be done?").fill("Samen bellen.")
        await adding(page).get_by_label("What is it about?").select_option("finance")
        await adding(page).get_by_label("By which date?").fill("2026-12-24")
        await add(page).dblclick()
        await expect(recorded(page)).to_be_focused()
        await expect(page.get_by_role("heading", name="Samen bellen.")).to_be_visible()
        assert await page.evaluate("window.same") and page.url.endswith("?done=add-action")
        assert await actions(town) == 1
        await page.go_back()
        await expect(page).to_have_url(home + path)
        await expect(page.get_by_role("heading", name="Samen bellen.")).to_be_visible()
        await expect(page.get_by_text("Recorded.")).to_have_count(0)
        await page.go_forward()
        await expect(page).to_have_url(re.compile("done=add-action"))
        assert await actions(town) == 1


async def test_on_a_slow_line_and_on_none_an_act_is_done_once_and_nothing_typed_is_lost(
    chromium, home, led, town
):
    _, path = led
    async with at_work(chromium, home, path) as page:
        await fill(page, "Samen bellen.")
        said = page.locator("#news")

        async def arrives_but_is_not_answered(route: Route) -> None:
            await expect(add(page)).to_be_disabled()
            assert await add(page).evaluate("it => it.closest('form').ariaBusy") == "true"
            await route.fetch(max_redirects=0)
            await route.abort()

        await page.route("**/add-action", arrives_but_is_not_answered)
        await add(page).click()
        await expect(said).to_contain_text("We do not know whether this arrived.")
        await expect(add(page)).to_be_focused()
        await expect(page.get_by_label("What will be done?")).to_have_value("Samen bellen.")
        await page.context.set_offline(True)
        await page.unroute("**/add-action")
        await add(page).click()
        await expect(said).to_contain_text("nothing was sent")
        await page.context.set_offline(False)
        await add(page).click()
        await expect(recorded(page)).to_be_focused()
        assert await actions(town) == 1


async def test_a_page_whose_stream_is_cut_says_that_it_may_be_old_and_works(chromium, home, led, town):
    _, path = led
    async with at_work(chromium, home, path) as page:
        said = page.locator("#news")
        await page.clock.install()

        async def cut(route: Route) -> None:
            await route.abort()

        await page.route("**/changes*", cut)
        await page.reload()
        await page.clock.fast_forward(5_000)
        await expect(said).to_contain_text(re.compile(r"may be old. Last seen at \d\d:\d\d"))
        assert await violations(page) == []
        await fill(page, "Samen bellen.")
        await add(page).click()
        await expect(recorded(page)).to_be_focused()
        await page.unroute("**/changes*")
        await page.clock.fast_forward(30_000)
        await expect(said).to_be_empty()


async def test_a_session_warns_before_it_ends_and_what_is_typed_stays(chromium, home, led):
    _, path = led
    async with at_work(chromium, home, path, viewport=PHONE) as page:
        await page.clock.install()
        await page.reload()
        await typing(page, "Half een zin")
        dialog = page.get_by_role("dialog", name="Are you still there?")
        await page.clock.fast_forward("26:00")
        await expect(dialog).to_contain_text(re.compile(r"signed out at \d\d:\d\d"))
        assert await violations(page) == [] and not await overflows(page)
        await dialog.get_by_role("button", name="Stay signed in").click()
        await expect(dialog).to_be_hidden()
        await page.clock.fast_forward("10:00")
        await expect(dialog).to_be_hidden()
        await page.clock.fast_forward("21:00")
        await expect(page.locator("#news")).to_contain_text("You are signed out.")
        await expect(page.get_by_label("What will be done?")).to_have_value("Half een zin")
        await page.context.clear_cookies()
        await add(page).click()
        await expect(page.get_by_role("heading", name="nothing was recorded")).to_be_focused()
        await expect(page.get_by_text("Half een zin")).to_be_visible()


@pytest.mark.parametrize(("locale", "keys"), [("en-GB", "Keys"), ("nl-NL", "Sneltoetsen")])
async def test_keys_lead_where_the_help_says(chromium, home, locale, keys):
    async with at_work(chromium, home, locale=locale, viewport=PHONE) as page:
        await page.keyboard.press("Alt+Shift+K")
        dialog = page.get_by_role("dialog", name=keys)
        await expect(dialog).to_be_visible()
        assert await violations(page) == [] and not await overflows(page)
        listed = await dialog.get_by_role("listitem").all_text_contents()
        assert [one[0] for one in listed] == ["C", *(str(n) for n in range(1, len(listed) - 1)), "K"]
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await page.keyboard.press("Alt+Shift+C")
        await expect(page.get_by_role("main")).to_be_focused()
        await page.keyboard.press("1")  # without the other two it is a sign like another
        await page.keyboard.press("Alt+Shift+1")
        await page.wait_for_url(f"{home}/signal")


async def test_without_a_script_a_page_says_of_when_it_is_and_until_when_one_is_signed_in(chromium, home):
    context = await chromium.new_context(java_script_enabled=False, locale="en-GB", viewport=PHONE)
    page = await context.new_page()
    await page.goto(f"{home}/login")
    await page.get_by_role("button", name="Amina").click()
    await expect(page.get_by_role("contentinfo")).to_contain_text(
        re.compile(r"This page is of \d\d:\d\d. Look again. You are signed in until \d\d:\d\d")
    )
    await page.get_by_role("link", name="Look again").click()
    await expect(page.get_by_role("heading", name="Welcome, Amina")).to_be_visible()
    await expect(page.get_by_role("button", name="Keys")).to_have_count(0)
    await context.close()
