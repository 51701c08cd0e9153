"""The privacy officer answers a resident: prepared by her, confirmed by a colleague, and handed over as a paper."""

import re

import pytest
from playwright.async_api import expect

from tests.console.stories import SETTINGS, Setting, at_work


@pytest.mark.parametrize("setting", SETTINGS)
async def test_lotte_answers_a_request_with_a_colleague_and_downloads_what_may_be_given(
    chromium, neighbourhood_served: str, setting: Setting
) -> None:
    home = neighbourhood_served
    async with at_work(chromium, home, "lotte", setting) as lotte:
        await expect(lotte.page).to_have_url(re.compile("/privacy$"))
        await lotte.sees("What waits for you")
        await lotte.look("privacy-first-screen")
        asked = lotte.said("see what is recorded").capitalize()
        await lotte.tab_to(lotte.page.get_by_role("link", name=asked))
        await lotte.enter()
        await lotte.look("privacy-request")
        await lotte.push("Ask the other person to agree")
        await lotte.sees("Nothing was recorded yet")
        await lotte.look("privacy-request-with-errors")
        await lotte.tick(lotte.page.get_by_role("radio").first)
        await lotte.fill("On which article of the law?", "AVG 15")
        await lotte.choose("Who decides with you?", "Ibrahim")
        await lotte.fill("What do you answer, and why?", "U krijgt alles wat over u vastligt.")
        await lotte.push("Ask the other person to agree")
        await lotte.sees("Prepared. It is decided once the other person agrees.")
        request = lotte.page.url.split("?")[0].removeprefix(home)
        async with at_work(chromium, home, "ibrahim", setting) as ibrahim:
            await ibrahim.go("Decide along")
            await ibrahim.look("decide-along")
            await ibrahim.push("I agree")
            await ibrahim.sees("You agreed: it is decided.")
        await lotte.open(request)
        await lotte.look("privacy-request-granted")
        for name, ending in (("To read (PDF)", ".pdf"), ("For a computer (JSON)", ".json")):
            link = lotte.page.get_by_role("link", name=lotte.said(name))
            await lotte.tab_to(link)
            async with lotte.page.expect_download() as download:
                await lotte.press("Enter")
            assert (await download.value).suggested_filename == f"export{ending}"
        await lotte.go("Who saw what of this family")
        await lotte.look("privacy-log")
        looked = lotte.page.get_by_role("row").filter(has_text=lotte.said("looked at what a resident asks"))
        await lotte.tab_to(looked.first.get_by_role("link"))
        await lotte.enter()
        await lotte.sees("The rules of that day say the same again.")
        await lotte.look("privacy-decided-again")
        await lotte.go("Rules")
        await lotte.look("matrix")
        await lotte.go("Changes and log")
        await lotte.look("privacy-changes")
