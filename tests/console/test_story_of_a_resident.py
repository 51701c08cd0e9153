"""A mother on her own page: who is the lead, a yes to what is agreed, a yes that she takes back, and a question by right."""

import pytest
from playwright.async_api import expect

from tests.console.stories import SETTINGS, Setting, at_work


@pytest.mark.parametrize("setting", SETTINGS)
async def test_a_mother_answers_takes_back_a_yes_and_asks_for_all_that_is_recorded(
    chromium, neighbourhood_served: str, setting: Setting
) -> None:
    async with at_work(chromium, neighbourhood_served, "petra", setting) as walk:
        await walk.sees("This is the one whom you turn to. All the others work together with the lead.")
        await expect(walk.page.get_by_role("link", name="Families")).to_have_count(0)
        await walk.look("resident-first-screen")

        await walk.push("I agree")
        await walk.sees("Recorded. The lead sees your answer at once.")

        await walk.push("I take this back")
        await walk.sees("Taken back. From now on the lead no longer sees it.")

        await walk.unfold("See everything that is recorded about me")
        await walk.push("Ask for this", inside=walk.page.locator("form[action$='/ask-access']"))
        await walk.sees("Your question is in. Below you see by when you hear more.")
        await walk.sees("You hear more before")
        await walk.look("resident-has-asked")
