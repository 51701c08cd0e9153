"""The professional on duty cannot wait and cannot ask: emergency access, asked twice; and its review."""

import pytest

from casecoord.demo.neighbourhood import STANDING, ZUID
from casecoord.demo.setting_up import settlements
from tests.console.stories import SETTINGS, Setting, at_work
from tests.demo.loaded import NOW

WHY = "De politie belt: het kind staat alleen op straat."


@pytest.mark.parametrize("setting", SETTINGS)
async def test_omar_opens_a_family_in_an_emergency_and_lotte_reviews_it(
    chromium, neighbourhood_served: str, setting: Setting
) -> None:
    home = neighbourhood_served
    child = settlements(ZUID, NOW - STANDING)["geen_postadres"].people[-1]
    async with at_work(chromium, home, "omar", setting) as omar:
        await omar.sees("Acute: what nobody has seen yet comes first")
        await omar.look("duty-first-screen")
        await omar.push("I have seen this")
        await omar.sees("Recorded that you saw it. Now decide what happens with it.")
        await omar.unfold("Find the family by BSN")
        await omar.push("Open this family for 24 hours")
        await omar.sees("Nothing was recorded yet")
        await omar.fill("BSN of somebody of the family", child.bsn)
        await omar.fill("Why is it needed now?", WHY)
        await omar.push("Open this family for 24 hours")
        await omar.sees("Nothing has happened yet. Are you sure?")
        await omar.look("duty-emergency-asked-twice")
        await omar.push("Yes, I am sure")
        await omar.look("family-by-emergency-access")
        await omar.go("Duty")
        await omar.look("duty-emergency-open")
    async with at_work(chromium, home, "lotte", setting) as lotte:
        review = lotte.page.get_by_role("article").filter(has_text=WHY)
        await lotte.unfold("Review this", review)
        await lotte.fill("What do you find of it?", "Terecht: er was niemand anders.", review)
        await lotte.push("Record the review", review)
        await lotte.sees("The review is recorded.")
        await lotte.look("privacy-after-review")
