"""An administrator adds somebody to a team, and lets a membership end with all that hangs on it."""

import pytest
from playwright.async_api import expect

from casecoord.console import texts
from casecoord.domain.words import TeamKind
from tests.console.stories import SETTINGS, Setting, Walk, at_work

NAME = "Þórunn van der Żółć"


def said_kind(walk: Walk) -> str:
    return texts.team_kind(TeamKind.SOCIAL, walk.setting.language)


@pytest.mark.parametrize("setting", SETTINGS)
async def test_an_administrator_adds_somebody_and_ends_a_membership(
    chromium, neighbourhood_served: str, setting: Setting
) -> None:
    async with at_work(chromium, neighbourhood_served, "mo", setting) as walk:
        await walk.look("teams")
        await walk.tab_to(walk.page.get_by_role("link", name=said_kind(walk)).first)
        await walk.enter()
        await walk.go("Wijkteam Bloemhof-Hillesluis")
        await walk.look("a-team")
        await walk.unfold("Add somebody to this team")
        await walk.fill("First name and surname", NAME)
        await walk.push("Add")
        await walk.sees("Added. From that moment on they see what their role sees.")
        await walk.tab_to(walk.page.get_by_role("link", name=NAME))
        await walk.enter()
        await walk.unfold("End this membership")
        await walk.look("a-membership")
        await walk.push("End it")
        await walk.sees("Nothing has happened yet. Are you sure?")
        await walk.push("Yes, I am sure")
        await walk.sees("The membership ends. What hung on it has somebody by name.")
        await walk.tab_to(walk.page.get_by_role("link", name=walk.said("The area's settings")))
        await walk.enter()
        await expect(walk.page.get_by_role("heading", level=1)).to_have_text(walk.said("The area's settings"))
        await walk.look("settings")
