"""From the login to the first page, by the provider's whole flow, against that page alone."""

from functools import partial

import httpx2

from tests.bench.asking import Ask
from tests.bench.ground import Ground
from tests.bench.measure import Result, against, rates, say


async def _log_in(laid: Ground, browser: httpx2.AsyncClient) -> None:
    """As a person who chooses who they are at the provider, and is led back to their first page."""
    begun = await browser.get(f"{laid.url}/login")
    answer = await browser.post(begun.headers["location"], data={"user": "dirk"})
    while answer.next_request is not None:
        answer = await browser.send(answer.next_request)
    if answer.status_code != 200 or 'action="/logout"' not in answer.text:
        raise SystemExit(f"bench: the login led to {answer.status_code} instead of a first page")


async def _first_page(laid: Ground, _: int) -> Ask:
    browser = httpx2.AsyncClient()
    await _log_in(laid, browser)
    return partial(browser.get, f"{laid.url}/")


async def _anew(laid: Ground, _: int) -> Ask:
    async def once() -> None:
        async with httpx2.AsyncClient() as browser:
            await _log_in(laid, browser)

    return once


async def login_to_first_page(laid: Ground) -> list[Result]:
    """One person at a time; the login is of three requests to us, one to the provider and two between us and it."""
    say("login to first page")
    found = await rates({"login": partial(_anew, laid), "page": partial(_first_page, laid)}, 1)
    note = "from the login to the first page, with its provider, against that page alone"
    return [against("login_to_first_page", note, found["login"], found["page"])]
