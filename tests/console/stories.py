"""A person's story in a real browser, by keyboard alone: in two languages, with and without JavaScript, small and wide.

What is looked at on the way is judged by axe where scripts run, must not scroll sideways, and leaves a picture in
`.screens/`.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from casecoord.app import create_app
from casecoord.console import texts
from casecoord.demo.provider import DemoProvider
from casecoord.demo.teller import Clock
from casecoord.demo.users import USERS
from casecoord.domain.words import Language
from tests.browser import PHONE, overflows, violations
from tests.demo.killable import settings_of
from tests.demo.loaded import NOW, Neighbourhood
from tests.doors import CLIENT_SECRET, serving

SCREENS = Path(__file__).parents[2] / ".screens"
DESK = {"width": 1280, "height": 900}


@dataclass(frozen=True, slots=True)
class Setting:
    """In which language, with or without JavaScript, on how wide a screen."""

    language: Language
    script: bool
    viewport: dict[str, int]

    def __str__(self) -> str:
        return f"{self.language}-{'script' if self.script else 'plain'}-{self.viewport['width']}"


_ALWAYS = (Setting(Language.NL, True, PHONE), Setting(Language.EN, False, DESK))
_ALL = tuple(Setting(*of) for of in product((Language.NL, Language.EN), (True, False), (PHONE, DESK)))
#: For `pytest.mark.parametrize("setting", SETTINGS)`: two that differ in all, and in the long run every other too.
SETTINGS = [pytest.param(one, id=str(one), marks=() if one in _ALWAYS else pytest.mark.prove) for one in _ALL]


@dataclass
class Walk:
    """Somebody at a keyboard. `said` gives a text of the console in the language of this walk."""

    page: Page
    home: str
    setting: Setting

    def said(self, english: str, **values: object) -> str:
        text = texts.translations(self.setting.language).gettext(english)
        return text % values if values else text

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.home}{path}")

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def tab_to(self, target: Locator) -> None:
        """Tab until this has the focus: what no keyboard reaches is not there."""
        for _ in range(200):
            if await target.evaluate("element => element === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"no keyboard reaches {target}")

    async def go(self, name: str) -> None:
        """Follows a link by its English name; where it is folded away among the ways, those are opened first."""
        link = self.page.get_by_role("link", name=self.said(name), exact=True).first
        for folded in await self.page.locator("nav > .ways > summary, .rare > summary").all():
            if not await link.is_visible() and await folded.is_visible():
                await self.tab_to(folded)
                await self.press("Enter")
        await self.tab_to(link)
        await self.enter()

    async def enter(self) -> None:
        """Enter, and what follows stands on the page."""
        await self.page.evaluate(
            "for (const one of document.querySelector('main').children) one.dataset.was = ''"
        )
        await self.page.keyboard.press("Enter")
        await expect(self.page.locator("main > [data-was]")).to_have_count(0)

    async def unfold(self, name: str, inside: Locator | None = None) -> None:
        """Opens what is folded away behind these English words."""
        within = inside or self.page.get_by_role("main")
        await self.tab_to(within.locator("summary", has_text=self.said(name)).first)
        await self.page.keyboard.press("Enter")

    async def fill(self, label: str, text: str | date, inside: Locator | None = None) -> None:
        """Types into a field by its English label; a day, or a moment, in the order in which this browser asks."""
        field = (inside or self.page).get_by_label(self.said(label), exact=True).first
        await self.tab_to(field)
        if isinstance(text, str):
            await self.page.keyboard.type(text)
        elif await field.get_attribute("type") == "text":
            await self.page.keyboard.type(f"{text:%d%m%Y}")
        else:
            await self._date(field, text)

    async def _date(self, field: Locator, wanted: date) -> None:
        with_time = isinstance(wanted, datetime)
        iso = f"{wanted:%Y-%m-%dT%H:%M}" if with_time else f"{wanted:%Y-%m-%d}"
        for day, clock in (("%d%m%Y", "%H%M"), ("%m%d%Y", "%I%M%p"), ("%Y%m%d", "%H%M")):
            await self.press(*["ArrowLeft"] * 5)
            await self.page.keyboard.type(wanted.strftime(day))
            if with_time:
                await self.press("ArrowRight")
                await self.page.keyboard.type(wanted.strftime(clock))
            if await field.input_value() == iso:
                return
        raise AssertionError("no order of day and month was understood")

    async def choose(self, label: str, option: str, inside: Locator | None = None) -> None:
        """Chooses from a list by typing what the option begins with; `option` as it stands on the page."""
        field = (inside or self.page).get_by_label(self.said(label), exact=True).first
        await self.tab_to(field)
        await self.page.keyboard.type(option)

    async def tick(self, target: Locator) -> None:
        await self.tab_to(target)
        await self.page.keyboard.press("Space")

    async def push(self, name: str, inside: Locator | None = None) -> None:
        """Presses a button by its English name."""
        button = (inside or self.page).get_by_role("button", name=self.said(name)).first
        await self.tab_to(button)
        await self.enter()

    async def sees(self, english: str) -> None:
        """This heading, status or sentence is in view, in the language of this walk."""
        await expect(self.page.get_by_text(self.said(english)).first).to_be_visible()

    async def look(self, name: str) -> None:
        """Judges the page as it stands, and keeps a picture of it."""
        await self.page.wait_for_load_state("load")
        wrong = await violations(self.page) if self.setting.script else []
        if await overflows(self.page):
            wrong.append("scrolls sideways")
        SCREENS.mkdir(exist_ok=True)
        await self.page.screenshot(path=SCREENS / f"{name}-{self.setting}.png", full_page=True)
        assert not wrong, (name, wrong)


@asynccontextmanager
async def at_work(browser: Browser, home: str, key: str, setting: Setting) -> AsyncIterator[Walk]:
    """A demo user who signs in, by keyboard too."""
    context = await browser.new_context(
        viewport=setting.viewport,
        locale={"nl": "nl-NL", "en": "en-GB"}[setting.language],
        java_script_enabled=setting.script,
        reduced_motion="reduce",
    )
    page = await context.new_page()
    walk = Walk(page, home, setting)
    await walk.open("/login")
    button = page.get_by_role("button", name=re.compile(USERS[key].name.split()[0])).first
    await walk.tab_to(button)
    await walk.press("Enter")
    await page.wait_for_url(re.compile(f"^{re.escape(home)}/(?!login)"))
    try:
        yield walk
    finally:
        await context.close()


@asynccontextmanager
async def served(neighbourhood: Neighbourhood, provider: DemoProvider) -> AsyncIterator[str]:
    """The demo neighbourhood on its Monday morning, over real HTTP, with a real login; a copy of one's own."""
    async with neighbourhood.copy() as url:
        admin = await asyncpg.connect(url)
        for table in ("logins", "resident_logins"):
            await admin.execute(f"update {table} set issuer = $1", provider.issuer)
        await admin.close()
        app = create_app(
            replace(
                settings_of(url),
                oidc_issuer=provider.issuer,
                oidc_client_id=provider.client_id,
                oidc_client_secret=CLIENT_SECRET,
                oidc_audience=provider.audience,
                public_url=provider.public_url,
            )
        )
        app.state.office.database.clock = Clock(NOW)
        with serving(app, urlsplit(provider.public_url).port or 0) as home:
            yield home
