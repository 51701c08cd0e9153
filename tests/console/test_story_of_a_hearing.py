"""Hanna prepares a hearing and has a place held for its youth; Nadia says yes in time, and the youth begins."""

import re

import pytest

from tests.console.stories import SETTINGS, Setting, at_work


@pytest.mark.parametrize("setting", SETTINGS)
async def test_a_place_is_held_before_a_hearing_and_its_provider_says_yes(
    chromium, neighbourhood_served: str, setting: Setting
) -> None:
    async with at_work(chromium, neighbourhood_served, "hanna", setting) as walk:
        await walk.look("court-first-screen")
        await walk.tab_to(walk.page.get_by_role("link", name=re.compile("Jesse Wouters")))
        await walk.enter()
        await walk.look("hearing")
        await walk.push("This is done")
        await walk.sees("Recorded.")
        offer = walk.page.get_by_role("article", name="Een maatje uit de wijk")
        await walk.unfold("Have a place held", offer)
        await walk.push("Hold this place", offer)
        await walk.sees("A place is held, and its provider has been told.")
        await walk.look("hearing-with-a-place")
    async with at_work(chromium, neighbourhood_served, "nadia", setting) as walk:
        await walk.look("provider-first-screen")
        jesse = walk.page.get_by_role("listitem").filter(has_text="Jesse Wouters")
        await walk.push("Yes, this place is theirs", jesse)
        await walk.sees("The place is confirmed. Whoever asked for it has been told.")
        await walk.push("The youth has begun", jesse)
        await walk.sees("Recorded.")
        await walk.look("provider-with-a-youth-who-began")
        await walk.go("Offer something new")
        await walk.push("Offer these places")
        await walk.sees("Nothing was recorded yet")
        await walk.look("offer-with-errors")
