"""The area's coordinator on a Monday: where it is late, who is without a lead, and two families that are one."""

import pytest
from playwright.async_api import expect

from tests.console.stories import SETTINGS, Setting, at_work


@pytest.mark.parametrize("setting", SETTINGS)
async def test_the_coordinator_sees_the_gaps_decides_and_finds_a_family(
    chromium, neighbourhood_served: str, setting: Setting
) -> None:
    async with at_work(chromium, neighbourhood_served, "ibrahim", setting) as walk:
        await walk.sees("Neighbourhoods without a team")
        await walk.look("area")
        await walk.go("Bloemhof")
        await walk.sees("How many, and how old")
        await walk.look("ledger-of-a-neighbourhood")
        await walk.go("Show the whole area")
        await walk.look("ledger")

        await walk.go("To decide")
        await walk.look("decisions")
        await walk.push("They are one family")
        await walk.sees("Nothing has happened yet. Are you sure?")
        await walk.look("decisions-asked-twice")
        await walk.push("Yes, I am sure")
        await walk.sees("From now on they are one family.")
        await walk.sees(
            "You decided this. If it was wrong, another coordinator of the area makes them two again."
        )
        await walk.look("decisions-merged")

        await walk.go("Search")
        await walk.fill("Name", "vermeu")
        await walk.push("Search")
        await expect(walk.page.get_by_role("link", name="Wessel Vermeulen")).to_be_visible()
        await walk.look("search-found")
        await walk.go("Inbox")
        await walk.look("inbox")
        await walk.push("I have read these")
        await walk.sees("Marked as read.")

        leaderless = walk.page.locator('a[href$="#lead"]').first
        await walk.go("To decide")
        await walk.tab_to(leaderless)
        await walk.enter()
        await walk.unfold("Ask somebody to lead")
