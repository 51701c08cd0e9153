"""The working pages in a real browser: keyboard alone, both languages, a phone and a desk, no JavaScript."""

import re
from contextlib import asynccontextmanager
from datetime import date

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import text

from casecoord.domain.ids import global_id
from casecoord.domain.words import Language
from tests.actions.steps import led_case, signal, take_part
from tests.browser import PHONE, overflows, violations
from tests.console.stories import DESK

LONG = "Þórgunnur-Żółć " + "Ĳsbrandtszoon" * 14


@asynccontextmanager
async def at_work(chromium, home, name, *, language=Language.NL, viewport=DESK, script=False):
    """Somebody who signed in, in a browser without JavaScript unless asked."""
    locale = {"nl": "nl-NL", "en": "en-GB"}[language]
    context = await chromium.new_context(viewport=viewport, locale=locale, java_script_enabled=script)
    page = await context.new_page()
    await page.goto(f"{home}/login")
    await page.get_by_role("button", name=name).click()
    await page.wait_for_url(re.compile(f"^{re.escape(home)}/(?!login)"))
    try:
        yield page
    finally:
        await context.close()


async def everything(page: Page) -> list[str]:
    """What is wrong with a page as it stands, its stylesheet loaded."""
    await page.wait_for_load_state("load")
    wrong = await violations(page)
    return [*wrong, "scrolls sideways"] if await overflows(page) else wrong


class Keys:
    """A keyboard that counts; what is typed as text counts apart."""

    def __init__(self, page: Page) -> None:
        self.page, self.strokes, self.loads = page, 0, 0
        page.on("load", lambda _: setattr(self, "loads", self.loads + 1))

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)
            self.strokes += 1

    async def digits(self, digits: str) -> None:
        await self.press(*digits)

    async def text(self, sentence: str) -> None:
        await self.page.keyboard.type(sentence)


async def test_a_gp_signals_in_three_pages_and_forty_strokes(chromium, home, town):
    noor = (await town.janssens())["noor"]
    async with at_work(chromium, home, "Fleur") as page:
        keys = Keys(page)
        await page.reload()  # the first of the three pages
        await keys.press("Tab", "Tab", "Tab", "Tab")  # to the content, home, and the two languages
        await keys.press("Tab", "Tab", "Enter")  # sign out, signal a concern
        await page.wait_for_url(f"{home}/signal")
        await expect(page.get_by_label("BSN", exact=True)).to_be_focused()
        await keys.digits(noor.bsn)
        await keys.press("Tab")
        await keys.digits(noor.born.strftime("%d%m%Y"))
        await keys.press(
            "Tab", "Tab", "l", "Tab"
        )  # past the folded name; lichamelijke gezondheid; urgency as it is
        await keys.press("Tab")
        await keys.text("Komt vaak moe op het spreekuur.")
        await keys.press("Tab", "Tab", "Tab", "Enter")  # past who may read it and the folded rest; send
        await page.wait_for_url(f"{home}/signals/*")
        await expect(page.get_by_role("heading", name="Uw signaal is binnen")).to_be_visible()
        assert keys.strokes <= 40 and keys.loads <= 3
    async with town.database.within(town.area) as work:
        found = (await work.session.execute(text("select domain, urgency from signals"))).one()
    assert tuple(found) == ("physical_health", "normal")


async def test_a_double_click_is_one_signal(chromium, home, town):
    noor = (await town.janssens())["noor"]
    async with at_work(chromium, home, "Amina", language=Language.EN) as page:
        await page.get_by_role("link", name="Signal a concern").click()
        await page.get_by_label("BSN", exact=True).fill(noor.bsn)
        await page.get_by_label("Birth date").fill("30-9-2018")
        await page.get_by_label("What is it about?").select_option(label="social network")
        await page.get_by_label("Your concern in one sentence").fill("Loopt vaak alleen.")
        await page.get_by_role("button", name="Send the signal").dblclick()
        await expect(page.get_by_role("heading", name="Your signal is in")).to_be_visible()
        # What was typed about a family is not left behind in the browser's history.
        await page.go_back()
        await expect(page.get_by_label("BSN", exact=True)).to_have_value("")
    async with town.database.within(town.area) as work:
        assert (await work.session.execute(text("select count(*) from signals"))).scalar_one() == 1


