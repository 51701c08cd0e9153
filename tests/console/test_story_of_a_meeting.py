"""The supervisor of a school at the table: what waits, names off, a decision each, and the minutes to take along."""

import re

import pytest
from playwright.async_api import expect

from casecoord.domain.workdays import AMSTERDAM
from tests.console.stories import SETTINGS, Setting, Walk, at_work
from tests.demo.loaded import NOW

TODAY = NOW.astimezone(AMSTERDAM)


async def decide(walk: Walk) -> None:
    """The item that is on the table ends; where a case is open, with a day on which it comes back."""
    await walk.fill("What is decided?", "De school belt morgen.")
    await walk.tick(walk.page.get_by_label(walk.said("The family is at the table"), exact=True))
    await walk.push("Record, and on to the next")


@pytest.mark.parametrize("setting", SETTINGS)
async def test_a_supervisor_sets_a_table_decides_and_takes_the_minutes(
    chromium, neighbourhood_served: str, setting: Setting
) -> None:
    async with at_work(chromium, neighbourhood_served, "bram", setting) as walk:
        await walk.sees("Your team sits at the table now")
        await walk.look("school-first-screen")
        await walk.go("To the table")
        await expect(walk.page.get_by_text("Sami")).to_have_count(0)
        await walk.push("Record, and on to the next")
        await walk.sees("Nothing was recorded yet")
        await walk.look("meeting-with-errors")
        await decide(walk)
        await walk.sees("Recorded. This is what comes next.")
        await walk.look("meeting-names-off")
        await walk.go("Show all names")
        await expect(walk.page.get_by_text("Sami").first).to_be_visible()
        await walk.look("meeting-names-on")
        await walk.unfold("Go on another day")
        await walk.fill("When does it go on?", TODAY.replace(hour=16))
        await walk.push("Go on then")
        await walk.sees("It goes on here, with what was open.")
        await walk.look("meeting-planned")

        await walk.go("All meetings")
        await walk.look("meetings")
        await walk.unfold("Set a date")
        await walk.fill("When?", TODAY.replace(hour=10))
        await walk.fill("How many minutes?", "10")  # what stood there is replaced: Tab selects it
        await walk.push("Set the date")
        await walk.push("Open the meeting")
        await walk.sees("The meeting is open. The agenda was made just now.")
        record = walk.page.locator(".on-table > form button.main")
        while await record.count():
            await decide(walk)
        await walk.push("Close the meeting")
        await walk.sees("Nothing has happened yet. Are you sure?")
        await walk.push("Yes, I am sure")
        await walk.sees("The meeting is closed. The minutes are ready.")
        await walk.look("meeting-closed")
        await walk.go("The minutes")
        await walk.sees("De school belt morgen.")
        await walk.look("minutes")
        paper = walk.page.get_by_role("link", name=walk.said("Take them along as a PDF"))
        await walk.tab_to(paper)
        async with walk.page.expect_download() as taken:
            await walk.press("Enter")
        assert re.fullmatch(r"minutes-[\d-]+\.pdf", (await taken.value).suggested_filename)
