"""Every page that somebody can come to by links, as everybody, in a real browser: axe, nothing sideways, a picture.

`make test` looks at each page once, small and in Dutch; `make prove` at every page of every person, both ways.
"""

import re
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from playwright.async_api import Browser, Page

from casecoord.demo.provider import DemoProvider
from casecoord.demo.users import USERS
from casecoord.domain.words import Language
from casecoord.identity.sessions import SESSION_COOKIE, Sessions
from tests.browser import PHONE, overflows, violations
from tests.console.stories import DESK, SCREENS, Setting
from tests.demo.killable import settings_of

SMALL, WIDE = Setting(Language.NL, True, PHONE), Setting(Language.EN, True, DESK)
_LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')
_ID = re.compile(r"(?<=/)[A-Za-z0-9_-]{40,}")
_NOT_PAGES = ("/login", "/logout", "/static", "/changes")


def template_of(path: str) -> str:
    """A page whatever it is about: ids and values are taken out of its address."""
    parts = urlsplit(path)
    names = sorted(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    path = re.sub("/why/.*", "/why/facet", _ID.sub("id", parts.path))
    return "?".join(part for part in (path, "&".join(names)) if part)


async def pages_of(home: str, cookie: str, language: Language) -> AsyncIterator[tuple[str, str]]:
    """Each kind of page that this person comes to by links, with an address of it; the first screen first."""
    headers = {"Cookie": cookie, "Accept-Language": language.value}
    seen: set[str] = set()
    waiting = ["/", "/mine"]
    async with httpx2.AsyncClient(base_url=home, headers=headers, timeout=60) as http:
        while waiting:
            path = waiting.pop(0)
            template = template_of(path)
            if template in seen or path.startswith(_NOT_PAGES):
                continue
            seen.add(template)
            answer = await http.get(path, follow_redirects=True)
            if answer.status_code == 200 and "text/html" in answer.headers["content-type"]:
                yield template, path
                waiting += [found.replace("&amp;", "&") for found in _LINK.findall(answer.text)]


async def judged(page: Page, url: str, name: str) -> list[str]:
    """What is wrong with a page with everything unfolded; a picture is kept of it as it came."""
    await page.goto(url)
    SCREENS.mkdir(exist_ok=True)
    await page.screenshot(path=SCREENS / f"{name}.png", full_page=True)
    await page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    wrong = await violations(page)
    return [*wrong, "scrolls sideways"] if await overflows(page) else wrong


def _file_name(who: str, template: str, setting: Setting) -> str:
    return f"page-{who}-{re.sub(r'[^a-z0-9]+', '-', template.lower()).strip('-') or 'start'}-{setting}"


def _everybody(provider: DemoProvider) -> Iterator[tuple[str, str]]:
    sessions = Sessions(settings_of("").session_key)
    for key, user in USERS.items():
        yield key, sessions.seal(sessions.begin(provider.issuer, user.subject))


@pytest.mark.parametrize(
    ("setting", "all_of_everybody"),
    [
        pytest.param(SMALL, False, id="once-small"),
        pytest.param(SMALL, True, id="all-small", marks=pytest.mark.prove),
        pytest.param(WIDE, True, id="all-wide", marks=pytest.mark.prove),
    ],
)
async def test_every_page_is_accessible_and_fits(
    chromium: Browser,
    neighbourhood_served: str,
    provider: DemoProvider,
    setting: Setting,
    all_of_everybody: bool,
) -> None:
    home, wrong, done = neighbourhood_served, {}, set()
    for key, cookie in _everybody(provider):
        context = await chromium.new_context(
            viewport=setting.viewport, locale={"nl": "nl-NL", "en": "en-GB"}[setting.language]
        )
        await context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": home}])
        page = await context.new_page()
        async for template, path in pages_of(home, f"{SESSION_COOKIE}={cookie}", setting.language):
            if all_of_everybody or template not in done:
                done.add(template)
                name = _file_name(key, template, setting)
                wrong[f"{key} {template}"] = await judged(page, f"{home}{path}", name)
        await context.close()
    assert {name: found for name, found in wrong.items() if found} == {}
    assert len(wrong) > 8