async def test_a_coordinator_triages_with_the_keyboard_alone(chromium, home, town):
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    async with at_work(chromium, home, "Bram") as page:
        await page.goto(f"{home}/families/{global_id('Household', noor.household)}")
        await page.locator("summary", has_text="Dit signaal beoordelen").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        for _ in range(3):
            await page.keyboard.press("Tab")
        await expect(page.get_by_label("Wanneer kijkt u opnieuw?")).to_be_focused()
        await page.get_by_role("button", name="Besluiten").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("main").get_by_role("status")).to_have_text("Vastgelegd.")
        await expect(page.locator("dd", has_text="er wordt een regievoerder gezocht")).to_be_visible()


async def test_an_error_is_reached_from_its_summary(chromium, home):
    async with at_work(chromium, home, "Fleur", language=Language.EN) as page:
        await page.goto(f"{home}/signal")
        await page.get_by_role("button", name="Send the signal").click()
        alert = page.get_by_role("alert")
        await expect(alert.get_by_role("link")).to_have_count(4)
        await alert.get_by_role("link", name="Say whom this is about.").click()
        assert page.url.endswith("#signal-person-bsn")
        await expect(page.get_by_label("BSN", exact=True)).to_have_accessible_description(
            "Say whom this is about."
        )


@pytest.fixture
async def busy(town):
    """A town where something waits on every page; names as long and as strange as they come."""
    _, noor = await town.family(
        (LONG[:197], date(1984, 3, 14)),
        ("Noor Janssen", date(2018, 9, 30)),
        links={1: [("school", "11VO00"), ("practice", "P1")]},
    )
    await signal(town, "amina", noor, detail="Eigen toelichting.")
    case = await led_case(town, noor, "bram")
    await take_part(town, "bram", case.id, "huisarts", "fleur")
    return noor


@pytest.mark.parametrize(
    ("viewport", "language"),
    [
        pytest.param(PHONE, Language.NL, id="phone-nl"),
        pytest.param(DESK, Language.EN, id="desk-en", marks=pytest.mark.prove),
    ],
)
async def test_every_page_is_accessible_and_fits(chromium, home, busy, viewport, language):
    family = f"{home}/families/{global_id('Household', busy.household)}"
    async with at_work(chromium, home, "Bram", language=language, viewport=viewport, script=True) as page:
        wrong = {}
        for path in (
            f"{home}/",
            f"{home}/?urgency=acute",
            f"{home}/gaps",
            f"{home}/signal",
            f"{family}/why/gap",
        ):
            await page.goto(path)
            wrong[path] = await everything(page)
        await page.goto(f"{home}/families/nonsense")
        wrong["absent"] = await everything(page)
        await page.goto(family)
        await page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        wrong["family"] = await everything(page)
        await page.locator("form[action$='add-action'] button").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        wrong["family with an error"] = await everything(page)
        await page.goto(f"{home}/signal")
        await page.locator("select[name=domain]").select_option("child_development")
        await page.locator("form[action='/signal'] button").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        wrong["signal with an error"] = await everything(page)
        assert {name: found for name, found in wrong.items() if found} == {}


async def test_at_four_hundred_per_cent_nothing_is_lost_sideways(chromium, home, busy):
    """1280 pixels at 400 per cent are 320 of the page's own, 225 high."""
    async with at_work(chromium, home, "Bram", viewport={"width": 320, "height": 225}, script=True) as page:
        for path in ("/", "/signal", f"/families/{global_id('Household', busy.household)}"):
            await page.goto(f"{home}{path}")
            assert not await overflows(page)
