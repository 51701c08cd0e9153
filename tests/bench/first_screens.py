"""Each person's first screen on 100,000 households: the server's time, the weight, and, on a slow phone, until usable.

A rate's baseline is a page of the same server that asks the database nothing: what HTTP and a template cost anyway.
"""

import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from statistics import median

import httpx2
from playwright.async_api import Browser, async_playwright

from casecoord.identity.sessions import SESSION_COOKIE, Sessions
from tests.bench.ground import Ground, server
from tests.bench.measure import Result
from tests.bench.sweep import _database, _sql
from tests.browser import CHROMIUM, PHONE
from tests.crowd import crowd
from tests.doors import bind, free_port
from tests.world import KEYRING, PEOPLE, Town

HOUSEHOLDS = 100_000
TIMES = 15
#: A phone in a lift: what "slow 4G" of a browser's own tools gives, and a processor four times as slow.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}


async def first_screens(laid: Ground) -> list[Result]:
    """One line for each person, and one for the phone; aims: 50 ms, 60 kB, 1 s."""
    async with _database(laid.database_url) as (url, town):
        async with _sql(url, "casecoord_migrator") as connection:
            await crowd(connection, town, HOUSEHOLDS, late_of_ten=1)
            await connection.execute("analyze")
        port = free_port()
        provider = replace(laid.provider, public_url=f"http://127.0.0.1:{port}")
        await _let_in(url, town, provider.issuer)
        sessions = Sessions(b"s" * 32)
        with server(url, provider, port) as (home, _):
            found = []
            for name in PEOPLE:
                cookie = sessions.seal(sessions.begin(provider.issuer, f"demo-{name}"))
                found.append(await _screen(home, name, cookie))
            cookie = sessions.seal(sessions.begin(provider.issuer, "demo-bram"))
            return [*found, *await _on_a_phone(home, cookie)]


async def _let_in(url: str, town: Town, issuer: str) -> None:
    from casecoord.storage.work import Database

    database = Database(url, KEYRING)
    for name in PEOPLE:
        await bind(database, town.area, town.members[name].professional, issuer, f"demo-{name}")
    await database.close()


async def _screen(home: str, name: str, cookie: str) -> Result:
    async with (
        httpx2.AsyncClient(base_url=home, cookies={SESSION_COOKIE: cookie}, timeout=60) as http,
        httpx2.AsyncClient(base_url=home, timeout=60) as stranger,
    ):
        begun = await http.get("/", follow_redirects=True)
        assert begun.status_code == 200, (name, begun.status_code)
        path = begun.url.raw_path.decode()
        weight = len(begun.content) + sum([len((await http.get(part)).content) for part in _PARTS])
        ours = await _seconds(lambda: http.get(path))
        plain = await _seconds(lambda: stranger.get("/"))
    note = f"{name}, {path}: {ours * 1000:.0f} ms at the median, {weight / 1000:.0f} kB with style and module"
    _say(note)
    return Result("first_screen", 1 / ours, 1 / plain, plain / ours, "screens/s", note)


_PARTS = ("/static/casecoord.css", "/static/casecoord.js")


async def _seconds(ask: Callable[[], Awaitable[httpx2.Response]]) -> float:
    taken = []
    for number in range(TIMES + 3):
        started = time.perf_counter()
        await ask()
        if number >= 3:
            taken.append(time.perf_counter() - started)
    return median(taken)


async def _on_a_phone(home: str, cookie: str) -> list[Result]:
    """Until the first screen can be used, the first time: nothing is remembered from before."""
    if CHROMIUM is None:
        _say("no Chromium on this machine: the phone is not measured")
        return []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        try:
            slow = median([await _usable(browser, home, cookie, slow=True) for _ in range(3)])
            fast = median([await _usable(browser, home, cookie, slow=False) for _ in range(3)])
        finally:
            await browser.close()
    note = f"first visit on a slow phone usable after {slow:.0f} ms, on this machine {fast:.0f} ms"
    _say(note)
    return [Result("first_screen_phone", 1000 / slow, 1000 / fast, fast / slow, "visits/s", note)]


async def _usable(browser: Browser, home: str, cookie: str, *, slow: bool) -> float:
    context = await browser.new_context(viewport=PHONE)
    await context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": home}])
    page = await context.new_page()
    if slow:
        tools = await context.new_cdp_session(page)
        await tools.send("Network.emulateNetworkConditions", SLOW)
        await tools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    await page.goto(home, wait_until="load")
    taken: float = await page.evaluate(
        "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
    )
    await context.close()
    return taken


def _say(line: str) -> None:
    sys.stderr.write(f"bench: {line}\n")
