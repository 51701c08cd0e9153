"""Somebody who can decide does; and what was decided for everybody is found in another area."""

import pytest
from playwright.async_api import expect

from tests.console.stories import SETTINGS, Setting, at_work

TITLE = "Eén loket voor school en jeugdhulp"


@pytest.mark.parametrize("setting", SETTINGS)
async def test_a_decision_becomes_a_rule_that_another_area_finds(
    chromium, neighbourhood_served: str, setting: Setting
) -> None:
    async with at_work(chromium, neighbourhood_served, "johanna", setting) as walk:
        await walk.look("decision-power-first-screen")
        await walk.go("School en jeugdhulp wachten op elkaars advies.")
        await walk.look("a-blockade")
        await walk.push("Decide")
        await walk.sees("Nothing was recorded yet")
        await walk.look("a-blockade-with-errors")
        await walk.fill("What do you decide?", "De school begint morgen; jeugdhulp sluit aan.")
        await walk.tab_to(walk.page.get_by_role("radio").first)
        await walk.press("ArrowDown")
        await walk.push("Decide")
        await walk.sees("Nothing has happened yet. Are you sure?")
        await walk.look("a-decision-asked-twice")
        await walk.push("Yes, I am sure")
        await walk.sees("Decided. Shall it be a rule for everybody?")
        await walk.fill("What is the rule called?", TITLE)
        await walk.fill("When does it apply?", "Als twee diensten op elkaar wachten en een kind thuiszit.")
        await walk.fill("What is allowed then?", "Wie het dichtst bij staat, mag alvast starten.")
        await walk.fill("On whose authority?", "Besluit van de stuurgroep.")
        await walk.look("a-rule-to-be")
        await walk.push("Make it a rule")
        await walk.push("Yes, I am sure")
        await walk.sees("It is a rule now. Every area can find it.")
        await walk.look("rules")
        await walk.go("Blockades")
        await walk.go("The alliance's agenda, to print")
        await walk.look("alliance-agenda")
    async with at_work(chromium, neighbourhood_served, "rosa", setting) as walk:
        await walk.go("Rules")
        await walk.fill("Words in the rule", "loket jeugdhulp")
        await walk.push("Search", walk.page.get_by_role("main"))
        await expect(walk.page.get_by_role("heading", name=TITLE)).to_be_visible()
        await walk.look("a-rule-found-elsewhere")
